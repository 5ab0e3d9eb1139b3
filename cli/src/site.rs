//! The address of the playground.

/// Where the playground and the rules' documents are published, if they were when this program was built.
pub(crate) const SITE: Option<&str> = option_env!("VPCHECK_SITE");
