//! Whether edits that add endpoints do what they are for: the text that they make is read and traced from the start.

use super::{EndpointSuggestions, Today, VpcEndpoints, suggest_endpoints};
use crate::analysis::{Options, analyze};
use crate::fixing::{new_trouble, unfit};
use crate::language::Phrase;
use crate::phrase;
use crate::text::{Edit, apply};

/// A change that [`suggest_endpoints`] offers for a VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointChange<'a> {
    /// One endpoint, by its service.
    Endpoint(&'a str),
    /// All endpoints to add.
    Endpoints,
    /// All of them, and NAT gateways taken out.
    WithoutNat,
}

impl EndpointChange<'_> {
    /// The edits of it.
    pub fn edits(self, vpc: &VpcEndpoints) -> Option<&[Edit]> {
        match self {
            Self::Endpoint(service) => {
                let of = vpc.services.iter().find(|one| one.service == service)?;
                of.add.as_ref()?.edits.as_deref()
            }
            Self::Endpoints => vpc.edits.as_deref(),
            Self::WithoutNat => vpc.nat_free.edits.as_deref(),
        }
    }

    /// The services that go by endpoints after it.
    fn services(self, vpc: &VpcEndpoints) -> Vec<&str> {
        let is_meant = |service: &str, is_added: bool, today: Today| match self {
            Self::Endpoint(one) => service == one,
            Self::Endpoints => is_added,
            Self::WithoutNat => is_added || today == Today::Endpoint,
        };
        let meant = vpc.services.iter().filter(|one| is_meant(&one.service, one.add.is_some(), one.today));
        meant.map(|one| one.service.as_str()).collect()
    }
}

/// The services that go by endpoints after a change of one of the VPCs that `suggested` tells of the text, where it keeps
/// its word: all of them do, no error or warning has come, and what was to go is gone.
///
/// # Errors
/// Why it does not, in words.
pub fn prove_endpoints(
    path: &str,
    text: &str,
    options: &Options,
    suggested: &EndpointSuggestions,
    vpc: &str,
    change: EndpointChange<'_>,
) -> Result<Vec<String>, Phrase> {
    let gone =
        || phrase!(en: "it is not offered for this text", ja: "このテンプレートでは提案していない変更です");
    let before = suggested.vpcs.iter().find(|one| one.id == vpc).ok_or_else(gone)?;
    let changed = apply(text, change.edits(before).ok_or_else(gone)?).map_err(|error| unfit(&error))?;
    if let Some(why) = new_trouble(&analyze(path, text, options), &analyze(path, &changed, options)) {
        return Err(why);
    }
    let after = suggest_endpoints(path, &changed, options);
    let own = after.vpcs.iter().find(|one| one.id == vpc);
    let services = change.services(before);
    for service in &services {
        let today = own.and_then(|own| own.services.iter().find(|one| one.service == *service));
        if today.map(|one| one.today) != Some(Today::Endpoint) {
            return Err(phrase!(
                en: "{service} would not be reached through the endpoint",
                ja: "適用しても {service} にエンドポイント経由で届きません",
            ));
        }
    }
    let stays = own.and_then(|own| own.nat_free.removable.first());
    if let Some(stays) = stays.filter(|_| change == EndpointChange::WithoutNat) {
        let id = &stays.id;
        return Err(phrase!(en: "`{id}` would stay", ja: "適用しても `{id}` が残ります"));
    }
    Ok(services.into_iter().map(str::to_owned).collect())
}
