//! `core/data/iam_services.txt`: which IAM prefix and which SDK client belongs to which endpoint service.

use crate::project::Project;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

const SOURCE: &str = "xtask/data/iam_services.csv";

const HEAD: &str = "\
# Endpoint services by IAM prefix and by the name that SDKs give their client.
# Written by `cargo xtask generate` from xtask/data/iam_services.csv; facts from the npm package aws-cdk-lib 2.276.0,
# botocore and the AWS PrivateLink guide, November 2026.
#
# SUFFIX [iam=PREFIX] [sdk=NAME,NAME]   PREFIX is SUFFIX, and the client is called so too, where nothing else is
#                                       written. Names of clients are without dashes. \"-\": there is none.
";

/// The file.
pub(crate) fn content(project: &Project) -> Result<String> {
    let table = fs::read_to_string(project.path(SOURCE)).with_context(|| format!("cannot read {SOURCE}"))?;
    shaped(&table)
}

fn shaped(table: &str) -> Result<String> {
    let mut out = HEAD.to_owned();
    for line in table.lines().skip(1) {
        let mut columns = line.split(',');
        let (Some(suffix), Some(prefix), Some(names)) = (columns.next(), columns.next(), columns.next())
        else {
            anyhow::bail!("{SOURCE}: a line with fewer than three columns: {line}");
        };
        let bare = |name: &str| name.replace(['-', '.'], "");
        let names: BTreeSet<String> = names.split(';').filter(|name| !name.is_empty()).map(bare).collect();
        let names: Vec<String> = names.into_iter().collect();
        out.push_str(suffix);
        if prefix != suffix {
            write!(out, " iam={}", if prefix.is_empty() { "-" } else { prefix })?;
        }
        if names != [bare(suffix)] {
            write!(out, " sdk={}", if names.is_empty() { "-".to_owned() } else { names.join(",") })?;
        }
        out.push('\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{HEAD, shaped};

    #[test]
    fn only_what_differs_from_the_suffix_is_written() {
        let table =
            "suffix,iam_prefix,sdk_names\nsqs,sqs,sqs\nemail,ses,sesv2;ses\nec2messages,ec2messages,\n";
        let expected = format!("{HEAD}sqs\nemail iam=ses sdk=ses,sesv2\nec2messages sdk=-\n");
        assert_eq!(shaped(table).unwrap(), expected);
        assert!(shaped("head\nsqs,sqs\n").is_err());
    }
}
