use std::cell::Cell;

use super::terminal::TerminalReport;
use super::*;
use crate::lab::terminal::Scrollback;
use crate::lab::{Action, Stage, examples};
use crate::object::ObjectKey;

/// A page without a browser: it draws every picture at once, on a wall clock that goes on with every look at it.
struct Page {
    desk: Desk,
    wall_ms: Cell<f64>,
    stage: Stage,
    heard: Vec<Report>,
}

impl Page {
    fn new(saved: Option<String>, seen_ms: u64) -> Self {
        let mut desk = Desk::new();
        desk.take(Request::Begin { saved, seen_ms });
        let mut page = Self { desk, wall_ms: Cell::new(0.0), stage: Stage::default(), heard: Vec::new() };
        page.turn(400);
        page
    }

    fn slice(&mut self) -> Next {
        let wall = || {
            self.wall_ms.set(self.wall_ms.get() + 0.5);
            self.wall_ms.get()
        };
        let next = self.desk.go_on(&wall);
        if let Next::In(pause) = next {
            self.wall_ms.set(self.wall_ms.get() + pause);
        }
        for report in self.desk.reports() {
            if let Report::Picture(picture) = &report {
                self.stage = picture.as_ref().clone().onto(&self.stage);
                self.desk.take(Request::Drawn(9.0));
            }
            self.heard.push(report);
        }
        next
    }

    fn turn(&mut self, slices: usize) {
        for _ in 0..slices {
            self.slice();
        }
    }

    fn ask(&mut self, request: Request) {
        self.desk.take(request);
        self.turn(3);
    }

    fn errand(&mut self, errand: Errand) -> Answer {
        let heard = self.heard.len();
        self.desk.take(Request::Errand(5, errand));
        let answered = |page: &Self| page.heard[heard..].iter().any(|report| matches!(report, Report::Answer(5, _)));
        for _ in 0..100 {
            self.slice();
            if answered(self) {
                break;
            }
        }
        self.turn(2);
        let answer = |report: &Report| match report {
            Report::Answer(5, answer) => Some(answer.clone()),
            _ => None,
        };
        self.heard.iter().rev().find_map(answer).expect("an answer")
    }

    fn apply(&mut self) -> Answer {
        let first = examples::first();
        self.errand(Errand::Apply(first.file.into(), first.text.into()))
    }

    fn saved(&self) -> Option<String> {
        let saved = |report: &Report| match report {
            Report::Saved(saved) => Some(saved.clone()),
            _ => None,
        };
        self.heard.iter().rev().find_map(saved)
    }

    fn available(&self) -> Option<i64> {
        self.stage.daemonset.as_ref().map(|daemonset| daemonset.available)
    }
}

#[test]
fn the_first_visit_finds_nine_nodes_and_sees_what_it_applies() {
    let mut page = Page::new(None, 0);
    assert_eq!(page.stage.count(), 9);
    page.ask(Request::Clock(100.0));
    assert!(matches!(page.apply(), Answer::Done(_)));
    page.turn(400);
    assert_eq!(page.available(), Some(9));
}

#[test]
fn what_is_to_be_remembered_is_reported_before_the_answer() {
    let mut page = Page::new(None, 0);
    page.heard.clear();
    page.apply();
    let order: Vec<u8> = page
        .heard
        .iter()
        .filter_map(|report| match report {
            Report::Saved(_) => Some(1),
            Report::Answer(..) => Some(2),
            Report::Picture(_) => Some(3),
            _ => None,
        })
        .collect();
    assert_eq!(order[..3], [1, 2, 3]);
}

#[test]
fn there_is_never_more_than_one_picture_on_its_way() {
    let mut page = Page::new(None, 0);
    page.ask(Request::Clock(100.0));
    page.apply();
    let pictures = |desk: &mut Desk| desk.reports().iter().filter(|report| matches!(report, Report::Picture(_))).count();
    let mut count = 0;
    for _ in 0..200 {
        page.wall_ms.set(page.wall_ms.get() + 16.0);
        let now = page.wall_ms.get();
        page.desk.go_on(&|| now);
        count += pictures(&mut page.desk);
    }
    assert_eq!(count, 1);
    page.desk.take(Request::Drawn(9.0));
    page.desk.go_on(&|| page.wall_ms.get() + 500.0);
    assert_eq!(pictures(&mut page.desk), 1);
}

#[test]
fn a_saved_lab_comes_back_as_it_was_last_seen() {
    let mut page = Page::new(None, 0);
    page.ask(Request::Clock(25.0));
    page.apply();
    page.turn(60);
    let again = Page::new(page.saved(), page.stage.now_ms);
    assert_eq!(again.stage, page.stage);
    assert!(again.available().is_some());
}

#[test]
fn what_cannot_be_read_any_more_makes_way_for_a_new_cluster() {
    let page = Page::new(Some("nonsense".into()), 9_000);
    assert_eq!((page.stage.count(), page.stage.now_ms), (9, 0));
}

#[test]
fn a_request_that_comes_before_the_lab_is_back_is_done_when_it_is() {
    let mut page = Page::new(None, 0);
    page.ask(Request::Clock(100.0));
    page.apply();
    page.turn(200);
    let mut desk = Desk::new();
    let action = Action::Cordon { node: "node-a1".into() };
    desk.take(Request::Errand(5, Errand::Act(vec![action])));
    desk.take(Request::Begin { saved: page.saved(), seen_ms: 0 });
    let mut again = Page { desk, wall_ms: Cell::new(0.0), stage: Stage::default(), heard: Vec::new() };
    again.turn(400);
    assert!(again.stage.find("node-a1").is_some_and(|node| node.cordoned));
}

#[test]
fn a_new_cluster_can_be_taken_back() {
    let mut page = Page::new(None, 0);
    page.apply();
    let before = page.stage.clone();
    page.errand(Errand::NewCluster(ClusterPreset::OneNode));
    assert_eq!((page.stage.count(), page.available()), (1, None));
    page.errand(Errand::BringBack);
    assert_eq!(page.stage, before);
}

#[test]
fn actions_of_one_errand_are_told_as_one_and_end_with_the_first_refusal() {
    let mut page = Page::new(None, 0);
    let cordon = |node: &str| Action::Cordon { node: node.into() };
    let Answer::Done(done) = page.errand(Errand::Act(vec![cordon("node-a1"), cordon("node-a2")])) else { panic!("refused") };
    assert_eq!(done.command.as_deref(), Some("kubectl cordon node-a1 && kubectl cordon node-a2"));
    assert_eq!(done.output, "node/node-a1 cordoned\nnode/node-a2 cordoned");
    let answer = page.errand(Errand::Act(vec![cordon("node-b1"), cordon("nowhere"), cordon("node-b2")]));
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    let cordoned = |name| page.stage.find(name).is_some_and(|node| node.cordoned);
    assert_eq!(["node-b1", "node-b2"].map(cordoned), [true, false]);
}

#[test]
fn machines_that_join_are_named() {
    let mut page = Page::new(None, 0);
    let join = Action::AddNodes { count: 2, labels: vec![], stem: "node-a".into() };
    let Answer::Done(done) = page.errand(Errand::Act(vec![join])) else { panic!("refused") };
    let joined = done.joined.map(|it| (it.count, it.first, it.last));
    assert_eq!(joined, Some((2, "node-a4".into(), "node-a5".into())));
}

#[test]
fn an_answer_does_not_wait_until_a_thousand_machines_have_joined() {
    let mut page = Page::new(None, 0);
    let join = Action::AddNodes { count: 1_000, labels: vec![], stem: "n".into() };
    page.ask(Request::Errand(6, Errand::Act(vec![join])));
    assert!(!page.heard.iter().any(|report| matches!(report, Report::Answer(6, _))), "they are still joining");
    page.heard.clear();
    page.ask(Request::Check(9, "kind: {".into()));
    assert!(page.heard.iter().any(|report| matches!(report, Report::Checked(9, _))));
    page.turn(400);
    assert_eq!(page.stage.count(), 1_009);
}

#[test]
fn only_the_last_of_several_texts_is_checked() {
    let mut page = Page::new(None, 0);
    page.heard.clear();
    page.desk.take(Request::Check(1, "kind: {".into()));
    page.desk.take(Request::Check(2, "kind: Pot".into()));
    page.turn(2);
    let checked: Vec<u32> = page
        .heard
        .iter()
        .filter_map(|report| match report {
            Report::Checked(version, problems) => (!problems.is_empty()).then_some(*version),
            _ => None,
        })
        .collect();
    assert_eq!(checked, [2]);
}

#[test]
fn time_stands_while_the_clock_does_or_nobody_looks() {
    let mut page = Page::new(None, 0);
    page.turn(50);
    assert_eq!(page.slice(), Next::Asked);
    page.ask(Request::Clock(1.0));
    page.ask(Request::Rest(true));
    page.turn(50);
    let before = page.stage.now_ms;
    page.turn(50);
    assert_eq!((page.stage.now_ms, page.slice()), (before, Next::Asked));
    page.ask(Request::Rest(false));
    page.turn(300);
    assert!(page.stage.now_ms > before);
}

#[test]
fn the_node_that_is_explained_is_checked_again_when_it_changes() {
    let mut page = Page::new(None, 0);
    page.apply();
    let watched = Watched { explained: Some("node-a1".into()), events: true, ..Watched::default() };
    let checks = |page: &Page| {
        page.heard.iter().rev().find_map(|report| match report {
            Report::Picture(picture) => picture.explained.clone().map(|(_, it)| it.checks),
            _ => None,
        })
    };
    page.ask(Request::Watch(watched));
    assert_eq!(checks(&page).map(|lines| lines.iter().all(|line| line.passed == Some(true))), Some(true));
    let taint = Action::SetTaint {
        node: "node-a1".into(),
        key: "k".into(),
        value: "".into(),
        effect: crate::object::TaintEffect::NoSchedule,
    };
    page.errand(Errand::Act(vec![taint]));
    // kube-proxy tolerates every taint, and says so.
    let text = format!("{:?}", checks(&page));
    assert!(text.contains("k:NoSchedule"), "{text}");
}

#[test]
fn every_node_that_comes_to_be_explained_is_checked_though_it_is_like_the_last_one() {
    let mut page = Page::new(None, 0);
    page.apply();
    let watch = |node: &str| Request::Watch(Watched { explained: Some(node.into()), ..Watched::default() });
    let checked = |page: &mut Page, requests: Vec<Request>| {
        page.heard.clear();
        for request in requests {
            page.desk.take(request);
        }
        page.turn(3);
        page.heard.iter().find_map(|report| match report {
            Report::Picture(picture) => picture.explained.clone(),
            _ => None,
        })
    };
    let first = checked(&mut page, vec![watch("node-a1")]).expect("checks");
    let second = checked(&mut page, vec![watch("node-a2")]).expect("checks");
    assert_eq!((&*first.0, &*second.0), ("node-a1", "node-a2"));
    assert_eq!(first.1, second.1);
    // The page has forgotten those of the first by the time it comes back to it, even within one message.
    let back = checked(&mut page, vec![watch("node-a1"), watch("node-a2")]).expect("checks");
    assert_eq!(back, second);
}

#[test]
fn what_was_done_before_a_refusal_is_remembered() {
    let mut page = Page::new(None, 0);
    let cordon = |node: &str| Action::Cordon { node: node.into() };
    let answer = page.errand(Errand::Act(vec![cordon("node-a1"), cordon("nowhere")]));
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    let again = Page::new(page.saved(), page.stage.now_ms);
    assert!(again.stage.find("node-a1").is_some_and(|node| node.cordoned));
    page.heard.clear();
    page.errand(Errand::Act(vec![cordon("nowhere")]));
    assert_eq!(page.saved(), None, "nothing was done");
}

#[test]
fn the_page_learns_whether_the_lab_of_the_last_visit_comes_back() {
    let mut page = Page::new(None, 0);
    page.apply();
    let begun = |saved| {
        let page = Page::new(saved, 0);
        page.heard.iter().find_map(|report| if let Report::Begun(restored) = report { Some(*restored) } else { None })
    };
    assert_eq!(begun(page.saved()), Some(true));
    assert_eq!(begun(Some("nonsense".into())), Some(false));
    assert_eq!(begun(None), Some(false));
}

#[test]
fn a_step_that_is_asked_for_while_machines_join_is_taken_afterwards() {
    let mut page = Page::new(None, 0);
    let join = Action::AddNodes { count: 1_000, labels: vec![], stem: "n".into() };
    page.ask(Request::Errand(6, Errand::Act(vec![join])));
    let before = page.desk.lab.now_ms();
    page.ask(Request::Step);
    page.turn(400);
    assert!(page.desk.lab.now_ms() > before);
}

#[test]
fn the_daemonset_that_was_chosen_is_the_one_that_is_shown() {
    let mut page = Page::new(None, 0);
    page.apply();
    let other = examples::EXAMPLES.iter().find(|example| example.file == "fluentd.yaml").expect("an example");
    page.errand(Errand::Apply(other.file.into(), other.text.into()));
    let keys: Vec<ObjectKey> = page.stage.daemonsets.to_vec();
    assert_eq!(keys.len(), 2);
    for key in keys {
        page.ask(Request::Watch(Watched { daemonset: Some(key.clone()), ..Watched::default() }));
        assert_eq!(page.stage.daemonset.as_ref().map(|daemonset| &daemonset.key), Some(&key));
    }
}

/// What the page's terminal shows, and what it waits for.
fn shown(page: &Page) -> (String, Prompt) {
    let mut scrollback = crate::lab::terminal::Scrollback::default();
    let mut prompt = Prompt::Ready;
    for report in &page.heard {
        if let Report::Terminal(TerminalReport::Shown(pieces, next)) = report {
            for piece in pieces {
                scrollback.add(piece.clone());
            }
            prompt = next.clone();
        }
    }
    (scrollback.text(), prompt)
}

fn type_in(page: &mut Page, text: &str) {
    let first = examples::first();
    let files = vec![(first.file.to_owned(), first.text.to_owned())];
    page.ask(Request::Terminal(TerminalRequest::Run(text.to_owned(), files)));
}

#[test]
fn what_is_typed_in_the_terminal_is_answered_and_comes_back_with_the_lab() {
    let mut page = Page::new(None, 0);
    page.ask(Request::Clock(20.0));
    type_in(&mut page, &format!("kubectl apply -f {}\nkubectl rollout status ds {}", examples::first().file, first_name()));
    page.turn(4000);
    let (text, prompt) = shown(&page);
    assert!(text.ends_with("successfully rolled out\n") && prompt == Prompt::Ready, "{text}");
    assert!(page.stage.daemonset.is_some());
    let saved = page.heard.iter().rev().find_map(|it| if let Report::Saved(saved) = it { Some(saved.clone()) } else { None });
    let again = Page::new(saved, page.stage.now_ms);
    assert_eq!(again.stage.daemonset.as_ref().map(|it| it.available), page.stage.daemonset.as_ref().map(|it| it.available));
}

fn first_name() -> String {
    let manifest = crate::kubectl::manifest::read(examples::first().text);
    let daemonset = manifest.objects.iter().find(|it| it.value.str_at(&["kind"]) == "DaemonSet").expect("a DaemonSet");
    format!("{} -n {}", daemonset.value.str_at(&["metadata", "name"]), namespace_of(&daemonset.value))
}

fn namespace_of(value: &crate::object::Value) -> &str {
    match value.str_at(&["metadata", "namespace"]) {
        "" => "default",
        namespace => namespace,
    }
}

#[test]
fn what_is_remembered_of_a_command_is_said_before_it_is_answered() {
    let mut page = Page::new(None, 0);
    page.heard.clear();
    type_in(&mut page, "kubectl create ns a");
    let place = |wanted: fn(&Report) -> bool| page.heard.iter().position(wanted);
    let saved = place(|it| matches!(it, Report::Saved(_))).expect("saved");
    let answered = place(|it| matches!(it, Report::Terminal(_))).expect("answered");
    assert!(saved < answered);
    page.heard.clear();
    type_in(&mut page, "kubectl get ns");
    assert!(!page.heard.iter().any(|it| matches!(it, Report::Saved(_))), "what only reads leaves nothing to remember");
}

#[test]
fn a_command_ends_with_its_cluster_or_when_it_is_interrupted() {
    let mut page = Page::new(None, 0);
    for end in [
        Request::Terminal(TerminalRequest::Interrupt(String::new())),
        Request::Errand(9, Errand::NewCluster(ClusterPreset::OneNode)),
    ] {
        type_in(&mut page, "kubectl get nodes -w");
        assert_eq!(shown(&page).1, Prompt::Busy);
        page.ask(end);
        let (text, prompt) = shown(&page);
        assert!(text.ends_with("^C\n[exit 130]\n") && prompt == Prompt::Ready, "{text}");
    }
}

#[test]
fn a_word_is_completed_and_an_edited_text_goes_back_to_its_command() {
    let mut page = Page::new(None, 0);
    let line = "kubectl apply -f a".to_owned();
    let names = vec!["agent.yaml".to_owned()];
    page.ask(Request::Terminal(TerminalRequest::Complete(3, line.clone(), line.len(), names)));
    let completed = page.heard.iter().find_map(|it| match it {
        Report::Terminal(TerminalReport::Completed(3, completions)) => Some(completions.common.clone()),
        _ => None,
    });
    assert_eq!(completed.as_deref(), Some("agent.yaml "));
    type_in(&mut page, "kubectl edit ns default");
    let Prompt::Editing(open) = shown(&page).1 else { panic!("no text is open: {:?}", shown(&page)) };
    let text = open.text.replace("labels:\n", "labels:\n    a: b\n");
    page.ask(Request::Terminal(TerminalRequest::Edited(Some(text))));
    let (text, prompt) = shown(&page);
    assert!(text.ends_with("namespace/default edited\n") && prompt == Prompt::Ready, "{text}");
}

#[test]
fn what_is_interrupted_before_it_begins_is_shown_and_does_not_run() {
    let mut desk = Desk::new();
    desk.take(Request::Begin { saved: None, seen_ms: 0 });
    desk.take(Request::Errand(1, Errand::NewCluster(ClusterPreset::OneNode)));
    let terminal = [
        TerminalRequest::Run("kubectl create ns a\nkubectl create ns b".into(), Vec::new()),
        TerminalRequest::Interrupt("kubectl get".into()),
        TerminalRequest::Run("kubectl get ns a".into(), Vec::new()),
    ];
    for request in terminal {
        desk.take(Request::Terminal(request));
    }
    while desk.go_on(&|| 0.0) == Next::Now {}
    let mut scrollback = Scrollback::default();
    for report in desk.reports() {
        if let Report::Terminal(TerminalReport::Shown(pieces, _)) = report {
            for piece in pieces {
                scrollback.add(piece);
            }
        }
    }
    let text = scrollback.text();
    assert!(
        text.starts_with("$ kubectl create ns a\n$ kubectl create ns b\n$ kubectl get\n^C\n$ kubectl get ns a\nError"),
        "{text}"
    );
}

#[test]
fn a_text_that_was_applied_is_told_what_the_cluster_has_otherwise_when_that_changes() {
    let mut page = Page::new(None, 0);
    page.apply();
    let first = examples::first();
    page.ask(Request::Check(7, first.text.into()));
    let drifts = |page: &Page| {
        let of = |report: &Report| match report {
            Report::Drifted(version, drift) => Some((*version, drift.told.len())),
            _ => None,
        };
        page.heard.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(drifts(&page), []);
    let key = page.stage.daemonset.as_ref().expect("a DaemonSet").key.clone();
    let container = "kube-proxy=kube-proxy:other";
    let set = ["kubectl set image ds/", &key.name, " -n ", &key.namespace, " ", container].concat();
    page.ask(Request::Terminal(TerminalRequest::Run(set, Vec::new())));
    page.turn(5);
    assert_eq!(drifts(&page), [(7, 1)]);
    page.apply();
    assert_eq!(drifts(&page), [(7, 1), (7, 0)]);
}

#[test]
fn what_is_done_at_short_intervals_is_saved_together_and_answered_when_it_is() {
    let mut page = Page::new(None, 0);
    page.heard.clear();
    let nodes = ["node-a1", "node-a2", "node-a3", "node-b1"];
    for (ticket, node) in (0..).zip(nodes) {
        page.desk.take(Request::Errand(ticket, Errand::Act(vec![Action::Cordon { node: node.into() }])));
    }
    page.turn(20);
    let order: String = page
        .heard
        .iter()
        .filter_map(|report| match report {
            Report::Saved(_) => Some("s".to_owned()),
            Report::Answer(ticket, _) => Some(ticket.to_string()),
            Report::Picture(_) => Some("p".to_owned()),
            _ => None,
        })
        .collect();
    assert!(order.starts_with("s0ps123p"), "{order}");
    let again = Page::new(page.saved(), page.stage.now_ms);
    assert!(nodes.iter().all(|node| again.stage.find(node).is_some_and(|node| node.cordoned)));
}

#[test]
fn whoever_leaves_has_everything_saved_at_once() {
    let mut page = Page::new(None, 0);
    let cordon = |node: &str| Request::Errand(5, Errand::Act(vec![Action::Cordon { node: node.into() }]));
    page.desk.take(cordon("node-a1"));
    page.turn(2);
    page.heard.clear();
    page.desk.take(cordon("node-a2"));
    page.desk.take(Request::Rest(true));
    page.slice();
    assert!(page.heard.iter().any(|report| matches!(report, Report::Saved(_))));
}

#[test]
fn a_visit_on_which_nothing_is_done_leaves_nothing() {
    let mut page = Page::new(None, 0);
    page.ask(Request::Clock(25.0));
    page.turn(60);
    assert_eq!(page.saved(), None);
}
