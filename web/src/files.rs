//! Files that were opened or dropped, told apart by what is in them: a template, values of its parameters, or what
//! describe calls print.

use std::rc::Rc;

use serde_json::{Map, Value};
use vpcheck_core::Source;
use vpcheck_core::language::Phrase;
use vpcheck_core::parameters::{self, Deployment};
use vpcheck_core::syntax::{Limits, Node, Parsed, parse};
use vpcheck_core::text::LineIndex;

use crate::context;
use crate::state::editor_text;

/// Larger files are not read at all, in bytes.
pub const SIZE_LIMIT: usize = context::SIZE_LIMIT;

/// Larger templates are not opened, in bytes: CloudFormation takes none, and the core reads none.
pub const TEMPLATE_LIMIT: usize = 1_000_000;

/// A file, as the browser gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its content, or why there is none.
    pub content: Result<Vec<u8>, Refusal>,
}

/// What is in files that were opened together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The template, with line ends as the editor has them.
    pub template: Option<Rc<str>>,
    /// Values of parameters, and a region, in the order of the files.
    pub deployments: Vec<Deployment>,
    /// What describe calls printed.
    pub contexts: Vec<Source>,
    /// What each file was taken for.
    pub taken: Vec<Taken>,
}

/// What a file was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// What it is, or why it was left out.
    pub what: Result<What, Refusal>,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A template.
    Template,
    /// Values of parameters: how many, and the region that settings of SAM name.
    Parameters(usize, Option<String>),
    /// Output of describe calls: its lists, and how long each is.
    Context(Vec<(String, usize)>),
}

/// Why a file was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The browser could not read it.
    Unreadable,
    /// It has more bytes than this.
    TooLarge(usize),
    /// It is no text in UTF-8 or UTF-16.
    NotText,
    /// There is nothing in it.
    Empty,
    /// It is JSON or YAML up to this line.
    Malformed(u32),
    /// It is none of the three.
    Unknown,
    /// It is one of several templates.
    OneOfMany,
    /// TOML is read by the command line only.
    Toml,
    /// Settings of SAM without the environment `default`.
    NoEnvironment,
    /// Its parameters cannot be used.
    Parameters(Phrase),
}

impl Files {
    /// Tells files apart.
    pub fn of(given: Vec<Given>) -> Self {
        let mut files = Self::default();
        let mut templates = Vec::new();
        for Given { name, content } in given {
            let read = content.and_then(|bytes| read(&name, &bytes));
            let what = read.map(|content| match content {
                Content::Template(text) => {
                    templates.push((files.taken.len(), text));
                    What::Template
                }
                Content::Parameters(deployment) => {
                    let what = What::Parameters(deployment.values.len(), deployment.region.clone());
                    files.deployments.push(deployment);
                    what
                }
                Content::Context(text) => {
                    let lists = context::lists(&text);
                    files.contexts.push(Source { path: name.clone(), text });
                    What::Context(lists)
                }
            });
            files.taken.push(Taken { name, what });
        }
        if let [(_, template)] = templates.as_slice() {
            files.template = Some(template.clone());
        } else {
            // Which of them was meant is not for us to say.
            for (at, _) in templates {
                files.taken[at].what = Err(Refusal::OneOfMany);
            }
        }
        files
    }
}

enum Content {
    Template(Rc<str>),
    Parameters(Deployment),
    Context(String),
}

fn read(name: &str, bytes: &[u8]) -> Result<Content, Refusal> {
    if bytes.len() > SIZE_LIMIT {
        return Err(Refusal::TooLarge(SIZE_LIMIT));
    }
    let text = decoded(bytes).ok_or(Refusal::NotText)?;
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("toml")) {
        return Err(Refusal::Toml);
    }
    let parsed = parse(&text, &Limits { size: SIZE_LIMIT, ..Limits::default() });
    let root = parsed.root();
    if is_template(root) {
        return template(&text);
    }
    // What `aws cloudformation get-template` prints.
    if let Some(body) = root.get("TemplateBody") {
        return template(body.as_str().unwrap_or_else(|| body.span().slice(&text)));
    }
    if is_parameters(root) {
        return parameters(root, &parsed, &text);
    }
    if is_context(root) {
        return Ok(Content::Context(text));
    }
    Err(malformed(&parsed, &text).unwrap_or(Refusal::Unknown))
}

fn template(text: &str) -> Result<Content, Refusal> {
    if text.len() > TEMPLATE_LIMIT {
        return Err(Refusal::TooLarge(TEMPLATE_LIMIT));
    }
    Ok(Content::Template(editor_text(text)))
}

/// The text, by its byte order mark where it has one: what Windows' shell writes is UTF-16.
fn decoded(bytes: &[u8]) -> Option<String> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok()?,
        _ => String::from_utf8(bytes.to_vec()).ok()?,
    };
    (!text.contains('\0')).then_some(text)
}

fn is_template(root: Node<'_>) -> bool {
    let is_declaring = |node: Node<'_>| node.entries().into_iter().any(|entry| entry.value.is_mapping());
    root.get("Resources").is_some_and(|resources| resources.is_mapping() || resources.is_null())
        || ["AWSTemplateFormatVersion", "Transform"].iter().any(|key| root.get(key).is_some())
        || root.get("Parameters").is_some_and(is_declaring)
}

fn is_parameters(root: Node<'_>) -> bool {
    let is_plain = |node: Node<'_>| !node.is_mapping() && !node.is_sequence();
    let is_value = |node: Node<'_>| {
        is_plain(node)
            || node.is_sequence() && !node.items().is_empty() && node.items().into_iter().all(is_plain)
    };
    if root.is_sequence() {
        let is_entry = |node: Node<'_>| is_plain(node) || node.get("ParameterKey").is_some();
        return !root.items().is_empty() && root.items().into_iter().all(is_entry);
    }
    root.get("Parameters").is_some()
        || is_samconfig(root)
        || !root.entries().is_empty() && root.entries().into_iter().all(|entry| is_value(entry.value))
}

fn is_samconfig(root: Node<'_>) -> bool {
    let commands = root.entries().into_iter().flat_map(|environment| environment.value.entries());
    commands.into_iter().any(|command| command.value.get("parameters").is_some_and(Node::is_mapping))
}

fn is_context(root: Node<'_>) -> bool {
    let has_list = |node: Node<'_>| node.entries().into_iter().any(|entry| entry.value.is_sequence());
    if root.is_sequence() { root.items().into_iter().any(has_list) } else { has_list(root) }
}

fn parameters(root: Node<'_>, parsed: &Parsed<'_>, text: &str) -> Result<Content, Refusal> {
    if let Some(refusal) = malformed(parsed, text) {
        return Err(refusal);
    }
    let content = value(root);
    if parameters::is_samconfig(&content) {
        let elsewhere = |path: &str| Err(crate::words::files::elsewhere(path));
        let read = parameters::deployment(&content, parameters::DEFAULT_ENVIRONMENT, &elsewhere);
        return read.map_err(Refusal::Parameters)?.map(Content::Parameters).ok_or(Refusal::NoEnvironment);
    }
    let values = parameters::values(&content).map_err(Refusal::Parameters)?;
    Ok(Content::Parameters(Deployment { values, region: None }))
}

fn malformed(parsed: &Parsed<'_>, text: &str) -> Option<Refusal> {
    let error = parsed.errors.first()?;
    Some(Refusal::Malformed(LineIndex::new(text).line_of(error.span.start)))
}

/// A tree as plain data. Scalars stay as they are written, since CloudFormation is given texts.
fn value(node: Node<'_>) -> Value {
    if node.is_mapping() {
        let mut map = Map::new();
        for entry in node.entries() {
            if let Some(name) = entry.name() {
                map.insert(name.to_owned(), value(entry.value));
            }
        }
        Value::Object(map)
    } else if node.is_sequence() {
        Value::Array(node.items().into_iter().map(value).collect())
    } else if node.is_null() {
        Value::Null
    } else if let Some(flag) = node.as_bool() {
        Value::Bool(flag)
    } else {
        Value::String(node.as_str().unwrap_or_default().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(given: &[(&str, &str)]) -> Files {
        let given = given
            .iter()
            .map(|(name, text)| Given { name: (*name).to_owned(), content: Ok(text.as_bytes().to_vec()) });
        Files::of(given.collect())
    }

    fn what(name: &str, text: &str) -> Result<What, Refusal> {
        files(&[(name, text)]).taken.remove(0).what
    }

    #[test]
    fn files_are_told_apart_by_their_content() {
        let parameters = |count| Ok(What::Parameters(count, None));
        let context = |name: &str, count| Ok(What::Context(vec![(name.to_owned(), count)]));
        let cases = [
            ("Resources: {}\n", Ok(What::Template)),
            ("Resources:\n  A:\n    Type: [\n  B:\n    Type: AWS::SNS::Topic\n", Ok(What::Template)),
            ("{\"Resources\": {}, \"Parameters\": {\"A\": {\"Type\": \"String\"}}}", Ok(What::Template)),
            ("Transform: AWS::Serverless-2016-10-31\n", Ok(What::Template)),
            ("Parameters:\n  VpcId:\n    Type: String\n", Ok(What::Template)),
            (r#"{"TemplateBody": {"Resources": {}}, "StagesAvailable": []}"#, Ok(What::Template)),
            (r#"[{"ParameterKey": "A", "ParameterValue": "1"}]"#, parameters(1)),
            (r#"{"Parameters": {"A": "1", "B": 2}, "Tags": {"T": "x"}}"#, parameters(2)),
            (r#"{"A": "1", "Ids": ["x", "y"]}"#, parameters(2)),
            ("A: 1\nB: yes\n", parameters(2)),
            (r#"["A=1", "B=2"]"#, parameters(2)),
            (r#"{"Subnets": [{"SubnetId": "subnet-1"}], "NextToken": null}"#, context("Subnets", 1)),
            (r#"{"Subnets": []}"#, context("Subnets", 0)),
            (r#"[{"Vpcs": [{}]}, {"Vpcs": [{}]}]"#, context("Vpcs", 2)),
            ("", Err(Refusal::Empty)),
            ("# Notes\n\nSome words.\n", Err(Refusal::Unknown)),
            ("{\"A\": \"1\",\n \"B\"", Err(Refusal::Malformed(1))),
            ("name: x\nservices:\n  web:\n    image: y\n", Err(Refusal::Unknown)),
        ];
        for (text, expected) in cases {
            assert_eq!(what("file", text), expected, "{text}");
        }
        assert_eq!(what("samconfig.toml", "version = 0.1\n"), Err(Refusal::Toml));
    }

    #[test]
    fn values_are_texts_as_they_are_written() {
        let read = files(&[("a.yaml", "Version: 1.10\nFlag: true\nIds: [a, b]\nName: 'x y'\n")]);
        let values = &read.deployments[0].values;
        let flat: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(flat, ["Flag=true", "Ids=a,b", "Name=x y", "Version=1.10"]);
    }

    #[test]
    fn settings_of_sam_give_values_and_a_region() {
        let sam = "default:\n  deploy:\n    parameters:\n      region: eu-west-1\n      parameter_overrides: A=1 B=\"x y\"\n";
        assert_eq!(what("samconfig.yaml", sam), Ok(What::Parameters(2, Some("eu-west-1".to_owned()))));
        let other = sam.replace("default", "prod");
        assert_eq!(what("samconfig.yaml", &other), Err(Refusal::NoEnvironment));
        let file = sam.replace("A=1 B=\"x y\"", "file://values.yaml");
        assert!(matches!(what("samconfig.yaml", &file), Err(Refusal::Parameters(_))));
    }

    #[test]
    fn several_files_are_taken_together_but_for_several_templates() {
        let (template, values) = ("Resources: {}\r\n", r#"{"A": "1"}"#);
        let network = r#"{"Vpcs": [{}]}"#;
        let read = files(&[("a.yaml", template), ("p.json", values), ("v.json", network)]);
        assert_eq!(read.template.as_deref(), Some("Resources: {}\n"));
        assert_eq!((read.deployments.len(), read.contexts.len()), (1, 1));
        let read = files(&[("a.yaml", template), ("p.json", values), ("b.yaml", template)]);
        assert_eq!((read.template, read.deployments.len()), (None, 1));
        let refused: Vec<bool> =
            read.taken.iter().map(|taken| taken.what == Err(Refusal::OneOfMany)).collect();
        assert_eq!(refused, [true, false, true]);
    }

    #[test]
    fn what_is_no_text_or_too_large_is_left_out() {
        let of = |bytes: &[u8]| read("file", bytes).map(|_| ());
        assert_eq!(of(b"PK\x03\x04\x00\x00"), Err(Refusal::NotText));
        assert_eq!(of(b"# \x83e\x83X\x83g\nResources: {}\n"), Err(Refusal::NotText));
        let large = format!("Resources: {{}}\n#{}\n", "x".repeat(TEMPLATE_LIMIT));
        assert_eq!(of(large.as_bytes()), Err(Refusal::TooLarge(TEMPLATE_LIMIT)));
        assert_eq!(of(&vec![b' '; SIZE_LIMIT + 1]), Err(Refusal::TooLarge(SIZE_LIMIT)));
        let text = "Resources: {} # あ\n";
        let little: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&little).as_deref(), Some(text));
        let big: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&big).as_deref(), Some(text));
        assert_eq!(decoded(b"\xef\xbb\xbfA: 1").as_deref(), Some("A: 1"));
    }
}
