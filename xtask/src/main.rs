//! `cargo xtask`: everything the project does besides `cargo build`.
//!
//! Each command installs what it needs the first time (see [`install`]) and starts at once afterwards.

mod archive;
mod bench;
mod book;
mod budgets;
mod cache;
mod csp;
mod dependencies;
mod fuzz;
mod gallery;
mod generate;
mod iam_services;
mod install;
mod measuring;
mod offline;
mod page;
mod prices;
mod process;
mod project;
mod ready;
mod rule_table;
mod screenshots;
mod serve;
mod site;
mod size;
mod split;
mod tally;
mod test;

use anyhow::{Result, bail};
use project::Project;
use std::{path::Path, process::ExitCode};

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  serve [--quick] [--port N]    build the playground and serve it (default port 8080)
  build-page [--quick]          build the playground into dist/; --quick: in seconds, but large and not split
  book                          build the guide and the rules' pages into book/, in both languages
  test [--native | --browser]   run every test, or one half of them
  ready [--full]                everything that must hold before a change lands; --full: and what takes long, for releases
  archive PROGRAM TARGET DIR    pack a built program for a release, with completions, manual pages and its sum
  deny [--advisories]           check licences and sources of dependencies; --advisories: and known faults
  corpus [DIR] [--list RULE]    analyse a folder of templates: findings by rule, the slowest files
  unknowns [DIR] [--list REASON]
                                trace a folder of templates: unknown verdicts by reason, and whose they are
  fixes [DIR]                   try every fix on a folder of templates: tried, proved, refused
  kernel-cases [DIR] [--context | --repair [--left]]
                                trace networks whose flows a Linux kernel has decided, and compare;
                                --repair: the smallest repair of each blocked flow, applied and traced again
  bench                         how fast the analysis is: instructions and times, beside the parser and cfn-lint; what is
                                over its bound fails
  budgets                       measure dist/: its size, and how long a reader waits; write it into the READMEs
  generate [--check]            write the generated files, or say which are out of date
  screenshots                   take the pictures in docs/screenshots; look at each before you commit them
  setup                         install what the other commands need, and do nothing else
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("vpcheck: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let project = Project::locate()?;
    match arguments.as_slice() {
        ["serve", rest @ ..] => {
            let (kind, rest) = page_kind(rest);
            let port = match rest {
                [] => serve::DEFAULT_PORT,
                ["--port", port] => match port.parse() {
                    Ok(port) => port,
                    Err(_) => bail!("`{port}` is no port; give a number from 0 to 65535"),
                },
                _ => return Ok(usage()),
            };
            serve::build_and_serve(&project, port, kind)
        }
        ["build-page", rest @ ..] => match page_kind(rest) {
            (kind, []) => page::build(&project, kind).map(|()| ExitCode::SUCCESS),
            _ => Ok(usage()),
        },
        ["book"] => book::build(&project).map(|()| ExitCode::SUCCESS),
        ["test"] => Ok(test::run(&project, test::Part::Both)),
        ["test", "--native"] => Ok(test::run(&project, test::Part::Native)),
        ["test", "--browser"] => Ok(test::run(&project, test::Part::Browser)),
        ["corpus", rest @ ..] => measuring::run(&project, "corpus", rest),
        ["unknowns", rest @ ..] => measuring::run(&project, "unknowns", rest),
        ["fixes", rest @ ..] => measuring::run(&project, "fixes", rest),
        ["kernel-cases", rest @ ..] => measuring::run(&project, "kernel_cases", rest),
        ["bench"] => bench::print(&project).map(|()| ExitCode::SUCCESS),
        ["budgets"] => budgets::write(&project).map(|()| ExitCode::SUCCESS),
        ["archive", program, target, folder] => {
            archive::make(&project, Path::new(program), target, Path::new(folder)).map(|_| ExitCode::SUCCESS)
        }
        ["deny"] => dependencies::check(&project, false).map(|()| ExitCode::SUCCESS),
        ["deny", "--advisories"] => dependencies::check(&project, true).map(|()| ExitCode::SUCCESS),
        ["ready"] => Ok(ready::run(&project, false)),
        ["ready", "--full"] => Ok(ready::run(&project, true)),
        ["generate"] => generate::write(&project).map(|()| ExitCode::SUCCESS),
        ["generate", "--check"] => generate::check(&project).map(|()| ExitCode::SUCCESS),
        ["screenshots"] => screenshots::take(&project).map(|()| ExitCode::SUCCESS),
        ["setup"] => install::everything(&project).map(|()| ExitCode::SUCCESS),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Ok(usage()),
    }
}

fn page_kind<'a>(arguments: &'a [&'a str]) -> (page::Kind, &'a [&'a str]) {
    match arguments {
        ["--quick", rest @ ..] => (page::Kind::Quick, rest),
        rest => (page::Kind::Small, rest),
    }
}

fn usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}
