//! File systems that functions mount.

use super::scope::{Scope, place};
use super::weigh::{Sign, Weight, evidence};
use super::{DemandSource, EvidenceKind, on};
use crate::paths::GoalTarget;
use crate::phrase;
use crate::template::Resource;

/// NFS.
const PORT: u16 = 2049;

/// Reads the file systems of a function.
pub(super) fn read(scope: Scope<'_, '_>, function: &Resource, signs: &mut Vec<Sign>) {
    for config in scope.listed(function, &["FileSystemConfigs"]) {
        for arn in scope.entry(&config, "Arn") {
            let Some(named) = scope.named(&arn.value) else { continue };
            let systems = match named.kind.as_str() {
                "AWS::EFS::AccessPoint" => scope.property(named, &["FileSystemId"]),
                _ => vec![arn.clone()],
            };
            for system in systems {
                let Some(system) =
                    scope.named(&system.value).filter(|one| one.kind == "AWS::EFS::FileSystem")
                else {
                    continue;
                };
                let id = &system.id;
                let words = phrase!(
                    en: "it mounts the file system `{id}`",
                    ja: "ファイルシステム `{id}` をマウントします",
                );
                signs.push(Sign {
                    source: DemandSource::Function(function.id.clone()),
                    goal: on(GoalTarget::Resource(id.clone()), PORT),
                    weight: Weight::Certain,
                    evidence: evidence(EvidenceKind::FileSystem, place(&arn), arn.guard, words),
                });
            }
        }
    }
}
