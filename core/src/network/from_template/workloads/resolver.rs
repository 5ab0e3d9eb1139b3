//! Inbound and outbound endpoints of Route 53 Resolver.

use super::Writer;
use crate::network::from_template::reader::{Reader, Split, text};
use crate::network::{
    Fact, Listed, Listener, Missing, Placement, Ports, Protocol, ResolverDirection, ResolverEndpoint,
    WorkloadKind,
};
use crate::template::{Resource, Unknown};

/// The port of DNS.
const DNS: u16 = 53;

impl Writer<'_, '_, '_> {
    /// Resolver endpoints have an interface for each address; any of them is asked, or asks.
    pub(super) fn resolver_endpoints(&mut self) -> Result<(), Split> {
        for resource in self.reader.resources(&["AWS::Route53Resolver::ResolverEndpoint"])? {
            let direction = self.direction(resource)?;
            let plain = self.is_plain(resource)?;
            let addresses = self.reader.property(resource, &["IpAddresses"])?;
            let groups = self.reader.property(resource, &["SecurityGroupIds"])?;
            let mut standing = match &addresses {
                Some(list) => self.mapped(list, groups.as_ref())?,
                None => super::standing::Standing::unknown(Missing::Value(Unknown::Broken)),
            };
            standing.at = groups.as_ref().or(addresses.as_ref()).and_then(Reader::place);
            let mut written = Listed::default();
            if let Some(list) = &addresses {
                let items = self.reader.items(list)?;
                written.rest = items.rest;
                for item in &items.items {
                    let address = self.reader.entry(item, "Ip")?.map(|case| text(&case));
                    let parsed = address.as_ref().and_then(|one| one.known()?.trim().parse().ok());
                    let chosen = || Unknown::Attribute {
                        resource: resource.id.clone(),
                        attribute: "IpAddresses".to_owned(),
                    };
                    match (parsed, address) {
                        (Some(address), _) => written.items.push(address),
                        (None, Some(Fact::Unknown(missing))) => written.rest = Some(missing),
                        (None, _) => written.rest = Some(Missing::Value(chosen())),
                    }
                }
            }
            let ports = || Fact::Known(Ports::one(DNS));
            let is_inbound = direction.known() != Some(&ResolverDirection::Outbound);
            let listeners = if is_inbound && plain.known() != Some(&false) {
                [Protocol::UDP, Protocol::TCP]
                    .map(|protocol| Listener { protocol, ports: ports(), at: None })
                    .to_vec()
            } else {
                Vec::new()
            };
            let kind = WorkloadKind::ResolverEndpoint;
            let workload = self.workload(resource, kind, standing, Placement::Any, listeners);
            let workload = self.builder.workload(workload);
            self.builder.network.resolver_endpoints.push(ResolverEndpoint {
                workload,
                direction,
                plain,
                addresses: written,
            });
        }
        Ok(())
    }

    fn direction(&self, resource: &Resource) -> Result<Fact<ResolverDirection>, Split> {
        Ok(match self.reader.text(resource, &["Direction"])? {
            Some(Fact::Known(word)) => match word.to_ascii_uppercase().as_str() {
                "OUTBOUND" => Fact::Known(ResolverDirection::Outbound),
                // INBOUND, and INBOUND_DELEGATION for delegated subdomains.
                _ => Fact::Known(ResolverDirection::Inbound),
            },
            Some(Fact::Unknown(missing)) => Fact::Unknown(missing),
            None => Fact::Unknown(Missing::Value(Unknown::Broken)),
        })
    }

    /// Whether Do53 is among the protocols.
    fn is_plain(&self, resource: &Resource) -> Result<Fact<bool>, Split> {
        let Some(list) = self.reader.property(resource, &["Protocols"])? else {
            return Ok(Fact::Known(true));
        };
        let items = self.reader.items(&list)?;
        let is_it = |word: &Fact<String>| word.known().is_some_and(|word| word.eq_ignore_ascii_case("Do53"));
        let words: Vec<Fact<String>> = items.items.iter().map(text).collect();
        if words.iter().any(is_it) {
            return Ok(Fact::Known(true));
        }
        let open = words.into_iter().find_map(|word| word.get().err().cloned()).or(items.rest);
        Ok(open.map_or(Fact::Known(false), Fact::Unknown))
    }
}
