//! Endpoint services by IAM prefix and by the name of an SDK's client.

use crate::services::line_of;

/// Facts; the file says how it is written.
const SERVICES: &str = include_str!("../../data/iam_services.txt");

struct Line {
    suffix: &'static str,
    rest: &'static str,
}

fn lines() -> impl Iterator<Item = Line> {
    SERVICES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (suffix, rest) = line.split_once(' ').unwrap_or((line, ""));
        Line { suffix, rest }
    })
}

impl Line {
    fn word(&self, key: &str) -> Option<&'static str> {
        self.rest.split(' ').find_map(|word| word.strip_prefix(key))
    }

    fn has_prefix(&self, prefix: &str) -> bool {
        self.word("iam=").unwrap_or(self.suffix) == prefix
    }

    fn has_client(&self, name: &str) -> bool {
        match self.word("sdk=") {
            Some(names) => names.split(',').any(|own| own == name),
            None => self.suffix.bytes().filter(|byte| !matches!(byte, b'-' | b'.')).eq(name.bytes()),
        }
    }
}

/// The service that most actions of an IAM prefix belong to.
pub(super) fn of_prefix(prefix: &str) -> Option<&'static str> {
    let main = match prefix {
        "ecr" => "ecr.api",
        "geo" => "geo.metadata",
        "iot" => "iot.api",
        "lex" => "runtime-v2-lex",
        "payment-cryptography" => "payment-cryptography.dataplane",
        "sagemaker" => "sagemaker.api",
        "ses" => "email",
        _ => {
            let own = line_of(SERVICES, prefix).map(|(suffix, rest)| Line { suffix, rest });
            let own = own.filter(|line| line.has_prefix(prefix));
            // Of the others only those are called by it that say so.
            return own.map(|line| line.suffix).or_else(|| renamed(prefix));
        }
    };
    Some(main)
}

/// The service whose line says that its prefix is this one.
fn renamed(prefix: &str) -> Option<&'static str> {
    if prefix.contains(char::is_whitespace) {
        return None;
    }
    let word = format!(" iam={prefix}");
    let mut places = SERVICES.match_indices(&word).map(|(at, _)| at);
    let at = places.find(|at| SERVICES[at + word.len()..].chars().next().is_none_or(char::is_whitespace))?;
    let line = SERVICES[..at].rsplit_once('\n').map_or(&SERVICES[..at], |(_, line)| line);
    (!line.starts_with('#')).then(|| line.split(' ').next().unwrap_or(line))
}

/// Names that SDKs for JavaScript, Java and .NET give clients, where they differ from botocore's. Without dashes.
const OTHER_CLIENTS: [(&str, &str); 27] = [
    ("apigatewaymanagementapi", "execute-api"),
    ("appconfigdata", "appconfigdata"),
    ("cloudwatchevents", "events"),
    ("cloudwatchlogs", "logs"),
    ("cognitoidentityprovider", "cognito-idp"),
    ("cognitoidentityserviceprovider", "cognito-idp"),
    ("costexplorer", "ce"),
    ("databasemigrationservice", "dms"),
    ("dynamodbdocument", "dynamodb"),
    ("elasticloadbalancing", "elasticloadbalancing"),
    ("elasticloadbalancingv2", "elasticloadbalancing"),
    ("eventbridge", "events"),
    ("iotdata", "iot.data"),
    ("iotdataplane", "iot.data"),
    ("lexruntimev2", "runtime-v2-lex"),
    ("libdynamodb", "dynamodb"),
    ("libstorage", "s3"),
    ("opensearchserverless", ""),
    ("rdsdataservice", "rds-data"),
    ("redshiftdata", "redshift-data"),
    ("resourcegroupstagging", "tagging"),
    ("s3control", "s3"),
    ("s3requestpresigner", ""),
    ("sfn", "states"),
    ("simplequeueservice", "sqs"),
    ("transcribestreaming", "transcribestreaming"),
    ("workdocs", ""),
];

/// The service that a client of an SDK calls, by its name in any SDK: `secretsmanager`, `client-secrets-manager`,
/// `SecretsManager`.
pub(super) fn of_client(name: &str) -> Option<&'static str> {
    let bare: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let bare = bare.strip_prefix("client").unwrap_or(&bare);
    let other = OTHER_CLIENTS.iter().find(|(own, _)| *own == bare);
    if let Some((_, suffix)) = other {
        return Some(*suffix).filter(|suffix| !suffix.is_empty());
    }
    lines().find(|line| line.has_client(bare)).map(|line| line.suffix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services;

    #[test]
    fn prefixes_and_clients_have_their_service() {
        for (prefix, suffix) in [
            ("sqs", Some("sqs")),
            ("cloudwatch", Some("monitoring")),
            ("kinesis", Some("kinesis-streams")),
            ("ses", Some("email")),
            ("ecr", Some("ecr.api")),
            ("mobiletargeting", Some("pinpoint")),
            ("bedrock", Some("bedrock")),
            ("-", None),
            ("", None),
            ("appconfi", None),
            ("appconfig sdk=x", None),
            ("support", None),
        ] {
            assert_eq!(of_prefix(prefix), suffix, "{prefix}");
        }
        for (name, suffix) in [
            ("secretsmanager", Some("secretsmanager")),
            ("client-secrets-manager", Some("secretsmanager")),
            ("SecretsManager", Some("secretsmanager")),
            ("stepfunctions", Some("states")),
            ("client-sfn", Some("states")),
            ("cognito-idp", Some("cognito-idp")),
            ("bedrock-runtime", Some("bedrock-runtime")),
            ("sagemaker-runtime", Some("sagemaker.runtime")),
            ("dynamodb", Some("dynamodb")),
            ("ses", Some("email")),
            ("nothing", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(of_client(name), suffix, "{name}");
        }
    }

    #[test]
    fn every_service_is_an_endpoint_service() {
        for line in lines() {
            assert!(services::is_suffix(line.suffix), "{}", line.suffix);
        }
        for (name, suffix) in OTHER_CLIENTS {
            assert!(suffix.is_empty() || services::is_suffix(suffix), "{name}");
        }
    }
}
