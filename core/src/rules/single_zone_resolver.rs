use super::single_zone_function::zone_name;
use super::subject::{Faults, key_of};
use super::{Area, RuleInfo, Subject};
use crate::capacity::subnet_of;
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{Network, Situated};
use crate::phrase;
use crate::template::{Part, Resource, Template, Unknown, Value};

const ID: RuleId = RuleId("single-zone-resolver");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Warning,
    fix: None,
    summary: || {
        phrase!(
            en: "All addresses of a Resolver endpoint are in one Availability Zone",
            ja: "Resolver エンドポイントの IP アドレスがすべて 1 つのアベイラビリティーゾーンにある",
        )
    },
    check,
};

/// How the addresses come to stand in one zone.
#[derive(Debug, PartialEq, Eq)]
enum One {
    Subnet(usize),
    Zone(String, usize),
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    let mut faults = Faults::new();
    for one in subject.networks {
        for resource in &template.resources {
            let is_endpoint = resource.kind == "AWS::Route53Resolver::ResolverEndpoint";
            if is_endpoint && let Some(how) = one_zone(template, one, resource) {
                faults.add((resource.id.clone(), how), one.situation);
            }
        }
    }
    for ((id, how), situations) in faults {
        let Some(resource) = template.resource(&id) else { continue };
        let message = match how {
            One::Subnet(count) => phrase!(
                en: "all {count} addresses of `{id}` are in one subnet, and so in one zone",
                ja: "`{id}` の {count} 個の IP アドレスは、すべて同じサブネットにあるため、1 つの AZ にしかありません",
            ),
            One::Zone(zone, count) => phrase!(
                en: "all {count} addresses of `{id}` are in one zone: {zone}",
                ja: "`{id}` の {count} 個の IP アドレスは、すべて同じ AZ ({zone}) にあります",
            ),
        };
        findings.push(
            Finding::new(ID, Severity::Warning, Some(key_of(template, resource, "IpAddresses")), message)
                .only_where(subject.only_where(&situations))
                .help(phrase!(
                    en: "put an address into a subnet of another zone: when this one fails, the names that go through the endpoint have no answer anywhere",
                    ja: "別の AZ のサブネットに IP アドレスを追加してください。この AZ に障害が起きると、このエンドポイントを経由する名前解決がすべて失敗します",
                ))
                .about(&id),
        );
    }
}

/// How the addresses of an endpoint stand in one zone, where all of them are known to; nothing otherwise.
fn one_zone(template: &Template<'_>, situated: &Situated, resource: &Resource) -> Option<One> {
    let holds = |guard| template.with_guards(|guards| guards.implies(situated.situation, guard));
    if !holds(resource.guard) {
        return None;
    }
    let cases = template.property(resource, &["IpAddresses"]);
    let Value::List(items) = &cases.iter().find(|case| holds(case.guard))?.value else { return None };
    let mut subnets: Vec<&Value> = Vec::new();
    for item in items.iter() {
        if !holds(item.guard) {
            return None;
        }
        let Value::Map(entries) = &item.value else {
            // What is not written does not count, what cannot be read may be anywhere.
            if matches!(item.value, Value::NoValue) {
                continue;
            }
            return None;
        };
        let mut own = entries.iter().filter(|(key, case)| key == "SubnetId" && holds(case.guard));
        subnets.push(&own.next()?.1.value);
    }
    let (first, rest) = subnets.split_first()?;
    // One address alone is refused.
    if rest.is_empty() || matches!(first, Value::Unknown(_)) {
        return None;
    }
    if rest.iter().all(|other| is_same(first, other)) {
        return Some(One::Subnet(subnets.len()));
    }
    let network: &Network = &situated.network;
    let zone = |value: &Value| network.subnets.get(subnet_of(network, value)?.0)?.zone.known();
    let one = zone(first)?;
    let same = rest.iter().all(|other| zone(other).is_some_and(|other| one.same(other) == Some(true)));
    same.then(|| One::Zone(zone_name(one), subnets.len()))
}

/// Whether two values are surely one subnet: values that cannot be read may differ.
fn is_same(one: &Value, other: &Value) -> bool {
    let Value::Text(text) = one else { return false };
    let readable = !text.parts.is_empty()
        && text.parts.iter().all(|part| match part {
            Part::Literal(_) | Part::Resource { .. } | Part::Zone { .. } => true,
            Part::Item { list: unknown, .. } | Part::Unknown(unknown) => {
                matches!(unknown, Unknown::Parameter(_) | Unknown::StoredParameter(_) | Unknown::Import(_))
            }
        });
    readable && one == other
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const ID: &str = "single-zone-resolver";

    fn text(addresses: &str) -> String {
        format!(
            "Parameters: {{P: {{Type: String}}, Q: {{Type: String}}, L: {{Type: CommaDelimitedList}}}}
Resources:
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, AvailabilityZone: us-east-1a}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, AvailabilityZone: us-east-1a}}}}
  C: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, AvailabilityZone: us-east-1b}}}}
  D: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1}}}}
  Inbound:
    Type: AWS::Route53Resolver::ResolverEndpoint
    Properties:
      IpAddresses: [{addresses}]
"
        )
    }

    #[test]
    fn addresses_in_one_zone_or_subnet_are_found() {
        assert_eq!(
            findings(&text("{SubnetId: !Ref A}, {SubnetId: !Ref B}"), ID),
            ["10:7 all 2 addresses of `Inbound` are in one zone: us-east-1a"]
        );
        let one_subnet = "10:7 all 2 addresses of `Inbound` are in one subnet, and so in one zone";
        for subnet in ["!Ref D", "!Ref P", "subnet-1", "!Select [0, !Ref L]"] {
            assert_eq!(
                findings(&text(&format!("{{SubnetId: {subnet}}}, {{SubnetId: {subnet}, Ip: 10.0.0.7}}")), ID),
                [one_subnet],
                "{subnet}"
            );
        }
        let json = r#"{"Resources": {"R": {"Type": "AWS::Route53Resolver::ResolverEndpoint", "Properties": {"IpAddresses": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-1"}]}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn other_zones_and_what_is_not_known_are_silent() {
        for addresses in [
            "{SubnetId: !Ref A}, {SubnetId: !Ref C}",
            "{SubnetId: !Ref A}, {SubnetId: !Ref D}",
            "{SubnetId: !Ref P}, {SubnetId: !Ref Q}",
            "{SubnetId: !Select [0, !Ref L]}, {SubnetId: !Select [1, !Ref L]}",
            "{SubnetId: !Ref A}, {SubnetId: !Ref B}, {SubnetId: !Ref P}",
            "{SubnetId: !Ref A}",
        ] {
            assert_eq!(findings(&text(addresses), ID), Vec::<String>::new(), "{addresses}");
        }
        let open = text("{SubnetId: !Ref A}, {SubnetId: !Ref B}").replace("[{Sub", "!Ref L #");
        assert_eq!(findings(&open, ID), Vec::<String>::new());
    }

    #[test]
    fn of_addresses_that_hang_on_a_condition_each_case_is_looked_at() {
        let by_condition = text("{SubnetId: !Ref A}, {SubnetId: !If [Two, !Ref C, !Ref B]}")
            + "Conditions: {Two: !Equals [!Ref P, two]}\n";
        assert_eq!(findings(&by_condition, ID).len(), 1, "where P is anything but two");
        let other_zones = by_condition.replace("!If [Two, !Ref C, !Ref B]", "!If [Two, !Ref C, !Ref D]");
        assert_eq!(findings(&other_zones, ID), Vec::<String>::new());
    }
}
