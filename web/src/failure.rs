//! What is told of an analysis that broke down: a report that the user can look through, copy and send. Nothing sends it.

use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};

use crate::words::failure as words;

/// An analysis that broke down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// What was asked for, by the name that the worker's messages have for it.
    pub task: &'static str,
    /// What the program said, which may quote the template.
    pub what: String,
    /// The template that it broke down on.
    pub text: Rc<str>,
    /// How many files of describe calls were given.
    pub contexts: usize,
}

/// Where it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The version, and what tells builds of it apart.
    pub build: String,
    /// What the browser calls itself.
    pub browser: String,
}

impl Failure {
    /// The report as the text of an issue, in Markdown. The template is in it only where that was chosen: without, all
    /// that may have come from it is left out.
    pub fn issue(&self, around: &Surroundings, with_template: bool, language: Language) -> String {
        let say = |phrase: Phrase| phrase.get(language).to_owned();
        let what = if with_template { self.what.clone() } else { without_quotes(&self.what) };
        let (lines, bytes) = (self.text.lines().count(), self.text.len());
        let mut issue = format!(
            "## {}\n\n{}\n\n- {}: {}\n- vpcheck: {}\n- {}: {}\n- {}\n",
            say(words::heading()),
            fenced("text", &what),
            say(words::task()),
            self.task,
            around.build,
            say(words::browser()),
            around.browser,
            say(words::size(lines, bytes, self.contexts)),
        );
        if with_template {
            issue.push_str(&format!("\n{}\n", fenced("yaml", &self.text)));
        }
        issue
    }
}

/// `text` in a fence that nothing in it ends.
fn fenced(language: &str, text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// A message without what it quotes: a panic over a text quotes the text.
fn without_quotes(what: &str) -> String {
    // The first line of a panic is where in the program it was.
    let (place, message) = what.split_once('\n').unwrap_or(("", what));
    let mut kept = String::new();
    let mut rest = message;
    while let Some(at) = rest.find(['`', '"', '\'']) {
        let (before, quoted) = rest.split_at(at);
        kept.push_str(before);
        let mut characters = quoted.chars();
        let quote = characters.next().unwrap_or('`');
        let inside = characters.as_str();
        kept.push_str("`…`");
        // Up to the last one: what is quoted may hold the same quote.
        rest = inside.rfind(quote).map_or("", |end| &inside[end + quote.len_utf8()..]);
    }
    kept.push_str(rest);
    if place.is_empty() { kept } else { format!("{place}\n{kept}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(what: &str) -> Failure {
        let text = "Resources: {}\n# ```\n".into();
        Failure { task: "report", what: what.to_owned(), text, contexts: 0 }
    }

    #[test]
    fn the_template_is_in_the_report_only_where_that_was_chosen() {
        let around = Surroundings { build: "0.1.0 (abc)".to_owned(), browser: "Browser/1".to_owned() };
        let failure = failure(
            "panicked at core/src/text/mod.rs:12:5:\nbyte index 4 is not a char boundary; it is inside 'é' (bytes 3..5) of `Secret: \"x`y\"`",
        );
        for language in [Language::English, Language::Japanese] {
            let closed = failure.issue(&around, false, language);
            assert!(closed.contains("core/src/text/mod.rs:12:5") && closed.contains("Browser/1"), "{closed}");
            assert!(!closed.contains("Secret") && !closed.contains("Resources"), "{closed}");
            let open = failure.issue(&around, true, language);
            assert!(
                open.contains("Secret") && open.contains("````yaml\nResources: {}\n# ```\n````"),
                "{open}"
            );
        }
    }

    #[test]
    fn a_message_keeps_what_it_does_not_quote() {
        assert_eq!(without_quotes("memory access out of bounds"), "memory access out of bounds");
        assert_eq!(
            without_quotes("panicked at a.rs:1:1:\nindex 3 of `ab` is past `c` now"),
            "panicked at a.rs:1:1:\nindex 3 of `…` now"
        );
        assert_eq!(without_quotes("it's the user's"), "it`…`s");
        assert_eq!(without_quotes("unended `Secret"), "unended `…`");
    }
}
