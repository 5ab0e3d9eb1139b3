//! What describe calls printed, as the page tells of it: what was read, skipped, and wrong.

use serde::{Deserialize, Serialize};
use vpcheck_core::Source;
use vpcheck_core::language::Phrase;
use vpcheck_core::network::ContextProblem;
use vpcheck_core::syntax::{Limits, Node, parse};
use vpcheck_core::text::LineIndex;

/// The longest text that is taken, in bytes: a large account's route tables are a tenth of it.
pub const SIZE_LIMIT: usize = 10_000_000;

/// A file of context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextFile {
    /// Its name.
    pub name: String,
    /// The lists in it, by their names in the output of the calls, and how long each is.
    pub lists: Vec<(String, usize)>,
    /// What of it is not used.
    pub problems: Vec<Problem>,
}

/// Something in a file that is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Line and column in the file, from 1.
    pub position: Option<(u32, u32)>,
    /// What.
    pub message: Phrase,
    /// Whether it is only of no use, not wrong.
    pub skipped: bool,
}

/// The lists in a text that describe calls printed: `[("Subnets", 4)]`. Empty where it is no such text.
pub fn lists(text: &str) -> Vec<(String, usize)> {
    let limits = Limits { size: SIZE_LIMIT, ..Limits::default() };
    let parsed = parse(text, &limits);
    let mut found: Vec<(String, usize)> = Vec::new();
    let root = parsed.root();
    let mut add = |answer: Node<'_>| {
        for entry in answer.entries() {
            if let Some(name) = entry.name().filter(|_| entry.value.is_sequence()) {
                let count = entry.value.items().len();
                match found.iter_mut().find(|(known, _)| known == name) {
                    Some((_, sum)) => *sum += count,
                    None => found.push((name.to_owned(), count)),
                }
            }
        }
    };
    if root.is_sequence() {
        root.items().into_iter().for_each(&mut add);
    } else {
        add(root);
    }
    found
}

/// What is told of `contexts`; `lists` are theirs, in the same order, and `problems` name them as
/// [`vpcheck_core::Tracing::problems`] does.
pub fn files(
    contexts: &[Source],
    lists: &[Vec<(String, usize)>],
    problems: Vec<ContextProblem>,
) -> Vec<ContextFile> {
    let mut files: Vec<ContextFile> = contexts
        .iter()
        .enumerate()
        .map(|(at, source)| ContextFile {
            name: source.path.clone(),
            lists: lists.get(at).cloned().unwrap_or_default(),
            problems: Vec::new(),
        })
        .collect();
    let mut index: Option<(usize, LineIndex)> = None;
    for problem in problems {
        let Some(at) = usize::from(problem.file.0).checked_sub(1) else { continue };
        let (Some(file), Some(source)) = (files.get_mut(at), contexts.get(at)) else { continue };
        let lines = match &index {
            Some((of, lines)) if *of == at => lines,
            _ => &index.insert((at, LineIndex::new(&source.text))).1,
        };
        let position = problem.span.map(|span| {
            let position = lines.position(&source.text, span.start);
            (position.line, position.column)
        });
        file.problems.push(Problem { position, message: problem.message, skipped: problem.skipped });
    }
    files
}

/// A name for `name` among `taken`: itself, or with a number.
pub fn free_name(name: &str, taken: &[Source]) -> String {
    let is_free = |name: &str| taken.iter().all(|source| source.path != name);
    if is_free(name) {
        return name.to_owned();
    }
    let (stem, end) =
        name.rsplit_once('.').map_or((name, String::new()), |(stem, end)| (stem, format!(".{end}")));
    // One more than are taken is free.
    let mut names = (2..=taken.len() + 2).map(|number| format!("{stem}-{number}{end}"));
    names.find(|name| is_free(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vpcheck_core::finding::FileId;
    use vpcheck_core::text::Span;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn lists_are_counted_over_all_answers_in_a_file() {
        let expected = |found: &[(&str, usize)]| -> Vec<(String, usize)> {
            found.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        assert_eq!(lists(r#"{"Subnets": [{}, {}], "NextToken": null}"#), expected(&[("Subnets", 2)]));
        assert_eq!(
            lists(r#"[{"Subnets": [{}]}, {"Vpcs": []}, {"Subnets": [{}]}]"#),
            expected(&[("Subnets", 2), ("Vpcs", 0)])
        );
        assert_eq!(lists("none"), []);
    }

    #[test]
    fn problems_stand_by_their_files_with_a_place() {
        let contexts = [source("a.json", "{}"), source("b.json", "{\n  \"Vpcs\": 1}")];
        let problem = |file, span, skipped| ContextProblem {
            file: FileId(file),
            span,
            message: Phrase::verbatim("message"),
            skipped,
        };
        let told = files(
            &contexts,
            &[vec![], vec![("Vpcs".to_owned(), 0)]],
            vec![problem(2, Some(Span::new(4, 10)), false), problem(1, None, true), problem(9, None, true)],
        );
        assert_eq!(told[0].problems.len(), 1);
        assert!(told[0].problems[0].skipped && told[0].problems[0].position.is_none());
        assert_eq!(told[1].problems[0].position, Some((2, 3)));
        assert_eq!((told[1].name.as_str(), told[1].lists.len()), ("b.json", 1));
    }

    #[test]
    fn names_stay_apart() {
        let taken = [source("vpcs.json", ""), source("vpcs-2.json", ""), source("pasted", "")];
        assert_eq!(free_name("vpcs.json", &taken), "vpcs-3.json");
        assert_eq!(free_name("pasted", &taken), "pasted-2");
        assert_eq!(free_name("other", &taken), "other");
    }
}
