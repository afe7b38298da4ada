//! What a rollout waits for, and what keeps a DaemonSet from being available, in Chinese.

use crate::i18n::duration;
use crate::lab::{Held, Holder, Progress, RolloutBudget};

pub(super) fn budget(progress: &Progress) -> String {
    let Progress { desired, old, .. } = progress;
    match progress.budget {
        None => String::new(),
        Some(RolloutBudget::OnDelete) => format!("更新策略是 OnDelete：旧 Pod 会一直保留，直到有人删除（还剩 {old} 个）。"),
        Some(RolloutBudget::Unavailable { most, now }) => {
            format!("{desired} 个节点中，同时最多允许 {most} 个没有可用的 Pod（maxUnavailable），现在有 {now} 个。")
        }
        Some(RolloutBudget::Surge { most, now }) => {
            format!(
                "{desired} 个节点中，同时最多允许 {most} 个在旧 Pod 之外多跑一个尚不可用的新 Pod（maxSurge），现在有 {now} 个。"
            )
        }
    }
}

pub(super) fn waits(progress: &Progress) -> String {
    if progress.budget.is_none() {
        let lacking = progress.held_by.len() + progress.others;
        return format!("{} 个节点中有 {lacking} 个没有可用的 Pod：{}。", progress.desired, holders(progress));
    }
    let old = format!("还有 {} 个节点在运行旧 Pod", progress.old);
    if progress.budget == Some(RolloutBudget::OnDelete) || !progress.is_held() {
        return format!("{old}。");
    }
    if progress.desired == 0 {
        return format!("目前没有节点应当运行 Pod，所以不会替换；{old}。");
    }
    if progress.held_by.is_empty() {
        return format!("名额已占满；{old}。");
    }
    format!("名额已占满：{}。名额空出来之前，控制器不会再替换可用的 Pod；{old}。", holders(progress))
}

fn holders(progress: &Progress) -> String {
    let mut holders: Vec<String> = progress.held_by.iter().map(holder).collect();
    if progress.others > 0 {
        holders.push(format!("另外 {} 个节点", progress.others));
    }
    holders.join("、")
}

fn holder(holder: &Holder) -> String {
    let node = &holder.node;
    match &holder.why {
        Held::Broken(pod, status) => format!("{node}（{pod}：{status}）"),
        Held::NodeNotReady => format!("{node}（节点未就绪）"),
        Held::Stopped => format!("{node}（机器已关机）"),
        Held::Unscheduled(pod) => format!("{node}（{pod} 尚未调度成功）"),
        Held::Lacking(pod, status) => format!("{node}（{pod} 在等不存在的内容：{status}）"),
        Held::Unwell(pod) => format!("{node}（{pod} 在运行，但一直不就绪）"),
        Held::NotReady(pod) => format!("{node}（{pod} 在运行，但未就绪）"),
        Held::Ripening(pod, seconds) => format!("{node}（{pod} 已就绪，{} 后算可用）", duration(*seconds)),
        Held::OnItsWay(pod, status) => format!("{node}（{pod} 正在启动：{status}）"),
        Held::NoPod => format!("{node}（正在换新 Pod）"),
    }
}

pub(super) fn way_out(progress: &Progress) -> String {
    let more = match progress.budget {
        None => "",
        Some(RolloutBudget::Surge { .. }) => "，或调大 maxSurge",
        Some(_) => "，或调大 maxUnavailable",
    };
    let why = progress.held_by.first().map(|holder| &holder.why);
    let way = match why {
        _ if progress.budget == Some(RolloutBudget::OnDelete) => return "在旧 Pod 的菜单里逐个删除，新 Pod 就会补上。".into(),
        _ if !progress.is_stuck() => return String::new(),
        Some(Held::Stopped) => format!("开机、删除节点{more}"),
        Some(Held::NodeNotReady) => format!("让节点恢复就绪、删除节点{more}"),
        Some(Held::Unscheduled(_)) => {
            let instead = match progress.budget {
                Some(RolloutBudget::Surge { .. }) => "，或改为先删旧 Pod 再建新 Pod（maxSurge: 0、maxUnavailable: 1）",
                _ => more,
            };
            format!("按调度器指出的原因（见“解释”）修改节点或模板{instead}")
        }
        Some(Held::Lacking(..)) => "创建它所等待的内容（见“解释”），或改好模板".into(),
        _ if progress.has_former => "改好模板重新应用，或退回上一个修订版本（kubectl rollout undo）".into(),
        _ => "改好模板重新应用".into(),
    };
    format!("不会自行恢复：{way}。")
}
