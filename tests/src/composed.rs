//! Small templates, put together from resources, and what a trace through them says.

use std::fmt::Write;
use std::net::IpAddr;

use ipnet::Ipv4Net;
use vpcheck_core::network::Missing;
use vpcheck_core::paths::{Code, Difference, Direction, Trace, Verdict};
use vpcheck_core::{Options, Source, TraceRequest, trace};

/// A template in the making. Properties are the inside of a YAML flow mapping: `CidrBlock: 10.0.0.0/16`.
#[derive(Clone, Debug, Default)]
pub struct Composed {
    /// Where AWS says what the test says.
    source: String,
    /// Sections but `Resources`.
    head: String,
    resources: Vec<Resource>,
    options: Options,
}

#[derive(Clone, Debug)]
struct Resource {
    id: String,
    kind: String,
    properties: String,
    condition: Option<String>,
}

/// The template of most facts; see [`Composed::home`]. `source` names the document that states the fact.
pub fn fact(source: &str) -> Composed {
    Composed::home(source)
}

impl Composed {
    /// No resource. Region us-east-1, with ranges for the prefix lists of S3 and DynamoDB and the names of two
    /// services.
    pub fn empty(source: &str) -> Self {
        let mut options = Options { region: Some("us-east-1".to_owned()), ..Options::default() };
        for (id, range) in [("pl-63a5400a", "198.51.100.0/25"), ("pl-02cd2c6b", "198.51.100.192/26")] {
            options.prefix_lists.insert(id.to_owned(), vec![net(range)]);
        }
        for (service, range) in [("secretsmanager", "192.0.2.16/29"), ("sqs", "192.0.2.32/29")] {
            options.addresses.insert(service.to_owned(), vec![net(range).into()]);
        }
        Self { source: source.to_owned(), options, ..Self::default() }
    }

    /// `Vpc` 10.0.0.0/16 with DNS on; `SubnetA` 10.0.1.0/24 and `SubnetB` 10.0.2.0/24 in two zones, each with a table
    /// of its own (`TableA`, `TableB`) and the VPC's default network ACL; `Function` in `SubnetA` with
    /// `FunctionGroup`, which has no rules; `Server` in `SubnetB` with `ServerGroup`, which admits TCP 5432 from
    /// `FunctionGroup`.
    pub fn home(source: &str) -> Self {
        Self::empty(source)
            .vpc("Vpc", "10.0.0.0/16")
            .subnet("SubnetA", "Vpc", "10.0.1.0/24", 0)
            .table("TableA", "Vpc", &["SubnetA"])
            .subnet("SubnetB", "Vpc", "10.0.2.0/24", 1)
            .table("TableB", "Vpc", &["SubnetB"])
            .group("FunctionGroup", "Vpc", "")
            .function("Function", "SubnetA", "FunctionGroup")
            .group(
                "ServerGroup",
                "Vpc",
                "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, \
                 SourceSecurityGroupId: !Ref FunctionGroup}]",
            )
            .server("Server", "SubnetB", "ServerGroup")
    }

    /// Adds a resource, or puts it in place of one of the same id. `kind` is without `AWS::`.
    #[must_use]
    pub fn with(mut self, id: &str, kind: &str, properties: &str) -> Self {
        let new = Resource {
            id: id.to_owned(),
            kind: format!("AWS::{kind}"),
            properties: properties.to_owned(),
            condition: None,
        };
        match self.resources.iter_mut().find(|resource| resource.id == id) {
            Some(known) => *known = new,
            None => self.resources.push(new),
        }
        self
    }

    /// Takes a resource away.
    ///
    /// # Panics
    /// When there is none of the id.
    #[must_use]
    pub fn without(mut self, id: &str) -> Self {
        let before = self.resources.len();
        self.resources.retain(|resource| resource.id != id);
        assert!(self.resources.len() < before, "there is no {id}");
        self
    }

    /// Lets a resource exist under a condition only.
    ///
    /// # Panics
    /// When there is none of the id.
    #[must_use]
    pub fn only_if(mut self, id: &str, condition: &str) -> Self {
        let resource = self.resources.iter_mut().find(|resource| resource.id == id);
        resource.unwrap_or_else(|| panic!("there is no {id}")).condition = Some(condition.to_owned());
        self
    }

    /// Adds a section: `Parameters: {...}`, `Conditions: {...}`, `Transform: ...`.
    #[must_use]
    pub fn section(mut self, text: &str) -> Self {
        self.head.push_str(text);
        self.head.push('\n');
        self
    }

    /// Gives a parameter a value.
    #[must_use]
    pub fn given(mut self, parameter: &str, value: &str) -> Self {
        self.options.parameters.insert(parameter.to_owned(), value.to_owned());
        self
    }

    /// Says what addresses a prefix list holds.
    #[must_use]
    pub fn prefix_list(mut self, id: &str, ranges: &[&str]) -> Self {
        self.options.prefix_lists.insert(id.to_owned(), ranges.iter().map(|range| net(range)).collect());
        self
    }

    /// Says what a host name answers: addresses of either version.
    ///
    /// # Panics
    /// When one is no address.
    #[must_use]
    pub fn answers(mut self, host: &str, addresses: &[&str]) -> Self {
        let nets = addresses
            .iter()
            .map(|one| one.parse::<IpAddr>().unwrap_or_else(|error| panic!("{one}: {error}")).into());
        self.options.addresses.insert(host.to_owned(), nets.collect());
        self
    }

    /// Adds what a describe call prints.
    #[must_use]
    pub fn context(mut self, text: &str) -> Self {
        self.options.contexts.push(Source { path: "context.json".to_owned(), text: text.to_owned() });
        self
    }

    /// A VPC with DNS on.
    #[must_use]
    pub fn vpc(self, id: &str, cidr: &str) -> Self {
        let properties = format!("CidrBlock: {cidr}, EnableDnsSupport: true, EnableDnsHostnames: true");
        self.with(id, "EC2::VPC", &properties)
    }

    /// A subnet in a zone by its number.
    #[must_use]
    pub fn subnet(self, id: &str, vpc: &str, cidr: &str, zone: usize) -> Self {
        let properties =
            format!("VpcId: !Ref {vpc}, CidrBlock: {cidr}, AvailabilityZone: !Select [{zone}, !GetAZs '']");
        self.with(id, "EC2::Subnet", &properties)
    }

    /// A route table, associated with subnets (as `SubnetATable`...).
    #[must_use]
    pub fn table(self, id: &str, vpc: &str, subnets: &[&str]) -> Self {
        subnets.iter().fold(
            self.with(id, "EC2::RouteTable", &format!("VpcId: !Ref {vpc}")),
            |template, subnet| {
                template.with(
                    &format!("{subnet}Table"),
                    "EC2::SubnetRouteTableAssociation",
                    &format!("SubnetId: !Ref {subnet}, RouteTableId: !Ref {id}"),
                )
            },
        )
    }

    /// A route; `target` is written as its property: `GatewayId: !Ref Gateway`.
    #[must_use]
    pub fn route(self, table: &str, cidr: &str, target: &str) -> Self {
        let id: String = format!("{table}To{cidr}").chars().filter(char::is_ascii_alphanumeric).collect();
        let properties = format!("RouteTableId: !Ref {table}, DestinationCidrBlock: {cidr}, {target}");
        self.with(&id, "EC2::Route", &properties)
    }

    /// A security group; `rules` are its properties.
    #[must_use]
    pub fn group(self, id: &str, vpc: &str, rules: &str) -> Self {
        let comma = if rules.is_empty() { "" } else { ", " };
        let properties = format!("GroupDescription: {id}, VpcId: !Ref {vpc}{comma}{rules}");
        self.with(id, "EC2::SecurityGroup", &properties)
    }

    /// `ServerGroup` with these ingress rules instead.
    #[must_use]
    pub fn admits(self, rules: &str) -> Self {
        self.group("ServerGroup", "Vpc", &format!("SecurityGroupIngress: [{rules}]"))
    }

    /// `FunctionGroup` with these egress rules instead.
    #[must_use]
    pub fn lets_out(self, rules: &str) -> Self {
        self.group("FunctionGroup", "Vpc", &format!("SecurityGroupEgress: [{rules}]"))
    }

    /// A function in one subnet with one group.
    #[must_use]
    pub fn function(self, id: &str, subnet: &str, group: &str) -> Self {
        let network = format!("{{SubnetIds: [!Ref {subnet}], SecurityGroupIds: [!Ref {group}]}}");
        self.function_with(id, &format!("VpcConfig: {network}"))
    }

    /// A function with properties of its own.
    #[must_use]
    pub fn function_with(self, id: &str, more: &str) -> Self {
        let comma = if more.is_empty() { "" } else { ", " };
        let properties = format!(
            "Handler: index.handler, Runtime: python3.12, Code: {{ZipFile: pass}}, \
             Role: 'arn:aws:iam::111122223333:role/app'{comma}{more}"
        );
        self.with(id, "Lambda::Function", &properties)
    }

    /// An instance in a subnet with one group.
    #[must_use]
    pub fn server(self, id: &str, subnet: &str, group: &str) -> Self {
        let properties = format!(
            "ImageId: ami-0123456789abcdef0, SubnetId: !Ref {subnet}, SecurityGroupIds: [!Ref {group}]"
        );
        self.with(id, "EC2::Instance", &properties)
    }

    /// A PostgreSQL database `Db` in `SubnetA` and `SubnetB` with `ServerGroup`.
    #[must_use]
    pub fn database(self, more: &str) -> Self {
        let comma = if more.is_empty() { "" } else { ", " };
        let properties = format!(
            "Engine: postgres, DBInstanceClass: db.t4g.micro, DBSubnetGroupName: !Ref Subnets, \
             VPCSecurityGroups: [!Ref ServerGroup]{comma}{more}"
        );
        self.with(
            "Subnets",
            "RDS::DBSubnetGroup",
            "DBSubnetGroupDescription: both, SubnetIds: [!Ref SubnetA, !Ref SubnetB]",
        )
        .with("Db", "RDS::DBInstance", &properties)
    }

    /// `Gateway`, an attached internet gateway, and `PublicSubnet` 10.0.0.0/24 with `PublicTable`, which leads to it.
    #[must_use]
    pub fn internet(self) -> Self {
        self.with("Gateway", "EC2::InternetGateway", "")
            .with(
                "Attachment",
                "EC2::VPCGatewayAttachment",
                "VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway",
            )
            .subnet("PublicSubnet", "Vpc", "10.0.0.0/24", 0)
            .table("PublicTable", "Vpc", &["PublicSubnet"])
            .route("PublicTable", "0.0.0.0/0", "GatewayId: !Ref Gateway")
    }

    /// The same with `Nat` in `PublicSubnet`; no route leads to it yet.
    #[must_use]
    pub fn nat(self) -> Self {
        self.internet().with("Address", "EC2::EIP", "Domain: vpc").with(
            "Nat",
            "EC2::NatGateway",
            "SubnetId: !Ref PublicSubnet, AllocationId: !GetAtt Address.AllocationId",
        )
    }

    /// A network ACL for a subnet (`SubnetAAcl`), with nothing in it.
    #[must_use]
    pub fn acl(self, subnet: &str, vpc: &str) -> Self {
        self.with(&format!("{subnet}Acl"), "EC2::NetworkAcl", &format!("VpcId: !Ref {vpc}")).with(
            &format!("{subnet}AclAssociation"),
            "EC2::SubnetNetworkAclAssociation",
            &format!("SubnetId: !Ref {subnet}, NetworkAclId: !Ref {subnet}Acl"),
        )
    }

    /// An entry of the network ACL of a subnet: `in 100 allow 6 10.0.0.0/16 1024-65535`; the ports may be left out.
    ///
    /// # Panics
    /// When words are missing.
    #[must_use]
    pub fn entry(self, subnet: &str, entry: &str) -> Self {
        let words: Vec<&str> = entry.split(' ').collect();
        let [direction, number, action, protocol, cidr, ..] = words[..] else {
            panic!("no entry: {entry}");
        };
        let ports = words.get(5).map_or_else(String::new, |ports| {
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            format!(", PortRange: {{From: {first}, To: {last}}}")
        });
        self.with(
            &format!("{subnet}{direction}{number}"),
            "EC2::NetworkAclEntry",
            &format!(
                "NetworkAclId: !Ref {subnet}Acl, RuleNumber: {number}, RuleAction: {action}, \
                 Protocol: {protocol}, CidrBlock: {cidr}, Egress: {}{ports}",
                direction == "out"
            ),
        )
    }

    /// An interface endpoint; `more` are its properties beside VPC, service and type.
    #[must_use]
    pub fn interface_endpoint(self, id: &str, vpc: &str, service: &str, more: &str) -> Self {
        let properties = format!(
            "VpcId: !Ref {vpc}, ServiceName: com.amazonaws.us-east-1.{service}, VpcEndpointType: Interface, {more}"
        );
        self.with(id, "EC2::VPCEndpoint", &properties)
    }

    /// A gateway endpoint for a table, of the type that is the default.
    #[must_use]
    pub fn gateway_endpoint(self, id: &str, vpc: &str, service: &str, table: &str) -> Self {
        let properties = format!(
            "VpcId: !Ref {vpc}, ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.{service}', \
             RouteTableIds: [!Ref {table}]"
        );
        self.with(id, "EC2::VPCEndpoint", &properties)
    }

    /// `PeerVpc` 10.9.0.0/16 with `PeerSubnet`, `PeerTable`, `PeerGroup` (TCP 5432 from 10.0.0.0/16) and `PeerServer`,
    /// and `Peering` with it. No route leads over.
    #[must_use]
    pub fn peer(self) -> Self {
        self.vpc("PeerVpc", "10.9.0.0/16")
            .subnet("PeerSubnet", "PeerVpc", "10.9.1.0/24", 0)
            .table("PeerTable", "PeerVpc", &["PeerSubnet"])
            .group(
                "PeerGroup",
                "PeerVpc",
                "SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}]",
            )
            .server("PeerServer", "PeerSubnet", "PeerGroup")
            .with("Peering", "EC2::VPCPeeringConnection", "VpcId: !Ref Vpc, PeerVpcId: !Ref PeerVpc")
    }

    /// Routes over `Peering` on both sides.
    #[must_use]
    pub fn peer_routes(self) -> Self {
        self.route("TableA", "10.9.0.0/16", "VpcPeeringConnectionId: !Ref Peering").route(
            "PeerTable",
            "10.0.0.0/16",
            "VpcPeeringConnectionId: !Ref Peering",
        )
    }

    /// `PeerVpc` as [`Composed::peer`] has it, without the peering: both VPCs are attached to the transit gateway `Hub`
    /// (`ToHub` in `SubnetA`, `PeerToHub` in `PeerSubnet`) with its default route table. No route leads to it.
    #[must_use]
    pub fn hub(self) -> Self {
        self.peer()
            .without("Peering")
            .with("Hub", "EC2::TransitGateway", "Description: hub")
            .attached("ToHub", "Vpc", &["SubnetA"], "")
            .attached("PeerToHub", "PeerVpc", &["PeerSubnet"], "")
    }

    /// The attachment of a VPC to `Hub`.
    #[must_use]
    pub fn attached(self, id: &str, vpc: &str, subnets: &[&str], more: &str) -> Self {
        let subnets: Vec<String> = subnets.iter().map(|subnet| format!("!Ref {subnet}")).collect();
        let comma = if more.is_empty() { "" } else { ", " };
        let subnets = subnets.join(", ");
        self.with(
            id,
            "EC2::TransitGatewayAttachment",
            &format!("TransitGatewayId: !Ref Hub, VpcId: !Ref {vpc}, SubnetIds: [{subnets}]{comma}{more}"),
        )
    }

    /// Routes to `Hub` on both sides.
    #[must_use]
    pub fn hub_routes(self) -> Self {
        const TO_HUB: &str = "TransitGatewayId: !Ref Hub";
        self.route("TableA", "10.9.0.0/16", TO_HUB).route("PeerTable", "10.0.0.0/16", TO_HUB)
    }

    /// A route table of `Hub`, used by attachments in place of the default one.
    #[must_use]
    pub fn hub_table(self, id: &str, attachments: &[&str]) -> Self {
        attachments.iter().fold(
            self.with(id, "EC2::TransitGatewayRouteTable", "TransitGatewayId: !Ref Hub"),
            |template, attachment| {
                template.with(
                    &format!("{attachment}Association"),
                    "EC2::TransitGatewayRouteTableAssociation",
                    &format!(
                        "TransitGatewayAttachmentId: !Ref {attachment}, TransitGatewayRouteTableId: !Ref {id}"
                    ),
                )
            },
        )
    }

    /// A route of a table of `Hub`; `target` is written as its property.
    #[must_use]
    pub fn hub_route(self, table: &str, cidr: &str, target: &str) -> Self {
        let id: String = format!("{table}Hub{cidr}").chars().filter(char::is_ascii_alphanumeric).collect();
        let properties =
            format!("TransitGatewayRouteTableId: !Ref {table}, DestinationCidrBlock: {cidr}, {target}");
        self.with(&id, "EC2::TransitGatewayRoute", &properties)
    }

    /// Lets a table of `Hub` learn the ranges of an attachment.
    #[must_use]
    pub fn hub_learns(self, table: &str, attachment: &str) -> Self {
        self.with(
            &format!("{table}Learns{attachment}"),
            "EC2::TransitGatewayRouteTablePropagation",
            &format!(
                "TransitGatewayRouteTableId: !Ref {table}, TransitGatewayAttachmentId: !Ref {attachment}"
            ),
        )
    }

    /// The template's text.
    pub fn text(&self) -> String {
        let mut text = format!("AWSTemplateFormatVersion: '2010-09-09'\n{}Resources:\n", self.head);
        for Resource { id, kind, properties, condition } in &self.resources {
            let condition =
                condition.as_ref().map_or_else(String::new, |name| format!(", Condition: {name}"));
            writeln!(text, "  {id}: {{Type: '{kind}'{condition}, Properties: {{{properties}}}}}")
                .expect("a String takes all");
        }
        text
    }

    /// Traces from `Function`.
    ///
    /// # Panics
    /// When the destination cannot be traced, or nothing comes back.
    pub fn to(&self, goal: &str) -> Answer {
        let request = TraceRequest { from: Some("Function".to_owned()), to: Some(goal.to_owned()) };
        let text = self.text();
        let tracing = trace("template.yaml", &text, &self.options, &request)
            .unwrap_or_else(|error| panic!("{goal}: {}\n{text}", error.what.en));
        let context = format!("Function -> {goal}\n{}\n{text}", self.source);
        let sum = tracing.traces.iter().rfind(|trace| trace.from.subnet.is_none());
        let sum = sum.unwrap_or_else(|| panic!("no trace: {context}")).clone();
        Answer { sum, traces: tracing.traces, context }
    }
}

fn net(text: &str) -> Ipv4Net {
    text.parse().unwrap_or_else(|_| panic!("no range: {text}"))
}

/// What a trace says, to be compared with what is expected.
#[derive(Clone, Debug)]
pub struct Answer {
    sum: Trace,
    /// One a subnet, and the sum.
    pub traces: Vec<Trace>,
    context: String,
}

/// Each comparison panics where the answer is another.
#[expect(clippy::missing_panics_doc, reason = "said once for all")]
impl Answer {
    fn is(&self, verdict: Verdict) {
        assert_eq!(
            self.sum.verdict, verdict,
            "{}\nblockers: {:#?}\nmissing: {:#?}",
            self.context, self.sum.blockers, self.sum.missing
        );
    }

    /// Packets arrive, and answers come back.
    pub fn is_reachable(&self) {
        self.is(Verdict::Reachable);
        assert!(self.sum.blockers.is_empty(), "{}\n{:#?}", self.context, self.sum.blockers);
    }

    /// They do not, and a blocker says so of a component.
    pub fn is_blocked(&self, code: Code, id: &str) {
        self.is(Verdict::Blocked);
        self.says(code, id);
    }

    /// The same, on the way out or back.
    pub fn is_blocked_on(&self, direction: Direction, code: Code, id: &str) {
        self.is(Verdict::Blocked);
        let found = self
            .sum
            .blockers
            .iter()
            .any(|blocker| blocker.direction == direction && blocker.code == code && blocker.id == id);
        assert!(found, "{}\nno {code:?} at {id}: {:#?}", self.context, self.sum.blockers);
    }

    /// The answer rests on something that is said in these words.
    pub fn assumes(&self, words: &str) {
        let found = self.sum.assumptions.iter().any(|one| one.en.contains(words));
        assert!(found, "{}\nassumptions: {:#?}", self.context, self.sum.assumptions);
    }

    /// Nothing is said in these words that the answer rests on.
    pub fn does_not_assume(&self, words: &str) {
        let found = self.sum.assumptions.iter().any(|one| one.en.contains(words));
        assert!(!found, "{}\nassumptions: {:#?}", self.context, self.sum.assumptions);
    }

    /// They do not, for one of these reasons: AWS has two words for it.
    pub fn is_blocked_by_one_of(&self, codes: &[Code]) {
        self.is(Verdict::Blocked);
        let found = self.sum.blockers.iter().any(|blocker| codes.contains(&blocker.code));
        assert!(found, "{}\nnone of {codes:?}: {:#?}", self.context, self.sum.blockers);
    }

    /// It differs, by this and nothing else; a blocker says what stops the rest.
    pub fn is_partial(&self, by: Difference, code: Code, id: &str) {
        self.is(Verdict::Partial);
        assert_eq!(self.sum.partial_by, [by], "{}", self.context);
        self.says(code, id);
    }

    /// It is not known, and what would settle it is among what is missing.
    pub fn is_unknown(&self, is_expected: impl Fn(&Missing) -> bool) {
        self.is(Verdict::Unknown);
        let found = self.sum.missing.iter().any(is_expected);
        assert!(found, "{}\nmissing: {:#?}", self.context, self.sum.missing);
    }

    /// Whatever it is, packets are not said to arrive.
    pub fn is_not_reachable(&self) {
        assert_ne!(self.sum.verdict, Verdict::Reachable, "{}", self.context);
    }

    /// The verdict in one subnet.
    pub fn in_subnet(&self, subnet: &str) -> Verdict {
        let trace = self.traces.iter().find(|trace| trace.from.subnet.as_deref() == Some(subnet));
        trace.unwrap_or_else(|| panic!("no trace from {subnet}: {}", self.context)).verdict
    }

    fn says(&self, code: Code, id: &str) {
        let found = self.sum.blockers.iter().any(|blocker| blocker.code == code && blocker.id == id);
        assert!(found, "{}\nno {code:?} at {id}: {:#?}", self.context, self.sum.blockers);
    }
}
