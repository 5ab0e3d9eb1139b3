//! `vpcheck completions`: scripts with which shells complete the command line.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::args::Arguments;

/// The script for a shell.
pub(crate) fn script(shell: Shell) -> String {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    generate(shell, &mut command, name, &mut script);
    // Help texts are UTF-8, and nothing else goes in.
    String::from_utf8_lossy(&script).into_owned()
}
