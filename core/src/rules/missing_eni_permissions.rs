use std::collections::BTreeSet;

use super::subject::key_of;
use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::phrase;
use crate::suggest::{Written, append_item, insert_property, written_properties};
use crate::syntax::Node;
use crate::template::expression::Expression;
use crate::template::{Case, Guard, Part, Resource, Template, Value};
use crate::text::Edit;

const ID: RuleId = RuleId("missing-eni-permissions");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Zones,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "The role of a function in a VPC may not make network interfaces",
            ja: "VPC 内の関数のロールに、ネットワークインターフェイスを作成する権限がない",
        )
    },
    check,
};

/// What Lambda does with the function's role to bring it into a VPC.
const ACTIONS: [&str; 3] =
    ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"];

/// Managed policies that allow all of it.
const ALLOWING: [&str; 8] = [
    "AWSLambdaVPCAccessExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaMSKExecutionRole",
    "AdministratorAccess",
    "PowerUserAccess",
    "AmazonEC2FullAccess",
    "AmazonVPCFullAccess",
    "NetworkAdministrator",
];

/// Managed policies that allow none of it. Of any other nothing is known.
const NOT_ALLOWING: [&str; 32] = [
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaExecute",
    "AWSLambdaInvocation-DynamoDB",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "AmazonBedrockFullAccess",
    "AmazonDynamoDBFullAccess",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonEventBridgeFullAccess",
    "AmazonKinesisFullAccess",
    "AmazonKinesisReadOnlyAccess",
    "AmazonRDSDataFullAccess",
    "AmazonS3FullAccess",
    "AmazonS3ObjectLambdaExecutionRolePolicy",
    "AmazonS3ReadOnlyAccess",
    "AmazonSESFullAccess",
    "AmazonSNSFullAccess",
    "AmazonSNSReadOnlyAccess",
    "AmazonSQSFullAccess",
    "AmazonSQSReadOnlyAccess",
    "AmazonSSMReadOnlyAccess",
    "AmazonElasticFileSystemClientFullAccess",
    "AmazonElasticFileSystemClientReadWriteAccess",
    "CloudWatchLambdaApplicationSignalsExecutionRolePolicy",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "CloudWatchLogsFullAccess",
    "CloudWatchLogsReadOnlyAccess",
    "AWSStepFunctionsFullAccess",
];

/// Condition keys that a call of the Lambda service does not bring, or not with the values of the function's network.
const UNLIKELY: [&str; 6] = [
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:multifactorauthpresent",
    "aws:userid",
];

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    if !subject.is_whole() {
        return;
    }
    for function in template.resources.iter().filter(|resource| resource.kind == "AWS::Lambda::Function") {
        let Some(in_vpc) = in_vpc(template, function) else { continue };
        let role = template.property(function, &["Role"]).into_iter().find_map(|case| {
            let (id, attribute) = case.value.resource()?;
            let role = template.resource(id).filter(|one| one.kind == "AWS::IAM::Role")?;
            let both = template.with_guards(|guards| guards.and(in_vpc, case.guard));
            (attribute == Some("Arn") && both != Guard::NEVER).then_some(role)
        });
        let Some(role) = role else { continue };
        let Some(grants) = Grants::of(template, role) else { continue };
        findings.extend(finding(template, function, role, &grants));
    }
}

/// When a function certainly stands in a VPC.
fn in_vpc(template: &Template<'_>, function: &Resource) -> Option<Guard> {
    let subnets = template.property(function, &["VpcConfig", "SubnetIds"]);
    let filled = subnets.iter().find(|case| match &case.value {
        Value::List(items) => !items.is_empty(),
        Value::Text(text) => text.known().is_none_or(|text| !text.is_empty()),
        // A list that is to be given.
        Value::Unknown(_) => true,
        _ => false,
    })?;
    let guard = template.with_guards(|guards| guards.and(function.guard, filled.guard));
    (guard != Guard::NEVER).then_some(guard)
}

/// Which of the actions a role may take.
#[derive(Debug, Default)]
struct Grants {
    allowed: BTreeSet<&'static str>,
    /// Those allowed under a condition that Lambda's calls hardly meet.
    unlikely: BTreeSet<&'static str>,
    /// Whether something may allow more.
    open: bool,
}

impl Grants {
    /// Nothing where the role has policies that are not read.
    fn of(template: &Template<'_>, role: &Resource) -> Option<Self> {
        let mut grants = Self::default();
        grants.managed(template, &template.property(role, &["ManagedPolicyArns"]), 3);
        for policy in template.property(role, &["Policies"]) {
            grants.policies(&policy);
        }
        for policy in &template.resources {
            let attached = match policy.kind.as_str() {
                "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => template.property(policy, &["Roles"]),
                "AWS::IAM::RolePolicy" => template.property(policy, &["RoleName"]),
                _ => continue,
            };
            if attached.iter().any(|case| names(case, role)) {
                for document in template.property(policy, &["PolicyDocument"]) {
                    grants.document(&document);
                }
            }
        }
        (!grants.open).then_some(grants)
    }

    fn managed(&mut self, template: &Template<'_>, arns: &[Case], depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for arn in arns {
            match &arn.value {
                Value::List(items) => self.managed(template, items, depth),
                Value::Null | Value::NoValue => {}
                Value::Text(text) => match text.parts.last() {
                    Some(Part::Literal(tail)) => {
                        let name = tail.rsplit('/').next().unwrap_or(tail);
                        if ALLOWING.contains(&name) {
                            self.allowed.extend(ACTIONS);
                        } else if !NOT_ALLOWING.contains(&name) {
                            self.open = true;
                        }
                    }
                    Some(Part::Resource { id, .. }) if text.parts.len() == 1 => {
                        let own = template.resource(id).filter(|one| one.kind == "AWS::IAM::ManagedPolicy");
                        match own {
                            Some(policy) => {
                                for document in template.property(policy, &["PolicyDocument"]) {
                                    self.document(&document);
                                }
                            }
                            None => self.open = true,
                        }
                    }
                    _ => self.open = true,
                },
                _ => self.open = true,
            }
        }
    }

    /// The list `Policies` of a role.
    fn policies(&mut self, policies: &Case) {
        match &policies.value {
            Value::List(items) => items.iter().for_each(|item| self.policies(item)),
            Value::Map(entries) => {
                for (key, document) in entries.iter() {
                    if key == "PolicyDocument" {
                        self.document(document);
                    }
                }
            }
            Value::Null | Value::NoValue => {}
            _ => self.open = true,
        }
    }

    fn document(&mut self, document: &Case) {
        match &document.value {
            Value::Map(entries) => {
                for (key, statements) in entries.iter() {
                    if key == "Statement" {
                        self.statements(statements);
                    }
                }
            }
            _ => self.open = true,
        }
    }

    fn statements(&mut self, statements: &Case) {
        match &statements.value {
            Value::List(items) => items.iter().for_each(|item| self.statements(item)),
            Value::Map(entries) => self.statement(entries),
            Value::Null | Value::NoValue => {}
            _ => self.open = true,
        }
    }

    fn statement(&mut self, entries: &[(String, Case)]) {
        let all = |name: &str| entries.iter().filter(|(key, _)| key == name).map(|(_, case)| case).collect();
        let effect: Vec<&Case> = all("Effect");
        // A denial may be of calls that the function itself makes: AWS recommends such ones.
        if effect.iter().any(|case| case.value.known() == Some("Deny")) {
            return;
        }
        let resources: Vec<&Case> = all("Resource");
        if !resources.is_empty() && resources.iter().all(|case| is_elsewhere(case)) {
            return;
        }
        let actions: Vec<&Case> = all("Action");
        let others: Vec<&Case> = all("NotAction");
        let unlikely = all("Condition").iter().any(|condition: &&Case| is_unlikely(condition));
        for action in ACTIONS {
            let allowed = actions.iter().any(|case| matches(case, action))
                || !others.is_empty() && !others.iter().any(|case| matches(case, action));
            if allowed {
                if unlikely { &mut self.unlikely } else { &mut self.allowed }.insert(action);
            }
        }
    }
}

/// Whether a value names a role, or may.
fn names(case: &Case, role: &Resource) -> bool {
    match &case.value {
        Value::List(items) => items.iter().any(|item| names(item, role)),
        Value::Null | Value::NoValue => false,
        Value::Text(text) => match text.resource() {
            Some((id, _)) => id == role.id,
            None => true,
        },
        _ => true,
    }
}

/// Whether a resource of a statement certainly is none of EC2's.
fn is_elsewhere(case: &Case) -> bool {
    match &case.value {
        Value::List(items) => !items.is_empty() && items.iter().all(is_elsewhere),
        Value::Text(text) => match text.parts.first() {
            Some(Part::Literal(head)) => {
                let service = head.split(':').nth(2).filter(|_| head.starts_with("arn:"));
                service
                    .is_some_and(|service| !service.is_empty() && service != "ec2" && !service.contains('*'))
            }
            // What a resource of the template returns is no network interface that Lambda will make.
            Some(Part::Resource { attribute: Some(attribute), .. }) => attribute == "Arn",
            _ => false,
        },
        _ => false,
    }
}

/// Whether a pattern covers an action; what is not known may.
fn matches(case: &Case, action: &str) -> bool {
    match &case.value {
        Value::List(items) => items.iter().any(|item| matches(item, action)),
        Value::Text(text) => text.known().is_none_or(|pattern| {
            covers(pattern.trim().to_ascii_lowercase().as_bytes(), action.to_ascii_lowercase().as_bytes())
        }),
        Value::Null | Value::NoValue => false,
        _ => true,
    }
}

/// Whether a pattern with `*` and `?` covers a text.
fn covers(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(byte) if *byte == b'?' || Some(byte) == text.get(in_text) => {
                at += 1;
                in_text += 1;
            }
            _ => match star {
                Some((of_star, taken)) => {
                    star = Some((of_star, taken + 1));
                    at = of_star + 1;
                    in_text = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

/// Whether one of the keys of a condition is hardly met by the Lambda service.
fn is_unlikely(condition: &Case) -> bool {
    let Value::Map(operators) = &condition.value else { return false };
    operators.iter().any(|(operator, keys)| {
        let positive = !operator.contains("Not") && !operator.ends_with("IfExists") && operator != "Null";
        let Value::Map(keys) = &keys.value else { return false };
        positive && keys.iter().any(|(key, _)| UNLIKELY.contains(&key.to_ascii_lowercase().as_str()))
    })
}

fn finding(
    template: &Template<'_>,
    function: &Resource,
    role: &Resource,
    grants: &Grants,
) -> Option<Finding> {
    let missing: Vec<&str> = ACTIONS
        .into_iter()
        .filter(|action| !grants.allowed.contains(action) && !grants.unlikely.contains(action))
        .collect();
    let unlikely: Vec<&str> =
        grants.unlikely.iter().copied().filter(|action| !grants.allowed.contains(action)).collect();
    let (id, role_id) = (&function.id, &role.id);
    let (severity, message) = if missing.is_empty() {
        if unlikely.is_empty() {
            return None;
        }
        let listed = unlikely.join(", ");
        (
            Severity::Warning,
            phrase!(
                en: "the role `{role_id}` allows {listed} under a condition that Lambda hardly meets",
                ja: "ロール `{role_id}` の {listed} には、Lambda サービスからの呼び出しでは満たされにくい条件が付いています",
            ),
        )
    } else {
        let listed = missing.join(", ");
        (
            Severity::Error,
            phrase!(
                en: "`{id}` is in a VPC, but its role `{role_id}` does not allow {listed}",
                ja: "`{id}` は VPC 内の関数ですが、ロール `{role_id}` に {listed} の権限がありません",
            ),
        )
    };
    Some(
        Finding::new(ID, severity, Some(key_of(template, function, "VpcConfig")), message)
            .label(
                template.node(role.key).span(),
                phrase!(en: "the role", ja: "関数のロール"),
            )
            .help(phrase!(
                en: "add the managed policy AWSLambdaVPCAccessExecutionRole to the role: Lambda makes the function's network interfaces with it",
                ja: "マネージドポリシー AWSLambdaVPCAccessExecutionRole をロールに追加してください。Lambda はこの権限で関数のネットワークインターフェイスを作成します",
            ))
            .about(id)
            .told_apart_by(role_id)
            // A condition is somebody's will: only what is not there at all is added.
            .fix(if missing.is_empty() { None } else { fix(template, role) }),
    )
}

/// Allows what is missing, by a managed policy or by a statement, as the role allows the rest.
fn fix(template: &Template<'_>, role: &Resource) -> Option<Fix> {
    let role_id = &role.id;
    let properties = written_properties(template, role)?;
    let managed = properties.get("ManagedPolicyArns");
    let inline = properties.get("Policies");
    let by_policy = || match managed {
        Some(list) => add_managed(template, list),
        None => {
            insert_property(template, role, "ManagedPolicyArns", &Written::List(vec![vpc_access(template)]))
        }
    };
    // Who writes statements only reads on in statements.
    let is_inline = managed.is_none() && inline.is_some();
    let edit = if is_inline { None } else { by_policy() };
    if let Some(edit) = edit {
        return Some(Fix {
            safety: Safety::Safe,
            title: phrase!(
                en: "Add AWSLambdaVPCAccessExecutionRole to `{role_id}`",
                ja: "`{role_id}` に AWSLambdaVPCAccessExecutionRole を追加する",
            ),
            edits: vec![edit],
        });
    }
    if let Some(edit) = inline.and_then(|list| add_statement(template, list)) {
        return Some(Fix {
            safety: Safety::Safe,
            title: phrase!(
                en: "Allow `{role_id}` to make network interfaces",
                ja: "`{role_id}` にネットワークインターフェイスの権限を追加する",
            ),
            edits: vec![edit],
        });
    }
    None
}

/// Adds the managed policy to those of a role, written as they are.
fn add_managed(template: &Template<'_>, list: Node<'_>) -> Option<Edit> {
    /// A role takes no more of them where nobody asked for it.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    const MOST: usize = 10;
    let alike = list.items().into_iter().find_map(|item| {
        let source = item.as_str().filter(|_| item.tag().is_none_or(|tag| tag.name == "Sub"))?;
        let (start, _) = source.split_once("iam::aws:policy/")?;
        let arn = format!("{start}iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole");
        Some(if item.tag().is_some() { Written::Sub(arn) } else { Written::Text(arn) })
    });
    let arn = alike.unwrap_or_else(|| vpc_access(template));
    if list.items().len() < MOST { append_item(template, list, &arn) } else { None }
}

/// The ARN of the managed policy, in whatever partition a template that speaks of partitions is deployed to.
fn vpc_access(template: &Template<'_>) -> Written {
    const POLICY: &str = "iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    if template.text().contains("AWS::Partition") {
        Written::Sub(format!("arn:${{AWS::Partition}}:{POLICY}"))
    } else {
        Written::Text(format!("arn:aws:{POLICY}"))
    }
}

/// Adds a statement to the first inline policy.
fn add_statement(template: &Template<'_>, policies: Node<'_>) -> Option<Edit> {
    let Expression::List(items) = Expression::of(policies) else { return None };
    let statements = items.get(0)?.at(&["PolicyDocument", "Statement"])?;
    let statement = Written::Map(vec![
        ("Effect", Written::text("Allow")),
        ("Action", Written::List(ACTIONS.iter().map(|action| Written::text(*action)).collect())),
        ("Resource", Written::text("*")),
    ]);
    append_item(template, statements, &statement)
}

#[cfg(test)]
mod tests {
    use super::covers;
    use crate::rules::testing::{findings, fixed};

    const ID: &str = "missing-eni-permissions";

    fn of_role(properties: &str, more: &str) -> Vec<String> {
        let text = format!(
            "Parameters: {{Arn: {{Type: String}}}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {properties}
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig: {{SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}
{more}"
        );
        findings(&text, ID)
    }

    const BASIC: &str =
        "{ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']}";

    fn inline(statement: &str) -> String {
        format!("{{Policies: [{{PolicyName: a, PolicyDocument: {{Statement: [{statement}]}}}}]}}")
    }

    #[test]
    fn a_role_without_the_permissions_is_found() {
        let all = "ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DeleteNetworkInterface";
        let told = format!("10:7 `Fn` is in a VPC, but its role `Role` does not allow {all} | 3:3 the role");
        assert_eq!(of_role(BASIC, ""), [told.as_str()]);
        assert_eq!(of_role("{}", ""), [told.as_str()]);
        let logs = inline("{Effect: Allow, Action: '*', Resource: 'arn:aws:logs:*:*:*'}");
        assert_eq!(of_role(&logs, ""), [told]);
        let some =
            inline("{Effect: Allow, Action: ['ec2:Describe*', 'ec2:CreateNetworkInterface'], Resource: '*'}");
        assert_eq!(
            of_role(&some, ""),
            [
                "10:7 `Fn` is in a VPC, but its role `Role` does not allow ec2:DeleteNetworkInterface | 3:3 the role"
            ]
        );
    }

    #[test]
    fn json_and_sam_with_a_role_of_their_own_are_read_alike() {
        let text = r#"{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}},
"Fn": {"Type": "AWS::Serverless::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "VpcConfig": {"SubnetIds": ["a"], "SecurityGroupIds": ["b"]}}}}}"#;
        assert_eq!(findings(text, ID).len(), 1);
        let made = text.replace(r#""Role": {"Fn::GetAtt": ["Role", "Arn"]}, "#, "");
        assert_eq!(
            findings(&made, ID),
            Vec::<String>::new(),
            "SAM attaches the policy to the role that it makes"
        );
    }

    #[test]
    fn a_condition_that_lambda_hardly_meets_is_a_warning() {
        let conditional = inline(
            "{Effect: Allow, Action: 'ec2:*NetworkInterface*', Resource: '*', Condition: {StringEquals: {'aws:SourceVpc': vpc-1}}}",
        );
        let found = of_role(&conditional, "");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("under a condition that Lambda hardly meets"), "{found:?}");
    }

    #[test]
    fn what_allows_it_or_may_is_left_alone() {
        let quiet = [
            "{ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']}".to_owned(),
            "{ManagedPolicyArns: ['arn:aws:iam::aws:policy/SomethingElse']}".to_owned(),
            "{ManagedPolicyArns: [!Ref Arn]}".to_owned(),
            inline("{Effect: Allow, Action: ['ec2:*'], Resource: '*'}"),
            inline("{Effect: Allow, NotAction: 's3:*', Resource: '*'}"),
            inline("{Effect: Allow, Action: !Ref Arn, Resource: '*'}"),
        ];
        for properties in quiet {
            assert_eq!(of_role(&properties, ""), Vec::<String>::new(), "{properties}");
        }
        let policy = "  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: a
      Roles: [!Ref Role]
      PolicyDocument: {Statement: {Effect: Allow, Action: 'ec2:*NetworkInterface*', Resource: '*'}}
";
        assert_eq!(of_role(BASIC, policy), Vec::<String>::new());
        let macro_text = "Transform: MyMacro\nResources:\n  Role: {Type: AWS::IAM::Role, Properties: {}}\n  Fn: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn, VpcConfig: {SubnetIds: [a], SecurityGroupIds: [b]}}}\n";
        assert_eq!(findings(macro_text, ID), Vec::<String>::new());
        let outside = "Resources:\n  Role: {Type: AWS::IAM::Role, Properties: {}}\n  Fn: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}\n  Far: {Type: AWS::Lambda::Function, Properties: {Role: 'arn:aws:iam::111122223333:role/a', VpcConfig: {SubnetIds: [a], SecurityGroupIds: [b]}}}\n";
        assert_eq!(findings(outside, ID), Vec::<String>::new());
    }

    #[test]
    fn a_role_is_mended_as_it_is_written() {
        let role = |properties: &str| {
            let text = format!(
                "Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
{properties}  Fn:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig: {{SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}}
"
            );
            let mended = fixed(&text, ID);
            assert_eq!(findings(&mended, ID), Vec::<String>::new(), "{mended}");
            mended
        };
        let policy = "iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
        let plain = role(
            "      ManagedPolicyArns:\n        - arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess # files\n",
        );
        assert!(plain.contains(&format!("# files\n        - arn:aws:{policy}\n")), "{plain}");
        let by_sub = role(
            "      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/AmazonS3ReadOnlyAccess']\n",
        );
        assert!(by_sub.contains(&format!(", !Sub 'arn:${{AWS::Partition}}:{policy}']")), "{by_sub}");
        let none = role("      Path: /app/\n");
        assert!(
            none.contains(&format!(
                "      Path: /app/\n      ManagedPolicyArns:\n        - arn:aws:{policy}\n"
            )),
            "{none}"
        );
        let inline = role(
            "      Policies:\n        - PolicyName: a\n          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                Action: s3:GetObject\n                Resource: '*'\n",
        );
        assert!(
            inline.contains(
                "              - Effect: Allow\n                Action:\n                  - ec2:CreateNetworkInterface\n                  - ec2:DescribeNetworkInterfaces\n                  - ec2:DeleteNetworkInterface\n                Resource: '*'\n"
            ),
            "{inline}"
        );
        let json = r#"{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": [{"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]]}]}},
"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "VpcConfig": {"SubnetIds": ["a"], "SecurityGroupIds": ["b"]}}}}}"#;
        let by_join = fixed(json, ID);
        assert!(
            by_join.contains(&format!(r#", {{"Fn::Sub": "arn:${{AWS::Partition}}:{policy}"}}]"#)),
            "{by_join}"
        );
        assert_eq!(findings(&by_join, ID), Vec::<String>::new());
    }

    #[test]
    fn patterns_cover_as_iam_has_it() {
        for (pattern, text, expected) in [
            ("ec2:*", "ec2:deletenetworkinterface", true),
            ("ec2:*networkinterface", "ec2:deletenetworkinterface", true),
            ("ec2:*networkinterface", "ec2:describenetworkinterfaces", false),
            ("ec2:?eletenetworkinterface*", "ec2:deletenetworkinterface", true),
            ("s3:*", "ec2:a", false),
            ("*", "", true),
        ] {
            assert_eq!(covers(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }
}
