//! What is to happen, in the order of time; what was asked for first comes first at the same moment.

use crate::persistent::OrdMap;

use super::Task;

/// The event queue of a discrete simulation.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    tasks: OrdMap<(u64, u64), Task>,
    pushed: u64,
}

impl Queue {
    /// Adds a task for a moment, in milliseconds.
    pub fn push(&mut self, at_ms: u64, task: Task) {
        self.tasks.insert((at_ms, self.pushed), task);
        self.pushed += 1;
    }

    /// When the next task is due.
    pub fn next_at_ms(&self) -> Option<u64> {
        self.tasks.first().map(|((at_ms, _), _)| *at_ms)
    }

    /// Takes the next task if it is due until then.
    pub fn pop_until(&mut self, until_ms: u64) -> Option<(u64, Task)> {
        self.tasks.first().filter(|((at_ms, _), _)| *at_ms <= until_ms)?;
        self.tasks.pop_first().map(|((at_ms, _), task)| (at_ms, task))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_come_in_the_order_of_time_and_then_of_asking() {
        let mut queue = Queue::default();
        for (at_ms, task) in [(5, Task::Schedule), (3, Task::MonitorNodes), (3, Task::CollectPods)] {
            queue.push(at_ms, task);
        }
        assert_eq!(queue.next_at_ms(), Some(3));
        assert_eq!(queue.pop_until(4), Some((3, Task::MonitorNodes)));
        assert_eq!(queue.pop_until(4), Some((3, Task::CollectPods)));
        assert_eq!(queue.pop_until(4), None);
        assert_eq!(queue.pop_until(5), Some((5, Task::Schedule)));
    }
}
