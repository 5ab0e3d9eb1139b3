//! Template, network and demands to a model of what is billed.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::model::{Charge, CostModel, Flow, Meter, Metered, Proposal, Provisioned};
use super::money::{Hours, Quantity};
use super::prices::PriceItem;
use crate::demands::{DemandSource, Knowledge};
use crate::language::Phrase;
use crate::network::{
    Connectivity, EndpointIndex, EndpointKind, Fact, Listed, NatPlacement, Network, Place, Placement,
    Situated, SubnetIndex, Workload, WorkloadIndex, WorkloadKind, Zone,
};
use crate::paths::{Action, Component, Direction, Goal, GoalTarget, Trace, Verdict, parse_goal, trace_from};
use crate::rules::Subject;
use crate::rules::egress::residents;
use crate::suggest::{Need, wanted};
use crate::syntax::Node;
use crate::template::{Guard, Resource, Template, Value};
use crate::{missing, phrase, services};

/// Zones that are taken where subnets are not known, as `--assume` takes them.
const ASSUMED_ZONES: u64 = 2;

/// What the template is billed for in one of its situations. Flows of the user's traffic that no demand tells of are
/// added.
pub(super) fn model(subject: &Subject<'_, '_>, at: usize) -> CostModel {
    let Some(situated) = subject.networks.get(at) else { return CostModel::default() };
    let mut reader = Reader::new(subject, situated.situation, &situated.network);
    reader.model.assumptions.clone_from(&situated.network.assumptions);
    reader.charges();
    reader.flows(subject, at);
    reader.model
}

/// What would count what goes from a workload to a destination without an interface endpoint: as if it answered to no
/// public name. Nothing where it would not arrive from every subnet, or by another way than a NAT gateway.
pub(crate) fn without_endpoint(
    subject: &Subject<'_, '_>,
    situated: &Situated,
    endpoint: EndpointIndex,
    from: WorkloadIndex,
    goal: &Goal,
) -> Option<Vec<Metered>> {
    let mut network = situated.network.clone();
    let EndpointKind::Interface { private_dns, .. } = &mut network.endpoints.get_mut(endpoint.0)?.kind else {
        return None;
    };
    *private_dns = Fact::Known(false);
    let workload = network.workloads.get(from.0).filter(|workload| workload.subnets.rest.is_none())?;
    let mut reader = Reader::new(subject, situated.situation, &network);
    let (mut metered, name) = (Vec::new(), workload.name.to_string());
    let traces = trace_from(&network, subject.addresses, from, goal);
    let of = traces.len().max(1) as u64;
    for (at, trace) in traces.iter().enumerate() {
        let legs = reader.leg(trace, workload.subnets.items.get(at).copied(), goal, &name, workload);
        if trace.verdict != Verdict::Reachable || !legs.iter().any(|(meter, ..)| meter.price.is_of_nat()) {
            return None;
        }
        for (meter, part, out_of, out_only) in legs {
            add_metered(&mut metered, Metered { meter, part, of: of.saturating_mul(out_of), out_only });
        }
    }
    // A zone that is not known may be another.
    reader.model.left_out.is_empty().then_some(metered)
}

struct Reader<'a, 't> {
    template: &'a Template<'t>,
    situation: Guard,
    network: &'a Network,
    addresses: &'a BTreeMap<String, Vec<IpNet>>,
    model: CostModel,
}

impl<'a, 't> Reader<'a, 't> {
    fn new(subject: &Subject<'a, 't>, situation: Guard, network: &'a Network) -> Self {
        let (template, addresses) = (subject.template, subject.addresses);
        Self { template, situation, network, addresses, model: CostModel::default() }
    }

    fn exists(&self, guard: Guard) -> bool {
        self.template.with_guards(|guards| !guards.exclude(self.situation, guard))
    }

    fn resources(&self, kinds: &'a [&'a str]) -> impl Iterator<Item = &'a Resource> + use<'a, 't> {
        let (template, situation) = (self.template, self.situation);
        template.resources.iter().filter(move |resource| {
            kinds.contains(&resource.kind.as_str())
                && template.with_guards(|guards| !guards.exclude(situation, resource.guard))
        })
    }

    fn value(&self, resource: &Resource, path: &[&str]) -> Option<Value> {
        let cases = self.template.property(resource, path);
        let found = cases.into_iter().find(|case| self.exists(case.guard))?.value;
        (!matches!(found, Value::NoValue)).then_some(found)
    }

    fn text(&self, resource: &Resource, path: &[&str]) -> Option<String> {
        self.value(resource, path)?.known().map(str::to_owned)
    }

    fn at(&self, resource: &Resource) -> Place {
        Place::in_template(self.template.node(resource.key).span())
    }

    fn add(&mut self, resource: &Resource, price: PriceItem, hours: Hours, of_nat: bool, zones: Option<u64>) {
        let at = Some(self.at(resource));
        self.model.charges.push(Charge {
            resource: resource.id.clone(),
            at,
            price,
            quantity: hours.0,
            of_nat,
            zones,
        });
    }

    fn charges(&mut self) {
        self.nat_gateways();
        self.addresses();
        self.endpoints();
        for resource in self.resources(&[
            "AWS::EC2::TransitGatewayAttachment",
            "AWS::EC2::TransitGatewayVpcAttachment",
            "AWS::EC2::TransitGatewayPeeringAttachment",
        ]) {
            self.add(resource, PriceItem::TransitHour, Hours::month_of(1), false, None);
        }
        for resource in self.resources(&["AWS::Route53Resolver::ResolverEndpoint"]) {
            self.resolver(resource);
        }
        for resource in self.resources(&["AWS::RDS::DBProxy"]) {
            self.proxy(resource);
        }
        for resource in self.resources(&["AWS::Lambda::Alias", "AWS::Lambda::Version"]) {
            self.provisioned(resource);
        }
        for resource in self.resources(&["AWS::CloudFormation::Stack", "AWS::Serverless::Application"]) {
            let id = &resource.id;
            self.model.left_out.push(phrase!(
                en: "what the nested stack `{id}` makes: run vpcheck cost on its template",
                ja: "ネストされたスタック `{id}` の中身 (そのテンプレートに vpcheck cost を実行してください)",
            ));
        }
    }

    fn nat_gateways(&mut self) {
        for resource in self.resources(&["AWS::EC2::NatGateway"]) {
            let (at, network) = (Some(self.at(resource)), self.network);
            let nat = network.nat_gateways.iter().find(|nat| nat.name.matches(&resource.id));
            let regional = nat.is_some_and(|nat| matches!(nat.placement, NatPlacement::Regional(_)));
            let zones = if regional { self.zones_of_regional(nat.map(|nat| &nat.placement)) } else { 1 };
            let (hour, gb) = if regional {
                let id = &resource.id;
                self.model.guessed.push(id.clone());
                self.model.assumptions.push(phrase!(
                    en: "`{id}` is regional: its hour is taken to be billed in each of {zones} zones (AWS's documents leave that open)",
                    ja: "`{id}` はリージョナルのため、時間料金は {zones} AZ それぞれに課金されるものとしています (AWS のドキュメントに明記はありません)",
                ));
                (PriceItem::RegionalNatHour, PriceItem::RegionalNatGb)
            } else {
                (PriceItem::NatHour, PriceItem::NatGb)
            };
            self.add(resource, hour, Hours::month_of(zones), true, Some(zones));
            let private = nat.is_some_and(|nat| nat.connectivity.known() == Some(&Connectivity::Private));
            // An address of the template is counted as its own resource.
            let own = self.value(resource, &["AllocationId"]).is_some_and(|value| value.resource().is_some());
            if !private && !own {
                self.add(resource, PriceItem::PublicIpv4Hour, Hours::month_of(zones), true, None);
            }
            self.model.carriers.push(Meter { resource: resource.id.clone(), at, price: gb });
        }
    }

    /// The zones of a VPC in which subnets stand that are known.
    fn zones_of_regional(&self, placement: Option<&NatPlacement>) -> u64 {
        let Some(NatPlacement::Regional(vpc)) = placement else { return ASSUMED_ZONES };
        let in_vpc = |at: &usize| {
            self.network.subnets.get(*at).is_some_and(|subnet| subnet.vpc.known() == vpc.known())
        };
        let subnets: Vec<SubnetIndex> =
            (0..self.network.subnets.len()).filter(in_vpc).map(SubnetIndex).collect();
        match (vpc.known(), self.zones(&subnets)) {
            (None, _) | (_, 0) => ASSUMED_ZONES,
            (Some(_), zones) => zones,
        }
    }

    /// In how many zones subnets stand. Subnets whose zones are not known are taken to be in zones of their own, and
    /// one that stands for a list that is not known counts for two.
    fn zones(&self, subnets: &[SubnetIndex]) -> u64 {
        let mut told: Vec<&Zone> = Vec::new();
        let mut count = 0;
        for subnet in subnets.iter().filter_map(|at| self.network.subnets.get(at.0)) {
            match subnet.zone.known() {
                Some(zone) if told.iter().any(|other| other.same(zone) == Some(true)) => {}
                Some(zone) => {
                    told.push(zone);
                    count += 1;
                }
                None if subnet.several => count += ASSUMED_ZONES,
                None => count += 1,
            }
        }
        count
    }

    fn addresses(&mut self) {
        let nats: Vec<&Resource> = self.resources(&["AWS::EC2::NatGateway"]).collect();
        for resource in self.resources(&["AWS::EC2::EIP"]) {
            let of_nat = nats.iter().any(|nat| {
                let named = self.value(nat, &["AllocationId"]);
                named.as_ref().and_then(Value::resource).is_some_and(|(id, _)| id == resource.id)
            });
            self.add(resource, PriceItem::PublicIpv4Hour, Hours::month_of(1), of_nat, None);
        }
        let bound: Vec<String> = self
            .resources(&["AWS::EC2::EIP", "AWS::EC2::EIPAssociation"])
            .filter_map(|one| Some(self.value(one, &["InstanceId"])?.resource()?.0.to_owned()))
            .collect();
        for resource in self.resources(&["AWS::EC2::Instance"]) {
            let public = self.network.workloads.iter().any(|workload| {
                workload.kind == WorkloadKind::Instance
                    && workload.name.matches(&resource.id)
                    && workload.public_address.known() == Some(&true)
            });
            if public && !bound.contains(&resource.id) {
                self.add(resource, PriceItem::PublicIpv4Hour, Hours::month_of(1), false, None);
            }
        }
        let balancers =
            ["AWS::ElasticLoadBalancing::LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"];
        for resource in self.template.resources.iter().filter(|one| balancers.contains(&&*one.kind)) {
            if self.exists(resource.guard) {
                self.load_balancer(resource);
            }
        }
        for resource in self.resources(&["AWS::ECS::Service"]) {
            self.tasks(resource);
        }
    }

    /// What a property says, or what holds where it is not written. Nothing where its value is not known.
    fn says(&self, resource: &Resource, path: &[&str], default: &str) -> Option<String> {
        match self.value(resource, path) {
            None => Some(default.to_owned()),
            Some(value) => value.known().map(str::to_owned),
        }
    }

    /// One that faces the internet has a public address in each of its zones at least; those that it is given are
    /// resources of their own.
    fn load_balancer(&mut self, resource: &Resource) {
        let id = &resource.id;
        let scheme = self.says(resource, &["Scheme"], "internet-facing");
        let has_none = |path, wanted| self.text(resource, path).is_some_and(|text| text == wanted);
        if scheme.as_deref().is_some_and(|scheme| scheme != "internet-facing")
            || has_none(&["Type"], "gateway")
            || has_none(&["IpAddressType"], "dualstack-without-public-ipv4")
        {
            return;
        }
        let properties = self.template.properties(resource);
        let mappings = properties.and_then(|node| node.get("SubnetMappings")).map(Node::items);
        let given = mappings.into_iter().flatten().filter(|one| one.get("AllocationId").is_some()).count();
        let several = |at: &SubnetIndex| self.network.subnets.get(at.0).is_none_or(|subnet| subnet.several);
        let balancer = self.network.workloads.iter().find(|workload| workload.name.matches(id));
        let subnets = balancer.map(|workload| &workload.subnets).filter(|subnets| subnets.rest.is_none());
        let zones = subnets
            .filter(|subnets| !subnets.items.is_empty() && !subnets.items.iter().any(several))
            .map(|subnets| subnets.items.len().saturating_sub(given) as u64);
        match zones.filter(|_| scheme.is_some()) {
            Some(0) => {}
            Some(zones) => {
                self.model.assumptions.push(phrase!(
                    en: "`{id}` is counted with a public IPv4 address in each of {zones} zones, the fewest that it has: under load it may take more",
                    ja: "`{id}` のパブリック IPv4 アドレスは、最小の {zones} 個 (AZ ごとに 1 個) としています。負荷に応じて増えることがあります",
                ));
                self.add(resource, PriceItem::PublicIpv4Hour, Hours::month_of(zones), false, None);
            }
            None => self.model.left_out.push(phrase!(
                en: "public IPv4 addresses of `{id}`: whether it faces the internet, or in which subnets it stands, is not known",
                ja: "`{id}` のパブリック IPv4 アドレス (インターネット向けかどうか、またはサブネットがわかりません)",
            )),
        }
    }

    /// Tasks on Fargate may ask for a public address each.
    fn tasks(&mut self, resource: &Resource) {
        let id = &resource.id;
        let path = ["NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp"];
        let asked = self.says(resource, &path, "DISABLED");
        if asked.as_deref().is_some_and(|asked| asked != "ENABLED") {
            return;
        }
        let count =
            self.says(resource, &["DesiredCount"], "1").and_then(|text| text.trim().parse::<u64>().ok());
        match count.filter(|_| asked.is_some()) {
            Some(count) => {
                self.model.assumptions.push(phrase!(
                    en: "`{id}` is counted with a public IPv4 address for each of the {count} tasks that it starts with",
                    ja: "`{id}` のパブリック IPv4 アドレスは、起動時のタスク数 {count} 個分としています",
                ));
                self.add(resource, PriceItem::PublicIpv4Hour, Hours::month_of(count), false, None);
            }
            None => self.model.left_out.push(phrase!(
                en: "public IPv4 addresses of the tasks of `{id}`: whether they have any, or how many tasks there are, is not known",
                ja: "`{id}` のタスクのパブリック IPv4 アドレス (有無またはタスク数がわかりません)",
            )),
        }
    }

    fn endpoints(&mut self) {
        for resource in self.resources(&["AWS::EC2::VPCEndpoint"]) {
            let kind = self.value(resource, &["VpcEndpointType"]);
            let id = resource.id.clone();
            let kind = match &kind {
                None => "Gateway",
                Some(value) => match value.known() {
                    Some(kind) => kind,
                    None => {
                        self.model.left_out.push(phrase!(
                            en: "`{id}`: its VpcEndpointType is not known",
                            ja: "`{id}`: VpcEndpointType がわかりません",
                        ));
                        continue;
                    }
                },
            };
            let at = Some(self.at(resource));
            let (hour, gb) = match kind.to_ascii_lowercase().as_str() {
                "interface" => (PriceItem::InterfaceEndpointHour, Some(PriceItem::InterfaceEndpointGb)),
                "gatewayloadbalancer" => {
                    (PriceItem::LoadBalancerEndpointHour, Some(PriceItem::LoadBalancerEndpointGb))
                }
                "resource" | "servicenetwork" => (PriceItem::ResourceEndpointHour, None),
                _ => {
                    self.add(resource, PriceItem::GatewayEndpointHour, Hours::month_of(1), false, None);
                    continue;
                }
            };
            let zones = self.zones_of_endpoint(resource);
            self.add(resource, hour, Hours::month_of(zones), false, Some(zones));
            match gb {
                Some(price) => self.model.carriers.push(Meter { resource: id, at, price }),
                None => self.model.left_out.push(phrase!(
                    en: "data through `{id}`: its price is not known here",
                    ja: "`{id}` を通るデータ (料金データがありません)",
                )),
            }
        }
    }

    fn zones_of_endpoint(&mut self, resource: &Resource) -> u64 {
        let id = &resource.id;
        let endpoint = self.network.endpoints.iter().find(|endpoint| endpoint.name.matches(id));
        let known = match endpoint.map(|endpoint| &endpoint.kind) {
            Some(EndpointKind::Interface { subnets, .. }) => {
                let several =
                    |at: &SubnetIndex| self.network.subnets.get(at.0).is_some_and(|subnet| subnet.several);
                let all = subnets.rest.is_none() && !subnets.items.iter().any(several);
                // An endpoint has one subnet a zone.
                (all && !subnets.items.is_empty()).then_some(subnets.items.len() as u64)
            }
            _ => match self.value(resource, &["SubnetIds"]) {
                Some(Value::List(items)) => Some(items.len() as u64),
                _ => None,
            },
        };
        known.unwrap_or_else(|| {
            self.model.guessed.push(id.clone());
            self.model.assumptions.push(phrase!(
                en: "which subnets `{id}` has is not known: {ASSUMED_ZONES} zones are taken",
                ja: "`{id}` のサブネットがわからないため、{ASSUMED_ZONES} AZ としています",
            ));
            ASSUMED_ZONES
        })
    }

    fn resolver(&mut self, resource: &Resource) {
        let (id, at) = (resource.id.clone(), Some(self.at(resource)));
        let interfaces = match self.value(resource, &["IpAddresses"]) {
            Some(Value::List(items)) => items.iter().filter(|item| self.exists(item.guard)).count() as u64,
            _ => {
                self.model.assumptions.push(phrase!(
                    en: "how many addresses `{id}` has is not known: {ASSUMED_ZONES} are taken, the fewest there can be",
                    ja: "`{id}` のアドレス数がわからないため、最小の {ASSUMED_ZONES} 個としています",
                ));
                ASSUMED_ZONES
            }
        };
        self.add(resource, PriceItem::ResolverHour, Hours::month_of(interfaces), false, None);
        self.model.resolvers.push((id, at));
    }

    fn proxy(&mut self, resource: &Resource) {
        let id = &resource.id;
        let mut databases: Vec<&Resource> = Vec::new();
        let mut clusters: Vec<&Resource> = Vec::new();
        for group in self.resources(&["AWS::RDS::DBProxyTargetGroup"]) {
            let named = self.value(group, &["DBProxyName"]);
            if named.as_ref().and_then(Value::resource).is_none_or(|(proxy, _)| proxy != *id) {
                continue;
            }
            for (property, found) in
                [("DBInstanceIdentifiers", &mut databases), ("DBClusterIdentifiers", &mut clusters)]
            {
                if let Some(Value::List(items)) = self.value(group, &[property]) {
                    found.extend(
                        items.iter().filter_map(|item| self.template.resource(item.value.resource()?.0)),
                    );
                }
            }
        }
        for instance in self.resources(&["AWS::RDS::DBInstance"]) {
            let of = self.value(instance, &["DBClusterIdentifier"]);
            let of = of.as_ref().and_then(Value::resource).map(|(id, _)| id);
            if clusters.iter().any(|cluster| of == Some(cluster.id.as_str())) {
                databases.push(instance);
            }
        }
        let classes: Vec<Option<String>> =
            databases.iter().map(|database| self.text(database, &["DBInstanceClass"])).collect();
        if classes.iter().flatten().any(|class| class == "db.serverless") {
            let cluster = clusters.first();
            let least = cluster
                .and_then(|cluster| self.text(cluster, &["ServerlessV2ScalingConfiguration", "MinCapacity"]));
            let Some(least) = least.as_deref().and_then(Quantity::parse) else {
                self.model.left_out.push(phrase!(
                    en: "`{id}`: the capacity of its Aurora Serverless cluster is not known",
                    ja: "`{id}`: Aurora Serverless クラスターのキャパシティがわかりません",
                ));
                return;
            };
            self.model.assumptions.push(phrase!(
                en: "`{id}` is counted for the least capacity of its cluster, {least} ACU",
                ja: "`{id}` は、クラスターの最小キャパシティ {least} ACU で計算しています",
            ));
            let hours = Hours(least.share(super::money::MONTH_HOURS, 1));
            self.add(resource, PriceItem::ProxyAcuHour, hours, false, None);
            return;
        }
        let cpus: Option<u64> =
            classes.iter().map(|class| class.as_deref().and_then(virtual_cpus)).sum::<Option<u64>>();
        // Two virtual CPUs are the least that AWS counts.
        let cpus = cpus.filter(|cpus| *cpus > 0).unwrap_or_else(|| {
            self.model.assumptions.push(phrase!(
                en: "the database behind `{id}` is not known: 2 vCPU are taken, the fewest that are billed",
                ja: "`{id}` の接続先のデータベースがわからないため、課金の最小単位である 2 vCPU としています",
            ));
            2
        });
        self.add(resource, PriceItem::ProxyVcpuHour, Hours::month_of(cpus), false, None);
    }

    fn provisioned(&mut self, resource: &Resource) {
        let path = ["ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"];
        let Some(asked) = self.value(resource, &path) else { return };
        let (id, template) = (&resource.id, self.template);
        let named = self.value(resource, &["FunctionName"]);
        let function = named.as_ref().and_then(Value::resource).and_then(|(id, _)| template.resource(id));
        let count = asked.known().and_then(|text| text.trim().parse::<u64>().ok());
        let megabytes = function.and_then(|function| match self.value(function, &["MemorySize"]) {
            None => Some(128),
            Some(value) => value.known()?.trim().parse::<u64>().ok(),
        });
        let (Some(function), Some(count), Some(megabytes)) = (function, count, megabytes) else {
            self.model.left_out.push(phrase!(
                en: "provisioned concurrency of `{id}`: its number, its function or the memory is not known",
                ja: "`{id}` のプロビジョニングされた同時実行 (数、関数、メモリのいずれかがわかりません)",
            ));
            return;
        };
        let arm = match self.value(function, &["Architectures"]) {
            Some(Value::List(items)) => items.iter().any(|item| item.value.known() == Some("arm64")),
            _ => false,
        };
        let (function, resource_id, at) = (function.id.clone(), id.clone(), Some(self.at(resource)));
        let provisioned = Provisioned { function, resource: resource_id, at, count, megabytes, arm };
        let price = if arm { PriceItem::ProvisionedArm } else { PriceItem::ProvisionedX86 };
        self.add(resource, price, Hours(provisioned.gb_seconds()), false, None);
        self.model.provisioned.push(provisioned);
    }

    fn flows(&mut self, subject: &Subject<'_, '_>, at: usize) {
        let mut told: Vec<(&str, &GoalTarget)> = Vec::new();
        for answer in subject.answers().iter().filter(|answer| answer.network == at) {
            let DemandSource::Function(function) = &answer.demand.source else { continue };
            let way = (function.as_str(), &answer.demand.goal.target);
            if !answer.demand.forbidden && !told.contains(&way) {
                told.push(way);
                self.flow(function, &answer.demand.goal, &answer.traces);
            }
        }
        for (function, destination) in subject.traffic.iter().flat_map(|traffic| traffic.flows.keys()) {
            let Ok(goal) = parse_goal(destination, self.template) else { continue };
            let Some(source) = self.network.workload(function) else { continue };
            if !told.contains(&(function, &goal.target)) {
                self.flow(function, &goal, &trace_from(self.network, self.addresses, source, &goal));
            }
        }
        self.propose();
        let in_vpc = |id: &str| {
            let found = self.network.workload(id).and_then(|at| self.network.workloads.get(at.0));
            found.is_some_and(|workload| workload.in_vpc)
        };
        let open = |known: &Knowledge| {
            !known.role_complete || known.allows_everything || !known.open_variables.is_empty()
        };
        self.model.nat_may_be_needed =
            subject.demands().functions.iter().any(|known| in_vpc(&known.function) && open(known))
                || !residents(self.template, self.network).is_empty();
    }

    fn flow(&mut self, function: &str, goal: &Goal, traces: &[Trace]) {
        let network = self.network;
        let Some(source) = network.workload(function) else { return };
        let Some(workload) = network.workloads.get(source.0).filter(|workload| workload.in_vpc) else {
            return;
        };
        let destination = goal.target.id();
        let mut today = Vec::new();
        let (mut blocked, mut open) = (0_usize, None);
        let of = traces.len().max(1) as u64;
        for (at, trace) in traces.iter().enumerate() {
            let subnet = workload.subnets.items.get(at).copied();
            if trace.verdict == Verdict::Blocked {
                blocked += 1;
                continue;
            }
            let legs = self.leg(trace, subnet, goal, function, workload);
            let is_inside = matches!(goal.target, GoalTarget::Resource(_));
            if legs.is_empty() && trace.verdict == Verdict::Unknown && !is_inside {
                open = open.or(Some(trace));
            }
            for (meter, part, out_of, out_only) in legs {
                add_metered(&mut today, Metered { meter, part, of: of.saturating_mul(out_of), out_only });
            }
        }
        if let Some(trace) = open {
            self.way_is_open(function, &destination, trace);
        }
        self.model.flows.push(Flow {
            function: function.to_owned(),
            destination,
            after: today.clone(),
            needs_nat: false,
            today,
            blocked: blocked > 0 && blocked == traces.len(),
        });
    }

    fn way_is_open(&mut self, function: &str, destination: &str, trace: &Trace) {
        let need = trace.missing.first().map(|missing| missing::need(missing, &|_| None));
        let Phrase { en, ja } = need.map_or_else(|| Phrase::verbatim(""), |need| need.reason);
        self.model.left_out.push(phrase!(
            en: "traffic from `{function}` to {destination}: its way is not known ({en})",
            ja: "`{function}` から {destination} への通信 (経路がわかりません: {ja})",
        ));
    }

    /// What counts the traffic of one subnet: meter, part, of, and whether only what goes out.
    fn leg(
        &mut self,
        trace: &Trace,
        subnet: Option<SubnetIndex>,
        goal: &Goal,
        function: &str,
        workload: &Workload,
    ) -> Vec<(Meter, u64, u64, bool)> {
        let mut found = Vec::new();
        for hop in trace.hops.iter().filter(|hop| hop.direction == Direction::Out) {
            let meter = |price| Meter { resource: hop.id.clone(), at: hop.at, price };
            match (hop.component, hop.action) {
                (Component::NatGateway, Action::Translate) => {
                    let nat = self.network.nat_gateways.iter().find(|nat| nat.name.to_string() == hop.id);
                    let Some(nat) = nat else { continue };
                    let meter = |price| Meter { resource: hop.id.clone(), at: nat.at, price };
                    match &nat.placement {
                        NatPlacement::Regional(_) => {
                            found.push((meter(PriceItem::RegionalNatGb), 1, 1, false));
                        }
                        NatPlacement::Zonal(at) => {
                            found.push((meter(PriceItem::NatGb), 1, 1, false));
                            match subnet.zip(at.known().copied()).and_then(|(a, b)| self.crosses(a, b)) {
                                // Each zone bills its side.
                                Some(true) => found.push((meter(PriceItem::CrossZoneGb), 2, 1, false)),
                                Some(false) => {}
                                None => self.zone_is_open(function, &hop.id),
                            }
                        }
                    }
                }
                (Component::InterfaceEndpoint, Action::Stand) => {
                    found.push((meter(PriceItem::InterfaceEndpointGb), 1, 1, false));
                }
                (Component::TransitGateway, _) => {
                    found.push((meter(PriceItem::TransitGb), 1, 1, true));
                }
                (Component::Internet, Action::Stand) => {
                    let meter = Meter {
                        resource: function.to_owned(),
                        at: workload.at,
                        price: PriceItem::InternetOutGb,
                    };
                    found.push((meter, 1, 1, true));
                }
                _ => {}
            }
        }
        if let (GoalTarget::Resource(id), Some(subnet)) = (&goal.target, subnet) {
            self.between_zones(id, subnet, function, workload, &mut found);
        }
        found
    }

    /// Plain traffic to a resource in the VPC: evenly over the subnets that it may stand in.
    fn between_zones(
        &mut self,
        id: &str,
        subnet: SubnetIndex,
        function: &str,
        workload: &Workload,
        found: &mut Vec<(Meter, u64, u64, bool)>,
    ) {
        let network = self.network;
        let Some(target) = network.workload(id).and_then(|at| network.workloads.get(at.0)) else { return };
        let Listed { items, rest } = &target.subnets;
        if target.placement == Placement::SameZone || !target.in_vpc {
            return;
        }
        let crossings: Option<Vec<bool>> = items.iter().map(|at| self.crosses(subnet, *at)).collect();
        match crossings {
            Some(crossings) if rest.is_none() && !crossings.is_empty() => {
                let others = crossings.iter().filter(|crosses| **crosses).count() as u64;
                if others > 0 {
                    let meter = Meter {
                        resource: function.to_owned(),
                        at: workload.at,
                        price: PriceItem::CrossZoneGb,
                    };
                    found.push((meter, 2 * others, crossings.len() as u64, false));
                    self.assume(phrase!(
                        en: "traffic to a resource in several zones is taken to be spread evenly over them",
                        ja: "複数の AZ に配置されたリソースへの通信は、各 AZ に均等に分かれるものとしています",
                    ));
                }
            }
            _ => self.zone_is_open(function, id),
        }
    }

    fn zone_is_open(&mut self, function: &str, to: &str) {
        let left = phrase!(
            en: "traffic between zones from `{function}` to `{to}`: their zones are not known",
            ja: "`{function}` と `{to}` の間の AZ 間通信 (AZ がわかりません)",
        );
        if !self.model.left_out.contains(&left) {
            self.model.left_out.push(left);
        }
    }

    fn assume(&mut self, assumption: Phrase) {
        if !self.model.assumptions.contains(&assumption) {
            self.model.assumptions.push(assumption);
        }
    }

    /// Whether two subnets are in different zones; nothing where that is not known.
    fn crosses(&self, one: SubnetIndex, other: SubnetIndex) -> Option<bool> {
        let (a, b) = (self.network.subnets.get(one.0)?, self.network.subnets.get(other.0)?);
        if one == other && !a.several {
            return Some(false);
        }
        a.zone.known()?.same(b.zone.known()?).map(|same| !same)
    }

    /// Endpoints for the services that functions reach through NAT gateways or not at all.
    fn propose(&mut self) {
        let network = self.network;
        let needs: Vec<Need> = self
            .model
            .flows
            .iter()
            .filter(|flow| flow.blocked || flow.today.iter().any(|one| one.meter.price.is_of_nat()))
            .filter_map(|flow| {
                let from = network.workload(&flow.function)?;
                Some(Need { service: flow.destination.clone(), from })
            })
            .collect();
        for wanted in wanted(network, &needs) {
            let Some(vpc) = wanted.vpc.and_then(|vpc| network.vpcs.get(vpc.0)) else { continue };
            let senders = wanted.senders.iter().filter_map(|at| network.workloads.get(at.0));
            let functions: Vec<String> = senders.map(|sender| sender.name.to_string()).collect();
            let meter = Meter {
                resource: format!("+ {}", wanted.service),
                at: None,
                price: PriceItem::InterfaceEndpointGb,
            };
            for flow in &mut self.model.flows {
                if flow.destination == wanted.service && functions.contains(&flow.function) {
                    flow.after = Vec::new();
                    if !wanted.gateway {
                        flow.after.push(Metered { meter: meter.clone(), part: 1, of: 1, out_only: false });
                    }
                }
            }
            self.model.proposals.push(Proposal {
                vpc: vpc.name.to_string(),
                gateway: wanted.gateway,
                zones: self.zones(&wanted.subnets.items).max(1),
                service: wanted.service,
                functions,
            });
        }
        for flow in &mut self.model.flows {
            let no_endpoint =
                flow.blocked && flow.after.is_empty() && !services::has_gateway(&flow.destination);
            flow.needs_nat = no_endpoint || flow.after.iter().any(|one| one.meter.price.is_of_nat());
        }
    }
}

/// Joins what the same meter counts of several subnets.
fn add_metered(list: &mut Vec<Metered>, new: Metered) {
    let same =
        |one: &&mut Metered| one.meter == new.meter && one.of == new.of && one.out_only == new.out_only;
    match list.iter_mut().find(same) {
        Some(one) => one.part = one.part.saturating_add(new.part),
        None => list.push(new),
    }
}

/// Virtual CPUs of a database class: `db.r6g.2xlarge` has 8. Classes smaller than `large` have two at most, and two are
/// the fewest that are billed.
fn virtual_cpus(class: &str) -> Option<u64> {
    let size = class.strip_prefix("db.")?.split('.').nth(1)?;
    match size {
        "micro" | "small" | "medium" | "large" => Some(2),
        "xlarge" => Some(4),
        _ => size.strip_suffix("xlarge")?.parse::<u64>().ok().and_then(|times| times.checked_mul(4)),
    }
}
