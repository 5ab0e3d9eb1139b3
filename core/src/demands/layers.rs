//! Layers that are known to call something.

use super::scope::{Scope, place};
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, EvidenceKind, on, service_goal};
use crate::paths::GoalTarget;
use crate::phrase;
use crate::template::{Resource, Value};

/// Names of layers as they stand in ARNs, and the services that the extension calls; none for vendors, whose
/// extensions call their own hosts.
const LAYERS: [(&str, &[&str], Weight); 14] = [
    ("AWS-Parameters-and-Secrets-Lambda-Extension", &["ssm", "secretsmanager"], Weight::Layer),
    ("LambdaInsightsExtension", &["logs"], Weight::Certain),
    ("AWS-AppConfig-Extension", &["appconfigdata"], Weight::Layer),
    ("AWSCodeGuruProfiler", &["codeguru-profiler"], Weight::Layer),
    ("AWSOpenTelemetryDistro", &["xray"], Weight::Possible),
    ("aws-otel-", &["xray"], Weight::Possible),
    ("Datadog-Extension", &[], Weight::Possible),
    ("NewRelicLambdaExtension", &[], Weight::Possible),
    ("Dynatrace_OneAgent", &[], Weight::Possible),
    ("SentryPython", &[], Weight::Possible),
    ("SentryNode", &[], Weight::Possible),
    ("lumigo-", &[], Weight::Possible),
    ("sumologic-", &[], Weight::Possible),
    ("elastic-apm-extension", &[], Weight::Possible),
];

/// Reads the layers of a function.
pub(super) fn read(scope: Scope<'_, '_>, function: &Resource, signs: &mut Vec<Sign>) {
    for case in scope.listed(function, &["Layers"]) {
        let Value::Text(text) = &case.value else { continue };
        let written = text.to_string();
        let Some((name, suffixes, weight)) =
            LAYERS.iter().find(|(name, _, _)| written.contains(&format!(":layer:{name}")))
        else {
            continue;
        };
        let name = name.trim_end_matches(['-', '_']);
        let mut push = |goal| {
            let words = phrase!(
                en: "its layer `{name}` calls it",
                ja: "レイヤー `{name}` が呼び出します",
            );
            signs.push(Sign {
                source: DemandSource::Function(function.id.clone()),
                goal,
                weight: *weight,
                evidence: evidence(EvidenceKind::Layer, place(&case), case.guard, words),
            });
        };
        if suffixes.is_empty() {
            push(on(GoalTarget::Internet, 443));
        }
        suffixes.iter().for_each(|suffix| push(service_goal(suffix)));
    }
}
