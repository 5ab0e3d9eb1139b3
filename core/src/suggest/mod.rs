//! Changes to a template, as edits that keep its author's manner of writing.

mod layout;
mod move_ingress;
mod reference;

pub(crate) use layout::whole_lines;
pub(crate) use move_ingress::move_ingress_out;
pub(crate) use reference::reference_to;
