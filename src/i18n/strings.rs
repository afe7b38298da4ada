//! The shape of a language: a field for each text.

use crate::lab::manifest::Advice;
use crate::lab::{Absence, Action, GroupBy, Joined, PodState, Progress, Trouble};

use crate::lab::Check;

use crate::kubelet::image::Fault;

use super::Column;

/// Declares a group of texts. Those without a type are plain and are listed by `plain`, which the tests go through.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident,)* $(; $($(#[$fdoc:meta])* $call:ident: $type:ty,)*)? }) => {
        $(#[$about])*
        pub struct $name {
            $($(#[$doc])* pub $field: &'static str,)*
            $($($(#[$fdoc])* pub $call: $type,)*)?
        }
        impl $name {
            /// The texts without placeholders, with the names of their fields.
            pub fn plain(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($field), self.$field)),*]
            }
        }
    };
}

/// All texts of a language.
pub struct Strings {
    /// The frame of the page.
    pub shell: ShellWords,
    /// Clock and speed.
    pub transport: TransportWords,
    /// What the page says about things that were done.
    pub notice: NoticeWords,
    /// What is read out when the stage changes.
    pub news: NewsWords,
    /// The DaemonSet and the picture of the cluster.
    pub stage: StageWords,
    /// One node.
    pub node: NodeWords,
    /// One pod.
    pub pod: PodWords,
    /// What the signs of the picture mean.
    pub legend: LegendWords,
    /// Forms for labels, taints and nodes.
    pub form: FormWords,
    /// The presets of clusters.
    pub preset: PresetWords,
    /// The editor of manifests.
    pub editor: EditorWords,
    /// The panes below the stage.
    pub dock: DockWords,
    /// The terminal.
    pub terminal: TerminalWords,
}

/// A reason, as a short title and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// A few words, with a full stop.
    pub title: String,
    /// One or two sentences.
    pub detail: String,
}

words! {
    /// The frame of the page.
    ShellWords {
        /// The name of the path at the top.
        whereabouts,
        /// The screen without a lesson.
        sandbox,
        /// Link for keyboards past the header.
        skip,
        /// Name of the theme switch while it follows the system.
        theme_system,
        /// Name of the theme switch while it is light.
        theme_light,
        /// Name of the theme switch while it is dark.
        theme_dark,
        /// Name of the switch to the other language, in the other language.
        switch_language,
        /// Name of the panes' switch on a phone.
        panes,
        /// The pane with the cluster.
        pane_cluster,
        /// The pane with the manifests.
        pane_yaml,
        /// Closes something.
        close,
    }
}

words! {
    /// Clock and speed.
    TransportWords {
        /// Name of the group.
        name,
        /// What the clock shows.
        clock,
        /// Starts the clock.
        play,
        /// Stops the clock.
        pause,
        /// Goes to the next change.
        step,
        /// Name of the choice of speeds.
        speed,
    }
}

words! {
    /// What the page says about things that were done.
    NoticeWords {
        /// Name of the line with the last command.
        name,
        /// Copies the command.
        copy,
        /// After copying.
        copied,
        /// After copying where the browser did not let the page.
        not_copied,
        /// The browser does not remember what it should.
        no_room,
        /// Another tab of the page has written what is remembered.
        elsewhere,
        /// The cluster of the last visit cannot be read.
        unreadable,
        /// Takes the last thing back.
        undo,
        /// Closes the line.
        dismiss,
        /// Applying or deleting a manifest found problems.
        problems,
        /// Something was done while the clock stands.
        stands,
        /// The former cluster is back.
        restored,
        /// The longest step went by without a change.
        idle,
        /// A file's new name was empty.
        name_empty,
        /// What a file's name may be.
        name_rule,
        /// The engine could not be started, or stopped.
        lost,
        /// Loads the page again.
        reload,
        /// The same with a new cluster.
        start_anew,
        ;
        /// Something happened to machines or programs, which kubectl does not know: what, and the machines that joined.
        machines: fn(&Action, Option<&Joined>) -> String,
        /// A new cluster was made from the preset of that name.
        new_cluster: fn(&str) -> String,
        /// A tab was closed.
        closed_file: fn(&str) -> String,
        /// Another file has the name already.
        name_taken: fn(&str) -> String,
        /// A file got the cluster's values.
        adopted: fn(&str) -> String,
        /// A file went back to its first text.
        reset_file: fn(&str) -> String,
    }
}

words! {
    /// What is read out when the stage changes: of one thing with its name, of several with their number.
    NewsWords {
        /// Stands between sentences.
        between,
        ;
        /// A node joined.
        node_joined: fn(&str) -> String,
        /// Several did.
        nodes_joined: fn(usize) -> String,
        /// A node was deleted.
        node_left: fn(&str) -> String,
        /// Several were.
        nodes_left: fn(usize) -> String,
        /// A node is no longer ready.
        node_lost: fn(&str) -> String,
        /// Several are not.
        nodes_lost: fn(usize) -> String,
        /// A node is ready again.
        node_back: fn(&str) -> String,
        /// Several are.
        nodes_back: fn(usize) -> String,
        /// A pod failed: node, pod.
        pod_broken: fn(&str, &str) -> String,
        /// Several did.
        pods_broken: fn(usize) -> String,
        /// A pod became ready: node, pod.
        pod_ready: fn(&str, &str) -> String,
        /// Several did.
        pods_ready: fn(usize) -> String,
        /// Pods were created.
        pods_created: fn(usize) -> String,
        /// Pods are gone.
        pods_deleted: fn(usize) -> String,
        /// How many are available, of how many.
        available: fn(i64, i64) -> String,
    }
}

words! {
    /// The DaemonSet and the picture of the cluster.
    StageWords {
        /// Name of the whole.
        name,
        /// Name of the bar about the DaemonSet.
        daemonset,
        /// Name of the choice of DaemonSets.
        choose_daemonset,
        /// Title when the cluster has no DaemonSet.
        empty_title,
        /// What to do then.
        empty_detail,
        /// Title when the cluster has no node.
        no_nodes_title,
        /// What to do then.
        no_nodes_detail,
        /// Deletes the DaemonSet.
        delete_daemonset,
        /// Replaces its pods by equal ones.
        restart,
        /// Goes back to the revision before.
        undo_rollout,
        /// Lists its revisions.
        history,
        /// Name of the menu of the DaemonSet.
        daemonset_menu,
        /// While it waits for its dependents.
        deleting,
        /// The newest revision is everywhere.
        revision,
        /// Name of the choice between cards and a table.
        view,
        /// Cards.
        view_cards,
        /// A table.
        view_table,
        /// Opens the legend.
        legend,
        /// Makes cells larger.
        larger,
        /// Makes cells smaller.
        smaller,
        /// The cluster of the last visit is being made again.
        returning,
        /// The cluster is not there yet.
        arriving,
        /// Opens the form for nodes.
        add_nodes,
        /// Adds one node to a group.
        add_node_here,
        /// The column with names.
        column_node,
        /// The column with states of nodes.
        column_status,
        /// The column with pods or the reason why there is none.
        column_pods,
        /// The column with taints.
        column_taints,
        /// The column with labels.
        column_labels,
        /// Pods that are to come, in the rollout bar.
        bar_missing,
        ;
        /// The button that does it, with that file.
        empty_apply: fn(&str) -> String,
        /// What a number of kubectl counts.
        column: fn(Column) -> &'static str,
        /// How many nodes a group has.
        nodes: fn(usize) -> String,
        /// The heading of a group.
        group: fn(&GroupBy) -> String,
        /// A part of the rollout bar: how many nodes, available or not, of that revision.
        bar_part: fn(usize, bool, i64) -> String,
        /// The rollout goes from those revisions to another, for screen readers.
        rollout: fn(&str, i64) -> String,
        /// What the budget of the rollout is, and how much of it is in use; empty where nothing is being rolled out.
        budget: fn(&Progress) -> String,
        /// What the rollout waits for now, or which nodes have no available pod.
        waits: fn(&Progress) -> String,
        /// What lets a rollout go on that waits for somebody's help, or for somebody at all; empty where it goes on by itself.
        way_out: fn(&Progress) -> String,
    }
}

words! {
    /// One node.
    NodeWords {
        /// `Ready=True`.
        ready,
        /// No condition `Ready` yet.
        joining,
        /// `spec.unschedulable`.
        cordoned,
        /// The machine is off, and the control plane has not noticed.
        stopped,
        /// Sets `spec.unschedulable`.
        cordon,
        /// Clears it.
        uncordon,
        /// Switches the machine off.
        stop,
        /// Switches the machine on.
        start,
        /// Deletes the node.
        delete,
        /// Opens the form for a label.
        add_label,
        /// Opens the form for a taint.
        add_taint,
        /// Folds the usual labels.
        fewer_labels,
        /// Marks a label that the selector or the affinity looks at.
        watched,
        /// A taint that the pods tolerate.
        tolerated,
        /// A taint that they do not.
        not_tolerated,
        /// Short for the processor.
        cpu,
        /// Short for memory.
        memory,
        ;
        /// `Ready` is not true, for so long.
        not_ready: fn(&str) -> String,
        /// How many pods of the DaemonSet are here, and how many others.
        pods: fn(usize, usize) -> String,
        /// Name of the node's menu.
        menu: fn(&str) -> String,
        /// Shows so many labels more.
        more_labels: fn(usize) -> String,
        /// Opens the form of a label.
        edit_label: fn(&str) -> String,
        /// Opens the form of a taint.
        edit_taint: fn(&str) -> String,
        /// What is requested of what there is: both as text, and percent.
        usage: fn(&str, &str, &str, u64) -> String,
        /// Lets the machine run out of something, or have enough again: the condition, and whether it is to hold.
        pressure: fn(&str, bool) -> String,
        /// Why no pod is here.
        absence: fn(&Absence) -> Why,
    }
}

words! {
    /// One pod.
    PodWords {
        /// No revision has its template any more.
        no_revision,
        /// Deletes it.
        delete,
        /// What choosing something for an image does.
        image_note,
        ;
        /// Opens the menu of its image.
        image: fn(&str) -> String,
        /// Its state in a few words, after kubectl's STATUS: `ready`, `6 s to available`. Empty where the status says it all.
        state: fn(PodState) -> String,
        /// Name of the pod's menu.
        menu: fn(&str) -> String,
        /// Lets its containers have a fault, or none.
        fault: fn(Option<Fault>) -> &'static str,
        /// Its revision.
        revision: fn(i64) -> String,
        /// How often containers were started again.
        restarts: fn(i64) -> String,
    }
}

words! {
    /// What the signs of the picture mean.
    LegendWords {
        /// Title of the part about pods.
        pods,
        /// What hue means.
        hue,
        /// Title of the part about nodes.
        nodes,
        /// A node's dot: all is well.
        node_ok,
        /// A node's dot: it takes no new pods, or is short of something.
        node_warn,
        /// A node's dot: it is not ready.
        node_bad,
        /// A node's dot: it has not joined yet, or its machine is off.
        node_off,
        /// A card with stripes.
        node_striped,
        /// The box that says why there is no pod.
        node_without,
        /// The box that says that a pod is to come.
        node_awaits,
        /// How many pods of others are there.
        node_others,
        /// How much of a resource is requested.
        node_usage,
        /// Title of the part about the rollout bar.
        bar,
        /// A full stretch of it.
        bar_up,
        /// A striped one.
        bar_down,
        /// A pale one.
        bar_none,
        /// Title of the part about small cells.
        cells,
        /// What stands for a node there.
        cells_shape,
        /// The dot in its corner.
        cells_dot,
        /// Title of the part about chips.
        chips,
        /// A label that is watched.
        chip_watched,
        /// A taint that only keeps new pods out.
        chip_taint,
        /// A taint that also evicts.
        chip_evicts,
        /// A label that is not.
        chip_label,
        /// A taint that only makes other nodes preferred.
        chip_prefers,
        /// Labels that are folded.
        chip_folded,
        /// The button for another label.
        chip_add,
        /// A taint that is tolerated.
        chip_tolerated,
        /// Title of the part about kubectl's numbers.
        numbers,
        ;
        /// What a state means.
        state: fn(PodState) -> &'static str,
    }
}

words! {
    /// Forms for labels, taints and nodes.
    FormWords {
        /// Key of a label or taint.
        key,
        /// Value of a label or taint.
        value,
        /// Effect of a taint.
        effect,
        /// Writes it.
        save,
        /// Takes it away.
        remove,
        /// Closes the form.
        cancel,
        /// What a label's key and value may be.
        label_rule,
        /// What a taint may be.
        taint_rule,
        /// Title of a form.
        new_label,
        /// Title of a form.
        new_taint,
        /// Title of a form.
        label,
        /// Title of a form.
        taint,
        /// What `NoSchedule` does.
        no_schedule,
        /// What `PreferNoSchedule` does.
        prefer_no_schedule,
        /// What `NoExecute` does.
        no_execute,
        /// How many nodes.
        count,
        /// The stem of their names.
        stem,
        /// What the stem is for.
        stem_rule,
        /// Their zone.
        zone,
        /// Their pool.
        pool,
        /// A field may stay empty.
        optional,
        /// Adds them.
        add,
        ;
        /// A count is not between these numbers.
        count_rule: fn(usize, usize) -> String,
    }
}

words! {
    /// The presets of clusters.
    PresetWords {
        /// Opens the menu.
        menu,
        /// What choosing one does.
        note,
        ;
        /// Title of a preset.
        title: fn(crate::lab::ClusterPreset) -> &'static str,
    }
}

words! {
    /// The editor of manifests.
    EditorWords {
        /// Name of the whole.
        name,
        /// Name of the tabs.
        files,
        /// Name of the menu of what can be opened.
        add_file,
        /// In that menu: an empty file.
        empty_file,
        /// Name of the field for a file's name.
        file_name,
        /// Menu of the tab: another name.
        rename,
        /// Title of the menu of what can be opened.
        examples_note,
        /// Applies the file.
        apply,
        /// Deletes what the file describes.
        delete,
        /// Back to the first text.
        reset,
        /// Title of the list of problems.
        problems,
        /// When there is none.
        no_problems,
        /// The text is not the one that is applied to the cluster.
        unapplied,
        /// The cluster has something else than the text that was applied.
        drifted,
        /// The cluster does not have what was applied.
        drifted_away,
        /// Before a value of the cluster.
        in_cluster,
        /// Before a value of the file.
        in_file,
        /// Instead of a value that is not there.
        absent,
        /// Gives the file the cluster's values.
        adopt,
        /// Shows all differences in the terminal.
        show_diff,
        ;
        /// Name of the text field.
        text_of: fn(&str) -> String,
        /// Name of the button that closes a tab.
        close_file: fn(&str) -> String,
        /// Name of the button that opens a tab's menu.
        file_menu: fn(&str) -> String,
        /// What the code editor itself says, from English.
        phrases: &'static [(&'static str, &'static str)],
        /// What would be right; empty where there is nothing to add to the server's words.
        advice: fn(&Advice) -> String,
        /// So many more differences are not listed.
        more_differences: fn(usize) -> String,
        /// How many problems.
        problem_count: fn(usize) -> String,
        /// Where a problem is: line and column, from 1.
        place: fn(usize, usize) -> String,
    }
}

words! {
    /// The panes below the stage.
    DockWords {
        /// Name of the whole.
        name,
        /// Name of the handle that changes its height.
        resize,
        /// Tab.
        events,
        /// Tab.
        explain,
        /// When there is no event.
        no_events,
        /// When no node is selected.
        no_node,
        /// When there is no DaemonSet.
        no_daemonset,
        /// Column with ages.
        age,
        /// Column with types.
        kind,
        /// Column with reasons.
        reason,
        /// Column with objects.
        object,
        /// Column with messages.
        message,
        /// Stands before the checks.
        order,
        /// The conclusion when the node has its pod.
        keeps_pod,
        /// Title of the conclusion.
        so,
        /// A check that passed.
        passed,
        /// A check that failed.
        failed,
        /// A check that was not made, because an earlier one failed.
        skipped,
        /// About a machine that is switched off, which the control plane has not noticed yet.
        machine_off,
        /// About a node that is not ready.
        node_silent,
        ;
        /// The name of a check.
        check: fn(&Check) -> &'static str,
        /// What a check found.
        finding: fn(&Check) -> String,
        /// What is the matter with a pod.
        trouble: fn(&Trouble) -> Why,
        /// What can be done about it, and whether there is a revision to go back to.
        mend: fn(&Trouble, bool) -> String,
        /// The question about the rollout.
        why_waits: fn(&str) -> String,
        /// The question about a DaemonSet whose pods are all of the newest revision.
        why_lacks: fn(&str) -> String,
        /// Selects that node, and shows its explanation.
        explain_node: fn(&str) -> String,
        /// What follows when the node gets no pod: whether one that runs already may stay.
        no_new_pod: fn(bool) -> &'static str,
        /// Button that gives the node that label.
        set_label: fn(&str) -> String,
        /// Button that takes that taint from the node.
        remove_taint: fn(&str) -> String,
        /// So many older events are not listed.
        older: fn(usize) -> String,
        /// The question, when the node has a pod of that DaemonSet: node, DaemonSet.
        why_pod: fn(&str, &str) -> String,
        /// The question, when it has none: node, DaemonSet.
        why_no_pod: fn(&str, &str) -> String,
    }
}

words! {
    /// The terminal.
    TerminalWords {
        /// Tab, and name of the pane.
        name,
        /// Stands there as long as nothing was typed.
        welcome,
        /// That nothing is shown of what was printed during earlier visits.
        not_kept,
        /// That an answer has more lines before those that are shown.
        not_made,
        /// What was shown.
        log,
        /// How one gets to the links in it with the keyboard.
        log_hint,
        /// The line that is being typed.
        line,
        /// How one leaves that line with the keyboard.
        hint,
        /// The line while the history is searched.
        search,
        /// What the last word can become.
        candidates,
        /// When it can become nothing.
        none,
        /// Looks for a text in what was shown.
        seek,
        /// To the place before.
        seek_before,
        /// To the place after.
        seek_after,
        /// Copies everything shown.
        copy_all,
        /// Copies one command.
        copy_command,
        /// Wipes off what was shown.
        clear,
        /// Ends the running command.
        stop,
        /// When a command waits and the clock stands.
        stands,
        /// Before a command that was done on the stage.
        from_stage,
        /// Before what a command complains about.
        error,
        /// Before the sign of an interruption.
        interrupted,
        /// Behind what was done on the stage and no command can do.
        no_command,
        ;
        /// When a command waits for that file in the editor.
        editing: fn(&str) -> String,
        /// Name of a link to a thing on the stage.
        go: fn(&str) -> String,
        /// When the thing of that name is not on the stage any more.
        gone: fn(&str) -> String,
        /// So many lines are not kept any more.
        dropped: fn(usize) -> String,
        /// So many lines have the text that is looked for.
        matches: fn(usize) -> String,
        /// So many more candidates are not listed.
        more: fn(usize) -> String,
        /// So many more lines were printed.
        more_lines: fn(usize) -> String,
    }
}
