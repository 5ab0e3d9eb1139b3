//! Policies of buckets, queues and APIs that ask which way calls come.

use vpcheck_core::network::{Missing, Topic};
use vpcheck_core::paths::Code;
use vpcheck_core::template::Unknown;
use vpcheck_tests::composed::{Composed, fact};

const BUCKETS: &str = "Amazon S3 User Guide, Controlling access from VPC endpoints with bucket policies";
const KEYS: &str =
    "AWS IAM User Guide, AWS global condition context keys: aws:SourceVpce, aws:SourceVpc, aws:VpcSourceIp";
const ABSENT: &str =
    "AWS IAM User Guide, IAM JSON policy elements: Condition operators: negated operators without the key";
const PRIVATE: &str = "Amazon API Gateway Developer Guide, Private REST APIs in API Gateway";

/// A function whose role allows an action on one resource and nothing else.
fn allowed(template: Composed, action: &str, resource: &str) -> Composed {
    template
        .with(
            "Role",
            "IAM::Role",
            &format!(
                "AssumeRolePolicyDocument: {{}}, Policies: [{{PolicyName: p, PolicyDocument: {{Statement: \
                 [{{Effect: Allow, Action: '{action}', Resource: {resource}}}]}}}}]"
            ),
        )
        .with(
            "Function",
            "Lambda::Function",
            "Handler: index.handler, Runtime: python3.12, Code: {ZipFile: pass}, Role: !GetAtt Role.Arn, \
             VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup]}",
        )
}

/// `Bucket`, which refuses everything where `condition` holds, and a function that reads it.
fn bucket(source: &str, condition: &str) -> Composed {
    let template = fact(source).with("Bucket", "S3::Bucket", "").with(
        "Rules",
        "S3::BucketPolicy",
        &format!(
            "Bucket: !Ref Bucket, PolicyDocument: {{Statement: [{{Effect: Deny, Principal: '*', Action: 's3:*', \
             Resource: [!GetAtt Bucket.Arn, !Sub '${{Bucket.Arn}}/*'], Condition: {condition}}}]}}"
        ),
    );
    allowed(template, "s3:GetObject", "!Sub '${Bucket.Arn}/*'")
}

const ROUTE_OUT: &str = "NatGatewayId: !Ref Nat";

#[test]
fn a_bucket_may_be_for_one_endpoint_only() {
    let template = bucket(BUCKETS, "{StringNotEquals: {'aws:SourceVpce': !Ref Endpoint}}");
    let by_endpoint = template.clone().gateway_endpoint("Endpoint", "Vpc", "s3", "TableA");
    by_endpoint.to("s3").is_reachable();
    let elsewhere = template.gateway_endpoint("Endpoint", "Vpc", "s3", "TableB").nat();
    let elsewhere = elsewhere.route("TableA", "0.0.0.0/0", ROUTE_OUT);
    elsewhere.to("s3").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
}

#[test]
fn a_bucket_may_be_for_one_vpc_only() {
    let of = |vpc: &str| {
        bucket(BUCKETS, &format!("{{StringNotEquals: {{'aws:SourceVpc': !Ref {vpc}}}}}"))
            .vpc("OtherVpc", "10.5.0.0/16")
            .gateway_endpoint("Endpoint", "Vpc", "s3", "TableA")
    };
    of("Vpc").to("s3").is_reachable();
    of("OtherVpc").to("s3").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
}

#[test]
fn without_an_endpoint_the_keys_are_absent() {
    let by_nat =
        |condition: &str| bucket(ABSENT, condition).nat().route("TableA", "0.0.0.0/0", ROUTE_OUT).to("s3");
    by_nat("{StringNotEquals: {'aws:SourceVpce': vpce-1}}")
        .is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
    by_nat("{'Null': {'aws:SourceVpc': 'true'}}").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
    by_nat("{StringEquals: {'aws:SourceVpce': vpce-1}}").is_reachable();
    by_nat("{StringNotEqualsIfExists: {'aws:SourceVpce': vpce-1}}")
        .is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
}

#[test]
fn behind_an_endpoint_there_is_no_public_address() {
    let template = bucket(
        "AWS IAM User Guide, AWS global condition context keys: aws:SourceIp is not there behind VPC endpoints",
        "{NotIpAddress: {'aws:SourceIp': [203.0.113.0/24]}}",
    );
    let template = template.gateway_endpoint("Endpoint", "Vpc", "s3", "TableA");
    template.to("s3").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
}

#[test]
fn the_private_address_of_a_caller_may_be_asked_for() {
    let within = |cidr: &str| {
        bucket(KEYS, &format!("{{NotIpAddress: {{'aws:VpcSourceIp': {cidr}}}}}"))
            .gateway_endpoint("Endpoint", "Vpc", "s3", "TableA")
    };
    within("10.0.1.0/24").to("s3").is_reachable();
    within("10.0.2.0/24").to("s3").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
    // Part of the subnet may be meant.
    within("10.0.1.0/25")
        .to("s3")
        .is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::CallerAddress, _)));
}

#[test]
fn all_conditions_of_a_statement_must_hold() {
    let template = bucket(
        "AWS IAM User Guide, IAM JSON policy elements: Conditions with several keys",
        "{StringNotEquals: {'aws:SourceVpc': !Ref OtherVpc}, Bool: {'aws:PrincipalIsAWSService': 'true'}}",
    );
    let template =
        template.vpc("OtherVpc", "10.5.0.0/16").gateway_endpoint("Endpoint", "Vpc", "s3", "TableA");
    template.to("s3").is_reachable();
}

#[test]
fn a_queue_may_be_for_one_vpc_only() {
    let template = fact("Amazon SQS Developer Guide, Creating a VPC endpoint policy and a queue policy")
        .with("Queue", "SQS::Queue", "")
        .vpc("OtherVpc", "10.5.0.0/16")
        .with(
            "Rules",
            "SQS::QueuePolicy",
            "Queues: [!Ref Queue], PolicyDocument: {Statement: [{Effect: Deny, Principal: '*', Action: 'sqs:*', \
             Resource: !GetAtt Queue.Arn, Condition: {StringNotEquals: {'aws:SourceVpc': !Ref OtherVpc}}}]}",
        )
        .interface_endpoint(
            "Endpoint",
            "Vpc",
            "sqs",
            "SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref Open], PrivateDnsEnabled: true",
        )
        .group("Open", "Vpc", "SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 10.0.0.0/16}]");
    let template = allowed(template, "sqs:SendMessage", "!GetAtt Queue.Arn");
    template.to("sqs").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Queue");
}

/// A private API with these properties, behind an endpoint, and a function that calls it.
fn private_api(more: &str) -> Composed {
    let template = fact(PRIVATE)
        .with(
            "Api",
            "ApiGateway::RestApi",
            &format!("Name: a, EndpointConfiguration: {{Types: [PRIVATE]}}{more}"),
        )
        .group("Open", "Vpc", "SecurityGroupIngress: [{IpProtocol: '-1', CidrIp: 10.0.0.0/16}]")
        .interface_endpoint(
            "Endpoint",
            "Vpc",
            "execute-api",
            "SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref Open], PrivateDnsEnabled: true",
        );
    allowed(
        template,
        "execute-api:Invoke",
        "!Sub 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*'",
    )
}

fn lets_in(condition: &str) -> String {
    format!(
        ", Policy: {{Statement: [{{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', \
         Resource: 'execute-api:/*', Condition: {condition}}}]}}"
    )
}

#[test]
fn a_private_api_without_a_policy_lets_nobody_in() {
    private_api("").to("execute-api").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
    private_api(", Policy: {Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}")
        .to("execute-api")
        .is_reachable();
}

#[test]
fn a_private_api_lets_in_the_endpoints_of_its_policy() {
    private_api(&lets_in("{StringEquals: {'aws:SourceVpce': !Ref Endpoint}}"))
        .to("execute-api")
        .is_reachable();
    let other = private_api(&lets_in("{StringEquals: {'aws:SourceVpc': !Ref OtherVpc}}"));
    other.vpc("OtherVpc", "10.5.0.0/16").to("execute-api").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
}

/// A private API of SAM with this policy, behind `Endpoint`, and a function that calls it.
fn serverless_api(auth: &str) -> Composed {
    private_api("")
        .without("Api")
        .section("Transform: AWS::Serverless-2016-10-31")
        .with(
            "Api",
            "Serverless::Api",
            &format!("StageName: live, EndpointConfiguration: {{Type: PRIVATE}}{auth}"),
        )
        .vpc("OtherVpc", "10.5.0.0/16")
}

#[test]
fn sam_writes_the_policy_of_a_private_api() {
    const SAM: &str = ", Auth: {ResourcePolicy: ";
    let with = |policy: &str| serverless_api(&format!("{SAM}{policy}}}")).to("execute-api");
    serverless_api("").to("execute-api").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
    with("{IntrinsicVpceWhitelist: [!Ref Endpoint]}").is_reachable();
    with("{IntrinsicVpcWhitelist: [!Ref Vpc]}").is_reachable();
    with("{IntrinsicVpcWhitelist: [!Ref OtherVpc]}").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
    with("{IntrinsicVpcBlacklist: [!Ref Vpc]}").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
    with("{SourceVpcWhitelist: [vpce-0123]}")
        .is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::DeployedId, _)));
    // Behind an endpoint there is no public address that could be in a range.
    with("{IpRangeWhitelist: [203.0.113.0/24]}").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
    with("{CustomStatements: [{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*', Condition: {StringEquals: {'aws:SourceVpc': !Ref Vpc}}}]}").is_reachable();
    with("{CustomStatements: {Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*', Condition: {StringEquals: {'aws:SourceVpc': !Ref OtherVpc}}}}")
        .is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
}

#[test]
fn a_definition_may_hold_the_policy_of_an_api() {
    let with = |policy: &str| {
        private_api(&format!(", Body: {{openapi: 3.0.1, paths: {{}}{policy}}}")).to("execute-api")
    };
    with(", x-amazon-apigateway-policy: {Statement: [{Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}]}")
        .is_reachable();
    with("").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
    private_api(", Body: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: s3://a/b}}}")
        .to("execute-api")
        .is_reachable();
}

#[test]
fn a_private_api_is_not_called_from_the_internet() {
    let template =
        private_api(", Policy: {Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}")
            .without("Endpoint")
            .nat()
            .route("TableA", "0.0.0.0/0", ROUTE_OUT);
    template.to("execute-api").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
}

#[test]
fn an_api_that_is_asked_for_by_name_needs_no_permission_to_be_judged() {
    // Methods without authorization are called by whoever gets there.
    let open = ", Policy: {Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}";
    let plain = private_api(open).function_with(
        "Function",
        "VpcConfig: {SubnetIds: [!Ref SubnetA], SecurityGroupIds: [!Ref FunctionGroup]}",
    );
    plain.to("Api").is_reachable();
    let by_nat = plain.without("Endpoint").nat().route("TableA", "0.0.0.0/0", ROUTE_OUT);
    by_nat.to("Api:443").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Api");
    by_nat.with("Api", "ApiGateway::RestApi", "Name: a").to("Api").is_reachable();
}

#[test]
fn of_several_resources_the_one_that_is_asked_for_is_judged() {
    let template = bucket(KEYS, "{StringNotEquals: {'aws:SourceVpc': !Ref OtherVpc}}")
        .vpc("OtherVpc", "10.5.0.0/16")
        .gateway_endpoint("Endpoint", "Vpc", "s3", "TableA")
        .with("Free", "S3::Bucket", "");
    let template = allowed(template, "s3:GetObject", "[!Sub '${Bucket.Arn}/*', !Sub '${Free.Arn}/*']");
    template.to("Bucket").is_blocked(Code::VPCHECK_RESOURCE_POLICY, "Bucket");
    template.to("Free").is_reachable();
    template.to("s3").is_reachable();
}

#[test]
fn what_is_not_known_of_a_policy_refuses_nothing() {
    let template = bucket(KEYS, "{StringNotEquals: {'aws:SourceVpce': !ImportValue other}}");
    let template = template.gateway_endpoint("Endpoint", "Vpc", "s3", "TableA");
    template.to("s3").is_unknown(|missing| *missing == Missing::Value(Unknown::Import("other".to_owned())));
    let written = bucket(KEYS, "{StringNotEquals: {'aws:SourceVpce': vpce-0123}}");
    let written = written.gateway_endpoint("Endpoint", "Vpc", "s3", "TableA");
    written.to("s3").is_unknown(|missing| matches!(missing, Missing::Beyond(Topic::DeployedId, _)));
    let unlike =
        bucket(KEYS, "{StringNotEquals: {'aws:SourceVpc': !Ref OtherVpc, 'aws:PrincipalTag/team': a}}");
    let unlike = unlike.vpc("OtherVpc", "10.5.0.0/16").gateway_endpoint("Endpoint", "Vpc", "s3", "TableA");
    unlike.to("s3").is_reachable();
}

#[test]
fn an_endpoint_for_other_buckets_refuses_this_one() {
    let by = |resource: &str| {
        let template = fact("AWS PrivateLink Guide, Gateway endpoints for Amazon S3: restrict access to a specific bucket")
            .with("Bucket", "S3::Bucket", "")
            .with("Other", "S3::Bucket", "BucketName: reports")
            .with(
                "Endpoint",
                "EC2::VPCEndpoint",
                &format!(
                    "VpcId: !Ref Vpc, ServiceName: com.amazonaws.us-east-1.s3, RouteTableIds: [!Ref TableA], \
                     PolicyDocument: {{Statement: [{{Effect: Allow, Principal: '*', Action: 's3:*', Resource: {resource}}}]}}"
                ),
            );
        allowed(template, "s3:GetObject", "!Sub '${Bucket.Arn}/*'").to("s3")
    };
    by("!Sub '${Other.Arn}/*'").is_blocked(Code::VPCHECK_ENDPOINT_POLICY, "Endpoint");
    by("'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*'")
        .is_blocked(Code::VPCHECK_ENDPOINT_POLICY, "Endpoint");
    by("['arn:aws:s3:::layers/*', !Sub '${Bucket.Arn}/*']").is_reachable();
    by("!Sub 'arn:aws:s3:::${Bucket}/*'").is_reachable();
}
