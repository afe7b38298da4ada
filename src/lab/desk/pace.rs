//! From time on the wall to cluster time, and how often a picture is worth its price.

/// The longest time between two looks that counts, in milliseconds: a machine that slept goes on where it stopped.
const LONGEST_MS: f64 = 100.0;

/// What costs less, in milliseconds, can be done whenever somebody wants it.
const CHEAP_MS: f64 = 3.0;

/// A browser takes longer to tell the time than most steps take, so it is asked only each so many steps.
const STEPS: u32 = 8;

/// Says whether to go on with the next of many short steps: for so many milliseconds from now on.
pub fn slice(wall: &dyn Fn() -> f64, length_ms: f64) -> impl FnMut() -> bool {
    let end_ms = wall() + length_ms;
    let (mut steps, mut goes_on) = (0, true);
    move || {
        steps += 1;
        goes_on = goes_on && (steps % STEPS != 0 || wall() < end_ms);
        goes_on
    }
}

/// Turns time on the wall into cluster time, without losing fractions of a millisecond.
#[derive(Debug, Default)]
pub struct Pace {
    last_ms: Option<f64>,
    rest: f64,
}

impl Pace {
    /// Cluster milliseconds that passed since the last time it was asked, at that speed. The first time after
    /// [`Pace::stop`] only starts the watch.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floored, never negative")]
    pub fn pass(&mut self, at_ms: f64, factor: f64) -> u64 {
        let elapsed = self.last_ms.map_or(0.0, |last| (at_ms - last).clamp(0.0, LONGEST_MS));
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
    least_ms: f64,
    next_ms: f64,
}

impl Budget {
    /// For something that may take that share of the time, and is done at most once in so many milliseconds.
    pub fn new(share: f64, least_ms: f64) -> Self {
        Self { share, least_ms, next_ms: 0.0 }
    }

    /// In how many milliseconds there is time for it; zero when there is now.
    pub fn pause_ms(&self, now_ms: f64) -> f64 {
        (self.next_ms - now_ms).max(0.0)
    }

    /// It was begun and finished at these times.
    pub fn spent(&mut self, from_ms: f64, to_ms: f64) {
        let cost = (to_ms - from_ms).max(0.0);
        let pause = if cost < CHEAP_MS { 0.0 } else { cost / self.share };
        self.next_ms = from_ms + pause.max(self.least_ms);
    }
}

/// What takes longer than this, in milliseconds, does not fit into a frame.
const LONG_MS: f64 = 16.0;

/// What takes less than this, in milliseconds, leaves room in a frame.
const SHORT_MS: f64 = 10.0;

/// How many pieces of work fit into a frame, from how long the last ones took.
#[derive(Debug)]
pub struct Portion {
    least: usize,
    most: usize,
    size: usize,
}

impl Portion {
    /// Of at least and at most so many pieces.
    pub fn new(least: usize, most: usize) -> Self {
        Self { least, most, size: most }
    }

    /// How many pieces.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The last portion took so many milliseconds.
    pub fn took(&mut self, ms: f64) {
        if ms > LONG_MS {
            #[allow(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "few, and fewer"
            )]
            let fitting = (self.size as f64 * LONG_MS / ms) as usize;
            self.size = fitting.max(self.least);
        } else if ms < SHORT_MS {
            self.size = (self.size + 1 + self.size / 4).min(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(frames: &[f64], factor: f64) -> u64 {
        let mut pace = Pace::default();
        frames.iter().map(|&at| pace.pass(at, factor)).sum()
    }

    #[test]
    fn cluster_time_is_wall_time_times_speed() {
        assert_eq!(total(&[1000.0, 1016.0, 1032.0], 1.0), 32);
        assert_eq!(total(&[1000.0, 1016.0, 1032.0], 100.0), 3200);
    }

    #[test]
    fn a_slice_ends_soon_after_its_time_and_stays_ended() {
        let now = std::cell::Cell::new(100.0);
        let wall = || now.get();
        let mut goes_on = slice(&wall, 8.0);
        for step in 0..20_u32 {
            now.set(100.0 + f64::from(step));
            assert_eq!(goes_on(), step < 15, "{step}");
        }
        now.set(100.0);
        assert!(!goes_on());
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
        pace.pass(0.0, 1.0);
        pace.stop();
        assert_eq!(pace.pass(90.0, 1.0), 0);
        assert_eq!(pace.pass(100.0, 1.0), 10);
    }

    #[test]
    fn cheap_pictures_are_drawn_every_frame_and_dear_ones_less_often() {
        let mut budget = Budget::new(0.4, 0.0);
        budget.spent(0.0, 3.0);
        assert!(budget.pause_ms(16.0) <= 0.0);
        budget.spent(16.0, 56.0);
        assert!(budget.pause_ms(100.0) > 0.0);
        assert!(budget.pause_ms(116.0) <= 0.0);
    }

    #[test]
    fn what_takes_long_is_done_in_smaller_portions_until_it_takes_short() {
        let mut cards = Portion::new(6, 24);
        let sizes = [15.0, 32.0, 20.0, 12.0, 9.0, 900.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, f64::NAN].map(|ms| {
            cards.took(ms);
            cards.size()
        });
        assert_eq!(sizes, [24, 12, 9, 9, 12, 6, 8, 11, 14, 18, 23, 24, 24]);
    }

    #[test]
    fn even_what_is_cheap_has_its_pause() {
        let mut budget = Budget::new(0.1, 250.0);
        assert!(budget.pause_ms(0.0) <= 0.0);
        budget.spent(0.0, 1.0);
        assert!(budget.pause_ms(249.0) > 0.0);
        assert!(budget.pause_ms(250.0) <= 0.0);
    }
}
