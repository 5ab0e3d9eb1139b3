//! What a template says that a link or an issue should perhaps not: account ids, names in ARNs, secrets.
//!
//! Nothing here judges a template. What is found is shown before something is shared, with what would stand in its
//! place; equal texts get equal ones, so that the analysis stays what it is.

mod secrets;

use serde::{Deserialize, Serialize};

use crate::language::Phrase;
use crate::order::Order;
use crate::phrase;
use crate::text::{Edit, Span, apply};

/// A place that should perhaps not be shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sensitive {
    /// What it is.
    pub kind: SensitiveKind,
    /// Where it stands.
    pub span: Span,
    /// What would stand there instead.
    pub replacement: String,
}

/// What a place says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SensitiveKind {
    /// The number of an AWS account.
    AccountId,
    /// The name of a resource in an ARN.
    ArnName,
    /// A password, a key or a token.
    Secret,
}

impl SensitiveKind {
    /// What it is called.
    pub fn title(self) -> Phrase {
        match self {
            Self::AccountId => phrase!(en: "AWS account id", ja: "AWS アカウント ID"),
            Self::ArnName => phrase!(en: "name in an ARN", ja: "ARN に含まれるリソース名"),
            Self::Secret => phrase!(en: "looks like a secret", ja: "シークレットと思われる値"),
        }
    }
}

/// Everything of a template that should perhaps not be shared, in the order of the text. The text need not parse.
///
/// Account ids of AWS's own examples, and of those who publish Lambda layers, tell nobody anything and are left alone.
pub fn sensitive(text: &str) -> Vec<Sensitive> {
    let mut stand_ins = StandIns::default();
    let mut found = Vec::new();
    for arn in arns(text) {
        arn.collect(&mut stand_ins, &mut found);
    }
    for account in account_ids(text) {
        stand_ins.account(text, account, &mut found);
    }
    for secret in secrets::secrets(text) {
        // A secret that holds an account id is a secret as a whole.
        found.retain(|other: &Sensitive| !other.span.overlaps(secret.span));
        found.push(secret);
    }
    found.order_by_key(|one| one.span);
    found
}

/// The text without what was found.
pub fn redact(text: &str, found: &[Sensitive]) -> String {
    let edits: Vec<Edit> =
        found.iter().map(|one| Edit::replace(one.span, one.replacement.as_str())).collect();
    // The spans are of this text and apart from each other; were they not, nothing must be shared of it.
    apply(text, &edits).unwrap_or_default()
}

/// How names begin that stand in for others.
const EXAMPLE: &str = "example-";

/// Accounts in AWS's documents, and the owners of public Lambda layers: Powertools, Lambda Insights, the AWS
/// distribution for OpenTelemetry, the AWS SDK for pandas, Lambda Web Adapter.
const PUBLIC: [&str; 12] = [
    "000000000000",
    "012345678901",
    "111111111111",
    "111122223333",
    "123456789012",
    "444455556666",
    "777788889999",
    "017000801446",
    "336392948345",
    "580247275435",
    "753240598075",
    "901920570463",
];

/// What has been given for what, so that equal texts stay equal.
#[derive(Default)]
struct StandIns<'t> {
    accounts: Vec<&'t str>,
    names: Vec<&'t str>,
}

impl<'t> StandIns<'t> {
    fn account(&mut self, text: &'t str, span: Span, found: &mut Vec<Sensitive>) {
        let account = span.slice(text);
        if PUBLIC.contains(&account) || found.iter().any(|one| one.span.overlaps(span)) {
            return;
        }
        let replacement = match number(&mut self.accounts, account) {
            0 => "111122223333".to_owned(),
            1 => "444455556666".to_owned(),
            2 => "777788889999".to_owned(),
            more => format!("{:012}", more + 1),
        };
        found.push(Sensitive { kind: SensitiveKind::AccountId, span, replacement });
    }

    fn name(&mut self, text: &'t str, span: Span, found: &mut Vec<Sensitive>) {
        let number = number(&mut self.names, span.slice(text)) + 1;
        let replacement = format!("{EXAMPLE}{number}");
        found.push(Sensitive { kind: SensitiveKind::ArnName, span, replacement });
    }
}

fn number<'t>(known: &mut Vec<&'t str>, text: &'t str) -> usize {
    known.iter().position(|one| *one == text).unwrap_or_else(|| {
        known.push(text);
        known.len() - 1
    })
}

/// Twelve digits that stand alone.
fn account_ids(text: &str) -> impl Iterator<Item = Span> {
    let bytes = text.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            if !bytes[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let start = at;
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            let stands_alone = !is_word(at) && (start == 0 || !is_word(start - 1));
            if at - start == 12 && stands_alone {
                return Some(span(start, at));
            }
        }
        None
    })
}

/// An ARN that is written out, at least in part.
struct Arn<'t> {
    text: &'t str,
    start: usize,
    /// Where its parts end: partition, service, region, account and resource.
    ends: [usize; 5],
}

/// Where ARNs begin, in every partition.
const ARN: &str = "arn:aws";

fn arns(text: &str) -> impl Iterator<Item = Arn<'_>> {
    text.match_indices(ARN).filter_map(|(start, _)| Arn::at(text, start))
}

impl<'t> Arn<'t> {
    fn at(text: &'t str, start: usize) -> Option<Self> {
        let mut ends = Vec::with_capacity(5);
        let mut depth = 0_usize;
        let rest = text.get(start..)?;
        let mut end = text.len();
        for (at, c) in rest.char_indices() {
            match c {
                // `${AWS::Region}` has colons of its own.
                '{' if at > 0 && rest.as_bytes().get(at - 1) == Some(&b'$') => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ':' if depth == 0 && ends.len() < 5 => ends.push(start + at),
                c if depth == 0 && (c.is_whitespace() || "\"',;[](){}<>|\\`&#".contains(c)) => {
                    end = start + at;
                    break;
                }
                _ => {}
            }
        }
        // The first colon is the one behind `arn`.
        let [_, partition, service, region, account] = *ends else { return None };
        Some(Self { text, start, ends: [partition, service, region, account, end] })
    }

    fn part(&self, number: usize) -> (usize, &'t str) {
        let start = if number == 0 { self.start } else { self.ends[number - 1] + 1 };
        (start, self.text.get(start..self.ends[number]).unwrap_or_default())
    }

    fn collect(&self, stand_ins: &mut StandIns<'t>, found: &mut Vec<Sensitive>) {
        let (_, service) = self.part(1);
        let (at, account) = self.part(3);
        let (start, resource) = self.part(4);
        // AWS's own, such as managed policies, public layers, and examples.
        if account == "aws" || PUBLIC.contains(&account) {
            return;
        }
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if is_account {
            stand_ins.account(self.text, span(at, at + account.len()), found);
        }
        if is_account || (service == "s3" && account.is_empty()) {
            for (at, name) in names(service, resource) {
                stand_ins.name(self.text, span(start + at, start + at + name.len()), found);
            }
        }
    }
}

/// The names in the resource of an ARN, with where they stand: buckets first, otherwise what stands last. Types, such
/// as `function`, `root`, and what holds a wildcard or a variable are none.
fn names<'r>(service: &str, resource: &'r str) -> Vec<(usize, &'r str)> {
    let mut parts: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for part in resource.split([':', '/']) {
        parts.push((at, part));
        at += part.len() + 1;
    }
    let is_name = |part: &&(usize, &str)| {
        !part.1.is_empty()
            && !part.1.contains(['*', '$', '{', '}', '?'])
            && !part.1.starts_with(EXAMPLE)
            && part.1 != "root"
            && part.1.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let named = match (service, &*parts) {
        ("s3", [bucket, ..]) => Some(bucket).filter(is_name),
        // These have no type before the name.
        (_, [only]) => Some(only).filter(is_name),
        (_, [_, rest @ ..]) => rest.iter().rev().find(is_name),
        (_, []) => None,
    };
    named.copied().into_iter().collect()
}

/// Offsets of a text, which is far below 4 GiB.
fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each place as it stands and what would stand there instead.
    fn found(text: &str) -> Vec<(SensitiveKind, &str, String)> {
        sensitive(text).into_iter().map(|one| (one.kind, one.span.slice(text), one.replacement)).collect()
    }

    fn redacted(text: &str) -> String {
        redact(text, &sensitive(text))
    }

    #[test]
    fn account_ids_get_others_and_equal_ones_stay_equal() {
        let text =
            "# 210987654321\nA: '210987654321'\nB: 987654321098\nC: x-2109876543210-y\nD: a210987654321\n";
        assert_eq!(
            redacted(text),
            "# 111122223333\nA: '111122223333'\nB: 444455556666\nC: x-2109876543210-y\nD: a210987654321\n"
        );
        let many: String = (0..5).map(|last| format!("- 98765432100{last}\n")).collect();
        assert!(redacted(&many).ends_with("- 000000000004\n- 000000000005\n"), "{}", redacted(&many));
    }

    #[test]
    fn what_tells_nobody_anything_stays() {
        for text in [
            "A: 123456789012",
            "A: arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
            "A: arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3:1",
            "A: !Sub arn:${AWS::Partition}:s3:::${Bucket}/*",
            "A: !Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*'",
            "A: arn:aws:s3:::*",
            "A: arn:aws:",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn arns_lose_the_account_and_the_name() {
        use SensitiveKind::{AccountId, ArnName};
        let text = "A: arn:aws:secretsmanager:us-east-1:210987654321:secret:prod/orders-AbCdEf\nB: !Sub 'arn:aws:sqs:${AWS::Region}:210987654321:orders'\nC: [\"arn:aws-cn:s3:::company-data/*\", arn:aws:s3:::company-data]\n";
        assert_eq!(
            found(text),
            [
                (AccountId, "210987654321", "111122223333".into()),
                (ArnName, "orders-AbCdEf", "example-1".into()),
                (AccountId, "210987654321", "111122223333".into()),
                (ArnName, "orders", "example-2".into()),
                (ArnName, "company-data", "example-3".into()),
                (ArnName, "company-data", "example-3".into()),
            ]
        );
        assert!(
            redacted(text).contains("arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/example-1")
        );
        assert_eq!(
            redacted("arn:aws:iam::210987654321:role/team/deploy"),
            "arn:aws:iam::111122223333:role/team/example-1"
        );
    }

    #[test]
    fn nothing_is_left_after_redaction_and_no_text_is_refused() {
        for text in [
            "",
            "arn:aws",
            "{\"a\": \"arn:aws:s3:::b",
            "a: |\n  210987654321 関数 arn:aws:sns:r:210987654321:名前\n",
        ] {
            let once = redacted(text);
            assert_eq!(redacted(&once), once);
            assert!(!once.contains("210987654321"), "{once}");
        }
    }
}
