//! Changes to a template, as edits that keep its author's manner of writing.

mod insert;
mod layout;
mod move_ingress;
mod reference;
mod remove;

pub(crate) use insert::{NewResource, depend_on, insert_resource};
pub(crate) use layout::whole_lines;
pub(crate) use move_ingress::move_ingress_out;
pub(crate) use reference::reference_to;
pub(crate) use remove::remove_items;
