//! The engine's front door in the browser: what the page's worker runs.

fn main() {
    daemonset_lab::engine::start();
}
