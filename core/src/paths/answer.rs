//! Joins what single walks say to one answer.

use super::walk::Report;
use super::{Blocker, Difference, Hop, Verdict};
use crate::language::Phrase;
use crate::network::Missing;

/// What is known of a set of ways.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    pub(super) partial_by: Vec<Difference>,
    pub(super) hops: Vec<Hop>,
    /// The verdict of the way that the hops are of.
    of: Verdict,
    pub(super) blockers: Vec<Blocker>,
    pub(super) missing: Vec<Missing>,
    pub(super) assumptions: Vec<Phrase>,
}

impl From<Report> for Answer {
    fn from(report: Report) -> Self {
        let verdict = match (report.blockers.is_empty(), report.missing.is_empty()) {
            (false, _) => Verdict::Blocked,
            (true, false) => Verdict::Unknown,
            (true, true) => Verdict::Reachable,
        };
        Self {
            verdict,
            partial_by: Vec::new(),
            hops: report.hops,
            of: verdict,
            blockers: report.blockers,
            missing: report.missing,
            assumptions: Vec::new(),
        }
    }
}

/// Which way to show of several: one that fails tells more than one that works.
fn telling(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Blocked => 0,
        Verdict::Partial => 1,
        Verdict::Unknown => 2,
        Verdict::Reachable => 3,
    }
}

/// The verdict of two ways of which either may be taken.
pub(super) fn either(one: Verdict, other: Verdict) -> Verdict {
    use Verdict::{Blocked, Partial, Reachable, Unknown};
    match (one, other) {
        _ if one == other => one,
        (Partial, _) | (_, Partial) | (Reachable, Blocked) | (Blocked, Reachable) => Partial,
        (Unknown, _) | (_, Unknown) => Unknown,
        (Reachable, Reachable) | (Blocked, Blocked) => one,
    }
}

fn append<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

impl Answer {
    /// Both, which differ by `difference`.
    #[must_use]
    pub(super) fn or(mut self, other: Answer, difference: Difference) -> Answer {
        if self.verdict != other.verdict && either(self.verdict, other.verdict) == Verdict::Partial {
            append(&mut self.partial_by, vec![difference]);
        }
        self.verdict = either(self.verdict, other.verdict);
        append(&mut self.partial_by, other.partial_by);
        if telling(other.of) < telling(self.of) {
            (self.hops, self.of) = (other.hops, other.of);
        }
        append(&mut self.blockers, other.blockers);
        append(&mut self.missing, other.missing);
        append(&mut self.assumptions, other.assumptions);
        self
    }

    /// Both may be so, and `missing` would tell.
    #[must_use]
    pub(super) fn unless(self, other: Answer, missing: &Missing) -> Answer {
        if self.verdict == other.verdict && self.verdict != Verdict::Unknown {
            return self;
        }
        let mut joined = self.or(other, Difference::Condition);
        joined.verdict = Verdict::Unknown;
        joined.partial_by.clear();
        append(&mut joined.missing, vec![missing.clone()]);
        joined
    }

    /// What is certain needs nothing to settle it.
    #[must_use]
    pub(super) fn settled(mut self) -> Answer {
        match self.verdict {
            Verdict::Unknown => self.blockers.clear(),
            Verdict::Reachable | Verdict::Blocked | Verdict::Partial => self.missing.clear(),
        }
        if self.verdict != Verdict::Partial {
            self.partial_by.clear();
        }
        self
    }
}
