//! Sums up traces: over the subnets of a source, and over situations.

use super::Trace;

/// One trace a subnet and then their sum, from the answers in each situation (described in words; empty where there is
/// one only).
pub fn summed_up(answers: Vec<(String, Vec<Trace>)>) -> Vec<Trace> {
    answers.into_iter().flat_map(|(_, traces)| traces).collect()
}
