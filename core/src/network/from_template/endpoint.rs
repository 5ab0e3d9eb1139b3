//! Endpoints of services.

use super::fields::own_name;
use super::reader::{BROKEN, Named, Reader, Split, flag, missing, text};
use crate::network::builder::undescribed;
use crate::network::{
    Builder, Destination, Endpoint, EndpointKind, EndpointPolicy, Fact, Listed, Missing, Place, Route,
    TableIndex, Target, VpcIndex,
};
use crate::template::{Case, Part, Resource, Text, Unknown, Value};

/// Writes interface and gateway endpoints, and the routes to the latter.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::VPCEndpoint"])? {
        let vpc = reader.vpc(resource, "VpcId", builder)?;
        let service = match reader.property(resource, &["ServiceName"])? {
            Some(case) => match &case.value {
                Value::Text(text) => service(text),
                Value::Unknown(unknown) => Fact::Unknown(Missing::Value(unknown.clone())),
                _ => Fact::Unknown(BROKEN),
            },
            None => Fact::Unknown(BROKEN),
        };
        match kind(reader, resource)? {
            Kind::Gateway => gateway(reader, resource, vpc, service, builder)?,
            Kind::Interface => interface(reader, resource, vpc, service, builder)?,
            Kind::Other => {}
        }
    }
    Ok(())
}

enum Kind {
    Gateway,
    Interface,
    /// Of an appliance, or of a resource or service network of VPC Lattice: no way to a service.
    Other,
}

fn kind(reader: Reader<'_, '_>, resource: &Resource) -> Result<Kind, Split> {
    Ok(match reader.text(resource, &["VpcEndpointType"])? {
        None => Kind::Gateway,
        Some(Fact::Known(kind)) if kind.eq_ignore_ascii_case("Gateway") => Kind::Gateway,
        Some(Fact::Known(kind)) if kind.eq_ignore_ascii_case("Interface") => Kind::Interface,
        Some(Fact::Known(_)) => Kind::Other,
        // Only one of the kinds has route tables.
        Some(Fact::Unknown(_)) if reader.property(resource, &["RouteTableIds"])?.is_some() => Kind::Gateway,
        Some(Fact::Unknown(_)) => Kind::Interface,
    })
}

fn gateway(
    reader: Reader<'_, '_>,
    resource: &Resource,
    vpc: Fact<VpcIndex>,
    service: Fact<String>,
    builder: &mut Builder,
) -> Result<(), Split> {
    let named = list(reader, resource, "RouteTableIds", builder)?;
    let places: Vec<Option<Place>> = named.iter().map(|named| named.at).collect();
    let tables = listed(&named, |named| builder.table(&named.name));
    let destination = match &service {
        Fact::Known(service) => Destination::PrefixList(builder.service_prefix_list(service)),
        Fact::Unknown(missing) => Destination::Unknown(missing.clone()),
    };
    let routed: Vec<(TableIndex, Option<Place>)> = tables.items.iter().copied().zip(places).collect();
    let endpoint = builder.endpoint(Endpoint {
        name: own_name(resource),
        at: reader.declared(resource),
        vpc,
        service,
        kind: EndpointKind::Gateway { tables },
        policy: policy(reader, resource)?,
    });
    for (table, at) in routed {
        let target = Target::GatewayEndpoint(endpoint);
        let route = Route { at, destination: destination.clone(), target, blackhole: false };
        builder.network.tables[table.0].routes.items.push(route);
    }
    Ok(())
}

fn interface(
    reader: Reader<'_, '_>,
    resource: &Resource,
    vpc: Fact<VpcIndex>,
    service: Fact<String>,
    builder: &mut Builder,
) -> Result<(), Split> {
    let named = list(reader, resource, "SubnetIds", builder)?;
    let subnets = listed(&named, |named| {
        let index = builder.subnet(&named.name);
        builder.network.subnets[index.0].several |= named.several;
        index
    });
    let named = list(reader, resource, "SecurityGroupIds", builder)?;
    let groups = match (&vpc, named.is_empty()) {
        (Fact::Known(vpc), true) => Listed::all(vec![builder.network.vpcs[vpc.0].default_group]),
        (Fact::Unknown(missing), true) => Listed::unknown(missing.clone()),
        (_, false) => listed(&named, |named| builder.group(&named.name)),
    };
    let private_dns = reader.property(resource, &["PrivateDnsEnabled"])?;
    let kind = EndpointKind::Interface {
        subnets,
        groups,
        private_dns: private_dns.as_ref().map_or(Fact::Known(false), flag),
        private_dns_at: private_dns.as_ref().and_then(Reader::place),
        inbound_resolver_only: inbound_resolver_only(reader, resource)?,
    };
    let (name, at) = (own_name(resource), reader.declared(resource));
    let policy = policy(reader, resource)?;
    builder.endpoint(Endpoint { name, at, vpc, service, kind, policy });
    Ok(())
}

/// The names in a list that is a property; none where it is not written.
fn list(
    reader: Reader<'_, '_>,
    resource: &Resource,
    property: &str,
    builder: &Builder,
) -> Result<Vec<Named>, Split> {
    match reader.property(resource, &[property])? {
        Some(list) => reader.names(&list, builder),
        None => Ok(Vec::new()),
    }
}

/// Components by their names. One that stands for several leaves open what else there is.
fn listed<T>(named: &[Named], find: impl FnMut(&Named) -> T) -> Listed<T> {
    let rest = named.iter().find(|named| named.several).map(|named| undescribed(&named.name));
    Listed { items: named.iter().map(find).collect(), rest }
}

fn inbound_resolver_only(reader: Reader<'_, '_>, resource: &Resource) -> Result<Fact<bool>, Split> {
    let path = ["DnsOptions", "PrivateDnsOnlyForInboundResolverEndpoint"];
    Ok(match reader.property(resource, &path)? {
        None => Fact::Known(false),
        Some(case) => match text(&case) {
            Fact::Known(text) if text.eq_ignore_ascii_case("OnlyInboundResolver") => Fact::Known(true),
            Fact::Known(text) if ["AllResolvers", "NotSpecified"].contains(&text.as_str()) => {
                Fact::Known(false)
            }
            _ => flag(&case),
        },
    })
}

/// The suffix of a service's name, behind the region; the whole name of services that are not AWS's own.
fn service(text: &Text) -> Fact<String> {
    const REGION: char = '\u{1}';
    const UNKNOWN: char = '\u{2}';
    let mut name = String::new();
    for part in &text.parts {
        match part {
            Part::Literal(literal) => name.push_str(literal),
            Part::Unknown(Unknown::Pseudo(pseudo)) if pseudo == "AWS::Region" => name.push(REGION),
            _ => name.push(UNKNOWN),
        }
    }
    let is_open = |name: &str| name.contains([REGION, UNKNOWN]);
    let whole = |name: &str| {
        if is_open(name) { Fact::Unknown(missing(text)) } else { Fact::Known(name.to_owned()) }
    };
    let name = name.trim();
    let own = ["com.amazonaws.", "cn.com.amazonaws.", "aws.sagemaker.", "aws.api."]
        .iter()
        .find_map(|start| name.strip_prefix(start));
    let Some(own) = own else { return whole(name) };
    match own.split_once('.') {
        // A service that somebody offers by PrivateLink.
        Some(("vpce", _)) => whole(name),
        Some((region, suffix)) if is_region(region) || is_open(region) => {
            // The last of the parts that are not known is the service's; the first is the region.
            let of_service = || text.unknowns().last().cloned().unwrap_or(Unknown::Broken);
            if is_open(suffix) {
                Fact::Unknown(Missing::Value(of_service()))
            } else {
                Fact::Known(suffix.to_owned())
            }
        }
        _ => whole(own),
    }
}

/// Whether a word is a region's name: `ap-northeast-1`.
fn is_region(word: &str) -> bool {
    let mut pieces = word.rsplit('-');
    let number = pieces.next().unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && pieces.count() >= 2
}

fn policy(reader: Reader<'_, '_>, resource: &Resource) -> Result<EndpointPolicy, Split> {
    let Some(document) = reader.property(resource, &["PolicyDocument"])? else {
        return Ok(EndpointPolicy::Open);
    };
    let written = EndpointPolicy::Written(Place::in_template(document.span));
    let Some(statements) = reader.entry(&document, "Statement")? else { return Ok(written) };
    let statements = reader.items(&statements)?;
    let mut open = false;
    for statement in &statements.items {
        let Some(effect) = reader.entry(statement, "Effect")? else { return Ok(written) };
        if text(&effect) != Fact::Known("Allow".to_owned()) {
            return Ok(written);
        }
        open |= allows_everything(reader, statement)?;
    }
    Ok(if open && statements.rest.is_none() { EndpointPolicy::Open } else { written })
}

/// Whether a statement that allows does so for everybody, every action and every resource.
fn allows_everything(reader: Reader<'_, '_>, statement: &Case) -> Result<bool, Split> {
    if reader.entry(statement, "Condition")?.is_some() {
        return Ok(false);
    }
    for key in ["Principal", "Action", "Resource"] {
        let Some(mut value) = reader.entry(statement, key)? else { return Ok(false) };
        if key == "Principal"
            && let Value::Map(_) = value.value
        {
            match reader.entry(&value, "AWS")? {
                Some(inner) => value = inner,
                None => return Ok(false),
            }
        }
        if !reader.items(&value)?.items.iter().any(|item| text(item) == Fact::Known("*".to_owned())) {
            return Ok(false);
        }
    }
    Ok(true)
}
