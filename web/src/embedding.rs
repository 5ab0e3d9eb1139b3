//! The page inside of another: what the address asks for beside `?embed=1`.

use crate::state::Pane;

/// How the page stands in another one. Then it stores nothing, leaves its address alone and tells its height.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Embedding {
    /// Whether the text may only be read.
    pub is_read_only: bool,
    /// What to show; it goes before what a link asks for.
    pub view: Option<Pane>,
    /// The region, where the link does not say it.
    pub region: Option<String>,
}

impl Embedding {
    /// What the parameters of the address ask for; nothing where the page stands alone.
    pub fn of(parameter: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let is_on = |name: &str| parameter(name).is_some_and(|value| value != "0" && value != "false");
        is_on("embed").then(|| Self {
            is_read_only: is_on("readonly"),
            view: parameter("view").and_then(|name| Pane::from_name(&name)),
            region: parameter("region").filter(|region| !region.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Option<Embedding> {
        Embedding::of(|name| {
            query.split('&').find_map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (key == name).then(|| value.to_owned())
            })
        })
    }

    #[test]
    fn only_an_embedded_page_is_asked_for_more() {
        assert_eq!(asked("view=cost&readonly=1"), None);
        assert_eq!(asked("embed=0"), None);
        assert_eq!(asked("embed"), Some(Embedding::default()));
        assert_eq!(
            asked("embed=1&view=diagram&readonly=1&region=eu-west-1"),
            Some(Embedding {
                is_read_only: true,
                view: Some(Pane::Diagram),
                region: Some("eu-west-1".to_owned())
            })
        );
        let odd = asked("embed=1&view=everything&readonly=0&region=").unwrap();
        assert_eq!(odd, Embedding::default(), "what is not known asks for nothing");
    }
}
