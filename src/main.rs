//! The lab's front door in the browser.

fn main() {
    daemonset_lab::ui::start();
}
