//! Values as far as a template tells them.

use std::fmt;
use std::rc::Rc;

use super::guard::Guard;
use crate::text::Span;

/// What a node evaluates to in one set of situations.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The situations.
    pub guard: Guard,
    /// The value in them.
    pub value: Value,
    /// The text that it comes from.
    pub span: Span,
}

/// A value, known as far as it can be. Whole policies are handed from stage to stage, so lists and maps are shared, not
/// copied.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: null.
    Null,
    /// A text, number or boolean; some of its parts may be unknown.
    Text(Text),
    /// A list. Items may be there in some situations only.
    List(Rc<[Case]>),
    /// A map, in order. A key may appear more than once, under guards that exclude each other.
    Map(Rc<[(String, Case)]>),
    /// The list of a region's zones (`Fn::GetAZs`); the region as written, nothing for the stack's own.
    Zones(Option<String>),
    /// `AWS::NoValue`: as if the key or item were not written.
    NoValue,
    /// Not known, not even its shape.
    Unknown(Unknown),
}

/// A text in parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// Its parts in order; two literals never stand side by side.
    pub parts: Vec<Part>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Known text.
    Literal(String),
    /// What a resource of this template returns: its id (`Ref`), or an attribute (`GetAtt`).
    Resource {
        /// The logical id.
        id: String,
        /// The attribute; nothing for `Ref`.
        attribute: Option<String>,
    },
    /// One of the region's zones, by its number in `Fn::GetAZs`; different numbers are different zones.
    Zone {
        /// The region as written; nothing for the stack's own.
        region: Option<String>,
        /// The number.
        index: usize,
    },
    /// An item of a list that is not known.
    Item {
        /// Why the list is not known.
        list: Unknown,
        /// The item's number, from zero.
        index: usize,
    },
    /// Not known.
    Unknown(Unknown),
}

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unknown {
    /// A parameter without a default that no value was given for.
    Parameter(String),
    /// A parameter whose value is the name of something stored elsewhere (`AWS::SSM::Parameter::Value<...>`).
    StoredParameter(String),
    /// An export of another stack, by name as far as known.
    Import(String),
    /// `{{resolve:...}}`.
    DynamicReference(String),
    /// A pseudo parameter: `AWS::AccountId`, or `AWS::Region` where no region was given.
    Pseudo(String),
    /// An attribute that only deployment tells: of a custom resource, a nested stack that cannot be read.
    Attribute {
        /// The logical id.
        resource: String,
        /// The attribute.
        attribute: String,
    },
    /// What a macro or transform makes.
    Transform(String),
    /// A tag of another tool.
    ForeignTag(String),
    /// The text of it cannot be read or is wrong; told elsewhere.
    Broken,
    /// A map has no such key; told elsewhere.
    NoSuchKey,
    /// It depends on more conditions than we tell apart.
    TooManyCases,
    /// It is nested deeper than we read.
    TooDeep,
    /// It is longer than we read, or all values together are.
    TooLong,
}

/// Texts are not put together beyond this, in bytes or parts: CloudFormation takes templates of 1 MB.
const LENGTH: usize = 1_000_000;
/// What an item of a list weighs beside its text.
const ITEM: usize = 32;

impl Text {
    /// A known text.
    pub fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { parts: if text.is_empty() { Vec::new() } else { vec![Part::Literal(text)] } }
    }

    /// A text of one part.
    pub fn of(part: Part) -> Self {
        Self { parts: vec![part] }
    }

    /// The whole text, where all of it is known.
    pub fn known(&self) -> Option<&str> {
        match &*self.parts {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The resource whose `Ref` or attribute is the whole text.
    pub fn resource(&self) -> Option<(&str, Option<&str>)> {
        match &*self.parts {
            [Part::Resource { id, attribute }] => Some((id, attribute.as_deref())),
            _ => None,
        }
    }

    /// What is not known of it.
    pub fn unknowns(&self) -> impl Iterator<Item = &Unknown> {
        self.parts.iter().filter_map(|part| match part {
            Part::Unknown(unknown) | Part::Item { list: unknown, .. } => Some(unknown),
            _ => None,
        })
    }

    /// Adds a part, joining literals. A text that gets too long ends so.
    pub fn push(&mut self, part: Part) {
        match (self.parts.last_mut(), part) {
            (Some(Part::Unknown(Unknown::TooLong)), _) => {}
            (_, Part::Literal(text)) if text.is_empty() => {}
            (Some(Part::Literal(last)), Part::Literal(text)) if last.len() + text.len() <= LENGTH => {
                last.push_str(&text);
            }
            (Some(Part::Literal(_)), Part::Literal(_)) => self.parts.push(Part::Unknown(Unknown::TooLong)),
            (_, part) => self.parts.push(part),
        }
    }

    /// Adds another text.
    pub fn append(&mut self, other: &Text) {
        for part in &other.parts {
            if self.parts.last() == Some(&Part::Unknown(Unknown::TooLong)) {
                return;
            }
            self.push(part.clone());
        }
    }

    fn weight(&self) -> usize {
        let bytes = |part: &Part| match part {
            Part::Literal(text) => text.len(),
            _ => 0,
        };
        self.parts.iter().map(|part| ITEM + bytes(part)).sum()
    }
}

/// With its unknown parts by name: `${AWS::StackName}-subnets`.
impl fmt::Display for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(text) => out.write_str(text),
            Part::Resource { id, attribute: None } => write!(out, "${{{id}}}"),
            Part::Resource { id, attribute: Some(attribute) } => write!(out, "${{{id}.{attribute}}}"),
            Part::Zone { index, .. } => write!(out, "${{zone {index}}}"),
            Part::Unknown(
                Unknown::Parameter(name) | Unknown::StoredParameter(name) | Unknown::Pseudo(name),
            ) => write!(out, "${{{name}}}"),
            Part::Item { list: Unknown::Parameter(name) | Unknown::StoredParameter(name), index } => {
                write!(out, "${{{name}[{index}]}}")
            }
            Part::Unknown(_) | Part::Item { .. } => out.write_str("${?}"),
        })
    }
}

impl Value {
    /// What it takes to keep, in bytes about.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Null | Self::NoValue | Self::Zones(_) | Self::Unknown(_) => ITEM,
            Self::Text(text) => text.weight(),
            Self::List(items) => items.iter().map(|item| ITEM + item.value.weight()).sum(),
            Self::Map(entries) => {
                entries.iter().map(|(name, case)| ITEM + name.len() + case.value.weight()).sum()
            }
        }
    }

    /// A known text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text::literal(text))
    }

    /// The whole text, where all of it is known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.known(),
            _ => None,
        }
    }

    /// The resource whose `Ref` or attribute is the whole value.
    pub fn resource(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Text(text) => text.resource(),
            _ => None,
        }
    }

    /// Everything unknown in it, also in its items and values.
    pub fn unknowns<'v>(&'v self, found: &mut Vec<&'v Unknown>) {
        match self {
            Self::Null | Self::NoValue | Self::Zones(_) => {}
            Self::Unknown(unknown) => found.push(unknown),
            Self::Text(text) => found.extend(text.unknowns()),
            Self::List(items) => items.iter().for_each(|item| item.value.unknowns(found)),
            Self::Map(entries) => entries.iter().for_each(|(_, case)| case.value.unknowns(found)),
        }
    }
}
