//! Names of endpoint services.

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

/// Whether a text has the shape of a region's name: `ap-northeast-1`, `us-gov-west-1`.
pub(super) fn is_region(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else { return false };
    words.split('-').count() >= 2
        && words.split('-').all(|word| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
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

    #[test]
    fn zones_are_no_regions() {
        assert!(is_region("us-east-1") && is_region("us-gov-west-1") && is_region("ap-southeast-2"));
        assert!(
            !is_region("us-east-1a")
                && !is_region("us-west-2-lax-1")
                && !is_region("s3")
                && !is_region("global")
        );
    }
}
