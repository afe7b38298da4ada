//! From frames on the wall to cluster time, and how often a picture is worth its price.

/// The longest time between two frames that counts, in milliseconds: a tab that was hidden goes on where it stopped.
const LONGEST_FRAME_MS: f64 = 100.0;

/// What costs less, in milliseconds, can be done in every frame.
const CHEAP_MS: f64 = 4.0;

/// Turns the times of frames into cluster time, without losing fractions of a millisecond.
#[derive(Debug, Default)]
pub struct Pace {
    last_ms: Option<f64>,
    rest: f64,
}

impl Pace {
    /// Cluster milliseconds that passed since the frame before, at that speed. The first frame after [`Pace::stop`] only
    /// starts the watch.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floored, never negative")]
    pub fn frame(&mut self, at_ms: f64, factor: f64) -> u64 {
        let elapsed = self.last_ms.map_or(0.0, |last| (at_ms - last).clamp(0.0, LONGEST_FRAME_MS));
        self.last_ms = Some(at_ms);
        let due = elapsed * factor + self.rest;
        self.rest = due.fract();
        due as u64
    }

    /// The clock was stopped.
    pub fn stop(&mut self) {
        self.last_ms = None;
    }
}

/// Decides when something may be done again, from what it cost the last time: dear things are done less often.
#[derive(Debug)]
pub struct Budget {
    share: f64,
    pause_ms: f64,
    next_ms: f64,
}

impl Budget {
    /// For something that may take that share of the time, and is done at most once in so many milliseconds.
    pub fn new(share: f64, pause_ms: f64) -> Self {
        Self { share, pause_ms, next_ms: 0.0 }
    }

    /// Whether there is time for it now.
    pub fn allows(&self, now_ms: f64) -> bool {
        now_ms >= self.next_ms
    }

    /// It was begun and finished at these times.
    pub fn spent(&mut self, from_ms: f64, to_ms: f64) {
        let cost = (to_ms - from_ms).max(0.0);
        let pause = if cost < CHEAP_MS { 0.0 } else { cost / self.share };
        self.next_ms = from_ms + pause.max(self.pause_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(frames: &[f64], factor: f64) -> u64 {
        let mut pace = Pace::default();
        frames.iter().map(|&at| pace.frame(at, factor)).sum()
    }

    #[test]
    fn cluster_time_is_wall_time_times_speed() {
        assert_eq!(total(&[1000.0, 1016.0, 1032.0], 1.0), 32);
        assert_eq!(total(&[1000.0, 1016.0, 1032.0], 100.0), 3200);
    }

    #[test]
    fn fractions_add_up() {
        let frames: Vec<f64> = (0..=60).map(|frame| f64::from(frame) * 16.7).collect();
        assert_eq!(total(&frames, 0.25), 250);
    }

    #[test]
    fn a_long_pause_between_frames_counts_little() {
        assert_eq!(total(&[0.0, 3_600_000.0], 1.0), 100);
    }

    #[test]
    fn a_watch_that_goes_backwards_stands_still() {
        assert_eq!(total(&[50.0, 20.0], 1.0), 0);
    }

    #[test]
    fn the_first_frame_after_a_stop_only_starts_the_watch() {
        let mut pace = Pace::default();
        pace.frame(0.0, 1.0);
        pace.stop();
        assert_eq!(pace.frame(90.0, 1.0), 0);
        assert_eq!(pace.frame(100.0, 1.0), 10);
    }

    #[test]
    fn cheap_pictures_are_drawn_every_frame_and_dear_ones_less_often() {
        let mut budget = Budget::new(0.4, 0.0);
        budget.spent(0.0, 3.0);
        assert!(budget.allows(16.0));
        budget.spent(16.0, 56.0);
        assert!(!budget.allows(100.0));
        assert!(budget.allows(116.0));
    }

    #[test]
    fn even_what_is_cheap_has_its_pause() {
        let mut budget = Budget::new(0.1, 250.0);
        assert!(budget.allows(0.0));
        budget.spent(0.0, 1.0);
        assert!(!budget.allows(249.0));
        assert!(budget.allows(250.0));
    }
}
