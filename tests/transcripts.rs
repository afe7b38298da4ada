//! Recorded console sessions of Kubernetes 1.36.2, run again in the lab.

use std::collections::BTreeSet;
use std::path::Path;

use daemonset_lab::transcript;

/// Sessions that the lab does not answer whole yet. One that passes must leave this list.
const NOT_YET: &[&str] = &[];

#[test]
fn every_recorded_session_is_answered_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/transcripts");
    let files = std::fs::read_dir(folder).expect("the recordings").map(|it| it.expect("an entry").path());
    let files: BTreeSet<_> = files.filter(|it| it.extension().is_some_and(|end| end == "md")).collect();
    assert_eq!(files.len(), 113);
    let mut wrong = String::new();
    for file in &files {
        let name = file.file_stem().and_then(|it| it.to_str()).expect("a name");
        let recorded = std::fs::read_to_string(file).expect("a text");
        let difference = transcript::check(&recorded).expect("a session");
        match (difference.is_empty(), NOT_YET.contains(&name)) {
            (false, false) => wrong.extend(["\n", name, " differs:\n", &difference]),
            (true, true) => wrong.extend(["\n", name, " passes: take it from the list"]),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(NOT_YET.is_empty(), "not answered yet: {}", NOT_YET.join(", "));
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
