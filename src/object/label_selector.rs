//! Label selectors: which labels they match, how they are written, and the query syntax of `kubectl -l`.
//!
//! Models `metav1.LabelSelector` and `k8s.io/apimachinery/pkg/labels`.

use std::fmt;

use super::{Map, SmolStr, Value, label, sort_few};

/// Requirements on labels, all of which must hold.
///
/// ```
/// use daemonset_lab::object::{LabelSelector, map};
/// let selector = LabelSelector::parse("tier in (web,db),!old,app=agent").unwrap();
/// assert_eq!(selector.to_string(), "app=agent,!old,tier in (db,web)");
/// assert!(selector.matches(map! { "app" => "agent", "tier" => "db" }.as_map().unwrap()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSelector {
    /// Sorted by key; `None` matches nothing.
    requirements: Option<Vec<LabelRequirement>>,
}

/// One requirement of a [`LabelSelector`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRequirement {
    /// The label's key.
    pub key: SmolStr,
    /// How its value is compared.
    pub operator: SelectorOperator,
    /// What it is compared with.
    pub values: Vec<SmolStr>,
}

/// Models `selection.Operator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectorOperator {
    /// `key=value`, and each of `matchLabels`.
    Equals,
    /// `key==value`, which means the same.
    DoubleEquals,
    /// `key!=value`; also when there is no such label.
    NotEquals,
    /// `key in (a,b)`.
    In,
    /// `key notin (a,b)`; also when there is no such label.
    NotIn,
    /// `key`.
    Exists,
    /// `!key`.
    DoesNotExist,
    /// `key>1`: both are whole numbers.
    GreaterThan,
    /// `key<1`: both are whole numbers.
    LessThan,
}

/// Why something is no label selector; the texts are those of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorError {
    /// An operator in `matchExpressions` that label selectors do not have.
    Operator(SmolStr),
    /// A requirement with parts that do not go together.
    Invalid(Vec<InvalidRequirement>),
    /// A query cannot be read beyond this word.
    Unexpected {
        /// The word; empty at the end.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// The same as one of the above, inside one requirement of a query.
    InRequirement(Box<SelectorError>),
}

/// A part of a requirement that may not be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequirement {
    /// Where, such as `values[0][app]`.
    pub path: String,
    /// What stands there, as Go prints it.
    pub value: String,
    /// What is wrong with it.
    pub detail: String,
}

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operator(name) => write!(f, "{:?} is not a valid pod selector operator", name.as_str()),
            Self::Invalid(parts) => match parts.as_slice() {
                [part] => part.fmt(f),
                parts => {
                    let texts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                    write!(f, "[{}]", texts.join(", "))
                }
            },
            // Kubernetes leaves out one comma.
            Self::Unexpected { found, expected: "'('" } => write!(f, "found '{found}' expected: '('"),
            Self::Unexpected { found, expected } => write!(f, "found '{found}', expected: {expected}"),
            Self::InRequirement(error) => write!(f, "unable to parse requirement: {error}"),
        }
    }
}

impl std::error::Error for SelectorError {}

impl fmt::Display for InvalidRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: Invalid value: {}: {}", self.path, self.value, self.detail)
    }
}

impl LabelSelector {
    /// Matches all labels.
    pub fn everything() -> Self {
        Self { requirements: Some(Vec::new()) }
    }

    /// Matches no labels, as an absent selector does.
    pub fn nothing() -> Self {
        Self { requirements: None }
    }

    /// Matches what has all of these labels.
    pub fn of_labels(labels: &Map) -> Self {
        Self { requirements: Some(labels.iter().map(equals).collect()) }
    }

    /// Reads a `metav1.LabelSelector`. Models `LabelSelectorAsSelector`.
    ///
    /// # Errors
    /// When an operator is unknown, or a key or value does not fit: then it selects nothing.
    pub fn read(value: &Value) -> Result<Self, SelectorError> {
        if value.is_null() {
            return Ok(Self::nothing());
        }
        let mut requirements: Vec<_> = value.at(&["matchLabels"]).as_map().into_iter().flat_map(Map::iter).map(equals).collect();
        for expression in value.list_at(&["matchExpressions"]) {
            requirements.push(read_expression(expression)?);
        }
        for requirement in &requirements {
            requirement.validate()?;
        }
        Ok(Self::sorted(requirements))
    }

    /// Reads a query as it follows `kubectl -l`. Models `labels.Parse`.
    ///
    /// # Errors
    /// The first place that does not follow the syntax.
    pub fn parse(query: &str) -> Result<Self, SelectorError> {
        Parser { tokens: scan(query), position: 0 }.parse().map(Self::sorted)
    }

    fn sorted(mut requirements: Vec<LabelRequirement>) -> Self {
        sort_few(&mut requirements, |left, right| left.key < right.key);
        Self { requirements: Some(requirements) }
    }

    /// The requirements, sorted by key; none when it matches nothing, too.
    pub fn requirements(&self) -> &[LabelRequirement] {
        self.requirements.as_deref().unwrap_or_default()
    }

    /// Whether it matches whatever the labels are.
    pub fn is_everything(&self) -> bool {
        self.requirements.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether every requirement holds for these labels.
    pub fn matches(&self, labels: &Map) -> bool {
        let holds = |requirement: &LabelRequirement| requirement.holds(labels.get(&requirement.key).and_then(Value::as_str));
        self.requirements.as_ref().is_some_and(|requirements| requirements.iter().all(holds))
    }
}

/// The query that selects the same, with values sorted; empty when it selects all or nothing.
impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.requirements().iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

fn equals((key, value): (&SmolStr, &Value)) -> LabelRequirement {
    let values = vec![value.as_str().unwrap_or_default().into()];
    LabelRequirement { key: key.clone(), operator: SelectorOperator::Equals, values }
}

fn read_expression(expression: &Value) -> Result<LabelRequirement, SelectorError> {
    let operator = match expression.str_at(&["operator"]) {
        "In" => SelectorOperator::In,
        "NotIn" => SelectorOperator::NotIn,
        "Exists" => SelectorOperator::Exists,
        "DoesNotExist" => SelectorOperator::DoesNotExist,
        unknown => return Err(SelectorError::Operator(unknown.into())),
    };
    let values = expression.list_at(&["values"]).iter().map(|value| value.as_str().unwrap_or_default().into());
    Ok(LabelRequirement { key: expression.str_at(&["key"]).into(), operator, values: values.collect() })
}

impl LabelRequirement {
    fn holds(&self, found: Option<&str>) -> bool {
        let is_listed = |text: &str| self.values.iter().any(|value| value == text);
        let compare = |test: fn(&i64, &i64) -> bool| {
            let bound = self.values.first().and_then(|text| text.parse().ok());
            let number = found.and_then(|text| text.parse().ok());
            number.zip(bound).is_some_and(|(number, bound)| test(&number, &bound))
        };
        match self.operator {
            SelectorOperator::Equals | SelectorOperator::DoubleEquals | SelectorOperator::In => found.is_some_and(is_listed),
            SelectorOperator::NotEquals | SelectorOperator::NotIn => !found.is_some_and(is_listed),
            SelectorOperator::Exists => found.is_some(),
            SelectorOperator::DoesNotExist => found.is_none(),
            SelectorOperator::GreaterThan => compare(i64::gt),
            SelectorOperator::LessThan => compare(i64::lt),
        }
    }

    /// Models `labels.NewRequirement`.
    fn validate(&self) -> Result<(), SelectorError> {
        let mut faults = Vec::new();
        if let Some(fault) = invalid_key(&self.key, "key") {
            faults.push(fault);
        }
        faults.extend(self.operator.fault_of_count(&self.values));
        if matches!(self.operator, SelectorOperator::GreaterThan | SelectorOperator::LessThan) {
            let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
            let not_a_number = self.values.iter().enumerate().filter(|(_, value)| value.parse::<i64>().is_err());
            faults.extend(not_a_number.map(|(index, value)| fault(format!("values[{index}]"), value, detail)));
        }
        for (index, value) in self.values.iter().enumerate() {
            let errors = label::value_errors(value);
            if !errors.is_empty() {
                faults.push(fault(format!("values[{index}][{}]", self.key), value, &errors.join("; ")));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(SelectorError::Invalid(faults)) }
    }
}

impl SelectorOperator {
    fn fault_of_count(self, values: &[SmolStr]) -> Option<InvalidRequirement> {
        let (fits, detail) = match self {
            Self::In | Self::NotIn => (!values.is_empty(), "for 'in', 'notin' operators, values set can't be empty"),
            Self::Equals | Self::DoubleEquals | Self::NotEquals => {
                (values.len() == 1, "exact-match compatibility requires one single value")
            }
            Self::Exists | Self::DoesNotExist => (values.is_empty(), "values set must be empty for exists and does not exist"),
            Self::GreaterThan | Self::LessThan => (values.len() == 1, "for 'Gt', 'Lt' operators, exactly one value is required"),
        };
        let listed = || values.iter().map(|value| format!("{:?}", value.as_str())).collect::<Vec<_>>().join(",");
        (!fits).then(|| InvalidRequirement { path: "values".into(), value: format!("[{}]", listed()), detail: detail.into() })
    }
}

fn invalid_key(key: &str, path: &str) -> Option<InvalidRequirement> {
    let errors = label::key_errors(key);
    (!errors.is_empty()).then(|| fault(path.into(), key, &errors.join("; ")))
}

fn fault(path: String, value: &str, detail: &str) -> InvalidRequirement {
    InvalidRequirement { path, value: format!("{value:?}"), detail: detail.into() }
}

impl fmt::Display for LabelRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values: Vec<&str> = self.values.iter().map(SmolStr::as_str).collect();
        values.sort_unstable();
        let (key, values) = (&self.key, values.join(","));
        match self.operator {
            SelectorOperator::Equals => write!(f, "{key}={values}"),
            SelectorOperator::DoubleEquals => write!(f, "{key}=={values}"),
            SelectorOperator::NotEquals => write!(f, "{key}!={values}"),
            SelectorOperator::In => write!(f, "{key} in ({values})"),
            SelectorOperator::NotIn => write!(f, "{key} notin ({values})"),
            SelectorOperator::Exists => write!(f, "{key}"),
            SelectorOperator::DoesNotExist => write!(f, "!{key}"),
            SelectorOperator::GreaterThan => write!(f, "{key}>{values}"),
            SelectorOperator::LessThan => write!(f, "{key}<{values}"),
        }
    }
}

/// A word of a query. `in` and `notin` are operators only where one may stand.
#[derive(Clone, Copy, PartialEq)]
enum Token<'a> {
    End,
    Word(&'a str),
    Symbol(&'a str),
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Token::End => "",
            Token::Word(text) | Token::Symbol(text) => text,
        }
    }

    fn unexpected<T>(self, expected: &'static str) -> Result<T, SelectorError> {
        Err(SelectorError::Unexpected { found: self.text().into(), expected })
    }
}

fn scan(query: &str) -> Vec<Token<'_>> {
    let is_space = |ch: char| matches!(ch, ' ' | '\t' | '\r' | '\n');
    let is_symbol = |ch: char| matches!(ch, '=' | '!' | '(' | ')' | ',' | '>' | '<');
    let mut tokens = Vec::new();
    let mut rest = query.trim_start_matches(is_space);
    while !rest.is_empty() {
        let is_word = !rest.starts_with(is_symbol);
        let length = if is_word {
            rest.find(|ch| is_symbol(ch) || is_space(ch)).unwrap_or(rest.len())
        } else if rest.starts_with("==") || rest.starts_with("!=") {
            2
        } else {
            1
        };
        let (text, tail) = rest.split_at(length);
        tokens.push(if is_word { Token::Word(text) } else { Token::Symbol(text) });
        rest = tail.trim_start_matches(is_space);
    }
    tokens
}

/// Models `labels.Parser`.
struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    position: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.tokens.get(self.position).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.position += 1;
        token
    }

    fn parse(&mut self) -> Result<Vec<LabelRequirement>, SelectorError> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::End => return Ok(requirements),
                Token::Word(_) | Token::Symbol("!") => {}
                other @ Token::Symbol(_) => return other.unexpected("!, identifier, or 'end of string'"),
            }
            let requirement = self.requirement().map_err(|error| SelectorError::InRequirement(Box::new(error)))?;
            requirements.push(requirement);
            match self.next() {
                Token::End => return Ok(requirements),
                Token::Symbol(",") => {}
                other => return other.unexpected("',' or 'end of string'"),
            }
            if !matches!(self.peek(), Token::Word(_) | Token::Symbol("!")) {
                return self.peek().unexpected("identifier after ','");
            }
        }
    }

    fn requirement(&mut self) -> Result<LabelRequirement, SelectorError> {
        let is_negated = self.peek() == Token::Symbol("!");
        if is_negated {
            self.next();
        }
        let key = match self.next() {
            Token::Word(key) => key,
            other => return other.unexpected("identifier"),
        };
        if let Some(fault) = invalid_key(key, "<nil>") {
            return Err(SelectorError::Invalid(vec![fault]));
        }
        let (operator, values) = if is_negated {
            (SelectorOperator::DoesNotExist, Vec::new())
        } else if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            (SelectorOperator::Exists, Vec::new())
        } else {
            self.operator_and_values()?
        };
        let requirement = LabelRequirement { key: key.into(), operator, values };
        requirement.validate()?;
        Ok(requirement)
    }

    fn operator_and_values(&mut self) -> Result<(SelectorOperator, Vec<SmolStr>), SelectorError> {
        let operator = match self.next() {
            Token::Word("in") => SelectorOperator::In,
            Token::Word("notin") => SelectorOperator::NotIn,
            Token::Symbol("=") => SelectorOperator::Equals,
            Token::Symbol("==") => SelectorOperator::DoubleEquals,
            Token::Symbol("!=") => SelectorOperator::NotEquals,
            Token::Symbol(">") => SelectorOperator::GreaterThan,
            Token::Symbol("<") => SelectorOperator::LessThan,
            other => return other.unexpected("in, notin, =, ==, !=, gt, lt"),
        };
        let mut values = match operator {
            SelectorOperator::In | SelectorOperator::NotIn => self.value_set()?,
            _ => vec![self.exact_value()?],
        };
        values.sort_unstable();
        values.dedup();
        Ok((operator, values))
    }

    fn exact_value(&mut self) -> Result<SmolStr, SelectorError> {
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(SmolStr::default());
        }
        match self.next() {
            Token::Word(value) => Ok(value.into()),
            other => other.unexpected("identifier"),
        }
    }

    fn value_set(&mut self) -> Result<Vec<SmolStr>, SelectorError> {
        match self.next() {
            Token::Symbol("(") => {}
            other => return other.unexpected("'('"),
        }
        match self.peek() {
            Token::Word(_) | Token::Symbol(",") => self.value_list(),
            Token::Symbol(")") => {
                self.next();
                Ok(vec![SmolStr::default()])
            }
            other => other.unexpected("',', ')' or identifier"),
        }
    }

    /// Models `parseIdentifiersList`: between two commas, and beside a lonely one, stands the empty value.
    fn value_list(&mut self) -> Result<Vec<SmolStr>, SelectorError> {
        let mut values: Vec<SmolStr> = Vec::new();
        loop {
            match self.next() {
                Token::Word(value) => {
                    values.push(value.into());
                    if !matches!(self.peek(), Token::Symbol("," | ")")) {
                        return self.peek().unexpected("',' or ')'");
                    }
                }
                Token::Symbol(",") => {
                    if values.is_empty() || matches!(self.peek(), Token::Symbol("," | ")")) {
                        values.push(SmolStr::default());
                    }
                }
                other => return other.unexpected("',', or identifier"),
            }
            if self.peek() == Token::Symbol(")") {
                self.next();
                return Ok(values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_and_written_sorted() {
        let cases = [
            ("", ""),
            ("a=b,c!=d,e in (x,y),f notin (z),g,!h", "a=b,c!=d,e in (x,y),f notin (z),g,!h"),
            ("x==1 , app = agent", "app=agent,x==1"),
            ("tier in (web, db,)", "tier in (,db,web)"),
            ("tier in ()", "tier in ()"),
            ("in in (in,notin)", "in in (in,notin)"),
            ("a=", "a="),
            ("a=,b", "a=,b"),
            ("cores>8,cores<16", "cores>8,cores<16"),
        ];
        for (query, text) in cases {
            assert_eq!(LabelSelector::parse(query).map(|selector| selector.to_string()), Ok(text.to_string()), "{query}");
        }
    }

    #[test]
    fn queries_that_cannot_be_read_are_refused_in_the_words_of_kubernetes() {
        let cases = [
            ("app in", "unable to parse requirement: found '' expected: '('"),
            ("app in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"),
            ("app in (a", "unable to parse requirement: found '', expected: ',' or ')'"),
            ("app in (a,", "unable to parse requirement: found '', expected: ',', or identifier"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a=b=c", "found '=', expected: ',' or 'end of string'"),
            ("a=b,", "found '', expected: identifier after ','"),
            ("=b", "found '=', expected: !, identifier, or 'end of string'"),
            ("!", "unable to parse requirement: found '', expected: identifier"),
            ("!a=b", "found '=', expected: ',' or 'end of string'"),
            ("a==!", "unable to parse requirement: found '!', expected: identifier"),
            (
                "cores>many",
                "unable to parse requirement: values[0]: Invalid value: \"many\": for 'Gt', 'Lt' operators, the value must be an integer",
            ),
            (
                "-a",
                "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            ),
            (
                "a=-b",
                "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            ),
        ];
        for (query, text) in cases {
            assert_eq!(LabelSelector::parse(query).map_err(|error| error.to_string()), Err(text.to_string()), "{query}");
        }
    }

    #[test]
    fn requirements_hold_as_their_operators_say() {
        let labels = map(r#"{"app":"agent","cores":"12","empty":""}"#);
        let cases = [
            ("app=agent", true),
            ("app==other", false),
            ("app!=other", true),
            ("none!=x", true),
            ("app in (x,agent)", true),
            ("none in (x)", false),
            ("none notin (x)", true),
            ("app notin (agent)", false),
            ("empty", true),
            ("empty=", true),
            ("none=", false),
            ("!none,!app", false),
            ("cores>8", true),
            ("cores<12", false),
            ("app>8", false),
        ];
        for (query, expected) in cases {
            assert_eq!(LabelSelector::parse(query).map(|selector| selector.matches(&labels)), Ok(expected), "{query}");
        }
    }

    #[test]
    fn the_selector_of_an_object_is_read_and_an_absent_one_matches_nothing() {
        let read = |text: &str| LabelSelector::read(&serde_json::from_str(text).expect("JSON"));
        let selector = r#"{"matchLabels":{"b":"1","a":"2"},"matchExpressions":[{"key":"k","operator":"In","values":["y","x"]},{"key":"a","operator":"Exists"}]}"#;
        assert_eq!(read(selector).map(|it| it.to_string()), Ok("a=2,a,b=1,k in (x,y)".to_string()));
        assert!(read("{}").is_ok_and(|it| it.is_everything() && it.matches(&Map::default())));
        assert!(read("null").is_ok_and(|it| !it.matches(&Map::default())));
        let unknown = r#"{"matchExpressions":[{"key":"k","operator":"Gt","values":["1"]}]}"#;
        assert_eq!(read(unknown), Err(SelectorError::Operator("Gt".into())));
        let empty = r#"{"matchExpressions":[{"key":"k","operator":"In"}]}"#;
        let text = "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty";
        assert_eq!(read(empty).map_err(|error| error.to_string()), Err(text.to_string()));
    }

    fn map(text: &str) -> Map {
        serde_json::from_str::<Value>(text).expect("JSON").as_map().cloned().expect("a map")
    }

    proptest::proptest! {
        #[test]
        fn no_query_panics_and_a_written_one_reads_back(query in "[a-c!=(), <>/.日-]{0,20}|[a-c]( not| )?in \\([a-c,]*\\)") {
            if let Ok(selector) = LabelSelector::parse(&query) {
                proptest::prop_assert_eq!(LabelSelector::parse(&selector.to_string()), Ok(selector));
            }
        }
    }
}
