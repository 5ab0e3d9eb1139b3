//! `vpcheck man`: the pages that man shows.

use clap::CommandFactory;
use clap_mangen::Man;
use vpcheck_core::phrase;

use crate::args::Arguments;
use crate::problem::{Problem, did_you_mean};

/// The page of a command, or of the program, in roff.
pub(crate) fn page(name: Option<&str>) -> Result<String, Problem> {
    // Built, so that options of the whole program are in every page.
    let mut program = Arguments::command();
    program.build();
    let command = match name {
        None => program,
        Some(name) => {
            let found = program.get_subcommands().find(|command| command.get_name() == name).cloned();
            found.ok_or_else(|| unknown(&program, name))?
        }
    };
    let mut page = Vec::new();
    // Writing to memory does not fail, and what is written is UTF-8.
    let _ = Man::new(command).render(&mut page);
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn unknown(program: &clap::Command, name: &str) -> Problem {
    let known = program.get_subcommands().map(clap::Command::get_name);
    Problem {
        what: phrase!(en: "no command is called `{name}`", ja: "`{name}` というコマンドはありません"),
        next: did_you_mean(
            name,
            known,
            phrase!(en: "`vpcheck --help` lists the commands", ja: "コマンドの一覧は `vpcheck --help` で確認できます"),
        ),
    }
}
