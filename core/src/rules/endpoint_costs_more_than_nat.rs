use super::egress::{Egress, Way, functions_in, is_connected, is_known, is_named, is_private};
use super::idle_nat_gateway::is_idle;
use super::listing::quoted;
use super::subject::{Faults, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::cost::{
    Gigabytes, Load, Metered, Parts, PriceItem, Quantity, Usd, is_cheaper_without_nat, without_endpoint,
};
use crate::demands::DemandSource;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Endpoint, EndpointIndex, EndpointKind, Name, NatIndex, Network, Situated, VpcIndex};
use crate::paths::Verdict;
use crate::phrase;
use crate::services;
use crate::template::Template;

const ID: RuleId = RuleId("endpoint-costs-more-than-nat");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "For the traffic given, an interface endpoint costs more than the NAT gateway that it spares",
            ja: "指定された通信量では、インターフェイスエンドポイントの料金が、省ける NAT ゲートウェイの料金を上回る",
        )
    },
    check,
};

/// An endpoint that does not pay.
#[derive(Debug, PartialEq)]
struct Dear {
    endpoint: String,
    service: String,
    /// The functions that use it.
    users: Vec<String>,
    /// The NAT gateways that would carry what they send.
    nats: Vec<String>,
    sums: Sums,
}

/// What it comes to in a month.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sums {
    gb: Quantity,
    /// What the endpoint costs.
    costs: Usd,
    /// What NAT gateways would cost more without it.
    spares: Usd,
    /// From how many GB on it pays, where it ever does.
    pays_from: Option<Quantity>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    // From other networks only the endpoint can be used.
    if subject.traffic.is_none() || is_connected(subject.template) || !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for (number, one) in subject.networks.iter().enumerate() {
        for at in (0..one.network.endpoints.len()).map(EndpointIndex) {
            if let Some(dear) = dear(subject, number, one, at) {
                faults.add(dear, one.situation);
            }
        }
    }
    for (dear, situations) in faults {
        findings.push(finding(subject.template, &dear).only_where(subject.only_where(&situations)));
    }
}

fn dear(subject: &Subject<'_, '_>, number: usize, situated: &Situated, at: EndpointIndex) -> Option<Dear> {
    let (traffic, network) = (subject.traffic?, &situated.network);
    let (model, egress) = (subject.models().get(number)?, subject.egress().get(number)?);
    let endpoint = network.endpoints.get(at.0)?;
    let (id, service, vpc) = of_this_stack_alone(subject, network, endpoint)?;
    let users = users(subject, network, egress, at)?;
    if users.is_empty() || others_may_use_it(subject, network, egress, vpc, &users) {
        return None;
    }
    let mut ways: Vec<(Load, Vec<Metered>)> = Vec::new();
    for (function, demand) in &users {
        let goal = &subject.demands().demands.get(*demand)?.goal;
        let metered = without_endpoint(subject, situated, at, network.workload(function)?, goal)?;
        ways.push((traffic.given(function, service).unwrap_or_default(), metered));
    }
    let nats = nats(&ways);
    let is_needed = |nat: &String| {
        let nat = network.nat_gateways.iter().position(|one| one.name.to_string() == *nat);
        nat.is_some_and(|nat| !is_idle(subject, network, egress, NatIndex(nat)))
    };
    // Where a NAT gateway could go instead, that is told.
    if !nats.iter().any(is_needed) || is_cheaper_without_nat(model, subject.prices, traffic) {
        return None;
    }
    let through = traffic.through.get(id).copied();
    let is_told = |(function, _): &(String, usize)| traffic.given(function, service).is_some();
    if through.is_none() && !users.iter().all(is_told) {
        return None;
    }
    let parts = Parts::of(model, subject.prices, Some(traffic))?;
    let sums = sums(&parts, id, &ways, through.unwrap_or_default())?;
    let mut names: Vec<String> = users.into_iter().map(|(function, _)| function).collect();
    names.dedup();
    (sums.costs > sums.spares).then(|| Dear {
        endpoint: id.to_owned(),
        service: service.to_owned(),
        users: names,
        nats,
        sums,
    })
}

/// The endpoint's id, service and VPC, where nobody can use it but what stands in a VPC of this stack. For services
/// that have a gateway endpoint another rule knows better.
fn of_this_stack_alone<'n>(
    subject: &Subject<'_, '_>,
    network: &Network,
    endpoint: &'n Endpoint,
) -> Option<(&'n str, &'n str, VpcIndex)> {
    let EndpointKind::Interface { .. } = &endpoint.kind else { return None };
    let Name::Logical(id) = &endpoint.name else { return None };
    let service = endpoint.service.known()?;
    let vpc = *endpoint.vpc.known()?;
    let is_alone = resource_of(subject.template, &endpoint.name).is_some()
        && services::is_suffix(service)
        && !services::has_gateway(service)
        && !subject.is_shared(id)
        && !is_named(subject.template, id, &[])
        && is_private(subject, network, vpc);
    is_alone.then_some((id, service, vpc))
}

/// The functions that reach the service by the endpoint, each with the demand. Nothing where something else goes there
/// too, or does not arrive.
fn users(
    subject: &Subject<'_, '_>,
    network: &Network,
    egress: &Egress,
    at: EndpointIndex,
) -> Option<Vec<(String, usize)>> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for passage in egress.passages.iter().filter(|passage| passage.ways.contains(&Way::Endpoint(at))) {
        let demand = subject.demands().demands.get(passage.demand)?;
        if passage.verdict != Verdict::Reachable || !matches!(demand.source, DemandSource::Function(_)) {
            return None;
        }
        let function = network.workloads.get(passage.workload.0)?.name.to_string();
        if !found.iter().any(|(known, _)| *known == function) {
            found.push((function, passage.demand));
        }
    }
    Some(found)
}

/// Whether something else in the VPC may use it: what sends anything, or a function of which not all is known.
fn others_may_use_it(
    subject: &Subject<'_, '_>,
    network: &Network,
    egress: &Egress,
    vpc: VpcIndex,
    users: &[(String, usize)],
) -> bool {
    let is_open = |function: &String| {
        !users.iter().any(|(user, _)| user == function) && !is_known(subject.demands(), function)
    };
    egress.residents_in(network, vpc).next().is_some()
        || functions_in(network, vpc).any(|function| is_open(&function.name.to_string()))
}

/// The NAT gateways on ways.
fn nats(ways: &[(Load, Vec<Metered>)]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for one in ways.iter().flat_map(|(_, metered)| metered).filter(|one| one.meter.price.is_of_nat()) {
        if !found.contains(&one.meter.resource) {
            found.push(one.meter.resource.clone());
        }
    }
    found
}

/// Adds up what goes each way; what is given for the endpoint itself is taken to be spread evenly over them.
fn sums(parts: &Parts<'_>, id: &str, ways: &[(Load, Vec<Metered>)], through: Gigabytes) -> Option<Sums> {
    let share = through.0.share(1, ways.len() as u64);
    let given = |load: &Load| Load {
        both: Gigabytes(load.both.0 + share),
        out: load.out.map(|out| Gigabytes(out.0 + share)),
    };
    let loads: Vec<Load> = ways.iter().map(|(load, _)| given(load)).collect();
    let (gb, data, spares) = carried(parts, ways, &loads)?;
    let hours = parts.by_the_hour(std::slice::from_ref(&id.to_owned()))?;
    // Where nothing is sent, each way counts as much as any other.
    let one_each = vec![Load { both: Gigabytes::whole(1), out: None }; ways.len()];
    let (sample, of_endpoint, of_nat) =
        if gb.is_zero() { carried(parts, ways, &one_each)? } else { (gb, data, spares) };
    let times = hours.over(of_nat - of_endpoint);
    Some(Sums {
        gb,
        costs: (hours + data).rounded(),
        spares: spares.rounded(),
        pays_from: times.map(|times| sample.portion(times, Quantity::whole(1))),
    })
}

/// Gigabytes, what the endpoint takes for them, and what NAT gateways would.
fn carried(parts: &Parts<'_>, ways: &[(Load, Vec<Metered>)], loads: &[Load]) -> Option<(Quantity, Usd, Usd)> {
    let gb: Quantity = loads.iter().map(|load| load.both.0).sum();
    let each =
        ways.iter().zip(loads).flat_map(|((_, metered), load)| metered.iter().map(move |one| (one, *load)));
    let nat = each.map(|(one, load)| parts.metered(one, load)).sum::<Option<Usd>>()?;
    Some((gb, parts.data(PriceItem::InterfaceEndpointGb, Gigabytes(gb))?, nat))
}

fn finding(template: &Template<'_>, dear: &Dear) -> Finding {
    let Dear { endpoint, service, sums, .. } = dear;
    let Sums { gb, costs, spares, pays_from } = sums;
    let ((who, who_ja), (nat, nat_ja)) = (quoted(&dear.users), quoted(&dear.nats));
    let carries = if dear.nats.len() == 1 { "carries" } else { "carry" };
    let (turns, turns_ja) = match pays_from {
        Some(turns) => {
            let turns = turns.in_parts_of(100);
            let turns = format!("{}.{:02}", turns / 100, turns % 100);
            (
                format!("the endpoint pays from {turns} GB a month on"),
                format!("エンドポイントが得になるのは月 {turns} GB からです"),
            )
        }
        None => (
            "the endpoint takes no less for a GB".to_owned(),
            "GB あたりの料金はエンドポイントのほうが安くありません".to_owned(),
        ),
    };
    let span = template.resource(endpoint).map(|own| template.node(own.key).span());
    Finding::new(
        ID,
        Severity::Info,
        span,
        phrase!(
            en: "for the traffic given, `{endpoint}` costs ${costs} a month and spares ${spares} of NAT gateway charges",
            ja: "指定された通信量では、`{endpoint}` の料金は月額 ${costs} で、省ける NAT ゲートウェイの料金は ${spares} です",
        ),
    )
    .help(phrase!(
        en: "{nat}, which something else needs anyway, {carries} these {gb} GB a month for less; {turns}. Keep it where calls must stay inside AWS's network, or where its policy limits what can be reached",
        ja: "ほかの用途で残る {nat_ja} を通せば、この月 {gb} GB は安く済みます。{turns_ja}。通信を AWS のネットワーク内にとどめる必要がある場合や、エンドポイントポリシーで宛先を制限している場合は、残してください",
    ))
    .about(endpoint)
    .here(phrase!(en: "{service}, for {who}", ja: "{who_ja} から {service} へ"))
    .told_apart_by(service)
    .costing(Some((*costs).into()))
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::cost::Gigabytes;
    use crate::rules::testing::{costs, findings_with, traffic};
    use crate::rules::testing_egress::{NAT, NETWORK, declaring, endpoint, function};

    const ID: &str = "endpoint-costs-more-than-nat";

    /// A function that calls queues by an endpoint, and one that needs the NAT gateway.
    fn text() -> String {
        let sender = function("Fn", "sqs:SendMessage", "!Ref A");
        let out = declaring(&function("Web", "", "!Ref A"), "internet");
        format!("{NETWORK}{NAT}{}{sender}{out}", endpoint("Queues", "sqs"))
    }

    fn of(text: &str, gb: u64) -> Vec<String> {
        findings_with(text, ID, &traffic(&[("Fn", "sqs", gb), ("Web", "internet", 5)]))
    }

    #[test]
    fn an_endpoint_with_little_traffic_is_found() {
        let found = of(&text(), 10);
        assert_eq!(found.len(), 1, "{found:?}");
        // 730 x 0.011 + 10 x 0.01 = 8.03 + 0.10; 10 x 0.048
        let words =
            "for the traffic given, `Queues` costs $8.13 a month and spares $0.48 of NAT gateway charges";
        assert!(found[0].contains(words), "{found:?}");
        assert_eq!(costs(&text(), ID, &traffic(&[("Fn", "sqs", 10)])), ["8.13"]);
        let options = traffic(&[("Fn", "sqs", 10)]);
        let analysis = crate::analyze("t.yaml", &text(), &options);
        let help = &analysis.findings.iter().find(|one| one.rule.0 == ID).unwrap().help.en;
        // 8.03 / (0.048 - 0.01)
        assert!(help.contains("`Nat`, which") && help.contains("from 211.31 GB a month on"), "{help}");
        assert_eq!(of(&text(), 0).len(), 1, "nothing is sent");
    }

    #[test]
    fn it_turns_where_the_sums_meet() {
        assert_eq!((of(&text(), 211).len(), of(&text(), 212).len()), (1, 0));
        // From the other zone a GB through the NAT gateway is 0.02 dearer: 8.03 / 0.058 = 138.4
        let other = text().replacen(
            "SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]",
            "SubnetIds: [!Ref B], SecurityGroupIds: [!Ref Group]",
            1,
        );
        assert_eq!((of(&other, 138).len(), of(&other, 139).len()), (1, 0));
    }

    #[test]
    fn traffic_may_be_given_for_the_endpoint_itself() {
        let mut options = traffic(&[]);
        options.traffic.as_mut().unwrap().through.insert("Queues".to_owned(), Gigabytes::whole(10));
        assert_eq!(findings_with(&text(), ID, &options).len(), 1);
    }

    #[test]
    fn what_is_not_given_or_may_be_needed_is_left_alone() {
        assert!(findings_with(&text(), ID, &Options::default()).is_empty(), "no traffic is given");
        assert!(findings_with(&text(), ID, &traffic(&[("Web", "internet", 5)])).is_empty(), "nor for it");
        let quiet = [
            format!("{}  Peer: {{Type: AWS::EC2::VPCPeeringConnection, Properties: {{VpcId: !Ref Vpc, PeerVpcId: vpc-1}}}}\n", text()),
            format!("{}  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref B}}}}\n", text()),
            format!("{}Outputs: {{E: {{Value: !Ref Queues}}}}\n", text()),
            format!("{}Outputs: {{V: {{Value: !Ref Vpc}}}}\n", text()),
            // One of its subnets has no way out.
            text().replace("  OfB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref B}}\n", "")
                .replacen("SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]", "SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Group]", 1),
            // Its group lets nothing out but to the endpoint.
            text().replace("{GroupDescription: f, VpcId: !Ref Vpc}", "{GroupDescription: f, VpcId: !Ref Vpc, SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}]}"),
            // Another function, of which nothing is known, may call queues too.
            text().replace("!GetAtt WebRole.Arn", "arn:aws:iam::111122223333:role/r"),
            // No price is known.
            text().replace("eu-west-1", "ca-west-1"),
        ];
        for text in quiet {
            let found = of(&text, 10);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
        // Where endpoints for everything are the cheapest, or nothing needs the NAT gateway, that one can go.
        for other in ["sns", "sqs"] {
            let text = text().replace("reaches: ['internet']", &format!("reaches: ['{other}']"));
            let given = traffic(&[("Fn", "sqs", 10), ("Web", other, 5)]);
            assert!(findings_with(&text, ID, &given).is_empty(), "{other}");
        }
        let buckets = text().replace(".sqs", ".s3").replace("sqs:SendMessage", "s3:GetObject");
        let given = traffic(&[("Fn", "s3", 10)]);
        assert!(findings_with(&buckets, ID, &given).is_empty(), "a gateway endpoint is free");
    }
}
