use super::egress::{Behind, Egress, functions_in, is_private, meant};
use super::listing::{plain, quoted};
use super::subject::{Faults, in_template, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::cost::{Band, Usd};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::network::{
    Connectivity, Fact, NatGateway, NatIndex, NatPlacement, Network, Place, Situated, Target, VpcIndex,
};
use crate::paths::{GoalTarget, Verdict};
use crate::phrase;
use crate::suggest::remove_resources;
use crate::template::{Guard, Resource, Template};

const ID: RuleId = RuleId("idle-nat-gateway");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Warning,
    fix: Some(Safety::Unsafe),
    summary: || {
        phrase!(
            en: "Nothing in the template needs a NAT gateway",
            ja: "NAT ゲートウェイを必要とするものがテンプレートにない",
        )
    },
    check,
};

/// A NAT gateway that nobody uses.
#[derive(Debug, PartialEq)]
struct Idle {
    nat: String,
    /// The subnets that have a route to it.
    subnets: Vec<String>,
    /// Where these routes are written.
    routes: Vec<Option<Place>>,
    /// The functions in them, each with what it calls instead.
    functions: Vec<(String, Vec<String>)>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for (one, egress) in subject.networks.iter().zip(subject.egress()) {
        for at in (0..one.network.nat_gateways.len()).map(NatIndex) {
            if let Some(idle) = idle(subject, &one.network, egress, at) {
                faults.add(idle, one.situation);
            }
        }
    }
    for (idle, situations) in faults {
        let named = |nat: &NatGateway| nat.name.matches(&idle.nat);
        let exists = |one: &&Situated| one.network.nat_gateways.iter().any(named);
        let always = subject.networks.iter().filter(exists).count() == situations.len();
        let fix = if always { fix(subject.template, &idle.nat) } else { None };
        let finding = finding(subject.template, &idle).costing(costs(subject, &idle.nat, &situations));
        findings.push(finding.fix(fix).only_where(subject.only_where(&situations)));
    }
}

/// Whether nobody uses a NAT gateway, and so no other rule need look at how it is used.
pub(super) fn is_idle(subject: &Subject<'_, '_>, network: &Network, egress: &Egress, nat: NatIndex) -> bool {
    idle(subject, network, egress, nat).is_some()
}

/// Whether something of the VPC has no way out, or from some subnets only: what mends that may well use the gateway.
fn somebody_has_no_way_out(subject: &Subject<'_, '_>, network: &Network, vpc: VpcIndex) -> bool {
    subject.answers().iter().any(|answer| {
        let goes_out = matches!(
            answer.demand.goal.target,
            GoalTarget::Service(_) | GoalTarget::Internet | GoalTarget::Host(_)
        );
        let workload = network.workload(&answer.function).and_then(|at| network.workloads.get(at.0));
        goes_out
            && !answer.demand.forbidden
            && matches!(answer.sum.verdict, Verdict::Blocked | Verdict::Partial)
            && workload.and_then(|workload| workload.vpc) == Some(vpc)
    })
}

fn idle(subject: &Subject<'_, '_>, network: &Network, egress: &Egress, at: NatIndex) -> Option<Idle> {
    let nat = network.nat_gateways.get(at.0)?;
    let resource = resource_of(subject.template, &nat.name)?;
    let vpc = vpc_of(network, nat)?;
    if !subject.is_whole()
        // A private one is for networks that others connect.
        || nat.connectivity != Fact::Known(Connectivity::Public)
        || !is_private(subject, network, vpc)
        || is_given_out(subject, &resource.id)
        || somebody_has_no_way_out(subject, network, vpc)
    {
        return None;
    }
    // In a template without anything that sends, whoever uses the network is elsewhere.
    let somebody =
        functions_in(network, vpc).next().is_some() || egress.residents_in(network, vpc).next().is_some();
    let demands = subject.demands();
    let behind: Behind<'_> = egress.behind(network, demands, at);
    if !somebody || !behind.is_unused() {
        return None;
    }
    let mut functions = Vec::new();
    for function in &behind.elsewhere {
        let id = network.workloads.get(function.0)?.name.to_string();
        let mut calls: Vec<String> = Vec::new();
        for demand in meant(demands, &id) {
            let name = demand.goal.target.id();
            if !calls.contains(&name) {
                calls.push(name);
            }
        }
        // Who stands behind a NAT gateway and is not known to call anything at all calls what is not known.
        if calls.is_empty() {
            return None;
        }
        functions.push((id, calls));
    }
    let leads_there = |target: &Target| matches!(target, Target::NatGateway(to) if *to == at);
    let routes = network.tables.iter().flat_map(|table| &table.routes.items);
    Some(Idle {
        nat: resource.id.clone(),
        subnets: behind.subnets.iter().map(|one| network.subnets[one.0].name.to_string()).collect(),
        routes: routes.filter(|route| leads_there(&route.target)).map(|route| route.at).collect(),
        functions,
    })
}

/// The VPC of a NAT gateway.
pub(crate) fn vpc_of(network: &Network, nat: &NatGateway) -> Option<VpcIndex> {
    match &nat.placement {
        NatPlacement::Zonal(subnet) => network.subnets.get(subnet.known()?.0)?.vpc.known().copied(),
        NatPlacement::Regional(vpc) => vpc.known().copied(),
    }
}

/// Whether others know the gateway or its address, which they let in then.
pub(crate) fn is_given_out(subject: &Subject<'_, '_>, nat: &str) -> bool {
    subject.is_shared(nat) || addresses(subject.template, nat).iter().any(|id| subject.is_shared(id))
}

/// The resources that are its addresses.
fn addresses(template: &Template<'_>, nat: &str) -> Vec<String> {
    let cases = template.resource(nat).map(|nat| template.property(nat, &["AllocationId"]));
    let named = cases.into_iter().flatten().filter_map(|case| Some(case.value.resource()?.0.to_owned()));
    named.collect()
}

/// What the gateway and its address cost by the hour.
fn costs(subject: &Subject<'_, '_>, nat: &str, situations: &[Guard]) -> Option<Band<Usd>> {
    let mut paid = addresses(subject.template, nat);
    paid.push(nat.to_owned());
    subject.costs(situations, &|parts| Some(parts.by_the_hour(&paid)?.into()))
}

/// Takes the gateway out with its routes, and with its address where nothing else uses that.
fn fix(template: &Template<'_>, nat: &str) -> Option<Fix> {
    let of = |kind: &'static str| template.resources.iter().filter(move |one| one.kind == kind);
    let names = |from: &Resource, property: &str, id: &str| {
        let cases = template.property(from, &[property]);
        !cases.is_empty() && cases.iter().all(|case| case.value.resource().is_some_and(|(own, _)| own == id))
    };
    let mut going: Vec<&str> = vec![nat];
    going.extend(
        of("AWS::EC2::Route").filter(|one| names(one, "NatGatewayId", nat)).map(|one| one.id.as_str()),
    );
    let resource = template.resource(nat)?;
    let address = of("AWS::EC2::EIP").find(|one| names(resource, "AllocationId", &one.id));
    let with_address: Vec<&str> = going.iter().copied().chain(address.map(|one| one.id.as_str())).collect();
    let edits = remove_resources(template, &with_address).or_else(|| remove_resources(template, &going))?;
    Some(Fix {
        safety: Safety::Unsafe,
        title: phrase!(en: "Remove `{nat}` and what leads to it", ja: "`{nat}` と関連するルートを削除する"),
        edits,
    })
}

fn finding(template: &Template<'_>, idle: &Idle) -> Finding {
    let Idle { nat, subnets, functions, .. } = idle;
    let names: Vec<&str> = functions.iter().map(|(id, _)| id.as_str()).collect();
    let ((who, who_ja), (from, from_ja)) = (quoted(&names), quoted(subnets));
    let (severity, message) = match (subnets.is_empty(), functions.is_empty()) {
        (true, _) => (
            Severity::Warning,
            phrase!(
                en: "no subnet has a route to `{nat}`, so nothing uses it",
                ja: "`{nat}` へのルートを持つサブネットがなく、どこからも使われていません",
            ),
        ),
        (false, true) => (
            Severity::Warning,
            phrase!(
                en: "nothing uses `{nat}`: nothing that calls out stands in {from}, whose traffic it would carry",
                ja: "`{nat}` は使われていません。`{nat}` を通る {from_ja} に、外へ通信するものがありません",
            ),
        ),
        // Code may call what no template tells.
        (false, false) => (
            Severity::Info,
            phrase!(
                en: "nothing that {who} is known to call goes through `{nat}`",
                ja: "{who_ja} の通信先としてわかっているものは、どれも `{nat}` を通りません",
            ),
        ),
    };
    let help = if functions.is_empty() {
        phrase!(
            en: "a NAT gateway and its public address are paid by the hour, used or not: remove them and the routes, unless something outside of this template uses them",
            ja: "NAT ゲートウェイとパブリック IP アドレスには、使わなくても時間単位の料金がかかります。テンプレートの外から使うものがなければ、ルートとともに削除できます",
        )
    } else {
        phrase!(
            en: "a NAT gateway and its public address are paid by the hour, used or not; if no code calls other hosts they can go with the routes, and if some does, declare it: Metadata: {{vpcheck: {{reaches: [internet]}}}}",
            ja: "NAT ゲートウェイとパブリック IP アドレスには、使わなくても時間単位の料金がかかります。コードがほかのホストを呼び出さなければ、ルートとともに削除できます。呼び出す場合は、関数に Metadata: {{vpcheck: {{reaches: [internet]}}}} と宣言してください",
        )
    };
    let span = template.resource(nat).map(|nat| template.node(nat.key).span());
    let mut finding = Finding::new(ID, severity, span, message).help(help).about(nat);
    for (id, calls) in functions {
        let (calls, calls_ja) = plain(calls);
        if let Some(function) = template.resource(id) {
            finding = finding.label(
                key_of(template, function, "VpcConfig"),
                phrase!(
                    en: "`{id}` reaches {calls}, and does so without the NAT gateway",
                    ja: "`{id}` は {calls_ja} に、NAT ゲートウェイを通らずに届く",
                ),
            );
        }
    }
    if functions.is_empty() {
        let mut told = Vec::new();
        for span in idle.routes.iter().filter_map(|at| in_template(*at)) {
            if !told.contains(&span) {
                told.push(span);
                finding =
                    finding.label(span, phrase!(en: "this route leads to it", ja: "`{nat}` へのルート"));
            }
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::testing::{costs, findings, fixed};
    use crate::rules::testing_egress::{BUCKETS, NAT, NETWORK, declaring, function};

    const ID: &str = "idle-nat-gateway";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{NETWORK}{NAT}{rest}"), ID)
    }

    fn reader() -> String {
        function("Fn", "s3:GetObject", "!Ref A")
    }

    #[test]
    fn a_gateway_that_no_known_call_takes_is_found() {
        let found = of(&format!("{BUCKETS}{}", reader()));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("nothing that `Fn` is known to call goes through `Nat`"), "{found:?}");
        assert!(found[0].contains("`Fn` reaches s3, and does so without the NAT gateway"), "{found:?}");
    }

    #[test]
    fn it_goes_with_its_address_and_its_routes() {
        let text = format!("{NETWORK}{NAT}{BUCKETS}{}", reader());
        let without = fixed(&text, ID);
        let gone =
            |line: &str| ["  Nat:", "  Away:", "  Address:"].iter().any(|start| line.starts_with(start));
        let rest: Vec<&str> = text.lines().filter(|line| !gone(line)).collect();
        assert_eq!(without.lines().collect::<Vec<_>>(), rest);
        assert_eq!(findings(&without, "unreachable-destination"), Vec::<String>::new());
        let used = format!("{text}  After: {{Type: AWS::SQS::Queue, DependsOn: Nat}}\n");
        assert_eq!(fixed(&used, ID), used, "something else needs it");
    }

    #[test]
    fn a_gateway_without_anybody_behind_it_is_found() {
        let found = of("  Server: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref Public}}\n");
        assert!(
            found.len() == 1
                && found[0].contains("nothing uses `Nat`: nothing that calls out stands in `A` and `B`"),
            "{found:?}"
        );
        let alone = format!(
            "{NETWORK}{NAT}  Server: {{Type: AWS::EC2::Instance, Properties: {{SubnetId: !Ref A}}}}\n"
        );
        let unrouted: String =
            alone.lines().filter(|line| !line.contains("  Away:")).map(|line| format!("{line}\n")).collect();
        assert!(findings(&unrouted, ID)[0].contains("no subnet has a route to `Nat`"));
        assert!(findings(&alone, ID).is_empty(), "an instance may call anything");
    }

    #[test]
    fn sam_is_read_alike() {
        let sam = "  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.13, CodeUri: ., Policies: [{S3ReadPolicy: {BucketName: b}}], VpcConfig: {SubnetIds: [!Ref A], SecurityGroupIds: [!Ref Group]}}}\n";
        let text = format!("Transform: AWS::Serverless-2016-10-31\n{NETWORK}{NAT}{BUCKETS}{sam}");
        assert_eq!(findings(&text, ID).len(), 1);
    }

    #[test]
    fn what_may_be_used_is_left_alone() {
        let idle = format!("{BUCKETS}{}", reader());
        let quiet = [
            // Nobody at all: whoever uses the network is elsewhere.
            String::new(),
            BUCKETS.to_owned(),
            // By the NAT gateway.
            reader(),
            format!("{BUCKETS}{}", declaring(&reader(), "internet")),
            // Too little is known.
            idle.replace("!GetAtt FnRole.Arn", "arn:aws:iam::111122223333:role/r"),
            idle.replace("s3:GetObject", "*"),
            format!("{BUCKETS}{}", function("Fn", "", "!Ref A")),
            idle.replace(
                "      Role:",
                "      Environment: {Variables: {API_URL: '{{resolve:ssm:url}}'}}\n      Role:",
            ),
            // Given out.
            format!("{idle}Outputs: {{V: {{Value: !Ref Vpc}}}}\n"),
            format!("{idle}Outputs: {{S: {{Value: !Ref B, Export: {{Name: s}}}}}}\n"),
            format!("{idle}Outputs: {{E: {{Value: !Ref Address}}}}\n")
                .replace("!Ref Address}", "!GetAtt Address.AllocationId}"),
            format!(
                "{idle}  Child: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: 'https://x', Parameters: {{T: !Ref Table}}}}}}\n"
            ),
            // Others stand there.
            format!(
                "{idle}  Nodes: {{Type: AWS::AutoScaling::AutoScalingGroup, Properties: {{VPCZoneIdentifier: [!Ref B]}}}}\n"
            ),
            format!(
                "{idle}  Tasks: {{Type: AWS::ECS::Service, Properties: {{NetworkConfiguration: {{AwsvpcConfiguration: {{Subnets: [!Ref B]}}}}}}}}\n"
            ),
        ];
        for rest in quiet {
            let found = of(&rest);
            assert!(found.is_empty(), "{rest}: {found:?}");
        }
    }

    #[test]
    fn its_hours_and_its_address_are_told() {
        let text = format!("{NETWORK}{NAT}{BUCKETS}{}", function("Fn", "s3:GetObject", "!Ref A"));
        // 730 x 0.048 + 730 x 0.005
        assert_eq!(costs(&text, ID, &Options::default()), ["38.69"]);
        let anywhere = text.replace("com.amazonaws.eu-west-1.s3", "!Sub 'com.amazonaws.${AWS::Region}.s3'");
        assert_eq!(costs(&anywhere, ID, &Options::default()), ["-"], "the region is not known");
    }
}
