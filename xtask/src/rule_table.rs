//! docs/rules.md: every rule in a line, from the registry that the program itself uses.

use crate::project::Project;
use anyhow::Result;
use std::fmt::Write as _;
use vpcheck_core::{
    language::Language,
    rules::{self, RuleInfo},
};

const HEAD: &str = "\
# Rules / ルール一覧

<!-- Written by `cargo xtask generate` from core/src/rules. -->

A rule's id leads to its document, which `vpcheck explain RULE` prints too.
ID から各ルールの説明を開けます。`vpcheck explain RULE` でも表示できます。

- **error**: it will not deploy or will not work / デプロイできない、または動作しない
- **warning**: it costs, breaks under load or in a zone failure / 余計な費用がかかる、または負荷や AZ 障害で止まる
- **info**: worth knowing / 知っておくとよい

A fix is **safe** (cannot change what works), **suggested** (right in the common case: look at it) or **unsafe**.
自動修正は **safe** (動いているものを変えない)、**suggested** (多くの場合に正しい。要確認)、**unsafe** のいずれかです。
";

/// The file, one table an area.
pub(crate) fn content(_project: &Project) -> Result<String> {
    let mut out = HEAD.to_owned();
    let mut area = None;
    for rule in rules::all() {
        if area != Some(rule.area) {
            area = Some(rule.area);
            let title = rule.area.title();
            writeln!(out, "\n## {} / {}\n", title.en, title.ja)?;
            out.push_str("| Rule | Severity | Fix | What it reports | 内容 | 説明 |\n| --- | --- | --- | --- | --- | --- |\n");
        }
        writeln!(out, "{}", row(rule))?;
    }
    Ok(out)
}

fn row(rule: &RuleInfo) -> String {
    let id = rule.id.0;
    let (severity, fix) = (rule.severity.name(), rule.fix.map_or("-", |safety| safety.name()));
    let summary = (rule.summary)();
    let [english, japanese] =
        [Language::English, Language::Japanese].map(|language| summary.get(language).replace('|', "\\|"));
    let document = format!("../core/src/rules/{id}");
    format!(
        "| [{id}]({document}.md) | {severity} | {fix} | {english} | {japanese} | [日本語]({document}.ja.md) |"
    )
}
