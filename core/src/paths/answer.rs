//! Joins what single walks say to one answer.

use super::walk::Report;
use super::{Action, Blocker, Difference, Direction, Hop, Verdict};
use crate::language::Phrase;
use crate::network::Missing;

/// What is known of a set of ways.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    mix: Mix,
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
            mix: Mix::of(verdict),
            partial_by: Vec::new(),
            hops: report.hops,
            of: verdict,
            blockers: report.blockers,
            missing: report.missing,
            assumptions: report.assumptions,
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

/// The verdicts of several ways, of which any may be taken. What they come to hangs on all of them together, not on
/// the order in which they are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mix {
    reachable: bool,
    blocked: bool,
    unknown: bool,
}

impl Mix {
    pub(super) fn of(verdict: Verdict) -> Self {
        Self {
            reachable: matches!(verdict, Verdict::Reachable | Verdict::Partial),
            blocked: matches!(verdict, Verdict::Blocked | Verdict::Partial),
            unknown: verdict == Verdict::Unknown,
        }
    }

    #[must_use]
    pub(super) fn with(self, other: Mix) -> Self {
        Self {
            reachable: self.reachable || other.reachable,
            blocked: self.blocked || other.blocked,
            unknown: self.unknown || other.unknown,
        }
    }

    /// What is known to work and known not to work is partial, whatever else there is.
    pub(super) fn verdict(self) -> Verdict {
        match (self.reachable && self.blocked, self.unknown, self.blocked) {
            (true, ..) => Verdict::Partial,
            (false, true, _) => Verdict::Unknown,
            (false, false, true) => Verdict::Blocked,
            (false, false, false) => Verdict::Reachable,
        }
    }

    /// What comes of a way that only begins with this one: both parts must work.
    fn followed_by(self, next: Mix) -> Self {
        if [self, next].iter().any(|mix| mix.verdict() == Verdict::Blocked) {
            return Self::of(Verdict::Blocked);
        }
        let joined = self.with(next);
        Self { reachable: self.reachable && next.reachable, ..joined }
    }

    /// Whether something works in one and does not in the other.
    pub(super) fn differs_from(self, other: Mix) -> bool {
        self != other && ((self.reachable && other.blocked) || (self.blocked && other.reachable))
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
    pub(super) fn verdict(&self) -> Verdict {
        self.mix.verdict()
    }

    /// Both, which differ by `difference`.
    #[must_use]
    pub(super) fn or(mut self, other: Answer, difference: Difference) -> Answer {
        if self.mix.differs_from(other.mix) {
            append(&mut self.partial_by, vec![difference]);
        }
        self.mix = self.mix.with(other.mix);
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
        if self.verdict() == other.verdict() && self.verdict() != Verdict::Unknown {
            return self;
        }
        let mut joined = self.or(other, Difference::Condition);
        joined.mix = Mix::of(Verdict::Unknown);
        joined.partial_by.clear();
        append(&mut joined.missing, vec![missing.clone()]);
        joined
    }

    /// The same where packets are sent on from the end, by a leg of its own: both must work. Answers of the second leg
    /// come before those of the first.
    #[must_use]
    pub(super) fn then(mut self, next: Answer) -> Answer {
        self.mix = self.mix.followed_by(next.mix);
        let back = self.hops.iter().position(|hop| hop.direction == Direction::Back);
        let answers = self.hops.split_off(back.unwrap_or(self.hops.len()));
        self.hops.extend(next.hops);
        self.hops.extend(answers);
        if telling(next.of) < telling(self.of) {
            self.of = next.of;
        }
        append(&mut self.partial_by, next.partial_by);
        append(&mut self.blockers, next.blockers);
        append(&mut self.missing, next.missing);
        append(&mut self.assumptions, next.assumptions);
        self
    }

    /// The same behind a step before it.
    #[must_use]
    pub(super) fn after(mut self, hop: Hop) -> Answer {
        self.hops.insert(0, hop);
        self
    }

    /// The same where something stops everything before the first packet. What else would stop packets is still told.
    #[must_use]
    pub(super) fn stopped(mut self, by: Blocker) -> Answer {
        if self.verdict() == Verdict::Unknown {
            self.blockers.clear();
        }
        let hop = Hop {
            direction: by.direction,
            component: by.component,
            id: by.id.clone(),
            action: Action::Deny,
            detail: by.message.clone(),
            at: by.at,
        };
        self.mix = Mix::of(Verdict::Blocked);
        self.of = Verdict::Blocked;
        self.partial_by.clear();
        self.blockers.retain(|known| *known != by);
        self.blockers.insert(0, by);
        self.after(hop)
    }

    /// What is certain needs nothing to settle it.
    #[must_use]
    pub(super) fn settled(mut self) -> Answer {
        match self.verdict() {
            Verdict::Unknown => self.blockers.clear(),
            Verdict::Reachable | Verdict::Blocked | Verdict::Partial => self.missing.clear(),
        }
        if self.verdict() != Verdict::Partial {
            self.partial_by.clear();
        }
        self
    }
}
