//! Simplified Chinese, as practitioners write it: API terms stay as they are, 污点 and 容忍度 are taint and toleration.

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

/// The Chinese texts.
pub static ZH: Strings = Strings {
    shell: ShellWords {
        whereabouts: "当前位置",
        sandbox: "沙盒",
        skip: "跳到集群",
        theme_system: "主题：跟随系统",
        theme_light: "主题：浅色",
        theme_dark: "主题：深色",
        switch_language: "Switch to English",
        panes: "面板",
        pane_cluster: "集群",
        pane_yaml: "清单",
        close: "关闭",
    },
    transport: TransportWords {
        name: "时钟",
        clock: "集群时间",
        play: "开始计时",
        pause: "暂停",
        step: "前进到下一次变化",
        speed: "速度",
    },
    notice: NoticeWords {
        name: "上一条命令",
        copy: "复制命令",
        copied: "已复制",
        not_copied: "没有复制成功：浏览器不允许本页使用剪贴板，请选中文字手动复制。",
        no_room: "浏览器没能保存全部内容：存储空间已满，或禁止存储。此后的改动刷新后可能会丢失。",
        elsewhere: "实验室还在另一个标签页中打开，并在那里有了改动。此标签页不再保存任何内容，刷新后可从那里继续。",
        unreadable: "上次的集群已无法读取，现在是一个新集群。你的文件都还在。",
        undo: "撤销",
        dismiss: "关闭这一行",
        problems: "集群没有任何改动：文件有问题，见编辑器下方。",
        stands: "时钟停着，时钟走起来集群才会继续响应。",
        restored: "已恢复原来的集群。",
        idle: "过了一分钟，什么都没有变。",
        name_empty: "文件名不能为空，仍用原来的名字。",
        name_rule: "文件名只能用字母、数字、“.”、“_”和“-”，且不能以“-”开头；仍用原来的名字。",
        lost: "集群已停止：它的程序没能加载，或运行出错。你写的内容都还在。",
        reload: "刷新页面",
        start_anew: "刷新并换用新集群",
        machines,
        new_cluster: |preset| format!("已换成新集群：{preset}。"),
        closed_file: |name| format!("已关闭 {name}。"),
        name_taken: |name| format!("已经有名为 {name} 的文件，这个文件仍用原来的名字。"),
        adopted: |name| format!("{name} 已改为集群现有的内容。"),
        reset_file: |name| format!("{name} 已恢复为最初的内容。"),
    },
    news: NewsWords {
        between: "",
        node_joined: |node| format!("{node} 已加入。"),
        nodes_joined: |count| format!("{count} 个节点已加入。"),
        node_left: |node| format!("{node} 已离开。"),
        nodes_left: |count| format!("{count} 个节点已离开。"),
        node_lost: |node| format!("{node} 未就绪。"),
        nodes_lost: |count| format!("{count} 个节点未就绪。"),
        node_back: |node| format!("{node} 已就绪。"),
        nodes_back: |count| format!("{count} 个节点已就绪。"),
        pod_broken: |node, pod| format!("{node}：{pod} 出错。"),
        pods_broken: |count| format!("{count} 个 Pod 出错。"),
        pod_ready: |node, pod| format!("{node}：{pod} 已就绪。"),
        pods_ready: |count| format!("{count} 个 Pod 已就绪。"),
        pods_created: |count| format!("新建了 {count} 个 Pod。"),
        pods_deleted: |count| format!("{count} 个 Pod 已消失。"),
        available: |available, desired| format!("{desired} 个中 {available} 个可用。"),
    },
    stage: StageWords {
        name: "集群",
        daemonset: "DaemonSet 概况",
        choose_daemonset: "查看哪个 DaemonSet",
        empty_title: "还没有 DaemonSet",
        empty_detail: "应用一份清单，控制器就会在每个符合条件的节点上放一个 Pod。",
        no_nodes_title: "没有节点",
        no_nodes_detail: "DaemonSet 要有机器才能运行。请添加节点，或换一个集群。",
        delete_daemonset: "删除 DaemonSet",
        restart: "重启所有 Pod（rollout restart）",
        undo_rollout: "退回上一个修订版本（rollout undo）",
        history: "列出修订版本（rollout history）",
        daemonset_menu: "DaemonSet 操作",
        deleting: "正在删除",
        revision: "修订版本",
        view: "视图",
        view_cards: "卡片",
        view_table: "表格",
        legend: "图例",
        larger: "放大格子",
        smaller: "缩小格子",
        returning: "正在恢复你的集群",
        arriving: "集群正在启动",
        add_nodes: "添加节点",
        add_node_here: "在此添加一个节点",
        column_node: "节点",
        column_status: "状态",
        column_pods: "Pod，或没有 Pod 的原因",
        column_taints: "污点",
        column_labels: "标签",
        bar_missing: "尚无 Pod",
        empty_apply: |file| format!("应用 {file}"),
        column: number,
        nodes: |count| format!("{count} 个节点"),
        group,
        budget,
        waits,
        way_out,
        bar_part: |count, available, revision| {
            format!("修订版本 {revision}：{count} 个{}", if available { "可用" } else { "不可用" })
        },
        rollout: |from, to| format!("滚动更新中：修订版本 {from} 到 {to}"),
    },
    node: NodeWords {
        ready: "就绪",
        joining: "正在加入",
        cordoned: "已封锁",
        stopped: "已关机",
        cordon: "封锁（cordon）",
        uncordon: "解除封锁（uncordon）",
        stop: "关机",
        start: "开机",
        delete: "删除节点",
        add_label: "添加标签",
        add_taint: "添加污点",
        fewer_labels: "收起",
        watched: "DaemonSet 会看这个标签",
        tolerated: "已容忍",
        not_tolerated: "未容忍",
        cpu: "CPU",
        memory: "内存",
        not_ready: |duration| format!("未就绪 · {duration}"),
        pods: |own, others| match (own, others) {
            (own, 0) => format!("{own} 个 Pod"),
            (0, others) => format!("其他 Pod {others} 个"),
            (own, others) => format!("{own} 个 Pod，其他 {others} 个"),
        },
        menu: |node| format!("{node} 的操作"),
        more_labels: |count| format!("还有 {count} 个常见标签"),
        edit_label: |label| format!("标签 {label}：修改或移除"),
        edit_taint: |taint| format!("污点 {taint}：修改或移除"),
        usage: |what, used, whole, percent| format!("{what}：已请求 {used}，共 {whole}，{percent}%"),
        pressure: |condition, holds| {
            let what = match condition {
                "MemoryPressure" => "内存",
                "DiskPressure" => "磁盘空间",
                _ => "进程号",
            };
            if holds { format!("让{what}不足") } else { format!("恢复充足的{what}") }
        },
        absence,
    },
    pod: PodWords {
        no_revision: "所属修订版本已不存在",
        delete: "删除 Pod",
        image_note: "对所有使用这个镜像的容器生效",
        image: |image| format!("让 {image} 出问题"),
        state: pod_state,
        fault,
        menu: |pod| format!("Pod {pod} 的操作"),
        revision: |number| format!("修订版本 {number}"),
        restarts: |count| format!("重启 {count} 次"),
    },
    legend: LegendWords {
        pods: "Pod：形状表示状态",
        hue: "颜色表示修订版本：颜色相同的 Pod 出自同一份 Pod 模板。",
        nodes: "节点",
        node_ok: "就绪",
        node_warn: "就绪，但已封锁，或内存、磁盘、进程号不足",
        node_bad: "未就绪",
        node_off: "正在加入，或已关机",
        node_striped: "上面没有东西在运行，或无从得知：已关机、未就绪或正在加入",
        node_without: "没有 Pod，附原因",
        node_awaits: "即将创建 Pod",
        node_others: "不属于这个 DaemonSet 的 Pod 另外计数",
        node_usage: "已请求的资源占节点可分配量的比例",
        bar: "更新进度条",
        bar_up: "Pod 可用的节点",
        bar_down: "Pod 不可用的节点",
        bar_none: "还没有 Pod 的节点",
        cells: "小格子",
        cells_shape: "一格代表一个节点，图形与它的 Pod 相同；斜纹的含义与卡片相同",
        cells_dot: "已封锁的节点",
        chips: "标签和污点",
        chip_label: "其他标签",
        chip_prefers: "新 Pod 尽量避开的污点；对 DaemonSet 没有影响",
        chip_folded: "折叠起来的常见标签数",
        chip_add: "添加标签",
        chip_watched: "节点选择器或亲和性会看的标签",
        chip_taint: "阻止新 Pod 的污点",
        chip_evicts: "还会驱逐现有 Pod 的污点",
        chip_tolerated: "Pod 能容忍的污点",
        numbers: "kubectl 的各项数字",
        state: legend_state,
    },
    form: FormWords {
        key: "键",
        value: "值",
        effect: "效果",
        save: "保存",
        remove: "移除",
        cancel: "取消",
        label_rule: "可用字母、数字、“-”、“_”和“.”，键和值各不超过 63 个字符。键可以带前缀，如 example.com/disk。",
        taint_rule: "值可以留空。不能容忍该污点的 Pod 按效果处理：",
        new_label: "新标签",
        new_taint: "新污点",
        label: "标签",
        taint: "污点",
        no_schedule: "不放新 Pod",
        prefer_no_schedule: "优先用别的节点；对 DaemonSet 没有影响",
        no_execute: "不放新 Pod，并驱逐现有 Pod",
        count: "数量",
        stem: "名称",
        stem_rule: "后面会加上编号。",
        zone: "可用区",
        pool: "节点池",
        optional: "可不填",
        add: "添加",
        count_rule: |least, most| format!("请填 {least} 到 {most} 之间的整数。"),
    },
    preset: PresetWords { menu: "新集群", note: "换一个集群重新开始，文件会保留。", title: preset },
    editor: EditorWords {
        name: "清单文件",
        files: "文件",
        add_file: "新建文件或打开示例",
        empty_file: "空文件",
        file_name: "文件名",
        rename: "重命名",
        examples_note: "示例会在新标签页中打开。",
        apply: "应用",
        delete: "删除",
        reset: "还原",
        problems: "问题",
        no_problems: "没有问题",
        unapplied: "尚未应用",
        drifted: "应用这个文件之后，集群又有改动",
        drifted_away: "集群里已经没有这些对象",
        in_cluster: "集群：",
        in_file: "文件：",
        absent: "无",
        adopt: "采用集群的值",
        show_diff: "查看差异",
        text_of: |file| format!("{file} 的内容"),
        close_file: |file| format!("关闭 {file}"),
        file_menu: |file| format!("{file} 的操作"),
        phrases: PHRASES,
        advice: advice::advice,
        more_differences: |count| format!("另有 {count} 处不同"),
        problem_count: |count| format!("{count} 个问题"),
        place: |line, column| format!("第 {line} 行第 {column} 列"),
    },
    dock: DockWords {
        name: "详情",
        resize: "详情面板的高度",
        events: "事件",
        explain: "解释",
        no_events: "还没有发生什么。控制器报告的事件会显示在这里。",
        no_node: "选中一个节点，逐项查看它为什么有或没有 Pod。",
        no_daemonset: "请先应用一个 DaemonSet，然后每个节点都能说明自己为什么有或没有 Pod。",
        age: "时间",
        kind: "类型",
        reason: "原因",
        object: "对象",
        message: "消息",
        order: "按 DaemonSet 控制器的检查顺序：",
        keeps_pod: "节点符合条件。控制器会在这里保持一个 Pod，没了就再建一个。",
        so: "结论",
        passed: "通过",
        failed: "未通过",
        skipped: "未检查",
        machine_off: "机器已关机，上面什么都没有运行，不管 Pod 显示什么状态。节点停止心跳 50 秒后，控制平面才会发现。",
        node_silent: "节点未就绪，上面的 Pod 也就未就绪。DaemonSet 的 Pod 容忍由此产生的 NoExecute 污点（not-ready、unreachable），所以不会被驱逐，也不会在别的节点补一个；在节点恢复或被删除之前，它一直占用滚动更新的名额。除非模板也容忍对应的 NoSchedule 污点，否则这段时间该节点不计入 desired，上面的 Pod 计入 misscheduled。",
        check,
        finding,
        trouble: trouble::trouble,
        mend: trouble::mend,
        why_waits: |daemonset| format!("{daemonset} 的滚动更新在等什么？"),
        why_lacks: |daemonset| format!("为什么 {daemonset} 没有在每个节点上都可用？"),
        explain_node: |node| format!("解释 {node}"),
        no_new_pod: |may_stay| {
            if may_stay {
                "这里不会新建 Pod，已在运行的可以留下。"
            } else {
                "这里不会新建 Pod，已在运行的也要离开。"
            }
        },
        set_label: |label| format!("设置 {label}"),
        remove_taint: |taint| format!("移除 {taint}"),
        older: |count| format!("另有 {count} 条更早的事件未显示"),
        why_pod: |node, daemonset| format!("为什么 {node} 上有 {daemonset} 的 Pod？"),
        why_no_pod: |node, daemonset| format!("为什么 {node} 上没有 {daemonset} 的 Pod？"),
    },
    terminal: TerminalWords {
        name: "终端",
        welcome: "在这里输入命令，例如 kubectl get nodes。按 Tab 补全（先按 Esc 再按 Tab 可离开），help 列出其他程序；在编辑器里点“应用”，这里也会显示等价的命令。",
        log: "命令及其输出",
        log_hint: "按回车跳到最后一个链接，用方向键在链接之间移动，按 Esc 返回。",
        line: "命令",
        hint: "按 Tab 补全；先按 Esc 再按 Tab 可离开输入框；按 Ctrl+C 中断正在运行的命令。",
        search: "搜索历史命令",
        candidates: "补全候选项",
        none: "没有可补全的内容。",
        seek: "在输出中查找",
        seek_before: "查找上一处",
        seek_after: "查找下一处",
        copy_all: "复制全部内容",
        copy_command: "复制命令",
        clear: "清空终端",
        stop: "停止",
        stands: "命令在等待，但时钟已暂停。",
        from_stage: "来自集群视图的操作：",
        error: "错误输出：",
        interrupted: "已中断：",
        no_command: "（没有对应的 kubectl 命令：这是机器或镜像本身的变化。）",
        editing: |file| format!("命令正在等你编辑 {file}：改完在编辑器里点“应用”提交，按 Ctrl+C 放弃。"),
        go: |name| format!("在集群视图中查看 {name}"),
        gone: |name| format!("{name} 已经不在了。"),
        dropped: |count| format!("更早的 {count} 行已不再保留"),
        not_kept: "页面重新载入之前的输出没有保留；输入过的命令还在，按 ↑ 就能找回。",
        not_made: "输出太长，前面的行没有显示；可以接上 | head 或 | grep 查看。",
        matches: |count| format!("{count} 行匹配"),
        more: |count| format!("还有 {count} 项"),
        more_lines: |count| format!("还有 {count} 行"),
    },
};

/// The code editor's own words.
static PHRASES: &[(&str, &str)] = &[
    ("Tab indents. Press Escape and then Tab to leave the editor.", "Tab 键用于缩进。先按 Esc 再按 Tab 可离开编辑器。"),
    ("Diagnostics", "问题"),
    ("No diagnostics", "没有问题"),
    ("close", "关闭"),
    ("Find", "查找"),
    ("Replace", "替换为"),
    ("next", "下一个"),
    ("previous", "上一个"),
    ("all", "全部"),
    ("match case", "区分大小写"),
    ("regexp", "正则表达式"),
    ("by word", "全词匹配"),
    ("replace", "替换"),
    ("replace all", "全部替换"),
    ("current match", "当前匹配"),
    ("on line", "所在行"),
    ("replaced $ matches", "已替换 $ 处"),
    ("replaced match on line $", "已替换第 $ 行的匹配"),
    ("Go to line", "转到行"),
    ("go", "转到"),
    ("Selection deleted", "已删除所选内容"),
    ("Control character", "控制字符"),
];

fn machines(action: &Action, joined: Option<&Joined>) -> String {
    match (action, joined) {
        (Action::StopNode { node }, _) => format!("{node} 的机器已关机。"),
        (Action::StartNode { node }, _) => format!("{node} 的机器已开机。"),
        (Action::SetCondition { node, condition, status }, _) => format!("{node} 报告 {condition}={status}。"),
        (Action::SetBehaviour { subject, fault }, _) => {
            let name = match subject {
                Subject::Image(image) => image,
                Subject::Pod(pod) => &pod.name,
            };
            format!("{name} {}", defect(*fault))
        }
        (_, None) => "节点数已达上限，无法再加入机器。".into(),
        (_, Some(Joined { count: 1, first, .. })) => format!("一台机器已加入：{first}。"),
        (_, Some(Joined { count, first, last })) => format!("{count} 台机器已加入：{first} 到 {last}。"),
    }
}

fn fault(fault: Option<Fault>) -> &'static str {
    match fault {
        None => "恢复正常",
        Some(Fault::NotFound) => "让镜像无法拉取",
        Some(Fault::Crash) => "让它崩溃",
        Some(Fault::Unready) => "让它未就绪",
        Some(Fault::Slow) => "让它变慢",
        Some(Fault::Hang) => "让它卡死",
        Some(Fault::OutOfMemory) => "让它内存不足",
        Some(Fault::IgnoreTerm) => "让它忽略 SIGTERM",
    }
}

fn defect(fault: Option<Fault>) -> &'static str {
    match fault {
        None => "已恢复正常。",
        Some(Fault::NotFound) => "的镜像无法拉取。",
        Some(Fault::Crash) => "开始崩溃。",
        Some(Fault::Unready) => "不再就绪。",
        Some(Fault::Slow) => "变慢了。",
        Some(Fault::Hang) => "卡死了。",
        Some(Fault::OutOfMemory) => "内存不足。",
        Some(Fault::IgnoreTerm) => "忽略 SIGTERM。",
    }
}

fn number(column: Column) -> &'static str {
    match column {
        Column::Desired => "应当运行 Pod 的节点数",
        Column::Current => "其中已有 Pod 的节点数",
        Column::Ready => "其中 Pod 已就绪的节点数",
        Column::UpToDate => "Pod 使用最新模板的节点数",
        Column::Available => "Pod 就绪已满 minReadySeconds 的节点数",
        Column::Misscheduled => "不该有却有 Pod 的节点数",
    }
}

fn group(by: &GroupBy) -> String {
    match by {
        GroupBy::All => "节点".into(),
        GroupBy::ControlPlane => "控制平面".into(),
        GroupBy::Zone(zone) => format!("可用区 {zone}"),
        GroupBy::Pool(pool) => format!("节点池 {pool}"),
    }
}

fn absence(absence: &Absence) -> Why {
    let (title, detail) = match absence {
        Absence::NodeName { wanted } => ("指定了别的节点。".into(), format!("Pod 模板的 nodeName 是 {wanted}。")),
        Absence::NodeSelector { key, wanted, found: None } => (format!("没有标签 {key}={wanted}。"), "节点选择器不匹配。".into()),
        Absence::NodeSelector { key, wanted, found: Some(found) } => {
            (format!("标签 {key} 的值是{}。", quoted(found)), format!("节点选择器要求 {key}={wanted}。"))
        }
        Absence::NodeAffinity { requirement, .. } if requirement.is_empty() => {
            ("亲和性匹配不到任何节点。".into(), "必需的节点亲和性里有一个空条件。".into())
        }
        Absence::NodeAffinity { requirement, found, terms } => {
            let found = found.as_ref().map_or("节点没有这个标签".into(), |value| format!("这里的值是{}", quoted(value)));
            let rest = if *terms > 1 { format!("{terms} 个条件都不匹配。") } else { String::new() };
            ("节点亲和性不匹配。".into(), format!("要求 {requirement}；{found}。{rest}"))
        }
        Absence::Taint { key, value, effect } => {
            ("污点未被容忍。".into(), format!("Pod 模板没有针对 {} 的容忍度。", taint(key, value, *effect)))
        }
        Absence::Awaited => ("即将创建 Pod。".into(), "控制器还没有创建它。".into()),
        Absence::Refused { message } => ("创建 Pod 被拒绝。".into(), message.to_string()),
        Absence::Deleting => ("DaemonSet 正在删除。".into(), "控制器不再创建 Pod。".into()),
    };
    Why { title, detail }
}

fn quoted(value: &str) -> String {
    if value.is_empty() { "空".into() } else { format!(" {value}") }
}

fn pod_state(state: PodState) -> String {
    match state {
        PodState::Running => "未就绪".into(),
        PodState::Ready { available_in_seconds } => format!("{available_in_seconds} 秒后可用"),
        PodState::Available => "就绪".into(),
        PodState::Pending | PodState::Creating | PodState::Terminating | PodState::Broken | PodState::Succeeded => String::new(),
    }
}

fn legend_state(state: PodState) -> &'static str {
    match state {
        PodState::Pending => "等待调度到节点",
        PodState::Creating => "正在启动",
        PodState::Running => "运行中，未就绪",
        PodState::Ready { .. } => "已就绪，等满 minReadySeconds",
        PodState::Available => "就绪且可用",
        PodState::Terminating => "正在删除",
        PodState::Broken => "出错",
        PodState::Succeeded => "自行结束",
    }
}

fn check(check: &Check) -> &'static str {
    match check {
        Check::NodeName { .. } => "节点名称",
        Check::NodeSelector { .. } => "节点选择器",
        Check::NodeAffinity { .. } => "必需的节点亲和性",
        Check::Taints { .. } => "污点",
    }
}

fn finding(check: &Check) -> String {
    match check {
        Check::NodeName { wanted: None } => "模板没有指定节点".into(),
        Check::NodeName { wanted: Some(node) } => format!("模板指定了 {node}"),
        Check::NodeSelector { wanted, .. } if wanted.is_empty() => "无".into(),
        Check::NodeSelector { wanted, missing: None } => format!("节点有 {}", wanted.join("、")),
        Check::NodeSelector { missing: Some(missing), .. } => format!("节点没有 {missing}"),
        Check::NodeAffinity { terms: None, .. } => "无".into(),
        Check::NodeAffinity { terms: Some(1), failed: None } => "条件匹配".into(),
        Check::NodeAffinity { terms: Some(terms), failed: None } => format!("{terms} 个条件中有一个匹配"),
        Check::NodeAffinity { terms: Some(1), failed: Some(failed) } => format!("不满足 {failed}"),
        Check::NodeAffinity { terms: Some(terms), failed: Some(failed) } => {
            format!("{terms} 个条件都不匹配，第一个不满足 {failed}")
        }
        Check::Taints { taints, .. } if taints.is_empty() => "节点没有起作用的污点".into(),
        Check::Taints { untolerated: None, taints, .. } => format!("全部已容忍：{}", taints.join("、")),
        Check::Taints { untolerated: Some(taint), tolerations, .. } => {
            format!("{tolerations} 个容忍度（含控制器自动添加的）都不容忍 {taint}")
        }
    }
}

fn preset(preset: ClusterPreset) -> &'static str {
    match preset {
        ClusterPreset::OneNode => "一个节点",
        ClusterPreset::ThreeNodes => "三个节点",
        ClusterPreset::ControlPlaneAndThree => "控制平面加三个节点",
        ClusterPreset::ThreeZones => "三个可用区",
        ClusterPreset::MixedPools => "混合节点池",
        ClusterPreset::Hundred => "100 个节点",
        ClusterPreset::Thousand => "1000 个节点",
        ClusterPreset::FiveThousand => "5000 个节点",
    }
}
