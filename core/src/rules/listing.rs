//! Names in sentences.

/// Names as each language lists them: `` `A`, `B` and `C` `` and `` `A`、`B`、`C` ``.
pub(super) fn quoted<T: AsRef<str>>(names: &[T]) -> (String, String) {
    let marked: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    (in_english(&marked), marked.join("、"))
}

/// The same without marks, for the names of services.
pub(super) fn plain<T: AsRef<str>>(names: &[T]) -> (String, String) {
    let names: Vec<String> = names.iter().map(|name| name.as_ref().to_owned()).collect();
    (in_english(&names), names.join("、"))
}

fn in_english(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_as_people_do() {
        assert_eq!(quoted(&["A"]), ("`A`".to_owned(), "`A`".to_owned()));
        assert_eq!(quoted(&["A", "B", "C"]).0, "`A`, `B` and `C`");
        assert_eq!(plain(&["s3", "sqs"]), ("s3 and sqs".to_owned(), "s3、sqs".to_owned()));
        assert_eq!(plain::<&str>(&[]).0, "");
    }
}
