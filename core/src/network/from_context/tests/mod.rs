use super::{Context, ContextProblem};
use crate::finding::FileId;
use crate::network::{
    Builder, Cidr, Fact, Missing, Name, Network, Place, RouteTable, SecurityGroup, Subnet, Vpc,
};
use crate::text::Span;

mod gateways;
mod reading;
mod rules;
mod vpcs;

/// The network of files with the given names and texts, and what is wrong with them.
fn read(files: &[(&str, &str)]) -> (Network, Vec<ContextProblem>) {
    let files: Vec<_> = (1..).zip(files).map(|(at, (path, text))| (FileId(at), *path, *text)).collect();
    let (context, problems) = Context::read_named(&files);
    let mut builder = Builder::default();
    context.declare(&mut builder);
    (builder.network, problems)
}

/// The network of one text without problems.
fn network(text: &str) -> Network {
    let (network, problems) = read(&[("all.json", text)]);
    assert_eq!(problems, []);
    network
}

fn aws(id: &str) -> Name {
    Name::Aws(id.to_owned())
}

fn vpc<'n>(network: &'n Network, id: &str) -> &'n Vpc {
    network.vpcs.iter().find(|vpc| vpc.name == aws(id)).unwrap()
}

fn subnet<'n>(network: &'n Network, id: &str) -> &'n Subnet {
    network.subnets.iter().find(|subnet| subnet.name == aws(id)).unwrap()
}

fn table<'n>(network: &'n Network, id: &str) -> &'n RouteTable {
    let mut found = network.tables.iter().filter(|table| table.name == aws(id));
    let table = found.next().unwrap();
    assert!(found.next().is_none(), "{id} stands once");
    table
}

fn group<'n>(network: &'n Network, id: &str) -> &'n SecurityGroup {
    let mut found = network.groups.iter().filter(|group| group.name == aws(id));
    let group = found.next().unwrap();
    assert!(found.next().is_none(), "{id} stands once");
    group
}

fn net(text: &str) -> Cidr {
    Cidr::Known(text.parse().unwrap())
}

/// The text at a place of a file.
fn text_at(text: &str, place: Option<Place>) -> &str {
    let place = place.unwrap();
    assert_eq!(place.file, FileId(1));
    slice(text, place.span)
}

fn slice(text: &str, span: Span) -> &str {
    span.slice(text)
}

fn part(of: &str, what: &'static str) -> Missing {
    Missing::Component(Name::Implied { of: Box::new(aws(of)), what })
}

fn unknown<T>(missing: Missing) -> Fact<T> {
    Fact::Unknown(missing)
}
