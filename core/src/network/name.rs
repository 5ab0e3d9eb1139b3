//! Names of components.

use std::fmt;

use crate::template::Unknown;

/// [`Name::Implied`] of a VPC: its default security group.
pub const DEFAULT_GROUP: &str = "default security group";
/// [`Name::Implied`] of a VPC: endpoints that nothing describes.
pub const ENDPOINTS: &str = "endpoints";
/// [`Name::Implied`] of a VPC: its default network ACL.
pub const DEFAULT_ACL: &str = "default network ACL";
/// [`Name::Implied`] of a VPC: its main route table.
pub const MAIN_TABLE: &str = "main route table";

/// [`Name::Implied`] of a transit gateway: its default route table.
pub(super) const DEFAULT_TRANSIT_TABLE: &str = "default route table";

/// [`Name::Aws`] of the default VPC, where no describe call shows its id.
pub const DEFAULT_VPC: &str = "default VPC";

/// What a component is called; also how the same one is recognised in template and context.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Name {
    /// A logical id of the template; of a nested stack's resource with the stack's id and a dot before it.
    Logical(String),
    /// An id that AWS gave: `subnet-0123`.
    Aws(String),
    /// Whatever a value that is not known names: a parameter, an import. `item` counts within a list, nothing where
    /// the value is one id.
    Unknown {
        /// The value.
        value: Unknown,
        /// Which item of it.
        item: Option<usize>,
    },
    /// What comes with another component: the default group of a VPC, its main route table.
    Implied {
        /// The component.
        of: Box<Name>,
        /// What of it: `default security group`.
        what: &'static str,
    },
}

impl Name {
    /// Whether a user means this by `text`.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Logical(id) | Self::Aws(id) => id == text,
            Self::Unknown { .. } | Self::Implied { .. } => self.to_string() == text,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Logical(id) | Self::Aws(id) => out.write_str(id),
            Self::Unknown { value, item } => {
                match value {
                    Unknown::Import(name) => write!(out, "import:{name}")?,
                    Unknown::Parameter(name)
                    | Unknown::StoredParameter(name)
                    | Unknown::DynamicReference(name)
                    | Unknown::Pseudo(name)
                    | Unknown::Transform(name)
                    | Unknown::ForeignTag(name) => out.write_str(name)?,
                    Unknown::Attribute { resource, attribute } => write!(out, "{resource}.{attribute}")?,
                    // Their number only tells them apart.
                    Unknown::Broken
                    | Unknown::NoSuchKey
                    | Unknown::TooManyCases
                    | Unknown::TooDeep
                    | Unknown::TooLong => {
                        return out.write_str("?");
                    }
                }
                match item {
                    Some(item) => write!(out, "[{item}]"),
                    None => Ok(()),
                }
            }
            Self::Implied { of, what } => write!(out, "{of} ({what})"),
        }
    }
}
