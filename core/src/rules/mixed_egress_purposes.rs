use super::egress::{Egress, Way, meant};
use super::idle_nat_gateway::is_idle;
use super::listing::{plain, quoted};
use super::subject::{Faults, key_of};
use super::{Area, RuleInfo, Subject};
use crate::demands::Confidence;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{NatIndex, Network};
use crate::paths::{GoalTarget, Verdict};
use crate::phrase;
use crate::template::Template;

const ID: RuleId = RuleId("mixed-egress-purposes");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Endpoints,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "Functions that need the internet share subnets with functions that do not",
            ja: "インターネットに出る関数と出ない関数が、同じサブネットにある",
        )
    },
    check,
};

/// Functions that share subnets and a NAT gateway.
#[derive(Debug, PartialEq)]
pub(crate) struct Mixed {
    /// The NAT gateway.
    pub(crate) nat: String,
    /// Those that call the internet, each with what.
    pub(crate) outward: Vec<(String, Vec<String>)>,
    /// Those that do not, each with what they call.
    pub(crate) inward: Vec<(String, Vec<String>)>,
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let mut faults = Faults::new();
    for (one, egress) in subject.networks.iter().zip(subject.egress()) {
        for at in (0..one.network.nat_gateways.len()).map(NatIndex) {
            if !is_idle(subject, &one.network, egress, at)
                && let Some(mixed) = mixed(subject, &one.network, egress, at)
            {
                faults.add(mixed, one.situation);
            }
        }
    }
    let mut told: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for (mixed, situations) in faults {
        // Zones with a NAT gateway each have the same functions.
        let names = |list: &[(String, Vec<String>)]| list.iter().map(|(id, _)| id.clone()).collect();
        let key = (names(&mixed.outward), names(&mixed.inward));
        if !told.contains(&key) {
            told.push(key);
            findings.push(finding(subject.template, &mixed).only_where(subject.only_where(&situations)));
        }
    }
}

/// The functions behind a NAT gateway that could do without it, beside those that cannot.
pub(crate) fn mixed(
    subject: &Subject<'_, '_>,
    network: &Network,
    egress: &Egress,
    at: NatIndex,
) -> Option<Mixed> {
    let demands = subject.demands();
    let behind = egress.behind(network, demands, at);
    let nat = network.nat_gateways.get(at.0)?.name.to_string();
    let mut found = Mixed { nat, outward: Vec::new(), inward: Vec::new() };
    let mut shared = Vec::new();
    for passage in &behind.passages {
        let demand = demands.demands.get(passage.demand)?;
        // What an endpoint could carry is another matter.
        let outward = matches!(demand.goal.target, GoalTarget::Internet | GoalTarget::Host(_))
            && demand.confidence > Confidence::Possible
            && passage.verdict == Verdict::Reachable;
        if !outward {
            continue;
        }
        let id = network.workloads.get(passage.workload.0)?.name.to_string();
        let goal = demand.goal.target.id();
        shared.extend(passage.subnet);
        match found.outward.iter_mut().find(|(known, _)| *known == id) {
            Some((_, goals)) if goals.contains(&goal) => {}
            Some((_, goals)) => goals.push(goal),
            None => found.outward.push((id, vec![goal])),
        }
    }
    for function in &behind.elsewhere {
        let workload = network.workloads.get(function.0)?;
        let id = workload.name.to_string();
        let mut goals: Vec<String> = Vec::new();
        for demand in meant(demands, &id) {
            let goal = demand.goal.target.id();
            if !goals.contains(&goal) {
                goals.push(goal);
            }
        }
        let by_endpoint = egress
            .goes(*function)
            .any(|passage| passage.ways.iter().any(|way| matches!(way, Way::Endpoint(_))));
        let arrives = egress.goes(*function).all(|passage| passage.verdict != Verdict::Blocked);
        if by_endpoint && arrives && workload.subnets.items.iter().any(|subnet| shared.contains(subnet)) {
            found.inward.push((id, goals));
        }
    }
    (!found.outward.is_empty() && !found.inward.is_empty()).then_some(found)
}

fn finding(template: &Template<'_>, mixed: &Mixed) -> Finding {
    let names =
        |list: &[(String, Vec<String>)]| -> Vec<String> { list.iter().map(|(id, _)| id.clone()).collect() };
    let nat = &mixed.nat;
    let ((inward, inward_ja), (outward, outward_ja)) =
        (quoted(&names(&mixed.inward)), quoted(&names(&mixed.outward)));
    let one = |list: &[(String, Vec<String>)], word: &'static str, many: &'static str| {
        if list.len() == 1 { word } else { many }
    };
    let (needs, share) = (one(&mixed.inward, "needs", "need"), one(&mixed.inward, "shares", "share"));
    let goes = one(&mixed.outward, "goes", "go");
    let first = mixed.inward.first().map(|(id, _)| id.as_str()).unwrap_or_default();
    let place = |id: &str| Some(key_of(template, template.resource(id)?, "VpcConfig"));
    let mut finding = Finding::new(
        ID,
        Severity::Info,
        place(first),
        phrase!(
            en: "{inward} {needs} endpoints only, as far as is known, and {share} subnets with {outward}, which {goes} to the internet through `{nat}`",
            ja: "{inward_ja} の通信は、わかっている限りエンドポイントで足りますが、`{nat}` からインターネットに出る {outward_ja} と同じサブネットにあります",
        ),
    )
    .help(phrase!(
        en: "subnets without a route to the NAT gateway would keep {inward} from the internet, so that data cannot leave that way; put only {outward} where the route is",
        ja: "NAT ゲートウェイへのルートがないサブネットに {inward_ja} を移すと、インターネットへの経路がなくなり、データ持ち出しのリスクを減らせます。ルートのあるサブネットには {outward_ja} だけを置いてください",
    ))
    .about(first)
    .told_apart_by(outward);
    finding.function = Some(first.to_owned());
    for (id, goals) in mixed.inward.iter().chain(&mixed.outward) {
        let (goals, goals_ja) = plain(goals);
        if let Some(span) = place(id) {
            let words = phrase!(en: "`{id}` calls {goals}", ja: "`{id}` の通信先は {goals_ja}");
            finding = if id == first { finding.here(words) } else { finding.label(span, words) };
        }
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;
    use crate::rules::testing_egress::{BUCKETS, NAT, NETWORK, declaring, function};

    const ID: &str = "mixed-egress-purposes";

    fn of(rest: &str) -> Vec<String> {
        findings(&format!("{NETWORK}{NAT}{BUCKETS}{rest}"), ID)
    }

    #[test]
    fn functions_with_other_purposes_are_told_once() {
        let outward =
            declaring(&function("Notify", "sqs:SendMessage", "!Ref A, !Ref B"), "hooks.example.com:443");
        let found = of(&format!("{}{outward}", function("Report", "s3:GetObject", "!Ref A")));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`Report` needs endpoints only, as far as is known, and shares subnets with `Notify`, which goes to the internet through `Nat`"), "{found:?}");
    }

    #[test]
    fn one_purpose_or_an_unknown_one_is_left_alone() {
        let outward = declaring(&function("Notify", "sqs:SendMessage", "!Ref A"), "internet");
        let report = function("Report", "s3:GetObject", "!Ref A");
        let quiet = [
            report.clone(),
            outward.clone(),
            format!("{outward}{}", function("Report", "s3:GetObject", "!Ref Public")),
            format!("{outward}{}", function("Report", "sqs:SendMessage", "!Ref A")),
            format!(
                "{outward}{}",
                report.replace("!GetAtt ReportRole.Arn", "arn:aws:iam::111122223333:role/r")
            ),
            // A service that an endpoint could carry is another matter.
            format!("{}{report}", function("Notify", "sqs:SendMessage", "!Ref A")),
        ];
        for rest in quiet {
            let found = of(&rest);
            assert!(found.is_empty(), "{rest}: {found:?}");
        }
    }
}
