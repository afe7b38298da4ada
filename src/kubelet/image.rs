//! What an image does when it is run, told by its tag.

/// How an image behaves. The later ones outweigh the earlier ones in a pod of several containers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behaviour {
    /// It runs and answers its probes.
    #[default]
    Good,
    /// A tag that contains `slow`: it takes long to pull.
    Slow,
    /// A tag that contains `unready`: it runs and never passes its readiness probe.
    Unready,
    /// A tag that contains `crash`: it ends with 1 again and again.
    Crash,
    /// A tag that contains `bad`: it cannot be pulled.
    Bad,
}

impl Behaviour {
    /// The behaviour of an image by its tag.
    ///
    /// ```
    /// use daemonset_lab::kubelet::image::Behaviour;
    /// assert_eq!(Behaviour::of("example.com/agent:v2-crash"), Behaviour::Crash);
    /// assert_eq!(Behaviour::of("bad.example.com:5000/agent"), Behaviour::Good);
    /// ```
    pub fn of(image: &str) -> Self {
        let name = image.rsplit('/').next().unwrap_or(image);
        let tag = name.split('@').next().and_then(|it| it.split_once(':')).map_or("", |(_, tag)| tag);
        let told = [("bad", Self::Bad), ("crash", Self::Crash), ("unready", Self::Unready), ("slow", Self::Slow)];
        told.into_iter().find(|(word, _)| tag.contains(word)).map_or(Self::Good, |(_, behaviour)| behaviour)
    }

    /// How long a pull takes: shortest and longest, in milliseconds.
    pub fn pull_ms(self) -> (u64, u64) {
        if self == Self::Slow { (20_000, 40_000) } else { (900, 2_600) }
    }
}
