//! What came of all safe fixes, as it travels from the worker to the page.

use serde::{Deserialize, Serialize};
use vpcheck_core::finding::Safety;
use vpcheck_core::fix;
use vpcheck_core::language::Phrase;
use vpcheck_core::share::Shared;

use crate::inputs;
use crate::preview::whole_edit;
use crate::report::{Contexts, Edit, PATH};

/// All safe fixes of a template, one after another, each proved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixes {
    /// What was done.
    pub applied: Vec<Done>,
    /// What was not, for it would not have helped.
    pub refused: Vec<Refused>,
    /// The one change of the text that does all of it.
    pub edit: Option<Edit>,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The rule.
    pub rule: String,
    /// What it does.
    pub title: Phrase,
}

/// A fix that was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The rule.
    pub rule: String,
    /// What it would do.
    pub title: Phrase,
    /// Why not.
    pub why: Phrase,
}

/// Applies all safe fixes to the template of `shared`.
pub fn safe_fixes(shared: &Shared, contexts: &Contexts) -> Fixes {
    let options = inputs::options(shared, contexts.sources());
    let fixing = fix(PATH, &shared.text, &options, Safety::Safe);
    Fixes {
        edit: whole_edit(&shared.text, &fixing.text),
        applied: fixing
            .applied
            .into_iter()
            .map(|done| Done { rule: done.rule.0.to_owned(), title: done.title })
            .collect(),
        refused: fixing
            .refused
            .into_iter()
            .map(|refused| Refused {
                rule: refused.rule.0.to_owned(),
                title: refused.title,
                why: refused.why,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_fixes_are_one_change() {
        let text = "Parameters:\n  Name: {Type: String}\nResources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nmae}}\n  B: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Naem}}\n";
        let shared = Shared { text: text.to_owned(), ..Shared::default() };
        let fixes = safe_fixes(&shared, &Contexts::default());
        assert_eq!((fixes.applied.len(), fixes.refused.len()), (2, 0));
        let edit = fixes.edit.expect("a change");
        let (from, to) = (edit.from as usize, edit.to as usize);
        let after = format!("{}{}{}", &text[..from], edit.insert, &text[to..]);
        assert_eq!(after, text.replace("Nmae", "Name").replace("Naem", "Name"));
        let none = safe_fixes(&Shared { text: after, ..Shared::default() }, &Contexts::default());
        assert_eq!(none, Fixes::default());
    }
}
