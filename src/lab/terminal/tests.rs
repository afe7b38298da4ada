use super::*;
use crate::lab::{Action, ClusterPreset};
use crate::object::{Kind, ObjectKey, TaintEffect};

const AGENT: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  selector: {matchLabels: {app: agent}}\n  \
                     template:\n    metadata: {labels: {app: agent}}\n    spec: {containers: [{name: c, image: 'nginx:1'}]}\n";

struct OneFile;

impl Files for OneFile {
    fn read(&self, name: &str) -> Option<String> {
        (name == "agent.yaml").then(|| AGENT.to_owned())
    }

    fn names(&self) -> Vec<String> {
        vec!["agent.yaml".to_owned()]
    }
}

/// Somebody at a terminal.
struct Desk {
    lab: Lab,
    terminal: Terminal,
    scrollback: Scrollback,
}

impl Desk {
    fn new() -> Self {
        Self {
            lab: Lab::new(ClusterPreset::ControlPlaneAndThree, 1),
            terminal: Terminal::new(History::default()).for_scrollback(),
            scrollback: Scrollback::default(),
        }
    }

    fn show(&mut self) {
        for piece in self.terminal.take() {
            self.scrollback.add(piece);
        }
    }

    fn enter(&mut self, text: &str) {
        self.terminal.enter(text, &mut self.lab, &OneFile);
        self.show();
    }

    fn wait(&mut self, seconds: u64) {
        let until_ms = self.lab.now_ms() + seconds * 1000;
        self.terminal.advance(&mut self.lab, &OneFile, until_ms, &mut || true);
        self.show();
    }

    /// What a command shows below its own line.
    fn run(&mut self, text: &str, seconds: u64) -> String {
        self.scrollback.clear();
        self.enter(text);
        self.wait(seconds);
        self.scrollback.text().lines().skip(text.lines().count()).flat_map(|line| [line, "\n"]).collect()
    }

    fn save(&mut self, text: &str) {
        self.hand_back(Some(text.to_owned()));
        self.show();
    }

    fn hand_back(&mut self, text: Option<String>) {
        self.terminal.edited(text, &mut self.lab, &OneFile);
    }

    fn open_text(&self) -> Option<String> {
        if let Prompt::Editing(open) = self.terminal.prompt() { Some(open.text) } else { None }
    }
}

/// Everything that is stored, with its versions, and the events.
fn contents(lab: &Lab) -> String {
    let store = &lab.cluster.runtime.store;
    let objects: Vec<String> = Kind::all().flat_map(|kind| store.list(kind)).map(|it| it.value.to_string()).collect();
    format!("{} {}\n{}\n{:?}", lab.now_ms(), store.resource_version(), objects.join("\n"), lab.events(1000))
}

#[test]
fn what_is_typed_is_shown_with_what_it_prints_and_its_exit_code() {
    let mut desk = Desk::new();
    desk.enter("kubectl get ns default -o name");
    desk.enter("");
    desk.enter("kubectl get pod nothing");
    desk.enter("echo 'a");
    let expected = "$ kubectl get ns default -o name\nnamespace/default\n$ \n$ kubectl get pod nothing\nError from server (NotFound): pods \
                    \"nothing\" not found\n[exit 1]\n$ echo 'a\nsh: unexpected EOF while looking for matching `''\n[exit 2]\n";
    assert_eq!(desk.scrollback.text(), expected);
    let kinds: Vec<LineKind> = desk.scrollback.lines().iter().map(|line| line.kind).collect();
    assert_eq!(kinds[4..6], [LineKind::Err, LineKind::Exit(1)]);
    assert_eq!(desk.terminal.history().lines().len(), 3);
}

#[test]
fn lines_that_are_pasted_run_one_after_the_other() {
    let mut desk = Desk::new();
    desk.enter("kubectl apply -f agent.yaml\nkubectl rollout status ds agent\nkubectl get ds agent --no-headers | wc -l\n");
    assert_eq!(desk.terminal.prompt(), Prompt::Busy);
    desk.wait(60);
    assert!(
        desk.scrollback
            .text()
            .ends_with("daemon set \"agent\" successfully rolled out\n$ kubectl get ds agent --no-headers | wc -l\n1\n"),
        "{}",
        desk.scrollback.text()
    );
    assert_eq!(desk.terminal.prompt(), Prompt::Ready);
}

#[test]
fn a_text_that_follows_is_asked_for_and_kept_together() {
    let mut desk = Desk::new();
    desk.enter("cat - <<EOF | sort");
    assert_eq!(desk.terminal.prompt(), Prompt::More);
    desk.enter("b\na");
    desk.enter("EOF");
    assert_eq!(desk.scrollback.text(), "$ cat - <<EOF | sort\n> b\n> a\n> EOF\na\nb\n");
    assert_eq!(desk.terminal.history().lines(), ["cat - <<EOF | sort"]);
    desk.enter("cat <<EOF");
    desk.terminal.interrupt("");
    assert_eq!(desk.terminal.prompt(), Prompt::Ready);
}

#[test]
fn a_long_text_is_taken_whole_or_not_at_all() {
    let mut desk = Desk::new();
    let lines = "x\n".repeat(2_000);
    desk.enter(&format!("cat <<EOF | wc -l\n{lines}EOF"));
    assert!(desk.scrollback.text().ends_with("> EOF\n2000\n"), "no line is lost");
    desk.scrollback.clear();
    desk.enter(&format!("echo a\n{}", "x".repeat(MOST_WAITING)));
    let text = desk.scrollback.text();
    assert!(text.starts_with("sh: more than") && text.ends_with("\n[exit 2]\n") && text.lines().count() == 2, "{text}");
    assert_eq!(desk.terminal.prompt(), Prompt::Ready);
}

#[test]
fn what_watches_prints_as_time_passes_until_it_is_interrupted() {
    let mut desk = Desk::new();
    desk.enter("kubectl get ds -w\nkubectl version");
    desk.enter("kubectl get pods -w");
    let before = desk.scrollback.lines().len();
    // A second terminal, in which the DaemonSet is made.
    let mut other = Terminal::new(History::default());
    other.enter("kubectl apply -f agent.yaml", &mut desk.lab, &OneFile);
    desk.wait(40);
    assert!(desk.scrollback.lines().len() > before + 5, "{}", desk.scrollback.text());
    assert_eq!(desk.terminal.prompt(), Prompt::Busy);
    desk.terminal.interrupt("");
    desk.show();
    assert!(desk.scrollback.text().ends_with("^C\n[exit 130]\n"), "what was to follow is forgotten");
    assert_eq!(desk.terminal.prompt(), Prompt::Ready);
}

#[test]
fn a_form_feed_wipes_all_off_and_watch_only_its_own() {
    let mut desk = Desk::new();
    desk.enter("echo before\nwatch -n 1 kubectl get ns default -o name");
    desk.wait(5);
    let text = desk.scrollback.text();
    assert!(text.starts_with("$ echo before\nbefore\n$ watch"), "{text}");
    assert_eq!(text.matches("namespace/default").count(), 1, "{text}");
    desk.terminal.interrupt("");
    desk.enter("clear");
    assert!(desk.scrollback.is_empty());
}

/// Commands that write, at once or as time passes, and how long they are let alone.
const SESSION: &[(&str, u64)] = &[
    ("kubectl apply -f agent.yaml", 1),
    ("kubectl rollout status ds agent", 20),
    ("kubectl label node worker-1 disk=ssd", 0),
    ("kubectl set image ds agent c=nginx:2", 3),
    ("kubectl run single --image=nginx:1", 4),
    ("kubectl drain worker-1 --ignore-daemonsets --force", 50),
    ("kubectl taint node worker-2 a=b:NoExecute", 7),
    ("kubectl edit ds agent", 2),
    ("kubectl rollout undo ds agent\nkubectl delete pod -l app=agent --wait=false", 9),
    ("kubectl create ns x\nkubectl delete ns x", 15),
    ("kubectl replace --force -f agent.yaml", 40),
    ("kubectl rollout restart ds agent --dry-run=server", 1),
    ("kubectl delete ds agent --cascade=foreground", 3),
];

#[test]
fn a_saved_lab_comes_back_byte_for_byte_with_all_that_commands_did() {
    let mut desk = Desk::new();
    for (text, seconds) in SESSION {
        desk.enter(text);
        if let Some(open) = desk.open_text() {
            desk.save(&open.replace("minReadySeconds: 0", "minReadySeconds: 5"));
        }
        desk.wait(*seconds);
        if *text == "kubectl set image ds agent c=nginx:2" {
            let action = Action::Cordon { node: "worker-3".into() };
            desk.lab.act(&action).expect("cordoned");
        }
    }
    for words in ["pod/single evicted", "node/worker-1 drained", "namespace \"x\" deleted", "daemonset.apps/agent replaced"] {
        assert!(desk.scrollback.text().contains(words), "{words}: {}", desk.scrollback.text());
    }
    // A command that is in the middle of its work leaves what it did.
    desk.terminal.interrupt("");
    let restored = Lab::restore(&desk.lab.save()).expect("restored");
    assert_eq!(contents(&restored), contents(&desk.lab));
    // However time was cut into slices.
    let mut sliced = crate::lab::Replay::of(&desk.lab.save(), 0).expect("a saved lab");
    let mut turns = 0;
    while !sliced.go_on(&mut || {
        turns += 1;
        turns % 3 != 0
    }) {}
    assert_eq!(contents(&sliced.into_lab()), contents(&desk.lab));
}

#[test]
fn the_same_commands_give_the_same_history_however_time_is_cut() {
    let play = |slice: u32| {
        let mut desk = Desk::new();
        for (text, seconds) in SESSION {
            desk.enter(text);
            let until_ms = desk.lab.now_ms() + seconds * 1000;
            while desk.lab.now_ms() < until_ms {
                let mut turns = 0;
                desk.terminal.advance(&mut desk.lab, &OneFile, until_ms, &mut || {
                    turns += 1;
                    turns < slice
                });
            }
            desk.show();
        }
        (contents(&desk.lab), desk.scrollback.text())
    };
    assert_eq!(play(u32::MAX), play(2));
}

#[test]
fn a_lab_that_was_saved_before_there_were_commands_comes_back() {
    let mut desk = Desk::new();
    desk.lab.apply("agent.yaml", AGENT).expect("applied");
    desk.wait(10);
    let saved = desk.lab.save().replacen("daemonset-lab 3", "daemonset-lab 2", 1);
    assert_eq!(Lab::restore(&saved).map(|lab| contents(&lab)), Some(contents(&desk.lab)));
    let later = saved.replacen("daemonset-lab 2", "daemonset-lab 9", 1);
    assert!(Lab::restore(&later).is_none(), "what is not understood is no lab");
}

#[test]
fn edit_waits_for_the_editor_and_goes_on_with_what_it_hands_back() {
    let mut desk = Desk::new();
    desk.run("kubectl apply -f agent.yaml", 20);
    let edit = "kubectl edit ds agent";
    let opened = |desk: &mut Desk| {
        assert_eq!(desk.run(edit, 5), "");
        desk.open_text().expect("an open text")
    };
    let text = opened(&mut desk);
    assert!(text.starts_with("# Please edit the object below.") && text.contains("\n  name: agent\n"), "{text}");
    desk.terminal.edited(None, &mut desk.lab, &OneFile);
    desk.show();
    assert_eq!(desk.scrollback.text(), format!("$ {edit}\nEdit cancelled, no changes made.\n"));

    let cases = [
        (format!("{text}# a comment\n"), "Edit cancelled, no changes made.\n"),
        ("# nothing\n".to_owned(), "Edit cancelled, saved file was empty.\n"),
        (text.replace("nginx:1", "nginx:2"), "daemonset.apps/agent edited\n"),
        (
            text.replace("name: agent\n  namespace", "name: other\n  namespace"),
            "A copy of your changes has been stored to \"kubectl-edit-daemonset-agent.yaml\"\nerror: At least one of apiVersion, kind and \
             name was changed\n[exit 1]\n",
        ),
    ];
    for (saved, expected) in cases {
        opened(&mut desk);
        desk.save(&saved);
        assert_eq!(desk.scrollback.text(), format!("$ {edit}\n{expected}"));
    }
}

#[test]
fn a_text_is_worth_keeping_when_nothing_came_of_it() {
    type End = fn(&mut Desk, String);
    let ends: [(End, bool); 4] = [
        (|desk, text| desk.hand_back(Some(text + "# more")), false),
        (|desk, _| desk.hand_back(None), false),
        (|desk, _| desk.terminal.interrupt(""), true),
        (|desk, text| desk.hand_back(Some(text.replace("name: agent\n  namespace", "name: other\n  namespace"))), true),
    ];
    for (at, (end, kept)) in ends.into_iter().enumerate() {
        let mut desk = Desk::new();
        desk.run("kubectl apply -f agent.yaml", 5);
        // What was pasted behind it says nothing about it.
        desk.run("kubectl edit ds agent\nkubectl get ns -o name", 0);
        let text = desk.open_text().expect("an open text");
        end(&mut desk, text);
        let pieces = desk.terminal.take();
        let said: Vec<&Piece> = pieces.iter().filter(|it| matches!(it, Piece::Edited { .. })).collect();
        assert_eq!(said, [&Piece::Edited { kept }], "{at}: {pieces:?}");
    }
}

#[test]
fn what_is_not_valid_is_opened_again_with_what_is_wrong() {
    let mut desk = Desk::new();
    desk.run("kubectl apply -f agent.yaml", 20);
    desk.run("kubectl edit ds agent", 0);
    let text = desk.open_text().expect("an open text");
    let bad = text.replace("restartPolicy: Always", "restartPolicy: Never");
    desk.save(&bad);
    let again = desk.open_text().expect("open again");
    let reason = "# daemonsets.apps \"agent\" was not valid:\n# * spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported \
                  values: \"Always\"\n#\n";
    assert!(again.contains(reason) && again.contains("\n      restartPolicy: Never\n"), "{again}");
    assert_eq!(desk.scrollback.text(), "$ kubectl edit ds agent\nerror: daemonsets.apps \"agent\" is invalid\n");
    // The second time it is better.
    desk.save(&again.replace("restartPolicy: Never", "restartPolicy: Always").replace("nginx:1", "nginx:3"));
    assert!(desk.scrollback.text().ends_with("daemonset.apps/agent edited\n"), "{}", desk.scrollback.text());

    // A text that is no YAML, and then left as it is.
    desk.run("kubectl edit ds agent", 0);
    desk.save("apiVersion: apps/v1\nkind: [\n");
    let again = desk.open_text().expect("open again");
    assert!(again.contains("# * <nil>: Invalid value: \"The edited file failed validation\": [yaml: line "), "{again}");
    assert!(
        again.contains(", invalid character 'a' looking for beginning of value]\n#\napiVersion: apps/v1\nkind: [\n"),
        "{again}"
    );
    desk.terminal.edited(None, &mut desk.lab, &OneFile);
    desk.show();
    assert!(desk.scrollback.text().ends_with("error: Edit cancelled, no valid changes were saved.\n[exit 1]\n"));

    // However often it was wrong before.
    desk.run("kubectl edit ds agent", 0);
    let text = desk.open_text().expect("an open text");
    for attempt in 0..20 {
        desk.save(&text.replace("restartPolicy: Always", &format!("restartPolicy: Never{attempt}")));
        assert!(desk.open_text().is_some(), "{attempt}");
    }
    desk.save(&text.replace("nginx:3", "nginx:4"));
    assert!(desk.scrollback.text().ends_with("daemonset.apps/agent edited\n"), "{}", desk.scrollback.text());

    // And one that nobody hands back.
    desk.run("kubectl edit ds agent", 5);
    desk.terminal.interrupt("");
    assert_eq!(desk.terminal.prompt(), Prompt::Ready);
}

#[test]
fn of_a_very_long_text_only_the_last_lines_are_sent() {
    assert_eq!(last_lines("a\nb\nc\n", 2), (1, "b\nc\n"));
    assert_eq!(last_lines("a\nb\nc", 2), (1, "b\nc"));
    assert_eq!(last_lines("a\nb\n", 2), (0, "a\nb\n"));
    assert_eq!(last_lines("", 2), (0, ""));
    let mut desk = Desk::new();
    let long = "x\n".repeat(MOST_LINES + 7);
    desk.terminal.enter("cat - <<EOF", &mut desk.lab, &OneFile);
    desk.terminal.print(Stream::Out, long.clone(), false);
    desk.show();
    assert_eq!(desk.scrollback.lines().len(), 2 + MOST_PRINTED);
    assert_eq!(desk.scrollback.lines()[1].kind, LineKind::Skipped(Some(MOST_LINES + 7 - MOST_PRINTED)));
    let mut shell = Terminal::new(History::default());
    shell.print(Stream::Out, long.clone(), false);
    assert_eq!(shell.take(), [Piece::Printed(Stream::Out, long)], "a shell gets the whole");
}

#[test]
fn somebody_may_save_what_is_not_valid_as_often_as_it_takes() {
    let mut desk = Desk::new();
    desk.run("kubectl apply -f agent.yaml", 20);
    desk.run("kubectl edit ds agent", 0);
    let text = desk.open_text().expect("an open text");
    for number in 0..40 {
        desk.save(&text.replace("restartPolicy: Always", &format!("restartPolicy: Never{number}")));
        assert!(desk.open_text().is_some(), "the editor is closed after {number}");
    }
}

#[test]
fn several_objects_are_edited_in_one_text() {
    let mut desk = Desk::new();
    desk.run("kubectl edit nodes worker-1 worker-2", 0);
    let text = desk.open_text().expect("an open text");
    assert!(text.contains("kind: List") && text.matches("kind: Node").count() == 2, "{text}");
    desk.save(&text.replace("kubernetes.io/hostname: worker-2\n", "kubernetes.io/hostname: worker-2\n      disk: ssd\n"));
    assert!(desk.scrollback.text().ends_with("node/worker-1 skipped\nnode/worker-2 edited\n"), "{}", desk.scrollback.text());
}

fn kind(target: &Target) -> (&'static str, String) {
    match target {
        Target::Node(name) => ("node", name.to_string()),
        Target::Pod(_, node) => ("pod", node.to_string()),
        Target::DaemonSet(key) => ("daemonset", key.to_string()),
    }
}

#[test]
fn names_that_are_printed_lead_to_what_has_them() {
    let mut desk = Desk::new();
    desk.run("kubectl apply -f agent.yaml", 30);
    let mut links = |command: &str| {
        desk.run(command, 0);
        let (_, _, lines) = desk.scrollback.unlooked(0..MOST_LINES).unwrap_or_default();
        let found = super::links(lines.iter().map(String::as_str), &desk.lab);
        let of_line = |(line, links): (&String, Vec<Link>)| {
            let link = |link: &Link| format!("{} {:?}", &line[link.span.clone()], kind(&link.target));
            links.iter().map(link).collect::<Vec<_>>()
        };
        lines.iter().zip(found).flat_map(of_line).collect::<Vec<String>>()
    };
    assert_eq!(links("kubectl get ds"), ["agent (\"daemonset\", \"default/agent\")"]);
    assert_eq!(links("kubectl label ds agent a=b"), ["daemonset.apps/agent (\"daemonset\", \"default/agent\")"]);
    assert_eq!(links("kubectl get nodes worker-1 -o name"), ["node/worker-1 (\"node\", \"worker-1\")"]);
    assert_eq!(links("kubectl cordon worker-9"), [] as [&str; 0]);
    assert_eq!(links("echo 'see agent of agent, app=agent 1/1 and \"agent\"'"), ["agent (\"daemonset\", \"default/agent\")"; 2]);
    let wide = links("kubectl get pods -o wide --no-headers");
    assert_eq!(wide.len(), 6, "{wide:?}");
    assert!(wide[1].contains("node"), "{wide:?}");
    let described = links("kubectl describe pods");
    assert!(described.iter().any(|it| it.starts_with("worker-1 (\"node\"")), "{described:?}");
    assert!(described.iter().any(|it| it.starts_with("DaemonSet/agent (\"daemonset\"")), "{described:?}");
}

/// Something to be done on the stage, once there is a lab.
type Act = Box<dyn Fn(&Lab) -> Action>;
/// Something that is done with a text.
type WithText = fn(&mut Lab) -> Result<crate::lab::Done, Vec<crate::lab::manifest::Problem>>;

#[test]
fn a_command_that_the_stage_prints_does_the_same_when_it_is_typed() {
    let node = "worker-1";
    let (key, value) = ("example.com/disk", "ssd");
    let pod = |lab: &Lab| {
        let pods = lab.cluster.runtime.store.list(Kind::Pod);
        pods.map(|it| it.key().clone()).find(|key| key.name.starts_with("agent-")).expect("a pod")
    };
    let label = |value: &str| Action::SetLabel { node: node.into(), key: key.into(), value: value.into() };
    let taint = |value: &str, effect| Action::SetTaint { node: node.into(), key: key.into(), value: value.into(), effect };
    let untaint = |effect| Action::RemoveTaint { node: node.into(), key: key.into(), effect };
    let fixed = |action: Action| -> Act { Box::new(move |_| action.clone()) };
    let rows: Vec<Vec<Act>> = vec![
        vec![fixed(label(value))],
        vec![fixed(label(value)), fixed(label(""))],
        vec![fixed(label(value)), fixed(Action::RemoveLabel { node: node.into(), key: key.into() })],
        vec![fixed(taint(value, TaintEffect::NoSchedule))],
        vec![fixed(taint("", TaintEffect::NoExecute)), fixed(taint(value, TaintEffect::NoExecute))],
        vec![
            fixed(taint("", TaintEffect::NoSchedule)),
            fixed(taint(value, TaintEffect::PreferNoSchedule)),
            fixed(untaint(TaintEffect::NoSchedule)),
            fixed(untaint(TaintEffect::PreferNoSchedule)),
        ],
        vec![
            fixed(Action::Cordon { node: node.into() }),
            fixed(taint("", TaintEffect::NoSchedule)),
            fixed(Action::Uncordon { node: node.into() }),
        ],
        vec![fixed(Action::DeleteNode { node: node.into() })],
        vec![Box::new(move |lab| Action::DeletePod { pod: pod(lab) })],
        vec![fixed(Action::DeleteDaemonSet { daemonset: ObjectKey::new("default", "agent") })],
    ];
    for row in rows {
        let mut by_hand = Desk::new();
        by_hand.run("kubectl apply -f agent.yaml", 30);
        let mut typed = Desk::new();
        typed.run("kubectl apply -f agent.yaml", 30);
        for act in row {
            let action = act(&by_hand.lab);
            let done = by_hand.lab.act(&action).expect("done");
            let command = done.command.expect("a command");
            let said = typed.run(&command, 0);
            assert!(said.trim_end() == done.output, "{command}: {said} is not {}", done.output);
            by_hand.wait(20);
            typed.wait(20);
            assert!(contents(&by_hand.lab) == contents(&typed.lab), "{command}\n{}", difference(&by_hand.lab, &typed.lab));
        }
    }
}

#[test]
fn what_the_editor_applies_and_deletes_is_the_same_when_it_is_typed() {
    let (mut by_hand, mut typed) = (Desk::new(), Desk::new());
    let acts: [WithText; 3] = [
        |lab| lab.apply("agent.yaml", AGENT),
        |lab| lab.apply("agent.yaml", AGENT),
        |lab| lab.delete_manifest("agent.yaml", AGENT),
    ];
    for act in acts {
        let done = act(&mut by_hand.lab).expect("done");
        let said = typed.run(&done.command.expect("a command"), 0);
        assert_eq!(said.trim_end(), done.output);
        by_hand.wait(20);
        typed.wait(20);
        assert!(contents(&by_hand.lab) == contents(&typed.lab), "{}", difference(&by_hand.lab, &typed.lab));
    }
}

fn difference(one: &Lab, other: &Lab) -> String {
    crate::object::unified_diff(&contents(one), &contents(other), 0)
}

#[test]
fn a_step_does_not_pass_the_moment_that_a_command_waits_for() {
    let mut desk = Desk::new();
    desk.run("sleep 2", 0);
    let begun_ms = desk.lab.now_ms();
    for _ in 0..500 {
        if desk.terminal.prompt() == Prompt::Ready {
            break;
        }
        desk.terminal.step(&mut desk.lab, &OneFile);
    }
    assert_eq!((desk.lab.now_ms(), desk.terminal.prompt()), (begun_ms + 2_000, Prompt::Ready));
}
