//! What somebody who is given the id or an attribute of a resource does with it.

/// Where a reference leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// To the resource itself, which stands in a VPC: the value is its address.
    Store,
    /// To the resource itself, perhaps: the value is its name or id.
    StoreId,
    /// To the API of a service, which is the only way to use the resource.
    Api(&'static str),
    /// To the API of a service, perhaps; the value is of use without a call as well.
    Near(&'static str),
    /// To the internet.
    Public,
    /// To the internet, perhaps: links are often written, seldom followed.
    Link,
    /// To what another property of the resource says.
    Property(&'static str),
    /// Nowhere.
    Nowhere,
}

/// What stands in a VPC, by type, and the beginnings of the attributes that are its address.
const STORES: [(&str, &[&str]); 26] = [
    ("AWS::RDS::DBInstance", &["Endpoint.Address"]),
    ("AWS::RDS::DBCluster", &["Endpoint.Address", "ReadEndpoint"]),
    ("AWS::RDS::DBProxy", &["Endpoint"]),
    ("AWS::RDS::DBProxyEndpoint", &["Endpoint"]),
    ("AWS::Neptune::DBCluster", &["Endpoint", "ReadEndpoint"]),
    ("AWS::Neptune::DBInstance", &["Endpoint"]),
    ("AWS::DocDB::DBCluster", &["Endpoint", "ReadEndpoint"]),
    ("AWS::DocDB::DBInstance", &["Endpoint"]),
    ("AWS::DocDBElastic::Cluster", &["ClusterEndpoint"]),
    ("AWS::ElastiCache::CacheCluster", &["RedisEndpoint.Address", "ConfigurationEndpoint.Address"]),
    (
        "AWS::ElastiCache::ReplicationGroup",
        &[
            "PrimaryEndPoint.Address",
            "ReaderEndPoint.Address",
            "ReadEndPoint.Addresses",
            "ConfigurationEndPoint.Address",
        ],
    ),
    ("AWS::ElastiCache::ServerlessCache", &["Endpoint.Address", "ReaderEndpoint.Address"]),
    ("AWS::MemoryDB::Cluster", &["ClusterEndpoint.Address"]),
    ("AWS::Redshift::Cluster", &["Endpoint.Address"]),
    ("AWS::RedshiftServerless::Workgroup", &["Workgroup.Endpoint.Address"]),
    ("AWS::OpenSearchService::Domain", &["DomainEndpoint", "DomainEndpoints", "Endpoint"]),
    ("AWS::Elasticsearch::Domain", &["DomainEndpoint", "Endpoint"]),
    ("AWS::MSK::Cluster", &["BootstrapBrokers"]),
    ("AWS::MSK::ServerlessCluster", &["BootstrapBrokers"]),
    (
        "AWS::AmazonMQ::Broker",
        &["AmqpEndpoints", "OpenWireEndpoints", "StompEndpoints", "MqttEndpoints", "WssEndpoints"],
    ),
    ("AWS::EC2::Instance", &["PrivateIp", "PrivateDnsName", "PublicIp", "PublicDnsName"]),
    ("AWS::EC2::NetworkInterface", &["PrimaryPrivateIpAddress"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["DNSName"]),
    ("AWS::ElasticLoadBalancing::LoadBalancer", &["DNSName", "CanonicalHostedZoneName"]),
    ("AWS::EC2::VPCEndpoint", &["DnsEntries"]),
    ("AWS::VpcLattice::Service", &["DnsEntry.DomainName", "DnsEntry"]),
];

/// Types whose use is a call of a service, by the beginning of the type.
const APIS: [(&str, Lead); 48] = [
    ("AWS::ApiGateway::RestApi", Lead::Near("execute-api")),
    ("AWS::ApiGatewayV2::Api", Lead::Near("execute-api")),
    ("AWS::AppConfig::", Lead::Near("appconfigdata")),
    ("AWS::Athena::", Lead::Near("athena")),
    ("AWS::Batch::", Lead::Near("batch")),
    ("AWS::Bedrock::Agent", Lead::Near("bedrock-agent-runtime")),
    ("AWS::Bedrock::KnowledgeBase", Lead::Near("bedrock-agent-runtime")),
    ("AWS::Bedrock::", Lead::Near("bedrock-runtime")),
    ("AWS::CloudFront::", Lead::Near("cloudfront")),
    ("AWS::CodeBuild::", Lead::Near("codebuild")),
    ("AWS::CodeCommit::", Lead::Near("codecommit")),
    ("AWS::CodePipeline::", Lead::Near("codepipeline")),
    ("AWS::Cognito::IdentityPool", Lead::Near("cognito-identity")),
    ("AWS::Cognito::", Lead::Near("cognito-idp")),
    ("AWS::DynamoDB::", Lead::Api("dynamodb")),
    ("AWS::ECR::", Lead::Near("ecr.api")),
    ("AWS::ECS::", Lead::Near("ecs")),
    ("AWS::EKS::", Lead::Near("eks")),
    ("AWS::Events::EventBus", Lead::Near("events")),
    ("AWS::Events::", Lead::Near("events")),
    ("AWS::Forecast::", Lead::Near("forecast")),
    ("AWS::Glue::", Lead::Near("glue")),
    ("AWS::IAM::Role", Lead::Near("sts")),
    ("AWS::IoT::", Lead::Near("iot.data")),
    ("AWS::KMS::", Lead::Near("kms")),
    ("AWS::Kendra::", Lead::Near("kendra")),
    ("AWS::Kinesis::Stream", Lead::Api("kinesis-streams")),
    ("AWS::KinesisFirehose::DeliveryStream", Lead::Api("kinesis-firehose")),
    ("AWS::Lambda::Alias", Lead::Near("lambda")),
    ("AWS::Lambda::EventSourceMapping", Lead::Near("lambda")),
    ("AWS::Lambda::Function", Lead::Api("lambda")),
    ("AWS::Lambda::Version", Lead::Near("lambda")),
    ("AWS::Location::", Lead::Near("geo.metadata")),
    ("AWS::Logs::", Lead::Near("logs")),
    ("AWS::Pinpoint::", Lead::Near("pinpoint")),
    ("AWS::Rekognition::", Lead::Near("rekognition")),
    ("AWS::S3::AccessPoint", Lead::Api("s3")),
    ("AWS::S3::Bucket", Lead::Api("s3")),
    ("AWS::S3Express::DirectoryBucket", Lead::Api("s3express")),
    ("AWS::SES::", Lead::Near("email")),
    ("AWS::SNS::Topic", Lead::Api("sns")),
    ("AWS::SQS::Queue", Lead::Api("sqs")),
    ("AWS::SSM::Parameter", Lead::Api("ssm")),
    ("AWS::SageMaker::Endpoint", Lead::Api("sagemaker.runtime")),
    ("AWS::Scheduler::", Lead::Near("scheduler")),
    ("AWS::SecretsManager::Secret", Lead::Api("secretsmanager")),
    ("AWS::StepFunctions::StateMachine", Lead::Api("states")),
    ("AWS::XRay::", Lead::Near("xray")),
];

/// Where the id (no attribute) or an attribute of a resource of a type leads.
pub(super) fn lead(kind: &str, attribute: Option<&str>) -> Lead {
    if let Some((_, addresses)) = STORES.iter().find(|(own, _)| *own == kind) {
        return match attribute {
            Some(attribute) if attribute.starts_with("MasterUserSecret") => Lead::Api("secretsmanager"),
            Some(attribute) if attribute.ends_with("Port") || attribute.ends_with("Ports") => Lead::Nowhere,
            // `Endpoint` of any store also stands for the whole of what leads there.
            Some("Endpoint") => Lead::Store,
            Some(attribute) if addresses.iter().any(|start| attribute.starts_with(start)) => Lead::Store,
            Some(attribute) if attribute.ends_with("Arn") || attribute.ends_with("Id") => Lead::StoreId,
            None => Lead::StoreId,
            Some(_) => Lead::Nowhere,
        };
    }
    match (kind, attribute) {
        // The value itself is written into the variable, when the stack is deployed.
        ("AWS::SSM::Parameter", Some("Value")) => Lead::Property("Value"),
        ("AWS::S3::Bucket", Some("WebsiteURL")) | ("AWS::CloudFront::Distribution", Some("DomainName")) => {
            Lead::Link
        }
        ("AWS::ApiGatewayV2::Api", Some("ApiEndpoint")) => Lead::Api("execute-api"),
        ("AWS::Lambda::Url", Some("FunctionUrl"))
        | ("AWS::AppSync::GraphQLApi", Some("GraphQLUrl" | "GraphQLDns")) => Lead::Public,
        ("AWS::Cognito::UserPoolClient", _) => Lead::Nowhere,
        ("AWS::SNS::Topic", Some("TopicName")) => Lead::Near("sns"),
        ("AWS::Lambda::Function", Some(attribute)) if attribute != "Arn" => Lead::Near("lambda"),
        ("AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable", Some("StreamArn")) => {
            Lead::Near("dynamodb-streams")
        }
        _ => APIS.iter().find(|(start, _)| kind.starts_with(start)).map_or(Lead::Nowhere, |(_, lead)| *lead),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services;

    #[test]
    fn references_lead_to_stores_and_services() {
        for (kind, attribute, expected) in [
            ("AWS::RDS::DBInstance", Some("Endpoint.Address"), Lead::Store),
            ("AWS::RDS::DBInstance", Some("Endpoint.Port"), Lead::Nowhere),
            ("AWS::RDS::DBInstance", None, Lead::StoreId),
            ("AWS::RDS::DBInstance", Some("MasterUserSecret.SecretArn"), Lead::Api("secretsmanager")),
            ("AWS::RDS::DBProxy", Some("Endpoint"), Lead::Store),
            ("AWS::ElastiCache::ReplicationGroup", Some("PrimaryEndPoint.Address"), Lead::Store),
            ("AWS::ElastiCache::ReplicationGroup", Some("PrimaryEndPoint.Port"), Lead::Nowhere),
            ("AWS::SQS::Queue", None, Lead::Api("sqs")),
            ("AWS::SecretsManager::SecretTargetAttachment", None, Lead::Api("secretsmanager")),
            ("AWS::S3::Bucket", Some("WebsiteURL"), Lead::Link),
            ("AWS::Lambda::Function", None, Lead::Api("lambda")),
            ("AWS::EC2::Subnet", None, Lead::Nowhere),
            ("", None, Lead::Nowhere),
        ] {
            assert_eq!(lead(kind, attribute), expected, "{kind} {attribute:?}");
        }
        for (kind, lead) in APIS {
            let (Lead::Api(suffix) | Lead::Near(suffix)) = lead else { panic!("{kind}") };
            assert!(services::is_suffix(suffix), "{kind}: {suffix}");
        }
    }
}
