/// Facts; the file says how it is written.
const POLICIES: &str = include_str!("../../../data/sam_managed_policies.txt");

/// The path and name of an AWS managed policy, such as `service-role/AWSLambdaRole`; nothing for other names.
pub(super) fn path_of(name: &str) -> Option<String> {
    if name.is_empty() || name.contains(['\n', ' ', '/']) {
        return None;
    }
    let place = POLICIES.find(&format!("\n {name}\n"))?;
    let path = POLICIES[..=place].lines().rev().find_map(|line| line.strip_prefix('/'))?;
    Some(format!("{path}{name}"))
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn names_have_the_path_that_aws_gave_them() {
        assert_eq!(
            path_of("AWSLambdaBasicExecutionRole").as_deref(),
            Some("service-role/AWSLambdaBasicExecutionRole")
        );
        assert_eq!(path_of("AmazonS3FullAccess").as_deref(), Some("AmazonS3FullAccess"));
        assert_eq!(path_of("ViewOnlyAccess").as_deref(), Some("job-function/ViewOnlyAccess"));
        assert_eq!(path_of("NoSuchPolicy"), None);
        assert_eq!(path_of("arn:aws:iam::aws:policy/AmazonS3FullAccess"), None);
    }
}
