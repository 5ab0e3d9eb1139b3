//! What the page and its workers say to each other, in bytes: in the order of the fields and without their names, so both
//! sides must be of one build, as they are. That is read in a third of the code that JSON takes, and quicker.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vpcheck_core::share::Shared;

/// A message; an empty one, which nobody can read, if there is something in it that cannot be written.
pub fn written<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap_or_default()
}

/// What a message says.
///
/// # Errors
/// With a word why, when the bytes are no such message.
pub fn read<'a, T: Deserialize<'a>>(message: &'a [u8]) -> Result<T, String> {
    postcard::from_bytes(message).map_err(|error| error.to_string())
}

/// In JSON a link leaves out what is empty; here nothing can be left out, so it has a form of its own.
type Parts<Text, Map> = (Text, [Map; 5], [Option<Text>; 4]);

/// What a message of [`of_shared`] says; nothing at all where it cannot be read.
pub fn shared(message: &[u8]) -> Shared {
    let parts: Parts<String, BTreeMap<String, String>> = read(message).unwrap_or_default();
    let (text, [parameters, assumed, prefix_lists, addresses, cost], [region, from, to, view]) = parts;
    Shared { text, parameters, region, assumed, prefix_lists, addresses, from, to, cost, view }
}

/// A message that says what is shared.
pub fn of_shared(shared: &Shared) -> Vec<u8> {
    let Shared { text, parameters, region, assumed, prefix_lists, addresses, from, to, cost, view } = shared;
    let parts: Parts<&str, &BTreeMap<String, String>> = (
        text,
        [parameters, assumed, prefix_lists, addresses, cost],
        [region, from, to, view].map(Option::as_deref),
    );
    written(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Contexts, Rest, first_report, rest};

    #[test]
    fn what_is_shared_arrives_as_it_was() {
        let map = |key: &str| BTreeMap::from([(key.to_owned(), format!("{key} の値"))]);
        let all = Shared {
            text: "Resources: {}\n".to_owned(),
            parameters: map("parameters"),
            region: Some("region".to_owned()),
            assumed: map("assumed"),
            prefix_lists: map("prefix lists"),
            addresses: map("addresses"),
            from: Some("from".to_owned()),
            to: Some("to".to_owned()),
            cost: map("cost"),
            view: Some("view".to_owned()),
        };
        for one in [Shared::default(), Shared { view: None, ..all.clone() }, all] {
            assert_eq!(shared(&of_shared(&one)), one);
        }
        assert_eq!(shared(b"\xff"), Shared::default());
    }

    #[test]
    fn answers_arrive_as_they_were() {
        for example in crate::examples::ALL {
            let shared = Shared { text: (example.text)().to_owned(), ..Shared::default() };
            let first = first_report(&shared, &Contexts::default());
            assert_eq!(read(&written(&first)), Ok(first));
            let rest: Rest = rest(&shared, &Contexts::default());
            assert_eq!(read(&written(&rest)), Ok(rest));
        }
        assert!(read::<Rest>(b"").is_err() && read::<Rest>(b"\x05ab").is_err());
    }
}
