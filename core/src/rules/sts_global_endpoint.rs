use super::subject::{Faults, key_of, resource_of};
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::network::{EndpointKind, Fact, VpcIndex, WorkloadKind};
use crate::phrase;
use crate::template::{Resource, Template};

const ID: RuleId = RuleId("sts-global-endpoint");
const VARIABLE: &str = "AWS_STS_REGIONAL_ENDPOINTS";

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Dns,
    severity: Severity::Info,
    fix: None,
    summary: || {
        phrase!(
            en: "A function may call sts.amazonaws.com, which the VPC's STS endpoint does not answer",
            ja: "関数が sts.amazonaws.com を呼び出す可能性があり、VPC の STS エンドポイントはその名前に応答しない",
        )
    },
    check,
};

/// Runtimes whose own SDK asks the global name unless told otherwise.
const OLD_RUNTIMES: [&str; 13] = [
    "nodejs4.3",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "nodejs16.x",
    "python2.7",
    "python3.6",
    "python3.7",
    "python3.8",
    "ruby2.5",
    "ruby2.7",
];

/// Regions for which SDKs ever asked the global name; in newer ones they ask the region's.
const LEGACY_REGIONS: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "aws-global",
];

/// Why a function asks the global name.
#[derive(Clone, PartialEq)]
enum Why {
    /// The variable says so.
    Variable,
    /// Its runtime does, without the variable.
    Runtime(String),
}

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    if template.inputs().region.as_deref().is_some_and(|region| !LEGACY_REGIONS.contains(&region)) {
        return;
    }
    let mut faults = Faults::new();
    for one in subject.networks {
        let network = &one.network;
        let endpoints: Vec<(&Resource, VpcIndex)> = network
            .endpoints
            .iter()
            .filter_map(|endpoint| {
                let named =
                    matches!(endpoint.kind, EndpointKind::Interface { private_dns: Fact::Known(true), .. })
                        && endpoint.service == Fact::Known("sts".to_owned());
                let resource = resource_of(template, &endpoint.name).filter(|_| named)?;
                Some((resource, *endpoint.vpc.known()?))
            })
            .collect();
        for workload in network.workloads.iter().filter(|one| one.kind == WorkloadKind::Function) {
            let Some(function) = resource_of(template, &workload.name) else { continue };
            let vpc = workload.vpc.filter(|_| workload.in_vpc);
            let endpoint = endpoints.iter().find(|(_, of)| Some(*of) == vpc);
            if let (Some((endpoint, _)), Some(why)) = (endpoint, why(template, function)) {
                faults.add((function.id.clone(), endpoint.id.clone(), why), one.situation);
            }
        }
    }
    for ((id, endpoint, why), situations) in faults {
        let Some(function) = template.resource(&id) else { continue };
        let (property, message) = match &why {
            Why::Variable => (
                "Environment",
                phrase!(
                    en: "`{id}` calls STS by its global name, which the endpoint `{endpoint}` does not answer",
                    ja: "`{id}` は STS をグローバルな名前で呼び出しますが、エンドポイント `{endpoint}` はその名前に応答しません",
                ),
            ),
            Why::Runtime(runtime) => (
                "Runtime",
                phrase!(
                    en: "the SDK of {runtime} calls STS by its global name, which the endpoint `{endpoint}` does not answer",
                    ja: "{runtime} の SDK は STS をグローバルな名前で呼び出しますが、エンドポイント `{endpoint}` はその名前に応答しません",
                ),
            ),
        };
        let mut finding = Finding::new(ID, Severity::Info, Some(key_of(template, function, property)), message)
            .only_where(subject.only_where(&situations))
            .help(phrase!(
                en: "set {VARIABLE} to `regional`: then the SDK asks sts.REGION.amazonaws.com, which leads to the endpoint",
                ja: "{VARIABLE} を `regional` に設定してください。SDK が sts.リージョン名.amazonaws.com を使うようになり、エンドポイントに届きます",
            ))
            .about(&id);
        if let Some(other) = template.resource(&endpoint) {
            finding = finding.label(
                template.node(other.key).span(),
                phrase!(en: "answers sts.REGION.amazonaws.com", ja: "応答するのは sts.リージョン名.amazonaws.com"),
            );
        }
        findings.push(finding);
    }
}

fn why(template: &Template<'_>, function: &Resource) -> Option<Why> {
    let variable = template.property(function, &["Environment", "Variables", VARIABLE]);
    if variable.iter().any(|case| case.value.known().is_some_and(|text| text.eq_ignore_ascii_case("legacy")))
    {
        return Some(Why::Variable);
    }
    if !variable.is_empty() {
        return None;
    }
    template.property(function, &["Runtime"]).iter().find_map(|case| {
        let runtime = case.value.known()?;
        OLD_RUNTIMES.contains(&runtime).then(|| Why::Runtime(runtime.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;
    use crate::{Options, analyze};

    const ID: &str = "sts-global-endpoint";

    fn template(function: &str) -> String {
        format!("Transform: AWS::Serverless-2016-10-31
Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}}}
  Sts: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcEndpointType: Interface, VpcId: !Ref V, ServiceName: !Sub 'com.amazonaws.${{AWS::Region}}.sts', PrivateDnsEnabled: true}}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      {function}
      VpcConfig: {{SubnetIds: [!Ref A], SecurityGroupIds: [sg-1]}}
")
    }

    #[test]
    fn the_variable_and_old_runtimes_are_told() {
        assert_eq!(
            findings(&template("Environment: {Variables: {AWS_STS_REGIONAL_ENDPOINTS: legacy}}"), ID),
            [
                "9:7 `Fn` calls STS by its global name, which the endpoint `Sts` does not answer | 5:3 answers sts.REGION.amazonaws.com"
            ]
        );
        assert_eq!(
            findings(&template("Runtime: python3.8"), ID),
            [
                "9:7 the SDK of python3.8 calls STS by its global name, which the endpoint `Sts` does not answer | 5:3 answers sts.REGION.amazonaws.com"
            ]
        );
        let json = r#"{"Resources": {"Sts": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": "com.amazonaws.us-east-1.sts", "PrivateDnsEnabled": true}},
"A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-1"}},
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "nodejs14.x", "VpcConfig": {"SubnetIds": [{"Ref": "A"}], "SecurityGroupIds": ["sg-1"]}}}}}"#;
        assert_eq!(findings(json, ID).len(), 1);
    }

    #[test]
    fn regional_new_or_elsewhere_is_left_alone() {
        for function in [
            "Runtime: python3.13",
            "Environment: {Variables: {AWS_STS_REGIONAL_ENDPOINTS: regional}}\n      Runtime: python3.8",
        ] {
            assert_eq!(findings(&template(function), ID), Vec::<String>::new(), "{function}");
        }
        let old = template("Runtime: python3.8");
        let without = old.replace("PrivateDnsEnabled: true", "PrivateDnsEnabled: false");
        assert_eq!(findings(&without, ID), Vec::<String>::new());
        let options = Options { region: Some("ap-east-1".to_owned()), ..Options::default() };
        assert!(analyze("t.yaml", &old, &options).findings.iter().all(|finding| finding.rule.0 != ID));
    }
}
