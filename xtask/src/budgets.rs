//! What a reader waits for, measured and held: sizes, the time to the first findings, and that from a keystroke to its
//! finding. Times are taken in a browser whose processor is slowed to a quarter (`tests/browser/budgets.mjs`).

use crate::{
    cache::{Cache, announce},
    install::{browser, npm},
    process::output_of,
    project::Project,
    serve::Server,
    size,
};
use anyhow::{Context, Result, bail};
use std::{fs, process::Command, thread};

const MEASURER: &str = "tests/browser";
const PROGRAM: &str = "budgets.mjs";

/// Between these a README holds the table.
const BEGIN: &str = "<!-- Written by `cargo xtask budgets`. -->";
const END: &str = "<!-- budgets -->";

#[derive(Clone, Copy)]
enum Unit {
    /// Bytes, told in units of 1024.
    Bytes,
    /// Tenths of a millisecond.
    Time,
}

/// Something that is measured.
struct Budget {
    en: &'static str,
    ja: &'static str,
    unit: Unit,
    /// What it should be at most.
    aim: usize,
    /// What it may be at most today: the aim where that is met, else a little more than was measured. Times are those of a
    /// machine that may have other work to do.
    ceiling: usize,
}

const KB: usize = 1024;
const MS: usize = 10;

const TOTAL: Budget = Budget {
    en: "First load, all that the first findings need, gzip",
    ja: "初回読み込み (最初の指摘の表示に必要なものすべて、gzip)",
    unit: Unit::Bytes,
    aim: 500 * KB,
    ceiling: 560 * KB,
};
const WASM: Budget = Budget {
    en: "WebAssembly among it, gzip",
    ja: "うち WebAssembly (gzip)",
    unit: Unit::Bytes,
    aim: 350 * KB,
    ceiling: 400 * KB,
};
const FINDINGS: Budget = Budget {
    en: "First load to first findings, median",
    ja: "読み込み開始から最初の指摘まで (中央値)",
    unit: Unit::Time,
    aim: 2_500 * MS,
    ceiling: 6_000 * MS,
};
const KEY: Budget = Budget {
    en: "Keystroke to new findings, 13 KB template, 95th percentile",
    ja: "キー入力から指摘の更新まで (13 KB のテンプレート、95 パーセンタイル)",
    unit: Unit::Time,
    aim: 50 * MS,
    ceiling: 600 * MS,
};
const TASK: Budget = Budget {
    en: "Longest task of the main thread meanwhile",
    ja: "その間のメインスレッド最長タスク",
    unit: Unit::Time,
    aim: 50 * MS,
    ceiling: 400 * MS,
};

/// Measures, prints, and writes the table into both READMEs.
pub(crate) fn write(project: &Project) -> Result<()> {
    let measured = measure(project)?;
    for (name, is_japanese) in [("README.md", false), ("README.ja.md", true)] {
        let path = project.path(name);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
        let text = with_table(&text, &table(&measured, is_japanese))
            .with_context(|| format!("{name} has no place for the table: `{BEGIN}` and `{END}`"))?;
        fs::write(&path, text).with_context(|| format!("cannot write {name}"))?;
    }
    held(&measured)
}

/// Measures and prints, and fails where something is over its ceiling.
pub(crate) fn check(project: &Project) -> Result<()> {
    held(&measure(project)?)
}

/// What was measured, and what a bare text field takes of the same, where that can be told.
type Measured = Vec<(Budget, usize, Option<usize>)>;

fn measure(project: &Project) -> Result<Measured> {
    let dist = project.dist();
    size::print(&dist)?;
    let (total, wasm) = size::first_load(&dist)?;
    announce("measuring the page in a slowed browser (about a minute)…");
    let times = times(project)?;
    let time = |name: &str| {
        let found = times.iter().find(|(known, _)| known == name).map(|(_, time)| *time);
        found.with_context(|| format!("{PROGRAM} tells no {name}"))
    };
    let measured = vec![
        (TOTAL, total, None),
        (WASM, wasm, None),
        (FINDINGS, time("first-findings")?, None),
        (KEY, time("key-p95")?, Some(time("bare-key-p95")?)),
        (TASK, time("longest-task")?, Some(time("bare-longest-task")?)),
    ];
    print!("{}", table(&measured, false));
    println!("half of the keystrokes are answered within {} ms", time("key-median")?.div_ceil(MS));
    Ok(measured)
}

fn times(project: &Project) -> Result<Vec<(String, usize)>> {
    let cache = Cache::open()?;
    let folder = project.path(MEASURER);
    npm::link(&cache, &folder)?;
    let browser = browser::find_or_install(&cache)?;
    let server = Server::bind(project.dist(), 0)?;
    let address = server.address();
    thread::spawn(move || server.run());
    let printed = output_of(
        Command::new("node")
            .arg(PROGRAM)
            .current_dir(&folder)
            .env("CHROME", &browser.chrome)
            .env("VPCHECK_PAGE", format!("http://{address}/")),
    );
    printed.with_context(|| format!("{PROGRAM} failed"))?.lines().map(time_in).collect()
}

/// A line such as `key-p95 41.6`: the name, and tenths of a millisecond.
fn time_in(line: &str) -> Result<(String, usize)> {
    let (name, time) = line.split_once(' ').with_context(|| format!("`{line}` is no time"))?;
    let tenths = time.replacen('.', "", 1).parse().with_context(|| format!("`{line}` is no time"))?;
    Ok((name.to_owned(), tenths))
}

fn held(measured: &Measured) -> Result<()> {
    let over: Vec<String> = measured
        .iter()
        .filter(|(budget, value, _)| *value > budget.ceiling)
        .map(|(budget, value, _)| {
            let told = |value| told(value, budget.unit);
            format!("{}: {}, over {}", budget.en, told(*value), told(budget.ceiling))
        })
        .collect();
    if !over.is_empty() {
        bail!("{}", over.join("; "));
    }
    Ok(())
}

fn table(measured: &Measured, is_japanese: bool) -> String {
    let head = if is_japanese {
        "| 項目 | 目標 | 現在 | テキスト欄だけのページ |"
    } else {
        "| what | aim | today | a text field alone |"
    };
    let mut table = format!("{head}\n| --- | ---: | ---: | ---: |\n");
    for (budget, value, bare) in measured {
        let name = if is_japanese { budget.ja } else { budget.en };
        let (aim, value) = (told(budget.aim, budget.unit), told(*value, budget.unit));
        let bare = bare.map_or_else(String::new, |bare| told(bare, budget.unit));
        table.push_str(&format!("| {name} | {aim} | {value} | {bare} |\n"));
    }
    table
}

fn told(value: usize, unit: Unit) -> String {
    match unit {
        Unit::Bytes => format!("{} KB", value.div_ceil(KB)),
        Unit::Time => format!("{} ms", value.div_ceil(MS)),
    }
}

fn with_table(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, KB, KEY, MS, TOTAL, held, table, time_in, with_table};

    #[test]
    fn the_table_takes_the_place_of_the_last_one() {
        let table = table(&vec![(TOTAL, 499 * KB + 1, None), (KEY, 41 * MS + 6, Some(35 * MS))], false);
        assert!(table.ends_with("| 500 KB | 500 KB |  |\n| Keystroke to new findings, 13 KB template, 95th percentile | 50 ms | 42 ms | 35 ms |\n"), "{table}");
        let text = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        let written = with_table(&text, &table).unwrap();
        assert_eq!(written, format!("a\n{BEGIN}\n\n{table}\n{END}\nb\n"));
        assert_eq!(with_table(&written, &table).as_ref(), Some(&written));
        assert_eq!(with_table("a\n", &table), None);
    }

    #[test]
    fn what_is_over_its_ceiling_is_told() {
        assert!(held(&vec![(KEY, KEY.ceiling, None)]).is_ok());
        let message = held(&vec![(KEY, KEY.ceiling + 1, None)]).unwrap_err().to_string();
        assert!(message.starts_with("Keystroke to new findings"), "{message}");
    }

    #[test]
    fn times_have_one_decimal() {
        assert_eq!(time_in("key-p95 41.6").unwrap(), ("key-p95".to_owned(), 416));
        assert!(time_in("Error: none").is_err() && time_in("").is_err());
    }
}
