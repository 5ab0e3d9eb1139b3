//! The built program on templates in temporary folders.

mod baseline;
mod book;
mod completions;
mod config;
mod cost;
mod dependencies;
mod diagram;
mod diff;
mod endpoints;
mod findings;
mod fix;
mod folders;
mod inputs;
mod integrations;
mod manner;
mod manual;
mod release;
mod settings;
mod share;
mod trace;
mod trace_inputs;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A template in which nothing is wrong.
const SOUND: &str = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n";

/// A folder with files to check.
struct Workspace {
    folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Workspace {
    fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let workspace = Self { folder: TempDir::new().unwrap() };
        for (path, text) in files {
            workspace.write(path, text);
        }
        workspace
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The program in this folder, in an environment that says nothing about language and colour.
    fn command(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vpcheck"));
        command.current_dir(self.path()).args(arguments);
        for variable in ["LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        command
    }

    /// `arguments` are split at blanks.
    fn run(&self, arguments: &str) -> Run {
        self.command(arguments.split_whitespace()).stdin(Stdio::null()).output().unwrap().into()
    }

    fn run_with_input(&self, arguments: &str, input: &[u8]) -> Run {
        let mut command = self.command(arguments.split_whitespace());
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().into()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Run {
    /// The paths of the checked files.
    fn json_paths(&self) -> Vec<String> {
        let files = self.json()["files"].as_array().unwrap().clone();
        files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}
