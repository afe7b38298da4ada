//! What was done in a lab, as it is saved.

use super::fields::{Fields, write};
use super::{Action, ClusterPreset};
use crate::apiserver::Call;
use crate::kubelet::image::{Fault, Subject};
use crate::object::{ObjectKey, SmolStr, TaintEffect};

/// One thing that was done in a lab: with the seed and the times, all of them make the lab again.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// The cluster was made.
    Preset(ClusterPreset),
    /// Something was done on the stage.
    Act(Action),
    /// The objects of a text were applied.
    Apply(String),
    /// The objects of a text were deleted.
    Delete(String),
    /// A command asked the API server for this, in one go.
    Asked(Vec<Call>),
}

impl Deed {
    /// Appends it to a text.
    pub fn write(&self, into: &mut String) {
        match self {
            Self::Preset(preset) => write(into, &["preset", preset.name()]),
            Self::Apply(text) => write(into, &["apply", text]),
            Self::Delete(text) => write(into, &["delete", text]),
            Self::Act(action) => write_action(action, into),
            Self::Asked(calls) => {
                write(into, &["asked", &calls.len().to_string()]);
                for call in calls {
                    write(into, &[&call.write().to_string()]);
                }
            }
        }
    }

    /// The next one of a text; `None` when what stands there is none.
    pub fn read(fields: &mut Fields) -> Option<Self> {
        let mut text = || fields.next();
        Some(match text()? {
            "preset" => Self::Preset(ClusterPreset::named(text()?)?),
            "apply" => Self::Apply(text()?.into()),
            "delete" => Self::Delete(text()?.into()),
            "asked" => {
                let calls = (0..fields.number()?).map(|_| Call::read(&serde_json::from_str(fields.next()?).ok()?));
                Self::Asked(calls.collect::<Option<_>>()?)
            }
            word => Self::Act(read_action(word, fields)?),
        })
    }
}

fn write_action(action: &Action, into: &mut String) {
    match action {
        Action::SetLabel { node, key, value } => write(into, &["label", node, key, value]),
        Action::RemoveLabel { node, key } => write(into, &["unlabel", node, key]),
        Action::SetTaint { node, key, value, effect } => write(into, &["taint", node, key, value, effect.as_str()]),
        Action::RemoveTaint { node, key, effect } => write(into, &["untaint", node, key, effect.as_str()]),
        Action::Cordon { node } => write(into, &["cordon", node]),
        Action::Uncordon { node } => write(into, &["uncordon", node]),
        Action::AddNodes { count, labels, stem } => {
            write(into, &["join", stem, &count.to_string(), &labels.len().to_string()]);
            for (key, value) in labels {
                write(into, &[key, value]);
            }
        }
        Action::DeleteNode { node } => write(into, &["delete-node", node]),
        Action::StopNode { node } => write(into, &["stop", node]),
        Action::StartNode { node } => write(into, &["start", node]),
        Action::SetCondition { node, condition, status } => {
            write(into, &["condition", node, condition, if *status { "true" } else { "false" }]);
        }
        Action::SetBehaviour { subject, fault } => {
            let fault = fault.map_or("", Fault::name);
            match subject {
                Subject::Image(image) => write(into, &["image", image, fault]),
                Subject::Pod(pod) => write(into, &["pod", &pod.namespace, &pod.name, fault]),
            }
        }
        Action::DeletePod { pod } => write(into, &["delete-pod", &pod.namespace, &pod.name]),
        Action::RestartDaemonSet { daemonset } => write(into, &["restart", &daemonset.namespace, &daemonset.name]),
        Action::UndoDaemonSet { daemonset } => write(into, &["undo", &daemonset.namespace, &daemonset.name]),
        Action::DeleteDaemonSet { daemonset } => write(into, &["delete-daemonset", &daemonset.namespace, &daemonset.name]),
    }
}

fn read_action(word: &str, fields: &mut Fields) -> Option<Action> {
    if word == "join" {
        return read_join(fields);
    }
    let mut text = || fields.next().map(SmolStr::from);
    let first = text()?;
    let key = |name: SmolStr| ObjectKey::new(first.clone(), name);
    Some(match word {
        "label" => Action::SetLabel { key: text()?, value: text()?, node: first },
        "unlabel" => Action::RemoveLabel { key: text()?, node: first },
        "taint" => Action::SetTaint { key: text()?, value: text()?, effect: TaintEffect::parse(&text()?)?, node: first },
        "untaint" => Action::RemoveTaint { key: text()?, effect: TaintEffect::parse(&text()?)?, node: first },
        "cordon" => Action::Cordon { node: first },
        "uncordon" => Action::Uncordon { node: first },
        "delete-node" => Action::DeleteNode { node: first },
        "stop" => Action::StopNode { node: first },
        "start" => Action::StartNode { node: first },
        "condition" => Action::SetCondition { condition: text()?, status: text()? == "true", node: first },
        "image" => Action::SetBehaviour { fault: Fault::named(&text()?), subject: Subject::Image(first) },
        "pod" => {
            let subject = Subject::Pod(key(text()?));
            Action::SetBehaviour { subject, fault: Fault::named(&text()?) }
        }
        "delete-pod" => Action::DeletePod { pod: key(text()?) },
        "restart" => Action::RestartDaemonSet { daemonset: key(text()?) },
        "undo" => Action::UndoDaemonSet { daemonset: key(text()?) },
        "delete-daemonset" => Action::DeleteDaemonSet { daemonset: key(text()?) },
        _ => return None,
    })
}

fn read_join(fields: &mut Fields) -> Option<Action> {
    let stem = fields.next()?.into();
    let count = usize::try_from(fields.number()?).ok()?;
    let mut labels = Vec::new();
    for _ in 0..fields.number()? {
        labels.push((fields.next()?.into(), fields.next()?.into()));
    }
    Some(Action::AddNodes { count, labels, stem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apiserver::{DeleteOptions, PatchType};
    use crate::object::{Kind, map};

    #[test]
    fn every_deed_comes_back() {
        let node: SmolStr = "n1".into();
        let (key, value): (SmolStr, SmolStr) = ("example.com/a".into(), "b c".into());
        let effect = TaintEffect::NoExecute;
        let object = ObjectKey::new("kube-system", "agent");
        let acts = [
            Action::SetLabel { node: node.clone(), key: key.clone(), value: value.clone() },
            Action::RemoveLabel { node: node.clone(), key: key.clone() },
            Action::SetTaint { node: node.clone(), key: key.clone(), value: "".into(), effect },
            Action::RemoveTaint { node: node.clone(), key: key.clone(), effect },
            Action::Cordon { node: node.clone() },
            Action::Uncordon { node: node.clone() },
            Action::AddNodes { count: 5000, labels: vec![(key, value)], stem: "node-".into() },
            Action::DeleteNode { node: node.clone() },
            Action::StopNode { node: node.clone() },
            Action::StartNode { node: node.clone() },
            Action::SetCondition { node, condition: "DiskPressure".into(), status: true },
            Action::SetBehaviour { subject: Subject::Image("nginx:2".into()), fault: Some(Fault::Crash) },
            Action::SetBehaviour { subject: Subject::Pod(object.clone()), fault: None },
            Action::DeletePod { pod: object.clone() },
            Action::RestartDaemonSet { daemonset: object.clone() },
            Action::UndoDaemonSet { daemonset: object.clone() },
            Action::DeleteDaemonSet { daemonset: object },
        ];
        let mut deeds: Vec<Deed> = acts.into_iter().map(Deed::Act).collect();
        deeds.extend(ClusterPreset::ALL.map(Deed::Preset));
        deeds.extend([Deed::Apply("kind: Pod\n".into()), Deed::Delete("节点".into())]);
        let delete = Call::delete(Kind::Pod, ObjectKey::new("default", "a"), DeleteOptions::default());
        let patch = map! { "metadata" => map! { "labels" => map! { "a" => "节点\n" } }, "spec" => map! { "x" => -1 } };
        let patch = Call::patch(Kind::Node, ObjectKey::cluster_scoped("n1"), PatchType::Strategic, patch);
        deeds.push(Deed::Asked(vec![delete, patch.strict()]));
        let mut text = String::new();
        for deed in &deeds {
            deed.write(&mut text);
        }
        let mut fields = Fields::of(&text);
        let read: Vec<Deed> = std::iter::from_fn(|| Deed::read(&mut fields)).collect();
        assert_eq!(read, deeds);
    }

    #[test]
    fn what_is_no_deed_is_none() {
        for text in ["", "3:fly2:n1", "6:preset4:mars", "5:asked1:12:{}", "4:join2:n-1:x1:0", "5:taint1:n1:k1:v4:Soon"] {
            assert_eq!(Deed::read(&mut Fields::of(text)), None, "{text}");
        }
    }
}
