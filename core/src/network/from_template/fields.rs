//! The same properties, written as a resource of their own or as an item of a list.

use super::reader::{Reader, Split};
use crate::network::{Name, Place};
use crate::template::{Case, Resource};

/// Where the properties of a rule or entry are written.
#[derive(Clone, Copy)]
pub(super) enum Fields<'a> {
    /// In a resource of its own.
    Resource(&'a Resource),
    /// In an item of a list.
    Item(&'a Case),
}

impl Fields<'_> {
    /// A property; nothing where it is not written.
    pub(super) fn get(self, reader: Reader<'_, '_>, property: &str) -> Result<Option<Case>, Split> {
        match self {
            Self::Resource(resource) => reader.property(resource, &[property]),
            Self::Item(item) => reader.entry(item, property),
        }
    }

    /// Where the whole of it is written.
    pub(super) fn place(self, reader: Reader<'_, '_>) -> Option<Place> {
        match self {
            Self::Resource(resource) => reader.declared(resource),
            Self::Item(item) => Reader::place(item),
        }
    }
}

/// The name of a resource of the template.
pub(super) fn own_name(resource: &Resource) -> Name {
    Name::Logical(resource.id.clone())
}
