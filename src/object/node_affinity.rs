//! Which nodes a pod may run on by its `nodeSelector` and its required node affinity.
//!
//! Models `GetRequiredNodeAffinity` of `k8s.io/component-helpers/scheduling/corev1/nodeaffinity`: terms are ORed, the
//! requirements of a term ANDed; a term that is empty, or that cannot be parsed, matches nothing.

use std::fmt;

use super::text::is_same;
use super::{Map, SmolStr, Value, label};

/// A pod's `nodeSelector` and `requiredDuringSchedulingIgnoredDuringExecution`, prepared for matching many nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RequiredNodeAffinity {
    selector: Vec<(SmolStr, SmolStr)>,
    terms: Option<Vec<NodeSelectorTerm>>,
}

/// One term of a node selector.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeSelectorTerm {
    /// `matchExpressions`, on labels.
    pub expressions: Vec<NodeSelectorRequirement>,
    /// `matchFields`, on `metadata.name`.
    pub fields: Vec<NodeSelectorRequirement>,
    parses: bool,
}

/// One requirement of a term.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSelectorRequirement {
    /// Label or field.
    pub key: SmolStr,
    /// How it is compared.
    pub operator: NodeSelectorOperator,
    /// What it is compared with.
    pub values: Vec<SmolStr>,
    bound: i64,
}

/// `NodeSelectorOperator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeSelectorOperator {
    /// The value is one of the values.
    In,
    /// There is no such label, or its value is none of the values.
    NotIn,
    /// There is such a label.
    Exists,
    /// There is no such label.
    DoesNotExist,
    /// Both are whole numbers, and the label's is greater.
    Gt,
    /// Both are whole numbers, and the label's is smaller.
    Lt,
    /// None that Kubernetes knows: its term matches nothing.
    Unknown,
}

/// What a node failed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The entry of the `nodeSelector` at this index (in the order of keys).
    Selector(u16),
    /// No term matches. `requirement` is the first one of the first term that fails: expressions first, then fields;
    /// `None` when that term is empty or cannot be parsed, or when there is no term.
    Terms {
        /// Index into the term's expressions and then its fields.
        requirement: Option<u16>,
    },
}

impl RequiredNodeAffinity {
    /// Reads a pod spec.
    pub fn of_pod_spec(spec: &Value) -> Self {
        let selector = spec.at(&["nodeSelector"]).as_map().into_iter().flat_map(Map::iter);
        let required = spec.at(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]);
        Self {
            selector: selector.map(|(key, value)| (key.clone(), value.text_at(&[]))).collect(),
            terms: required.as_map().map(|_| read_terms(required)),
        }
    }

    /// Reads a `NodeSelector`, such as the `nodeAffinity.required` of a volume.
    pub fn of_node_selector(required: &Value) -> Self {
        Self { selector: Vec::new(), terms: required.as_map().map(|_| read_terms(required)) }
    }

    /// The node selector's entries, sorted by key.
    pub fn selector(&self) -> &[(SmolStr, SmolStr)] {
        &self.selector
    }

    /// The terms of the required affinity; `None` when the pod has none.
    pub fn terms(&self) -> Option<&[NodeSelectorTerm]> {
        self.terms.as_deref()
    }

    /// Whether a node with these labels and this name matches; if not, the first thing that it fails on.
    ///
    /// # Errors
    /// The first mismatch: the node selector is looked at before the terms.
    pub fn check(&self, labels: &Map, name: &str) -> Result<(), Mismatch> {
        for (index, (key, wanted)) in self.selector.iter().enumerate() {
            if !labels.get(key).and_then(Value::as_str).is_some_and(|found| is_same(found, wanted)) {
                return Err(Mismatch::Selector(index_u16(index)));
            }
        }
        let Some(terms) = &self.terms else { return Ok(()) };
        if terms.iter().any(|term| term.matches(labels, name)) {
            return Ok(());
        }
        let requirement = terms.first().and_then(|term| term.first_failing(labels, name));
        Err(Mismatch::Terms { requirement: requirement.map(index_u16) })
    }

    /// The requirement that a [`Mismatch::Terms`] points at.
    pub fn requirement(&self, index: u16) -> Option<&NodeSelectorRequirement> {
        let term = self.terms.as_ref()?.first()?;
        term.expressions.iter().chain(&term.fields).nth(index.into())
    }

    /// Whether a label of this key can change the answer.
    pub fn looks_at(&self, key: &str) -> bool {
        self.selector.iter().any(|(wanted, _)| wanted == key)
            || self.terms.iter().flatten().flat_map(|term| &term.expressions).any(|requirement| requirement.key == key)
    }

    /// The nodes that the terms admit by name alone, when every term names one: what the scheduler's `NodeAffinity`
    /// plugin restricts itself to before it filters. `None` when some term leaves the name open; no name when each term
    /// asks for several at once.
    pub fn named_nodes(&self) -> Option<Vec<&SmolStr>> {
        let terms = self.terms.as_ref().filter(|terms| !terms.is_empty())?;
        let mut names = Vec::new();
        for term in terms {
            let mut named = term.fields.iter().filter(|field| field.is_name() && field.operator == NodeSelectorOperator::In);
            let first = named.next()?;
            // A node has one name, so requirements for different ones conflict.
            let others: Vec<_> = named.collect();
            let is_common = |name: &&SmolStr| others.iter().all(|field| field.values.contains(name));
            names.extend(first.values.iter().filter(is_common));
        }
        Some(names)
    }
}

fn index_u16(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn read_terms(required: &Value) -> Vec<NodeSelectorTerm> {
    let read = |term: &Value| {
        let requirements = |list| term.list_at(&[list]).iter().map(NodeSelectorRequirement::read).collect::<Vec<_>>();
        let (expressions, fields) = (requirements("matchExpressions"), requirements("matchFields"));
        let parses = expressions.iter().all(NodeSelectorRequirement::is_label_requirement)
            && fields.iter().all(NodeSelectorRequirement::is_field_requirement);
        NodeSelectorTerm { expressions, fields, parses }
    };
    required.list_at(&["nodeSelectorTerms"]).iter().map(read).collect()
}

impl NodeSelectorTerm {
    fn is_empty(&self) -> bool {
        self.expressions.is_empty() && self.fields.is_empty()
    }

    /// Whether every requirement holds, and there is one.
    pub fn matches(&self, labels: &Map, name: &str) -> bool {
        self.parses && !self.is_empty() && self.first_failing(labels, name).is_none()
    }

    fn first_failing(&self, labels: &Map, name: &str) -> Option<usize> {
        if !self.parses {
            return None;
        }
        let expression = self.expressions.iter().position(|it| !it.holds(labels.get(&it.key).and_then(Value::as_str)));
        expression.or_else(|| {
            let field = |it: &NodeSelectorRequirement| !it.holds(Some(if it.is_name() { name } else { "" }));
            self.fields.iter().position(field).map(|index| index + self.expressions.len())
        })
    }
}

impl NodeSelectorRequirement {
    fn read(value: &Value) -> Self {
        let values: Vec<SmolStr> = value.list_at(&["values"]).iter().map(|it| it.text_at(&[])).collect();
        let operator = match value.str_at(&["operator"]) {
            "In" => NodeSelectorOperator::In,
            "NotIn" => NodeSelectorOperator::NotIn,
            "Exists" => NodeSelectorOperator::Exists,
            "DoesNotExist" => NodeSelectorOperator::DoesNotExist,
            "Gt" => NodeSelectorOperator::Gt,
            "Lt" => NodeSelectorOperator::Lt,
            _ => NodeSelectorOperator::Unknown,
        };
        let bound = values.first().and_then(|text| text.parse().ok()).unwrap_or_default();
        Self { key: value.text_at(&["key"]), operator, values, bound }
    }

    fn is_name(&self) -> bool {
        self.key == "metadata.name"
    }

    /// Models `labels.NewRequirement`: what it refuses makes the whole term match nothing.
    fn is_label_requirement(&self) -> bool {
        let values_fit = match self.operator {
            NodeSelectorOperator::In | NodeSelectorOperator::NotIn => !self.values.is_empty(),
            NodeSelectorOperator::Exists | NodeSelectorOperator::DoesNotExist => self.values.is_empty(),
            NodeSelectorOperator::Gt | NodeSelectorOperator::Lt => {
                self.values.len() == 1 && self.values[0].parse::<i64>().is_ok()
            }
            NodeSelectorOperator::Unknown => false,
        };
        values_fit && label::is_key(&self.key) && self.values.iter().all(|value| label::is_value(value))
    }

    /// Models `nodeSelectorRequirementsAsFieldSelector`: one value, and only `In` and `NotIn`.
    fn is_field_requirement(&self) -> bool {
        matches!(self.operator, NodeSelectorOperator::In | NodeSelectorOperator::NotIn) && self.values.len() == 1
    }

    fn holds(&self, found: Option<&str>) -> bool {
        let is_listed = |text: &str| self.values.iter().any(|value| is_same(value, text));
        let compare = |test: fn(&i64, &i64) -> bool| {
            found.and_then(|text| text.parse::<i64>().ok()).is_some_and(|number| test(&number, &self.bound))
        };
        match self.operator {
            NodeSelectorOperator::In => found.is_some_and(is_listed),
            NodeSelectorOperator::NotIn => !found.is_some_and(is_listed),
            NodeSelectorOperator::Exists => found.is_some(),
            NodeSelectorOperator::DoesNotExist => found.is_none(),
            NodeSelectorOperator::Gt => compare(i64::gt),
            NodeSelectorOperator::Lt => compare(i64::lt),
            NodeSelectorOperator::Unknown => false,
        }
    }
}

/// `zone In [a, b]`, `gpu Exists`, `cores Gt 8`.
impl fmt::Display for NodeSelectorRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.key, self.operator)?;
        match self.operator {
            NodeSelectorOperator::Exists | NodeSelectorOperator::DoesNotExist => Ok(()),
            NodeSelectorOperator::Gt | NodeSelectorOperator::Lt => write!(f, " {}", self.values.join(", ")),
            _ => write!(f, " [{}]", self.values.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    fn check(terms: &str, labels: &str, name: &str) -> bool {
        let terms: Value = serde_json::from_str(terms).expect("JSON");
        let labels: Value = serde_json::from_str(labels).expect("JSON");
        let spec = map! { "affinity" => map! { "nodeAffinity" => map! {
        "requiredDuringSchedulingIgnoredDuringExecution" => map! { "nodeSelectorTerms" => terms } } } };
        RequiredNodeAffinity::of_pod_spec(&spec).check(labels.as_map().expect("labels"), name).is_ok()
    }

    #[test]
    fn terms_are_ored_and_their_requirements_anded() {
        let cases = [
            ("[]", "{}", false),
            ("[{}]", "{}", false),
            (r#"[{},{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}]"#, "{}", true),
            (r#"[{"matchExpressions":[{"key":"a","operator":"Exists"},{"key":"b","operator":"Exists"}]}]"#, r#"{"a":""}"#, false),
            (r#"[{"matchExpressions":[{"key":"a","operator":"In","values":["x","y"]}]}]"#, r#"{"a":"y"}"#, true),
            (r#"[{"matchExpressions":[{"key":"a","operator":"NotIn","values":["x"]}]}]"#, "{}", true),
            (r#"[{"matchExpressions":[{"key":"a","operator":"Gt","values":["8"]}]}]"#, r#"{"a":"16"}"#, true),
            (r#"[{"matchExpressions":[{"key":"a","operator":"Lt","values":["8"]}]}]"#, r#"{"a":"16"}"#, false),
            (r#"[{"matchExpressions":[{"key":"a","operator":"Gt","values":["8"]}]}]"#, r#"{"a":"many"}"#, false),
            (r#"[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]"#, "{}", true),
            (r#"[{"matchFields":[{"key":"metadata.name","operator":"NotIn","values":["n"]}]}]"#, "{}", false),
        ];
        for (terms, labels, expected) in cases {
            assert_eq!(check(terms, labels, "n"), expected, "{terms} on {labels}");
        }
    }

    #[test]
    fn a_term_that_cannot_be_parsed_matches_nothing_and_spares_the_others() {
        let bad = r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#;
        let good = r#"{"matchExpressions":[{"key":"a","operator":"Exists"}]}"#;
        assert!(!check(&format!("[{bad}]"), r#"{"a":"x"}"#, "n"));
        assert!(check(&format!("[{bad},{good}]"), r#"{"a":"x"}"#, "n"));
        let two_names = r#"[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n","m"]}]}]"#;
        assert!(!check(two_names, "{}", "n"));
    }
}
