use serde::Serialize;

/// A place as people and editors name it. Both numbers start at 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

/// Where the lines of one text start; turns byte offsets into positions and back.
///
/// A line ends at `\n`, `\r\n` or a lone `\r`, as YAML counts them.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads `text` once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(offset(at + 1));
            }
        }
        Self { starts }
    }

    /// How many lines there are; at least one.
    pub fn line_count(&self) -> u32 {
        offset(self.starts.len())
    }

    /// The byte offset at which a line (from 1) starts; the last line's start for lines beyond the end.
    pub fn line_start(&self, line: u32) -> u32 {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[index]
    }

    /// The line (from 1) that holds the byte at `at`.
    pub fn line_of(&self, at: u32) -> u32 {
        offset(self.starts.partition_point(|start| *start <= at))
    }

    /// The position of the byte at `at` in `text`, the text this index was made from.
    pub fn position(&self, text: &str, at: u32) -> Position {
        let line = self.line_of(at);
        let before = self.before(text, line, at);
        Position { line, column: offset(before.chars().count()) + 1 }
    }

    /// The byte offset of a position; clamped to the end of its line.
    pub fn offset(&self, text: &str, position: Position) -> u32 {
        let start = self.line_start(position.line);
        let end = self.starts.get(position.line as usize).map_or(text.len(), |next| *next as usize);
        let line = text.get(start as usize..end).unwrap_or("");
        let inside = line
            .char_indices()
            .nth(position.column.max(1) as usize - 1)
            .map_or_else(|| line.trim_end_matches(['\r', '\n']).len(), |(at, _)| at);
        start + offset(inside)
    }

    /// The offset in UTF-16 code units from the start of the text, which is how browsers' editors count.
    pub fn utf16_offset(text: &str, at: u32) -> u32 {
        let before = text.get(..at as usize).unwrap_or(text);
        offset(before.chars().map(char::len_utf16).sum())
    }

    fn before<'t>(&self, text: &'t str, line: u32, at: u32) -> &'t str {
        let start = self.line_start(line) as usize;
        let mut end = (at as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.get(start..end).unwrap_or("")
    }
}

/// Offsets fit `u32` because longer text is refused before it is indexed; saturates rather than wraps.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_every_kind_of_line_end() {
        let text = "a: 1\r\nあい: x\rc\nd";
        let index = LineIndex::new(text);
        let at = |needle: &str| index.position(text, offset(text.find(needle).unwrap()));
        assert_eq!(at("a"), Position { line: 1, column: 1 });
        assert_eq!(at("い"), Position { line: 2, column: 2 });
        assert_eq!(at("x"), Position { line: 2, column: 5 });
        assert_eq!(at("c"), Position { line: 3, column: 1 });
        assert_eq!(at("d"), Position { line: 4, column: 1 });
        assert_eq!(index.line_count(), 4);
    }

    #[test]
    fn a_position_goes_back_to_its_offset() {
        let text = "key: 値\nnext: \"𠮷\"\n";
        let index = LineIndex::new(text);
        for (at, _) in text.char_indices() {
            let position = index.position(text, offset(at));
            assert_eq!(index.offset(text, position), offset(at), "{position:?}");
        }
        assert_eq!(LineIndex::utf16_offset(text, offset(text.find('"').unwrap() + 5)), 16);
    }
}
