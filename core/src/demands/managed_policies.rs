//! Policies that AWS manages.

/// Facts; the file says how it is written.
const POLICIES: &str = include_str!("../../data/managed_policies.txt");

/// What a policy is for, as the words of its line: prefixes, `PREFIX:ACTION` or `*`. Nothing for policies that are not
/// known.
pub(super) fn purpose(arn: &str) -> Option<impl Iterator<Item = &'static str>> {
    let (_, path) = arn.split_once(":iam::aws:policy/")?;
    let name = path.rsplit('/').next()?;
    let line =
        POLICIES.lines().find(|line| !line.starts_with('#') && line.split(' ').next() == Some(name))?;
    Some(line.split(' ').skip(1))
}

#[cfg(test)]
mod tests {
    use super::super::{actions, apis};
    use super::*;

    fn of(arn: &str) -> Option<Vec<&'static str>> {
        purpose(arn).map(Iterator::collect)
    }

    #[test]
    fn policies_are_found_by_their_name() {
        assert_eq!(of("arn:aws:iam::aws:policy/AmazonS3FullAccess"), Some(vec!["s3"]));
        assert_eq!(
            of("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaRole"),
            Some(vec!["lambda:InvokeFunction"])
        );
        assert_eq!(of("arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"), Some(vec![]));
        assert_eq!(of("arn:aws:iam::aws:policy/NoSuchPolicy"), None);
        assert_eq!(of("arn:aws:iam::123456789012:policy/AmazonS3FullAccess"), None);
        assert_eq!(of("arn:aws:iam::aws:policy/#"), None);
    }

    #[test]
    fn every_prefix_is_known() {
        for word in
            POLICIES.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(' ').skip(1))
        {
            let (prefix, name) = word.split_once(':').unwrap_or((word, ""));
            let known = apis::of_prefix(prefix).is_some()
                && (name.is_empty()
                    || actions::call(prefix, &name.to_ascii_lowercase()) != actions::Call::None);
            assert!(word == "*" || known, "{word}");
        }
    }
}
