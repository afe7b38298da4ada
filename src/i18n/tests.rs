//! What holds for every language.

use super::*;
use crate::lab::Check;
use crate::lab::manifest::{Advice, Expected};
use crate::lab::{
    Absence, Exit, GroupBy, Held, Holder, ImageCause, Lack, Pause, PodState, ProbeName, Progress, RolloutBudget, Trouble,
};
use crate::object::yaml::Grammar;
use crate::object::{Kind, TaintEffect};

fn plain(strings: &Strings) -> Vec<(&'static str, &'static str)> {
    [
        strings.shell.plain(),
        strings.transport.plain(),
        strings.notice.plain(),
        strings.stage.plain(),
        strings.node.plain(),
        strings.pod.plain(),
        strings.legend.plain(),
        strings.form.plain(),
        strings.preset.plain(),
        strings.editor.plain(),
        strings.dock.plain(),
        strings.terminal.plain(),
    ]
    .concat()
}

/// Texts with placeholders, filled in with marks that must come out again.
fn filled(strings: &Strings) -> Vec<(&'static str, String, Vec<&'static str>)> {
    let s = strings;
    let mut all = vec![
        ("new_cluster", (s.notice.new_cluster)("X"), vec!["X"]),
        ("closed_file", (s.notice.closed_file)("X.yaml"), vec!["X.yaml"]),
        ("name_taken", (s.notice.name_taken)("X.yaml"), vec!["X.yaml"]),
        ("adopted", (s.notice.adopted)("X.yaml"), vec!["X.yaml"]),
        ("more_differences", (s.editor.more_differences)(41), vec!["41"]),
        ("reset_file", (s.notice.reset_file)("X.yaml"), vec!["X.yaml"]),
        ("node_joined", (s.news.node_joined)("N"), vec!["N"]),
        ("nodes_joined", (s.news.nodes_joined)(41), vec!["41"]),
        ("node_left", (s.news.node_left)("N"), vec!["N"]),
        ("nodes_left", (s.news.nodes_left)(41), vec!["41"]),
        ("node_lost", (s.news.node_lost)("N"), vec!["N"]),
        ("nodes_lost", (s.news.nodes_lost)(41), vec!["41"]),
        ("node_back", (s.news.node_back)("N"), vec!["N"]),
        ("nodes_back", (s.news.nodes_back)(41), vec!["41"]),
        ("pod_broken", (s.news.pod_broken)("N", "P"), vec!["N", "P"]),
        ("pods_broken", (s.news.pods_broken)(41), vec!["41"]),
        ("pod_ready", (s.news.pod_ready)("N", "P"), vec!["N", "P"]),
        ("pods_ready", (s.news.pods_ready)(41), vec!["41"]),
        ("pods_created", (s.news.pods_created)(41), vec!["41"]),
        ("pods_deleted", (s.news.pods_deleted)(41), vec!["41"]),
        ("available", (s.news.available)(41, 43), vec!["41", "43"]),
        ("empty_apply", (s.stage.empty_apply)("F"), vec!["F"]),
        ("nodes", (s.stage.nodes)(41), vec!["41"]),
        ("zone", (s.stage.group)(&GroupBy::Zone("z".into())), vec!["z"]),
        ("pool", (s.stage.group)(&GroupBy::Pool("p".into())), vec!["p"]),
        ("bar_part", (s.stage.bar_part)(41, true, 43), vec!["41", "43"]),
        ("rollout", (s.stage.rollout)("41, 42", 43), vec!["41, 42", "43"]),
        ("lacks", (s.stage.waits)(&lacking()), vec!["N", "P", "ImagePullBackOff", "41", "43"]),
        ("not_ready", (s.node.not_ready)("41s"), vec!["41s"]),
        ("pods", (s.node.pods)(41, 43), vec!["41", "43"]),
        ("own pods", (s.node.pods)(41, 0), vec!["41"]),
        ("other pods", (s.node.pods)(0, 43), vec!["43"]),
        ("explain_node", (s.dock.explain_node)("N"), vec!["N"]),
        ("why_waits", (s.dock.why_waits)("D"), vec!["D"]),
        ("why_lacks", (s.dock.why_lacks)("D"), vec!["D"]),
        ("menu", (s.node.menu)("N"), vec!["N"]),
        ("more_labels", (s.node.more_labels)(41), vec!["41"]),
        ("edit_label", (s.node.edit_label)("a=b"), vec!["a=b"]),
        ("edit_taint", (s.node.edit_taint)("a:b"), vec!["a:b"]),
        ("usage", (s.node.usage)("W", "41m", "43", 47), vec!["W", "41m", "43", "47"]),
        ("pod menu", (s.pod.menu)("P"), vec!["P"]),
        ("revision", (s.pod.revision)(41), vec!["41"]),
        ("restarts", (s.pod.restarts)(41), vec!["41"]),
        ("available in", (s.pod.state)(PodState::Ready { available_in_seconds: 41 }), vec!["41"]),
        ("count_rule", (s.form.count_rule)(41, 43), vec!["41", "43"]),
        ("text_of", (s.editor.text_of)("F"), vec!["F"]),
        ("close_file", (s.editor.close_file)("F"), vec!["F"]),
        ("file_menu", (s.editor.file_menu)("F"), vec!["F"]),
        ("problem_count", (s.editor.problem_count)(41), vec!["41"]),
        ("place", (s.editor.place)(41, 43), vec!["41", "43"]),
        ("set_label", (s.dock.set_label)("a=b"), vec!["a=b"]),
        ("remove_taint", (s.dock.remove_taint)("a:b"), vec!["a:b"]),
        ("older", (s.dock.older)(41), vec!["41"]),
        ("why_pod", (s.dock.why_pod)("N", "D"), vec!["N", "D"]),
        ("why_no_pod", (s.dock.why_no_pod)("N", "D"), vec!["N", "D"]),
        ("editing", (s.terminal.editing)("F"), vec!["F"]),
        ("go", (s.terminal.go)("N"), vec!["N"]),
        ("gone", (s.terminal.gone)("N"), vec!["N"]),
        ("dropped", (s.terminal.dropped)(41), vec!["41"]),
        ("matches", (s.terminal.matches)(41), vec!["41"]),
        ("more", (s.terminal.more)(41), vec!["41"]),
    ];
    for (check, marks) in checks() {
        all.push(("finding", (s.dock.finding)(&check), marks));
        all.push(("check", (s.dock.check)(&check).into(), vec![]));
    }
    for (advice, marks) in advices() {
        all.push(("advice", (s.editor.advice)(&advice), marks));
    }
    for (progress, marks) in rollouts() {
        all.push(("waits", (s.stage.waits)(&progress), marks));
        if progress.is_stuck() {
            all.push(("way_out", (s.stage.way_out)(&progress), vec![]));
        }
        all.push(("budget", (s.stage.budget)(&progress), vec!["41"]));
    }
    for (trouble, marks) in troubles() {
        let why = (s.dock.trouble)(&trouble);
        all.push(("trouble", format!("{} {}", why.title, why.detail), marks));
        all.push(("mend", (s.dock.mend)(&trouble, false), vec![]));
        if !matches!(
            trouble,
            Trouble::Unscheduled { lack: Lack::Resources | Lack::Port, .. } | Trouble::Config { .. } | Trouble::Volume { .. }
        ) {
            all.push(("mend", (s.dock.mend)(&trouble, true), vec!["kubectl rollout undo"]));
        }
    }
    for (absence, marks) in absences() {
        let why = (s.node.absence)(&absence);
        all.push(("absence", format!("{} {}", why.title, why.detail), marks));
    }
    all
}

/// All pods are of the newest revision, and 41 of 43 nodes have none that is available.
fn lacking() -> Progress {
    let why = Held::Broken("P".into(), "ImagePullBackOff".into());
    let held_by = vec![Holder { node: "N".into(), why }];
    Progress { desired: 43, old: 0, budget: None, has_former: false, held_by, others: 40 }
}

/// An update that is held by each thing that can hold one, with each budget.
fn rollouts() -> Vec<(Progress, Vec<&'static str>)> {
    let pod = || "P".into();
    let whys = [
        (Held::Broken(pod(), "S".into()), vec!["N", "P", "S", "47"]),
        (Held::Lacking(pod(), "S".into()), vec!["N", "P", "S", "47"]),
        (Held::NodeNotReady, vec!["N", "47"]),
        (Held::Stopped, vec!["N", "47"]),
        (Held::Unscheduled(pod()), vec!["N", "P", "47"]),
        (Held::Unwell(pod()), vec!["N", "P", "47"]),
        (Held::Ripening(pod(), 41), vec!["N", "P", "41s", "47"]),
    ];
    let budgets = [RolloutBudget::Unavailable { most: 1, now: 41 }, RolloutBudget::Surge { most: 1, now: 41 }];
    let progress = |why: &Held, budget, has_former| {
        let held_by = vec![Holder { node: "N".into(), why: why.clone() }];
        Progress { desired: 43, old: 47, budget: Some(budget), has_former, held_by, others: 0 }
    };
    let each = whys.iter().flat_map(|(why, marks)| budgets.map(|budget| (why, marks, budget)));
    let mut all: Vec<_> = each
        .flat_map(|(why, marks, budget)| [true, false].map(|former| (progress(why, budget, former), marks.clone())))
        .collect();
    // The controller's numbers may be ahead of the nodes', and no node may be left that should have a pod.
    for desired in [43, 0] {
        let nobody = Progress { desired, held_by: vec![], ..progress(&Held::Stopped, budgets[0], true) };
        all.push((nobody, vec!["47"]));
    }
    all
}

/// Nobody is sent from a surge to a field that must be zero then, nor the other way round.
#[test]
fn a_way_out_names_the_field_of_its_own_budget() {
    for words in Lang::ALL.map(Lang::strings) {
        for (progress, _) in rollouts() {
            let way = (words.stage.way_out)(&progress);
            let foreign = match progress.budget {
                Some(RolloutBudget::Surge { .. }) => way.contains("maxUnavailable") && !way.contains("maxSurge: 0"),
                _ => way.contains("maxSurge"),
            };
            assert!(!foreign, "{way}");
        }
    }
}

fn troubles() -> Vec<(Trouble, Vec<&'static str>)> {
    let unscheduled = |lack| Trouble::Unscheduled { lack, message: "words".into(), since_seconds: 107 };
    let image = |cause, pause| Trouble::Image { container: "C".into(), image: "I:1".into(), cause, pause };
    let crash = |exit, pause| Trouble::Crash { container: "C".into(), exit, restarts: 41, pause };
    let probe = |probe, failures| Trouble::Probe {
        container: "C".into(),
        probe,
        failures,
        threshold: 43,
        period_seconds: 47,
        output: "words".into(),
    };
    let pause = Pause { seconds: 40, until_seconds: Some(107) };
    vec![
        (unscheduled(Lack::Resources), vec!["words", "00:01:47"]),
        (unscheduled(Lack::Port), vec!["words"]),
        (unscheduled(Lack::Other), vec!["words"]),
        (image(ImageCause::NotFound, pause), vec!["C", "I:1", "00:01:47", "40s", "5m"]),
        (image(ImageCause::InvalidName, Pause::default()), vec!["C", "I:1"]),
        (image(ImageCause::NeverPulled, Pause { seconds: 300, until_seconds: None }), vec!["C", "I:1", "Never", "5m"]),
        (crash(Exit::Code(7), pause), vec!["C", "7", "41", "00:01:47", "40s"]),
        (crash(Exit::Code(0), pause), vec!["C", "0", "41"]),
        (crash(Exit::OutOfMemory { limited: true }, Pause::default()), vec!["C", "41"]),
        (crash(Exit::OutOfMemory { limited: false }, Pause::default()), vec!["C", "41"]),
        (probe(ProbeName::Readiness, 44), vec!["readinessProbe", "C", "44", "43", "47", "words"]),
        (probe(ProbeName::Readiness, 42), vec!["readinessProbe", "42"]),
        (probe(ProbeName::Liveness, 42), vec!["livenessProbe", "42"]),
        (Trouble::Unready { container: "C".into() }, vec!["C"]),
        (Trouble::Config { container: "C".into(), message: "words".into() }, vec!["C", "words"]),
        (Trouble::Volume { message: "words".into() }, vec!["words"]),
        (Trouble::Over { reason: "Evicted".into(), message: "words".into() }, vec!["Evicted", "words"]),
    ]
}

fn checks() -> Vec<(Check, Vec<&'static str>)> {
    let selector = |missing: Option<&str>| Check::NodeSelector { wanted: vec!["a=b".into()], missing: missing.map(Into::into) };
    let affinity = |terms, failed: Option<&str>| Check::NodeAffinity { terms: Some(terms), failed: failed.map(Into::into) };
    let taints = |untolerated: Option<&str>| Check::Taints {
        taints: vec!["t:E".into()],
        untolerated: untolerated.map(Into::into),
        tolerations: 41,
        may_stay: true,
    };
    vec![
        (Check::NodeName { wanted: None }, vec![]),
        (Check::NodeName { wanted: Some("N".into()) }, vec!["N"]),
        (Check::NodeSelector { wanted: vec![], missing: None }, vec![]),
        (selector(None), vec!["a=b"]),
        (selector(Some("c=d")), vec!["c=d"]),
        (Check::NodeAffinity { terms: None, failed: None }, vec![]),
        (affinity(1, None), vec![]),
        (affinity(43, None), vec!["43"]),
        (affinity(1, Some("z In [a]")), vec!["z In [a]"]),
        (affinity(43, Some("z In [a]")), vec!["43", "z In [a]"]),
        (Check::Taints { taints: vec![], untolerated: None, tolerations: 0, may_stay: true }, vec![]),
        (taints(None), vec!["t:E"]),
        (taints(Some("t:E")), vec!["t:E", "41"]),
    ]
}

fn advices() -> Vec<(Advice, Vec<&'static str>)> {
    let kind = Kind::all().next();
    vec![
        (Advice::Tab, vec![]),
        (Advice::Template, vec![]),
        (Advice::NotAnObject, vec!["apiVersion", "kind"]),
        (Advice::DuplicateField { first_line: 41 }, vec!["41"]),
        (Advice::UnknownKind { nearest: kind, version_only: true }, vec!["apiVersion"]),
        (Advice::UnknownKind { nearest: kind, version_only: false }, vec!["kind"]),
        (Advice::UnknownKind { nearest: None, version_only: false }, vec![]),
        (Advice::UnknownField { nearest: Some("F".into()) }, vec!["F"]),
        (Advice::UnknownField { nearest: None }, vec![]),
        (Advice::Elsewhere { place: "P".into() }, vec!["P"]),
        (Advice::OfOtherKinds { kinds: vec![Kind::DaemonSet, Kind::Deployment] }, vec!["DaemonSet", "Deployment"]),
        (Advice::WrongType { expected: Expected::Text, quotes: true }, vec![]),
        (Advice::WrongType { expected: Expected::List, quotes: false }, vec!["- "]),
        (Advice::MissingField { field: "F".into() }, vec!["F"]),
        (Advice::OneOfFields { fields: vec!["F".into(), "G".into()] }, vec!["F", "G"]),
        (Advice::OneOf { values: vec!["V".into(), "W".into()], nearest: None }, vec!["V", "W"]),
        (Advice::OneOf { values: vec!["V".into(), "W".into()], nearest: Some("W".into()) }, vec!["W"]),
        (Advice::SelectorMismatch { wanted: vec!["a: b".into()] }, vec!["a: b"]),
        (Advice::EmptySelector, vec!["spec.selector.matchLabels"]),
        (Advice::BudgetZero, vec!["maxUnavailable", "maxSurge"]),
        (Advice::BudgetBoth, vec!["maxUnavailable", "maxSurge"]),
        (Advice::NumberOrPercent, vec!["10%"]),
        (Advice::AtMost100Percent, vec!["100%"]),
        (Advice::NotALabelValue, vec!["63"]),
        (Advice::NotALabelKey, vec!["63"]),
        (Advice::NotAName { dots: true, limit: 253 }, vec!["253"]),
        (Advice::Range { lowest: 41, highest: Some(43) }, vec!["41", "43"]),
        (Advice::Range { lowest: 41, highest: None }, vec!["41"]),
        (Advice::NotUnique, vec![]),
        (Advice::NotThere { known: vec!["N".into()] }, vec!["N"]),
        (Advice::NotThere { known: vec![] }, vec![]),
        (Advice::NotAllowed, vec![]),
        (Advice::Immutable, vec![]),
        (Advice::NoNamespace { name: "N".into() }, vec!["kubectl create namespace N"]),
        (Advice::RequestAboveLimit, vec![]),
        (Advice::Toleration, vec!["Exists"]),
        (Advice::Quantity, vec!["128Mi"]),
        (Advice::Grammar(Grammar::ExpectedKey), vec![]),
    ]
}

fn absences() -> Vec<(Absence, Vec<&'static str>)> {
    let selector =
        |found: Option<&str>| Absence::NodeSelector { key: "k".into(), wanted: "w".into(), found: found.map(Into::into) };
    let affinity = |requirement: &str, found: Option<&str>, terms| Absence::NodeAffinity {
        requirement: requirement.into(),
        found: found.map(Into::into),
        terms,
    };
    vec![
        (Absence::NodeName { wanted: "N".into() }, vec!["N"]),
        (selector(None), vec!["k=w"]),
        (selector(Some("v7")), vec!["k=w", "v7"]),
        (affinity("", None, 1), vec![]),
        (affinity("z In [a]", None, 1), vec!["z In [a]"]),
        (affinity("z In [a]", Some("v7"), 43), vec!["z In [a]", "v7", "43"]),
        (Absence::Taint { key: "k".into(), value: "v".into(), effect: TaintEffect::NoExecute }, vec!["k=v:NoExecute"]),
        (Absence::Awaited, vec![]),
        (Absence::Refused { message: "words".into() }, vec!["words"]),
        (Absence::Deleting, vec![]),
    ]
}

#[test]
fn every_text_says_something() {
    for lang in Lang::ALL {
        for (name, text) in plain(lang.strings()) {
            assert!(!text.trim().is_empty(), "{lang:?} {name}");
        }
    }
}

#[test]
fn no_text_was_left_in_english() {
    for ((name, en), (_, zh)) in plain(Lang::En.strings()).into_iter().zip(plain(Lang::Zh.strings())) {
        assert_ne!(en, zh, "{name}");
    }
    for ((name, en, _), (_, zh, _)) in filled(Lang::En.strings()).into_iter().zip(filled(Lang::Zh.strings())) {
        assert_ne!(en, zh, "{name}");
    }
}

#[test]
fn every_language_fills_in_what_it_is_given() {
    for lang in Lang::ALL {
        for (name, text, marks) in filled(lang.strings()) {
            for mark in marks {
                assert!(text.contains(mark), "{lang:?} {name}: {text:?} lacks {mark:?}");
            }
        }
    }
}

#[test]
fn chinese_sentences_end_as_chinese_sentences_do() {
    for (name, text) in plain(Lang::Zh.strings()) {
        let chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(!(chinese && text.ends_with(['.', ',', ':', '?'])), "{name}: {text}");
    }
}

#[test]
fn the_words_of_a_status_end_once_before_another_sentence_begins() {
    for (lang, end) in [(Lang::En, "words. The"), (Lang::Zh, "words。控制器")] {
        for message in ["words", "words.", "words. "] {
            let over = Trouble::Over { reason: "Evicted".into(), message: message.into() };
            let detail = (lang.strings().dock.trouble)(&over).detail;
            assert!(detail.contains(end), "{lang:?} {message:?}: {detail}");
        }
    }
}

#[test]
fn english_counts_one_thing_in_the_singular() {
    let s = Lang::En.strings();
    assert_eq!((s.stage.nodes)(1), "1 node");
    assert_eq!((s.stage.nodes)(2), "2 nodes");
    assert_eq!((s.editor.problem_count)(1), "1 problem");
    assert_eq!((s.pod.restarts)(1), "1 restart");
}

#[test]
fn the_first_language_of_the_browser_that_is_spoken_wins() {
    let cases: &[(&[&str], Lang)] = &[
        (&[], Lang::En),
        (&["de"], Lang::En),
        (&["de", "zh-TW"], Lang::Zh),
        (&["zh"], Lang::Zh),
        (&["zh_CN"], Lang::Zh),
        (&["ZH-hans-CN"], Lang::Zh),
        (&["en-GB", "zh"], Lang::En),
        (&["zha", "zh"], Lang::Zh),
    ];
    for (wanted, lang) in cases {
        assert_eq!(Lang::best_of(wanted.iter().copied()), *lang, "{wanted:?}");
    }
}

#[test]
fn ages_are_printed_as_kubectl_prints_them() {
    let cases = [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (185, "3m5s"),
        (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"),
        (11_160, "3h6m"),
        (28_800, "8h"),
        (172_799, "47h"),
        (172_800, "2d"),
        (180_000, "2d2h"),
        (691_200, "8d"),
        (63_072_000, "2y"),
        (63_158_400, "2y1d"),
        (315_360_000, "10y"),
    ];
    for (seconds, printed) in cases {
        assert_eq!(duration(seconds), printed, "{seconds}");
    }
}

#[test]
fn quantities_are_short() {
    assert_eq!(cores(250), "250m");
    assert_eq!(cores(4000), "4");
    assert_eq!(bytes(512 << 20), "512Mi");
    assert_eq!(bytes(16 << 30), "16Gi");
    assert_eq!(bytes((15 << 30) + (600 << 20)), "15.6Gi");
}

#[test]
fn only_kubernetes_own_prefixes_are_left_out() {
    assert_eq!(short_key("node-role.kubernetes.io/control-plane"), "control-plane");
    assert_eq!(short_key("kubernetes.io/os"), "os");
    assert_eq!(short_key("example.com/disk"), "example.com/disk");
    assert_eq!(short_key("notkubernetes.io/os"), "notkubernetes.io/os");
    assert_eq!(short_key("disk"), "disk");
    assert_eq!(label("kubernetes.io/os", "linux"), "os=linux");
    assert_eq!(label("node-role.kubernetes.io/worker", ""), "worker");
}
