//! Transit gateways with what is attached to them and their route tables.
//!
//! What `search-transit-gateway-routes` prints does not say which table it is of: that is told by a
//! `TransitGatewayRouteTableId` beside `Routes`, else by the file's name (`tgw-rtb-0123.json`), else there must be one
//! table only. It holds the routes that are learned, too.

use super::record::Record;
use super::{Answers, id_in, subnet_in};
use crate::network::{
    Attached, Attachment, Builder, Cidr, Destination, Fact, Listed, Missing, Name, Topic, TransitRoute,
    VpnConnectionIndex,
};
use crate::phrase;

const GONE: [&str; 6] = ["deleted", "deleting", "failed", "failing", "rejected", "rejecting"];

/// One answer of `search-transit-gateway-routes`.
pub(super) struct Routes<'a> {
    record: Record<'a>,
    /// The table that the file's name tells.
    file_name: Option<Name>,
}

impl<'a> Routes<'a> {
    pub(super) fn new(record: Record<'a>, path: &str) -> Self {
        Self { record, file_name: id_in(path, "tgw-rtb-") }
    }
}

/// Writes them. VPN connections have to be written before.
pub(super) fn transit_gateways(answers: &Answers<'_>, builder: &mut Builder) {
    for record in answers.of("TransitGateways") {
        gateway(record, builder);
    }
    let mut tables = Vec::new();
    for record in answers.of("TransitGatewayRouteTables").filter(|record| !record.is_any("State", &GONE)) {
        let Some((name, place)) = record.id("TransitGatewayRouteTableId") else { continue };
        let index = builder.transit_table(&name);
        builder.network.transit_tables[index.0].at = Some(place);
        tables.push(name);
    }
    for record in answers.of("TransitGatewayAttachments") {
        attachment(record, builder);
    }
    for record in answers.of("TransitGatewayVpcAttachments") {
        vpc_attachment(record, builder);
    }
    // An answer without a filter tells all attachments of one's own gateways; one with a filter cannot be told from it.
    if answers.objects.contains_key("TransitGatewayAttachments")
        && answers.is_whole("TransitGatewayAttachments")
    {
        for gateway in builder.network.transit_gateways.iter_mut().filter(|gateway| gateway.at.is_some()) {
            gateway.others = None;
        }
    }
    for answer in &answers.transit_routes {
        routes(answer, &tables, builder);
    }
}

fn gateway(record: Record<'_>, builder: &mut Builder) {
    let Some((name, place)) = record.id("TransitGatewayId") else { return };
    if record.is_any("State", &GONE) {
        return;
    }
    let options = record.record("Options");
    let mut table_of = |flag: &str, named: &str| match options.and_then(|options| enabled(options, flag)) {
        Some(true) => match options.and_then(|options| options.name(named)) {
            Some(table) => Fact::Known(Some(builder.transit_table(&table))),
            None => Fact::Unknown(beyond(&name)),
        },
        Some(false) => Fact::Known(None),
        None => Fact::Unknown(beyond(&name)),
    };
    let association_table = table_of("DefaultRouteTableAssociation", "AssociationDefaultRouteTableId");
    let propagation_table = table_of("DefaultRouteTablePropagation", "PropagationDefaultRouteTableId");
    let references = options.and_then(|options| enabled(options, "SecurityGroupReferencingSupport"));
    let index = builder.transit_gateway(&name);
    let gateway = &mut builder.network.transit_gateways[index.0];
    gateway.at = Some(place);
    gateway.association_table = association_table;
    gateway.propagation_table = propagation_table;
    gateway.group_references = references.map_or(Fact::Unknown(beyond(&name)), Fact::Known);
}

/// `enable` or `disable`.
fn enabled(options: Record<'_>, key: &str) -> Option<bool> {
    match options.text(key)? {
        "enable" => Some(true),
        "disable" => Some(false),
        _ => None,
    }
}

fn beyond(name: &Name) -> Missing {
    Missing::Beyond(Topic::TransitGateway, name.clone())
}

/// What every attachment has, whatever it attaches; nothing where it is gone.
fn common<'b>(record: Record<'_>, builder: &'b mut Builder) -> Option<&'b mut Attachment> {
    let (name, place) = record.id("TransitGatewayAttachmentId")?;
    if record.is_any("State", &GONE) {
        return None;
    }
    let gateway = record.name("TransitGatewayId").map(|gateway| builder.transit_gateway(&gateway));
    let index = builder.attachment(&name);
    let attachment = &mut builder.network.attachments[index.0];
    attachment.at = Some(place);
    if let Some(gateway) = gateway {
        attachment.gateway = Fact::Known(gateway);
    }
    Some(attachment)
}

fn attachment(record: Record<'_>, builder: &mut Builder) {
    let connection = record.name("ResourceId").filter(|_| record.is_any("ResourceType", &["vpn"]));
    let connection = connection
        .and_then(|name| builder.network.vpn_connections.iter().position(|known| known.name == name));
    let vpc = record.name("ResourceId").filter(|_| record.is_any("ResourceType", &["vpc"]));
    let vpc = vpc.map(|vpc| builder.vpc(&vpc));
    let association = record.record("Association");
    let table = association
        .filter(|association| !association.is_any("State", &["disassociated", "disassociating"]))
        .and_then(|association| association.name("TransitGatewayRouteTableId"));
    let table = table.map(|table| builder.transit_table(&table));
    let Some(attachment) = common(record, builder) else { return };
    attachment.table = Fact::Known(table);
    match (vpc, connection) {
        (Some(vpc), _) => {
            let missing = beyond(&attachment.name);
            attachment.attached = Attached::Vpc {
                vpc: Fact::Known(vpc),
                subnets: Listed::unknown(missing.clone()),
                appliance_mode: Fact::Unknown(missing.clone()),
                ipv6: Fact::Unknown(missing),
            };
        }
        (None, Some(connection)) => attachment.attached = Attached::Vpn(VpnConnectionIndex(connection)),
        (None, None) => attachment.attached = Attached::Elsewhere,
    }
}

fn vpc_attachment(record: Record<'_>, builder: &mut Builder) {
    let vpc = record.name("VpcId").map(|vpc| builder.vpc(&vpc));
    let Some(name) = common(record, builder).map(|attachment| attachment.name.clone()) else { return };
    let vpc = vpc.map_or(Fact::Unknown(beyond(&name)), Fact::Known);
    let subnets = record.names("SubnetIds").iter().map(|subnet| subnet_in(subnet, &vpc, builder)).collect();
    let options = record.record("Options");
    let flag = |key: &str| {
        let flag = options.and_then(|options| enabled(options, key));
        flag.map_or(Fact::Unknown(beyond(&name)), Fact::Known)
    };
    let (appliance_mode, ipv6) = (flag("ApplianceModeSupport"), flag("Ipv6Support"));
    let index = builder.attachment(&name);
    let attachment = &mut builder.network.attachments[index.0];
    attachment.attached = Attached::Vpc { vpc, subnets: Listed::all(subnets), appliance_mode, ipv6 };
    attachment.group_references = flag("SecurityGroupReferencingSupport");
}

/// The routes of a table, learned ones included: so the table learns nothing beside.
fn routes(answer: &Routes<'_>, tables: &[Name], builder: &mut Builder) {
    let record = answer.record;
    let only = if let [only] = tables { Some(only.clone()) } else { None };
    let named = record.name("TransitGatewayRouteTableId").or_else(|| answer.file_name.clone());
    let Some(name) = named.or(only) else {
        record.wrong(
            record.node,
            phrase!(
                en: "these routes do not say which table of a transit gateway they are of: put its id into the file's name (`tgw-rtb-0123456789abcdef0.json`), or `TransitGatewayRouteTableId` beside `Routes`",
                ja: "どの Transit Gateway ルートテーブルのルートか分かりません。ファイル名に ID を入れるか (`tgw-rtb-0123456789abcdef0.json`)、`Routes` と並べて `TransitGatewayRouteTableId` を書いてください",
            ),
        );
        return;
    };
    let table = builder.transit_table(&name);
    let found: Vec<TransitRoute> =
        record.records("Routes").into_iter().filter_map(|route| self::route(route, builder)).collect();
    let is_cut = record.flag("AdditionalRoutesAvailable") == Some(true);
    let rest = is_cut.then(|| beyond(&name));
    let known = &mut builder.network.transit_tables[table.0];
    // Several answers, with filters of their own, tell of one table.
    let was_read = known.routes.rest.is_none();
    known.routes.items.extend(found);
    known.routes.rest = if was_read { None } else { rest.clone() };
    known.learned = Listed { items: Vec::new(), rest };
}

fn route(record: Record<'_>, builder: &mut Builder) -> Option<TransitRoute> {
    let destination = if let Some(list) = record.name("PrefixListId") {
        Destination::PrefixList(builder.prefix_list(&list))
    } else if record.text("DestinationCidrBlock")?.contains(':') {
        Destination::Ipv6(record.ipv6_cidr("DestinationCidrBlock")?)
    } else {
        Destination::Cidr(Cidr::Known(record.net("DestinationCidrBlock")?))
    };
    let target = if record.is_any("State", &["blackhole"]) {
        None
    } else {
        let ids: Vec<Name> = record
            .records("TransitGatewayAttachments")
            .into_iter()
            .filter_map(|attachment| attachment.name("TransitGatewayAttachmentId"))
            .collect();
        Some(match ids.as_slice() {
            [only] => Fact::Known(builder.attachment(only)),
            // Equal ways over several attachments: which one a flow takes is not told.
            _ => Fact::Unknown(Missing::Undocumented(Topic::TransitGateway)),
        })
    };
    Some(TransitRoute { at: Some(record.place()), destination, target })
}
