//! What would be right in a manifest, in English.

use crate::lab::manifest::{Advice, Expected};
use crate::object::yaml::Grammar;

/// One or two sentences; empty where the server's words say it all.
pub fn advice(advice: &Advice) -> String {
    match advice {
        Advice::None | Advice::Unreadable => String::new(),
        Advice::Tab => "Indent with spaces; YAML does not take tabs.".into(),
        Advice::Grammar(problem) => grammar(*problem).into(),
        Advice::Template => "Fill in the {{ template }} first; Kubernetes does not know templates.".into(),
        Advice::NotAnObject => "Begin with apiVersion and kind.".into(),
        Advice::DuplicateField { first_line } => format!("It stands in line {first_line} already; the last one counts."),
        Advice::UnknownKind { nearest: Some(kind), version_only: true } => format!("Write apiVersion: {}.", kind.api_version()),
        Advice::UnknownKind { nearest: Some(kind), .. } => {
            format!("Did you mean kind: {}, with apiVersion: {}?", kind.name(), kind.api_version())
        }
        Advice::UnknownKind { nearest: None, .. } => "The lab has no such kind.".into(),
        Advice::UnknownField { nearest: Some(field) } => format!("Did you mean {field}?"),
        Advice::Elsewhere { place } => format!("Its place is {place}. Is the indentation right?"),
        Advice::OfOtherKinds { kinds } => {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            format!("That is a field of {}. Is the kind right?", kinds.join(", "))
        }
        Advice::UnknownField { nearest: None } => "There is no such field here. Is the indentation right?".into(),
        Advice::WrongType { quotes: true, .. } => "Put it in quotes: text is expected here.".into(),
        Advice::WrongType { expected, .. } => format!("Expected here: {}.", type_name(*expected)),
        Advice::MissingField { field } => format!("Add {field}; it must not be empty."),
        Advice::OneOfFields { fields } => format!("Add one of these: {}.", fields.join(", ")),
        Advice::OneOf { nearest: Some(value), .. } => format!("Did you mean {value}?"),
        Advice::OneOf { values, nearest: None } => format!("One of these: {}.", values.join(", ")),
        Advice::SelectorMismatch { wanted } => format!("Give spec.template.metadata.labels all that the selector asks for: {}.", wanted.join(", ")),
        Advice::EmptySelector => "Write a label under spec.selector.matchLabels, and the same one under spec.template.metadata.labels.".into(),
        Advice::BudgetZero => "Raise maxUnavailable or maxSurge to at least 1, or no pod can ever be replaced.".into(),
        Advice::BudgetBoth => "Set only one of maxUnavailable and maxSurge; the other must be 0.".into(),
        Advice::NumberOrPercent => "Write a whole number such as 2, or a percentage such as 10%.".into(),
        Advice::AtMost100Percent => "Write at most 100%.".into(),
        Advice::NotALabelValue => "At most 63 letters, digits, “-”, “_” and “.”, with a letter or digit at both ends.".into(),
        Advice::NotALabelKey => {
            "A name of at most 63 letters, digits, “-”, “_” and “.”; a domain and “/” may stand before it, as in example.com/disk.".into()
        }
        Advice::NotAName { dots, limit } => {
            let dots = if *dots { ", “-” and “.”" } else { " and “-”" };
            format!("At most {limit} small letters, digits{dots}, with a letter or digit at both ends.")
        }
        Advice::Range { lowest, highest: Some(highest) } => format!("A number from {lowest} to {highest}."),
        Advice::Range { lowest, highest: None } => format!("A number of at least {lowest}."),
        Advice::NotUnique => "Give each one a name of its own.".into(),
        Advice::NotThere { known } if known.is_empty() => "Nothing of that name is defined in this manifest.".into(),
        Advice::NotThere { known } => format!("Defined in this manifest: {}.", known.join(", ")),
        Advice::Immutable => "It cannot be changed. Put the old value back, or delete the object and apply it anew.".into(),
        Advice::NoNamespace { name } => format!("Create the namespace first: kubectl create namespace {name}."),
        Advice::NotAllowed => "Take it out.".into(),
        Advice::RequestAboveLimit => "Lower the request, or raise the limit.".into(),
        Advice::Toleration => "Without a key the operator must be Exists; with Exists there is no value.".into(),
        Advice::Quantity => "Write a quantity such as 100m, 0.5 or 128Mi.".into(),
    }
}

fn type_name(expected: Expected) -> &'static str {
    match expected {
        Expected::Text => "text",
        Expected::WholeNumber => "a whole number",
        Expected::TrueOrFalse => "true or false",
        Expected::List => "a list, each item behind “- ”",
        Expected::Mapping => "fields, each as “name: value”",
        Expected::NumberOrText => "a whole number or text",
        Expected::Time => "a time such as 2026-01-31T12:00:00Z",
        Expected::Base64 => "Base64",
    }
}

fn grammar(problem: Grammar) -> &'static str {
    match problem {
        Grammar::ControlCharacter => "Delete the invisible character.",
        Grammar::CannotStartToken => "Put the value in quotes: no value starts with this character.",
        Grammar::TabStartsToken | Grammar::TabIndentation | Grammar::TabInBlockScalar => {
            "Indent with spaces; YAML does not take tabs."
        }
        Grammar::MissingColon | Grammar::RunOnName => "A name needs a colon and a space behind it.",
        Grammar::MappingValue => "Is the line indented too far, or a second “: ” in it? A value with “: ” needs quotes.",
        Grammar::MappingKey => "No “? ” can stand here.",
        Grammar::SequenceEntry => "No list item can stand here. Put the list on lines of its own, below the name.",
        Grammar::ExpectedKey => "The indentation fits nothing above. Line the name up with its neighbours.",
        Grammar::ExpectedDash => "Line the item up with the others of its list, behind “- ”.",
        Grammar::ExpectedBracket => "Close the list with “]”, or put a comma between its items.",
        Grammar::ExpectedBrace => "Close the fields with “}”, or put a comma between them.",
        Grammar::ExpectedContent => "A value is missing here.",
        Grammar::ExpectedDocumentStart => "Put “---” behind the lines that start with “%”.",
        Grammar::UnexpectedEnd => "Close the quotes.",
        Grammar::UnexpectedDocumentIndicator => "Close the quotes before “---”.",
        Grammar::UnknownEscape => "Double the backslash, or use single quotes.",
        Grammar::ExpectedHex => "Write all digits of the escape, as in \\u00e9.",
        Grammar::InvalidEscape => "There is no such character.",
        Grammar::ZeroIndentation => "Write a number from 1 to 9, or none.",
        Grammar::ExpectedLineBreak => "Begin the text in the line below.",
        Grammar::ExpectedAnchorName => "Write a name behind “&” or “*”, or put the value in quotes.",
        Grammar::ExpectedTagEnd | Grammar::ExpectedTagUri | Grammar::UndefinedTagHandle => {
            "Put the value in quotes, or take the tag out."
        }
        Grammar::ExpectedDirectiveName | Grammar::UnknownDirective => {
            "Put the value in quotes: a line with “%” in front is for YAML itself."
        }
        Grammar::TooDeep => "Nest less deeply.",
    }
}
