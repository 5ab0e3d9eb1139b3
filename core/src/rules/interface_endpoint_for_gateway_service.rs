use super::egress::{Egress, Way, functions_in, is_connected, is_named, is_private};
use super::listing::quoted;
use super::subject::{Faults, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Endpoint, EndpointIndex, EndpointKind, Fact, Network};
use crate::paths::Verdict;
use crate::phrase;
use crate::services;
use crate::template::Template;

const ID: RuleId = RuleId("interface-endpoint-for-gateway-service");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "An interface endpoint is paid for where a gateway endpoint is free",
            ja: "無料のゲートウェイエンドポイントで足りるところに、有料のインターフェイスエンドポイントがある",
        )
    },
    check,
};

#[derive(Debug, PartialEq)]
struct Paid {
    endpoint: String,
    service: String,
    /// The functions that use it.
    users: Vec<String>,
    /// How many interfaces it has, where that is known.
    interfaces: Option<usize>,
    /// A gateway endpoint that is there already.
    beside: Option<String>,
    /// Whether the VPC is this stack's alone.
    own: bool,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    // From other networks only the interface endpoint can be used.
    if is_connected(subject.template) || !subject.is_whole() {
        return;
    }
    let mut faults = Faults::new();
    for (one, egress) in subject.networks.iter().zip(subject.egress()) {
        for at in (0..one.network.endpoints.len()).map(EndpointIndex) {
            if let Some(paid) = paid(subject, &one.network, egress, at) {
                faults.add(paid, one.situation);
            }
        }
    }
    for (paid, situations) in faults {
        let costs = subject.costs(&situations, &|parts| {
            let hours = parts.by_the_hour(std::slice::from_ref(&paid.endpoint))?.into();
            let data = parts.by_traffic(&|_, meter| meter.resource == paid.endpoint);
            Some(data.map_or(hours, |data| hours + data))
        });
        findings.push(
            finding(subject.template, &paid).costing(costs).only_where(subject.only_where(&situations)),
        );
    }
}

fn paid(subject: &Subject<'_, '_>, network: &Network, egress: &Egress, at: EndpointIndex) -> Option<Paid> {
    let template = subject.template;
    let endpoint = network.endpoints.get(at.0)?;
    let resource = resource_of(template, &endpoint.name)?;
    let service = endpoint.service.known().filter(|service| services::has_gateway(service))?;
    let EndpointKind::Interface { subnets, inbound_resolver_only, .. } = &endpoint.kind else { return None };
    let vpc = *endpoint.vpc.known()?;
    // Whoever names the endpoint uses its own names or addresses, which a gateway endpoint has not.
    if inbound_resolver_only != &Fact::Known(false)
        || subject.is_shared(&resource.id)
        || is_named(template, &resource.id, &[])
    {
        return None;
    }
    let own = is_private(subject, network, vpc);
    let mut users: Vec<String> = Vec::new();
    for passage in &egress.passages {
        let name = network.workloads.get(passage.workload.0)?.name.to_string();
        let arrives = passage.verdict == Verdict::Reachable && passage.ways.contains(&Way::Endpoint(at));
        if arrives && !users.contains(&name) {
            users.push(name);
        }
    }
    let somebody =
        functions_in(network, vpc).next().is_some() || egress.residents_in(network, vpc).next().is_some();
    // Who else uses a VPC of others is not known: then somebody of this template must.
    if users.is_empty() && !(own && somebody) {
        return None;
    }
    let is_gateway = |other: &&Endpoint| {
        matches!(other.kind, EndpointKind::Gateway { .. })
            && other.vpc.known() == Some(&vpc)
            && other.service.known() == Some(service)
    };
    let interfaces = subnets.rest.is_none().then_some(subnets.items.len());
    Some(Paid {
        endpoint: resource.id.clone(),
        service: service.clone(),
        users,
        interfaces,
        beside: network.endpoints.iter().find(is_gateway).map(|other| other.name.to_string()),
        own,
    })
}

fn finding(template: &Template<'_>, paid: &Paid) -> Finding {
    let Paid { endpoint, service, .. } = paid;
    let severity = if paid.own { Severity::Warning } else { Severity::Info };
    let (count, count_ja) = match paid.interfaces {
        Some(1) => (" for its interface".to_owned(), " (インターフェイス 1 個分)".to_owned()),
        Some(count) => {
            (format!(" for each of its {count} interfaces"), format!(" (インターフェイス {count} 個分)"))
        }
        None => (" for each of its interfaces".to_owned(), String::new()),
    };
    let (instead, instead_ja) = match &paid.beside {
        Some(gateway) => (
            format!("`{gateway}` carries this traffic without it: remove it"),
            format!("`{gateway}` があれば足りるため、削除できます"),
        ),
        None => (
            "use a gateway endpoint on the route tables of these subnets".to_owned(),
            "サブネットのルートテーブルにゲートウェイエンドポイントを追加し、置き換えてください".to_owned(),
        ),
    };
    let span = template.resource(endpoint).map(|own| template.node(own.key).span());
    let mut finding = Finding::new(
        ID,
        severity,
        span,
        phrase!(
            en: "`{endpoint}` is an interface endpoint for {service}, for which a gateway endpoint is free",
            ja: "`{endpoint}` は {service} のインターフェイスエンドポイントですが、{service} には無料のゲートウェイエンドポイントがあります",
        ),
    )
    .help(phrase!(
        en: "it is paid by the hour{count} and by the GB; {instead}, let the security groups out to the prefix list of {service}, and keep the interface endpoint only for callers in peered or on-premises networks",
        ja: "時間単位の料金{count_ja}とデータ量に応じた料金がかかります。{instead_ja}。その際、セキュリティグループのアウトバウンドで {service} のプレフィックスリストを許可してください。インターフェイスエンドポイントが必要なのは、ピアリング先やオンプレミスから使う場合だけです",
    ))
    .about(endpoint)
    .told_apart_by(service);
    if !paid.users.is_empty() {
        let (who, who_ja) = quoted(&paid.users);
        finding = finding.here(phrase!(en: "used by {who}", ja: "{who_ja} が使用"));
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::testing::{costs, findings, traffic};
    use crate::rules::testing_egress::{BUCKETS, NETWORK, endpoint, function};

    const ID: &str = "interface-endpoint-for-gateway-service";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{NETWORK}{}{rest}", function("Fn", "s3:GetObject", "!Ref A")), ID)
    }

    #[test]
    fn a_paid_endpoint_is_found() {
        let found = of(&endpoint("Paid", "s3"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("`Paid` is an interface endpoint for s3, for which a gateway endpoint is free"),
            "{found:?}"
        );
        assert_eq!(of(&format!("{BUCKETS}{}", endpoint("Paid", "s3"))).len(), 1);
        assert_eq!(of(&endpoint("Paid", "dynamodb")).len(), 1);
    }

    #[test]
    fn what_others_may_need_is_left_alone() {
        let paid = endpoint("Paid", "s3");
        let quiet = [
            BUCKETS.to_owned(),
            endpoint("Other", "sqs"),
            paid.replace("PrivateDnsEnabled", "DnsOptions: {PrivateDnsOnlyForInboundResolverEndpoint: OnlyInboundResolver}, PrivateDnsEnabled"),
            format!("{paid}  Vpn: {{Type: AWS::EC2::VPNGateway, Properties: {{Type: ipsec.1}}}}\n"),
            format!("{paid}Outputs: {{E: {{Value: !Ref Paid}}}}\n"),
            format!("{paid}  Names: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: !Select [0, !GetAtt Paid.DnsEntries]}}}}\n"),
        ];
        for rest in quiet {
            let found = of(&rest);
            assert!(found.is_empty(), "{rest}: {found:?}");
        }
        assert!(findings(&format!("{NETWORK}{paid}"), ID).is_empty(), "nobody uses the network");
    }

    #[test]
    fn its_hours_and_its_data_are_told() {
        let text = format!("{NETWORK}{}{}", function("Fn", "s3:GetObject", "!Ref A"), endpoint("Paid", "s3"));
        // 730 x 0.011, and 10, 100 and 5000 GB x 0.01
        assert_eq!(costs(&text, ID, &Options::default()), ["8.13 9.03 58.03"]);
        assert_eq!(costs(&text, ID, &traffic(&[("Fn", "s3", 300)])), ["11.03"]);
    }
}
