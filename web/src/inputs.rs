//! What the user says beside the template: values, assumptions, and which path to show.

use std::collections::BTreeMap;
use std::rc::Rc;

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};
use vpcheck_core::network::Assumption;
use vpcheck_core::share::Shared;
use vpcheck_core::{Options, Source};

use crate::figures::Figures;

/// Everything that is given beside the template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// Values of parameters, by the key of [`Options::parameters`].
    pub parameters: BTreeMap<String, String>,
    /// The region.
    pub region: Option<String>,
    /// What subnets are taken to be, by the key of [`Options::assumed`].
    pub assumed: BTreeMap<String, Assumption>,
    /// Addresses of prefix lists, by id, as typed.
    pub prefix_lists: BTreeMap<String, String>,
    /// What names answer, by the key of [`Options::addresses`], as typed.
    pub addresses: BTreeMap<String, String>,
    /// What describe calls printed. Not in links: it tells more of an account than a reader of a link should see.
    pub contexts: Rc<[Source]>,
    /// The source of the path to show; nothing for the first.
    pub from: Option<String>,
    /// The destination of the path to show, as typed; nothing for the first that is blocked.
    pub to: Option<String>,
    /// What is given about costs.
    pub cost: Figures,
}

/// A field of the form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    /// A value, by the key of [`Options::parameters`].
    Value(String),
    /// The region.
    Region,
    /// The addresses of a prefix list, by its id.
    PrefixList(String),
    /// What a name answers, by the key of [`Options::addresses`].
    Addresses(String),
    /// The box for what describe calls print.
    Context,
}

impl Field {
    /// The id of its element in the page.
    pub fn element(&self) -> String {
        let (kind, name) = match self {
            Self::Value(name) => ("need-", name.as_str()),
            Self::Region => ("region", ""),
            Self::PrefixList(name) => ("prefix-list-", name.as_str()),
            Self::Addresses(name) => ("addresses-", name.as_str()),
            Self::Context => ("context", ""),
        };
        // A list of ids is parted by spaces.
        let name: String = name.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
        format!("{kind}{name}")
    }
}

impl Inputs {
    /// What a link or an example holds beside its text.
    pub fn of(shared: &Shared) -> Self {
        let assumed = shared.assumed.iter();
        Self {
            parameters: shared.parameters.clone(),
            region: shared.region.clone(),
            // A word that this page does not know assumes nothing.
            assumed: assumed
                .filter_map(|(key, word)| Some((key.clone(), Assumption::parse(word)?)))
                .collect(),
            prefix_lists: shared.prefix_lists.clone(),
            addresses: shared.addresses.clone(),
            contexts: Rc::default(),
            from: shared.from.clone(),
            to: shared.to.clone(),
            cost: shared.cost.clone(),
        }
    }

    /// All of it but the context, beside `text`.
    pub fn share(&self, text: &str) -> Shared {
        Shared {
            text: text.to_owned(),
            parameters: self.parameters.clone(),
            region: self.region.clone(),
            assumed: self.assumed.iter().map(|(key, kind)| (key.clone(), kind.name().to_owned())).collect(),
            prefix_lists: self.prefix_lists.clone(),
            addresses: self.addresses.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            cost: self.cost.clone(),
            view: None,
        }
    }

    /// The value that `field` shows.
    pub fn get(&self, field: &Field) -> &str {
        let value = match field {
            Field::Value(name) => self.parameters.get(name),
            Field::Region => self.region.as_ref(),
            Field::PrefixList(name) => self.prefix_lists.get(name),
            Field::Addresses(name) => self.addresses.get(name),
            Field::Context => None,
        };
        value.map_or("", String::as_str)
    }

    /// Puts `value` into `field`; an empty one takes the old one away. Says whether anything changed.
    pub fn set(&mut self, field: &Field, value: &str) -> bool {
        let value = value.trim();
        if self.get(field) == value {
            return false;
        }
        let given = (!value.is_empty()).then(|| value.to_owned());
        let (map, name) = match field {
            Field::Value(name) => (&mut self.parameters, name),
            Field::PrefixList(name) => (&mut self.prefix_lists, name),
            Field::Addresses(name) => (&mut self.addresses, name),
            Field::Region => {
                self.region = given;
                return true;
            }
            Field::Context => return false,
        };
        match given {
            Some(value) => map.insert(name.clone(), value),
            None => map.remove(name),
        };
        true
    }
}

impl Inputs {
    /// Puts `value` under a key of [`Inputs::cost`]; an empty one takes the old one away. Says whether anything changed.
    pub fn set_cost(&mut self, key: &str, value: &str) -> bool {
        let value = value.trim();
        if self.cost.get(key).map_or("", String::as_str) == value {
            return false;
        }
        if value.is_empty() {
            self.cost.remove(key);
        } else {
            self.cost.insert(key.to_owned(), value.to_owned());
        }
        true
    }
}

/// What the core is asked with. `contexts` are the texts of describe calls.
pub fn options(shared: &Shared, contexts: &[Source]) -> Options {
    let inputs = Inputs::of(shared);
    Options {
        parameters: inputs.parameters,
        region: inputs.region,
        assumed: inputs.assumed,
        prefix_lists: given(&shared.prefix_lists, ranges_of_list),
        addresses: given(&shared.addresses, ranges),
        contexts: contexts.to_vec(),
        ..Options::default()
    }
}

/// What was typed for each key, where anything of it can be read.
fn given<T>(
    typed: &BTreeMap<String, String>,
    read: impl Fn(&str) -> (Vec<T>, Vec<&str>),
) -> BTreeMap<String, Vec<T>> {
    let read = typed.iter().map(|(key, text)| (key.clone(), read(text).0));
    read.filter(|(_, nets)| !nets.is_empty()).collect()
}

/// The addresses and ranges in a typed text, and the words of it that are neither.
pub fn ranges(text: &str) -> (Vec<IpNet>, Vec<&str>) {
    let (mut nets, mut wrong) = (Vec::new(), Vec::new());
    for word in text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()) {
        match word.parse().or_else(|_| word.parse::<IpAddr>().map(IpNet::from)) {
            Ok(net) => nets.push(net),
            Err(_) => wrong.push(word),
        }
    }
    (nets, wrong)
}

/// The same of a prefix list, which holds addresses of one version: those of version 4 are followed.
pub fn ranges_of_list(text: &str) -> (Vec<Ipv4Net>, Vec<&str>) {
    let (mut nets, mut wrong) = (Vec::new(), Vec::new());
    for word in text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()) {
        match ranges(word).0.first() {
            Some(IpNet::V4(net)) => nets.push(*net),
            _ => wrong.push(word),
        }
    }
    (nets, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_survives_a_link_but_for_the_context() {
        let mut inputs =
            Inputs { from: Some("Report".to_owned()), to: Some("s3".to_owned()), ..Inputs::default() };
        for (field, value) in [
            (Field::Value("Vpc".to_owned()), "vpc-1"),
            (Field::Region, "ap-northeast-1"),
            (Field::PrefixList("pl-1".to_owned()), "192.0.2.0/24"),
            (Field::Addresses("sqs".to_owned()), "192.0.2.7"),
        ] {
            assert!(inputs.set(&field, &format!(" {value} ")));
            assert!(!inputs.set(&field, value), "the same value is no change");
            assert_eq!(inputs.get(&field), value);
        }
        inputs.assumed.insert("SubnetIds".to_owned(), Assumption::Isolated);
        assert!(inputs.set_cost("gb", " 250 ") && !inputs.set_cost("gb", "250"));
        let again = Inputs::of(&inputs.share("text"));
        assert_eq!(again, inputs);
        inputs.contexts = [Source { path: "vpcs.json".to_owned(), text: "{}".to_owned() }].into();
        assert_eq!(Inputs::of(&inputs.share("text")), again);
    }

    #[test]
    fn the_core_is_asked_with_all_of_it() {
        let mut shared = Shared { region: Some("eu-west-1".to_owned()), ..Shared::default() };
        shared.assumed.insert("SubnetIds".to_owned(), "public".to_owned());
        shared.assumed.insert("Other".to_owned(), "floating".to_owned());
        shared.addresses.insert("sqs".to_owned(), "192.0.2.7, 198.51.100.0/24 none".to_owned());
        shared.prefix_lists.insert("pl-1".to_owned(), "none".to_owned());
        let options = options(&shared, &[Source { path: "a".to_owned(), text: "{}".to_owned() }]);
        assert_eq!(options.region.as_deref(), Some("eu-west-1"));
        assert_eq!(options.assumed, [("SubnetIds".to_owned(), Assumption::Public)].into());
        let nets: Vec<String> = options.addresses["sqs"].iter().map(ToString::to_string).collect();
        assert_eq!(nets, ["192.0.2.7/32", "198.51.100.0/24"]);
        assert!(options.prefix_lists.is_empty(), "a list of no address would close what is only not known");
        assert_eq!(options.contexts.len(), 1);
    }

    #[test]
    fn an_emptied_field_takes_its_value_away() {
        let mut inputs = Inputs::default();
        let field = Field::Value("import:a b".to_owned());
        assert!(inputs.set(&field, "x") && inputs.set(&field, " "));
        assert_eq!(inputs, Inputs::default());
        assert_eq!(field.element(), "need-import:a_b");
    }

    #[test]
    fn words_that_are_no_addresses_are_named() {
        assert_eq!(ranges("10.0.0.0/33 here,10.0.0.1 2001:db8::1").1, ["10.0.0.0/33", "here"]);
        assert_eq!(ranges_of_list("10.0.0.0/8 2001:db8::1").1, ["2001:db8::1"]);
    }
}
