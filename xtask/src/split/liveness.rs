//! Which locals of a function are read later than some place in it, before they are set again.

use std::collections::{BTreeMap, BTreeSet};
use walrus::{
    LocalFunction, LocalId,
    ir::{self, Instr, InstrSeqId},
};

/// A set of locals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Locals(Vec<u64>);

impl Locals {
    fn insert(&mut self, at: usize) {
        if self.0.len() <= at / 64 {
            self.0.resize(at / 64 + 1, 0);
        }
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn remove(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word &= !(1 << (at % 64));
        }
    }

    fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Takes the others in; whether that changed anything.
    pub(super) fn add(&mut self, others: &Self) -> bool {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
        let mut is_changed = false;
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            is_changed |= *other & !*word != 0;
            *word |= other;
        }
        is_changed
    }
}

/// What is read later than certain places of a function.
#[derive(Default)]
pub(super) struct Liveness {
    numbers: BTreeMap<LocalId, usize>,
    /// What is read after a branch to a label.
    labels: BTreeMap<InstrSeqId, Locals>,
    /// What is read after the end of a sequence.
    ends: BTreeMap<InstrSeqId, Locals>,
    /// What is read from a place on.
    places: BTreeMap<(InstrSeqId, usize), Locals>,
    wanted: BTreeSet<(InstrSeqId, usize)>,
}

impl Liveness {
    /// That of a function, kept for these places: instructions by their index in their sequence.
    pub(super) fn of(function: &LocalFunction, wanted: &[(InstrSeqId, usize)]) -> Self {
        let mut liveness = Self { wanted: wanted.iter().copied().collect(), ..Self::default() };
        let entry = function.entry_block();
        liveness.labels.insert(entry, Locals::default());
        liveness.from_start(function, entry, Locals::default());
        liveness
    }

    pub(super) fn before(&self, seq: InstrSeqId, at: usize) -> Option<&Locals> {
        self.places.get(&(seq, at))
    }

    pub(super) fn at_label(&self, label: InstrSeqId) -> Option<&Locals> {
        self.labels.get(&label)
    }

    pub(super) fn at_end(&self, seq: InstrSeqId) -> Option<&Locals> {
        self.ends.get(&seq)
    }

    pub(super) fn holds(&self, locals: &Locals, local: LocalId) -> bool {
        self.numbers.get(&local).is_some_and(|at| locals.has(*at))
    }

    fn number(&mut self, local: LocalId) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(local).or_insert(next)
    }

    /// What is read from the start of a sequence on, of which `after` is read after its end.
    fn from_start(&mut self, function: &LocalFunction, seq: InstrSeqId, after: Locals) -> Locals {
        let mut alive = after.clone();
        self.ends.insert(seq, after);
        for (at, (instr, _)) in function.block(seq).instrs.iter().enumerate().rev() {
            match instr {
                Instr::LocalGet(ir::LocalGet { local }) => {
                    let number = self.number(*local);
                    alive.insert(number);
                }
                Instr::LocalSet(ir::LocalSet { local }) | Instr::LocalTee(ir::LocalTee { local }) => {
                    let number = self.number(*local);
                    alive.remove(number);
                }
                Instr::Block(ir::Block { seq }) => {
                    self.labels.insert(*seq, alive.clone());
                    alive = self.from_start(function, *seq, alive);
                }
                Instr::Loop(ir::Loop { seq }) => alive = self.from_loop(function, *seq, &alive),
                Instr::IfElse(ir::IfElse { consequent, alternative }) => {
                    let mut both = Locals::default();
                    for arm in [*consequent, *alternative] {
                        self.labels.insert(arm, alive.clone());
                        both.add(&self.from_start(function, arm, alive.clone()));
                    }
                    alive = both;
                }
                Instr::Br(ir::Br { block }) => alive = self.labels[block].clone(),
                Instr::BrIf(ir::BrIf { block }) => {
                    alive.add(&self.labels[block]);
                }
                Instr::BrTable(ir::BrTable { blocks, default }) => {
                    alive = Locals::default();
                    for block in blocks.iter().chain([default]) {
                        alive.add(&self.labels[block]);
                    }
                }
                Instr::Return(_) | Instr::Unreachable(_) => alive = Locals::default(),
                _ => {}
            }
            if self.wanted.contains(&(seq, at)) {
                self.places.insert((seq, at), alive.clone());
            }
        }
        alive
    }

    /// A branch to a loop begins it again, so what its start reads may be read after every such branch.
    fn from_loop(&mut self, function: &LocalFunction, seq: InstrSeqId, after: &Locals) -> Locals {
        // What is known from an earlier round stays true, for there is ever more.
        self.labels.entry(seq).or_default();
        loop {
            let alive = self.from_start(function, seq, after.clone());
            if !self.labels.entry(seq).or_default().add(&alive) {
                return alive;
            }
        }
    }
}
