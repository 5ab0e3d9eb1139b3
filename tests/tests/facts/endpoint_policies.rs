//! Conditions in the policies of endpoints: what a template knows of a call decides, all else is left open.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::Code;
use vpcheck_core::template::Unknown;
use vpcheck_tests::composed::{Answer, Composed, fact};

const KEYS: &str = "AWS IAM User Guide, AWS global condition context keys";
const PERIMETER: &str =
    "AWS PrivateLink Guide, Control access to VPC endpoints using endpoint policies: conditions";
const OPERATORS: &str = "AWS IAM User Guide, IAM JSON policy elements: Condition operators";

/// A function that reads `Bucket` by an endpoint with these statements; its role is `Role`.
fn with(source: &str, statements: &str) -> Composed {
    fact(source)
        .with("Bucket", "S3::Bucket", "")
        .with(
            "Endpoint",
            "EC2::VPCEndpoint",
            &format!(
                "VpcId: !Ref Vpc, ServiceName: com.amazonaws.us-east-1.s3, RouteTableIds: [!Ref TableA], \
                 PolicyDocument: {{Statement: [{statements}]}}"
            ),
        )
        .with("Other", "IAM::Role", "AssumeRolePolicyDocument: {}")
        .with(
            "Role",
            "IAM::Role",
            "AssumeRolePolicyDocument: {}, Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, \
             Action: 's3:GetObject', Resource: !Sub '${Bucket.Arn}/*'}]}}]",
        )
        .with(
            "Function",
            "Lambda::Function",
            "Handler: index.handler, Runtime: python3.12, Code: {ZipFile: pass}, Role: !GetAtt Role.Arn, \
             VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup]}",
        )
        .vpc("OtherVpc", "10.5.0.0/16")
}

/// Everything is allowed where `condition` holds.
fn allowing(source: &str, condition: &str) -> Answer {
    allowed_where(source, condition).to("s3")
}

fn allowed_where(source: &str, condition: &str) -> Composed {
    with(
        source,
        &format!("{{Effect: Allow, Principal: '*', Action: '*', Resource: '*', Condition: {condition}}}"),
    )
}

/// Everything is denied where `condition` holds, and allowed otherwise.
fn denying(source: &str, condition: &str) -> Answer {
    with(
        source,
        &format!(
            "{{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}}, \
             {{Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*', Condition: {condition}}}"
        ),
    )
    .to("s3")
}

fn is_refused(answer: &Answer) {
    answer.is_blocked(Code::VPCHECK_ENDPOINT_POLICY, "Endpoint");
}

#[test]
fn the_way_of_a_call_decides() {
    allowing(KEYS, "{StringEquals: {'aws:SourceVpc': !Ref Vpc}}").is_reachable();
    allowing(KEYS, "{StringEquals: {'aws:SourceVpce': [!Ref Endpoint, vpce-1]}}").is_reachable();
    allowing(KEYS, "{StringLike: {'aws:SourceVpce': 'vpce-*'}}").is_reachable();
    is_refused(&allowing(KEYS, "{StringEquals: {'aws:SourceVpc': !Ref OtherVpc}}"));
    is_refused(&denying(KEYS, "{StringNotEquals: {'aws:SourceVpc': !Ref OtherVpc}}"));
    denying(KEYS, "{StringNotEquals: {'aws:SourceVpc': [!Ref OtherVpc, !Ref Vpc]}}").is_reachable();
    is_refused(&allowing(KEYS, "{IpAddress: {'aws:VpcSourceIp': 10.9.0.0/16}}"));
    allowing(KEYS, "{IpAddress: {'aws:VpcSourceIp': 10.0.0.0/16}}").is_reachable();
}

#[test]
fn the_role_of_the_caller_decides() {
    allowing(PERIMETER, "{ArnEquals: {'aws:PrincipalArn': !GetAtt Role.Arn}}").is_reachable();
    is_refused(&allowing(PERIMETER, "{ArnEquals: {'aws:PrincipalArn': !GetAtt Other.Arn}}"));
    is_refused(&denying(PERIMETER, "{ArnNotEquals: {'aws:PrincipalArn': !GetAtt Other.Arn}}"));
    allowing(PERIMETER, "{ArnLike: {'aws:PrincipalArn': 'arn:aws:iam::*:role/*'}}").is_reachable();
    is_refused(&allowing(PERIMETER, "{ArnLike: {'aws:PrincipalArn': 'arn:aws:iam::*:user/*'}}"));
    is_refused(&denying(
        PERIMETER,
        "{ArnNotLikeIfExists: {'aws:PrincipalArn': 'arn:aws:iam::*:role/aws-service-role/*'}}",
    ));
    // The name that AWS makes up may be any.
    allowing(PERIMETER, "{ArnEquals: {'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/reader'}}")
        .is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::DeployedId, _)));
}

#[test]
fn accounts_are_compared_with_that_of_the_stack() {
    allowing(PERIMETER, "{StringEquals: {'aws:PrincipalAccount': !Ref AWS::AccountId}}").is_reachable();
    allowing(PERIMETER, "{StringEquals: {'aws:ResourceAccount': [!Ref AWS::AccountId, '111122223333']}}")
        .is_reachable();
    is_refused(&denying(PERIMETER, "{StringEquals: {'aws:PrincipalAccount': !Ref AWS::AccountId}}"));
    let is_account =
        |missing: &Missing| *missing == Missing::Value(Unknown::Pseudo("AWS::AccountId".to_owned()));
    allowing(PERIMETER, "{StringEquals: {'aws:PrincipalAccount': '111122223333'}}").is_unknown(is_account);
    denying(PERIMETER, "{StringNotEquals: {'aws:ResourceAccount': '111122223333'}}").is_unknown(is_account);
}

#[test]
fn only_calls_of_services_have_a_source_account() {
    is_refused(&allowing(KEYS, "{StringEquals: {'aws:SourceAccount': !Ref AWS::AccountId}}"));
    allowing(KEYS, "{StringEqualsIfExists: {'aws:SourceAccount': !Ref AWS::AccountId}}").is_reachable();
    is_refused(&denying(KEYS, "{StringNotEquals: {'aws:SourceAccount': !Ref AWS::AccountId}}"));
    allowing(KEYS, "{'Null': {'aws:SourceArn': 'true'}}").is_reachable();
}

#[test]
fn an_organization_is_not_in_a_template() {
    let is_organization = |missing: &Missing| matches!(missing, Missing::Beyond(Topic::Organization, name) if name.matches("o-1"));
    allowing(PERIMETER, "{StringEquals: {'aws:PrincipalOrgID': o-1}}").is_unknown(is_organization);
    denying(PERIMETER, "{StringNotEquals: {'aws:PrincipalOrgID': o-1}}").is_unknown(is_organization);
    allowing(PERIMETER, "{StringEquals: {'aws:PrincipalOrgID': !ImportValue org}}")
        .is_unknown(|missing| *missing == Missing::Value(Unknown::Import("org".to_owned())));
    // One that fails decides all the same.
    is_refused(&allowing(
        OPERATORS,
        "{StringEquals: {'aws:PrincipalOrgID': o-1, 'aws:SourceVpc': !Ref OtherVpc}}",
    ));
}

#[test]
fn the_organization_of_the_account_may_be_told() {
    const TOLD: &str = "AWS CLI Command Reference, organizations describe-organization";
    let of = |template: Composed, id: &str| {
        template.context(&format!("{{\"Organization\": {{\"Id\": \"{id}\", \"FeatureSet\": \"ALL\"}}}}"))
    };
    let asks = "{StringEquals: {'aws:PrincipalOrgID': o-1}}";
    of(allowed_where(TOLD, asks), "o-1").to("s3").is_reachable();
    is_refused(&of(allowed_where(TOLD, asks), "o-2").to("s3"));
    // Which unit of it the account is in, that does not tell.
    let unit = "{'ForAnyValue:StringLike': {'aws:PrincipalOrgPaths': 'o-1/r-1/ou-1/*'}}";
    of(allowed_where(TOLD, unit), "o-1")
        .to("s3")
        .is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::Organization, _)));
}

#[test]
fn what_is_asked_of_a_service_is_up_to_the_caller() {
    allowing(OPERATORS, "{StringEquals: {'s3:x-amz-acl': private}}").is_reachable();
    denying(OPERATORS, "{StringNotEquals: {'s3:x-amz-server-side-encryption': AES256}}").is_reachable();
    allowing(OPERATORS, "{Bool: {'aws:SecureTransport': 'true'}}").is_reachable();
    is_refused(&denying(OPERATORS, "{Bool: {'aws:SecureTransport': 'true'}}"));
}
