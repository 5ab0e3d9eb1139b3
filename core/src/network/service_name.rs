//! Names of endpoint services.

use crate::services::is_region;

/// What is left of the name of one of AWS's endpoint services without its head and region: `s3` of
/// `com.amazonaws.ap-northeast-1.s3`, `ecr.api`, `notebook` of `aws.sagemaker.eu-west-1.notebook`. The whole name for
/// services of others (`com.amazonaws.vpce.REGION.vpce-svc-...`).
pub fn endpoint_suffix(service: &str) -> &str {
    const HEADS: [&str; 4] = ["cn.com.amazonaws.", "com.amazonaws.", "aws.api.", "aws.sagemaker."];
    let Some(rest) = HEADS.iter().find_map(|head| service.strip_prefix(head)) else { return service };
    match rest.split_once('.') {
        Some(("vpce", _)) => service,
        // Global services (`com.amazonaws.iam`) have no region in their names.
        Some((region, suffix)) if is_region(region) || region == "global" => suffix,
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_known_by_their_suffix() {
        for (name, suffix) in [
            ("com.amazonaws.ap-northeast-1.s3", "s3"),
            ("com.amazonaws.us-gov-west-1.ecr.api", "ecr.api"),
            ("cn.com.amazonaws.cn-north-1.ecr.dkr", "ecr.dkr"),
            ("aws.sagemaker.eu-west-1.notebook", "notebook"),
            ("aws.api.global.codecatalyst", "codecatalyst"),
            ("com.amazonaws.iam", "iam"),
            ("com.amazonaws.s3-global.accesspoint", "s3-global.accesspoint"),
        ] {
            assert_eq!(endpoint_suffix(name), suffix, "{name}");
        }
        for other in ["com.amazonaws.vpce.us-east-1.vpce-svc-0123", "com.example.service", ""] {
            assert_eq!(endpoint_suffix(other), other);
        }
    }
}
