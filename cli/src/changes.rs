//! A fix as the lines that it takes and gives.

use std::ops::Range;

use vpcheck_core::finding::Fix;
use vpcheck_core::text::LineIndex;

use crate::text::harmless;

/// A fix of more lines than this is told by its title alone; the excerpt would bury the finding.
const CHANGED_LINE_LIMIT: usize = 40;

/// The edits as lines taken and given, in the manner of the excerpts; nothing where there is too much of them.
/// The excerpts' renderer shows a replacement of whole lines as an addition only, so this is written here.
pub(crate) fn changes(fix: &Fix, text: &str, index: &LineIndex) -> Option<String> {
    let mut edits: Vec<(Range<usize>, &str)> = Vec::with_capacity(fix.edits.len());
    for edit in &fix.edits {
        let range = edit.span.start as usize..edit.span.end as usize;
        text.get(range.clone())?;
        edits.push((range, edit.replacement.as_str()));
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut hunks: Vec<Hunk> = Vec::new();
    for (range, replacement) in edits {
        let lines = lines_of(text, &range);
        match hunks.last_mut() {
            Some(last)
                if lines.start < last.lines.end || last.lines.end == range.start && range.start > 0 =>
            {
                last.lines.end = last.lines.end.max(lines.end);
                last.after.push_str(&text[last.read..range.start]);
                last.after.push_str(replacement);
                last.read = range.end;
            }
            _ => {
                let after = text[lines.start..range.start].to_owned() + replacement;
                hunks.push(Hunk { lines, after, read: range.end });
            }
        }
    }
    let mut out = Vec::new();
    let mut shift: isize = 0;
    for hunk in hunks {
        let before: Vec<&str> = text[hunk.lines.clone()].lines().collect();
        let after = hunk.after + &text[hunk.read..hunk.lines.end.max(hunk.read)];
        let after: Vec<&str> = after.lines().collect();
        let first = index.line_of(u32::try_from(hunk.lines.start).ok()?) as usize;
        let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let rest = before.len().min(after.len()) - same;
        let tail = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
        for (at, line) in before[same..before.len() - tail].iter().enumerate() {
            out.push((first + same + at, '-', harmless(line)));
        }
        for (at, line) in after[same..after.len() - tail].iter().enumerate() {
            let number = (first + same + at).checked_add_signed(shift)?;
            out.push((number, '+', harmless(line)));
        }
        shift += isize::try_from(after.len()).ok()? - isize::try_from(before.len()).ok()?;
    }
    if out.is_empty() || out.len() > CHANGED_LINE_LIMIT {
        return None;
    }
    let width = out.iter().map(|(number, ..)| number.to_string().len()).max().unwrap_or(1);
    let bar = format!("{:width$} \u{1b}[1m\u{1b}[94m|\u{1b}[0m", "");
    let mut written = format!("\n{bar}");
    for (number, sign, line) in out {
        let color = if sign == '-' { "\u{1b}[91m" } else { "\u{1b}[92m" };
        written.push_str(&format!("\n{number:width$} {color}{sign} {line}\u{1b}[0m"));
    }
    written.push_str(&format!("\n{bar}"));
    Some(written)
}

/// Edits of neighbouring places, with the whole lines that they change.
struct Hunk {
    lines: Range<usize>,
    after: String,
    /// How far the old text is in `after` already.
    read: usize,
}

/// The whole lines that a range touches, line ends included. Ranges from line start to line start touch no more.
fn lines_of(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    if range.start == start && (range.end == start || text[..range.end].ends_with('\n')) {
        return range.clone();
    }
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
    start..end
}

#[cfg(test)]
mod tests {
    use vpcheck_core::finding::Safety;
    use vpcheck_core::language::Phrase;
    use vpcheck_core::text::{Edit, Span};

    use super::*;

    fn shown(text: &str, edits: Vec<Edit>) -> Vec<String> {
        let fix = Fix { safety: Safety::Safe, title: Phrase::verbatim("fix"), edits };
        let written = changes(&fix, text, &LineIndex::new(text)).unwrap();
        let plain = anstream::adapter::strip_str(&written).to_string();
        plain.lines().filter(|line| line.contains(['+', '-'])).map(str::to_owned).collect()
    }

    #[test]
    fn lines_taken_stand_before_lines_given() {
        let text = "a: 1\nb: 2\nc: 3\n";
        let moved = vec![Edit::insert(10, "d: 2\n"), Edit::delete(Span::new(5, 10))];
        assert_eq!(shown(text, moved), ["2 - b: 2", "2 + d: 2"]);
        assert_eq!(shown(text, vec![Edit::insert(5, "x: 0\n")]), ["2 + x: 0"]);
    }

    #[test]
    fn edits_of_one_line_are_one_change_and_later_lines_are_counted_on() {
        let text = "a: X X\nb: 2\nc: X\n";
        let at = |start| Edit::replace(Span::new(start, start + 1), "Yes");
        assert_eq!(shown(text, vec![at(3), at(5)]), ["1 - a: X X", "1 + a: Yes Yes"]);
        let both = vec![Edit::insert(0, "z: 0\n"), at(15)];
        assert_eq!(shown(text, both), ["1 + z: 0", "3 - c: X", "4 + c: Yes"]);
    }
}
