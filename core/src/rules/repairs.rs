//! Minimal repairs as fixes of findings.

use super::causes::Cause;
use super::subject::Subject;
use crate::finding::{Finding, Fix, Promise, Safety};
use crate::network::{EndpointIndex, TableIndex};
use crate::suggest::repair::{Atom, Ground, Repair, Want, put_on_tables, repair, repair_cause, repair_with};

/// A cause with more ways than these is left without a repair: every keystroke pays for it.
const WAYS: usize = 32;

impl Cause {
    /// Gives a finding the smallest repair of all its ways, whatever else stops them.
    pub(crate) fn repaired(&self, subject: &Subject<'_, '_>, finding: Finding) -> Finding {
        if !subject.has_repairs {
            return finding;
        }
        let wants = self.wants(subject);
        let repair = wants.as_ref().and_then(|wants| repair(subject.ground(), wants).ok());
        with(subject, finding, wants.as_deref(), repair)
    }

    /// Gives a finding the smallest repair of its own cause. Other causes have findings of their own.
    pub(crate) fn mended(&self, subject: &Subject<'_, '_>, finding: Finding) -> Finding {
        if !subject.has_repairs {
            return finding;
        }
        let wants = self.wants(subject);
        let is_own = |blocker: &_| self.effects.iter().any(|effect| effect.blocker.as_ref() == Some(blocker));
        let repair = wants.as_ref().and_then(|wants| repair_cause(subject.ground(), wants, is_own).ok());
        with(subject, finding, wants.as_deref(), repair)
    }

    /// The same of a gateway endpoint that is not on the tables of some subnets, whether a NAT gateway carries what it
    /// would carry or nothing does.
    pub(crate) fn routed(&self, subject: &Subject<'_, '_>, finding: Finding) -> Finding {
        if !subject.has_repairs {
            return finding;
        }
        let tables: Option<Vec<(usize, EndpointIndex, TableIndex)>> = self
            .effects
            .iter()
            .map(|effect| {
                let at = subject.answers().get(effect.answer)?.network;
                let network = &subject.networks.get(at)?.network;
                let table = network.subnets.get(effect.subnet?.0)?.table.known()?;
                Some((at, effect.endpoint?, *table))
            })
            .collect();
        let wants = self.wants(subject);
        match tables.and_then(|tables| put_on_tables(subject.ground(), wants.as_deref()?, &tables)) {
            Some(repair) => with(subject, finding, wants.as_deref(), Some(repair)),
            None => self.mended(subject, finding),
        }
    }

    /// Gives a finding a change that is chosen already, if it opens every way of the cause; else the smallest repair of the
    /// cause.
    pub(crate) fn changed(&self, subject: &Subject<'_, '_>, finding: Finding, atom: Atom) -> Finding {
        if !subject.has_repairs {
            return finding;
        }
        let wants = self.wants(subject);
        let network = wants.as_ref().and_then(|wants| wants.first()).map(|want| want.network);
        let repair = wants.as_ref().zip(network).and_then(|(wants, network)| {
            repair_with(subject.ground(), wants, network, vec![atom])
                .filter(|one| one.opened.len() == wants.len())
        });
        match repair {
            Some(repair) => with(subject, finding, wants.as_deref(), Some(repair)),
            None => self.mended(subject, finding),
        }
    }

    /// The ways that it stops, each once.
    fn wants(&self, subject: &Subject<'_, '_>) -> Option<Vec<Want>> {
        let mut wants: Vec<Want> = Vec::new();
        for effect in &self.effects {
            let answer = subject.answers().get(effect.answer)?;
            let want = Want {
                network: answer.network,
                from: answer.function.clone(),
                subnet: None,
                goal: answer.demand.goal.clone(),
            };
            if !wants.contains(&want) {
                wants.push(want);
            }
        }
        (wants.len() <= WAYS).then_some(wants)
    }
}

impl<'t> Subject<'_, 't> {
    /// Gives a finding without ways a change that is chosen already, in one of the networks.
    pub(crate) fn changed(&self, finding: Finding, network: usize, atom: Atom) -> Finding {
        if !self.has_repairs {
            return finding;
        }
        let repair = repair_with(self.ground(), &[], network, vec![atom]);
        with(self, finding, Some(&[]), repair)
    }

    /// What repairs are looked for in.
    pub(crate) fn ground(&self) -> Ground<'_, 't> {
        Ground {
            template: self.template,
            networks: self.networks,
            addresses: self.addresses,
            dependencies: self.dependencies(),
        }
    }
}

/// What the text of this template does not say is not repaired in it: another tool writes it, or a part is lost.
fn with(
    subject: &Subject<'_, '_>,
    mut finding: Finding,
    wants: Option<&[Want]>,
    repair: Option<Repair>,
) -> Finding {
    let (Some(repair), Some(wants)) = (repair, wants) else { return finding };
    if !subject.is_whole() {
        return finding;
    }
    finding.promises = repair
        .opened
        .iter()
        .filter_map(|at| {
            let want = wants.get(*at)?;
            let situation = subject.networks.get(want.network)?.situation;
            Some(Promise {
                from: want.from.clone(),
                to: want.goal.clone(),
                situation: subject.template.describe(situation),
            })
        })
        .collect();
    let title = repair.title();
    finding.fix(Some(Fix { safety: Safety::Suggested, title, edits: repair.edits }))
}
