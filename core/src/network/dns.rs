//! Who answers names: hosted zones with their records, Resolver endpoints and rules.

use std::net::Ipv4Addr;

use super::Place;
use super::components::{EndpointIndex, VpcIndex};
use super::fact::{Fact, Listed};
use super::name::Name;
use super::workload::WorkloadIndex;

/// Position in [`super::Network::zones`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostedZoneIndex(pub usize);

/// Position in [`super::Network::resolver_rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResolverRuleIndex(pub usize);

/// What stands in a name for the region of the stack, where that is not known. Other letters of names are small.
pub const REGION: &str = "REGION";

/// A hosted zone of Route 53.
#[derive(Clone, Debug)]
pub struct HostedZone {
    /// Its name as a component.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The domain, in small letters without a dot at its end: `corp.internal`.
    pub domain: Fact<String>,
    /// Whether it is private. Then VPCs that it is associated with see it, and nobody else.
    pub private: Fact<bool>,
    /// The VPCs that it is associated with.
    pub vpcs: Listed<VpcIndex>,
    /// Where these are written.
    pub vpcs_at: Option<Place>,
    /// Its records.
    pub records: Listed<HostRecord>,
}

/// A record that leads from a name to addresses: `A`, `AAAA` or `CNAME`.
#[derive(Clone, Debug)]
pub struct HostRecord {
    /// The logical id of its resource.
    pub id: String,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The name, as a zone's domain is written; `*.corp.internal` stands for what has no record of its own.
    pub name: Fact<String>,
    /// `A`, `AAAA` or `CNAME`.
    pub kind: Fact<String>,
    /// Where it leads; several are answered together, or one after another.
    pub targets: Listed<RecordTarget>,
}

/// Where a record leads.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordTarget {
    /// To an address.
    Address(Ipv4Addr),
    /// To what another name is answered with.
    Host(String),
    /// To something that stands in a VPC, by its own name.
    Workload(Name),
    /// To the interfaces of an endpoint.
    Endpoint(EndpointIndex),
}

/// Which way queries go through a Resolver endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResolverDirection {
    /// From outside to the resolver of its VPC.
    Inbound,
    /// From the resolver to servers outside.
    Outbound,
}

/// A Resolver endpoint. Its subnets, groups and listeners are those of its workload.
#[derive(Clone, Debug)]
pub struct ResolverEndpoint {
    /// Where it stands.
    pub workload: WorkloadIndex,
    /// Which way queries go.
    pub direction: Fact<ResolverDirection>,
    /// Whether it speaks DNS over port 53 (Do53), as it does unless other protocols are named.
    pub plain: Fact<bool>,
    /// Addresses that are written; those that AWS chooses are not known.
    pub addresses: Listed<Ipv4Addr>,
}

/// What happens to names of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResolverRuleKind {
    /// Servers outside are asked.
    Forward,
    /// The resolver answers itself.
    System,
}

/// A Resolver rule.
#[derive(Clone, Debug)]
pub struct ResolverRule {
    /// Its name as a component.
    pub name: Name,
    /// Where it is declared.
    pub at: Option<Place>,
    /// What happens.
    pub kind: Fact<ResolverRuleKind>,
    /// The domain; empty for the rule of everything (`.`).
    pub domain: Fact<String>,
    /// The outbound endpoint, where it is described here.
    pub endpoint: Option<WorkloadIndex>,
    /// The servers that are asked, with their port.
    pub servers: Listed<(Ipv4Addr, u16)>,
    /// The VPCs that it is associated with.
    pub vpcs: Listed<VpcIndex>,
}

impl ResolverRule {
    /// Its domain as it is written: `.` for everything.
    pub fn domain_in_words(&self) -> &str {
        match self.domain.known() {
            Some(domain) if domain.is_empty() => ".",
            Some(domain) => domain,
            None => "?",
        }
    }
}

/// Whether `host` is a domain or stands below it. Everything stands below the empty one.
pub fn is_within(host: &str, domain: &str) -> bool {
    domain.is_empty()
        || host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// How specific a domain is: the number of its labels.
pub fn labels(domain: &str) -> usize {
    if domain.is_empty() { 0 } else { domain.split('.').count() }
}

/// Whether the public DNS has no such top-level domain, and never will: names below are answered by private zones and
/// servers of one's own, or by nobody.
pub fn is_never_public(host: &str) -> bool {
    /// Reserved by RFC 2606, RFC 6762 and ICANN (`internal`, and those it does not delegate), or customary and not
    /// delegated.
    const TOP: [&str; 11] = [
        "internal",
        "local",
        "localdomain",
        "corp",
        "home",
        "lan",
        "private",
        "intranet",
        "intra",
        "test",
        "onprem",
    ];
    host.rsplit('.').next().is_some_and(|top| TOP.contains(&top))
}

impl HostedZone {
    /// The records that answer a name: those of the name itself, else those of the nearest wildcard above it. With them
    /// whether a record may do so that is not known.
    pub fn answering(&self, host: &str) -> Vec<&HostRecord> {
        let named = |name: &str| -> Vec<&HostRecord> {
            let is = |record: &&HostRecord| record.name.known().is_some_and(|own| own == name);
            self.records.items.iter().filter(is).collect()
        };
        let own = named(host);
        if !own.is_empty() {
            return own;
        }
        let mut rest = host;
        while let Some((_, above)) = rest.split_once('.') {
            let found = named(&format!("*.{above}"));
            if !found.is_empty() {
                return found;
            }
            rest = above;
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{is_never_public, is_within, labels};

    #[test]
    fn names_stand_below_domains() {
        for (host, domain, within) in [
            ("corp.internal", "corp.internal", true),
            ("db.corp.internal", "corp.internal", true),
            ("xcorp.internal", "corp.internal", false),
            ("internal", "corp.internal", false),
            ("anything.example.com", "", true),
        ] {
            assert_eq!(is_within(host, domain), within, "{host} {domain}");
        }
        assert_eq!((labels(""), labels("com"), labels("a.b.com")), (0, 1, 3));
        assert!(is_never_public("db.corp.internal") && !is_never_public("internal.example.com"));
    }
}
