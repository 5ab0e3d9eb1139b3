//! Prints how fast the analysis is, in one table: `speed [--instructions FILE] [--program VPCHECK]`.
//!
//! FILE is what `cargo bench --bench instructions -- --output-format=json` printed; without it there are times alone.
//! VPCHECK is a release build of the command line, which is compared with cfn-lint where both are there.
//! `cargo xtask bench` brings both.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use vpcheck_tests::corpus::{self, File};
use vpcheck_tests::large;
use vpcheck_tests::measured::{Work, templates, whole_corpus};

/// How often each template is analysed; the median is told.
const RUNS: usize = 21;

fn main() {
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
    table(&counts);
    over_corpus();
    beside_cfn_lint(program.as_deref());
    if let Some(program) = &program {
        curve(program);
    }
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
fn table(counts: &[u64]) {
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

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// The median and the slowest template of the corpus, with every fix.
fn over_corpus() {
    let files = whole_corpus();
    if files.is_empty() {
        println!("\nno corpus beside the workspace: nothing is told of it");
        return;
    }
    let mut times: Vec<(Duration, &str)> =
        files.iter().map(|file| (median(Work::Everything, file), file.path.as_str())).collect();
    times.sort_unstable();
    println!("\ncorpus, {} files, each with every fix:", times.len());
    println!("  median  {}", milliseconds(times[times.len() / 2].0));
    for (time, path) in times.iter().rev().take(3) {
        println!("  slowest {}  {path}", milliseconds(*time));
    }
}

/// How long both take from the command line, and how much memory: many files in one process, and one file alone.
fn beside_cfn_lint(program: Option<&str>) {
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
    for (what, own, theirs) in own
        .into_iter()
        .flat_map(|own| ["all files in one process", "one file"].into_iter().zip(own).zip(theirs))
        .filter_map(|((what, own), theirs)| Some((what, own?, theirs?)))
    {
        let faster = theirs.0.as_secs_f64() / own.0.as_secs_f64();
        let less = theirs.1 * 10 / own.1.max(1);
        println!("  {what}: {faster:.0} times as fast, memory a {}.{}th", less / 10, less % 10);
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
    use super::instructions;

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
