//! Counting tests by the closing lines of their runners.

use std::{fmt, ops::AddAssign};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// What a line counts, if it closes a run: `test result: ok. 3 passed; 0 failed; …` of Rust's harness and of
    /// wasm-bindgen's, `# pass 3` and `# fail 0` of node's.
    pub(crate) fn of_line(line: &str) -> Self {
        if let Some(counts) = line.strip_prefix("test result: ") {
            let count = |word| {
                counts.split([';', '.']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
            };
            return Self {
                passed: count("passed").unwrap_or_default(),
                failed: count("failed").unwrap_or_default(),
            };
        }
        let count = |start| line.strip_prefix(start).and_then(|count| count.parse().ok()).unwrap_or_default();
        Self { passed: count("# pass "), failed: count("# fail ") }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn closing_lines_count_and_nothing_else_does() {
        for (line, passed, failed) in [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
                12,
                0,
            ),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", 3, 2),
            ("test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.10s", 4, 0),
            ("# pass 7", 7, 0),
            ("# fail 1", 0, 1),
            ("# tests 8", 0, 0),
            ("    # pass 7", 0, 0),
            ("# pass the salt", 0, 0),
            ("test passed ... ok", 0, 0),
            ("running 3 tests", 0, 0),
        ] {
            assert_eq!(Tally::of_line(line), Tally { passed, failed }, "{line}");
        }
    }
}
