//! What a fix changes, line by line, before it is applied.

use crate::report::Edit;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 2;

/// Lines that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// In the order in which they are read: what goes before what comes.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub kind: Kind,
    /// Its number, from 1: in the text before, or of an added one in the text after.
    pub number: usize,
    /// The line without its end.
    pub text: String,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It stays.
    Kept,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

impl Kind {
    /// `kept`, `removed` or `added`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Removed => "removed",
            Self::Added => "added",
        }
    }

    /// As in every difference.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Kept => " ",
            Self::Removed => "-",
            Self::Added => "+",
        }
    }
}

/// Lines of both texts that differ: positions of lines, ends exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    before: (usize, usize),
    after: (usize, usize),
}

/// The lines that the edits change, with some around them. Nothing where they do not fit the text.
pub fn preview(text: &str, edits: &[Edit]) -> Vec<Hunk> {
    let Some(after) = applied(text, edits) else { return Vec::new() };
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), after.lines().collect());
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut shown_to = 0;
    for change in changes(text, edits, &old, &new) {
        let from = change.before.0.saturating_sub(CONTEXT).max(shown_to);
        // What stands so close that nothing is left out between stays in one piece.
        let joins = from == shown_to && !hunks.is_empty();
        let kept = |at: usize| Line { kind: Kind::Kept, number: at + 1, text: old[at].to_owned() };
        let mut lines: Vec<Line> = (from..change.before.0).map(kept).collect();
        let line = |kind, at: usize, text: &str| Line { kind, number: at + 1, text: text.to_owned() };
        lines.extend((change.before.0..change.before.1).map(|at| line(Kind::Removed, at, old[at])));
        lines.extend((change.after.0..change.after.1).map(|at| line(Kind::Added, at, new[at])));
        shown_to = (change.before.1 + CONTEXT).min(old.len());
        lines.extend((change.before.1..shown_to).map(kept));
        match hunks.last_mut().filter(|_| joins) {
            Some(hunk) => hunk.lines.extend(lines),
            None => hunks.push(Hunk { lines }),
        }
    }
    hunks
}

/// The lines of each edit; those of edits that are close become one change.
fn changes(text: &str, edits: &[Edit], old: &[&str], new: &[&str]) -> Vec<Change> {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.from);
    let mut found: Vec<Change> = Vec::new();
    // Lines that the text has grown by so far.
    let mut shift: isize = 0;
    for edit in ordered {
        let (Some(from), Some(to)) = (byte(text, edit.from), byte(text, edit.to)) else { continue };
        let line_of = |at: usize| text[..at].matches('\n').count();
        let first = line_of(from);
        let grown = lines_in(&edit.insert) - lines_in(&text[from..to]);
        let last = (line_of(to) + 1).min(old.len());
        let start = first.min(last);
        let moved = |at: usize, by: isize| at.saturating_add_signed(by).min(new.len());
        let mut change =
            Change { before: (start, last), after: (moved(start, shift), moved(last, shift + grown)) };
        shift += grown;
        if let Some(known) = found.last_mut().filter(|known| known.before.1 + CONTEXT > change.before.0) {
            change =
                Change { before: (known.before.0, change.before.1), after: (known.after.0, change.after.1) };
            found.pop();
        }
        found.push(change);
    }
    found
        .into_iter()
        .map(|change| trimmed(change, old, new))
        .filter(|one| one.before.0 < one.before.1 || one.after.0 < one.after.1)
        .collect()
}

/// Without the lines at either end that are the same.
fn trimmed(mut change: Change, old: &[&str], new: &[&str]) -> Change {
    let Change { before, after } = &mut change;
    while before.0 < before.1 && after.0 < after.1 && old[before.0] == new[after.0] {
        (before.0, after.0) = (before.0 + 1, after.0 + 1);
    }
    while before.0 < before.1 && after.0 < after.1 && old[before.1 - 1] == new[after.1 - 1] {
        (before.1, after.1) = (before.1 - 1, after.1 - 1);
    }
    change
}

fn lines_in(text: &str) -> isize {
    isize::try_from(text.matches('\n').count()).unwrap_or(0)
}

/// The text after the edits.
fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.from);
    let (mut out, mut last) = (String::with_capacity(text.len()), 0);
    for edit in ordered {
        let (from, to) = (byte(text, edit.from)?, byte(text, edit.to)?);
        out.push_str(text.get(last..from)?);
        out.push_str(&edit.insert);
        last = to;
    }
    out.push_str(text.get(last..)?);
    Some(out)
}

/// The byte of a UTF-16 unit.
fn byte(text: &str, unit: u32) -> Option<usize> {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units == unit {
            return Some(at);
        }
        units += u32::try_from(c.len_utf16()).ok()?;
    }
    (units == unit).then_some(text.len())
}

/// The one edit that makes a text of another: from the first difference to the last.
pub fn whole_edit(before: &str, after: &str) -> Option<Edit> {
    if before == after {
        return None;
    }
    let same = |(one, two): &(char, char)| one == two;
    let start: usize = before.chars().zip(after.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let (old, new) = (&before[start..], &after[start..]);
    let end: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let from = units(&before[..start]);
    let replaced = &old[..old.len() - end];
    Some(Edit { from, to: from + units(replaced), insert: new[..new.len() - end].to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(from: u32, to: u32, insert: &str) -> Edit {
        Edit { from, to, insert: insert.to_owned() }
    }

    fn written(text: &str, edits: &[Edit]) -> Vec<Vec<String>> {
        let line = |line: &Line| format!("{}{} {}", line.kind.sign(), line.number, line.text);
        preview(text, edits).iter().map(|hunk| hunk.lines.iter().map(line).collect()).collect()
    }

    #[test]
    fn a_changed_line_is_shown_before_and_after() {
        let text = "a\nb\n関数: 𠮷 x\nd\ne\nf\n";
        let at = 4 + u32::try_from("関数: 𠮷 ".encode_utf16().count()).unwrap();
        assert_eq!(
            written(text, &[edit(at, at + 1, "y")]),
            [[" 1 a", " 2 b", "-3 関数: 𠮷 x", "+3 関数: 𠮷 y", " 4 d", " 5 e"]]
        );
    }

    #[test]
    fn what_is_put_in_or_taken_out_is_shown_alone() {
        let text = "a\nb\nc\nd\n";
        assert_eq!(
            written(text, &[edit(4, 4, "x\ny\n")]),
            [[" 1 a", " 2 b", "+3 x", "+4 y", " 3 c", " 4 d"]]
        );
        assert_eq!(written(text, &[edit(2, 6, "")]), [[" 1 a", "-2 b", "-3 c", " 4 d"]]);
        assert_eq!(written("a", &[edit(1, 1, "\nb\n")]), [[" 1 a", "+2 b"]]);
        assert_eq!(written(text, &[edit(8, 8, "e\n")]), [[" 3 c", " 4 d", "+5 e"]]);
    }

    #[test]
    fn changes_far_apart_are_shown_apart() {
        let text = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let far = written(text, &[edit(0, 1, "x"), edit(16, 17, "z\nz")]);
        assert_eq!(
            far,
            [vec!["-1 1", "+1 x", " 2 2", " 3 3"], vec![" 7 7", " 8 8", "-9 9", "+9 z", "+10 z"],]
        );
        assert_eq!(written(text, &[edit(0, 1, "x"), edit(4, 5, "y")]).len(), 1);
        assert_eq!(written(text, &[edit(0, 99, "")]), Vec::<Vec<String>>::new(), "an older text's fix");
    }

    #[test]
    fn a_whole_change_is_one_edit() {
        for (before, after) in [("abc", "axc"), ("abc", "abcd"), ("aaa", "aa"), ("𠮷a値", "𠮷b値"), ("", "x")]
        {
            let edit = whole_edit(before, after).expect("they differ");
            assert_eq!(applied(before, &[edit]).as_deref(), Some(after), "{before}");
        }
        assert_eq!(whole_edit("a", "a"), None);
        let insert = whole_edit("a\nb\n", "a\nx\nb\n").expect("they differ");
        assert_eq!((insert.from, insert.to, insert.insert.as_str()), (2, 2, "x\n"));
    }
}
