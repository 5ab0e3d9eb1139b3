//! What the JSON of describe calls says of the network.
//!
//! A file holds one answer, an object of several, or a list of such objects. The order of files and answers does not
//! matter. What `get-managed-prefix-list-entries` prints does not say which list it is of: that is told by a
//! `PrefixListId` beside `Entries`, else by the file's name (`pl-0123.json`), else there must be one list only that
//! has no entries yet. The same goes for the routes that `search-transit-gateway-routes` prints.

mod acls;
mod endpoints;
mod gateways;
mod groups;
mod interfaces;
mod prefix_lists;
mod record;
mod routes;
mod transit;
mod vpcs;
mod vpn;

use std::collections::{BTreeMap, BTreeSet};

use super::{Builder, Destination, Missing, Name, Network, SubnetIndex, Target, VpcIndex};
use crate::finding::FileId;
use crate::language::Phrase;
use crate::network::Fact;
use crate::order::Order;
use crate::phrase;
use crate::services::is_region;
use crate::syntax::{Limits, Parsed, SyntaxErrorKind, parse};
use crate::text::Span;
use record::{Problems, Record};

/// Context files, read.
#[derive(Debug, Default)]
pub struct Context {
    described: Builder,
}

/// Something that a context file has and that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextProblem {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Option<Span>,
    /// What is wrong, or what is skipped.
    pub message: Phrase,
    /// Whether it is only skipped: output of a describe call that says nothing of use here.
    pub skipped: bool,
}

/// Longer files, in bytes, are refused. A describe answer of a large account has some megabytes.
const SIZE: usize = 64_000_000;

impl Context {
    /// Reads files: each with its number among the sources, and its text.
    pub fn read(files: &[(FileId, &str)]) -> (Self, Vec<ContextProblem>) {
        let files: Vec<_> = files.iter().map(|(file, text)| (*file, "", *text)).collect();
        Self::read_named(&files)
    }

    /// Reads files: each with its number among the sources, its path, and its text.
    pub fn read_named(files: &[(FileId, &str, &str)]) -> (Self, Vec<ContextProblem>) {
        let limits = Limits { size: SIZE, ..Limits::default() };
        let problems = Problems::default();
        let parsed: Vec<(FileId, &str, Parsed<'_>)> =
            files.iter().map(|(file, path, text)| (*file, *path, parse(text, &limits))).collect();
        let mut answers = Answers::default();
        for (file, path, parsed) in &parsed {
            let record = Record { node: parsed.root(), file: *file, problems: &problems };
            if let Some(error) = parsed.errors.first() {
                let message = match error.kind {
                    SyntaxErrorKind::TooLong { limit, .. } => phrase!(
                        en: "this file is longer than {limit} bytes and is not read",
                        ja: "このファイルは {limit} バイトを超えているため読み込みません",
                    ),
                    _ => phrase!(
                        en: "this is not JSON from here on; only what can still be read is used",
                        ja: "ここから先は JSON として読めません。読める部分だけを使います",
                    ),
                };
                let problem = ContextProblem { file: *file, span: Some(error.span), message, skipped: false };
                problems.borrow_mut().push(problem);
            }
            if parsed.errors.is_empty() && record.node.is_missing() {
                record.wrong(record.node, not_an_answer());
            }
            answers.gather(record, path);
        }
        let described = answers.describe();
        let mut problems = problems.into_inner();
        problems.order_by_key(|problem| (problem.file, problem.span));
        (Self { described }, problems)
    }

    /// The region that the files are of, where they tell.
    pub fn region(&self) -> Option<&str> {
        self.described.network.region.as_deref()
    }

    /// Writes every component into a network that is still empty.
    pub(super) fn declare(&self, builder: &mut Builder) {
        let region = builder.network.region.take().or_else(|| self.described.network.region.clone());
        builder.clone_from(&self.described);
        builder.network.region = region;
        name_services(&mut builder.network);
    }
}

/// Which service a prefix list of AWS is of may hang on the region, which was not known while reading; and so does the
/// service of an endpoint that only a route to that list names.
fn name_services(network: &mut Network) {
    for list in network.prefix_lists.iter_mut().filter(|list| list.service.is_none()) {
        if let Name::Aws(id) = &list.name {
            let service = super::prefix_lists::service_of(network.region.as_deref(), id);
            list.service = service.map(str::to_owned);
        }
    }
    for route in network.tables.iter().flat_map(|table| &table.routes.items) {
        if let (Destination::PrefixList(list), Target::GatewayEndpoint(endpoint)) =
            (&route.destination, &route.target)
            && let Some(service) = &network.prefix_lists[list.0].service
        {
            let endpoint = &mut network.endpoints[endpoint.0];
            if endpoint.service.known().is_none() {
                endpoint.service = Fact::Known(service.clone());
            }
        }
    }
}

fn not_an_answer() -> Phrase {
    phrase!(
        en: "this should be the JSON that `aws ec2 describe-...` prints",
        ja: "`aws ec2 describe-...` が出力する JSON を渡してください",
    )
}

/// The objects of all answers, by the key of the list that holds them.
#[derive(Default)]
struct Answers<'a> {
    objects: BTreeMap<&'static str, Vec<Record<'a>>>,
    /// Answers of which a part is missing.
    cut: BTreeSet<&'static str>,
    attributes: Vec<Record<'a>>,
    entries: Vec<prefix_lists::Entries<'a>>,
    transit_routes: Vec<transit::Routes<'a>>,
    /// The id that `aws organizations describe-organization` prints.
    organization: Option<&'a str>,
}

/// The lists that describe calls print and that are read.
const KEYS: [&str; 21] = [
    "AvailabilityZones",
    "DhcpOptions",
    "InternetGateways",
    "NatGateways",
    "NetworkAcls",
    "NetworkInterfaces",
    "PrefixLists",
    "Reservations",
    "RouteTables",
    "SecurityGroupRules",
    "SecurityGroups",
    "Subnets",
    "TransitGatewayAttachments",
    "TransitGatewayRouteTables",
    "TransitGatewayVpcAttachments",
    "TransitGateways",
    "VpcEndpoints",
    "VpcPeeringConnections",
    "Vpcs",
    "VpnConnections",
    "VpnGateways",
];

impl<'a> Answers<'a> {
    fn gather(&mut self, record: Record<'a>, path: &str) {
        let node = record.node;
        if node.is_sequence() {
            for item in node.items() {
                self.gather(Record { node: item, ..record }, path);
            }
            return;
        }
        if !node.is_mapping() {
            // What could not be read at all has its problem already.
            if !node.is_missing() {
                record.wrong(node, not_an_answer());
            }
            return;
        }
        let cut = record.has("NextToken");
        let mut found = false;
        for entry in node.entries() {
            let Some(name) = entry.name() else { continue };
            if let Some(key) = KEYS.into_iter().find(|key| *key == name) {
                found = true;
                self.objects.entry(key).or_default().extend(record.records(key));
                if cut {
                    self.cut.insert(key);
                }
            } else if name == "Entries" {
                found = true;
                self.entries.push(prefix_lists::Entries::new(record, path, !cut));
            } else if name == "Organization" {
                found = true;
                self.organization = record.record("Organization").and_then(|own| own.text("Id"));
            } else if name == "Routes" && record.has("AdditionalRoutesAvailable") {
                found = true;
                self.transit_routes.push(transit::Routes::new(record, path));
            } else if entry.value.is_sequence() {
                found = true;
                record.skip(
                    entry.key,
                    phrase!(
                        en: "`{name}` is skipped: vpcheck does not use it",
                        ja: "`{name}` は vpcheck では使わないため読み飛ばします",
                    ),
                );
            }
        }
        let is_attribute = |key: &str| record.has("VpcId") && record.has(key);
        if is_attribute("EnableDnsSupport") || is_attribute("EnableDnsHostnames") {
            found = true;
            self.attributes.push(record);
        }
        if !found {
            record.wrong(
                node,
                phrase!(
                    en: "this object is no answer of `aws ec2 describe-...`: it holds no list such as `Subnets`",
                    ja: "`Subnets` のようなリストがなく、`aws ec2 describe-...` の出力ではないようです",
                ),
            );
        } else if cut && let Some(token) = record.value("NextToken") {
            record.skip(
                token,
                phrase!(
                    en: "this answer goes on on another page; what is not in the files is not known",
                    ja: "この出力には続きのページがあります。ファイルにない部分は不明として扱います",
                ),
            );
        }
    }

    /// The objects of a list.
    fn of(&self, key: &str) -> impl Iterator<Item = Record<'a>> {
        self.objects.get(key).into_iter().flatten().copied()
    }

    /// Whether no page of a list is missing, as far as its answers tell.
    fn is_whole(&self, key: &str) -> bool {
        !self.cut.contains(key)
    }

    fn describe(&self) -> Builder {
        let mut builder = Builder::default();
        let b = &mut builder;
        b.network.organization = self.organization.map(str::to_owned);
        vpcs::zones(self.of("AvailabilityZones"), b);
        vpcs::vpcs(self, b);
        // What every VPC has from the start gets its AWS id before anything else asks for that id.
        routes::main_tables(self.of("RouteTables"), b);
        acls::default_acls(self.of("NetworkAcls"), b);
        groups::default_groups(self.of("SecurityGroups"), b);
        vpcs::subnets(self.of("Subnets"), b);
        gateways::peerings(self.of("VpcPeeringConnections"), b);
        gateways::internet_gateways(self.of("InternetGateways"), b);
        gateways::nat_gateways(self.of("NatGateways"), b);
        groups::groups(self.of("SecurityGroups"), b);
        groups::single_rules(self.of("SecurityGroupRules"), b);
        prefix_lists::prefix_lists(self.of("PrefixLists"), &self.entries, b);
        let appliances = endpoints::endpoints(self.of("VpcEndpoints"), b);
        // An answer without a filter tells all endpoints; one with a filter cannot be told from it.
        if self.objects.contains_key("VpcEndpoints") && self.is_whole("VpcEndpoints") {
            for vpc in &mut b.network.vpcs {
                vpc.other_endpoints = None;
            }
        }
        vpn::gateways(self.of("VpnGateways"), b);
        vpn::connections(self.of("VpnConnections"), b);
        transit::transit_gateways(self, b);
        let interfaces = interfaces::interfaces(self, b);
        acls::acls(self, b);
        routes::route_tables(self, &interfaces, &appliances, b);
        builder
    }
}

/// The id in the name of a file that begins so: `entries-pl-0123abcd.json`.
fn id_in(path: &str, prefix: &str) -> Option<Name> {
    let name = path.rsplit(['/', '\\']).next()?;
    let mut start = 0;
    while let Some(at) = name.get(start..)?.find(prefix) {
        let found = name.get(start + at..)?;
        let digits = found.get(prefix.len()..)?.bytes().take_while(u8::is_ascii_hexdigit).count();
        let is_word = !name.get(..start + at)?.ends_with(|before: char| before.is_ascii_alphanumeric());
        if is_word && digits >= 8 {
            return found.get(..prefix.len() + digits).map(|id| Name::Aws(id.to_owned()));
        }
        start += at + prefix.len();
    }
    None
}

/// The VPC that a key names.
fn vpc_of(record: Record<'_>, name: &Name, builder: &mut Builder) -> Fact<VpcIndex> {
    match record.name("VpcId") {
        Some(vpc) => Fact::Known(builder.vpc(&vpc)),
        None => Fact::Unknown(Missing::Component(name.clone())),
    }
}

/// A subnet that something else names: of it, that tells the VPC.
fn subnet_in(name: &Name, vpc: &Fact<VpcIndex>, builder: &mut Builder) -> SubnetIndex {
    let index = builder.subnet(name);
    let subnet = &mut builder.network.subnets[index.0];
    if subnet.vpc.known().is_none() && vpc.known().is_some() {
        subnet.vpc = vpc.clone();
    }
    index
}

/// A part of a component that no file describes.
fn part(of: &Name, what: &'static str) -> Missing {
    Missing::Component(Name::Implied { of: Box::new(of.clone()), what })
}

/// Takes the region from whatever tells it first.
fn note_region(builder: &mut Builder, region: &str) {
    if builder.network.region.is_none() && is_region(region) {
        builder.network.region = Some(region.to_owned());
    }
}

#[cfg(test)]
mod tests;
