use crate::syntax::NodeId;

/// Something that SAM's transform refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamProblem {
    /// The place.
    pub at: NodeId,
    /// The logical id of the SAM resource, where it is one's.
    pub resource: Option<String>,
    /// What is wrong.
    pub kind: SamProblemKind,
}

/// What SAM's transform refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SamProblemKind {
    /// `Globals`, or a section of it, is no map.
    GlobalsNotMap,
    /// A section that `Globals` does not know.
    UnsupportedGlobalsSection(String),
    /// A property that `Globals` does not know in this section.
    UnsupportedGlobalsProperty {
        /// The section, such as `Function`.
        section: String,
        /// The property.
        property: String,
    },
    /// A resource without text for its type, or with properties that are no map.
    MalformedResource,
    /// A type `AWS::Serverless::...` that SAM does not have.
    UnknownType(String),
    /// A property that must be there.
    MissingProperty(String),
    /// A property that SAM does not know on this type.
    UnknownProperty(String),
    /// A property whose value SAM does not take.
    InvalidProperty(String),
    /// Two properties that exclude each other.
    Exclusive(&'static str, &'static str),
    /// A property that needs another.
    Requires {
        /// What is there.
        property: &'static str,
        /// What is missing.
        needs: &'static str,
    },
    /// An entry of `Policies` that is neither a name, a document nor a policy template.
    UnknownPolicy,
    /// A policy template without one of its parameters.
    MissingPolicyParameter {
        /// The template.
        template: String,
        /// The parameter.
        parameter: String,
    },
    /// An event type that SAM does not have.
    UnknownEvent(String),
    /// A reference that must name a resource of the template.
    UnknownResource(String),
    /// A logical id that is made twice.
    DuplicateId(String),
    /// A connector between types that have none, or with permissions that they do not have.
    UnsupportedConnector,
}

impl SamProblem {
    pub(super) fn new(at: NodeId, resource: Option<&str>, kind: SamProblemKind) -> Self {
        Self { at, resource: resource.map(str::to_owned), kind }
    }
}
