//! Recorded console sessions of Kubernetes 1.36.2, run again in the lab.

use std::collections::BTreeMap;
use std::path::Path;

use daemonset_lab::transcript;

/// The sessions of a folder, by their names.
fn sessions(folder: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    let named = files.filter_map(|file| {
        let name = file.file_stem()?.to_str()?.to_owned();
        let is_session = file.extension().is_some_and(|end| end == "md") && name != "README";
        is_session.then(|| (name, std::fs::read_to_string(&file).expect("a text")))
    });
    named.collect()
}

#[test]
fn every_recorded_session_is_answered_whole() {
    let sessions = sessions("tests/conformance/transcripts");
    assert_eq!(sessions.len(), 113);
    let mut wrong = String::new();
    for (name, recorded) in &sessions {
        let difference = transcript::check(recorded).expect("a session");
        if !difference.is_empty() {
            wrong.extend(["\n", name, " differs:\n", &difference]);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_lab_s_own_sessions_are_answered_as_they_were_judged() {
    let sessions = sessions("tests/sessions");
    assert_eq!(sessions.len(), 8);
    for (name, judged) in &sessions {
        let difference = transcript::check(judged).expect("a session");
        assert!(difference.is_empty(), "{name} differs:\n{difference}");
    }
}

#[test]
fn the_same_session_is_answered_in_the_same_way_again() {
    let session = "```yaml file=cluster.yaml\napiVersion: v1\nkind: Node\nmetadata: {name: worker-1}\n```\n```console\n$ kubectl get nodes\n$ kubectl run p --image=nginx\n```\n<!-- settle -->\n```console\n$ kubectl describe pod p\n$ kubectl nonsense\n```\n";
    let answered = transcript::fill_in(session).expect("a session");
    assert_eq!(transcript::fill_in(session).as_ref(), Ok(&answered));
    // What is printed below a command means nothing to the lab.
    assert_eq!(transcript::fill_in(&answered).as_ref(), Ok(&answered));
    assert!(answered.contains("pod/p created") && answered.contains("unknown command \"nonsense\""), "{answered}");
}
