//! Prints how fast the analysis is, with what each figure may be at most: `speed [--instructions FILE] [--program VPCHECK]`.
//! Fails where one is over it.
//!
//! FILE is what `cargo bench --bench instructions -- --output-format=json` printed; without it there are times alone.
//! VPCHECK is a release build of the command line, which is compared with cfn-lint where both are there.
//! `cargo xtask bench` brings both.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use vpcheck_tests::corpus::{self, File};
use vpcheck_tests::measured::{Work, templates, whole_corpus};
use vpcheck_tests::{hostile, large};

/// How often each template is analysed; the median is told.
const RUNS: usize = 21;

/// A figure with what it may be. What a rate of [`beside_cfn_lint`] may be is the least, of all others the most.
struct Bound {
    what: &'static str,
    limit: f64,
    is_least: bool,
}

/// Instructions of the first report over the corpus, in those of the parser's scan.
const RATIO: Bound = Bound::most("times the instructions of the scan", 4.0);
const MEDIAN: Bound = Bound::most("ms for half of the templates", 1.0);
const SLOWEST: Bound = Bound::most("ms for the slowest template", 30.0);
const FASTER: Bound = Bound::least("times as fast with many files", 300.0);
const LESS: Bound = Bound::least("times less memory with many files", 10.0);
const FASTER_COLD: Bound = Bound::least("times as fast with one file", 100.0);
const HOSTILE_TIME: Bound = Bound::most("ms for a hostile text", 2_000.0);
const HOSTILE_MEMORY: Bound = Bound::most("MB for a hostile text", 500.0);
const BOUNDS: [&Bound; 8] =
    [&RATIO, &MEDIAN, &SLOWEST, &FASTER, &LESS, &FASTER_COLD, &HOSTILE_TIME, &HOSTILE_MEMORY];

impl Bound {
    const fn most(what: &'static str, limit: f64) -> Self {
        Self { what, limit, is_least: false }
    }

    const fn least(what: &'static str, limit: f64) -> Self {
        Self { what, limit, is_least: true }
    }

    fn holds(&self, value: f64) -> bool {
        if self.is_least { value >= self.limit } else { value <= self.limit }
    }
}

/// What was held against a bound.
#[derive(Default)]
struct Held {
    missed: Vec<String>,
    /// What was measured, once for each time.
    measured: Vec<&'static str>,
}

impl Held {
    fn hold(&mut self, bound: &Bound, value: f64) {
        self.measured.push(bound.what);
        if !bound.holds(value) {
            let limit = if bound.is_least { "at least" } else { "at most" };
            self.missed.push(format!("{value:.2} {}, where {limit} {} are asked", bound.what, bound.limit));
        }
    }

    /// Without cfn-lint, Valgrind or a corpus there is less to hold, which must not look like all.
    fn unmeasured(&self) -> Vec<&'static str> {
        let bounds = BOUNDS.iter().map(|bound| bound.what);
        bounds.filter(|what| !self.measured.contains(what)).collect()
    }

    fn told(&self) -> ExitCode {
        println!("\n{} of {} bounds are kept", self.measured.len() - self.missed.len(), self.measured.len());
        for bound in self.unmeasured() {
            println!("  not measured here: {bound}");
        }
        for missed in &self.missed {
            println!("  MISSED: {missed}");
        }
        if self.missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn main() -> ExitCode {
    let mut counts = Vec::new();
    let mut program = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--instructions", Some(path)) => match fs::read_to_string(&path) {
                Ok(text) => counts = instructions(&text),
                Err(error) => eprintln!("{path}: {error}"),
            },
            ("--program", given) => program = given,
            _ => eprintln!("usage: speed [--instructions FILE] [--program VPCHECK]"),
        }
    }
    let mut held = Held::default();
    table(&counts, &mut held);
    over_corpus(&mut held);
    beside_cfn_lint(program.as_deref(), &mut held);
    if let Some(program) = &program {
        curve(program);
        hostile_texts(program, &mut held);
    }
    held.told()
}

/// The counts in what gungraun prints, one summary a line, by the numbers of the bench.
fn instructions(text: &str) -> Vec<u64> {
    let mut found: Vec<(usize, u64)> = Vec::new();
    for summary in
        serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>().map_while(Result::ok)
    {
        let id = summary["id"].as_str().and_then(|id| id.rsplit('_').next()?.parse().ok());
        if let (Some(id), Some(count)) = (id, count_in(&summary)) {
            found.push((id, count));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, count)| count).collect()
}

/// The instructions of a summary: of the newer run, where it compares two.
fn count_in(value: &serde_json::Value) -> Option<u64> {
    match value {
        serde_json::Value::Object(map) => {
            let own = map.get("Ir").and_then(|metric| metric["values"]["new"].as_u64());
            own.or_else(|| map.values().find_map(count_in))
        }
        serde_json::Value::Array(items) => items.iter().find_map(count_in),
        _ => None,
    }
}

/// A line for each template, and one for the whole corpus.
fn table(counts: &[u64], held: &mut Held) {
    println!("instructions in thousands; times are the median of {RUNS} runs");
    println!(
        "{:<24} {:>9} {:>9} {:>12} {:>6} {:>11} {:>6} {:>11} {:>11}",
        "template",
        "bytes",
        "scan",
        "first report",
        "ratio",
        "everything",
        "ratio",
        "first report",
        "everything"
    );
    let mut rows: Vec<(String, Vec<File>)> =
        templates().into_iter().map(|file| (file.path.clone(), vec![file])).collect();
    let corpus = whole_corpus();
    if !corpus.is_empty() {
        rows.push((format!("corpus, {} files", corpus.len()), corpus));
    }
    for (number, (name, files)) in rows.iter().enumerate() {
        let count = |work: usize| counts.get(number * Work::ALL.len() + work).copied();
        let thousands =
            |work| count(work).map_or_else(|| "-".to_owned(), |count| (count / 1_000).to_string());
        let ratio = |work| match (count(0), count(work)) {
            (Some(scan), Some(count)) if scan > 0 => {
                format!("{}.{:02}", count / scan, count % scan * 100 / scan)
            }
            _ => "-".to_owned(),
        };
        if let (true, Some(scan), Some(report)) = (files.len() > 1, count(0), count(1)) {
            held.hold(&RATIO, float(report) / float(scan));
        }
        let time =
            |work: Work| if files.len() == 1 { milliseconds(median(work, &files[0])) } else { String::new() };
        println!(
            "{name:<24} {:>9} {:>9} {:>12} {:>6} {:>11} {:>6} {:>11} {:>11}",
            files.iter().map(|file| file.text.len()).sum::<usize>(),
            thousands(0),
            thousands(1),
            ratio(1),
            thousands(2),
            ratio(2),
            time(Work::FirstReport),
            time(Work::Everything),
        );
    }
}

fn median(work: Work, file: &File) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work.run(file));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 2]
}

/// Counts of instructions and kilobytes are far below what a double tells apart.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// The median and the slowest template of the corpus, with every fix.
fn over_corpus(held: &mut Held) {
    let files = whole_corpus();
    if files.is_empty() {
        println!("\nno corpus beside the workspace: nothing is told of it");
        return;
    }
    let mut times: Vec<(Duration, &str)> =
        files.iter().map(|file| (median(Work::Everything, file), file.path.as_str())).collect();
    times.sort_unstable();
    let median = times[times.len() / 2].0;
    held.hold(&MEDIAN, median.as_secs_f64() * 1_000.0);
    if let Some((slowest, _)) = times.last() {
        held.hold(&SLOWEST, slowest.as_secs_f64() * 1_000.0);
    }
    println!("\ncorpus, {} files, each with every fix:", times.len());
    println!("  median  {}", milliseconds(median));
    for (time, path) in times.iter().rev().take(3) {
        println!("  slowest {}  {path}", milliseconds(*time));
    }
}

/// How long both take from the command line, and how much memory: many files in one process, and one file alone.
fn beside_cfn_lint(program: Option<&str>, held: &mut Held) {
    let Some(folder) = corpus::beside_workspace().map(|corpus| corpus.join("vpc-lambda")) else { return };
    let files: Vec<String> = corpus::files(&folder)
        .unwrap_or_default()
        .iter()
        .map(|file| folder.join(&file.path).to_string_lossy().into_owned())
        .collect();
    let ledger = concat!(env!("CARGO_MANIFEST_DIR"), "/planted/ledger.yaml").to_owned();
    println!("\nfrom the command line, process start included: the shortest time, peak memory");
    let run = |name: &str, program: &str, arguments: &[&str], runs: usize| {
        [(format!("{} files", files.len()), &files), ("1 file".to_owned(), &vec![ledger.clone()])].map(
            |(what, files)| {
                let all: Vec<(Duration, u64)> =
                    (0..runs).map_while(|_| measured(program, arguments, files)).collect();
                let Some(time) = all.iter().map(|(time, _)| *time).min() else {
                    println!("  {name:<9} {what:<9} not there, or no /usr/bin/time");
                    return None;
                };
                let memory = all.iter().map(|(_, kilobytes)| *kilobytes).max().unwrap_or_default();
                println!("  {name:<9} {what:<9} {:>12} {:>9} KB", milliseconds(time), memory);
                Some((time, memory))
            },
        )
    };
    let own = program.map(|program| run("vpcheck", program, &["check", "--fail-on", "never", "--"], 10));
    let theirs = run("cfn-lint", "cfn-lint", &["--regions", "us-east-1", "--"], 2);
    let both = own.into_iter().flat_map(|own| own.into_iter().zip(theirs));
    for (number, (own, theirs)) in both.enumerate() {
        let (Some(own), Some(theirs)) = (own, theirs) else { continue };
        let faster = theirs.0.as_secs_f64() / own.0.as_secs_f64();
        let less = float(theirs.1) / float(own.1.max(1));
        let what = if number == 0 { "all files in one process" } else { "one file" };
        println!("  {what}: {faster:.0} times as fast, memory a {less:.1}th");
        if number == 0 {
            held.hold(&FASTER, faster);
            held.hold(&LESS, less);
        } else {
            held.hold(&FASTER_COLD, faster);
        }
    }
}

/// How time and memory grow with a text, from 10 KB to 10 MB: of one without a network, and of one that is all functions.
fn curve(program: &str) {
    println!("\n`vpcheck check` of a text that grows: time and peak memory");
    println!("  {:>9} {:>12} {:>12} {:>22} {:>12}", "bytes", "queues", "", "functions in a VPC", "");
    let folder = std::env::temp_dir().join(format!("vpcheck-curve-{}", std::process::id()));
    if let Err(error) = fs::create_dir_all(&folder) {
        eprintln!("{}: {error}", folder.display());
        return;
    }
    for bytes in [10_000, 100_000, 1_000_000, 10_000_000] {
        let told = [large::queues(bytes), large::functions(bytes)].map(|text| {
            let path = folder.join("template.yaml");
            let arguments = ["check", "--fail-on", "never", "--max-size", "20000000", "--"];
            let written = fs::write(&path, text).is_ok();
            let run = measured(program, &arguments, &[path.to_string_lossy().into_owned()]);
            run.filter(|_| written).map_or_else(
                || ("-".to_owned(), "-".to_owned()),
                |(time, kilobytes)| (milliseconds(time), format!("{} MB", kilobytes.div_ceil(1_024))),
            )
        });
        let [(time, memory), (functions, more)] = told;
        println!("  {bytes:>9} {time:>12} {memory:>12} {functions:>22} {more:>12}");
    }
    let _ = fs::remove_dir_all(&folder);
}

/// Time and memory of the texts that nobody writes but to do harm, each in a process of its own.
fn hostile_texts(program: &str, held: &mut Held) {
    let path = std::env::temp_dir().join(format!("vpcheck-hostile-{}.yaml", std::process::id()));
    let mut all: Vec<(Duration, u64, &str)> = Vec::new();
    for one in hostile::all() {
        let arguments = ["check", "--fail-on", "never", "--"];
        let written = fs::write(&path, &one.text).is_ok();
        let run = measured(program, &arguments, &[path.to_string_lossy().into_owned()]);
        if let Some((time, kilobytes)) = run.filter(|_| written) {
            held.hold(&HOSTILE_TIME, time.as_secs_f64() * 1_000.0);
            held.hold(&HOSTILE_MEMORY, float(kilobytes) / 1_024.0);
            all.push((time, kilobytes, one.name));
        }
    }
    let _ = fs::remove_file(&path);
    println!("\n`vpcheck check` of {} hostile texts, one at a time:", all.len());
    if let Some((time, _, name)) = all.iter().max_by_key(|(time, ..)| *time) {
        println!("  slowest {:>12}  {name}", milliseconds(*time));
    }
    if let Some((_, kilobytes, name)) = all.iter().max_by_key(|(_, kilobytes, _)| *kilobytes) {
        println!("  largest {kilobytes:>9} KB  {name}");
    }
}

/// How long a program takes, and its peak memory in KB as GNU time tells it.
fn measured(program: &str, arguments: &[&str], files: &[String]) -> Option<(Duration, u64)> {
    if !Path::new("/usr/bin/time").exists() {
        return None;
    }
    let start = Instant::now();
    let out = std::env::temp_dir().join(format!("vpcheck-speed-{}", std::process::id()));
    Command::new("/usr/bin/time")
        .args(["-f", "%M", "-o"])
        .arg(&out)
        .arg(program)
        .args(arguments)
        .args(files)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let took = start.elapsed();
    let told = fs::read_to_string(&out).ok()?;
    let _ = fs::remove_file(&out);
    if told.contains("127") && told.contains("exited") {
        return None;
    }
    Some((took, told.lines().last()?.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::{FASTER, Held, MEDIAN, instructions};

    #[test]
    fn what_is_over_a_bound_or_under_a_least_one_is_missed() {
        let mut held = Held::default();
        held.hold(&MEDIAN, 1.0);
        held.hold(&FASTER, 300.0);
        assert_eq!(held.told(), ExitCode::SUCCESS);
        held.hold(&MEDIAN, 1.1);
        held.hold(&FASTER, 299.0);
        assert_eq!(held.missed.len(), 2);
        assert_eq!(held.unmeasured().len(), super::BOUNDS.len() - 2);
        assert_eq!(held.told(), ExitCode::FAILURE);
    }

    #[test]
    fn counts_are_read_in_the_order_of_the_bench() {
        let summary = |id: &str, values: &str| {
            format!(
                r#"{{"id": "{id}", "profiles": [{{"data": {{"parts": [{{"metrics": {{"Ir": {{"values": {values}}}}}}}]}}}}]}}"#
            )
        };
        let text = format!(
            "{}\n{}\n",
            summary("of_10", r#"{"new": 30}"#),
            summary("of_2", r#"{"new": 20, "old": 25}"#),
        );
        assert_eq!(instructions(&text), [20, 30]);
        assert!(instructions("").is_empty());
    }
}
