//! How wide a text is at most, in any common sans-serif font.
//!
//! A picture that is opened elsewhere is drawn with the fonts that are there. Advances are the
//! larger ones of `DejaVu Sans` and `Noto Sans CJK JP`, the widest that systems fall back to, measured in a browser in both
//! weights; whoever draws with Arial or Hiragino has room to spare.

/// Advances of the characters from space to tilde, in thousandths of the size.
const ADVANCES: [u16; 95] = [
    318, 401, 500, 838, 637, 951, 780, 283, 398, 398, 500, 838, 331, 361, 331, 392, 637, 637, 637, 637, 637,
    637, 637, 637, 637, 637, 348, 348, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 595, 775, 752, 324,
    535, 674, 558, 866, 749, 788, 638, 788, 695, 635, 611, 732, 685, 989, 686, 630, 686, 398, 392, 398, 838,
    559, 606, 613, 635, 550, 635, 616, 379, 635, 634, 299, 299, 580, 299, 975, 634, 612, 635, 635, 429, 521,
    416, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];
/// How much wider the bold face is, as 1/100.
const BOLD: i32 = 115;

/// The width of `text` at a size in pixels, rounded up.
pub(crate) fn width(text: &str, size: i32, bold: bool) -> i32 {
    let thousandths: i32 = text.chars().map(advance).sum();
    let factor = if bold { BOLD } else { 100 };
    (thousandths * size * factor + 99_999) / 100_000
}

/// Han, kana and full-width forms are a square; whatever else is not ASCII is taken for one, too.
fn advance(character: char) -> i32 {
    match u32::from(character) {
        code @ 0x20..=0x7e => i32::from(ADVANCES.get(code as usize - 0x20).copied().unwrap_or(1000)),
        0..0x20 | 0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0xb7 => 400,
        0x1_f000..=0x1_ffff => 1400,
        _ => 1000,
    }
}

/// `text` where it fits, else its start and end with an ellipsis between them: ends of names tell them apart.
pub(crate) fn shortened(text: &str, size: i32, bold: bool, room: i32) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    for kept in (1..characters.len()).rev() {
        let (start, end) = (kept - kept / 2, kept / 2);
        let cut: String =
            characters[..start].iter().chain(&['…']).chain(&characters[characters.len() - end..]).collect();
        if width(&cut, size, bold) <= room {
            return cut;
        }
    }
    "…".to_owned()
}

/// `text` in at most `lines` lines, broken between words or parts of a name; the last one is shortened.
pub(crate) fn broken(text: &str, size: i32, bold: bool, room: i32, lines: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while found.len() + 1 < lines && width(rest, size, bold) > room {
        let Some(at) = last_break(rest, size, bold, room) else { break };
        found.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    found.push(shortened(rest, size, bold, room));
    found
}

/// The last place to break at before the room ends.
fn last_break(text: &str, size: i32, bold: bool, room: i32) -> Option<usize> {
    let mut best = None;
    let mut before = ' ';
    for (at, character) in text.char_indices().skip(1) {
        let last = text[..at].chars().next_back().unwrap_or(before);
        if width(text[..at].trim_end(), size, bold) > room {
            break;
        }
        let is_wide = |one: char| u32::from(one) >= 0x3000;
        // No line starts with a closing mark (kinsoku).
        let closes = "、。,.)」』】:;!?・ーっゃゅょ）".contains(character);
        let opens = "(「『【（".contains(last);
        let between = last == ' '
            || (is_wide(last) || is_wide(character))
            || matches!(last, '-' | '_' | '.' | '/' | ':')
            || (last.is_lowercase() && character.is_uppercase())
            || (last.is_lowercase() && character.is_ascii_digit());
        if between && !closes && !opens {
            best = Some(at);
        }
        before = character;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_added_up() {
        assert_eq!(width("ii", 10, false), 6);
        assert_eq!(width("MM", 10, false), 18);
        assert_eq!(width("関数", 12, false), 24);
        assert!(width("Orders", 12, true) > width("Orders", 12, false));
    }

    #[test]
    fn long_names_keep_both_ends() {
        let long = "MyVeryLongFunctionNameForOrders";
        let short = shortened(long, 12, false, 100);
        assert!(short.starts_with("MyV") && short.ends_with("ers") && short.contains('…'), "{short}");
        assert!(width(&short, 12, false) <= 100);
        assert_eq!(shortened("Short", 12, false, 100), "Short");
        assert_eq!(shortened("Short", 12, false, 1), "…");
    }

    #[test]
    fn names_break_where_their_parts_do() {
        assert_eq!(broken("OrdersIntakeFunction", 12, false, 90, 2), ["OrdersIntake", "Function"]);
        assert_eq!(
            broken("セキュリティグループです。", 10, false, 120, 2),
            ["セキュリティグループで", "す。"]
        );
        let lines = broken("abcdefghijklmnopqrstuvwxyz", 12, false, 60, 2);
        assert_eq!(lines.len(), 1, "nowhere to break: shortened");
    }
}
