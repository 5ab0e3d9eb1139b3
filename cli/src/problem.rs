//! What stands in the way: an argument or an input that cannot be used.

use std::io;

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

/// Why an argument or an input cannot be used, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .what.en)]
pub(crate) struct Problem {
    /// What is wrong, with the name of the file or argument.
    pub(crate) what: Phrase,
    /// What to do next.
    pub(crate) next: Phrase,
}

impl Problem {
    /// A file or folder that the system does not let us read.
    pub(crate) fn unreadable(path: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self {
                what: phrase!(en: "{path}: no such file or folder", ja: "{path}: ファイルもフォルダもありません"),
                next: phrase!(en: "check the path", ja: "パスを確認してください"),
            },
            io::ErrorKind::PermissionDenied => Self {
                what: phrase!(en: "{path}: permission denied", ja: "{path}: 読み取りの権限がありません"),
                next: phrase!(en: "allow this user to read it", ja: "このユーザーに読み取りを許可してください"),
            },
            _ => Self {
                what: phrase!(en: "{path}: cannot be read: {error}", ja: "{path}: 読み取れません: {error}"),
                next: phrase!(en: "check that it is a file and readable", ja: "読み取れるファイルか確認してください"),
            },
        }
    }

    /// A settings file whose text does not parse or does not have the expected form.
    pub(crate) fn malformed(path: &str, reason: &Phrase, expected: Phrase) -> Self {
        let Phrase { en, ja } = reason;
        Self { what: phrase!(en: "{path}: {en}", ja: "{path}: {ja}"), next: expected }
    }
}

/// The name among `known` that `given` was probably meant to be.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // One slip of the fingers for every four characters, and at least one.
    let tolerance = (given.chars().count() / 4).max(1);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, _)| *distance <= tolerance)
        .min()
        .map(|(_, name)| name)
}

/// What to do about a name that is not known: the one that was probably meant, or where the names are listed.
pub(crate) fn did_you_mean<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: Phrase,
) -> Phrase {
    match nearest(given, known) {
        Some(name) => phrase!(en: "did you mean `{name}`?", ja: "`{name}` ではありませんか?"),
        None => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slip_of_the_fingers_is_guessed() {
        let known = ["allow", "params", "region"];
        for (given, meant) in [
            ("alow", Some("allow")),
            ("parmas", Some("params")),
            ("regions", Some("region")),
            ("rules", None),
        ] {
            assert_eq!(nearest(given, known), meant, "{given}");
        }
    }

    #[test]
    fn a_missing_file_is_named_in_both_languages() {
        let error = io::Error::from(io::ErrorKind::NotFound);
        let problem = Problem::unreadable("a.yaml", &error);
        assert_eq!(problem.to_string(), "a.yaml: no such file or folder");
        assert!(problem.what.ja.starts_with("a.yaml: "));
    }
}
