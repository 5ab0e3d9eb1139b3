//! Which data only later functions read, so that it can come with them.
//!
//! The page is linked with each constant as a segment of its own (`web/build.rs`). A segment may be read by a function of
//! the first module if such a function names an address in it, or a segment that may be read holds one. Whatever looks
//! like an address counts as one, so a segment that is deferred is one that nothing of the first module can know of.
//! Nor can it have been changed before the later module writes it. Only the places in sources that panics tell are named by the
//! first module and come later all the same: what makes sentences of them is never there at first.

use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use walrus::{
    ConstExpr, DataKind, FunctionId, GlobalKind, Module,
    ir::{self, Value, Visitor, dfs_in_order},
};

/// An address that is computed may be named by one before its segment, as `table - 'a'` is, or by one behind it.
const SLACK: u32 = 256;

/// A segment of more bytes than this is a text, not a table.
const TABLE: usize = 4096;

/// Segments with no more bytes than this between them are one: the head of another would be as large.
const GAP: usize = 12;

/// The same in the first module where only zeros come between, which are compressed to nothing. What the later module writes
/// there is zero until then.
const HOLE: usize = 64;

/// A segment of initial memory.
pub(super) struct Segment {
    start: u32,
    bytes: Vec<u8>,
}

impl Segment {
    fn end(&self) -> u32 {
        self.start.saturating_add(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX))
    }

    /// Takes its neighbour in. What pads them apart is zero, and nobody's.
    fn join(&mut self, next: &Segment) {
        let gap = (next.start - self.end()) as usize;
        self.bytes.resize(self.bytes.len() + gap, 0);
        self.bytes.extend_from_slice(&next.bytes);
    }
}

/// The segments of the first module and those of the later one.
pub(super) struct Divided {
    pub(super) first: Vec<Segment>,
    pub(super) later: Vec<Segment>,
}

/// Divides the data of a module of which `kept` are the functions that stay.
pub(super) fn divided(module: &Module, kept: &[FunctionId]) -> Result<Divided> {
    let segments = segments(module)?;
    let told = segments.iter().map(|segment| is_location(segment, &segments)).collect();
    let mut reach =
        Reach { segments: &segments, told, reached: vec![false; segments.len()], waiting: Vec::new() };
    for id in kept {
        let function = module.funcs.get(*id).kind.unwrap_local();
        dfs_in_order(&mut reach, function, function.entry_block());
    }
    for global in module.globals.iter() {
        if let GlobalKind::Local(ConstExpr::Value(value)) = &global.kind {
            reach.value(value);
        }
    }
    reach.follow();
    let reached = reach.reached;
    let mut divided = Divided { first: Vec::new(), later: Vec::new() };
    let mut last = None;
    for (segment, is_reached) in segments.into_iter().zip(reached) {
        let stays = is_reached || segment.bytes.len() <= GAP;
        // The later module may write over nothing that the first has: it may have changed.
        let (half, gap) = match (stays, last) {
            (true, _) => (&mut divided.first, HOLE),
            (false, Some(false)) => (&mut divided.later, GAP),
            (false, _) => (&mut divided.later, 0),
        };
        match half.last_mut() {
            Some(neighbour) if (segment.start - neighbour.end()) as usize <= gap => neighbour.join(&segment),
            _ => half.push(segment),
        }
        last = Some(stays);
    }
    Ok(divided)
}

/// Whether a segment is a `core::panic::Location`: a file of Rust, its length without the zero at its end, line and column.
fn is_location(segment: &Segment, segments: &[Segment]) -> bool {
    let Ok(words) = <[u8; 16]>::try_from(segment.bytes.as_slice()) else { return false };
    let [file, length] = [0, 4].map(|at| u32::from_le_bytes([0, 1, 2, 3].map(|byte| words[at + byte])));
    segments.binary_search_by_key(&file, |segment| segment.start).is_ok_and(|at| {
        let name = segments[at].bytes.strip_suffix(b"\0").unwrap_or(&segments[at].bytes);
        name.ends_with(b".rs") && name.len() == length as usize
    })
}

/// The data of a module in the order of its addresses.
fn segments(module: &Module) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for data in module.data.iter() {
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = &data.kind else {
            bail!(
                "the page's WebAssembly has data without a place of its own, which the split does not share"
            );
        };
        segments.push(Segment { start: start.cast_unsigned(), bytes: data.value.clone() });
    }
    segments.sort_by_key(|segment| segment.start);
    if segments.windows(2).any(|pair| pair[0].end() > pair[1].start) {
        bail!("the page's WebAssembly has data that lies on other data");
    }
    Ok(segments)
}

struct Reach<'s> {
    segments: &'s [Segment],
    /// Which of them only panics tell of.
    told: Vec<bool>,
    reached: Vec<bool>,
    waiting: Vec<usize>,
}

impl Reach<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::I32(word) => self.address(word.cast_unsigned()),
            // Two words may be stored at once.
            Value::I64(words) => words.to_le_bytes().chunks_exact(4).for_each(|word| self.word(word)),
            Value::V128(words) => words.to_le_bytes().chunks_exact(4).for_each(|word| self.word(word)),
            Value::F32(_) | Value::F64(_) => {}
        }
    }

    /// Where a part of an address is computed, its base stands beside the access.
    fn offset(&mut self, offset: u64) {
        if let Ok(address) = u32::try_from(offset) {
            self.address(address);
        }
    }

    fn word(&mut self, word: &[u8]) {
        if let Ok(word) = word.try_into() {
            self.address(u32::from_le_bytes(word));
        }
    }

    fn address(&mut self, address: u32) {
        let is_exact = self.segments.binary_search_by_key(&address, |segment| segment.start).is_ok();
        let (from, to) = if is_exact {
            (address, address)
        } else {
            (address.saturating_sub(SLACK), address.saturating_add(SLACK))
        };
        let first = self.segments.partition_point(|segment| segment.end() < from);
        for (at, segment) in self.segments.iter().enumerate().skip(first) {
            if segment.start > to {
                break;
            }
            // The end of one is the start of the next. A loop may run down from the end of a table, but who reads a text
            // knows its start.
            if is_exact && segment.end() == address && segment.bytes.len() > TABLE {
                continue;
            }
            if !self.told[at] && !std::mem::replace(&mut self.reached[at], true) {
                self.waiting.push(at);
            }
        }
    }

    /// Reaches what the reached segments name, in words that are aligned as addresses are.
    fn follow(&mut self) {
        while let Some(at) = self.waiting.pop() {
            let segment = &self.segments[at];
            let skip = (4 - segment.start as usize % 4) % 4;
            for word in segment.bytes.get(skip..).unwrap_or_default().chunks_exact(4) {
                self.word(word);
            }
        }
    }
}

impl Visitor<'_> for Reach<'_> {
    fn visit_const(&mut self, constant: &ir::Const) {
        self.value(&constant.value);
    }

    fn visit_load(&mut self, load: &ir::Load) {
        self.offset(load.arg.offset);
    }

    fn visit_store(&mut self, store: &ir::Store) {
        self.offset(store.arg.offset);
    }
}

/// Puts segments in place of all data of a module.
pub(super) fn put(module: &mut Module, segments: &[Segment]) -> Result<()> {
    let ids: BTreeSet<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in ids {
        module.data.delete(id);
    }
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    let memory = *memories.first().context("the page's WebAssembly has no memory")?;
    for id in memories {
        module.memories.get_mut(id).data_segments.clear();
    }
    for segment in segments {
        let offset = ConstExpr::Value(Value::I32(segment.start.cast_signed()));
        let id = module.data.add(DataKind::Active { memory, offset }, segment.bytes.clone());
        module.memories.get_mut(memory).data_segments.insert(id);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::divided;
    use walrus::Module;

    /// `$kept` reads the segment at 1024, which holds the address of the one at 1216 in its second word; `$late` reads the one
    /// at 2048, and what lies at 2080 is next to it.
    const MODULE: &str = r#"(module
      (memory 1)
      (data (i32.const 1024) "\00\00\00\00\c0\04\00\00--------")
      (data (i32.const 1216) "named by the first")
      (data (i32.const 2048) "read by the later function alone")
      (data (i32.const 2080) "and this beside it as well")
      (data (i32.const 4096) "stored as half of a pair")
      (data (i32.const 8192) "a base, to which an index is added")
      (data (i32.const 12288) "\10\30\00\00\0e\00\00\00\07\00\00\00\05\00\00\00")
      (data (i32.const 12304) "src/summing.rs\00")
      (func $kept (result i32)
        (i64.store (i32.const 16) (i64.const 0x100000000001))
        (drop (i32.load8_u offset=8200 (i32.const 1)))
        (drop (i32.const 12288))
        (i32.load (i32.const 1024)))
      (func $late (result i32) (i32.load (i32.const 2048))))"#;

    #[test]
    fn data_goes_with_the_functions_that_can_know_of_it() {
        let module = Module::from_buffer(&wat::parse_str(MODULE).unwrap()).unwrap();
        let kept = module.funcs.iter().next().unwrap().id();
        let data = divided(&module, &[kept]).unwrap();
        let starts = |segments: &[super::Segment]| segments.iter().map(|one| one.start).collect::<Vec<_>>();
        assert_eq!(starts(&data.first), [1024, 1216, 4096, 8192]);
        assert_eq!(starts(&data.later), [2048, 12288], "neighbours are one segment");
        assert_eq!(data.later[0].bytes.len(), 58);
        assert_eq!(data.later[1].bytes.len(), 31, "what a panic tells, though the first names it");
        let all: Vec<_> = module.funcs.iter().map(walrus::Function::id).collect();
        let data = divided(&module, &all).unwrap();
        assert_eq!(starts(&data.later), [2080, 12288], "nobody names it");
    }

    #[test]
    fn the_first_module_has_zeros_where_little_comes_later() {
        let module = r#"(module (memory 1) (data (i32.const 1024) "named by the first") (data (i32.const 1048) "later words 24 bytes long")
          (data (i32.const 1076) "named by the first, too")
          (func (drop (i32.const 1024)) (drop (i32.const 1076))))"#;
        let module = Module::from_buffer(&wat::parse_str(module).unwrap()).unwrap();
        let kept = module.funcs.iter().next().unwrap().id();
        let data = divided(&module, &[kept]).unwrap();
        assert_eq!((data.first.len(), data.later.len()), (1, 1));
        assert_eq!(data.first[0].bytes[18..52], [0; 34]);
        assert_eq!(data.later[0].bytes, b"later words 24 bytes long");
    }

    #[test]
    fn data_that_overlaps_is_refused() {
        let module = r#"(module (memory 1) (data (i32.const 8) "abcd") (data (i32.const 10) "e"))"#;
        let module = Module::from_buffer(&wat::parse_str(module).unwrap()).unwrap();
        assert!(divided(&module, &[]).is_err());
    }
}
