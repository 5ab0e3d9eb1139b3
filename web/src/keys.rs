//! The keys of the page, and what they lead to. Those of the editor are CodeMirror's, those of the diagram the picture's.
//!
//! Alt with a digit switches tabs of browsers on Linux, Control with the keys for pages everywhere; Control and Alt types
//! characters on Windows and is the screen reader's on a Mac; F6 is the browsers' own. Alt with the keys for pages is free.

use crate::report::Report;
use crate::state::Pane;

/// A key with what is held beside it.
// Each is a key of its own.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Key<'a> {
    /// Its name, as browsers have it.
    pub name: &'a str,
    /// Whether Alt is held.
    pub alt: bool,
    /// Whether Control or Command is held.
    pub control: bool,
    /// Whether Shift is held.
    pub shift: bool,
    /// Whether what is typed goes into a field.
    pub in_field: bool,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The list of keys.
    List,
    /// The next finding, or the one before.
    Finding(Direction),
    /// The next part of the page, or the one before.
    Pane(Direction),
}

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what comes after.
    Next,
    /// To what comes before.
    Previous,
}

impl Key<'_> {
    /// What it asks for.
    pub fn command(self) -> Option<Command> {
        let direction = |back: bool| if back { Direction::Previous } else { Direction::Next };
        match (self.name, self.alt, self.control) {
            ("?", false, false) if !self.in_field => Some(Command::List),
            ("F8", false, false) => Some(Command::Finding(direction(self.shift))),
            ("PageDown" | "PageUp", true, false) if !self.shift => {
                Some(Command::Pane(direction(self.name == "PageUp")))
            }
            _ => None,
        }
    }
}

/// The finding after the chosen one in the order of the text, or before it; round at the ends.
pub fn step(report: &Report, chosen: Option<usize>, direction: Direction) -> Option<usize> {
    let open = |index: &usize| report.findings[*index].suppressed.is_none();
    let count = report.findings.len();
    let after = chosen.map_or(0, |chosen| chosen + 1).min(count);
    let before = chosen.unwrap_or(count).min(count);
    match direction {
        Direction::Next => (after..count).chain(0..after).find(open),
        Direction::Previous => (0..before).rev().chain((before..count).rev()).find(open),
    }
}

/// The parts in the order in which they are gone through.
const PANES: [Pane; 6] =
    [Pane::Template, Pane::Findings, Pane::Diagram, Pane::Paths, Pane::Endpoints, Pane::Cost];

/// The part after `pane`, or before it.
pub fn next_pane(pane: Pane, direction: Direction) -> Pane {
    let at = PANES.iter().position(|known| *known == pane).unwrap_or(0);
    let by = match direction {
        Direction::Next => 1,
        Direction::Previous => PANES.len() - 1,
    };
    PANES[(at + by) % PANES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Finding;
    use vpcheck_core::finding::Severity;
    use vpcheck_core::language::Phrase;

    #[test]
    fn keys_of_fields_and_browsers_are_left_to_them() {
        let key = |name| Key { name, ..Key::default() };
        assert_eq!(key("?").command(), Some(Command::List));
        assert_eq!(Key { in_field: true, ..key("?") }.command(), None);
        assert_eq!(Key { control: true, ..key("?") }.command(), None);
        let back = Key { shift: true, in_field: true, ..key("F8") };
        assert_eq!(back.command(), Some(Command::Finding(Direction::Previous)));
        assert_eq!(key("PageDown").command(), None);
        assert_eq!(Key { control: true, ..key("PageDown") }.command(), None);
        assert_eq!(Key { alt: true, ..key("PageUp") }.command(), Some(Command::Pane(Direction::Previous)));
    }

    #[test]
    fn findings_are_walked_round_without_the_suppressed_ones() {
        let finding = |suppressed: bool| Finding {
            rule: String::new(),
            severity: Severity::Error,
            message: Phrase::verbatim(""),
            help: Phrase::verbatim(""),
            costs: None,
            labels: Vec::new(),
            fix: None,
            suppressed: suppressed.then(String::new),
            fingerprint: String::new(),
        };
        let report = Report { findings: [false, true, false].map(finding).into(), ..Report::default() };
        let next = |chosen| step(&report, chosen, Direction::Next);
        let previous = |chosen| step(&report, chosen, Direction::Previous);
        assert_eq!([next(None), next(Some(0)), next(Some(2))], [Some(0), Some(2), Some(0)]);
        assert_eq!([previous(None), previous(Some(2)), previous(Some(0))], [Some(2), Some(0), Some(2)]);
        assert_eq!(step(&Report::default(), None, Direction::Next), None);
    }

    #[test]
    fn every_part_is_gone_through() {
        let mut pane = Pane::Template;
        for _ in PANES {
            let next = next_pane(pane, Direction::Next);
            assert_eq!(next_pane(next, Direction::Previous), pane);
            pane = next;
        }
        assert_eq!(pane, Pane::Template);
    }
}
