//! One WebAssembly module as two: what is needed at first, and the rest, which shares its memory, tables and globals.
//!
//! A deferred function that something of the first module names leaves a stub of the same type behind. The stub asks
//! for the later module, unless it is there, and calls the function through a slot of its own at the table's end; the
//! later module fills the slots. So no call is changed, and a function that was deferred by mistake is only late.

use super::{
    cold,
    data::{self, Divided},
    points::{self, Points, local_functions},
};
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind,
    GlobalId, GlobalKind, ImportKind, LocalFunction, Module, ModuleConfig, Table, TableId, ValType,
    ir::{self, UnaryOp, Value, Visitor, dfs_in_order},
};

/// What the first module imports to have the later one loaded: a function that returns once the slots are filled.
pub(crate) const LOADER: (&str, &str) = ("later", "load");

/// What it imports besides in a trial: a function that is told the index of the slot that asks.
pub(crate) const TELLER: &str = "tell";

/// The name by which the later module imports from the first one.
pub(crate) const FIRST: &str = "first";

/// What an instrumented module exports: where in its memory it has a byte for each point, and where they end.
pub(crate) const PROFILE: [&str; 2] = ["profile_from", "profile_to"];

/// A function of no more instructions than this stays where it is: its stub would hardly be smaller. Unless it names a text,
/// which would stay with it.
const SMALL: u64 = 4;

/// Data of more bytes than this is worth a stub.
const TEXT: usize = 64;

/// A function of no more instructions than this is in both modules where both call it. The later one grows by that, but
/// each export is some bytes, and what is not exported can be optimised further.
const TWICE: u64 = 80;

/// The numbers of functions, counted from the first that is no import.
type Numbers = BTreeSet<usize>;

pub(crate) struct Halves {
    pub(crate) first: Vec<u8>,
    pub(crate) later: Vec<u8>,
    /// For each slot of the later half the points of what it calls.
    pub(crate) slots: Vec<Points>,
}

/// Whether the first half tells which slot asked for the rest.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Asking {
    /// It does, for a trial.
    Tells,
    /// It does not: each telling is some bytes.
    Silent,
}

/// The module, which notes in its memory the points that it reaches.
pub(crate) fn instrumented(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = parse(wasm)?;
    points::instrument(&mut module)?;
    Ok(module.emit_wasm())
}

/// Cuts a module in two by the points that were reached. Functions that ran stay in the first one but for the parts that
/// did not, as do others where a stub gains nothing.
pub(crate) fn divided(wasm: &[u8], ran: &Points, asking: Asking) -> Result<Halves> {
    let (whole, parts) = parted(wasm, ran)?;
    let functions = points::functions(&parse(wasm)?);
    let kept: Numbers = functions
        .iter()
        .enumerate()
        .filter(|(_, points)| ran.contains(&points.start))
        .map(|(number, _)| number)
        .collect();
    let mut plan = Plan::new(&whole, &kept, &parts)?;
    plan.asking = asking;
    let local = local_functions(&whole);
    let stays = |(number, _): &(usize, &FunctionId)| !plan.deferred.contains(number);
    let staying: Vec<FunctionId> = local.iter().enumerate().filter(stays).map(|(_, id)| *id).collect();
    let data = data::divided(&whole, &staying)?;
    let (later, shared) = later_half(parted(wasm, ran)?.0, &plan, &data)?;
    let first = first_half(parted(wasm, ran)?.0, &plan, &data, &shared)?;
    let slots = plan.stubs.iter().map(|number| match functions.get(*number) {
        Some(points) => points.clone().collect(),
        None => parts
            .iter()
            .find(|(id, _)| *id == local[*number])
            .map(|(_, points)| points.clone())
            .unwrap_or_default(),
    });
    let slots = slots.collect();
    Ok(Halves { first, later, slots })
}

/// The module with functions of their own for what of others did not run. Every one that is made of the same module and
/// points is the same.
fn parted(wasm: &[u8], ran: &Points) -> Result<(Module, Vec<(FunctionId, Points)>)> {
    let mut module = parse(wasm)?;
    let parts = cold::parted(&mut module, ran, cold::saves);
    Ok((module, parts))
}

/// How many functions of its own a module has.
pub(crate) fn function_count(wasm: &[u8]) -> Result<usize> {
    Ok(local_functions(&parse(wasm)?).len())
}

pub(super) fn parse(wasm: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    // walrus validates what it reads.
    config.parse(wasm).context("cannot read the page's WebAssembly")
}

/// Where the data begins that is worth a stub.
fn starts_of_texts(module: &Module) -> BTreeSet<u32> {
    let start = |data: &walrus::Data| match data.kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } => Some(start.cast_unsigned()),
        _ => None,
    };
    module.data.iter().filter(|data| data.value.len() > TEXT).filter_map(start).collect()
}

/// Whether a function has one of these addresses as a constant.
fn names_one(function: &LocalFunction, addresses: &BTreeSet<u32>) -> bool {
    struct Names<'a>(&'a BTreeSet<u32>, bool);
    impl Visitor<'_> for Names<'_> {
        fn visit_const(&mut self, constant: &ir::Const) {
            self.1 |= match constant.value {
                Value::I32(word) => self.0.contains(&word.cast_unsigned()),
                // Address and length, as one.
                Value::I64(words) => words
                    .to_le_bytes()
                    .chunks_exact(4)
                    .any(|word| word.try_into().is_ok_and(|word| self.0.contains(&u32::from_le_bytes(word)))),
                _ => false,
            };
        }
    }
    let mut names = Names(addresses, false);
    dfs_in_order(&mut names, function, function.entry_block());
    names.1
}

/// What goes where, in numbers that hold for every copy of the module.
struct Plan {
    deferred: Numbers,
    /// Deferred functions that the first module names, in the order of their slots.
    stubs: Vec<usize>,
    /// Deferred parts of functions, which are called at one place each and so need no stub.
    parts: Numbers,
    /// Where the slots begin in the table of functions.
    first_slot: u64,
    asking: Asking,
}

impl Plan {
    fn new(module: &Module, kept: &Numbers, parts: &[(FunctionId, Points)]) -> Result<Self> {
        if module.data.iter().any(walrus::Data::is_passive)
            || module.elements.iter().any(|element| !matches!(element.kind, ElementKind::Active { .. }))
        {
            bail!("the page's WebAssembly has passive segments, which the split does not know how to share");
        }
        let local = local_functions(module);
        let numbers: BTreeMap<FunctionId, usize> =
            local.iter().enumerate().map(|(number, id)| (*id, number)).collect();
        let texts = starts_of_texts(module);
        let stays = |number: &usize| {
            let function = module.funcs.get(local[*number]).kind.unwrap_local();
            kept.contains(number)
                || Some(local[*number]) == module.start
                || function.size() <= SMALL && !names_one(function, &texts)
                || is_glue_of_bindgen(module, local[*number])
        };
        let deferred: Numbers = (0..local.len()).filter(|number| !stays(number)).collect();

        let mut named: BTreeSet<FunctionId> = BTreeSet::new();
        for number in (0..local.len()).filter(|number| !deferred.contains(number)) {
            named.extend(called_by(module, local[number]));
        }
        for export in module.exports.iter() {
            if let ExportItem::Function(id) = export.item {
                named.insert(id);
            }
        }
        for element in module.elements.iter() {
            match &element.items {
                ElementItems::Functions(ids) => named.extend(ids),
                ElementItems::Expressions(_, expressions) => {
                    named.extend(expressions.iter().filter_map(|expression| match expression {
                        ConstExpr::RefFunc(id) => Some(*id),
                        _ => None,
                    }));
                }
            }
        }
        let stubs = named
            .iter()
            .filter_map(|id| numbers.get(id).copied())
            .filter(|number| deferred.contains(number))
            .collect::<BTreeSet<usize>>()
            .into_iter()
            .collect();
        let first_slot = module.tables.get(function_table(module)?).initial;
        let parts = parts.iter().filter_map(|(id, _)| numbers.get(id).copied()).collect();
        Ok(Self { deferred, stubs, parts, first_slot, asking: Asking::Silent })
    }

    fn add_slots(&self, table: &mut Table) -> Result<()> {
        let slots = u64::try_from(self.stubs.len())?;
        table.initial += slots;
        table.maximum = table.maximum.map(|maximum| maximum + slots);
        Ok(())
    }

    fn slot(&self, index: usize) -> Result<i32> {
        Ok(i32::try_from(self.first_slot)? + i32::try_from(index)?)
    }
}

/// The JavaScript glue calls these in the midst of other calls, and they are tiny.
fn is_glue_of_bindgen(module: &Module, id: FunctionId) -> bool {
    module.exports.get_exported_func(id).is_some_and(|export| export.name.starts_with("__"))
}

fn function_table(module: &Module) -> Result<TableId> {
    module.tables.main_function_table()?.context("the page's WebAssembly has no table of functions")
}

fn called_by(module: &Module, id: FunctionId) -> BTreeSet<FunctionId> {
    struct Called(BTreeSet<FunctionId>);
    impl Visitor<'_> for Called {
        fn visit_function_id(&mut self, id: &FunctionId) {
            self.0.insert(*id);
        }
    }
    let function = module.funcs.get(id).kind.unwrap_local();
    let mut called = Called(BTreeSet::new());
    dfs_in_order(&mut called, function, function.entry_block());
    called.0
}

/// Something of the first module that the later one imports, by the number of its kind in the undivided module.
enum Shared {
    Function(usize),
    Table(usize),
    Memory(usize),
    Global(usize),
    /// The global that tells whether the later module is there.
    IsLoaded,
}

/// What is shared, with its name.
type SharedNames = Vec<(String, Shared)>;

fn later_half(mut module: Module, plan: &Plan, data: &Divided) -> Result<(Vec<u8>, SharedNames)> {
    let local = local_functions(&module);
    let functions: BTreeMap<FunctionId, usize> =
        local.iter().enumerate().map(|(number, id)| (*id, number)).collect();
    let tables: Vec<TableId> = module.tables.iter().map(Table::id).collect();
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    let globals: Vec<GlobalId> = module.globals.iter().map(walrus::Global::id).collect();
    let table = function_table(&module)?;

    leave_only_code(&mut module);
    data::put(&mut module, &data.later)?;
    for (number, id) in local.iter().enumerate() {
        let is_twice = module.funcs.get(*id).kind.unwrap_local().size() <= TWICE;
        if !plan.deferred.contains(&number) && !is_twice {
            let ty = module.funcs.get(*id).ty();
            let import = module.imports.add(FIRST, "", *id);
            module.funcs.get_mut(*id).kind = FunctionKind::Import(walrus::ImportedFunction { import, ty });
        }
    }
    for id in &tables {
        if module.tables.get(*id).import.is_none() {
            module.tables.get_mut(*id).import = Some(module.imports.add(FIRST, "", *id));
        }
    }
    for id in &memories {
        if module.memories.get(*id).import.is_none() {
            module.memories.get_mut(*id).import = Some(module.imports.add(FIRST, "", *id));
        }
    }
    for id in &globals {
        if matches!(module.globals.get(*id).kind, GlobalKind::Local(_)) {
            module.globals.get_mut(*id).kind = GlobalKind::Import(module.imports.add(FIRST, "", *id));
        }
    }

    plan.add_slots(module.tables.get_mut(table))?;
    let items = ElementItems::Functions(plan.stubs.iter().map(|number| local[*number]).collect());
    let offset = ConstExpr::Value(Value::I32(plan.slot(0)?));
    let element = module.elements.add(ElementKind::Active { table, offset }, items);
    module.tables.get_mut(table).elem_segments.insert(element);

    // It starts after the slots are filled, and says so.
    let (is_loaded, _) = module.add_import_global(FIRST, "", ValType::I32, true, false);
    let mut start = FunctionBuilder::new(&mut module.types, &[], &[]);
    start.func_body().i32_const(1).global_set(is_loaded);
    module.start = Some(start.finish(Vec::new(), &mut module.funcs));

    walrus::passes::gc::run(&mut module);
    let place = |found: Option<usize>| found.context("an import of the later module is of no known kind");
    let mut shared = SharedNames::new();
    for import in module.imports.iter_mut().filter(|import| import.module == FIRST && import.name.is_empty())
    {
        // Digits: nothing that wasm-bindgen exports has such a name.
        import.name = shared.len().to_string();
        let what = match import.kind {
            ImportKind::Function(id) => Shared::Function(place(functions.get(&id).copied())?),
            ImportKind::Table(id) => Shared::Table(place(tables.iter().position(|other| *other == id))?),
            ImportKind::Memory(id) => Shared::Memory(place(memories.iter().position(|other| *other == id))?),
            ImportKind::Global(id) if id == is_loaded => Shared::IsLoaded,
            ImportKind::Global(id) => Shared::Global(place(globals.iter().position(|other| *other == id))?),
            ImportKind::Tag(_) => {
                bail!("the page's WebAssembly throws exceptions, which the split does not share")
            }
        };
        shared.push((import.name.clone(), what));
    }
    Ok((module.emit_wasm(), shared))
}

/// Takes out what the first module does for both: exports, the contents of tables, the start.
fn leave_only_code(module: &mut Module) {
    module.start = None;
    for id in module.exports.iter().map(walrus::Export::id).collect::<Vec<_>>() {
        module.exports.delete(id);
    }
    for id in module.elements.iter().map(walrus::Element::id).collect::<Vec<_>>() {
        module.elements.delete(id);
    }
    for table in module.tables.iter_mut() {
        table.elem_segments.clear();
    }
}

fn first_half(mut module: Module, plan: &Plan, data: &Divided, shared: &SharedNames) -> Result<Vec<u8>> {
    let local = local_functions(&module);
    let tables: Vec<TableId> = module.tables.iter().map(Table::id).collect();
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    let globals: Vec<GlobalId> = module.globals.iter().map(walrus::Global::id).collect();
    let table = function_table(&module)?;

    plan.add_slots(module.tables.get_mut(table))?;
    data::put(&mut module, &data.first)?;

    let is_loaded = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    let ensure = Ensure::new(&mut module, is_loaded, plan.asking);
    for (index, number) in plan.stubs.iter().enumerate() {
        put_stub(&mut module, local[*number], &ensure.call(index), table, plan.slot(index)?);
    }
    call_parts(&mut module, &local, plan, ensure, table)?;
    for (name, what) in shared {
        let item = match what {
            Shared::Function(number) => ExportItem::Function(local[*number]),
            Shared::Table(number) => ExportItem::Table(tables[*number]),
            Shared::Memory(number) => ExportItem::Memory(memories[*number]),
            Shared::Global(number) => ExportItem::Global(globals[*number]),
            Shared::IsLoaded => ExportItem::Global(is_loaded),
        };
        module.exports.add(name, item);
    }
    // Deferred functions without a stub are named by nothing here.
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// What asks for the later half where it is not there yet.
#[derive(Clone, Copy)]
struct Ensure {
    function: FunctionId,
    asking: Asking,
}

impl Ensure {
    fn new(module: &mut Module, is_loaded: GlobalId, asking: Asking) -> Self {
        let nothing = module.types.add(&[], &[]);
        let (load, _) = module.add_import_func(LOADER.0, LOADER.1, nothing);
        let function = match asking {
            Asking::Silent => {
                let mut ensure = FunctionBuilder::new(&mut module.types, &[], &[]);
                ensure.func_body().global_get(is_loaded).unop(UnaryOp::I32Eqz).if_else(
                    None,
                    |missing| {
                        missing.call(load);
                    },
                    |_| {},
                );
                ensure.finish(Vec::new(), &mut module.funcs)
            }
            Asking::Tells => {
                let ty = module.types.add(&[ValType::I32], &[]);
                let (tell, _) = module.add_import_func(LOADER.0, TELLER, ty);
                let slot = module.locals.add(ValType::I32);
                let mut ensure = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
                ensure.func_body().global_get(is_loaded).unop(UnaryOp::I32Eqz).if_else(
                    None,
                    |missing| {
                        missing.local_get(slot).call(tell).call(load);
                    },
                    |_| {},
                );
                ensure.finish(vec![slot], &mut module.funcs)
            }
        };
        Self { function, asking }
    }

    /// A call of it, for the slot of this index.
    fn call(self, slot: usize) -> Vec<ir::Instr> {
        let slot = i32::try_from(slot).unwrap_or(i32::MAX);
        let told = (self.asking == Asking::Tells).then(|| ir::Const { value: Value::I32(slot) }.into());
        told.into_iter().chain([ir::Call { func: self.function }.into()]).collect()
    }
}

fn put_stub(module: &mut Module, id: FunctionId, ensure: &[ir::Instr], table: TableId, slot: i32) {
    let ty = module.funcs.get(id).ty();
    let (parameters, results) = {
        let ty = module.types.get(ty);
        (ty.params().to_vec(), ty.results().to_vec())
    };
    let arguments: Vec<_> = parameters.iter().map(|parameter| module.locals.add(*parameter)).collect();
    let mut stub = FunctionBuilder::new(&mut module.types, &parameters, &results);
    let mut body = stub.func_body();
    for instr in ensure {
        body.instr(instr.clone());
    }
    for argument in &arguments {
        body.local_get(*argument);
    }
    body.i32_const(slot).call_indirect(ty, table);
    module.funcs.get_mut(id).kind = FunctionKind::Local(stub.local_func(arguments));
}

/// Calls deferred parts by their slots, right where they were.
fn call_parts(
    module: &mut Module,
    local: &[FunctionId],
    plan: &Plan,
    ensure: Ensure,
    table: TableId,
) -> Result<()> {
    let mut calls = BTreeMap::new();
    for (index, number) in plan.stubs.iter().enumerate().filter(|(_, number)| plan.parts.contains(number)) {
        let id = local[*number];
        calls.insert(id, (index, plan.slot(index)?, module.funcs.get(id).ty()));
    }
    for id in local {
        let function = module.funcs.get_mut(*id).kind.unwrap_local_mut();
        for seq in sequences(function) {
            let instrs = &mut function.block_mut(seq).instrs;
            for at in (0..instrs.len()).rev() {
                let ir::Instr::Call(ir::Call { func }) = instrs[at].0 else { continue };
                let Some((index, slot, ty)) = calls.get(&func) else { continue };
                let mut call = ensure.call(*index);
                call.push(ir::Const { value: Value::I32(*slot) }.into());
                call.push(ir::CallIndirect { ty: *ty, table }.into());
                let call = call.into_iter().map(|instr| (instr, ir::InstrLocId::default()));
                instrs.splice(at..=at, call);
            }
        }
    }
    Ok(())
}

fn sequences(function: &LocalFunction) -> Vec<ir::InstrSeqId> {
    struct Sequences(Vec<ir::InstrSeqId>);
    impl Visitor<'_> for Sequences {
        fn start_instr_seq(&mut self, seq: &ir::InstrSeq) {
            self.0.push(seq.id());
        }
    }
    let mut sequences = Sequences(Vec::new());
    dfs_in_order(&mut sequences, function, function.entry_block());
    sequences.0
}

#[cfg(test)]
mod tests {
    use super::{Asking, divided, function_count, instrumented, names_one, starts_of_texts};
    use crate::process::{find_program, output_of};
    use base64::{Engine, engine::general_purpose::STANDARD};
    use std::{collections::BTreeSet, process::Command};
    use walrus::Module;

    #[test]
    fn a_short_function_that_names_a_text_is_told_from_one_that_does_not() {
        let text = "text ".repeat(20);
        let module = format!(
            r#"(module (memory 1) (data (i32.const 1024) "{text}") (data (i32.const 2048) "short")
              (func (result i32) (i32.const 1024))
              (func (i64.store (i32.const 0) (i64.const 0x1400000400)))
              (func (result i32) (i32.const 2048)))"#
        );
        let module = Module::from_buffer(&wat::parse_str(module).unwrap()).unwrap();
        let texts = starts_of_texts(&module);
        let named = module.funcs.iter().map(|function| names_one(function.kind.unwrap_local(), &texts));
        assert_eq!(named.collect::<Vec<_>>(), [true, true, false]);
    }

    /// Functions 0 to 6. `$entry` and `$by_table` are what a visit runs.
    const WHOLE: &str = r#"(module
      (import "host" "note" (func $note (param i32)))
      (type $unary (func (param i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 16) "\2a")
      (global $stack (mut i32) (i32.const 1000))
      (table 3 3 funcref)
      (elem (i32.const 1) $kept $deferred)
      (func $entry (export "entry") (param i32) (result i32)
        (i32.add (i32.mul (call $deferred (local.get 0)) (i32.const 10000)) (global.get $stack)))
      (func $by_table (export "by_table") (param i32 i32) (result i32)
        (call_indirect (type $unary) (local.get 1) (local.get 0)))
      (func $kept (type $unary)
        (i32.add (i32.mul (local.get 0) (i32.const 3)) (i32.sub (i32.const 7) (i32.const 6))))
      (func $deferred (type $unary)
        (global.set $stack (i32.sub (global.get $stack) (i32.const 8)))
        (call $note (global.get $stack))
        (i32.store (global.get $stack) (local.get 0))
        (i32.add (call $kept (local.get 0)) (call $deeper (i32.load (global.get $stack))))
        (global.set $stack (i32.add (global.get $stack) (i32.const 8))))
      (func $deeper (type $unary)
        (i32.add
          (i32.add (i32.load8_u (i32.const 16)) (global.get $stack))
          (call_indirect (type $unary) (local.get 0) (i32.const 1))))
      (func $wide (export "wide") (param i64 f64 f32) (result f64)
        (f64.add (f64.convert_i64_s (local.get 0))
          (f64.mul (local.get 1) (f64.promote_f32 (f32.add (local.get 2) (f32.const 0.5))))))
      (func $__tiny (export "__tiny") (result i32) (i32.const 5)))"#;

    const KEPT: [usize; 3] = [0, 1, 2];

    /// What node prints for a script that has `whole`, `first` and `later`, as bytes, and `run` to call every export.
    /// Nothing where there is no node.
    fn node(script: &str) -> Option<String> {
        if find_program("node").is_none() {
            eprintln!("skipped: there is no node to run WebAssembly with");
            return None;
        }
        let whole = wat::parse_str(WHOLE).unwrap();
        let halves = divided(&whole, &BTreeSet::from(KEPT), Asking::Silent).unwrap();
        let bytes = |wasm: &[u8]| format!("Buffer.from('{}', 'base64')", STANDARD.encode(wasm));
        let script = format!(
            "const whole = {}, first = {}, later = {}, instrumented = {};
            const start = (wasm, imports) => new WebAssembly.Instance(new WebAssembly.Module(wasm), imports).exports;
            const run = ({{ entry, by_table, wide, __tiny }}) =>
              [entry(4), by_table(1, 5), by_table(2, 6), entry(-1), wide(3n, 2, 1), __tiny()].join();
            {script}",
            bytes(&whole),
            bytes(&halves.first),
            bytes(&halves.later),
            bytes(&instrumented(&whole).unwrap()),
        );
        Some(output_of(Command::new("node").args(["-e", &script])).expect("the script ends well"))
    }

    #[test]
    fn both_halves_give_the_answers_of_the_whole() {
        let printed = node(
            "const notes = [], host = { note: (stack) => notes.push(stack) };
            console.log(run(start(whole, { host })));
            let loads = 0;
            const exports = start(first, { host, later: { load: () => {
              loads += 1;
              start(later, { host, first: exports });
            } } });
            console.log(exports.by_table(1, 5), loads);
            console.log(run(exports));
            console.log(loads, notes.join());",
        );
        let Some(printed) = printed else { return };
        // $entry(4): the stack is 992 while $deferred runs, so 13 + 42 + 992 + 13, and 1000 before and after.
        let answers = "10601000,16,1072,10301000,6,5";
        assert_eq!(
            printed,
            format!("{answers}\n16 0\n{answers}\n1 992,992,992,992,992,992"),
            "a kept function loads nothing, and what is missing is loaded once"
        );
    }

    #[test]
    fn a_rest_that_is_there_already_is_not_loaded() {
        let printed = node(
            "const host = { note: () => {} };
            const exports = start(first, { host, later: { load: () => { throw new Error('asked'); } } });
            let asked = '';
            try { exports.entry(1); } catch (error) { asked = error.message; }
            start(later, { host, first: exports });
            console.log(asked, run(exports));",
        );
        let Some(printed) = printed else { return };
        assert_eq!(printed, "asked 10601000,16,1072,10301000,6,5");
    }

    #[test]
    fn what_ran_is_noted_in_a_memory() {
        let printed = node(
            "const host = { note: () => {} };
            const exports = start(instrumented, { host });
            const ran = () => [...new Uint8Array(exports.memory.buffer)]
              .slice(exports.profile_from.value, exports.profile_to.value).flatMap((ran, at) => ran ? [at] : []).join();
            exports.by_table(1, 2);
            exports.by_table(1, 3);
            console.log(ran());
            console.log(run(exports), ran());",
        );
        let Some(printed) = printed else { return };
        assert_eq!(printed, "1,2\n10601000,16,1072,10301000,6,5 0,1,2,3,4,5,6");
    }

    #[test]
    fn the_first_half_has_only_stubs_of_what_it_names() {
        let whole = wat::parse_str(WHOLE).unwrap();
        let halves = divided(&whole, &BTreeSet::from(KEPT), Asking::Silent).unwrap();
        // Three kept, one that is tiny, stubs of $deferred and $wide, and the one that asks for the rest.
        assert_eq!(function_count(&halves.first).unwrap(), 7);
        // $deferred, $deeper, $wide, the start, and $kept, which is short enough to be in both.
        assert_eq!(function_count(&halves.later).unwrap(), 5);
    }

    #[test]
    fn segments_that_are_copied_by_hand_are_refused() {
        let module = r#"(module (table 1 funcref) (memory 1) (data "a") (func (export "a")))"#;
        let message = divided(&wat::parse_str(module).unwrap(), &BTreeSet::new(), Asking::Silent)
            .err()
            .unwrap()
            .to_string();
        assert!(message.contains("passive"), "{message}");
    }
}
