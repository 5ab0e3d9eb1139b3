//! The latest text wins: what to analyse next while typing is faster than analysing.

/// One analysis at a time; of those asked for meanwhile only the newest is kept.
#[derive(Debug)]
pub struct Queue<T> {
    running: Option<u32>,
    waiting: Option<Job<T>>,
}

/// Something to analyse, numbered so that its result is known for what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job<T> {
    /// The number; later ones are greater.
    pub sequence: u32,
    /// What to analyse.
    pub request: T,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { running: None, waiting: None }
    }
}

impl<T> Queue<T> {
    /// Takes a job; returns it when it is to be started now.
    pub fn submit(&mut self, job: Job<T>) -> Option<Job<T>> {
        self.waiting = Some(job);
        self.next()
    }

    /// Notes that the job of this number has ended, well or badly; returns the one to start now. Numbers that are not
    /// running, such as those of a worker given up on, change nothing.
    pub fn finish(&mut self, sequence: u32) -> Option<Job<T>> {
        if self.running == Some(sequence) {
            self.running = None;
        }
        self.next()
    }

    /// The number of the job that is running.
    pub fn running(&self) -> Option<u32> {
        self.running
    }

    fn next(&mut self) -> Option<Job<T>> {
        if self.running.is_some() {
            return None;
        }
        let job = self.waiting.take()?;
        self.running = Some(job.sequence);
        Some(job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(sequence: u32) -> Job<&'static str> {
        Job { sequence, request: "text" }
    }

    #[test]
    fn an_idle_queue_starts_at_once() {
        let mut queue = Queue::default();
        assert_eq!(queue.submit(job(1)), Some(job(1)));
        assert_eq!(queue.finish(1), None);
        assert_eq!(queue.submit(job(2)), Some(job(2)));
    }

    #[test]
    fn while_one_runs_only_the_newest_waits() {
        let mut queue = Queue::default();
        queue.submit(job(1));
        for sequence in 2..=5 {
            assert_eq!(queue.submit(job(sequence)), None);
        }
        assert_eq!(queue.finish(1), Some(job(5)));
        assert_eq!(queue.running(), Some(5));
        assert_eq!(queue.finish(5), None);
        assert_eq!(queue.running(), None);
    }

    #[test]
    fn a_late_answer_of_another_job_ends_nothing() {
        let mut queue = Queue::default();
        queue.submit(job(1));
        queue.finish(1);
        queue.submit(job(2));
        queue.submit(job(3));
        assert_eq!(queue.finish(1), None);
        assert_eq!(queue.running(), Some(2));
    }
}
