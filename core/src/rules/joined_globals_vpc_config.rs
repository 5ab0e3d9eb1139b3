use super::causes::{Cause, Fault, HTTPS};
use super::subject::{are_different, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::network::{Fact, Name, Network, Ports, Protocol, VpcIndex};
use crate::paths::{Goal, GoalTarget, Verdict, trace_from};
use crate::phrase;
use crate::suggest::remove_items;
use crate::syntax::{Entry, Node};
use crate::template::sam::Joined;
use crate::template::{Case, Guard, Part, Template, Value};

pub(super) const ID: RuleId = RuleId("joined-globals-vpc-config");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Warning,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "SAM joins the subnets or groups of a function with those of Globals instead of replacing them",
            ja: "SAM の関数のサブネットやセキュリティグループが、Globals のリストに追加される (置き換えではない)",
        )
    },
    check,
};

/// What a function takes at most.
const LISTS: [(&str, &str, usize); 2] =
    [("VpcConfig.SubnetIds", SUBNETS, 16), ("VpcConfig.SecurityGroupIds", GROUPS, 5)];
const SUBNETS: &str = "SubnetIds";
const GROUPS: &str = "SecurityGroupIds";

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    for joined in template.expansion.iter().flat_map(|expansion| &expansion.joined) {
        let Some((_, property, most)) = LISTS.iter().find(|(path, ..)| *path == joined.path) else {
            continue;
        };
        let Some(written) = own_entry(template, &joined.resource, property) else { continue };
        if template.node(joined.global).items().is_empty() || template.node(joined.local).items().is_empty() {
            continue;
        }
        findings.push(finding(subject, joined, property, *most, written));
    }
}

/// The function's own list.
fn own_entry<'a>(template: &'a Template<'_>, function: &str, property: &str) -> Option<Entry<'a>> {
    template.section("Resources")?.get(function)?.at(&["Properties", "VpcConfig"])?.entry(property)
}

/// The items of a list, each with the node that it comes from.
fn items<'a>(template: &Template<'_>, list: Node<'a>) -> Vec<(Node<'a>, Vec<Case>)> {
    let of = |node: Node<'a>| {
        let cases = template.evaluate(node).into_iter().flat_map(|case| match &case.value {
            Value::List(items) => items.to_vec(),
            _ => vec![case],
        });
        (node, cases.filter(|case| is_one(&case.value)).collect())
    };
    list.items().into_iter().map(of).collect()
}

/// Whether a value is one thing that can be compared.
fn is_one(value: &Value) -> bool {
    match value {
        Value::Text(text) => !text.parts.is_empty(),
        _ => false,
    }
}

fn finding(
    subject: &Subject<'_, '_>,
    joined: &Joined,
    property: &str,
    most: usize,
    written: Entry<'_>,
) -> Finding {
    let template = subject.template;
    let id = &joined.resource;
    let (global, local) =
        (items(template, template.node(joined.global)), items(template, template.node(joined.local)));
    let doubles: Vec<Node<'_>> = local
        .iter()
        .filter(|(_, own)| global.iter().any(|(_, other)| is_double(template, own, other)))
        .map(|(node, _)| *node)
        .collect();
    let count = distinct(&global, &local);
    let cause = Cause::by(subject, &Fault::Joined(id.clone())).filter(|_| property == SUBNETS);
    let (severity, message) = if count > most {
        (
            Severity::Warning,
            phrase!(
                en: "`{id}` gets {count} {property} by joining its own with those of Globals, and a function takes {most}",
                ja: "`{id}` の {property} は Globals と合わせて {count} 個になり、関数の上限 {most} を超えます",
            ),
        )
    } else if let Some((one, other)) = (property == SUBNETS).then(|| two_vpcs(subject, id)).flatten() {
        (
            Severity::Warning,
            phrase!(
                en: "`{id}` gets subnets of two VPCs, `{one}` and `{other}`: its own are joined with those of Globals",
                ja: "`{id}` のサブネットは Globals のものに追加され、2 つの VPC (`{one}` と `{other}`) にまたがります",
            ),
        )
    } else if let Some(cause) = &cause {
        let functions = cause.senders(subject);
        let (from, from_ja) = functions.first().cloned().unwrap_or_default();
        (
            Severity::Info,
            phrase!(
                en: "{from} gets subnets of Globals too, and does not reach all that it needs from them: SAM joins the two lists",
                ja: "{from_ja} には Globals のサブネットも加わり、そこからは必要な宛先に届きません (SAM は 2 つのリストを連結します)",
            ),
        )
    } else if !doubles.is_empty() {
        (
            Severity::Warning,
            phrase!(
                en: "`{id}` gets the same {property} twice: its own are joined with those of Globals",
                ja: "`{id}` の {property} は Globals のものに追加され、同じ値が重複します",
            ),
        )
    } else if property == GROUPS && opens_internet(subject, id, &global, &local) {
        (
            Severity::Warning,
            phrase!(
                en: "`{id}` reaches the internet by the groups of Globals, which its own do not let it: SAM joins the two lists",
                ja: "`{id}` は、自身のセキュリティグループでは許可されていないインターネットへの通信が、Globals のグループで可能になっています (SAM は 2 つのリストを連結します)",
            ),
        )
    } else {
        (
            Severity::Info,
            phrase!(
                en: "`{id}` gets {property} of Globals too: SAM joins the two lists",
                ja: "`{id}` の {property} には Globals の値も加わります (SAM は 2 つのリストを連結します)",
            ),
        )
    };
    let severity = cause.map_or(severity, |cause| cause.severity(subject, severity).max(severity));
    let help = if severity == Severity::Info {
        phrase!(
            en: "fine where both are meant; to have the function's own alone, take the list out of Globals or write `IgnoreGlobals: [VpcConfig]`",
            ja: "両方が必要なら問題ありません。関数側のリストだけにするには、Globals からリストを外すか `IgnoreGlobals: [VpcConfig]` を指定してください",
        )
    } else {
        phrase!(
            en: "a literal list does not replace that of Globals: keep each value in one of the two, or write `IgnoreGlobals: [VpcConfig]` and the whole VpcConfig in the function",
            ja: "リストを書いても Globals の値は置き換わりません。各値をどちらか一方にだけ書くか、`IgnoreGlobals: [VpcConfig]` を指定して関数側に VpcConfig 全体を書いてください",
        )
    };
    let place = template.node(joined.global).span();
    let finding = Finding::new(ID, severity, Some(written.key.span()), message)
        .label(place, words_global())
        .help(help)
        .about(id)
        .told_apart_by(property)
        .fix(without_doubles(template, id, written, &doubles));
    match cause {
        Some(cause) => cause.with_effects(subject, finding),
        None => finding,
    }
}

/// Whether a function has a subnet of Globals only.
pub(super) fn is_subnet_of_globals(template: &Template<'_>, function: &str, subnet: &Name) -> bool {
    let mut lists = template.expansion.iter().flat_map(|expansion| &expansion.joined);
    lists.any(|joined| {
        joined.resource == function
            && joined.path == "VpcConfig.SubnetIds"
            && is_among(subnet, &items(template, template.node(joined.global)))
            && !is_among(subnet, &items(template, template.node(joined.local)))
    })
}

fn is_among(name: &Name, items: &[(Node<'_>, Vec<Case>)]) -> bool {
    let is_it = |value: &Value| match value {
        Value::Text(text) => match &*text.parts {
            [Part::Literal(id)] => *name == Name::Aws(id.trim().to_owned()),
            [Part::Resource { id, .. }] => *name == Name::Logical(id.clone()),
            [Part::Unknown(of)] => matches!(name, Name::Unknown { value, item: None } if value == of),
            [Part::Item { list, index }] => {
                matches!(name, Name::Unknown { value, item } if value == list && *item == Some(*index))
            }
            _ => false,
        },
        _ => false,
    };
    items.iter().flat_map(|(_, cases)| cases).any(|case| is_it(&case.value))
}

/// Whether the groups of Globals alone let a function out to the internet, which nothing says that it calls.
fn opens_internet(
    subject: &Subject<'_, '_>,
    function: &str,
    global: &[(Node<'_>, Vec<Case>)],
    local: &[(Node<'_>, Vec<Case>)],
) -> bool {
    let goes_out = |goal: &Goal| {
        matches!(goal.target, GoalTarget::Internet | GoalTarget::Host(_) | GoalTarget::Service(_))
    };
    if subject.demands().of(function).any(|demand| goes_out(&demand.goal)) {
        return false;
    }
    let goal = Goal { target: GoalTarget::Internet, ports: Some(Ports::one(HTTPS)), protocol: Protocol::TCP };
    subject.networks.iter().any(|one| {
        let Some(at) = one.network.workload(function) else { return false };
        let mut alone = one.network.clone();
        let groups: Vec<Name> = alone.groups.iter().map(|group| group.name.clone()).collect();
        let Some(worn) = alone.workloads.get_mut(at.0).map(|own| &mut own.groups) else { return false };
        worn.items.retain(|group| groups.get(group.0).is_some_and(|name| is_among(name, local)));
        // Groups that are not known may be either's.
        if worn.rest.is_some() || worn.items.len() != local.len() || global.is_empty() {
            return false;
        }
        let all = |network: &Network, verdict| {
            let traces = trace_from(network, subject.addresses, at, &goal);
            !traces.is_empty() && traces.iter().all(|trace| trace.verdict == verdict)
        };
        all(&one.network, Verdict::Reachable) && all(&alone, Verdict::Blocked)
    })
}

fn words_global() -> Phrase {
    phrase!(en: "joined with these", ja: "このリストに追加される")
}

/// Whether an item certainly is one of the other list, wherever both are there.
fn is_double(template: &Template<'_>, own: &[Case], other: &[Case]) -> bool {
    matches!((own, other), ([own], [other]) if own.value == other.value
        && template.with_guards(|guards| !guards.exclude(own.guard, other.guard)))
}

/// How many different values both lists have for certain.
fn distinct(global: &[(Node<'_>, Vec<Case>)], local: &[(Node<'_>, Vec<Case>)]) -> usize {
    let mut values: Vec<&Value> = Vec::new();
    for case in global.iter().chain(local).flat_map(|(_, cases)| cases) {
        if case.guard == Guard::ALWAYS && !values.contains(&&case.value) {
            values.push(&case.value);
        }
    }
    values.len()
}

/// The names of two VPCs in which a function has subnets.
fn two_vpcs(subject: &Subject<'_, '_>, function: &str) -> Option<(String, String)> {
    let name = |network: &Network, at: VpcIndex| Some(network.vpcs.get(at.0)?.name.to_string());
    for one in subject.networks {
        let network = &one.network;
        let Some(workload) = network.workload(function).and_then(|at| network.workloads.get(at.0)) else {
            continue;
        };
        resource_of(subject.template, &workload.name)?;
        let vpcs: Vec<VpcIndex> = workload
            .subnets
            .items
            .iter()
            .filter_map(|at| {
                network.subnets.get(at.0).map(|subnet| &subnet.vpc).and_then(Fact::known).copied()
            })
            .collect();
        for (at, first) in vpcs.iter().enumerate() {
            if let Some(second) =
                vpcs[at..].iter().find(|second| are_different(subject.template, network, *first, **second))
            {
                return Some((name(network, *first)?, name(network, *second)?));
            }
        }
    }
    None
}

/// Takes a list out that Globals gives anyway: the function's subnets and groups stay what they are. Where the list
/// holds more, both stay joined and only the author knows what was meant.
fn without_doubles(
    template: &Template<'_>,
    function: &str,
    written: Entry<'_>,
    doubles: &[Node<'_>],
) -> Option<Fix> {
    let items = written.value.items();
    let aliased = written.merged
        || written.value.target() != written.value.id()
        || written.value.span().slice(template.text()).contains('&');
    // A `VpcConfig` of which nothing stays would be null, and null replaces the one of Globals.
    let config = template.section("Resources")?.get(function)?.at(&["Properties", "VpcConfig"])?;
    if doubles.len() != items.len() || aliased || config.entries().len() == 1 {
        return None;
    }
    Some(Fix {
        safety: Safety::Safe,
        title: phrase!(en: "Remove what Globals gives already", ja: "Globals と重複するリストを削除する"),
        edits: remove_items(template, written, doubles)?,
    })
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::testing::{findings, fixed};
    use crate::{Options, analyze};

    const ID: &str = "joined-globals-vpc-config";

    fn template(global: &str, own: &str) -> String {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Parameters: {{List: {{Type: List<String>}}, One: {{Type: String}}}}
Globals: {{Function: {{VpcConfig: {global}}}}}
Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  W: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.1.0.0/16}}}}
  InV: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}}}
  InW: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref W, CidrBlock: 10.1.0.0/24}}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      VpcConfig: {own}
"
        )
    }

    fn told(global: &str, own: &str) -> Vec<(Severity, String)> {
        let analysis = analyze("t.yaml", &template(global, own), &Options::default());
        let own = analysis.findings.into_iter().filter(|finding| finding.rule.0 == ID);
        own.map(|finding| (finding.severity, finding.message.en)).collect()
    }

    #[test]
    fn doubles_are_found_and_taken_out() {
        let text = template(
            "{SubnetIds: [subnet-1, !Ref One], SecurityGroupIds: [sg-1]}",
            "{SubnetIds: [!Ref One, subnet-2], SecurityGroupIds: [sg-1]}",
        );
        assert_eq!(
            findings(&text, ID),
            [
                "12:19 `Fn` gets the same SubnetIds twice: its own are joined with those of Globals | 3:45 joined with these",
                "12:52 `Fn` gets the same SecurityGroupIds twice: its own are joined with those of Globals | 3:85 joined with these",
            ]
        );
        let mended = fixed(&text, ID);
        assert!(mended.contains("VpcConfig: {SubnetIds: [!Ref One, subnet-2]}\n"), "{mended}");
    }

    #[test]
    fn a_config_of_which_nothing_would_stay_is_left_to_the_author() {
        let text = template("{SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}", "{SubnetIds: [subnet-1]}");
        assert_eq!(findings(&text, ID).len(), 1);
        assert_eq!(fixed(&text, ID), text);
    }

    #[test]
    fn too_many_and_two_vpcs_are_warnings() {
        let found = told("{SecurityGroupIds: [sg-1, sg-2, sg-3]}", "{SecurityGroupIds: [sg-4, sg-5, sg-6]}");
        assert_eq!(
            found,
            [(
                Severity::Warning,
                "`Fn` gets 6 SecurityGroupIds by joining its own with those of Globals, and a function takes 5"
                    .to_owned()
            )]
        );
        let found = told("{SubnetIds: [!Ref InV]}", "{SubnetIds: [!Ref InW]}");
        assert_eq!(
            found,
            [(
                Severity::Warning,
                "`Fn` gets subnets of two VPCs, `V` and `W`: its own are joined with those of Globals"
                    .to_owned()
            )]
        );
    }

    #[test]
    fn lists_that_differ_are_only_told() {
        let found = told("{SecurityGroupIds: [sg-1]}", "{SecurityGroupIds: [!Ref One]}");
        assert_eq!(
            found,
            [(
                Severity::Info,
                "`Fn` gets SecurityGroupIds of Globals too: SAM joins the two lists".to_owned()
            )]
        );
    }

    /// A function with a subnet that has a way to the internet, where Globals names another.
    fn of_two_subnets(table: &str, own: &str, reaches: &str) -> String {
        format!(
            "Transform: AWS::Serverless-2016-10-31
Globals: {{Function: {{VpcConfig: {{SubnetIds: [!Ref Shut], SecurityGroupIds: [!Ref Open]}}}}}}
Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Shut: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}}}
  Own: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.1.0/24}}}}
  Out: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref V}}}}
  UsesOut: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref Out, SubnetId: !Ref Own}}}}
  Default: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Out, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}
  In: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref V}}}}
  UsesIn: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{RouteTableId: !Ref {table}, SubnetId: !Ref Shut}}}}
  Gateway: {{Type: AWS::EC2::InternetGateway}}
  Attached: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref V, InternetGatewayId: !Ref Gateway}}}}
  Nat: {{Type: AWS::EC2::NatGateway, DependsOn: Attached, Properties: {{VpcId: !Ref V, AvailabilityMode: regional}}}}
  Open: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: o, VpcId: !Ref V}}}}
  Closed: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: c, VpcId: !Ref V, SecurityGroupEgress: [{{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/16}}]}}}}
  Fn:
    Type: AWS::Serverless::Function
    Metadata: {{vpcheck: {{reaches: [{reaches}]}}}}
    Properties:
      VpcConfig: {own}
"
        )
    }

    fn rules_of(text: &str) -> Vec<(&'static str, Severity)> {
        let analysis = analyze("t.yaml", text, &Options::default());
        let ways = ["unreachable-destination", "partially-reachable-destination", ID];
        let of_ways = analysis.findings.iter().filter(|finding| ways.contains(&finding.rule.0));
        of_ways.map(|finding| (finding.rule.0, finding.severity)).collect()
    }

    #[test]
    fn what_a_subnet_of_globals_does_not_reach_is_told_here() {
        let own = "{SubnetIds: [!Ref Own]}";
        let text = of_two_subnets("In", own, "internet");
        assert_eq!(rules_of(&text), [(ID, Severity::Error)]);
        let found = findings(&text, ID);
        assert!(
            found[0]
                .contains("`Fn` gets subnets of Globals too, and does not reach all that it needs from them")
                && found[0].contains("so `Fn` reaches `internet` only in part"),
            "{found:?}"
        );
        assert_eq!(rules_of(&of_two_subnets("Out", own, "internet")), [(ID, Severity::Info)]);
    }

    #[test]
    fn a_way_out_that_only_globals_opens_is_told() {
        let own = "{SecurityGroupIds: [!Ref Closed]}";
        let text = |reaches: &str| of_two_subnets("Out", own, reaches);
        let found = findings(&text(""), ID);
        assert_eq!(rules_of(&text("")), [(ID, Severity::Warning)]);
        assert!(found[0].contains("`Fn` reaches the internet by the groups of Globals"), "{found:?}");
        assert_eq!(rules_of(&text("internet")), [(ID, Severity::Info)], "it is meant to");
        assert_eq!(rules_of(&of_two_subnets("In", own, "")), [(ID, Severity::Info)], "there is no way");
    }

    #[test]
    fn what_replaces_globals_is_left_alone() {
        let quiet = [
            ("{SubnetIds: [subnet-1]}", "{SubnetIds: !Ref List}"),
            ("{SubnetIds: !Ref List}", "{SubnetIds: [subnet-1]}"),
            ("{SubnetIds: [subnet-1]}", "{SecurityGroupIds: [sg-1]}"),
            ("{SubnetIds: [subnet-1]}", "{SubnetIds: []}"),
        ];
        for (global, own) in quiet {
            assert_eq!(told(global, own), [], "{global} {own}");
        }
        let json = r#"{"Transform": "AWS::Serverless-2016-10-31", "Globals": {"Function": {"VpcConfig": {"SubnetIds": ["a"]}}},
"Resources": {"Fn": {"Type": "AWS::Serverless::Function", "IgnoreGlobals": ["VpcConfig"], "Properties": {"VpcConfig": {"SubnetIds": ["a"]}}}}}"#;
        assert_eq!(findings(json, ID), Vec::<String>::new());
        assert_eq!(findings(&json.replace("\"IgnoreGlobals\": [\"VpcConfig\"], ", ""), ID).len(), 1);
    }
}
