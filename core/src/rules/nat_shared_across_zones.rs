use super::egress::Egress;
use super::idle_nat_gateway::is_idle;
use super::listing::quoted;
use super::subject::{Faults, in_template, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::cost::PriceItem;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Fact, NatIndex, NatPlacement, Network, Place, SubnetIndex, Target, WorkloadKind, Zone};
use crate::phrase;
use crate::template::Template;

const ID: RuleId = RuleId("nat-shared-across-zones");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Routing,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "Subnets go out through a NAT gateway in another zone",
            ja: "サブネットが、別の AZ の NAT ゲートウェイを通って外に出る",
        )
    },
    check,
};

/// A NAT gateway, and what stands in other zones and depends on it.
#[derive(Debug, PartialEq)]
struct Shared {
    nat: String,
    zone: Zone,
    /// The subnets of other zones, each with the route.
    subnets: Vec<(String, Option<Place>)>,
    /// What stands in them.
    users: Vec<String>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for (one, egress) in subject.networks.iter().zip(subject.egress()) {
        for at in (0..one.network.nat_gateways.len()).map(NatIndex) {
            if let Some(shared) = shared(subject.template, &one.network, egress, at)
                && !is_idle(subject, &one.network, egress, at)
            {
                faults.add(shared, one.situation);
            }
        }
    }
    for (shared, situations) in faults {
        let costs = subject.costs(&situations, &|parts| {
            parts
                .by_traffic(&|_, meter| meter.price == PriceItem::CrossZoneGb && meter.resource == shared.nat)
        });
        findings.push(
            finding(subject.template, &shared).costing(costs).only_where(subject.only_where(&situations)),
        );
    }
}

fn shared(template: &Template<'_>, network: &Network, egress: &Egress, at: NatIndex) -> Option<Shared> {
    let nat = network.nat_gateways.get(at.0)?;
    let resource = resource_of(template, &nat.name)?;
    // A regional one stands in every zone.
    let NatPlacement::Zonal(Fact::Known(home)) = nat.placement else { return None };
    let zone = network.subnets.get(home.0)?.zone.known()?;
    let mut found =
        Shared { nat: resource.id.clone(), zone: zone.clone(), subnets: Vec::new(), users: Vec::new() };
    for (index, subnet) in network.subnets.iter().enumerate() {
        let elsewhere = subnet.zone.known().is_some_and(|other| zone.same(other) == Some(false));
        let Some(table) = subnet.table.known().and_then(|table| network.tables.get(table.0)) else {
            continue;
        };
        let leads_there = |target: &Target| matches!(target, Target::NatGateway(to) if *to == at);
        let Some(route) = table.routes.items.iter().find(|route| leads_there(&route.target)) else {
            continue;
        };
        let users = users(network, egress, SubnetIndex(index));
        if elsewhere && !users.is_empty() {
            found.subnets.push((subnet.name.to_string(), route.at));
            found
                .users
                .extend(users.into_iter().filter(|user| !found.users.contains(user)).collect::<Vec<_>>());
        }
    }
    (!found.subnets.is_empty()).then_some(found)
}

/// What sends from a subnet.
fn users(network: &Network, egress: &Egress, subnet: SubnetIndex) -> Vec<String> {
    let functions = network.workloads.iter().filter(|workload| {
        workload.kind == WorkloadKind::Function && workload.subnets.items.contains(&subnet)
    });
    let residents = egress.residents.iter().filter(|one| one.subnets.contains(&subnet));
    functions.map(|function| function.name.to_string()).chain(residents.map(|one| one.id.clone())).collect()
}

fn finding(template: &Template<'_>, shared: &Shared) -> Finding {
    let nat = &shared.nat;
    let subnets: Vec<&str> = shared.subnets.iter().map(|(name, _)| name.as_str()).collect();
    let ((from, from_ja), (who, who_ja)) = (quoted(&subnets), quoted(&shared.users));
    let is = if subnets.len() == 1 { "is in another zone and goes" } else { "are in other zones and go" };
    let span = template.resource(nat).map(|nat| template.node(nat.key).span());
    let mut finding = Finding::new(
        ID,
        Severity::Info,
        span,
        phrase!(
            en: "{from} {is} out through `{nat}`",
            ja: "{from_ja} は別の AZ にある `{nat}` を通って外に出ます",
        ),
    )
    .help(phrase!(
        en: "when the zone of `{nat}` fails, {who} cannot call out from the others either, and traffic between zones is paid for by the GB; where that matters more than the hourly price, give each zone its own NAT gateway, or use a regional one",
        ja: "`{nat}` の AZ に障害が起きると、ほかの AZ にある {who_ja} も外に出られなくなります。AZ をまたぐ通信にはデータ量に応じた料金もかかります。時間料金よりこれらを重く見る場合は、AZ ごとに NAT ゲートウェイを置くか、リージョナル NAT ゲートウェイを使ってください",
    ))
    .about(nat);
    let mut told = Vec::new();
    for (name, at) in &shared.subnets {
        if let Some(span) = in_template(*at).filter(|span| !told.contains(span)) {
            told.push(span);
            finding = finding.label(span, phrase!(en: "the route of `{name}`", ja: "`{name}` のルート"));
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::testing::{costs, findings, traffic};
    use crate::rules::testing_egress::{BUCKETS, NAT, NETWORK, function};

    const ID: &str = "nat-shared-across-zones";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{NETWORK}{NAT}{rest}"), ID)
    }

    #[test]
    fn a_way_out_in_another_zone_is_found() {
        let found = of(&function("Fn", "sqs:SendMessage", "!Ref A, !Ref B"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`B` is in another zone and goes out through `Nat`"), "{found:?}");
        let instance = of("  Server: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref B}}\n");
        assert_eq!(instance.len(), 1, "{instance:?}");
    }

    #[test]
    fn what_is_not_known_or_not_used_is_left_alone() {
        let quiet = [
            String::new(),
            function("Fn", "sqs:SendMessage", "!Ref A"),
            // What may be done in a subnet stands nowhere.
            "  May: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: 'ec2:CreateNetworkInterfacePermission', Resource: !Ref B}]}}}\n".to_owned(),
            // Told by idle-nat-gateway.
            format!("{BUCKETS}{}", function("Fn", "s3:GetObject", "!Ref A, !Ref B")),
        ];
        for rest in quiet {
            assert!(of(&rest).is_empty(), "{rest}");
        }
        let anywhere = format!("{NETWORK}{NAT}{}", function("Fn", "sqs:SendMessage", "!Ref A, !Ref B"));
        assert!(
            findings(&anywhere.replace(", AvailabilityZone: !Select [1, !GetAZs '']", ""), ID).is_empty()
        );
        assert!(
            findings(
                &anywhere.replace(
                    "SubnetId: !Ref Public, AllocationId",
                    "AvailabilityMode: regional, VpcId: !Ref Vpc, AllocationId"
                ),
                ID
            )
            .is_empty()
        );
    }

    #[test]
    fn what_goes_between_zones_is_told() {
        let text = format!("{NETWORK}{NAT}{}", function("Fn", "sqs:SendMessage", "!Ref A, !Ref B"));
        let region = Some("us-east-1".to_owned());
        // Half of it, 0.01 on each side
        let bands = Options { region: region.clone(), ..Options::default() };
        assert_eq!(costs(&text, ID, &bands), ["0.10 1.00 50.00"]);
        let given = Options { region, ..traffic(&[("Fn", "sqs", 300)]) };
        assert_eq!(costs(&text, ID, &given), ["3.00"]);
    }
}
