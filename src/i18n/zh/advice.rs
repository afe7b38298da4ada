//! 清单怎样写才对：what would be right in a manifest, in Chinese.

use crate::lab::manifest::{Advice, Expected};
use crate::object::yaml::Grammar;

/// One or two sentences; empty where the server's words say it all.
pub fn advice(advice: &Advice) -> String {
    match advice {
        Advice::None | Advice::Unreadable => String::new(),
        Advice::Tab => "请用空格缩进，YAML 不允许用制表符。".into(),
        Advice::Grammar(problem) => grammar(*problem).into(),
        Advice::Template => "请先填好 {{ 模板 }}，Kubernetes 不认识模板。".into(),
        Advice::NotAnObject => "请以 apiVersion 和 kind 开头。".into(),
        Advice::DuplicateField { first_line } => format!("第 {first_line} 行已经有它了，以最后一个为准。"),
        Advice::UnknownKind { nearest: Some(kind), version_only: true } => format!("应写 apiVersion: {}。", kind.api_version()),
        Advice::UnknownKind { nearest: Some(kind), .. } => {
            format!("是不是想写 kind: {}，apiVersion: {}？", kind.name(), kind.api_version())
        }
        Advice::UnknownKind { nearest: None, .. } => "实验室里没有这种资源。".into(),
        Advice::UnknownField { nearest: Some(field) } => format!("是不是想写 {field}？"),
        Advice::Elsewhere { place } => format!("它应写在 {place}。缩进对吗？"),
        Advice::OfOtherKinds { kinds } => {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            format!("这是 {} 的字段。kind 写对了吗？", kinds.join("、"))
        }
        Advice::UnknownField { nearest: None } => "这里没有这个字段。缩进对吗？".into(),
        Advice::WrongType { quotes: true, .. } => "请加上引号：这里要的是文本。".into(),
        Advice::WrongType { expected, .. } => format!("这里应是{}。", type_name(*expected)),
        Advice::MissingField { field } => format!("请加上 {field}，不能为空。"),
        Advice::OneOfFields { fields } => format!("请从中加上一个：{}。", fields.join("、")),
        Advice::OneOf { nearest: Some(value), .. } => format!("是不是想写 {value}？"),
        Advice::OneOf { values, nearest: None } => format!("可以写：{}。", values.join("、")),
        Advice::SelectorMismatch { wanted } => {
            format!("spec.template.metadata.labels 里要有选择器要求的全部标签：{}。", wanted.join("、"))
        }
        Advice::EmptySelector => {
            "请在 spec.selector.matchLabels 下写一个标签，并在 spec.template.metadata.labels 下写上同一个。".into()
        }
        Advice::BudgetZero => "maxUnavailable 和 maxSurge 至少要有一个不小于 1，否则永远换不了 Pod。".into(),
        Advice::BudgetBoth => "maxUnavailable 和 maxSurge 只能设一个，另一个必须是 0。".into(),
        Advice::NumberOrPercent => "请写整数（如 2）或百分比（如 10%）。".into(),
        Advice::AtMost100Percent => "最多写 100%。".into(),
        Advice::NotALabelValue => "最多 63 个字符，可用字母、数字、“-”、“_”和“.”，首尾必须是字母或数字。".into(),
        Advice::NotALabelKey => {
            "名称最多 63 个字符，可用字母、数字、“-”、“_”和“.”；前面可以加域名和“/”，如 example.com/disk。".into()
        }
        Advice::NotAName { dots, limit } => {
            let signs = if *dots { "、“-”和“.”" } else { "和“-”" };
            format!("最多 {limit} 个字符，可用小写字母、数字{signs}，首尾必须是字母或数字。")
        }
        Advice::Range { lowest, highest: Some(highest) } => format!("请写 {lowest} 到 {highest} 之间的数。"),
        Advice::Range { lowest, highest: None } => format!("请写不小于 {lowest} 的数。"),
        Advice::NotUnique => "每一个都要有不同的名称。".into(),
        Advice::NotThere { known } if known.is_empty() => "这份清单里没有定义这个名称。".into(),
        Advice::NotThere { known } => format!("这份清单里定义了：{}。", known.join("、")),
        Advice::Immutable => "这个字段创建后不能改。请改回原值，或删除对象后重新应用。".into(),
        Advice::NoNamespace { name } => format!("请先创建命名空间：kubectl create namespace {name}。"),
        Advice::NotAllowed => "请去掉它。".into(),
        Advice::RequestAboveLimit => "请调低请求值，或调高限制值。".into(),
        Advice::Toleration => "没有 key 时 operator 必须是 Exists；用 Exists 时不写 value。".into(),
        Advice::Quantity => "请写资源量，如 100m、0.5 或 128Mi。".into(),
    }
}

fn type_name(expected: Expected) -> &'static str {
    match expected {
        Expected::Text => "文本",
        Expected::WholeNumber => "整数",
        Expected::TrueOrFalse => " true 或 false",
        Expected::List => "列表，每项以“- ”开头",
        Expected::Mapping => "若干字段，每个写成“名称: 值”",
        Expected::NumberOrText => "整数或文本",
        Expected::Time => "时间，如 2026-01-31T12:00:00Z",
        Expected::Base64 => " Base64",
    }
}

fn grammar(problem: Grammar) -> &'static str {
    match problem {
        Grammar::ControlCharacter => "请删掉这个不可见字符。",
        Grammar::CannotStartToken => "请给值加上引号：值不能以这个字符开头。",
        Grammar::TabStartsToken | Grammar::TabIndentation | Grammar::TabInBlockScalar => "请用空格缩进，YAML 不允许用制表符。",
        Grammar::MissingColon | Grammar::RunOnName => "名称后面要有冒号和空格。",
        Grammar::MappingValue => "这一行是不是缩进太多，或者有两个“: ”？含有“: ”的值要加引号。",
        Grammar::MappingKey => "这里不能写“? ”。",
        Grammar::SequenceEntry => "这里不能写列表项。请另起一行，写在名称下面。",
        Grammar::ExpectedKey => "缩进与上面各行都对不上。请与同级的名称对齐。",
        Grammar::ExpectedDash => "请与列表的其他项对齐，以“- ”开头。",
        Grammar::ExpectedBracket => "请用“]”结束列表，或在各项之间加逗号。",
        Grammar::ExpectedBrace => "请用“}”结束，或在各字段之间加逗号。",
        Grammar::ExpectedContent => "这里缺一个值。",
        Grammar::ExpectedDocumentStart => "请在以“%”开头的行后面写“---”。",
        Grammar::UnexpectedEnd => "引号没有结束。",
        Grammar::UnexpectedDocumentIndicator => "请在“---”之前结束引号。",
        Grammar::UnknownEscape => "请写两个反斜杠，或改用单引号。",
        Grammar::ExpectedHex => "转义的数字要写全，如 \\u00e9。",
        Grammar::InvalidEscape => "没有这个字符。",
        Grammar::ZeroIndentation => "请写 1 到 9 的数字，或不写。",
        Grammar::ExpectedLineBreak => "文本要从下一行开始。",
        Grammar::ExpectedAnchorName => "请在“&”或“*”后面写名称，或给值加上引号。",
        Grammar::ExpectedTagEnd | Grammar::ExpectedTagUri | Grammar::UndefinedTagHandle => "请给值加上引号，或去掉标记。",
        Grammar::ExpectedDirectiveName | Grammar::UnknownDirective => "请给值加上引号：以“%”开头的行是给 YAML 本身用的。",
        Grammar::TooDeep => "请减少嵌套层数。",
    }
}
