//! English.

mod advice;
mod rollout;
mod trouble;

use crate::kubelet::image::{Fault, Subject};
use crate::lab::{Absence, Action, GroupBy, Joined, PodState};
use crate::lab::{Check, ClusterPreset};

use self::rollout::{budget, waits, way_out};
use super::strings::{
    DockWords, EditorWords, FormWords, LegendWords, NewsWords, NodeWords, NoticeWords, PodWords, PresetWords, ShellWords,
    StageWords, Strings, TerminalWords, TransportWords, Why,
};
use super::{Column, taint};

/// The English texts.
pub static EN: Strings = Strings {
    shell: ShellWords {
        whereabouts: "Where you are",
        sandbox: "Sandbox",
        skip: "Skip to the cluster",
        theme_system: "Theme: as the system",
        theme_light: "Theme: light",
        theme_dark: "Theme: dark",
        switch_language: "切换到中文",
        panes: "Panes",
        pane_cluster: "Cluster",
        pane_yaml: "YAML",
        close: "Close",
    },
    transport: TransportWords {
        name: "Clock",
        clock: "Cluster time",
        play: "Let time run",
        pause: "Pause",
        step: "Step to the next change",
        speed: "Speed",
    },
    notice: NoticeWords {
        name: "Last command",
        copy: "Copy the command",
        copied: "Copied",
        not_copied: "Not copied: the browser does not let this page use the clipboard. Select the text and copy it yourself.",
        no_room: "The browser does not store everything: it is out of room or forbids it. What you do from now on may be gone after a reload.",
        elsewhere: "The lab is open in another tab too, and was changed there. This tab saves nothing any more; reload it to go on from there.",
        unreadable: "The cluster of your last visit cannot be read any more, so this is a new one. Your files are kept.",
        undo: "Undo",
        dismiss: "Close this line",
        problems: "Nothing was done: the file has problems, listed below the editor.",
        stands: "The clock stands: the cluster answers when it runs.",
        restored: "The former cluster is back.",
        idle: "A minute went by, and nothing changed.",
        name_empty: "A file needs a name; it keeps the one that it had.",
        name_rule: "A file’s name has letters, digits, “.”, “_” and “-”, and no “-” at its beginning; it keeps the one that it had.",
        lost: "The cluster stopped: its program could not be loaded or failed. Your text is kept.",
        reload: "Reload the page",
        start_anew: "Reload with a new cluster",
        machines,
        new_cluster: |preset| format!("New cluster: {preset}."),
        closed_file: |name| format!("{name} is closed."),
        name_taken: |name| format!("There is a file {name} already; this one keeps its name."),
        adopted: |name| format!("{name} says what the cluster has."),
        reset_file: |name| format!("{name} is back to its first text."),
    },
    news: NewsWords {
        between: " ",
        node_joined: |node| format!("{node} joined."),
        nodes_joined: |count| format!("{count} nodes joined."),
        node_left: |node| format!("{node} left."),
        nodes_left: |count| format!("{count} nodes left."),
        node_lost: |node| format!("{node} is not ready."),
        nodes_lost: |count| format!("{count} nodes are not ready."),
        node_back: |node| format!("{node} is ready."),
        nodes_back: |count| format!("{count} nodes are ready."),
        pod_broken: |node, pod| format!("{node}: {pod} has failed."),
        pods_broken: |count| format!("{count} pods have failed."),
        pod_ready: |node, pod| format!("{node}: {pod} is ready."),
        pods_ready: |count| format!("{count} pods are ready."),
        pods_created: |count| if count == 1 { "1 pod was created.".into() } else { format!("{count} pods were created.") },
        pods_deleted: |count| if count == 1 { "1 pod is gone.".into() } else { format!("{count} pods are gone.") },
        available: |available, desired| format!("{available} of {desired} available."),
    },
    stage: StageWords {
        name: "Cluster",
        daemonset: "DaemonSet",
        choose_daemonset: "DaemonSet to look at",
        empty_title: "No DaemonSet yet",
        empty_detail: "Apply a manifest, and its controller puts one pod on every node that fits.",
        no_nodes_title: "No nodes",
        no_nodes_detail: "A DaemonSet needs machines to run on. Add some, or start from another cluster.",
        delete_daemonset: "Delete the DaemonSet",
        restart: "Restart its pods (rollout restart)",
        undo_rollout: "Back to the revision before (rollout undo)",
        history: "List its revisions (rollout history)",
        daemonset_menu: "What to do with the DaemonSet",
        deleting: "being deleted",
        revision: "revision",
        view: "View",
        view_cards: "Cards",
        view_table: "Table",
        legend: "Legend",
        larger: "Larger cells",
        smaller: "Smaller cells",
        returning: "Bringing your cluster back",
        arriving: "The cluster is starting",
        add_nodes: "Add nodes",
        add_node_here: "Add a node here",
        column_node: "Node",
        column_status: "Status",
        column_pods: "Pods, or why there is none",
        column_taints: "Taints",
        column_labels: "Labels",
        bar_missing: "no pod yet",
        empty_apply: |file| format!("Apply {file}"),
        column: number,
        nodes: |count| counted(count, "node"),
        group,
        budget,
        waits,
        way_out,
        bar_part: |count, available, revision| {
            format!("{count} {} on revision {revision}", if available { "available" } else { "unavailable" })
        },
        rollout: |from, to| format!("Rolling out: revision {from} to {to}"),
    },
    node: NodeWords {
        ready: "ready",
        joining: "joining",
        cordoned: "cordoned",
        stopped: "switched off",
        cordon: "Cordon",
        uncordon: "Uncordon",
        stop: "Switch the machine off",
        start: "Switch the machine on",
        delete: "Delete the node",
        add_label: "Add a label",
        add_taint: "Add a taint",
        fewer_labels: "Fewer",
        watched: "The DaemonSet looks at this label",
        tolerated: "Tolerated",
        not_tolerated: "Not tolerated",
        cpu: "cpu",
        memory: "mem",
        not_ready: |duration| format!("not ready · {duration}"),
        pods: |own, others| match (own, others) {
            (own, 0) => counted(own, "pod"),
            (0, others) => counted(others, "other pod"),
            (own, others) => format!("{}, {others} other", counted(own, "pod")),
        },
        menu: |node| format!("What to do with {node}"),
        more_labels: |count| format!("{} more", counted(count, "usual label")),
        edit_label: |label| format!("Label {label}: change or remove"),
        edit_taint: |taint| format!("Taint {taint}: change or remove"),
        usage: |what, used, whole, percent| format!("{what}: {used} of {whole} requested, {percent} %"),
        pressure: |condition, holds| {
            let what = match condition {
                "MemoryPressure" => "memory",
                "DiskPressure" => "disk space",
                _ => "process numbers",
            };
            if holds { format!("Let it run out of {what}") } else { format!("Give it enough {what} again") }
        },
        absence,
    },
    pod: PodWords {
        no_revision: "its revision is gone",
        delete: "Delete the pod",
        image_note: "For every container that runs this image",
        image: |image| format!("What goes wrong with {image}"),
        state: pod_state,
        fault,
        menu: |pod| format!("What to do with pod {pod}"),
        revision: |number| format!("revision {number}"),
        restarts: |count| if count == 1 { "1 restart".into() } else { format!("{count} restarts") },
    },
    legend: LegendWords {
        pods: "Pods: shape is state",
        hue: "Colour is revision: pods of the same colour come from the same pod template.",
        nodes: "Nodes",
        node_ok: "ready",
        node_warn: "ready, but cordoned or short of memory, disk space or process numbers",
        node_bad: "not ready",
        node_off: "joining, or switched off",
        node_striped: "nothing runs on it, or nobody knows: it is off, not ready, or joining",
        node_without: "no pod, and why",
        node_awaits: "a pod is due",
        node_others: "pods of others are counted apart",
        node_usage: "requested, of what the node can give",
        bar: "Rollout bar",
        bar_up: "nodes whose pod is available",
        bar_down: "nodes whose pod is not",
        bar_none: "nodes that have no pod yet",
        cells: "Small cells",
        cells_shape: "a node, drawn as its pod; striped as its card would be",
        cells_dot: "a cordoned node",
        chips: "Labels and taints",
        chip_label: "any other label",
        chip_prefers: "a taint that new pods avoid; a DaemonSet does not care",
        chip_folded: "so many usual labels are folded",
        chip_add: "adds a label",
        chip_watched: "a label that the selector or affinity looks at",
        chip_taint: "a taint that keeps new pods out",
        chip_evicts: "a taint that also evicts running pods",
        chip_tolerated: "a taint that the pods tolerate",
        numbers: "kubectl’s numbers",
        state: legend_state,
    },
    form: FormWords {
        key: "Key",
        value: "Value",
        effect: "Effect",
        save: "Save",
        remove: "Remove",
        cancel: "Cancel",
        label_rule: "Letters, digits, “-”, “_” and “.”; at most 63 each. The key may have a prefix: example.com/disk.",
        taint_rule: "The value may stay empty. Pods that do not tolerate the taint answer to its effect:",
        new_label: "New label",
        new_taint: "New taint",
        label: "Label",
        taint: "Taint",
        no_schedule: "no new pods",
        prefer_no_schedule: "other nodes first; a DaemonSet does not care",
        no_execute: "no new pods, running ones are evicted",
        count: "How many",
        stem: "Name",
        stem_rule: "A number is put behind it.",
        zone: "Zone",
        pool: "Pool",
        optional: "optional",
        add: "Add",
        count_rule: |least, most| format!("A whole number from {least} to {most}."),
    },
    preset: PresetWords { menu: "New cluster", note: "Start over with another cluster. Your files stay.", title: preset },
    editor: EditorWords {
        name: "Manifests",
        files: "Files",
        add_file: "New file or example",
        empty_file: "Empty file",
        file_name: "File name",
        rename: "Rename",
        examples_note: "Examples open in a tab of their own.",
        apply: "Apply",
        delete: "Delete",
        reset: "Reset",
        problems: "Problems",
        no_problems: "No problems",
        unapplied: "not applied yet",
        drifted: "The cluster was changed after this file was applied",
        drifted_away: "The cluster does not have this any more",
        in_cluster: "cluster:",
        in_file: "file:",
        absent: "nothing",
        adopt: "Take the cluster’s",
        show_diff: "Show the diff",
        text_of: |file| format!("Text of {file}"),
        close_file: |file| format!("Close {file}"),
        file_menu: |file| format!("What to do with {file}"),
        phrases: &[],
        advice: advice::advice,
        more_differences: |count| format!("and {}", counted(count, "more difference")),
        problem_count: |count| counted(count, "problem"),
        place: |line, column| format!("line {line}, column {column}"),
    },
    dock: DockWords {
        name: "Details",
        resize: "Height of the details",
        events: "Events",
        explain: "Explain",
        no_events: "Nothing has happened yet. What the controllers report appears here.",
        no_node: "Select a node to see, check by check, why it has a pod or none.",
        no_daemonset: "Apply a DaemonSet first. Then every node can say why it has a pod or none.",
        age: "Age",
        kind: "Type",
        reason: "Reason",
        object: "Object",
        message: "Message",
        order: "Checked in the order of the DaemonSet controller:",
        keeps_pod: "The node fits. The controller keeps one pod here, and makes a new one if it goes.",
        so: "So",
        passed: "passed",
        failed: "failed",
        skipped: "not checked",
        machine_off: "The machine is switched off, so nothing runs on it, whatever its pods say. The control plane finds out when the node's heartbeats stay away for 50 seconds.",
        node_silent: "The node is not ready, and neither are its pods. Pods of a DaemonSet tolerate the NoExecute taints that this brings (not-ready, unreachable): they are not evicted, no other node gets one instead, and until the node is back or deleted it uses the budget of an update. Unless the template tolerates their NoSchedule forms too, the node is not desired meanwhile, and its pod counts as misscheduled.",
        check,
        finding,
        trouble: trouble::trouble,
        mend: trouble::mend,
        why_waits: |daemonset| format!("What does the rollout of {daemonset} wait for?"),
        why_lacks: |daemonset| format!("Why is {daemonset} not available everywhere?"),
        explain_node: |node| format!("Explain {node}"),
        no_new_pod: |may_stay| {
            if may_stay {
                "No pod is started here; one that runs already may stay."
            } else {
                "No pod is started here, and one that runs already has to go."
            }
        },
        set_label: |label| format!("Set {label}"),
        remove_taint: |taint| format!("Remove {taint}"),
        older: |count| format!("{} not shown", counted(count, "older event")),
        why_pod: |node, daemonset| format!("Why does {node} have a pod of {daemonset}?"),
        why_no_pod: |node, daemonset| format!("Why has {node} no pod of {daemonset}?"),
    },
    terminal: TerminalWords {
        name: "Terminal",
        welcome: "Type commands here, for example: kubectl get nodes. Tab completes what you type (Escape and then Tab leaves), help lists the other programs, and Apply in the editor shows up here as the command that does the same.",
        log: "Commands and what they printed",
        log_hint: "Enter goes to the last link, arrow keys go from link to link, Escape goes back.",
        line: "Command",
        hint: "Tab completes. Escape, then Tab, leaves this field. Control and C ends the running command.",
        search: "Search the history",
        candidates: "What it can become",
        none: "Nothing completes this.",
        seek: "Find in the output",
        seek_before: "Find before",
        seek_after: "Find after",
        copy_all: "Copy everything",
        copy_command: "Copy the command",
        clear: "Clear the terminal",
        stop: "Stop",
        stands: "The command waits, and the clock stands.",
        from_stage: "From the stage:",
        error: "Error output:",
        interrupted: "Interrupted:",
        no_command: "(No kubectl command does this: it happens to the machine or the image itself.)",
        editing: |file| format!("The command waits for {file}: Apply in the editor hands it back, Ctrl+C gives up."),
        go: |name| format!("Show {name} on the stage"),
        gone: |name| format!("{name} is not there any more."),
        dropped: |count| format!("{} not kept", counted(count, "earlier line")),
        not_kept: "What was printed before the page was loaded again is not kept. The commands are: press ↑.",
        not_made: "The answer is longer: earlier lines are not shown. See them with | head or | grep.",
        matches: |count| format!("in {}", counted(count, "line")),
        more: |count| format!("and {count} more"),
        more_lines: |count| format!("and {}", counted(count, "more line")),
    },
};

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn machines(action: &Action, joined: Option<&Joined>) -> String {
    match (action, joined) {
        (Action::StopNode { node }, _) => format!("The machine of {node} was switched off."),
        (Action::StartNode { node }, _) => format!("The machine of {node} was switched on."),
        (Action::SetCondition { node, condition, status }, _) => format!("{node} reports {condition}={status}."),
        (Action::SetBehaviour { subject, fault }, _) => {
            let name = match subject {
                Subject::Image(image) => image,
                Subject::Pod(pod) => &pod.name,
            };
            format!("{name} {}", defect(*fault))
        }
        (_, None) => "No more machines can join.".into(),
        (_, Some(Joined { count: 1, first, .. })) => format!("A machine joined: {first}."),
        (_, Some(Joined { count, first, last })) => format!("{count} machines joined: {first} to {last}."),
    }
}

fn fault(fault: Option<Fault>) -> &'static str {
    match fault {
        None => "Let it run as it should",
        Some(Fault::NotFound) => "Make its image unavailable",
        Some(Fault::Crash) => "Let it crash",
        Some(Fault::Unready) => "Make it unready",
        Some(Fault::Slow) => "Make it slow",
        Some(Fault::Hang) => "Let it hang",
        Some(Fault::OutOfMemory) => "Let it run out of memory",
        Some(Fault::IgnoreTerm) => "Let it ignore SIGTERM",
    }
}

fn defect(fault: Option<Fault>) -> &'static str {
    match fault {
        None => "runs as it should.",
        Some(Fault::NotFound) => "its image cannot be pulled.",
        Some(Fault::Crash) => "crashes.",
        Some(Fault::Unready) => "is not ready.",
        Some(Fault::Slow) => "is slow.",
        Some(Fault::Hang) => "hangs.",
        Some(Fault::OutOfMemory) => "runs out of memory.",
        Some(Fault::IgnoreTerm) => "ignores SIGTERM.",
    }
}

fn number(column: Column) -> &'static str {
    match column {
        Column::Desired => "nodes that should run a pod",
        Column::Current => "of these, nodes that have one",
        Column::Ready => "of these, nodes whose pod is ready",
        Column::UpToDate => "nodes whose pod has the newest template",
        Column::Available => "nodes whose pod has been ready for minReadySeconds",
        Column::Misscheduled => "nodes that run a pod but should not",
    }
}

fn group(by: &GroupBy) -> String {
    match by {
        GroupBy::All => "Nodes".into(),
        GroupBy::ControlPlane => "Control plane".into(),
        GroupBy::Zone(zone) => format!("Zone {zone}"),
        GroupBy::Pool(pool) => format!("Pool {pool}"),
    }
}

fn absence(absence: &Absence) -> Why {
    let (title, detail) = match absence {
        Absence::NodeName { wanted } => ("Another node is named.".into(), format!("The pod template’s nodeName is {wanted}.")),
        Absence::NodeSelector { key, wanted, found: None } => {
            (format!("No label {key}={wanted}."), "The node selector does not match.".into())
        }
        Absence::NodeSelector { key, wanted, found: Some(found) } => {
            (format!("Label {key} is {}.", quoted(found)), format!("The node selector wants {key}={wanted}."))
        }
        Absence::NodeAffinity { requirement, .. } if requirement.is_empty() => {
            ("Affinity matches nothing.".into(), "The required node affinity has an empty term.".into())
        }
        Absence::NodeAffinity { requirement, found, terms } => {
            let found =
                found.as_ref().map_or("the node has no such label".into(), |value| format!("here it is {}", quoted(value)));
            let rest = if *terms > 1 { format!(" None of {terms} terms matches.") } else { String::new() };
            ("Affinity does not match.".into(), format!("Required: {requirement}; {found}.{rest}"))
        }
        Absence::Taint { key, value, effect } => {
            ("Taint not tolerated.".into(), format!("The pod template has no toleration for {}.", taint(key, value, *effect)))
        }
        Absence::Awaited => ("A pod is due.".into(), "The controller has not created it yet.".into()),
        Absence::Refused { message } => ("The pod was refused.".into(), message.to_string()),
        Absence::Deleting => ("The DaemonSet is being deleted.".into(), "Its controller creates no more pods.".into()),
    };
    Why { title, detail }
}

fn quoted(value: &str) -> String {
    if value.is_empty() { "empty".into() } else { value.into() }
}

fn pod_state(state: PodState) -> String {
    match state {
        PodState::Running => "not ready".into(),
        PodState::Ready { available_in_seconds } => format!("available in {available_in_seconds} s"),
        PodState::Available => "ready".into(),
        PodState::Pending | PodState::Creating | PodState::Terminating | PodState::Broken | PodState::Succeeded => String::new(),
    }
}

fn legend_state(state: PodState) -> &'static str {
    match state {
        PodState::Pending => "waits for its node",
        PodState::Creating => "is being started",
        PodState::Running => "runs, not ready",
        PodState::Ready { .. } => "ready, waits out minReadySeconds",
        PodState::Available => "ready and available",
        PodState::Terminating => "is being deleted",
        PodState::Broken => "failed",
        PodState::Succeeded => "ended by itself",
    }
}

fn check(check: &Check) -> &'static str {
    match check {
        Check::NodeName { .. } => "Node name",
        Check::NodeSelector { .. } => "Node selector",
        Check::NodeAffinity { .. } => "Required affinity",
        Check::Taints { .. } => "Taints",
    }
}

fn finding(check: &Check) -> String {
    match check {
        Check::NodeName { wanted: None } => "the template names no node".into(),
        Check::NodeName { wanted: Some(node) } => format!("the template names {node}"),
        Check::NodeSelector { wanted, .. } if wanted.is_empty() => "none".into(),
        Check::NodeSelector { wanted, missing: None } => format!("the node has {}", wanted.join(", ")),
        Check::NodeSelector { missing: Some(missing), .. } => format!("the node does not have {missing}"),
        Check::NodeAffinity { terms: None, .. } => "none".into(),
        Check::NodeAffinity { terms: Some(1), failed: None } => "the term matches".into(),
        Check::NodeAffinity { terms: Some(terms), failed: None } => format!("one of {terms} terms matches"),
        Check::NodeAffinity { terms: Some(1), failed: Some(failed) } => format!("{failed} is not met"),
        Check::NodeAffinity { terms: Some(terms), failed: Some(failed) } => {
            format!("none of {terms} terms matches; the first fails on {failed}")
        }
        Check::Taints { taints, .. } if taints.is_empty() => "the node has none that count".into(),
        Check::Taints { untolerated: None, taints, .. } => format!("all tolerated: {}", taints.join(", ")),
        Check::Taints { untolerated: Some(taint), tolerations, .. } => {
            format!(
                "{taint} is tolerated by none of {} (those that the controller adds included)",
                counted(*tolerations, "toleration")
            )
        }
    }
}

fn preset(preset: ClusterPreset) -> &'static str {
    match preset {
        ClusterPreset::OneNode => "One node",
        ClusterPreset::ThreeNodes => "Three nodes",
        ClusterPreset::ControlPlaneAndThree => "Control plane and three",
        ClusterPreset::ThreeZones => "Three zones",
        ClusterPreset::MixedPools => "Mixed pools",
        ClusterPreset::Hundred => "100 nodes",
        ClusterPreset::Thousand => "1,000 nodes",
        ClusterPreset::FiveThousand => "5,000 nodes",
    }
}
