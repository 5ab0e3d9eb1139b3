//! The AWS services that VPC endpoints lead to, and their names.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Facts; the file says how it is written.
const SERVICES: &str = include_str!("../data/endpoint_services.txt");

/// What stands between the last part of a service's name and the same with FIPS 140 cryptography.
const FIPS: &str = "-fips";

/// A line of the facts.
#[derive(Clone, Copy, Debug)]
struct Service {
    suffix: &'static str,
    rest: &'static str,
}

/// Whether there is an endpoint service with this suffix: `s3`, `ecr.dkr`, `kms-fips`.
pub fn is_suffix(text: &str) -> bool {
    service(text).is_some() || text.strip_suffix(FIPS).and_then(service).is_some_and(Service::has_fips)
}

/// Whether gateway endpoints of this service exist.
pub fn has_gateway(suffix: &str) -> bool {
    service(suffix)
        .is_some_and(|service| service.words().any(|word| matches!(word, "gateway" | "gateway+interface")))
}

/// Whether an endpoint leads to APIs and the like that are private, and to no others.
pub fn leads_to_private_ones_only(suffix: &str) -> bool {
    let bare = suffix.strip_suffix(FIPS).unwrap_or(suffix);
    ["execute-api", "appsync-api", "apprunner.requests"].contains(&bare)
}

/// Whether an endpoint in a VPC is a way to what callers mean by this service, in any region. For `execute-api` and the
/// like it leads to private APIs only; global services have endpoints in one region.
pub fn has_endpoint(suffix: &str) -> bool {
    let bare = suffix.strip_suffix(FIPS).unwrap_or(suffix);
    is_suffix(suffix)
        && !leads_to_private_ones_only(bare)
        && service(bare).is_none_or(|service| {
            let is_global = |word: &str| word.starts_with("host==");
            let in_regions = |word: &str| word.strip_prefix("name=").is_none_or(|name| name.contains('@'));
            service.words().all(|word| in_regions(word) && !is_global(word))
        })
}

/// Whether an endpoint of a service can have private DNS, as far as is known: those of `DynamoDB` Streams have none, those of
/// `DynamoDB` came without.
pub fn has_private_dns(suffix: &str) -> bool {
    !matches!(suffix, "dynamodb" | "dynamodb-streams") && is_suffix(suffix)
}

/// Every suffix, in the order of the alphabet but for FIPS variants, which follow their service.
pub fn suffixes() -> impl Iterator<Item = Cow<'static, str>> {
    services().flat_map(|service| {
        let fips = service.has_fips().then(|| Cow::Owned(format!("{}{FIPS}", service.suffix)));
        [Cow::Borrowed(service.suffix)].into_iter().chain(fips)
    })
}

/// The suffix of a service's name: `sqs` of `com.amazonaws.ap-northeast-1.sqs`. Nothing for names that are not known.
pub fn suffix_of_name(name: &str) -> Option<String> {
    let suffix = |name: &str| {
        let name = name.strip_prefix("cn.").unwrap_or(name);
        let (region, suffix) = name.strip_prefix("com.amazonaws.")?.split_once('.')?;
        (is_region(region) && is_suffix(suffix)).then(|| suffix.to_owned())
    };
    suffix(name).or_else(|| {
        // Hosts and words of all kinds are asked for too.
        if !name.starts_with("aws.") && !name.starts_with("com.amazonaws.") {
            return None;
        }
        let service = services().find(|service| {
            let written = service.words().find_map(|word| word.strip_prefix("name="));
            written.is_some_and(|written| is_name(written, name))
        })?;
        Some(service.suffix.to_owned())
    })
}

/// The name of a service in a region: `com.amazonaws.ap-northeast-1.sqs`. The other way of [`suffix_of_name`].
pub fn service_name(suffix: &str, region: &str) -> String {
    let bare = suffix.strip_suffix(FIPS).unwrap_or(suffix);
    let of = |suffix: &str| service(suffix)?.words().find_map(|word| word.strip_prefix("name="));
    match of(bare) {
        Some(written) => written.replace('@', region),
        None => format!("com.amazonaws.{region}.{suffix}"),
    }
}

/// The end of regional host names in the partition of a region: `amazonaws.com`, in China `amazonaws.com.cn`.
pub fn dns_suffix(region: &str) -> &'static str {
    const OTHERS: [(&str, &str); 6] = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
    ];
    OTHERS.into_iter().find(|(start, _)| region.starts_with(start)).map_or("amazonaws.com", |(_, end)| end)
}

/// The name by which a service is called in a region: `sqs.ap-northeast-1.amazonaws.com`. Of services with many names
/// one of them; nothing where none is known.
pub fn host_of(suffix: &str, region: &str) -> Option<String> {
    let bare = suffix.strip_suffix(FIPS).unwrap_or(suffix);
    let service = service(bare)?;
    let end = dns_suffix(region);
    let mut hosts = service.hosts();
    let Some(pattern) = hosts.next() else {
        return service.words().all(|word| word != "-").then(|| format!("{suffix}.{region}.{end}"));
    };
    if let Some(whole) = pattern.strip_prefix('=') {
        return Some(whole.to_owned());
    }
    let (before, domain) = pattern.split_once('@').unwrap_or((pattern, end));
    let before = before.replace('*', "name");
    let fips = if bare == suffix { "" } else { FIPS };
    Some(format!("{before}{fips}.{region}.{domain}"))
}

/// A host name of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceHost<'h> {
    /// The suffix of the service: `sqs`, `kms-fips`.
    pub suffix: Cow<'static, str>,
    /// The region in the name; nothing for services that have none.
    pub region: Option<&'h str>,
}

/// The service whose regional endpoint, and so whose private DNS, `host` belongs to: `sqs.ap-northeast-1.amazonaws.com`.
///
/// The global names of regional services (`sts.amazonaws.com`) are not answered by private DNS and give nothing.
pub fn of_host(host: &str) -> Option<ServiceHost<'_>> {
    let bare = host.strip_suffix(".cn").unwrap_or(host);
    let domains = [
        (".amazonaws.com", "amazonaws.com"),
        (".api.aws", "api.aws"),
        (".amazonaws.eu", "amazonaws.com"),
        (".c2s.ic.gov", "amazonaws.com"),
        (".sc2s.sgov.gov", "amazonaws.com"),
    ];
    // Asked of every text of a template, few of which are hosts at all.
    let (regional, domain) =
        domains.into_iter().find_map(|(end, domain)| Some((bare.strip_suffix(end)?, domain)))?;
    let Some((before, region)) = regional.rsplit_once('.').filter(|(_, region)| is_region(region)) else {
        let is_it = |word: &str| word.strip_prefix('=') == Some(host);
        let service = services().find(|service| service.hosts().any(is_it))?;
        return Some(ServiceHost { suffix: Cow::Borrowed(service.suffix), region: None });
    };
    let plain = |before: &str| {
        let own = service(before).filter(|own| domain == "amazonaws.com" && own.hosts().next().is_none());
        own.filter(|own| own.words().all(|word| word != "-"))
    };
    let searched = |before: &str| {
        let fits = |pattern: &str| {
            let (pattern, of) = pattern.split_once('@').unwrap_or((pattern, "amazonaws.com"));
            of == domain && matches_pattern(pattern, before)
        };
        services().find(|service| {
            let mut hosts = service.hosts().peekable();
            if hosts.peek().is_some() {
                hosts.any(fits)
            } else {
                service.words().all(|word| word != "-") && fits(service.suffix)
            }
        })
    };
    // Most have the name of their service, which is found without reading all.
    let named = |before: &str| plain(before).or_else(|| searched(before));
    let own = named(before).map(|service| Cow::Borrowed(service.suffix));
    let suffix = own.or_else(|| {
        let service = named(before.strip_suffix(FIPS)?).filter(|service| service.has_fips())?;
        Some(Cow::Owned(format!("{}{FIPS}", service.suffix)))
    })?;
    Some(ServiceHost { suffix, region: Some(region) })
}

fn service(suffix: &str) -> Option<Service> {
    line_of(SERVICES, suffix).map(|(suffix, rest)| Service { suffix, rest })
}

/// The line of a table that begins with a word: the word, and what stands behind it. The lines are in the order of their
/// first words, below comments that begin with `#`. Tables are asked thousands of times for one template.
pub(crate) fn line_of(table: &'static str, word: &str) -> Option<(&'static str, &'static str)> {
    let bytes = table.as_bytes();
    let is_end = |byte: &u8| *byte == b'\n';
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = bytes[low..middle].iter().rposition(is_end).map_or(low, |at| low + at + 1);
        let end = bytes[middle..high].iter().position(is_end).map_or(high, |at| middle + at);
        let line = table.get(start..end)?;
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        match first.cmp(word) {
            Ordering::Equal => return Some((first, rest)).filter(|_| !first.starts_with('#')),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}

fn services() -> impl Iterator<Item = Service> {
    SERVICES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (suffix, rest) = line.split_once(' ').unwrap_or((line, ""));
        Service { suffix, rest }
    })
}

impl Service {
    fn words(self) -> impl Iterator<Item = &'static str> {
        self.rest.split_whitespace()
    }

    fn has_fips(self) -> bool {
        self.words().any(|word| word == "fips")
    }

    fn hosts(self) -> impl Iterator<Item = &'static str> {
        self.words().filter_map(|word| word.strip_prefix("host="))
    }
}

/// `ap-northeast-1`, `us-gov-east-1`: words, and a number at the end.
pub(crate) fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let number = parts.next_back().unwrap_or("");
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let words = parts.clone().count();
    number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && (2..=3).contains(&words)
        && parts.all(is_word)
}

/// Whether `name` is the written one, with any region for its `@`.
fn is_name(written: &str, name: &str) -> bool {
    match written.split_once('@') {
        None => written == name,
        Some((before, after)) => {
            name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).is_some_and(is_region)
        }
    }
}

/// Whether `text` is `pattern`, in which every `*` stands for one character or more.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    // Patterns have two stars at most, and none beside another: trying every end is cheap.
    rest.char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .chain([rest.len()])
        .any(|at| at > 0 && rest.get(at..).is_some_and(|rest| matches_pattern(after, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_known_by_their_whole_name() {
        for known in ["s3", "dynamodb", "ecr.dkr", "kms-fips", "execute-api", "sagemaker.runtime-fips"] {
            assert!(is_suffix(known), "{known}");
        }
        for unknown in ["", "#", "s4", "ecr", "s3-fips", "name=aws", "ecr.dkr host=*.dkr.ecr"] {
            assert!(!is_suffix(unknown), "{unknown}");
        }
        let gateways: Vec<_> = suffixes().filter(|suffix| has_gateway(suffix)).collect();
        assert_eq!(gateways, ["dynamodb", "s3", "s3express"]);
        assert_eq!(suffixes().count(), 467, "each of the table's services once");
    }

    #[test]
    fn endpoints_lead_to_regional_services() {
        for there in ["s3", "secretsmanager", "kms-fips", "qbusiness"] {
            assert!(has_endpoint(there), "{there}");
        }
        for not in ["execute-api", "iam", "route53", "codecatalyst", "nothing"] {
            assert!(!has_endpoint(not), "{not}");
        }
    }

    #[test]
    fn names_of_services_are_read() {
        for (name, suffix) in [
            ("com.amazonaws.ap-northeast-1.sqs", Some("sqs")),
            ("com.amazonaws.us-east-1.ecr.api", Some("ecr.api")),
            ("cn.com.amazonaws.cn-north-1.ec2", Some("ec2")),
            ("com.amazonaws.iam", Some("iam")),
            ("aws.api.eu-west-1.freetier", Some("freetier")),
            ("aws.sagemaker.eu-west-1.studio", Some("studio")),
            ("com.amazonaws.vpce.us-east-1.vpce-svc-0123", None),
            ("com.amazonaws.us-east-1.nothing", None),
            ("sqs", None),
        ] {
            assert_eq!(suffix_of_name(name).as_deref(), suffix, "{name}");
        }
    }

    #[test]
    fn names_of_services_are_written_as_they_are_read() {
        for suffix in ["sqs", "kms-fips", "ecr.api", "freetier", "studio", "s3"] {
            let name = service_name(suffix, "eu-west-1");
            assert_eq!(suffix_of_name(&name).as_deref(), Some(suffix), "{name}");
        }
        assert_eq!(service_name("sqs", "${AWS::Region}"), "com.amazonaws.${AWS::Region}.sqs");
    }

    #[test]
    fn services_are_called_by_the_names_that_belong_to_them() {
        for (suffix, region, host) in [
            ("sqs", "ap-northeast-1", Some("sqs.ap-northeast-1.amazonaws.com")),
            ("s3", "us-east-1", Some("s3.us-east-1.amazonaws.com")),
            ("ecr.api", "cn-north-1", Some("api.ecr.cn-north-1.amazonaws.com.cn")),
            ("kms-fips", "us-gov-west-1", Some("kms-fips.us-gov-west-1.amazonaws.com")),
            ("iam", "us-east-1", Some("iam.amazonaws.com")),
            ("airflow.api", "us-east-1", None),
            ("nothing", "us-east-1", None),
        ] {
            let found = host_of(suffix, region);
            assert_eq!(found.as_deref(), host);
            if let Some(host) = found {
                assert_eq!(of_host(&host).map(|host| host.suffix), Some(suffix.into()), "{host}");
            }
        }
    }

    #[test]
    fn what_is_looked_for_first_holds_for_the_whole_table() {
        for service in services() {
            for whole in service.hosts().filter_map(|word| word.strip_prefix('=')) {
                assert!(whole.ends_with(".amazonaws.com") && whole.split('.').count() == 3, "{whole}");
            }
            for name in service.words().filter_map(|word| word.strip_prefix("name=")) {
                assert!(name.starts_with("aws.") || name.starts_with("com.amazonaws."), "{name}");
            }
            let host = format!("{}.us-east-1.amazonaws.com", service.suffix);
            let is_plain = service.hosts().next().is_none() && service.words().all(|word| word != "-");
            if is_plain {
                let others = services().filter(|other| {
                    other.suffix != service.suffix
                        && other.hosts().any(|pattern| matches_pattern(pattern, service.suffix))
                });
                assert_eq!(others.count(), 0, "{host}");
                assert_eq!(of_host(&host).map(|host| host.suffix), Some(service.suffix.into()), "{host}");
            }
        }
    }

    #[test]
    fn hosts_belong_to_services() {
        for (host, suffix, region) in [
            ("sqs.ap-northeast-1.amazonaws.com", "sqs", Some("ap-northeast-1")),
            ("reports.s3.ap-northeast-1.amazonaws.com", "s3", Some("ap-northeast-1")),
            ("with.dots.s3.us-gov-west-1.amazonaws.com", "s3", Some("us-gov-west-1")),
            ("s3.eu-west-1.amazonaws.com", "s3", Some("eu-west-1")),
            (
                "data--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com",
                "s3express",
                Some("us-east-1"),
            ),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "ecr.dkr", Some("us-east-1")),
            ("api.ecr.us-east-1.amazonaws.com", "ecr.api", Some("us-east-1")),
            ("a1b2c3.execute-api.us-east-1.amazonaws.com", "execute-api", Some("us-east-1")),
            ("kinesis.us-east-1.amazonaws.com", "kinesis-streams", Some("us-east-1")),
            ("eks-auth.us-east-1.api.aws", "eks-auth", Some("us-east-1")),
            ("ec2.cn-north-1.amazonaws.com.cn", "ec2", Some("cn-north-1")),
            ("iam.amazonaws.com", "iam", None),
            ("kms-fips.us-gov-west-1.amazonaws.com", "kms-fips", Some("us-gov-west-1")),
            ("sqs.eusc-de-east-1.amazonaws.eu", "sqs", Some("eusc-de-east-1")),
        ] {
            assert_eq!(of_host(host), Some(ServiceHost { suffix: suffix.into(), region }), "{host}");
        }
        for other in [
            "sts.amazonaws.com",
            "s3.amazonaws.com",
            "reports.s3.amazonaws.com",
            "ecr.dkr.us-east-1.amazonaws.com",
            "execute-api.us-east-1.amazonaws.com",
            "sqs.us-east-1.api.aws",
            "sqs.somewhere.amazonaws.com",
            "vpce-1-2.sqs.us-east-1.vpce.amazonaws.com",
            "api.example.com",
            "",
        ] {
            assert_eq!(of_host(other), None, "{other}");
        }
    }
}
