//! How fast cluster time runs.

/// One of the speeds that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed(f64, &'static str);

impl Speed {
    /// From slow to fast.
    pub const ALL: [Self; 8] = [
        Self(0.25, "0.25×"),
        Self(0.5, "0.5×"),
        Self(1.0, "1×"),
        Self(2.0, "2×"),
        Self(4.0, "4×"),
        Self(10.0, "10×"),
        Self(25.0, "25×"),
        Self(100.0, "100×"),
    ];

    /// Cluster milliseconds for each millisecond on the wall.
    pub fn factor(self) -> f64 {
        self.0
    }

    /// `0.25×`, `4×`; also what is remembered.
    pub fn label(self) -> &'static str {
        self.1
    }

    /// The speed with that label.
    pub fn parse(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|speed| speed.label() == label)
    }
}

/// Fast enough to see a rollout end, slow enough to follow it.
impl Default for Speed {
    fn default() -> Self {
        Self::ALL[4]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_speed_is_found_again_by_its_label() {
        for speed in Speed::ALL {
            assert_eq!(Speed::parse(speed.label()), Some(speed));
        }
        assert_eq!(Speed::parse("3×"), None);
    }

    #[test]
    fn the_first_speed_can_be_chosen() {
        assert!(Speed::ALL.contains(&Speed::default()));
    }
}
