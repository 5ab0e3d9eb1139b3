//! The parts of functions that no first visit runs, made functions of their own, so that they can come later.
//!
//! Control enters a sequence of instructions at its start alone, so what never ran of one is its end: from some point on
//! nothing was reached. That end becomes a function. It takes the locals that it reads, gives back those it wrote that are
//! read afterwards, and tells by which way it left: at its end, or by a branch to a label outside of it.

use super::{
    liveness::{Liveness, Locals},
    points::{self, Points},
};
use std::collections::{BTreeMap, BTreeSet};
use walrus::{
    FunctionBuilder, FunctionId, LocalFunction, LocalId, Module, ValType,
    ir::{self, Instr, InstrSeqId, InstrSeqType},
};

/// What a call of a part takes beside its arguments and results: the question whether it is there, its slot, the call.
const CALL: usize = 10;

/// Whether a part of so many bytes is worth a call with so many bytes around it.
pub(super) fn saves(part: usize, around: usize) -> bool {
    part >= CALL + around
}

/// Takes out of each function that ran what did not, and adds it to the module's functions; gives the new ones. Only
/// those parts are taken out that are worth it by their bytes and those around their calls. Each is told with the points in it.
pub(super) fn parted(
    module: &mut Module,
    ran: &Points,
    is_worth: fn(usize, usize) -> bool,
) -> Vec<(FunctionId, Points)> {
    let mut parts = Vec::new();
    let mut number = 0;
    for id in points::local_functions(module) {
        let function = module.funcs.get(id).kind.unwrap_local();
        let points = points::of(function);
        let mut unseen = BTreeMap::new();
        for ((seq, at), number) in points.iter().zip(number..) {
            if !ran.contains(&number) {
                // They come in order, and the first is where the end begins that never ran.
                unseen.entry(*seq).or_insert(*at);
            }
        }
        let is_run = ran.contains(&number);
        let numbers: BTreeMap<(InstrSeqId, usize), usize> = points.iter().copied().zip(number..).collect();
        number += points.len();
        if !is_run || unseen.is_empty() {
            continue;
        }
        for cold in Cold::of(module, function, &unseen, is_worth) {
            let function = module.funcs.get(id).kind.unwrap_local();
            let points = points::in_end(function, cold.seq, cold.from);
            let points = points.iter().filter_map(|point| numbers.get(point).copied()).collect();
            parts.push((cold.take_out(module, id), points));
        }
    }
    parts
}

/// How a part is left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// At its end.
    End,
    /// By a branch.
    To(InstrSeqId),
}

/// The end of a sequence that can be a function of its own.
struct Cold {
    seq: InstrSeqId,
    from: usize,
    /// What it needs to be given.
    given: Vec<LocalId>,
    /// What it gives back.
    written: Vec<LocalId>,
    /// The kind of the value that it leaves on the stack, for its end or for a label.
    value: Option<ValType>,
    /// Without any it never comes back.
    exits: Vec<Exit>,
    /// The labels outside of it that take that value.
    valued: BTreeSet<InstrSeqId>,
    /// Whether the sequence itself ends with the value.
    ends_valued: bool,
    is_loop: bool,
}

impl Cold {
    /// Those of a function, outermost, which lie beside each other.
    fn of(
        module: &Module,
        function: &LocalFunction,
        unseen: &BTreeMap<InstrSeqId, usize>,
        is_worth: fn(usize, usize) -> bool,
    ) -> Vec<Self> {
        let mut ends = Ends { module, function, unseen, loops: BTreeSet::new(), found: Vec::new() };
        ends.look_in(function.entry_block());
        let Ends { loops, found, .. } = ends;
        if found.is_empty() {
            return Vec::new();
        }
        let liveness = Liveness::of(function, &found);
        let search = Search { module, function, loops: &loops, liveness: &liveness, is_worth };
        found.into_iter().filter_map(|(seq, from)| search.cold(seq, from)).collect()
    }

    /// Makes it a function, and calls that in its place.
    fn take_out(self, module: &mut Module, id: FunctionId) -> FunctionId {
        let kinds = |module: &Module, locals: &[LocalId]| -> Vec<ValType> {
            locals.iter().map(|local| module.locals.get(*local).ty()).collect()
        };
        let (given, written) = (kinds(module, &self.given), kinds(module, &self.written));
        let has_choice = self.exits.len() > 1;
        let mut results: Vec<ValType> = self.value.into_iter().collect();
        results.extend(has_choice.then_some(ValType::I32));
        results.extend(&written);
        let builder = FunctionBuilder::new(&mut module.types, &given, &results);

        let arguments: Vec<LocalId> = given.iter().map(|kind| module.locals.add(*kind)).collect();
        let entry = module.funcs.get(id).kind.unwrap_local().entry_block();
        let locals = self.given.iter().copied().zip(arguments.iter().copied()).collect();
        let choice = module.locals.add(ValType::I32);
        let value = module.locals.add(self.value.unwrap_or(ValType::I32));
        let condition = module.locals.add(ValType::I32);
        let Module { funcs, locals: module_locals, .. } = module;
        let function = funcs.get_mut(id).kind.unwrap_local_mut();
        let kind_of = |local: LocalId| module_locals.get(local).ty();
        let mut kinds_of_own = BTreeMap::new();
        visit_locals(function, self.seq, self.from, &mut |local| {
            kinds_of_own.insert(local, kind_of(local));
        });
        let mut locals: BTreeMap<LocalId, LocalId> = locals;
        for (local, kind) in kinds_of_own {
            locals.entry(local).or_insert_with(|| module_locals.add(kind));
        }

        let mut copy = Copy {
            from: function,
            to: builder,
            cold: &self,
            locals,
            labels: BTreeMap::new(),
            value,
            condition,
            entry,
        };
        let all = copy.frame(has_choice.then_some(choice));
        let Copy { mut to, locals, .. } = copy;
        if let Some(all) = all {
            let mut body = to.func_body();
            body.instr(ir::Block { seq: all });
            if self.value.is_some() {
                body.local_get(value);
            }
            if has_choice {
                body.local_get(choice);
            }
            for local in &self.written {
                body.local_get(locals[local]);
            }
        }

        let part = to.finish(arguments, funcs);
        let chosen = (self.exits.len() > 2).then(|| module.locals.add(ValType::I32));
        let site = self.site(part, chosen);
        let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
        let instrs = &mut function.block_mut(self.seq).instrs;
        instrs.truncate(self.from);
        instrs.extend(site.into_iter().map(|instr| (instr, ir::InstrLocId::default())));
        part
    }

    /// What stands in its place. `chosen` is a local for the way it left by, if that is looked at more than once.
    fn site(&self, part: FunctionId, chosen: Option<LocalId>) -> Vec<Instr> {
        let mut site: Vec<Instr> =
            self.given.iter().map(|local| ir::LocalGet { local: *local }.into()).collect();
        site.push(ir::Call { func: part }.into());
        site.extend(self.written.iter().rev().map(|local| Instr::from(ir::LocalSet { local: *local })));
        let Some((first, others)) = self.exits.split_first() else {
            site.push(ir::Unreachable {}.into());
            return site;
        };
        if let Some(chosen) = chosen {
            site.push(ir::LocalSet { local: chosen }.into());
        }
        for (other, number) in others.iter().zip(1..) {
            if let Some(chosen) = chosen {
                site.push(ir::LocalGet { local: chosen }.into());
                site.push(ir::Const { value: ir::Value::I32(number) }.into());
                site.push(ir::Binop { op: ir::BinaryOp::I32Eq }.into());
            }
            match other {
                Exit::To(block) => site.push(ir::BrIf { block: *block }.into()),
                // It is the first if it is one at all.
                Exit::End => {}
            }
        }
        match first {
            Exit::To(block) => site.push(ir::Br { block: *block }.into()),
            Exit::End if self.value.is_some() && !self.ends_valued => site.push(ir::Drop {}.into()),
            Exit::End => {}
        }
        site
    }
}

/// Looks for the ends that did not run.
struct Ends<'f> {
    module: &'f Module,
    function: &'f LocalFunction,
    /// The first point of a sequence that was never reached.
    unseen: &'f BTreeMap<InstrSeqId, usize>,
    loops: BTreeSet<InstrSeqId>,
    found: Vec<(InstrSeqId, usize)>,
}

impl Ends<'_> {
    fn look_in(&mut self, seq: InstrSeqId) {
        let end = self.unseen.get(&seq).copied();
        let instrs = &self.function.block(seq).instrs;
        for (instr, _) in &instrs[..end.unwrap_or(instrs.len())] {
            match instr {
                Instr::Block(ir::Block { seq }) => self.look_in(*seq),
                Instr::Loop(ir::Loop { seq }) => {
                    self.loops.insert(*seq);
                    self.look_in(*seq);
                }
                Instr::IfElse(ir::IfElse { consequent, alternative }) => {
                    self.look_in(*consequent);
                    self.look_in(*alternative);
                }
                _ => {}
            }
        }
        if let Some(from) = end.and_then(|end| self.empty_from(seq, end)) {
            self.found.push((seq, from));
        }
    }

    /// The first place from `end` on where the sequence has nothing on the stack.
    fn empty_from(&self, seq: InstrSeqId, end: usize) -> Option<usize> {
        let block = self.function.block(seq);
        if !takes_nothing(self.module, block.ty) {
            return None;
        }
        let mut height = 0_usize;
        for (at, (instr, _)) in block.instrs.iter().enumerate() {
            if at >= end && height == 0 {
                return Some(at);
            }
            let (taken, left) = effect(self.module, self.function, instr)?;
            height = height.checked_sub(taken)? + left;
        }
        None
    }
}

struct Search<'f> {
    module: &'f Module,
    function: &'f LocalFunction,
    loops: &'f BTreeSet<InstrSeqId>,
    liveness: &'f Liveness,
    is_worth: fn(usize, usize) -> bool,
}

impl Search<'_> {
    /// The end of a sequence as a part, if it can be one and is worth its while.
    fn cold(&self, seq: InstrSeqId, from: usize) -> Option<Cold> {
        let mut seen = Seen {
            search: self,
            inner: BTreeSet::new(),
            read: Vec::new(),
            set: Vec::new(),
            branches: Vec::new(),
            bytes: 0,
        };
        seen.look_at(seq, from)?;
        let Seen { read, set, branches, bytes, .. } = seen;

        let block = self.function.block(seq);
        let is_loop = self.loops.contains(&seq);
        let result = match results(self.module, block.ty)[..] {
            [] => None,
            [one] => Some(one),
            _ => return None,
        };
        let falls = !block.instrs.last().is_some_and(|(instr, _)| is_last(instr));
        let mut exits = Vec::new();
        let mut valued = BTreeSet::new();
        let mut value = None;
        let mut takes = |kind: Option<ValType>| match (value, kind) {
            (_, None) => Some(()),
            (None, Some(_)) => {
                value = kind;
                Some(())
            }
            (Some(known), Some(kind)) => (known == kind).then_some(()),
        };
        if falls || branches.iter().any(|(to, _)| *to == seq && !is_loop) {
            exits.push(Exit::End);
            takes(result)?;
        }
        for (to, is_of_table) in branches {
            match self.label(to)[..] {
                [] => {}
                [kind] if !is_of_table => {
                    valued.insert(to);
                    takes(Some(kind))?;
                }
                _ => return None,
            }
            let exit = if to == seq && !is_loop { Exit::End } else { Exit::To(to) };
            if !exits.contains(&exit) {
                exits.push(exit);
            }
        }

        let alive_before = self.liveness.before(seq, from)?;
        let mut alive_after = Locals::default();
        for exit in &exits {
            match exit {
                Exit::End => alive_after.add(self.liveness.at_end(seq)?),
                Exit::To(label) => alive_after.add(self.liveness.at_label(*label)?),
            };
        }
        let is_alive = |locals: &Locals, local: LocalId| self.liveness.holds(locals, local);
        let in_order = |mut locals: Vec<LocalId>| {
            // By kind, so that there are fewer types of functions.
            locals.sort_by_key(|local| (self.module.locals.get(*local).ty(), *local));
            locals.dedup();
            locals
        };
        let written = in_order(set.iter().copied().filter(|local| is_alive(&alive_after, *local)).collect());
        // What it writes on some of its ways alone comes back as it was.
        let given = in_order(
            read.iter().chain(&written).copied().filter(|local| is_alive(alive_before, *local)).collect(),
        );
        // A `local.get` or `local.set` for each local, a branch for each other way.
        let around = 2 * (given.len() + written.len()) + 3 * exits.len().saturating_sub(1);
        if !(self.is_worth)(bytes, around) {
            return None;
        }
        let ends_valued = result.is_some();
        Some(Cold { seq, from, given, written, value, exits, valued, ends_valued, is_loop })
    }

    /// What a branch to a label takes along.
    fn label(&self, label: InstrSeqId) -> Vec<ValType> {
        let ty = self.function.block(label).ty;
        match ty {
            // It leads to the start of a loop, and to the end of anything else.
            InstrSeqType::MultiValue(ty) if self.loops.contains(&label) => {
                self.module.types.get(ty).params().to_vec()
            }
            InstrSeqType::Simple(_) if self.loops.contains(&label) => Vec::new(),
            _ => results(self.module, ty),
        }
    }
}

/// What is in a part.
struct Seen<'s, 'f> {
    search: &'s Search<'f>,
    inner: BTreeSet<InstrSeqId>,
    read: Vec<LocalId>,
    set: Vec<LocalId>,
    /// Labels outside of it, and whether a table leads there.
    branches: Vec<(InstrSeqId, bool)>,
    bytes: usize,
}

impl Seen<'_, '_> {
    /// Nothing if there is something in it that we cannot move.
    fn look_at(&mut self, seq: InstrSeqId, from: usize) -> Option<()> {
        let function = self.search.function;
        for (instr, _) in &function.block(seq).instrs[from..] {
            effect(self.search.module, function, instr)?;
            self.bytes += size(instr);
            match instr {
                Instr::Block(ir::Block { seq }) | Instr::Loop(ir::Loop { seq }) => {
                    self.inner.insert(*seq);
                    self.look_at(*seq, 0)?;
                }
                Instr::IfElse(ir::IfElse { consequent, alternative }) => {
                    for arm in [*consequent, *alternative] {
                        self.inner.insert(arm);
                        self.look_at(arm, 0)?;
                    }
                }
                Instr::LocalGet(ir::LocalGet { local }) => self.read.push(*local),
                Instr::LocalSet(ir::LocalSet { local }) | Instr::LocalTee(ir::LocalTee { local }) => {
                    self.set.push(*local);
                }
                Instr::Br(ir::Br { block }) | Instr::BrIf(ir::BrIf { block }) => self.branch(*block, false),
                Instr::BrTable(ir::BrTable { blocks, default }) => {
                    blocks.iter().chain([default]).for_each(|block| self.branch(*block, true));
                }
                Instr::Return(_) => self.branch(function.entry_block(), false),
                _ => {}
            }
        }
        Some(())
    }

    fn branch(&mut self, to: InstrSeqId, is_of_table: bool) {
        if !self.inner.contains(&to) {
            self.branches.push((to, is_of_table));
        }
    }
}

/// Writes a part into a function of its own.
struct Copy<'c> {
    from: &'c LocalFunction,
    to: FunctionBuilder,
    cold: &'c Cold,
    locals: BTreeMap<LocalId, LocalId>,
    labels: BTreeMap<InstrSeqId, InstrSeqId>,
    /// Where a value is kept until the part is left.
    value: LocalId,
    /// Where a condition is kept while the value below it is.
    condition: LocalId,
    entry: InstrSeqId,
}

impl Copy<'_> {
    /// The part in a block, behind whose end it is left; nothing where it never comes back. A block for each exit leads there,
    /// which notes the exit's number in `choice`.
    fn frame(&mut self, choice: Option<LocalId>) -> Option<InstrSeqId> {
        let Cold { seq, from, exits, .. } = self.cold;
        if exits.is_empty() {
            let body = self.to.func_body_id();
            self.copy(*seq, *from, body);
            self.to.func_body().instr(ir::Unreachable {});
            return None;
        }
        let all = self.to.dangling_instr_seq(None).id();
        let mut outer = all;
        for (number, exit) in exits.iter().enumerate().rev() {
            let inner = self.to.dangling_instr_seq(None).id();
            let mut around = self.to.instr_seq(outer);
            around.instr(ir::Block { seq: inner });
            if let Some(choice) = choice {
                around.i32_const(i32::try_from(number).unwrap_or(i32::MAX)).local_set(choice);
            }
            if outer != all {
                around.br(all);
            }
            match exit {
                // To the end of a loop nobody branches: its label is its start.
                Exit::End if self.cold.is_loop => {}
                Exit::End => {
                    self.labels.insert(*seq, inner);
                }
                Exit::To(label) => {
                    self.labels.insert(*label, inner);
                }
            }
            outer = inner;
        }
        self.copy(*seq, *from, outer);
        if exits.first() == Some(&Exit::End) && self.cold.ends_valued && self.falls() {
            self.to.instr_seq(outer).local_set(self.value);
        }
        Some(all)
    }

    fn falls(&self) -> bool {
        !self.from.block(self.cold.seq).instrs.last().is_some_and(|(instr, _)| is_last(instr))
    }

    fn copy(&mut self, seq: InstrSeqId, from: usize, into: InstrSeqId) {
        let function = self.from;
        for (instr, _) in &function.block(seq).instrs[from..] {
            let instr = self.copied(instr, into);
            self.to.instr_seq(into).instr(instr);
        }
    }

    fn inner(&mut self, seq: InstrSeqId) -> InstrSeqId {
        let ty: InstrSeqType = self.from.block(seq).ty;
        let inner = self.to.dangling_instr_seq(ty).id();
        self.labels.insert(seq, inner);
        self.copy(seq, 0, inner);
        inner
    }

    fn copied(&mut self, instr: &Instr, into: InstrSeqId) -> Instr {
        match instr {
            Instr::Block(ir::Block { seq }) => ir::Block { seq: self.inner(*seq) }.into(),
            Instr::Loop(ir::Loop { seq }) => ir::Loop { seq: self.inner(*seq) }.into(),
            Instr::IfElse(ir::IfElse { consequent, alternative }) => {
                let consequent = self.inner(*consequent);
                ir::IfElse { consequent, alternative: self.inner(*alternative) }.into()
            }
            Instr::LocalGet(ir::LocalGet { local }) => ir::LocalGet { local: self.locals[local] }.into(),
            Instr::LocalSet(ir::LocalSet { local }) => ir::LocalSet { local: self.locals[local] }.into(),
            Instr::LocalTee(ir::LocalTee { local }) => ir::LocalTee { local: self.locals[local] }.into(),
            Instr::Br(ir::Br { block }) => self.left(*block, into),
            Instr::Return(_) => self.left(self.entry, into),
            Instr::BrIf(ir::BrIf { block }) => self.perhaps_left(*block, into),
            Instr::BrTable(ir::BrTable { blocks, default }) => ir::BrTable {
                blocks: blocks.iter().map(|block| self.labels[block]).collect(),
                default: self.labels[default],
            }
            .into(),
            other => other.clone(),
        }
    }

    /// A branch. The value that one out of the part takes along is put aside.
    fn left(&mut self, block: InstrSeqId, into: InstrSeqId) -> Instr {
        if self.cold.valued.contains(&block) {
            self.to.instr_seq(into).local_set(self.value);
        }
        ir::Br { block: self.labels[&block] }.into()
    }

    /// A branch that may be passed by; then the value stays where it is.
    fn perhaps_left(&mut self, block: InstrSeqId, into: InstrSeqId) -> Instr {
        if self.cold.valued.contains(&block) {
            let mut instrs = self.to.instr_seq(into);
            instrs.local_set(self.condition).local_tee(self.value).local_get(self.condition);
        }
        ir::BrIf { block: self.labels[&block] }.into()
    }
}

fn visit_locals(function: &LocalFunction, seq: InstrSeqId, from: usize, see: &mut impl FnMut(LocalId)) {
    for (instr, _) in &function.block(seq).instrs[from..] {
        match instr {
            Instr::Block(ir::Block { seq }) | Instr::Loop(ir::Loop { seq }) => {
                visit_locals(function, *seq, 0, see);
            }
            Instr::IfElse(ir::IfElse { consequent, alternative }) => {
                visit_locals(function, *consequent, 0, see);
                visit_locals(function, *alternative, 0, see);
            }
            Instr::LocalGet(ir::LocalGet { local })
            | Instr::LocalSet(ir::LocalSet { local })
            | Instr::LocalTee(ir::LocalTee { local }) => see(*local),
            _ => {}
        }
    }
}

/// Whether nothing can come after it.
fn is_last(instr: &Instr) -> bool {
    matches!(instr, Instr::Br(_) | Instr::BrTable(_) | Instr::Return(_) | Instr::Unreachable(_))
}

fn takes_nothing(module: &Module, ty: InstrSeqType) -> bool {
    match ty {
        InstrSeqType::Simple(_) => true,
        InstrSeqType::MultiValue(ty) => module.types.get(ty).params().is_empty(),
    }
}

/// The values that a sequence of that type ends with.
fn results(module: &Module, ty: InstrSeqType) -> Vec<ValType> {
    match ty {
        InstrSeqType::Simple(result) => result.into_iter().collect(),
        InstrSeqType::MultiValue(ty) => module.types.get(ty).results().to_vec(),
    }
}

/// How many values an instruction takes off the stack and how many it leaves; nothing where we do not know the instruction.
fn effect(module: &Module, function: &LocalFunction, instr: &Instr) -> Option<(usize, usize)> {
    let of_type = |ty| {
        let ty = module.types.get(ty);
        (ty.params().len(), ty.results().len())
    };
    let of_seq = |seq| match function.block(seq).ty {
        InstrSeqType::Simple(result) => (0, usize::from(result.is_some())),
        InstrSeqType::MultiValue(ty) => of_type(ty),
    };
    Some(match instr {
        Instr::Block(ir::Block { seq }) | Instr::Loop(ir::Loop { seq }) => of_seq(*seq),
        Instr::IfElse(ir::IfElse { consequent, .. }) => {
            let (taken, left) = of_seq(*consequent);
            (taken + 1, left)
        }
        Instr::Call(ir::Call { func }) => of_type(module.funcs.get(*func).ty()),
        Instr::CallIndirect(ir::CallIndirect { ty, .. }) => {
            let (taken, left) = of_type(*ty);
            (taken + 1, left)
        }
        Instr::LocalGet(_) | Instr::GlobalGet(_) | Instr::Const(_) | Instr::MemorySize(_) => (0, 1),
        Instr::LocalSet(_) | Instr::GlobalSet(_) | Instr::Drop(_) | Instr::BrIf(_) => (1, 0),
        Instr::LocalTee(_) | Instr::Unop(_) | Instr::Load(_) | Instr::MemoryGrow(_) => (1, 1),
        Instr::Binop(_) => (2, 1),
        Instr::Store(_) => (2, 0),
        Instr::Select(_) => (3, 1),
        Instr::MemoryCopy(_) | Instr::MemoryFill(_) => (3, 0),
        // Nothing comes after them, so what they take does not matter.
        Instr::Br(_) | Instr::BrTable(_) | Instr::Return(_) | Instr::Unreachable(_) => (0, 0),
        _ => return None,
    })
}

/// About how many bytes an instruction takes in the file.
fn size(instr: &Instr) -> usize {
    match instr {
        Instr::Const(ir::Const { value }) => match value {
            ir::Value::I32(value) => 1 + length(i64::from(*value)),
            ir::Value::I64(value) => 1 + length(*value),
            ir::Value::F32(_) => 5,
            ir::Value::F64(_) => 9,
            ir::Value::V128(_) => 18,
        },
        Instr::Load(ir::Load { arg, .. }) | Instr::Store(ir::Store { arg, .. }) => {
            2 + length(i64::try_from(arg.offset).unwrap_or(i64::MAX))
        }
        Instr::BrTable(ir::BrTable { blocks, .. }) => 3 + blocks.len(),
        Instr::Block(_) | Instr::Loop(_) | Instr::Call(_) | Instr::CallIndirect(_) => 3,
        Instr::IfElse(_) => 4,
        Instr::Binop(_) | Instr::Unop(_) | Instr::Select(_) | Instr::Drop(_) => 1,
        _ => 2,
    }
}

/// How many bytes a number takes as LEB128.
fn length(value: i64) -> usize {
    let bits = 65 - if value < 0 { (!value).leading_zeros() } else { value.leading_zeros() };
    usize::try_from(bits).unwrap_or(64).div_ceil(7).max(1)
}

#[cfg(test)]
mod tests {
    use super::parted;
    use crate::{
        process::{find_program, output_of},
        split::{module, points::Points},
    };
    use base64::{Engine, engine::general_purpose::STANDARD};
    use std::process::Command;

    /// Every way to leave a part that the compiler writes: at its end, by one branch and by several, to the start of a loop, with
    /// a value and without, out of the function, and never. `odd` and `say` make what ran in between seen.
    const MODULE: &str = r#"(module
      (import "host" "say" (func $say (param i32)))
      (func $odd (param i32) (result i32) (i32.and (local.get 0) (i32.const 1)))
      (func (export "arms") (param $a i32) (result i32) (local $t i32) (local $u i64)
        (local.set $u (i64.const 5))
        (if (call $odd (local.get $a))
          (then
            (local.set $t (i32.mul (local.get $a) (i32.const 3)))
            (local.set $u (i64.extend_i32_s (local.get $t))))
          (else
            (local.set $t (i32.const 7))
            (call $say (local.get $t))))
        (i32.add (local.get $t) (i32.wrap_i64 (local.get $u))))
      (func (export "value") (param $a i32) (result i32)
        (i32.add (i32.const 1)
          (if (result i32) (i32.gt_s (local.get $a) (i32.const 2))
            (then (call $say (i32.const 2)) (i32.mul (local.get $a) (i32.const 5)))
            (else (call $say (i32.const 3)) (i32.sub (local.get $a) (i32.const 5))))))
      (func (export "returns") (param $a i32) (result i32)
        (block $out
          (br_if $out (call $odd (local.get $a)))
          (call $say (i32.const 4))
          (return (i32.add (local.get $a) (i32.const 100))))
        (i32.add (local.get $a) (i32.const 200)))
      (func (export "taken_along") (param $a i32) (result i32)
        (block $out (result i32)
          (if (call $odd (local.get $a))
            (then (call $say (i32.const 8)) (br $out (i32.add (local.get $a) (i32.const 9)))))
          (if (i32.gt_s (local.get $a) (i32.const 5))
            (then
              (call $say (i32.const 9))
              (drop (br_if $out (i32.mul (local.get $a) (i32.const 2)) (i32.eq (local.get $a) (i32.const 8))))))
          (if (i32.eq (local.get $a) (i32.const 4))
            (then
              (if (i32.eqz (local.get $a)) (then (return (i32.const 1))))
              (br $out (i32.const 44))))
          (i32.const 17)))
      (func (export "sums") (param $n i32) (result i32) (local $sum i32) (local $kept i32)
        (block $done
          (loop $next
            (br_if $done (i32.eqz (local.get $n)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (if (call $odd (local.get $n))
              (then
                (local.set $sum (i32.add (local.get $sum) (local.get $kept)))
                (local.set $kept (i32.add (local.get $kept) (local.get $n)))
                (br $next)))
            (br_if $next (i32.eq (local.get $n) (i32.const 2)))
            (local.set $sum (i32.add (local.get $sum) (i32.const 1000)))
            (br_if $done (i32.eq (local.get $n) (i32.const 4)))
            (call $say (local.get $sum))
            (br $next)))
        (local.get $sum))
      (func (export "chooses") (param $a i32) (result i32) (local $r i32)
        (block $four
          (block $three
            (block $two
              (block $one
                (if (i32.lt_s (local.get $a) (i32.const 9))
                  (then
                    (local.set $r (i32.add (local.get $a) (i32.const 50)))
                    (br_if $three (i32.eq (local.get $a) (i32.const 5)))
                    (br_table $one $two $three $four (local.get $a))))
                (local.set $r (i32.const 3)))
              (local.set $r (i32.add (local.get $r) (i32.const 10))))
            (local.set $r (i32.add (local.get $r) (i32.const 200))))
          (local.set $r (i32.add (local.get $r) (i32.const 3000))))
        (local.get $r))
      (func (export "traps") (param $a i32) (result i32)
        (if (i32.eq (local.get $a) (i32.const 6))
          (then (call $say (i32.const 66)) (call $say (local.get $a)) (unreachable)))
        (local.get $a))
      (func (export "loops") (param $a i32) (result i32) (local $i i32)
        (block $out
          (if (i32.eqz (local.get $a)) (then (br $out)))
          (loop $top
            (local.set $i (i32.add (local.get $i) (local.get $a)))
            (br_if $top (i32.lt_s (local.get $i) (i32.const 20)))
            (call $say (local.get $i))
            (if (call $odd (local.get $i))
              (then (local.set $i (i32.add (local.get $i) (i32.const 7))) (br $top)))))
        (local.get $i)))"#;

    /// What each export gives and says for the numbers -1 to 9, for a script that has the modules as `modules`.
    const SCRIPT: &str = "
      const names = ['arms', 'value', 'returns', 'taken_along', 'sums', 'chooses', 'traps', 'loops'];
      for (const wasm of modules) {
        let said = [];
        const host = { say: (number) => { said.push(number); if (said.length > 40) throw new Error('endless'); } };
        const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { host });
        const all = names.map((name) => [...Array(10).keys()].map((number) => {
          said = [];
          let gave;
          try { gave = exports[name](number); } catch (error) { gave = error.constructor.name; }
          return `${gave}(${said})`;
        }).join());
        console.log(all.join(';'));
      }";

    #[test]
    fn parts_do_what_they_did_whatever_ran() {
        if find_program("node").is_none() {
            eprintln!("skipped: there is no node to run WebAssembly with");
            return;
        }
        let wasm = wat::parse_str(MODULE).unwrap();
        let whole = module::parse(&wasm).unwrap();
        let count = crate::split::points::local_functions(&whole)
            .into_iter()
            .map(|id| crate::split::points::of(whole.funcs.get(id).kind.unwrap_local()).len())
            .sum::<usize>();
        // Each point alone as the one that was not reached, and many of them by a fixed rule that looks like chance.
        let mut seed = 1_u32;
        let mut some = || -> Points {
            (0..count)
                .filter(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    seed >> 30 != 0
                })
                .collect()
        };
        let all: Points = (0..count).collect();
        let but_one = (0..count).map(|one| all.iter().copied().filter(|point| *point != one).collect());
        let profiles: Vec<Points> = but_one.chain((0..200).map(|_| some())).collect();

        let mut taken_out = 0;
        let mut modules = vec![wasm.clone()];
        for ran in &profiles {
            let mut module = module::parse(&wasm).unwrap();
            taken_out += parted(&mut module, ran, |_, _| true).len();
            modules.push(module.emit_wasm());
        }
        assert!(taken_out > 500, "of {} profiles with {count} points, {taken_out}", profiles.len());
        let modules: Vec<String> = modules
            .iter()
            .map(|wasm| format!("Buffer.from('{}', 'base64')", STANDARD.encode(wasm)))
            .collect();
        let script = format!("const modules = [{}];{SCRIPT}", modules.join(","));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.cjs");
        std::fs::write(&file, script).unwrap();
        let printed = output_of(Command::new("node").arg(&file)).expect("the script ends well");
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(lines.len(), profiles.len() + 1);
        assert!(lines[0].contains("RuntimeError(66,6)") && !lines[0].contains("endless"), "{}", lines[0]);
        for (line, ran) in lines[1..].iter().zip(&profiles) {
            assert_eq!(*line, lines[0], "{ran:?}");
        }
    }
}
