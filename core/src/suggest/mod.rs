//! Changes to a template, as edits that keep its author's manner of writing.

pub mod endpoints;
mod entry;
mod insert;
mod layout;
mod move_ingress;
mod reference;
mod remove;
mod remove_resource;
pub(crate) mod repair;
mod written;

pub(crate) use endpoints::{Need, endpoint_fix, reference, wanted};
pub(crate) use entry::{append_item, insert_entry, insert_property, replace_value};
pub(crate) use insert::{NewResource, depend_on, insert_resource, insert_resource_after, written_properties};
pub(crate) use layout::{Layout, whole_lines};
pub(crate) use move_ingress::move_ingress_out;
pub(crate) use reference::reference_to;
pub(crate) use remove::remove_items;
pub(crate) use remove_resource::remove_resources;
pub(crate) use written::Written;
