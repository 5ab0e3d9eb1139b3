//! Columns, by the width that characters take on a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::words::Mark;

/// A longer name pushes what follows it.
const HEAD_LIMIT: usize = 44;

/// Texts up to this width are filled up, so that the places behind them stand in a column.
const TEXT_LIMIT: usize = 72;

/// A text is not cut narrower than this.
const LEAST_TEXT: usize = 24;

/// A line with columns.
pub(super) struct Row {
    /// What is drawn before it.
    pub(super) mark: Mark,
    /// The name that it is about; may be empty.
    pub(super) head: String,
    /// What is said.
    pub(super) text: String,
    /// Where it is written; may be empty.
    pub(super) place: String,
}

/// How a table stands on the page; all widths as a terminal shows them.
#[derive(Clone, Copy, Default)]
pub(super) struct Frame {
    /// Blanks before every line.
    pub(super) indent: usize,
    /// The marks are at least as wide, so that several tables stand below each other.
    pub(super) mark_width: usize,
    /// Blanks behind the marks.
    pub(super) gap: usize,
    /// The width of the terminal, if there is one.
    pub(super) width: Option<usize>,
}

/// The lines of a table. On a terminal, texts that do not fit go on in the next line, under where they began.
pub(super) fn rows(table: &[Row], frame: Frame) -> String {
    let Frame { indent, gap: mark_gap, width, .. } = frame;
    let widest = |of: fn(&Row) -> usize, limit: usize| {
        table.iter().map(of).filter(|width| *width <= limit).max().unwrap_or(0)
    };
    let mark_width = widest(|row| row.mark.width(), usize::MAX).max(frame.mark_width);
    let head_width = widest(|row| row.head.width(), HEAD_LIMIT);
    let before = indent + mark_width + mark_gap + if head_width == 0 { 0 } else { head_width + 2 };
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(before).max(LEAST_TEXT));
    let text_width = widest(|row| row.text.width(), TEXT_LIMIT).min(room);
    let mut out = String::new();
    for row in table {
        let mut line = " ".repeat(indent);
        line.push_str(&row.mark.shown());
        line.push_str(&" ".repeat(mark_width - row.mark.width() + mark_gap));
        if head_width > 0 {
            line.push_str(&filled(&row.head, head_width));
            line.push_str("  ");
        }
        let texts = wrapped(&row.text, room);
        let last = texts.last().map_or(0, |text| text.width());
        line.push_str(&texts.join(&format!("\n{}", " ".repeat(before))));
        if !row.place.is_empty() {
            let gap = text_width.saturating_sub(last) + 2;
            if text_width.max(last) + 2 + row.place.width() <= room {
                line.push_str(&" ".repeat(gap));
            } else if last + 2 + row.place.width() <= room {
                line.push_str("  ");
            } else {
                line.push('\n');
                line.push_str(&" ".repeat(before));
            }
            line.push_str(&super::words::place(&row.place));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn filled(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// A text in lines of at most `width`: cut at blanks, and between wide characters, which know no blanks. A word that
/// is too long stays whole, so that it can be copied.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let fits = line.width() + piece.trim_end().width() <= width;
        if !fits && !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
            line.clear();
            line.push_str(piece.trim_start());
        } else {
            line.push_str(piece);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The parts of a text between which a line may end: words with the blanks behind them, wide characters with the
/// punctuation behind them.
fn pieces(text: &str) -> Vec<&str> {
    let is_wide = |character: char| character.width().unwrap_or(0) > 1;
    let closes = |character: char| "、。，．）」』】!?)".contains(character);
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, character) in text.char_indices() {
        let ends = before.is_some_and(|before| {
            (before == ' ' && character != ' ')
                || ((is_wide(before) || is_wide(character)) && character != ' ' && !closes(character))
        });
        if ends {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(character);
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_blanks_and_between_wide_characters() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("averylongword and more", 6), ["averylongword", "and", "more"]);
        assert_eq!(wrapped("経路がありません。次へ", 10), ["経路があり", "ません。次", "へ"]);
        assert_eq!(wrapped("ab経路、cd", 6), ["ab経", "路、cd"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn columns_are_as_wide_as_the_terminal_shows_them() {
        let frame = |width| Frame { indent: 2, gap: 1, width, ..Frame::default() };
        let row = |head: &str, text: &str, place: &str| Row {
            mark: Mark::plain("→"),
            head: head.to_owned(),
            text: text.to_owned(),
            place: place.to_owned(),
        };
        let table =
            [row("関数", "allows", "a.yaml:1:1"), row("Acl", "許可する", ""), row("", "x", "a.yaml:2:1")];
        let plain = anstream::adapter::strip_str(&rows(&table, frame(None))).to_string();
        assert_eq!(
            plain,
            "  → 関数  allows    a.yaml:1:1\n  → Acl   許可する\n  →       x         a.yaml:2:1\n"
        );
        let narrow = anstream::adapter::strip_str(&rows(&table, frame(Some(30)))).to_string();
        assert_eq!(narrow.lines().next(), Some("  → 関数  allows    a.yaml:1:1"));
        let table = [row("Acl", "a sentence that does not fit into a line", "a.yaml:1:1")];
        let narrow = anstream::adapter::strip_str(&rows(&table, frame(Some(34)))).to_string();
        assert_eq!(
            narrow,
            "  → Acl  a sentence that does not\n         fit into a line\n         a.yaml:1:1\n"
        );
    }
}
