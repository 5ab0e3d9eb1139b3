//! Values that look like secrets: by the name they stand under, or by their own form.

use super::{Sensitive, SensitiveKind, span};
use crate::syntax::{Entry, Limits, Node, parse};
use crate::text::Span;

/// What stands in place of a secret: long enough for the usual least lengths of passwords.
const REDACTED: &str = "REDACTED-SECRET";

/// How keys and tokens begin whose issuers gave them a form, with the least length of the whole.
/// Sources: AWS IAM's unique ids, GitHub's, Slack's and Stripe's documents of their tokens.
const FORMS: [(&str, usize); 9] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 40),
    ("gho_", 40),
    ("ghs_", 40),
    ("github_pat_", 40),
    ("xoxb-", 24),
    ("xoxp-", 24),
    ("sk_live_", 24),
];

/// Words that name a secret where a name holds them, without its separators.
const WORDS: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "accesskey",
    "privatekey",
    "authtoken",
    "accesstoken",
    "apitoken",
    "credential",
];

/// What a name about a secret ends with where its value is not the secret itself.
const ABOUT: [&str; 27] = [
    "arn",
    "name",
    "names",
    "id",
    "ids",
    "path",
    "prefix",
    "url",
    "uri",
    "endpoint",
    "policy",
    "length",
    "enabled",
    "version",
    "versionid",
    "stage",
    "type",
    "field",
    "header",
    "rotation",
    "parameter",
    "param",
    "file",
    "days",
    "manager",
    "characters",
    "template",
];

/// Every secret of a template, in the order of its nodes.
pub(super) fn secrets(text: &str) -> Vec<Sensitive> {
    let parsed = parse(text, &Limits::default());
    let mut found: Vec<Sensitive> = formed(text).map(secret).collect();
    let mut add = |node: Node<'_>| {
        let span = inside_quotes(text, node.span());
        if !found.iter().any(|one| one.span.overlaps(span)) {
            found.push(secret(span));
        }
    };
    for node in parsed.tree.nodes() {
        for entry in node.entries() {
            match default_of(entry) {
                Some(default) => add(default),
                None if names_a_secret(entry) => add(entry.value),
                None => {}
            }
        }
    }
    found
}

fn secret(span: Span) -> Sensitive {
    Sensitive { kind: SensitiveKind::Secret, span, replacement: REDACTED.to_owned() }
}

/// The default of a parameter that is kept from view, or is called so.
fn default_of(parameter: Entry<'_>) -> Option<Node<'_>> {
    let default = parameter.value.get("Default").filter(|default| is_literal(*default))?;
    let is_hidden = parameter.value.get("NoEcho").and_then(Node::as_bool) == Some(true);
    // What else has a `Default` is no parameter.
    let is_parameter = parameter.value.get("Type").and_then(Node::as_str).is_some();
    let is_called_so = || parameter.key.as_str().is_some_and(is_secret_name);
    (is_parameter && (is_hidden || is_called_so())).then_some(default)
}

fn names_a_secret(entry: Entry<'_>) -> bool {
    entry.key.as_str().is_some_and(is_secret_name) && is_literal(entry.value)
}

fn is_secret_name(name: &str) -> bool {
    let bare: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    WORDS.iter().any(|word| bare.contains(word)) && !ABOUT.iter().any(|end| bare.ends_with(end))
}

/// Whether a value says itself what it is: neither a function, nor a switch, nor a reference to where it is kept.
fn is_literal(node: Node<'_>) -> bool {
    let Some(text) = node.as_str() else { return false };
    let says_itself = node.tag().is_none() && !node.is_null() && node.as_bool().is_none();
    let refers = || text.contains("{{resolve:") || text.contains("${") || text.starts_with("arn:");
    says_itself && text != REDACTED && text.len() >= 4 && !text.contains(char::is_whitespace) && !refers()
}

/// What has the form of a known key, wherever it stands.
fn formed(text: &str) -> impl Iterator<Item = Span> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let bytes = text.as_bytes();
    FORMS.iter().flat_map(move |(start, least)| {
        text.match_indices(start).filter_map(move |(at, _)| {
            if at > 0 && is_part(bytes[at - 1]) {
                return None;
            }
            let length = bytes[at..].iter().take_while(|byte| is_part(**byte)).count();
            (length >= *least).then(|| span(at, at + length))
        })
    })
}

/// A scalar without the quotes around it, so that what is put there stays quoted.
fn inside_quotes(text: &str, at: Span) -> Span {
    let source = at.slice(text);
    let is_quoted = source.len() >= 2
        && ['\'', '"'].iter().any(|quote| source.starts_with(*quote) && source.ends_with(*quote));
    if is_quoted { Span::new(at.start + 1, at.end - 1) } else { at }
}

#[cfg(test)]
mod tests {
    use super::super::{redact, sensitive};
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        sensitive(text)
            .into_iter()
            .filter(|one| one.kind == SensitiveKind::Secret)
            .map(|one| one.span.slice(text))
            .collect()
    }

    #[test]
    fn defaults_and_values_that_are_secrets_are_found() {
        let text = "Parameters:\n  DbPassword: {Type: String, Default: hunter2}\n  Pin: {Type: String, NoEcho: true, Default: '0815'}\n  Size: {Type: String, Default: large}\nResources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUserPassword: \"s3cret!\"\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment:\n        Variables: {API_KEY: abcd1234, STRIPE: sk_live_0123456789abcdef0123}\n";
        assert_eq!(found(text), ["hunter2", "0815", "s3cret!", "abcd1234", "sk_live_0123456789abcdef0123"]);
        let after = redact(text, &sensitive(text));
        assert!(after.contains("Default: 'REDACTED-SECRET'}"), "quotes stay: {after}");
        assert!(after.contains("MasterUserPassword: \"REDACTED-SECRET\"\n"), "{after}");
        assert!(parse(&after, &Limits::default()).errors.is_empty());
    }

    #[test]
    fn where_a_secret_is_kept_is_none() {
        let text = "Parameters:\n  SecretName: {Type: String, Default: prod/db}\n  UsePassword: {Type: String, Default: 'true'}\n  PasswordPath: {Type: AWS::SSM::Parameter::Value<String>, Default: /db/pw}\nResources:\n  Db:\n    Properties:\n      MasterUserPassword: !Ref DbPassword\n      Other:\n        Password: '{{resolve:secretsmanager:db:SecretString:password}}'\n        SECRET_ARN: abcdefgh\n        PasswordLength: 3000\n        ManageMasterUserPassword: true\n        Secret: !Sub '${Db}-x'\n";
        assert_eq!(found(text), [""; 0]);
    }

    #[test]
    fn keys_are_known_by_their_form_even_in_code() {
        let text = "Resources:\n  F:\n    Properties:\n      Code:\n        ZipFile: |\n          key = 'AKIAIOSFODNN7ABCDEFG'\n          other = 'AKIA short'\n";
        assert_eq!(found(text), ["AKIAIOSFODNN7ABCDEFG"]);
    }
}
