//! Values that are put into a template, in its author's manner.

use super::layout::Layout;

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// A text, in quotes where it would be read as anything else.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Bool(bool),
    /// `Ref` of a resource, a parameter or a pseudo parameter.
    Ref(String),
    /// `Fn::GetAtt` of a resource's attribute.
    Attribute(String, &'static str),
    /// `Fn::Select` of an item of a list parameter.
    Select(usize, String),
    /// `Fn::ImportValue` of an export by its name.
    Import(String),
    /// `Fn::Sub` of a text.
    Sub(String),
    /// A list.
    List(Vec<Written>),
    /// Names and values, in order.
    Map(Vec<(&'static str, Written)>),
    /// What stands elsewhere in the template already, on one line.
    Copied(String),
}

impl Written {
    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// `Ref` of a name.
    pub(crate) fn reference(name: impl Into<String>) -> Self {
        Self::Ref(name.into())
    }

    /// `Fn::GetAtt` of a resource.
    pub(crate) fn attribute(id: impl Into<String>, name: &'static str) -> Self {
        Self::Attribute(id.into(), name)
    }

    /// The value on one line, as it stands behind a colon or between brackets.
    pub(crate) fn on_one_line(&self, layout: &Layout) -> String {
        self.inline(layout, true)
    }

    /// `in_brackets`: whether commas and brackets end a text there.
    fn inline(&self, layout: &Layout, in_brackets: bool) -> String {
        match self {
            Self::Text(text) => layout.quoted(text, in_brackets),
            Self::Number(number) => number.to_string(),
            Self::Bool(yes) => yes.to_string(),
            Self::Ref(name) if layout.tags => format!("!Ref {name}"),
            Self::Ref(name) => layout.map_on_one_line(&[("Ref", layout.quoted(name, true))]),
            Self::Attribute(id, name) if layout.tags => format!("!GetAtt {id}.{name}"),
            Self::Attribute(id, name) => {
                let list = format!("[{}, {}]", layout.quoted(id, true), layout.quoted(name, true));
                layout.map_on_one_line(&[("Fn::GetAtt", list)])
            }
            Self::Select(item, list) if layout.tags => format!("!Select [{item}, !Ref {list}]"),
            Self::Select(item, list) => {
                let list = layout.map_on_one_line(&[("Ref", layout.quoted(list, true))]);
                layout.map_on_one_line(&[("Fn::Select", format!("[{item}, {list}]"))])
            }
            Self::Import(name) if layout.tags => {
                format!("!ImportValue {}", layout.quoted(name, in_brackets))
            }
            Self::Import(name) => layout.map_on_one_line(&[("Fn::ImportValue", layout.quoted(name, true))]),
            Self::Sub(text) if layout.tags => format!("!Sub {}", layout.quoted(text, in_brackets)),
            Self::Sub(text) => layout.map_on_one_line(&[("Fn::Sub", layout.quoted(text, true))]),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.inline(layout, true)).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let written: Vec<(&str, String)> =
                    entries.iter().map(|(name, value)| (*name, value.inline(layout, true))).collect();
                layout.map_on_one_line(&written)
            }
            Self::Copied(source) => source.clone(),
        }
    }

    fn parts(&self) -> bool {
        match self {
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            _ => false,
        }
    }
}

/// What is written, line by line, with the line ends between the lines but not after the last.
pub(crate) struct Lines<'l> {
    layout: &'l Layout,
    out: String,
}

impl<'l> Lines<'l> {
    /// `key: value` in block style, its first line indented as well.
    pub(crate) fn entry(layout: &'l Layout, indent: &str, name: &str, value: &Written) -> String {
        let mut lines = Self { layout, out: indent.to_owned() };
        lines.block_entry(indent, name, value);
        lines.out
    }

    /// `- value` in block style, its first line indented as well.
    pub(crate) fn item(layout: &'l Layout, indent: &str, value: &Written) -> String {
        let mut lines = Self { layout, out: indent.to_owned() };
        lines.block_item(indent, value);
        lines.out
    }

    /// `"name": value` between braces, over several lines, without the indentation of the first.
    pub(crate) fn braced_entry(layout: &'l Layout, indent: &str, name: &str, value: &Written) -> String {
        let mut lines = Self { layout, out: format!("{}: ", layout.key(name)) };
        lines.braced(indent, value);
        lines.out
    }

    /// A value between braces, over several lines, without the indentation of the first.
    pub(crate) fn braced_value(layout: &'l Layout, indent: &str, value: &Written) -> String {
        let mut lines = Self { layout, out: String::new() };
        lines.braced(indent, value);
        lines.out
    }

    fn next_line(&mut self, indent: &str) {
        self.out.push_str(self.layout.line_end);
        self.out.push_str(indent);
    }

    fn block_entry(&mut self, indent: &str, name: &str, value: &Written) {
        self.out.push_str(name);
        self.out.push(':');
        match value {
            Written::Map(entries) if !entries.is_empty() => {
                let deeper = format!("{indent}{}", self.layout.step);
                for (name, value) in entries {
                    self.next_line(&deeper);
                    self.block_entry(&deeper, name, value);
                }
            }
            Written::List(items) if !items.is_empty() => {
                let step = if self.layout.lists_indented { self.layout.step.as_str() } else { "" };
                let deeper = format!("{indent}{step}");
                for item in items {
                    self.next_line(&deeper);
                    self.block_item(&deeper, item);
                }
            }
            // The long form of an attribute is its author's longest line.
            _ => {
                self.out.push(' ');
                self.out.push_str(&value.inline(self.layout, false));
            }
        }
    }

    fn block_item(&mut self, indent: &str, value: &Written) {
        self.out.push_str("- ");
        let Written::Map(entries) = value else {
            self.out.push_str(&value.inline(self.layout, false));
            return;
        };
        let deeper = format!("{indent}  ");
        for (at, (name, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.next_line(&deeper);
            }
            self.block_entry(&deeper, name, value);
        }
    }

    fn braced(&mut self, indent: &str, value: &Written) {
        if !value.parts() {
            self.out.push_str(&value.inline(self.layout, true));
            return;
        }
        let deeper = format!("{indent}{}", self.layout.step);
        let mut first = true;
        let mut part = |lines: &mut Self, name: Option<&str>, value: &Written| {
            if !std::mem::replace(&mut first, false) {
                lines.out.push(',');
            }
            lines.next_line(&deeper);
            if let Some(name) = name {
                lines.out.push_str(&lines.layout.key(name));
                lines.out.push_str(": ");
            }
            lines.braced(&deeper, value);
        };
        let (open, close) = if matches!(value, Written::Map(_)) { ('{', '}') } else { ('[', ']') };
        self.out.push(open);
        match value {
            Written::Map(entries) => entries.iter().for_each(|(name, value)| part(self, Some(name), value)),
            Written::List(items) => items.iter().for_each(|item| part(self, None, item)),
            _ => {}
        }
        self.next_line(indent);
        self.out.push(close);
    }
}

impl Layout {
    /// A name before a colon, between braces.
    pub(crate) fn key(&self, name: &str) -> String {
        if self.json { format!("\"{name}\"") } else { name.to_owned() }
    }

    fn map_on_one_line(&self, entries: &[(&str, String)]) -> String {
        let entries: Vec<String> =
            entries.iter().map(|(name, value)| format!("{}: {value}", self.key(name))).collect();
        format!("{{{}}}", entries.join(", "))
    }

    /// A text as a scalar, quoted where it must be.
    fn quoted(&self, text: &str, in_brackets: bool) -> String {
        if self.json {
            return json_text(text);
        }
        if is_plain(text, in_brackets) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
    }
}

/// Whether YAML reads the text as itself without quotes: on the safe side.
fn is_plain(text: &str, in_brackets: bool) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_' | 'e' | ':'));
    let word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let known = word.iter().any(|word| text.eq_ignore_ascii_case(word));
    let fits = |c: char| {
        c.is_alphanumeric()
            || matches!(c, '.' | '/' | '_' | '-' | ':' | ' ' | '*' | '(' | ')' | '$')
            || !in_brackets && matches!(c, '{' | '}' | ',')
    };
    (first.is_alphanumeric() || first == '/')
        && !number
        && !known
        && text.chars().all(fits)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
}

fn json_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Limits;
    use crate::template::{Inputs, lower};

    fn layout(text: &str) -> Layout {
        Layout::of(&lower(text, &Limits::default(), Inputs::default()))
    }

    fn endpoint() -> Written {
        Written::Map(vec![
            ("Name", Written::Sub("com.amazonaws.${AWS::Region}.s3".to_owned())),
            ("Groups", Written::List(vec![Written::attribute("Group", "GroupId")])),
            ("Port", Written::Number(443)),
            (
                "Rules",
                Written::List(vec![Written::Map(vec![
                    ("Protocol", Written::text("-1")),
                    ("Range", Written::text("10.0.0.0/16")),
                ])]),
            ),
            ("Dns", Written::Bool(true)),
        ])
    }

    #[test]
    fn blocks_take_the_authors_indentation_functions_and_lists() {
        let short = layout("Resources:\n  A:\n    Type: !Sub T\n    P:\n      - x\n");
        assert_eq!(
            Lines::entry(&short, "    ", "P", &endpoint()),
            "    P:\n      Name: !Sub com.amazonaws.${AWS::Region}.s3\n      Groups:\n        - !GetAtt Group.GroupId\n      \
             Port: 443\n      Rules:\n        - Protocol: '-1'\n          Range: 10.0.0.0/16\n      Dns: true"
        );
        let long = layout("Resources:\n    A:\n        Type:\n            Ref: T\n        P:\n        - x\n");
        assert_eq!(
            Lines::entry(&long, "", "P", &endpoint()),
            "P:\n    Name: {Fn::Sub: 'com.amazonaws.${AWS::Region}.s3'}\n    Groups:\n    - {Fn::GetAtt: [Group, GroupId]}\n    \
             Port: 443\n    Rules:\n    - Protocol: '-1'\n      Range: 10.0.0.0/16\n    Dns: true"
        );
    }

    #[test]
    fn braces_take_the_authors_quotes() {
        let yaml = layout("Resources:\n  A: {Type: !Sub T, P: [x]}\n");
        assert_eq!(
            endpoint().on_one_line(&yaml),
            "{Name: !Sub 'com.amazonaws.${AWS::Region}.s3', Groups: [!GetAtt Group.GroupId], Port: 443, \
             Rules: [{Protocol: '-1', Range: 10.0.0.0/16}], Dns: true}"
        );
        let json = layout("{\n \"Resources\": {\n  \"A\": {\n   \"Type\": \"T\"}}}");
        let value = Written::List(vec![Written::reference("A"), Written::text("say \"1\"")]);
        assert_eq!(
            Lines::braced_entry(&json, "  ", "P", &value),
            "\"P\": [\n   {\"Ref\": \"A\"},\n   \"say \\\"1\\\"\"\n  ]"
        );
    }

    #[test]
    fn texts_that_yaml_reads_otherwise_are_quoted() {
        for text in
            ["true", "No", "0123", "1.5", "-1", "12:30", "", "a: b", "* x", "#x", "x #y", "!x", "é'", "a:"]
        {
            assert!(!is_plain(text, false), "{text}");
        }
        for text in ["tcp", "10.0.0.0/16", "HTTPS from functions (vpcheck)", "arn:aws:s3:::b", "vpc-0a1b"] {
            assert!(is_plain(text, true), "{text}");
        }
        assert!(is_plain("a,b ${C}", false) && !is_plain("a,b ${C}", true));
    }
}
