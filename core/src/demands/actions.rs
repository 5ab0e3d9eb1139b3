//! What a call that an IAM action allows goes to.

use super::apis;

/// Where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// To the API of a service, by the suffix of its endpoint service.
    Api(&'static str),
    /// To the API of a service, but others mostly call it with the function's permission.
    Behind(&'static str),
    /// To the resource that the statement names: a database, a cluster.
    Resource,
    /// To an API or a URL that no endpoint service is known for.
    Public,
    /// Nowhere: no call is made, or the Lambda service makes it.
    None,
}

/// What the Lambda service does for every function with its role.
const OF_THE_SERVICE: [&str; 25] = [
    "elasticfilesystem:clientmount",
    "elasticfilesystem:clientrootaccess",
    "elasticfilesystem:clientwrite",
    "elasticfilesystem:describemounttargets",
    "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses",
    "iam:passrole",
    "logs:createlogdelivery",
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:putlogevents",
    "s3:headbucket",
    "sts:assumerolewithwebidentity",
    "sts:setsourceidentity",
    "sts:tagsession",
    "xray:getsamplingrules",
    "xray:getsamplingstatisticsummaries",
    "xray:getsamplingtargets",
    "xray:puttelemetryrecords",
    "xray:puttracesegments",
    // Tokens that clients sign by themselves, and permissions that others use.
    "memorydb:connect",
    "lambda:addpermission",
    "lambda:removepermission",
    "iam:createservicelinkedrole",
    "ec2:createnetworkinterfacepermission",
];

/// Calls of a prefix that go elsewhere than the others of it: beginnings of their names, in lower case.
const ELSEWHERE: [(&str, &[&str], Call); 31] = [
    (
        "dynamodb",
        &["getrecords", "getsharditerator", "describestream", "liststreams"],
        Call::Api("dynamodb-streams"),
    ),
    (
        "bedrock",
        &["invokemodel", "converse", "applyguardrail", "startasyncinvoke", "getasyncinvoke", "counttokens"],
        Call::Api("bedrock-runtime"),
    ),
    (
        "bedrock",
        &["retrieve", "invokeagent", "invokeinlineagent", "invokeflow", "rerank", "generatequery"],
        Call::Api("bedrock-agent-runtime"),
    ),
    (
        "bedrock",
        &[
            "getagent",
            "listagent",
            "createagent",
            "updateagent",
            "getknowledgebase",
            "listknowledgebase",
            "createknowledgebase",
            "startingestionjob",
            "getingestionjob",
            "listingestionjobs",
            "getprompt",
            "createprompt",
            "getflow",
            "listflow",
            "createdatasource",
            "getdatasource",
            "listdatasources",
            "ingestknowledgebasedocuments",
            "deleteknowledgebasedocuments",
            "prepareagent",
            "associateagent",
        ],
        Call::Api("bedrock-agent"),
    ),
    ("bedrock", &["*"], Call::Api("bedrock-runtime")),
    ("sagemaker", &["invokeendpoint"], Call::Api("sagemaker.runtime")),
    (
        "sagemaker",
        &["getrecord", "putrecord", "batchgetrecord", "deleterecord"],
        Call::Api("sagemaker.featurestore-runtime"),
    ),
    ("sagemaker", &["batchputmetrics"], Call::Api("sagemaker.metrics")),
    ("states", &["startsyncexecution"], Call::Api("sync-states")),
    (
        "iot",
        &[
            "publish",
            "getthingshadow",
            "updatethingshadow",
            "deletethingshadow",
            "getretained",
            "listretained",
            "listnamedshadows",
            "connect",
            "subscribe",
            "receive",
        ],
        Call::Api("iot.data"),
    ),
    ("appconfig", &["getlatestconfiguration", "startconfigurationsession"], Call::Api("appconfigdata")),
    (
        "personalize",
        &["getrecommendations", "getpersonalizedranking", "getactionrecommendations"],
        Call::Api("personalize-runtime"),
    ),
    ("personalize", &["putevents", "putusers", "putitems", "putactions"], Call::Api("personalize-events")),
    ("forecast", &["query"], Call::Api("forecastquery")),
    ("lex", &["create", "delete", "describe", "update", "build", "list"], Call::Api("models-v2-lex")),
    ("geo", &["searchplaceindex", "getplace"], Call::Api("geo.places")),
    ("geo", &["calculateroute"], Call::Api("geo.routes")),
    ("geo", &["getmap"], Call::Api("geo.maps")),
    ("transcribe", &["startstream"], Call::Api("transcribestreaming")),
    (
        "aps",
        &["remotewrite", "querymetrics", "getmetricmetadata", "getlabels", "getseries"],
        Call::Api("aps-workspaces"),
    ),
    ("servicediscovery", &["discoverinstances"], Call::Api("data-servicediscovery")),
    ("codeartifact", &["readfromrepository"], Call::Api("codeartifact.repositories")),
    // Most callers hand such a key to another service, which then asks for it.
    (
        "kms",
        &[
            "decrypt",
            "encrypt",
            "generatedatakey",
            "describekey",
            "reencrypt",
            "creategrant",
            "retiregrant",
            "*",
        ],
        Call::Behind("kms"),
    ),
    ("sts", &["getcalleridentity"], Call::Behind("sts")),
    ("sns", &["createplatformendpoint"], Call::Api("sns")),
    // Loggers of old templates list what is there; reading and asking is another matter.
    ("logs", &["describeloggroups", "describelogstreams"], Call::Behind("logs")),
    ("elasticache", &["connect"], Call::Resource),
    ("es", &["eshttp", "*"], Call::Resource),
    ("lambda", &["invokefunctionurl"], Call::Public),
    (
        "ecr",
        &["getauthorizationtoken", "batchgetimage", "getdownloadurl", "batchchecklayer"],
        Call::Behind("ecr.api"),
    ),
    ("dynamodb", &["*"], Call::Api("dynamodb")),
];

/// Prefixes whose calls go to a resource in a VPC.
const DATA_PLANES: [&str; 5] = ["rds-db", "kafka-cluster", "neptune-db", "dax", "docdb-elastic"];

/// Prefixes of services without a known endpoint service, that functions call.
const WITHOUT_ENDPOINT: [&str; 16] = [
    "budgets",
    "chime",
    "cloudsearch",
    "cognito-sync",
    "connect",
    "cur",
    "globalaccelerator",
    "health",
    "kinesisvideo",
    "mechanicalturk",
    "mobileanalytics",
    "quicksight",
    "route53domains",
    "sdb",
    "support",
    "waf",
];

/// Where the call of an action goes. `name` is in lower case and may have wildcards.
pub(super) fn call(prefix: &str, name: &str) -> Call {
    let whole = name == "*";
    let is_this = |own: &str| own.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(':')) == Some(name);
    if OF_THE_SERVICE.into_iter().any(is_this) {
        return Call::None;
    }
    // Wildcards over what the service does are as old as the roles that everybody copies.
    let is_copied = match prefix {
        "ec2" => name.contains("networkinterface"),
        "logs" => {
            whole || name.starts_with("create*") || name.starts_with("put*") || name.starts_with("createlog*")
        }
        "xray" => whole || name.starts_with("put") || name.starts_with("getsampling"),
        _ => false,
    };
    if is_copied {
        return Call::None;
    }
    let elsewhere = ELSEWHERE.iter().find(|(own, names, _)| {
        *own == prefix
            && names.iter().any(|start| if *start == "*" { whole } else { name.starts_with(start) })
    });
    if let Some((_, _, call)) = elsewhere {
        return *call;
    }
    if DATA_PLANES.contains(&prefix) {
        return Call::Resource;
    }
    if let Some(suffix) = apis::of_prefix(prefix) {
        return Call::Api(suffix);
    }
    if WITHOUT_ENDPOINT.contains(&prefix) { Call::Public } else { Call::None }
}

/// Whether a name with wildcards is so wide that it says which service is meant, but not what for: `*`, `Describe*`.
pub(super) fn is_wide(name: &str) -> bool {
    const VERBS: [&str; 10] =
        ["", "get", "list", "describe", "put", "create", "delete", "update", "read", "batchget"];
    name.strip_suffix('*').is_some_and(|start| VERBS.contains(&start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services;

    #[test]
    fn actions_go_to_the_endpoint_service_that_answers_them() {
        for (prefix, name, expected) in [
            ("sqs", "sendmessage", Call::Api("sqs")),
            ("dynamodb", "getitem", Call::Api("dynamodb")),
            ("dynamodb", "getrecords", Call::Api("dynamodb-streams")),
            ("dynamodb", "*", Call::Api("dynamodb")),
            ("bedrock", "invokemodelwithresponsestream", Call::Api("bedrock-runtime")),
            ("bedrock", "retrieveandgenerate", Call::Api("bedrock-agent-runtime")),
            ("bedrock", "listfoundationmodels", Call::Api("bedrock")),
            ("sagemaker", "invokeendpoint", Call::Api("sagemaker.runtime")),
            ("sagemaker", "createtrainingjob", Call::Api("sagemaker.api")),
            ("iot", "publish", Call::Api("iot.data")),
            ("iot", "describeendpoint", Call::Api("iot.api")),
            ("kms", "decrypt", Call::Behind("kms")),
            ("kms", "sign", Call::Api("kms")),
            ("logs", "putlogevents", Call::None),
            ("logs", "*", Call::None),
            ("logs", "filterlogevents", Call::Api("logs")),
            ("xray", "put*", Call::None),
            ("xray", "gettracesummaries", Call::Api("xray")),
            ("ec2", "*networkinterface*", Call::None),
            ("ec2", "describeinstances", Call::Api("ec2")),
            ("iam", "passrole", Call::None),
            ("rds-db", "connect", Call::Resource),
            ("es", "eshttpget", Call::Resource),
            ("support", "describecases", Call::Public),
            ("nonsense", "do", Call::None),
        ] {
            assert_eq!(call(prefix, name), expected, "{prefix}:{name}");
        }
    }

    #[test]
    fn every_service_is_an_endpoint_service() {
        for (prefix, _, call) in ELSEWHERE {
            if let Call::Api(suffix) | Call::Behind(suffix) = call {
                assert!(services::is_suffix(suffix), "{prefix}: {suffix}");
            }
        }
        for prefix in WITHOUT_ENDPOINT {
            assert_eq!(apis::of_prefix(prefix), None, "{prefix}");
        }
    }
}
