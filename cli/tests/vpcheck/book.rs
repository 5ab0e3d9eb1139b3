//! The guide says what the program does: its commands are run, and what they print is what the pages show.
//!
//! A page is docs/book/LANGUAGE/NAME.md. Its fenced blocks are, by their info string:
//! - `console`: commands behind `$ `, each with what it prints under it. They are run one after another by a shell, in a
//!   folder that has the playground's examples. A line `⋮` stands for any lines that are left out, and `$?` for how the
//!   command before it ended.
//! - a format and a name, such as `yaml traffic.yaml`: a file of that folder from here on.
//! - anything else is only read, and has no command of ours that could be run.
//!
//! `VPCHECK_BOOK=write cargo test -p vpcheck --test vpcheck book` writes into the pages what is printed now; a block
//! that is still right stays as it is.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_yaml::Value;

use crate::Workspace;

/// The folder of a language, and what the environment of its readers says.
const LANGUAGES: [(&str, &str); 2] = [("en", "en_US.UTF-8"), ("ja", "ja_JP.UTF-8")];

/// Stands for lines that are left out.
const LEFT_OUT: &str = "⋮";

#[test]
fn the_commands_of_the_guide_print_what_it_shows() {
    if Command::new("sh").args(["-c", "true"]).status().is_err() {
        eprintln!("skipped: there is no sh");
        return;
    }
    let is_writing = env::var("VPCHECK_BOOK").is_ok_and(|how| how == "write");
    let mut wrong = String::new();
    for (language, locale) in LANGUAGES {
        for path in pages(language) {
            let text = fs::read_to_string(&path).unwrap();
            let run = run_page(&text, locale);
            if is_writing {
                fs::write(&path, run.page).unwrap();
            } else if !run.differences.is_empty() {
                wrong.push_str(&format!("{}\n{}\n", path.display(), run.differences));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn both_languages_show_the_same_commands_and_files() {
    for path in pages("en") {
        let [english, japanese] = LANGUAGES.map(|(language, _)| {
            let path = book().join(language).join(path.file_name().unwrap());
            let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
            let shown = |block: &Block| match block.kind() {
                Kind::Console => block.steps(&text).into_iter().map(|step| step.command).collect(),
                Kind::File(name) => vec![format!("the file {name}")],
                Kind::Other => Vec::new(),
            };
            blocks(&text).iter().flat_map(shown).collect::<Vec<String>>()
        });
        assert_eq!(english, japanese, "{}", path.display());
    }
    assert_eq!(pages("en").len(), pages("ja").len(), "a page of one language only");
}

#[test]
fn no_command_of_the_guide_goes_untried() {
    for path in LANGUAGES.iter().flat_map(|(language, _)| pages(language)) {
        let text = fs::read_to_string(&path).unwrap();
        for block in blocks(&text).iter().filter(|block| block.kind() == Kind::Other) {
            for line in text[block.content.clone()].lines() {
                let is_command = line.starts_with("vpcheck ") || line.contains("| vpcheck ");
                assert!(!is_command, "{}: `{line}` belongs into a `console` block", path.display());
            }
        }
    }
}

#[test]
fn the_steps_of_a_workflow_in_the_guide_are_those_of_the_action() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let yaml = |text: &str| serde_yaml::from_str::<Value>(text).unwrap();
    let action = yaml(&fs::read_to_string(root.join("action.yml")).unwrap());
    let mut steps = 0;
    for (language, _) in LANGUAGES {
        let text = fs::read_to_string(book().join(language).join("ci.md")).unwrap();
        for block in blocks(&text).iter().filter(|block| block.info == "yaml workflow") {
            let workflow = yaml(&text[block.content.clone()]);
            let jobs = workflow["jobs"].as_mapping().unwrap().values();
            for step in jobs.flat_map(|job| job["steps"].as_sequence().unwrap()) {
                if !step["uses"].as_str().is_some_and(|action| action.contains("/vpcheck@")) {
                    continue;
                }
                steps += 1;
                for name in step["with"].as_mapping().unwrap().keys() {
                    assert!(action["inputs"].get(name).is_some(), "{language}: no input {name:?}");
                }
            }
        }
    }
    assert!(steps >= LANGUAGES.len(), "a workflow in each language");
}

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/book")
}

/// The pages of a language, by name.
fn pages(language: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(book().join(language)).unwrap().map(|file| file.unwrap().path());
    let mut pages: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    assert!(!pages.is_empty(), "no page in {language}");
    pages
}

struct PageRun {
    /// The page with what is printed now.
    page: String,
    /// What the page shows otherwise; empty where all is right.
    differences: String,
}

fn run_page(text: &str, locale: &str) -> PageRun {
    let workspace = with_examples();
    let mut page = String::new();
    let mut differences = String::new();
    let mut copied = 0;
    let mut status = 0;
    for block in blocks(text) {
        match block.kind() {
            Kind::Other => {}
            Kind::File(name) => workspace.write(name, &text[block.content.clone()]),
            Kind::Console => {
                page.push_str(&text[copied..block.content.start]);
                for step in block.steps(text) {
                    let printed = run_step(&workspace, &step.command, locale, &mut status);
                    let is_right = is_like(&step.shown, &printed);
                    if !is_right {
                        let command = &step.command;
                        differences.push_str(&format!(
                            "$ {command}\n--- shown\n{}--- printed\n{printed}",
                            step.shown
                        ));
                    }
                    let shown = if is_right { &step.shown } else { &printed };
                    page.push_str(&format!("$ {}\n{shown}", step.command));
                }
                copied = block.content.end;
            }
        }
    }
    page.push_str(&text[copied..]);
    PageRun { page, differences }
}

fn with_examples() -> Workspace {
    let workspace = Workspace::new([]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/examples");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        workspace.write(path.file_name().unwrap().to_str().unwrap(), fs::read(&path).unwrap());
    }
    workspace
}

/// What a command prints on both of its outputs, with a line's end at the end. `status` is how the one before it ended.
fn run_step(workspace: &Workspace, command: &str, locale: &str, status: &mut i32) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_vpcheck")).parent().unwrap();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([program.to_path_buf()].into_iter().chain(env::split_paths(&path))).unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec 2>&1; (exit {status}); {command}"));
    shell.current_dir(workspace.path()).stdin(Stdio::null()).env("PATH", path);
    for variable in ["LC_ALL", "LC_MESSAGES", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        shell.env_remove(variable);
    }
    let output = shell.env("LANG", locale).output().unwrap();
    *status = output.status.code().unwrap();
    let mut printed = String::from_utf8(output.stdout).unwrap();
    if !printed.is_empty() && !printed.ends_with('\n') {
        printed.push('\n');
    }
    // Blanks at the end of a line are nothing that a reader sees, and an editor takes them away.
    printed.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Whether `printed` is what is shown, where `⋮` stands for any lines.
fn is_like(shown: &str, printed: &str) -> bool {
    let shown: Vec<&str> = shown.lines().collect();
    let printed: Vec<&str> = printed.lines().collect();
    let parts: Vec<&[&str]> = shown.split(|line| *line == LEFT_OUT).collect();
    let [first, middle @ .., last] = &*parts else { return shown == printed };
    if !printed.starts_with(first) {
        return false;
    }
    let mut rest = &printed[first.len()..];
    for part in middle {
        let Some(at) = (0..=rest.len()).find(|at| rest[*at..].starts_with(part)) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// A fenced block.
struct Block {
    info: String,
    /// Its lines in the page.
    content: Range<usize>,
}

#[derive(Debug, PartialEq)]
enum Kind<'a> {
    Console,
    /// A file of this name.
    File(&'a str),
    Other,
}

/// A command and what is shown under it.
struct Step {
    command: String,
    shown: String,
}

impl Block {
    fn kind(&self) -> Kind<'_> {
        match self.info.split_once(' ') {
            None if self.info == "console" => Kind::Console,
            Some((_, name)) if name.contains('.') => Kind::File(name),
            _ => Kind::Other,
        }
    }

    fn steps(&self, page: &str) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for line in page[self.content.clone()].lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    steps.push(Step { command: command.to_owned(), shown: String::new() });
                }
                (None, Some(step)) if step.shown.is_empty() && step.command.ends_with('\\') => {
                    step.command.push_str(&format!("\n{line}"));
                }
                (None, Some(step)) => step.shown.push_str(&format!("{line}\n")),
                (None, None) => panic!("a console block begins with a command, not with `{line}`"),
            }
        }
        steps
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let fence = line.trim_end().strip_prefix("```");
        match (open.take(), fence) {
            (Some((info, start)), Some("")) => blocks.push(Block { info, content: start..at }),
            (Some(inside), _) => open = Some(inside),
            (None, Some(info)) => open = Some((info.to_owned(), at + line.len())),
            (None, None) => {}
        }
        at += line.len();
    }
    assert!(open.is_none(), "a block that does not end");
    blocks
}
