//! The latest text wins: what to analyse next while typing is faster than analysing.

/// One analysis at a time; of those asked for meanwhile only the newest is kept.
#[derive(Debug)]
pub struct Queue<T> {
    running: Option<Job<T>>,
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

impl<T: Clone> Queue<T> {
    /// Takes a job; returns it when it is to be started now.
    pub fn submit(&mut self, job: Job<T>) -> Option<Job<T>> {
        self.waiting = Some(job);
        self.next()
    }

    /// Notes that the running job has ended, well or badly; returns the one to start now.
    pub fn finish(&mut self) -> Option<Job<T>> {
        self.running = None;
        self.next()
    }

    /// The newest job without an answer, which now counts as running: for starting over.
    pub fn newest(&mut self) -> Option<Job<T>> {
        if let Some(waiting) = self.waiting.take() {
            self.running = Some(waiting);
        }
        self.running.clone()
    }

    /// The running job, if it is the one of this number.
    pub fn running(&self, sequence: u32) -> Option<&Job<T>> {
        self.running.as_ref().filter(|job| job.sequence == sequence)
    }

    /// Whether the job of this number is running. Others are late answers of a worker given up on.
    pub fn is_running(&self, sequence: u32) -> bool {
        self.running(sequence).is_some()
    }

    fn next(&mut self) -> Option<Job<T>> {
        if self.running.is_some() {
            return None;
        }
        self.running = self.waiting.take();
        self.running.clone()
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
        assert_eq!(queue.finish(), None);
        assert_eq!(queue.submit(job(2)), Some(job(2)));
    }

    #[test]
    fn while_one_runs_only_the_newest_waits() {
        let mut queue = Queue::default();
        queue.submit(job(1));
        for sequence in 2..=5 {
            assert_eq!(queue.submit(job(sequence)), None);
        }
        assert!(queue.is_running(1) && !queue.is_running(5));
        assert_eq!(queue.finish(), Some(job(5)));
        assert!(queue.is_running(5));
        assert_eq!(queue.finish(), None);
        assert!(!queue.is_running(5));
    }

    #[test]
    fn starting_over_takes_the_newest_without_an_answer() {
        let mut queue = Queue::default();
        assert_eq!(queue.newest(), None);
        queue.submit(job(1));
        assert_eq!(queue.newest(), Some(job(1)));
        queue.submit(job(2));
        assert_eq!(queue.newest(), Some(job(2)));
        assert!(queue.is_running(2));
        assert_eq!(queue.finish(), None);
    }
}
