//! Requests and reports as bytes.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// As bytes.
pub fn encode<T: Serialize>(said: &T) -> Vec<u8> {
    // Only what does not know its own length beforehand cannot be written; everything here does.
    postcard::to_allocvec(said).unwrap_or_default()
}

/// What the bytes say; `None` when it is something else.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::desk::{Answer, Errand, Report, Request, Watched};
    use crate::lab::manifest::check;
    use crate::object::ObjectKey;

    #[test]
    fn what_is_said_is_heard() {
        let requests = [
            Request::Begin { saved: Some("节点".into()), seen_ms: u64::MAX },
            Request::Clock(0.25),
            Request::Watch(Watched { daemonset: Some(ObjectKey::new("d", "agent")), explained: Some("n".into()), events: true }),
            Request::Errand(7, Errand::Apply("a.yaml".into(), "kind: Pod\n".into())),
        ];
        for request in requests {
            assert_eq!(decode(&encode(&request)), Some(request));
        }
    }

    /// Every kind of advice that a broken text can get goes over the wire.
    #[test]
    fn problems_are_heard_as_they_were_found() {
        let text = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: A_b}\nspec:\n  updateStrategy: {type: Rolling}\n  template: {spec: {containers: 3}}\n---\nkind: {\n";
        let found = check(text);
        assert!(found.len() > 3, "{found:?}");
        let report = Report::Answer(1, Answer::Problems(found));
        assert_eq!(decode(&encode(&report)), Some(report));
    }

    #[test]
    fn what_is_no_report_is_none() {
        assert_eq!(decode::<Report>(&[]), None);
        assert_eq!(decode::<Report>(&[200, 1, 2]), None);
        assert_eq!(decode::<Request>(&encode(&Request::Step)[..0]), None);
    }
}
