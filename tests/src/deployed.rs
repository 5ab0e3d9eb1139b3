//! A case as if it were deployed: what describe calls would print of its network, and a template of the rest that
//! names the network by AWS's ids. Nothing of our own resolution of networks is used, so that both can be compared.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;
use serde_json::{Map, Value, json};
use vpcheck_core::Source;

use crate::kernel::Case;
use crate::plain::{References, Template, text};

/// The two halves.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// What each describe call prints.
    pub context: Vec<Source>,
    /// The functions and what they talk to, as a template in JSON.
    pub template: String,
    /// AWS's id of each component of the network, by logical id.
    pub ids: BTreeMap<String, String>,
}

type Result<T> = std::result::Result<T, String>;

const ACCOUNT: &str = "111122223333";
const ANYWHERE: &str = "0.0.0.0/0";

/// The types that describe calls show, with the prefixes of their ids. Rules, routes, entries and attachments have
/// none of their own.
const NETWORK: [(&str, &str); 18] = [
    ("AWS::EC2::VPC", "vpc"),
    ("AWS::EC2::VPCCidrBlock", "vpc-cidr-assoc"),
    ("AWS::EC2::Subnet", "subnet"),
    ("AWS::EC2::RouteTable", "rtb"),
    ("AWS::EC2::SubnetRouteTableAssociation", "rtbassoc"),
    ("AWS::EC2::Route", ""),
    ("AWS::EC2::NetworkAcl", "acl"),
    ("AWS::EC2::NetworkAclEntry", ""),
    ("AWS::EC2::SubnetNetworkAclAssociation", "aclassoc"),
    ("AWS::EC2::SecurityGroup", "sg"),
    ("AWS::EC2::SecurityGroupIngress", "sgr"),
    ("AWS::EC2::SecurityGroupEgress", "sgr"),
    ("AWS::EC2::InternetGateway", "igw"),
    ("AWS::EC2::VPCGatewayAttachment", ""),
    ("AWS::EC2::NatGateway", "nat"),
    ("AWS::EC2::EIP", "eipalloc"),
    ("AWS::EC2::VPCEndpoint", "vpce"),
    ("AWS::EC2::VPCPeeringConnection", "pcx"),
];

/// Deploys a case.
///
/// # Errors
/// A template with something that the cases do not have.
pub fn deploy(case: &Case) -> Result<Deployed> {
    let facts = &case.facts;
    let template = Template::read(&case.template, &facts.region, &facts.azs)?;
    let mut names = Names::default();
    for (id, kind, body) in template.resources()? {
        if kind == "AWS::EC2::Route" && !body["Properties"]["InstanceId"].is_null() {
            // Instances stay in the template, and so do the routes that lead to them.
            names.kept.insert(id.to_owned(), kind.to_owned());
        } else if let Some((_, prefix)) = NETWORK.iter().find(|(network, _)| *network == kind) {
            names.ids.insert(id.to_owned(), made_up_id(prefix, id));
            if kind == "AWS::EC2::VPC" {
                let range = template.value(&body["Properties"]["CidrBlock"], &Names::default())?;
                names.ranges.insert(id.to_owned(), range.unwrap_or_default());
            }
        } else {
            names.kept.insert(id.to_owned(), kind.to_owned());
            let properties = &body["Properties"];
            let address = [properties, &properties["NetworkInterfaces"][0]]
                .into_iter()
                .find_map(|one| one["PrivateIpAddress"].as_str());
            names.addresses.extend(address.map(|address| (id.to_owned(), address.to_owned())));
        }
    }
    let mut resources: BTreeMap<&str, Vec<(String, Value)>> = BTreeMap::new();
    let mut kept = Map::new();
    for (id, kind, body) in template.resources()? {
        if names.kept.contains_key(id) {
            let mut whole = Map::new();
            for (key, value) in body.as_object().into_iter().flatten() {
                if !matches!(key.as_str(), "Condition" | "DependsOn")
                    && let Some(value) = template.value(value, &names)?
                {
                    whole.insert(key.clone(), value);
                }
            }
            kept.insert(id.to_owned(), whole.into());
        } else {
            let properties = template.value(&body["Properties"], &names)?.unwrap_or_default();
            resources.entry(kind).or_default().push((names.ids[id].clone(), properties));
        }
    }
    let mut root = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": kept });
    if let Some(transform) = template.transform() {
        root["Transform"] = transform.clone();
    }
    let region = Region { name: &facts.region, resources };
    let mut context = region.describe()?;
    context.push(file(
        "prefix-lists",
        &json!({ "PrefixLists": facts.prefix_lists.iter().map(|(service, list)| json!({
            "PrefixListId": list.id,
            "PrefixListName": format!("com.amazonaws.{}.{service}", facts.region),
            "Cidrs": list.cidrs.iter().map(Ipv4Net::to_string).collect::<Vec<_>>(),
        })).collect::<Vec<_>>() }),
    ));
    let template = serde_json::to_string_pretty(&root).map_err(|error| error.to_string())?;
    Ok(Deployed { context, template, ids: names.ids })
}

fn file(call: &str, content: &Value) -> Source {
    Source { path: format!("{call}.json"), text: format!("{content:#}") }
}

/// An id of AWS's form that is always the same for a name.
fn made_up_id(prefix: &str, name: &str) -> String {
    let number = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{prefix}-0{number:016x}")
}

/// How references come out: AWS's ids for the network, as they are for the rest.
#[derive(Default)]
struct Names {
    ids: BTreeMap<String, String>,
    /// What the attribute `CidrBlock` of VPCs gives.
    ranges: BTreeMap<String, Value>,
    kept: BTreeMap<String, String>,
    /// What the attribute `PrivateIp` of instances with a fixed address gives: describe calls show numbers.
    addresses: BTreeMap<String, String>,
}

impl References for Names {
    fn id(&self, resource: &str) -> Option<Value> {
        if self.kept.contains_key(resource) {
            return Some(json!({ "Ref": resource }));
        }
        self.ids.get(resource).map(|id| json!(id))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Option<Value> {
        if let Some(address) = self.addresses.get(resource).filter(|_| attribute == "PrivateIp") {
            return Some(json!(address));
        }
        if self.kept.contains_key(resource) {
            return Some(json!({ "Fn::GetAtt": [resource, attribute] }));
        }
        let id = self.ids.get(resource)?;
        match attribute {
            "VpcId" | "SubnetId" | "GroupId" | "RouteTableId" | "Id" | "NatGatewayId" | "AllocationId"
            | "InternetGatewayId" => Some(json!(id)),
            "DefaultSecurityGroup" => Some(json!(made_up_id("sg", id))),
            "DefaultNetworkAcl" => Some(json!(made_up_id("acl", id))),
            "CidrBlock" => self.ranges.get(resource).cloned(),
            _ => None,
        }
    }
}

/// The network's resources by type, each with its id and computed properties.
struct Region<'c> {
    name: &'c str,
    resources: BTreeMap<&'c str, Vec<(String, Value)>>,
}

impl Region<'_> {
    fn all(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let kind = format!("AWS::EC2::{kind}");
        self.resources
            .get(kind.as_str())
            .into_iter()
            .flatten()
            .map(|(id, properties)| (id.as_str(), properties))
    }

    /// Those whose property is `value`.
    fn with(&self, kind: &str, property: &str, value: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.all(kind).filter(move |(_, properties)| properties[property] == *value)
    }

    fn describe(&self) -> Result<Vec<Source>> {
        let dhcp = made_up_id("dopt", "amazon");
        let mut files = vec![
            file("vpcs", &json!({ "Vpcs": self.vpcs(&dhcp) })),
            file("subnets", &json!({ "Subnets": self.subnets() })),
            file("route-tables", &json!({ "RouteTables": self.route_tables() })),
            file("network-acls", &json!({ "NetworkAcls": self.acls()? })),
            file("security-groups", &json!({ "SecurityGroups": self.groups()? })),
            file("nat-gateways", &json!({ "NatGateways": self.nat_gateways()? })),
            file("internet-gateways", &json!({ "InternetGateways": self.internet_gateways() })),
            file("vpc-endpoints", &json!({ "VpcEndpoints": self.endpoints() })),
            file("vpc-peering-connections", &json!({ "VpcPeeringConnections": self.peerings() })),
            file(
                "dhcp-options",
                &json!({ "DhcpOptions": [{ "DhcpOptionsId": dhcp, "OwnerId": ACCOUNT, "DhcpConfigurations": [
                    { "Key": "domain-name-servers", "Values": [{ "Value": "AmazonProvidedDNS" }] }
                ] }] }),
            ),
        ];
        for (id, properties) in self.all("VPC") {
            for (attribute, default) in [("EnableDnsSupport", true), ("EnableDnsHostnames", false)] {
                let on = properties.get(attribute).map_or(default, |value| text(value) == "true");
                files.push(file(
                    &format!("vpc-attribute-{attribute}-{id}"),
                    &json!({ "VpcId": id, attribute: { "Value": on } }),
                ));
            }
        }
        Ok(files)
    }

    fn cidrs<'a>(&'a self, vpc: &'a str) -> impl Iterator<Item = String> + 'a {
        let first = self.all("VPC").filter(move |(id, _)| *id == vpc);
        let more = self.with("VPCCidrBlock", "VpcId", vpc);
        first.chain(more).map(|(_, properties)| text(&properties["CidrBlock"]))
    }

    fn vpcs(&self, dhcp: &str) -> Vec<Value> {
        self.all("VPC")
            .map(|(id, properties)| {
                json!({
                    "VpcId": id, "CidrBlock": properties["CidrBlock"], "DhcpOptionsId": dhcp,
                    "State": "available", "OwnerId": ACCOUNT, "InstanceTenancy": "default", "IsDefault": false,
                    "CidrBlockAssociationSet": self.cidrs(id).map(|cidr| json!({
                        "AssociationId": made_up_id("vpc-cidr-assoc", &cidr), "CidrBlock": cidr,
                        "CidrBlockState": { "State": "associated" },
                    })).collect::<Vec<_>>(),
                })
            })
            .collect()
    }

    fn subnets(&self) -> Vec<Value> {
        self.all("Subnet")
            .map(|(id, properties)| {
                json!({
                    "SubnetId": id, "VpcId": properties["VpcId"], "CidrBlock": properties["CidrBlock"],
                    "AvailabilityZone": properties["AvailabilityZone"], "State": "available",
                    "MapPublicIpOnLaunch": properties.get("MapPublicIpOnLaunch").is_some_and(|value| text(value) == "true"),
                    "Ipv6CidrBlockAssociationSet": [], "OwnerId": ACCOUNT,
                })
            })
            .collect()
    }

    fn route_tables(&self) -> Vec<Value> {
        let local = |vpc: &str| {
            self.cidrs(vpc)
                .map(|cidr| {
                    json!({
                        "DestinationCidrBlock": cidr, "GatewayId": "local",
                        "Origin": "CreateRouteTable", "State": "active",
                    })
                })
                .collect::<Vec<_>>()
        };
        let mut tables = Vec::new();
        for (vpc, _) in self.all("VPC") {
            let id = made_up_id("rtb", vpc);
            tables.push(json!({
                "RouteTableId": id, "VpcId": vpc, "OwnerId": ACCOUNT, "Routes": local(vpc),
                "PropagatingVgws": [], "Associations": [{
                    "Main": true, "RouteTableId": id, "AssociationState": { "State": "associated" },
                    "RouteTableAssociationId": made_up_id("rtbassoc", vpc),
                }],
            }));
        }
        for (id, properties) in self.all("RouteTable") {
            let mut routes = local(&text(&properties["VpcId"]));
            for (_, route) in self.with("Route", "RouteTableId", id) {
                let mut shown = json!({ "Origin": "CreateRoute", "State": "active" });
                for (key, value) in
                    route.as_object().into_iter().flatten().filter(|(key, _)| *key != "RouteTableId")
                {
                    shown[key] = value.clone();
                }
                routes.push(shown);
            }
            for (endpoint, properties) in self.all("VPCEndpoint") {
                if list(&properties["RouteTableIds"]).contains(&json!(id)) {
                    routes.push(json!({
                        "DestinationPrefixListId": self.prefix_list_of(properties), "GatewayId": endpoint,
                        "Origin": "CreateRoute", "State": "active",
                    }));
                }
            }
            let associations: Vec<Value> = self
                .with("SubnetRouteTableAssociation", "RouteTableId", id)
                .map(|(association, properties)| {
                    json!({
                        "Main": false, "RouteTableId": id, "SubnetId": properties["SubnetId"],
                        "RouteTableAssociationId": association, "AssociationState": { "State": "associated" },
                    })
                })
                .collect();
            tables.push(json!({
                "RouteTableId": id, "VpcId": properties["VpcId"], "OwnerId": ACCOUNT, "Routes": routes,
                "PropagatingVgws": [], "Associations": associations,
            }));
        }
        tables
    }

    /// The lists of us-east-1, which is where the cases are; elsewhere the id only has to be the same everywhere.
    fn prefix_list_of(&self, endpoint: &Value) -> String {
        let service = text(&endpoint["ServiceName"]);
        match (self.name, service.rsplit('.').next()) {
            ("us-east-1", Some("s3")) => "pl-63a5400a".to_owned(),
            ("us-east-1", Some("dynamodb")) => "pl-02cd2c6b".to_owned(),
            _ => made_up_id("pl", &service),
        }
    }

    fn acls(&self) -> Result<Vec<Value>> {
        let of_subnet: BTreeMap<String, String> = self
            .all("SubnetNetworkAclAssociation")
            .map(|(_, properties)| (text(&properties["SubnetId"]), text(&properties["NetworkAclId"])))
            .collect();
        let associated = |acl: &str, vpc: Option<&str>| {
            self.all("Subnet")
                .filter(|(subnet, properties)| match of_subnet.get(*subnet) {
                    Some(other) => other == acl,
                    None => vpc.is_some_and(|vpc| properties["VpcId"] == *vpc),
                })
                .map(|(subnet, _)| {
                    json!({
                        "NetworkAclId": acl, "SubnetId": subnet,
                        "NetworkAclAssociationId": made_up_id("aclassoc", subnet),
                    })
                })
                .collect::<Vec<_>>()
        };
        let entry = |number: u16, egress: bool, action: &str| {
            json!({
                "RuleNumber": number, "Egress": egress, "Protocol": "-1", "RuleAction": action,
                "CidrBlock": ANYWHERE,
            })
        };
        let mut acls = Vec::new();
        for (vpc, _) in self.all("VPC") {
            let id = made_up_id("acl", vpc);
            let entries = [(100, "allow"), (32767, "deny")]
                .into_iter()
                .flat_map(|(number, action)| [true, false].map(|egress| entry(number, egress, action)));
            acls.push(json!({
                "NetworkAclId": id, "VpcId": vpc, "IsDefault": true, "OwnerId": ACCOUNT,
                "Entries": entries.collect::<Vec<_>>(), "Associations": associated(&id, Some(vpc)),
            }));
        }
        for (id, properties) in self.all("NetworkAcl") {
            let mut entries = vec![entry(32767, true, "deny"), entry(32767, false, "deny")];
            for (_, written) in self.with("NetworkAclEntry", "NetworkAclId", id) {
                let mut shown = json!({
                    "RuleNumber": number(&written["RuleNumber"])?,
                    "Egress": text(&written["Egress"]) == "true",
                    "Protocol": text(&written["Protocol"]),
                    "RuleAction": written["RuleAction"], "CidrBlock": written["CidrBlock"],
                });
                if let Some(ports) = written.get("PortRange") {
                    shown["PortRange"] =
                        json!({ "From": number(&ports["From"])?, "To": number(&ports["To"])? });
                }
                entries.push(shown);
            }
            acls.push(json!({
                "NetworkAclId": id, "VpcId": properties["VpcId"], "IsDefault": false, "OwnerId": ACCOUNT,
                "Entries": entries, "Associations": associated(id, None),
            }));
        }
        Ok(acls)
    }

    fn groups(&self) -> Result<Vec<Value>> {
        let mut groups = Vec::new();
        for (vpc, _) in self.all("VPC") {
            let id = made_up_id("sg", vpc);
            groups.push(json!({
                "GroupId": id, "GroupName": "default", "VpcId": vpc, "OwnerId": ACCOUNT,
                "Description": "default VPC security group",
                "IpPermissions": [permission(&json!({ "IpProtocol": "-1", "SourceSecurityGroupId": id }))?],
                "IpPermissionsEgress": [permission(&json!({ "IpProtocol": "-1", "CidrIp": ANYWHERE }))?],
            }));
        }
        for (id, properties) in self.all("SecurityGroup") {
            let rules = |inline: &str, standalone: &str| -> Result<Vec<Value>> {
                let inline = list(&properties[inline]).iter();
                let standalone = self.with(standalone, "GroupId", id).map(|(_, rule)| rule);
                let mut joined: Vec<Value> = Vec::new();
                for rule in inline.chain(standalone) {
                    join(&mut joined, permission(rule)?);
                }
                Ok(joined)
            };
            let mut egress = rules("SecurityGroupEgress", "SecurityGroupEgress")?;
            if egress.is_empty() {
                egress.push(permission(&json!({ "IpProtocol": "-1", "CidrIp": ANYWHERE }))?);
            }
            groups.push(json!({
                "GroupId": id, "GroupName": format!("stack-{id}"), "VpcId": properties["VpcId"],
                "OwnerId": ACCOUNT, "Description": properties["GroupDescription"],
                "IpPermissions": rules("SecurityGroupIngress", "SecurityGroupIngress")?,
                "IpPermissionsEgress": egress,
            }));
        }
        Ok(groups)
    }

    fn nat_gateways(&self) -> Result<Vec<Value>> {
        self.all("NatGateway")
            .enumerate()
            .map(|(at, (id, properties))| {
                let subnet = self.all("Subnet").find(|(subnet, _)| properties["SubnetId"] == *subnet);
                let (_, subnet) = subnet.ok_or("a NAT gateway without a subnet")?;
                let public = properties.get("ConnectivityType").is_none_or(|kind| kind == "public");
                let mut address = json!({
                    "NetworkInterfaceId": made_up_id("eni", id), "Status": "succeeded", "IsPrimary": true,
                });
                if public {
                    address["AllocationId"] = properties["AllocationId"].clone();
                    address["PublicIp"] = json!(format!("198.51.100.{}", 240 + at));
                }
                Ok(json!({
                    "NatGatewayId": id, "SubnetId": properties["SubnetId"], "VpcId": subnet["VpcId"],
                    "State": "available", "ConnectivityType": if public { "public" } else { "private" },
                    "NatGatewayAddresses": [address],
                }))
            })
            .collect()
    }

    fn internet_gateways(&self) -> Vec<Value> {
        self.all("InternetGateway")
            .map(|(id, _)| {
                let attachments: Vec<Value> = self
                    .with("VPCGatewayAttachment", "InternetGatewayId", id)
                    .map(|(_, properties)| json!({ "State": "available", "VpcId": properties["VpcId"] }))
                    .collect();
                json!({ "InternetGatewayId": id, "OwnerId": ACCOUNT, "Attachments": attachments })
            })
            .collect()
    }

    fn endpoints(&self) -> Vec<Value> {
        self.all("VPCEndpoint")
            .map(|(id, properties)| {
                let interface = properties["VpcEndpointType"] == "Interface";
                let mut groups = list(&properties["SecurityGroupIds"]).to_vec();
                if interface && groups.is_empty() {
                    groups.push(json!(made_up_id("sg", &text(&properties["VpcId"]))));
                }
                let groups: Vec<Value> =
                    groups.iter().map(|id| json!({ "GroupId": id, "GroupName": "group" })).collect();
                json!({
                    "VpcEndpointId": id, "VpcId": properties["VpcId"], "ServiceName": properties["ServiceName"],
                    "VpcEndpointType": if interface { "Interface" } else { "Gateway" },
                    "State": "available", "OwnerId": ACCOUNT,
                    "PolicyDocument": "{\n  \"Statement\": [\n    {\n      \"Action\": \"*\", \n      \"Effect\": \"Allow\", \n      \"Principal\": \"*\", \n      \"Resource\": \"*\"\n    }\n  ]\n}",
                    "RouteTableIds": list(&properties["RouteTableIds"]),
                    "SubnetIds": list(&properties["SubnetIds"]), "Groups": groups,
                    "PrivateDnsEnabled": properties.get("PrivateDnsEnabled").is_some_and(|value| text(value) == "true"),
                    "NetworkInterfaceIds": list(&properties["SubnetIds"]).iter()
                        .map(|subnet| made_up_id("eni", &format!("{id}{}", text(subnet)))).collect::<Vec<_>>(),
                })
            })
            .collect()
    }

    fn peerings(&self) -> Vec<Value> {
        self.all("VPCPeeringConnection")
            .map(|(id, properties)| {
                let side = |vpc: &Value| {
                    let vpc = text(vpc);
                    let cidrs: Vec<String> = self.cidrs(&vpc).collect();
                    json!({
                        "VpcId": vpc, "OwnerId": ACCOUNT, "Region": self.name, "CidrBlock": cidrs.first(),
                        "CidrBlockSet": cidrs.iter().map(|cidr| json!({ "CidrBlock": cidr })).collect::<Vec<_>>(),
                    })
                };
                json!({
                    "VpcPeeringConnectionId": id, "Status": { "Code": "active", "Message": "Active" },
                    "RequesterVpcInfo": side(&properties["VpcId"]),
                    "AccepterVpcInfo": side(&properties["PeerVpcId"]),
                })
            })
            .collect()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn number(value: &Value) -> Result<i64> {
    text(value).parse().map_err(|_| format!("no number: {value}"))
}

/// A rule as a group's description shows it. AWS writes the usual protocols by name.
fn permission(rule: &Value) -> Result<Value> {
    let protocol = match &*text(&rule["IpProtocol"]).to_lowercase() {
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        other => other.to_owned(),
    };
    let mut shown = json!({
        "IpProtocol": protocol, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [],
    });
    if protocol != "-1" {
        shown["FromPort"] = json!(number(&rule["FromPort"])?);
        shown["ToPort"] = json!(number(&rule["ToPort"])?);
    }
    let first = |names: &[&str]| names.iter().find_map(|name| rule.get(*name).cloned());
    if let Some(cidr) = first(&["CidrIp"]) {
        shown["IpRanges"] = json!([{ "CidrIp": cidr }]);
    } else if let Some(group) = first(&["SourceSecurityGroupId", "DestinationSecurityGroupId"]) {
        shown["UserIdGroupPairs"] = json!([{ "GroupId": group, "UserId": ACCOUNT }]);
    } else if let Some(prefixes) = first(&["SourcePrefixListId", "DestinationPrefixListId"]) {
        shown["PrefixListIds"] = json!([{ "PrefixListId": prefixes }]);
    } else {
        return Err(format!("a rule without a peer: {rule}"));
    }
    Ok(shown)
}

/// Rules of one protocol and port range are one permission with several peers.
fn join(permissions: &mut Vec<Value>, new: Value) {
    let same = permissions
        .iter_mut()
        .find(|one| ["IpProtocol", "FromPort", "ToPort"].iter().all(|key| one.get(*key) == new.get(*key)));
    let Some(known) = same else {
        permissions.push(new);
        return;
    };
    for key in ["IpRanges", "PrefixListIds", "UserIdGroupPairs"] {
        if let Some(peers) = known[key].as_array_mut() {
            peers.extend(list(&new[key]).iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel;

    /// Every component of the cases' networks is shown, and nothing refers to one that is not.
    #[test]
    fn what_is_named_is_shown() {
        let Some(folder) = kernel::beside_workspace() else {
            println!("skipped: no kernel cases beside the workspace");
            return;
        };
        for case in kernel::cases(&folder).expect("the cases can be read") {
            let deployed = deploy(&case).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            let texts: String = deployed.context.iter().map(|source| source.text.as_str()).collect();
            for id in deployed.ids.values() {
                let shown = ["vpc-0", "subnet-", "rtb-", "acl-", "sg-", "igw-", "nat-", "vpce-", "pcx-"];
                if shown.iter().any(|prefix| id.starts_with(prefix)) {
                    assert!(texts.contains(id.as_str()), "{}: {id} is not shown", case.name);
                }
            }
            for (logical, id) in &deployed.ids {
                let named = format!("\"Ref\": \"{logical}\"");
                assert!(!deployed.template.contains(&named), "{}: {logical} is {id}", case.name);
            }
        }
    }
}
