//! The places of a module that tell what of it runs: the start of each function, and each place in one that is not reached
//! whenever what stands before it is.

use super::module::PROFILE;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use walrus::{
    ConstExpr, FunctionId, LocalFunction, Module, ValType,
    ir::{self, Instr, InstrSeqId},
};

/// Points that were reached, by their numbers: of each function in the order of the file, its start first.
pub(crate) type Points = BTreeSet<usize>;

/// The bytes of a page of memory.
const PAGE: usize = 65_536;

/// In the order of the file. Ids of two parsed modules cannot be compared, numbers can.
pub(super) fn local_functions(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter_local().map(|(id, _)| id).collect()
}

/// The points of a function, as indices into its sequences; its start is the first.
pub(super) fn of(function: &LocalFunction) -> Vec<(InstrSeqId, usize)> {
    let mut points = vec![(function.entry_block(), 0)];
    add(function, function.entry_block(), &mut points);
    points
}

fn add(function: &LocalFunction, seq: InstrSeqId, points: &mut Vec<(InstrSeqId, usize)>) {
    let instrs = &function.block(seq).instrs;
    for (at, (instr, _)) in instrs.iter().enumerate() {
        match instr {
            // What they begin with runs whenever they do.
            Instr::Block(ir::Block { seq }) | Instr::Loop(ir::Loop { seq }) => add(function, *seq, points),
            Instr::IfElse(ir::IfElse { consequent, alternative }) => {
                for arm in [*consequent, *alternative] {
                    if !function.block(arm).instrs.is_empty() {
                        points.push((arm, 0));
                        add(function, arm, points);
                    }
                }
            }
            Instr::BrIf(_) => {}
            _ => continue,
        }
        if at + 1 < instrs.len() {
            points.push((seq, at + 1));
        }
    }
}

/// The module, with a byte for each point behind its first memory, which is set when the point is reached. An allocator asks
/// for memory of its own, so nobody else writes there.
pub(super) fn instrument(module: &mut Module) -> Result<()> {
    let functions = local_functions(module);
    let memory = module.memories.iter().next().context("the page's WebAssembly has no memory")?.id();
    let base = usize::try_from(module.memories.get(memory).initial)? * PAGE;
    let mut count = 0;
    for id in functions {
        let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
        let mut points: Vec<((InstrSeqId, usize), usize)> = of(function).into_iter().zip(count..).collect();
        count += points.len();
        // The last of a sequence first, so that the others stay where they are.
        points.sort_by(|(one, _), (other, _)| other.cmp(one));
        for ((seq, at), number) in points {
            let mark: [Instr; 3] = [
                constant(base + number)?.into(),
                constant(1)?.into(),
                ir::Store {
                    memory,
                    kind: ir::StoreKind::I32_8 { atomic: false },
                    arg: ir::MemArg { align: 1, offset: 0 },
                }
                .into(),
            ];
            let mark = mark.into_iter().map(|instr| (instr, ir::InstrLocId::default()));
            function.block_mut(seq).instrs.splice(at..at, mark);
        }
    }
    let end = base + count;
    module.memories.get_mut(memory).initial = u64::try_from(end.div_ceil(PAGE))?;
    for (name, place) in PROFILE.into_iter().zip([base, end]) {
        let place = ConstExpr::Value(constant(place)?.value);
        let global = module.globals.add_local(ValType::I32, false, false, place);
        module.exports.add(name, global);
    }
    Ok(())
}

fn constant(value: usize) -> Result<ir::Const> {
    Ok(ir::Const { value: ir::Value::I32(i32::try_from(value)?) })
}

/// The functions of which at least the start was reached.
pub(super) fn functions_run(module: &Module, ran: &Points) -> BTreeSet<usize> {
    let mut start = 0;
    let mut run = BTreeSet::new();
    for (number, id) in local_functions(module).into_iter().enumerate() {
        if ran.contains(&start) {
            run.insert(number);
        }
        start += of(module.funcs.get(id).kind.unwrap_local()).len();
    }
    run
}
