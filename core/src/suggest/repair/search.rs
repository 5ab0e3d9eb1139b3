//! Looks for the smallest set of changes.

use crate::language::Phrase;
use crate::network::{EndpointIndex, Network, TableIndex};
use crate::paths::{Blocker, Code, Component, Goal, Trace, Verdict, trace_from};
use crate::phrase;
use crate::text::Edit;

use super::{Atom, Ground, endpoint_table, writing};

/// A repair may show what lies behind; each round looks once more.
const ROUNDS: usize = 6;
/// More changes than these are no repair but another network.
const ATOMS: usize = 24;
/// So many ways to take one obstacle away are tried.
const CHOICES: usize = 6;

/// A way that should be open.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Want {
    /// Position of its network.
    pub(crate) network: usize,
    /// The name of the source.
    pub(crate) from: String,
    /// The subnet of the source; nothing for all of them.
    pub(crate) subnet: Option<String>,
    pub(crate) goal: Goal,
}

/// Changes after which ways are open.
#[derive(Clone, Debug)]
pub(crate) struct Repair {
    /// The changes; none of them can be left out.
    pub(crate) atoms: Vec<Atom>,
    /// The same as edits of the text.
    pub(crate) edits: Vec<Edit>,
    /// Positions of the ways that are open afterwards.
    pub(crate) opened: Vec<usize>,
}

/// Why there is no repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// It is not known what else stops packets.
    Unknown,
    /// Nothing is known against what stops them.
    NoRemedy(Code, Component),
    /// It would be too much.
    TooMuch,
    /// The template is written so that the changes cannot be put in.
    Unwritable,
}

/// The smallest repair after which all ways are open.
///
/// # Errors
/// Why there is none.
pub(crate) fn repair(ground: Ground<'_, '_>, wants: &[Want]) -> Result<Repair, Failure> {
    let search = Search { ground, wants, left: &[] };
    let repair = search.run()?;
    if repair.opened.len() < wants.len() { Err(Failure::Unknown) } else { Ok(repair) }
}

/// The smallest repair that takes some blockers of ways away, and all that shows up behind them, but leaves the others
/// that there are.
///
/// # Errors
/// Why there is none.
pub(crate) fn repair_cause(
    ground: Ground<'_, '_>,
    wants: &[Want],
    is_own: impl Fn(&Blocker) -> bool,
) -> Result<Repair, Failure> {
    let before = Search { ground, wants, left: &[] };
    let mut left = before.look(&before.changed(&[])).blockers;
    left.retain(|(_, blocker)| !is_own(blocker));
    Search { ground, wants, left: &left }.run()
}

/// Puts gateway endpoints on tables, given with the position of their network. Nothing where that cannot be done for all.
pub(crate) fn put_on_tables(
    ground: Ground<'_, '_>,
    wants: &[Want],
    tables: &[(usize, EndpointIndex, TableIndex)],
) -> Option<Repair> {
    let mut atoms: Vec<Atom> = Vec::new();
    for (at, endpoint, table) in tables {
        let network = &ground.networks.get(*at)?.network;
        let atom = Atom::EndpointTable(endpoint_table::on_table(ground, network, *endpoint, *table)?);
        if !atoms.contains(&atom) {
            atoms.push(atom);
        }
    }
    repair_with(ground, wants, tables.first()?.0, atoms)
}

/// Makes changes that are chosen already. What they open is traced; nothing where they cannot be written.
pub(crate) fn repair_with(
    ground: Ground<'_, '_>,
    wants: &[Want],
    network: usize,
    atoms: Vec<Atom>,
) -> Option<Repair> {
    let search = Search { ground, wants, left: &[] };
    let opened = search.look(&search.changed(&atoms)).opened;
    let edits = writing::write(ground, network, &atoms)?;
    Some(Repair { atoms, edits, opened })
}

/// A network with its position.
type Placed = (usize, Network);

struct Search<'a, 't> {
    ground: Ground<'a, 't>,
    wants: &'a [Want],
    /// Blockers that are left to others.
    left: &'a [(usize, Blocker)],
}

/// What stops packets after some changes.
struct Outcome {
    /// With the position of their network.
    blockers: Vec<(usize, Blocker)>,
    /// Positions of the ways that are open.
    opened: Vec<usize>,
}

impl Search<'_, '_> {
    fn run(&self) -> Result<Repair, Failure> {
        let mut atoms: Vec<Atom> = Vec::new();
        let mut networks = self.changed(&[]);
        let mut outcome = self.look(&networks);
        for _ in 0..ROUNDS {
            let Some((_, first)) = self.open(&outcome).next() else { break };
            let unmended = Failure::NoRemedy(first.code, first.component);
            let before = atoms.len();
            for (network, blocker) in self.open(&outcome) {
                let chosen = self.choose(*network, blocker, &networks, &atoms);
                for atom in chosen.into_iter().filter(|atom| !atoms.contains(atom)).collect::<Vec<_>>() {
                    for (_, network) in &mut networks {
                        atom.change(network);
                    }
                    atoms.push(atom);
                }
            }
            if atoms.len() == before {
                return Err(unmended);
            }
            outcome = self.look(&networks);
        }
        if atoms.len() > ATOMS || self.open(&outcome).next().is_some() {
            return Err(Failure::TooMuch);
        }
        self.minimise(&mut atoms, outcome.opened.len());
        let opened = self.look(&self.changed(&atoms)).opened;
        let edits = writing::write(self.ground, self.wants.first().map_or(0, |want| want.network), &atoms);
        match edits {
            Some(edits) if !atoms.is_empty() => Ok(Repair { atoms, edits, opened }),
            Some(_) => Err(Failure::Unknown),
            None => Err(Failure::Unwritable),
        }
    }

    /// Leaves out what is not needed: `opened` ways stay open.
    fn minimise(&self, atoms: &mut Vec<Atom>, opened: usize) {
        for at in (0..atoms.len()).rev() {
            let mut fewer = atoms.clone();
            fewer.remove(at);
            let outcome = self.look(&self.changed(&fewer));
            if self.open(&outcome).next().is_none() && outcome.opened.len() >= opened {
                *atoms = fewer;
            }
        }
    }

    /// The changes that take a blocker away: of several, those after which the least stops packets.
    fn choose(&self, at: usize, blocker: &Blocker, networks: &[Placed], atoms: &[Atom]) -> Vec<Atom> {
        let own = networks.iter().find(|(position, _)| *position == at);
        let (Some((_, network)), Some(obstacle)) = (own, &blocker.obstacle) else { return Vec::new() };
        let mut choices = Atom::against(self.ground, network, obstacle);
        choices.retain(|choice| choice.iter().any(|atom| !atoms.contains(atom)));
        choices.truncate(CHOICES);
        if choices.len() < 2 {
            return choices.pop().unwrap_or_default();
        }
        let stops = |choice: &Vec<Atom>| {
            let mut networks = networks.to_vec();
            for (_, network) in &mut networks {
                for atom in choice {
                    atom.change(network);
                }
            }
            let outcome = self.look(&networks);
            let unopened = self.wants.len() - outcome.opened.len();
            (self.open(&outcome).count(), unopened, choice.len())
        };
        choices.into_iter().min_by_key(stops).unwrap_or_default()
    }

    /// The blockers that are not left to others.
    fn open<'o>(&'o self, outcome: &'o Outcome) -> impl Iterator<Item = &'o (usize, Blocker)> {
        outcome.blockers.iter().filter(|blocker| !self.left.contains(blocker))
    }

    /// The networks of all ways after some changes.
    fn changed(&self, atoms: &[Atom]) -> Vec<Placed> {
        let mut networks: Vec<Placed> = Vec::new();
        for want in self.wants {
            if !networks.iter().any(|(at, _)| *at == want.network)
                && let Some(situated) = self.ground.networks.get(want.network)
            {
                let mut network = situated.network.clone();
                for atom in atoms {
                    atom.change(&mut network);
                }
                networks.push((want.network, network));
            }
        }
        networks
    }

    fn look(&self, networks: &[Placed]) -> Outcome {
        let mut outcome = Outcome { blockers: Vec::new(), opened: Vec::new() };
        for (at, want) in self.wants.iter().enumerate() {
            let network = networks.iter().find(|(position, _)| *position == want.network);
            let Some(traces) = network.and_then(|(_, network)| traces(self.ground, network, want)) else {
                continue;
            };
            if !traces.is_empty() && traces.iter().all(|trace| trace.verdict == Verdict::Reachable) {
                outcome.opened.push(at);
            }
            for blocker in traces.into_iter().flat_map(|trace| trace.blockers) {
                if !outcome.blockers.iter().any(|(of, known)| *of == want.network && *known == blocker) {
                    outcome.blockers.push((want.network, blocker));
                }
            }
        }
        outcome
    }
}

fn traces(ground: Ground<'_, '_>, network: &Network, want: &Want) -> Option<Vec<Trace>> {
    let mut traces = trace_from(network, ground.addresses, network.workload(&want.from)?, &want.goal);
    if want.subnet.is_some() {
        traces.retain(|trace| trace.from.subnet == want.subnet);
    }
    Some(traces)
}

impl Repair {
    /// What it does, as a command.
    pub(crate) fn title(&self) -> Phrase {
        /// More are counted only.
        const TOLD: usize = 3;
        let told: Vec<Phrase> = self.atoms.iter().take(TOLD).map(Atom::title).collect();
        let more = self.atoms.len().saturating_sub(TOLD);
        let en = told.iter().map(|title| title.en.as_str()).collect::<Vec<_>>().join("; ");
        let ja = told.iter().map(|title| title.ja.as_str()).collect::<Vec<_>>().join("、");
        let en =
            en.get(..1).map(str::to_ascii_uppercase).unwrap_or_default() + en.get(1..).unwrap_or_default();
        match more {
            0 => Phrase { en, ja },
            _ => phrase!(en: "{en}; and {more} more", ja: "{ja}、ほか {more} 件"),
        }
    }
}
