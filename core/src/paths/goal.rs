//! Destinations as a user writes them.

use super::Goal;
use crate::phrase;
use crate::template::Template;
use crate::tracing::TraceError;

/// Reads `DEST[:PORT[-PORT]][/tcp|udp|icmp]`.
///
/// # Errors
/// A text that is none, with what to write instead.
pub fn parse_goal(text: &str, _template: &Template<'_>) -> Result<Goal, TraceError> {
    Err(TraceError {
        what: phrase!(en: "`{text}` is no destination", ja: "`{text}` は宛先ではありません"),
        next: phrase!(en: "write it as Db:5432", ja: "Db:5432 のように書いてください"),
    })
}
