//! What is the matter with a pod, in Chinese.

use super::Why;
use crate::i18n::{clock, duration};
use crate::lab::{Exit, ImageCause, Lack, Pause, ProbeName, Trouble};

/// What is the matter.
pub(super) fn trouble(trouble: &Trouble) -> Why {
    let (title, detail) = match trouble {
        Trouble::Unscheduled { lack, message, since_seconds } => {
            let title = match lack {
                Lack::Resources => "节点上放不下。",
                Lack::Port => "节点上的端口已被占用。",
                Lack::Other => "调度器没有接受它。",
            };
            let since = clock(*since_seconds);
            (
                title.into(),
                format!("从 {since} 起一直是 Pending。它只能放在这个节点上，别的节点帮不上忙。调度器的说法：{message}"),
            )
        }
        Trouble::Image { container, image, cause, pause } => image_missing(container, image, *cause, *pause),
        Trouble::Crash { container, exit, restarts, pause } => {
            let ended = match exit {
                Exit::OutOfMemory { limited: true } => "因内存超过上限被杀掉".to_owned(),
                Exit::OutOfMemory { limited: false } => "没有设置内存上限，因节点内存耗尽被杀掉".to_owned(),
                Exit::Code(0) => "自己结束了（退出码 0），而 DaemonSet 的 Pod 必须一直运行".to_owned(),
                Exit::Code(code) => format!("退出，退出码 {code}"),
            };
            (
                "容器反复退出。".into(),
                format!("容器 {container} {ended}；已重启 {restarts} 次。{}", next(*pause, "再次启动它", "正在再次启动它")),
            )
        }
        Trouble::Probe { container, probe, failures, threshold, period_seconds, output } => {
            let field = probe.field();
            let follows = match probe {
                ProbeName::Readiness => format!("满 {threshold} 次，Pod 就算未就绪"),
                _ => format!("满 {threshold} 次就会重启容器"),
            };
            let said = if output.is_empty() { String::new() } else { format!("得到的回答：{output}") };
            let detail = format!(
                "容器 {container} 的 {field} 每 {period_seconds} 秒探测一次，已连续失败 {failures} 次；{follows}。{said}"
            );
            (format!("{field} 一直不通过。"), detail)
        }
        Trouble::Unready { container } => (
            "在运行，但未就绪。".into(),
            format!(
                "容器 {container} 的镜像标签里有 unready，或者它在界面上被设成了未就绪，所以模拟器让它一直不就绪。它没有 readinessProbe，在真实集群里一运行就算就绪。"
            ),
        ),
        Trouble::Config { container, message } => {
            ("容器缺少配置。".into(), format!("容器 {container} 需要的内容不存在：{message}。kubelet 大约每 10 秒再看一次。"))
        }
        Trouble::Volume { message } => ("存储卷无法挂载。".into(), format!("容器在等它挂载：{message}")),
        Trouble::Over { reason, message } => {
            let reason = if reason.is_empty() { String::new() } else { format!("{reason}：") };
            let message = match message.trim().trim_end_matches(['.', '。']) {
                "" => "它的容器都已结束",
                message => message,
            };
            ("这个 Pod 已经结束。".into(), format!("{reason}{message}。控制器会删掉它再建一个，间隔越来越长。"))
        }
    };
    Why { title, detail }
}

fn image_missing(container: &str, image: &str, cause: ImageCause, pause: Pause) -> (String, String) {
    let (title, why) = match cause {
        ImageCause::NotFound => ("镜像拉取不到。", "镜像仓库里没有它"),
        ImageCause::InvalidName => ("镜像名称不合法。", "这不是一个合法的镜像名称"),
        ImageCause::NeverPulled => ("机器上没有这个镜像。", "而 imagePullPolicy 是 Never，不允许拉取"),
    };
    (title.into(), format!("容器 {container} 要用 {image}，{why}。{}", next(pause, "再试一次", "正在重试")))
}

/// What a kubelet does when, and how long its pause is.
fn next(pause: Pause, does: &str, is_doing: &str) -> String {
    let back_off = match pause.seconds {
        0 => String::new(),
        300.. => "（退避间隔 5m，已是最长）".into(),
        seconds => format!("（退避间隔 {}，每次加倍，最长 5m）", duration(seconds)),
    };
    match pause.until_seconds {
        Some(until) => format!("kubelet 会在 {} {does}{back_off}。", clock(until)),
        None => format!("kubelet {is_doing}{back_off}。"),
    }
}

/// What can be done about it. `has_former` says whether there is a revision to go back to.
pub(super) fn mend(trouble: &Trouble, has_former: bool) -> String {
    let back = if has_former { "，或退回上一个修订版本（kubectl rollout undo）" } else { "" };
    match trouble {
        Trouble::Unscheduled { lack: Lack::Resources, .. } => {
            "腾出资源：把节点上别的 Pod 移走、让模板少申请一些，或设置更高的 priorityClassName。".into()
        }
        Trouble::Unscheduled { lack: Lack::Port, .. } => "腾出端口：删掉占用它的 Pod，或在模板里换一个 hostPort。".into(),
        Trouble::Unscheduled { lack: Lack::Other, .. } => format!("按调度器指出的原因修改节点或模板{back}。"),
        Trouble::Image { .. } => format!("改正模板里的镜像并应用{back}。"),
        Trouble::Crash { exit: Exit::OutOfMemory { limited: true }, .. } => {
            format!("在模板里调高 resources.limits.memory{back}。")
        }
        Trouble::Crash { exit: Exit::OutOfMemory { limited: false }, .. } => {
            format!("在模板里申请所需的内存（resources.requests.memory），或改正镜像{back}。")
        }
        Trouble::Crash { .. } | Trouble::Over { .. } => format!("改正模板里的命令、镜像或配置{back}。"),
        Trouble::Probe { .. } => format!("改正模板里的探针（端口、路径、initialDelaySeconds）或镜像{back}。"),
        Trouble::Unready { .. } => format!("在 Pod 的菜单里取消这个设置，或换一个镜像{back}。"),
        Trouble::Config { .. } => "创建所引用的 ConfigMap 或 Secret，或改正模板里的名称。".into(),
        Trouble::Volume { .. } => "创建存储卷所引用的对象，或改正模板里的名称。".into(),
    }
}
