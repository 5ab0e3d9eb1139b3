//! `vpcheck`: the checks of `vpcheck-core` on the command line.

mod args;
mod baseline;
mod changes;
mod check;
mod checklist_text;
mod completions;
mod config;
mod context;
mod cost;
mod cost_files;
mod cost_text;
mod diagram;
mod diff;
mod diff_text;
mod endpoints;
mod endpoints_text;
mod explain;
mod fix;
mod init;
mod input;
mod known;
mod manual;
mod nested;
mod one_template;
mod outcome;
mod parameters;
mod problem;
mod share;
mod site;
mod text;
mod trace;
mod trace_text;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use annotate_snippets::renderer::{DEFAULT_ERROR_STYLE, DEFAULT_HELP_STYLE, DEFAULT_NOTE_STYLE};
use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use clap::Parser;
use vpcheck_core::language::{Language, Phrase};

use crate::args::{Arguments, Command};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::text::harmless;

/// Nothing at or above `--fail-on`, every path as `--expect` says.
const PASSED: u8 = 0;
/// Findings at or above `--fail-on`, a path that is not as `--expect` says, or something to fix with `--diff`.
const FAILED: u8 = 1;
/// An argument or an input cannot be used; this wins over findings.
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (language, color) = (arguments.manner.language(), arguments.manner.color());
    let result = match &arguments.command {
        Command::Check(check) => check::run(check, language, terminal_width()),
        Command::Trace(trace) => trace::run(trace, language, terminal_width()),
        Command::Cost(arguments) => cost::run(arguments, language),
        Command::Endpoints(arguments) => endpoints::run(arguments, language),
        Command::Fix(arguments) => fix::run(arguments, language),
        Command::Diff(arguments) => diff::run(arguments, language),
        Command::Diagram(arguments) => diagram::run(arguments, language),
        Command::Share(arguments) => share::run(arguments),
        Command::Explain { rule } => explain::document(rule, language).map(Outcome::of_text),
        Command::Completions { shell } => Ok(Outcome::of_text(completions::script(*shell))),
        Command::Man { command } => manual::page(command.as_deref()).map(Outcome::of_text),
        Command::Init { folder } => init::run(folder, language),
        Command::Rules => Ok(Outcome::of_text(explain::list(language))),
    };
    let outcome = result.unwrap_or_else(|problem| Outcome::of_problems(vec![problem]));
    let status = match &outcome {
        Outcome { problems, .. } if !problems.is_empty() => UNUSABLE,
        Outcome { fails: true, .. } => FAILED,
        _ => PASSED,
    };
    match print(&outcome, language, color) {
        // Who closes the pipe has seen enough; the answer stands.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(UNUSABLE),
        _ => ExitCode::from(status),
    }
}

fn print(outcome: &Outcome, language: Language, color: ColorChoice) -> io::Result<()> {
    let mut errors = AutoStream::new(io::stderr().lock(), color);
    for note in &outcome.notes {
        let _ = writeln!(errors, "{}", noted(note, language));
    }
    for problem in &outcome.problems {
        // Nobody is left to be told when standard error is gone; the exit status still tells.
        let _ = writeln!(errors, "{}", rendered(problem, language));
    }
    let mut output = AutoStream::new(io::stdout().lock(), color);
    if output.current_choice() != ColorChoice::Never {
        output.write_all(outcome.output.as_bytes())?;
        return output.flush();
    }
    // What is between two styles is a write of its own: thousands, for a folder.
    let mut plain = io::BufWriter::with_capacity(1 << 16, output.into_inner());
    write!(plain, "{}", strip_str(&outcome.output))?;
    plain.flush()
}

fn rendered(problem: &Problem, language: Language) -> String {
    let (error, help) = match language {
        Language::English => ("error", "help"),
        Language::Japanese => ("エラー", "対処"),
    };
    // Names of files may hold control characters, which a terminal must not get to see.
    let (what, next) = (harmless(problem.what.get(language)), harmless(problem.next.get(language)));
    format!(
        "{DEFAULT_ERROR_STYLE}{error}{DEFAULT_ERROR_STYLE:#}: {what}\n  = {DEFAULT_HELP_STYLE}{help}{DEFAULT_HELP_STYLE:#}: {next}"
    )
}

fn noted(note: &Phrase, language: Language) -> String {
    let name = match language {
        Language::English => "note",
        Language::Japanese => "補足",
    };
    format!("{DEFAULT_NOTE_STYLE}{name}{DEFAULT_NOTE_STYLE:#}: {}", harmless(note.get(language)))
}

/// The width that excerpts may take, where someone looks at a terminal.
fn terminal_width() -> Option<usize> {
    let stdout = io::stdout();
    let size = stdout.is_terminal().then(|| terminal_size::terminal_size_of(&stdout)).flatten();
    size.map(|(width, _)| usize::from(width.0))
}

#[cfg(test)]
mod tests {
    use vpcheck_core::phrase;

    use super::*;

    #[test]
    fn a_problem_is_told_with_the_next_step() {
        let problem = Problem {
            what: phrase!(en: "a.yaml: empty", ja: "a.yaml: 空です"),
            next: phrase!(en: "name another", ja: "別のファイルを指定してください"),
        };
        let plain = |language| strip_str(&rendered(&problem, language)).to_string();
        assert_eq!(plain(Language::English), "error: a.yaml: empty\n  = help: name another");
        assert_eq!(
            plain(Language::Japanese),
            "エラー: a.yaml: 空です\n  = 対処: 別のファイルを指定してください"
        );
    }
}
