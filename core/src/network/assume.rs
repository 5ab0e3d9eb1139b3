//! Assumptions about subnets that nobody describes.

use std::collections::BTreeMap;

use super::Builder;
use crate::template::Template;

/// What a subnet parameter is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assumption {
    /// Private subnets whose default route leads to a NAT gateway.
    PrivateNat,
    /// Subnets with the local route only.
    Isolated,
    /// Subnets whose default route leads to an internet gateway.
    Public,
}

impl Assumption {
    /// The word that stands for it: `private-nat`, `isolated`, `public`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrivateNat => "private-nat",
            Self::Isolated => "isolated",
            Self::Public => "public",
        }
    }

    /// What a word stands for.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::PrivateNat, Self::Isolated, Self::Public].into_iter().find(|one| one.name() == text)
    }
}

/// Describes the subnets that `assumed` names, by parameter (or `import:NAME`, `resolve:REF`), with their VPC.
pub(super) fn declare(
    _template: &Template<'_>,
    _assumed: &BTreeMap<String, Assumption>,
    _builder: &mut Builder,
) {
}
