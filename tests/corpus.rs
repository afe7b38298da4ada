//! The inputs that the fuzzers found worth keeping, replayed: nothing panics, and what must hold holds.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../fuzz/harness.rs"]
mod harness;

fn replay(target: &str, harness: fn(&[u8])) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target);
    let mut inputs = 0;
    for entry in std::fs::read_dir(&folder).expect("the corpus is there") {
        harness(&std::fs::read(entry.expect("readable").path()).expect("readable"));
        inputs += 1;
    }
    assert!(inputs > 10, "{} holds only {inputs} inputs", folder.display());
}

#[test]
fn every_kept_text_is_decoded() {
    replay("decode", harness::decode);
}

#[test]
fn every_kept_patch_is_applied() {
    replay("patch", harness::patch);
}

#[test]
fn every_kept_script_of_calls_is_answered() {
    replay("calls", harness::calls);
}

#[test]
fn every_kept_command_line_gets_an_answer() {
    replay("kubectl", harness::kubectl);
}
