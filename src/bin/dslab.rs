//! The lab's front door in the shell.
fn main() {}
