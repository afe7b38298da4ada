//! `--record`: the command line is noted as the cause of a change.
//!
//! Models `genericclioptions.ChangeCauseRecorder` and `ParseCommandArguments`.

use super::flags::Flags;
use crate::object::Value;

/// Why an object was changed, as `rollout history` shows it.
pub const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// Notes the command as the cause of what becomes of an object, when it asks for it.
pub fn record(flags: &Flags, value: &mut Value) {
    if flags.is_on("record") {
        value.set(&["metadata", "annotations", CHANGE_CAUSE], cause(flags));
    }
}

/// The command, its arguments, and its flags by their long names.
fn cause(flags: &Flags) -> String {
    let mut line = format!("kubectl {}", flags.command);
    for argument in &flags.args {
        line.extend([" ", argument]);
    }
    for (name, value) in flags.given() {
        line.extend([" --", name, "=", value]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::super::flags::CommandSpec;
    use super::*;

    #[test]
    fn a_cause_has_long_flags_behind_all_arguments() {
        let words = ["ds/a", "-n", "x", "main=nginx", "--record"].map(str::to_owned);
        let flags = Flags::read(CommandSpec::find("set image").unwrap(), &words).unwrap();
        let mut value = Value::object();
        record(&flags, &mut value);
        let expected = "kubectl set image ds/a main=nginx --namespace=x --record=true";
        assert_eq!(value.str_at(&["metadata", "annotations", CHANGE_CAUSE]), expected);
    }
}
