//! Where templates come from: files, folders, standard input.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use crate::problem::Problem;

/// Extensions under which templates are kept.
const EXTENSIONS: [&str; 6] = ["yaml", "yml", "json", "template", "cform", "cfn"];

/// Folders that are walked only when they are named outright: other people's files and what tools generate.
const SKIPPED_FOLDERS: [&str; 6] = [".git", "node_modules", ".venv", ".aws-sam", "cdk.out", ".serverless"];

/// One text to check.
#[derive(Debug)]
pub(crate) struct Input {
    place: Place,
    /// Which of the [`Inputs::folders`] it was found in; nothing for an input that was named outright.
    pub(crate) folder: Option<usize>,
}

#[derive(Debug)]
enum Place {
    File {
        path: PathBuf,
        /// Its path from the root of the file system, without links.
        identity: PathBuf,
    },
    StandardInput,
}

/// Everything that the arguments name.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Texts to check, each once, folders in the order of their paths.
    pub(crate) texts: Vec<Input>,
    /// Folders that were walked.
    pub(crate) folders: Vec<Folder>,
    /// What could not be found or walked.
    pub(crate) problems: Vec<Problem>,
    /// The number of the text from each file.
    seen: BTreeMap<PathBuf, usize>,
}

/// A folder that was walked.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Its path, to be shown.
    pub(crate) path: String,
    /// Whether something in it is checked on behalf of another argument.
    pub(crate) shares_inputs: bool,
}

/// Finds what `arguments` name.
pub(crate) fn find(arguments: &[PathBuf]) -> Inputs {
    let mut found = Inputs::default();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            let number = found.texts.len();
            if found.seen.insert(argument.clone(), number).is_none() {
                found.texts.push(Input { place: Place::StandardInput, folder: None });
            }
            continue;
        }
        match argument.metadata() {
            Ok(metadata) if metadata.is_dir() => found.walk(argument),
            Ok(_) => found.add(argument.clone(), None),
            Err(error) => found.problems.push(Problem::unreadable(&shown(argument), &error)),
        }
    }
    found
}

impl Inputs {
    /// Adds a file once; one that is both found in a folder and named counts as named.
    fn add(&mut self, path: PathBuf, folder: Option<usize>) {
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        let Some(known) = self.seen.get(&identity) else {
            self.seen.insert(identity.clone(), self.texts.len());
            self.texts.push(Input { place: Place::File { path, identity }, folder });
            return;
        };
        let known = &mut self.texts[*known];
        let before = if folder.is_none() { known.folder.take() } else { None };
        for folder in folder.into_iter().chain(before) {
            self.folders[folder].shares_inputs = true;
        }
    }

    fn walk(&mut self, root: &Path) {
        let folder = self.folders.len();
        self.folders.push(Folder { path: shown(root), shares_inputs: false });
        let generated = root.file_name().is_some_and(is_skipped_folder);
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .require_git(false)
            // An ignore file above a generated folder names that very folder; who names it outright wants it.
            .parents(!generated)
            .sort_by_file_path(Path::cmp)
            .filter_entry(|entry| {
                entry.depth() == 0
                    || !(entry.file_type().is_some_and(|kind| kind.is_dir())
                        && is_skipped_folder(entry.file_name()))
            })
            .build();
        for entry in walk {
            match entry {
                // A link to a file is followed, a link to a folder is not: it may lead in a circle or far away.
                Ok(entry) if has_template_extension(entry.path()) && entry.path().is_file() => {
                    let path = entry.into_path();
                    let path = path.strip_prefix("./").map_or_else(|_| path.clone(), Path::to_path_buf);
                    self.add(path, Some(folder));
                }
                Ok(_) => {}
                Err(error) => self.problems.push(Problem {
                    what: phrase!(en: "{error}", ja: "{error}"),
                    next: phrase!(
                        en: "make it readable or name the templates one by one",
                        ja: "読み取れるようにするか、テンプレートを一つずつ指定してください"
                    ),
                }),
            }
        }
    }
}

impl Input {
    /// The path to show: as it was given, or found below the folder that was given.
    pub(crate) fn shown(&self) -> String {
        match &self.place {
            Place::File { path, .. } => shown(path),
            Place::StandardInput => "<stdin>".to_owned(),
        }
    }

    /// The file, unless it is standard input.
    pub(crate) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File { path, .. } => Some(path),
            Place::StandardInput => None,
        }
    }

    /// How long the file is, in bytes; nothing for standard input, which nobody knows before.
    pub(crate) fn length(&self) -> u64 {
        self.file().and_then(|path| path.metadata().ok()).map_or(0, |metadata| metadata.len())
    }

    /// What tells the file from others, by whatever path they are named.
    pub(crate) fn identity(&self) -> Option<&Path> {
        match &self.place {
            Place::File { identity, .. } => Some(identity),
            Place::StandardInput => None,
        }
    }

    /// The folder that relative paths in the text start from: the current one for standard input.
    pub(crate) fn parent(&self) -> &Path {
        let parent = self.file().and_then(Path::parent);
        parent.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// Whether it was named as an argument, not found in a folder.
    pub(crate) fn is_named(&self) -> bool {
        self.folder.is_none()
    }

    /// The text; nothing for a file of a folder that no one would take for a template.
    pub(crate) fn read(&self, limit: usize) -> Result<Option<String>, Problem> {
        let bytes = match &self.place {
            Place::File { path, .. } => read_file(path, limit),
            Place::StandardInput => read_limited(io::stdin().lock(), 0, limit),
        };
        let bytes = bytes.map_err(|error| Problem::unreadable(&self.shown(), &error))?;
        match decode(bytes, limit) {
            Ok(text) => Ok(Some(text)),
            // A broken template in a folder is told of, a broken picture is not.
            Err((_, bytes)) if !self.is_named() && !mentions_resources(&bytes) => Ok(None),
            Err((refusal, _)) => Err(refusal.problem(&self.shown())),
        }
    }
}

/// A path as people write it, on every system.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if cfg!(windows) { text.replace('\\', "/") } else { text }
}

/// Reads a file as far as [`read_limited`] does.
pub(crate) fn read_file(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let expected = file.metadata().map_or(0, |metadata| metadata.len());
    read_limited(file, usize::try_from(expected).unwrap_or(limit), limit)
}

/// Reads one byte more than `limit`, so that a longer text is noticed without being read to its end. So many bytes are
/// expected.
fn read_limited(reader: impl Read, expected: usize, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(expected.min(limit));
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why bytes are not taken for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    TooLarge { limit: usize },
    Empty,
    Utf16,
    Binary,
    NotUtf8 { line: usize },
}

/// Takes bytes for a text, or says why not and gives them back.
pub(crate) fn decode(bytes: Vec<u8>, limit: usize) -> Result<String, (Refusal, Vec<u8>)> {
    if bytes.len() > limit {
        return Err((Refusal::TooLarge { limit }, bytes));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err((Refusal::Utf16, bytes));
    }
    if bytes.contains(&0) {
        return Err((Refusal::Binary, bytes));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        (Refusal::NotUtf8 { line }, error.into_bytes())
    })?;
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err((Refusal::Empty, text.into_bytes()));
    }
    Ok(text)
}

impl Refusal {
    /// The refusal of a template, with what to do about it.
    pub(crate) fn problem(self, path: &str) -> Problem {
        let save_as_utf8 = || phrase!(en: "save it as UTF-8", ja: "UTF-8 で保存し直してください");
        let name_a_template = || phrase!(en: "name a template in YAML or JSON", ja: "YAML か JSON のテンプレートを指定してください");
        let (what, next): (Phrase, Phrase) = match self {
            Self::TooLarge { limit } => (
                phrase!(en: "{path}: larger than {limit} bytes", ja: "{path}: {limit} バイトを超えています"),
                phrase!(
                    en: "split it into nested stacks, as CloudFormation takes no template over 1 MB, or raise --max-size",
                    ja: "CloudFormation の上限は 1 MB です。ネストされたスタックに分けるか、--max-size を上げてください"
                ),
            ),
            Self::Empty => (phrase!(en: "{path}: empty", ja: "{path}: 空です"), name_a_template()),
            Self::Utf16 => (
                phrase!(en: "{path}: encoded in UTF-16", ja: "{path}: UTF-16 で書かれています"),
                save_as_utf8(),
            ),
            Self::Binary => (
                phrase!(en: "{path}: binary, not text", ja: "{path}: テキストではありません"),
                name_a_template(),
            ),
            Self::NotUtf8 { line } => (
                phrase!(
                    en: "{path}: not UTF-8 at line {line}",
                    ja: "{path}: {line} 行目に UTF-8 でない文字があります(Shift_JIS など)"
                ),
                save_as_utf8(),
            ),
        };
        Problem { what, next }
    }
}

/// Says that a file named outright is no template.
pub(crate) fn not_a_template(path: &str) -> Problem {
    Problem {
        what: phrase!(
            en: "{path}: not a CloudFormation or SAM template: it has no Resources with a Type",
            ja: "{path}: CloudFormation や SAM のテンプレートではありません: Type を持つ Resources がありません"
        ),
        next: phrase!(
            en: "name a template, or a folder to search for templates",
            ja: "テンプレートか、テンプレートを探すフォルダを指定してください"
        ),
    }
}

/// Says that a folder holds no template: a check of nothing must not pass.
pub(crate) fn no_template_in(folder: &str) -> Problem {
    let extensions = EXTENSIONS.join(",");
    Problem {
        what: phrase!(en: "{folder}: no template in this folder", ja: "{folder}: テンプレートが見つかりません"),
        next: phrase!(
            en: "name the template itself; in folders, files named *.{{{extensions}}} are read and .gitignore is obeyed",
            ja: "テンプレートを直接指定してください。フォルダでは *.{{{extensions}}} を読み、.gitignore に従います"
        ),
    }
}

fn is_skipped_folder(name: &OsStr) -> bool {
    SKIPPED_FOLDERS.iter().any(|skipped| name == *skipped)
}

fn has_template_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Whether bytes that are no clean text might have been meant as a template, in UTF-8, UTF-16 or a Japanese encoding.
pub(crate) fn mentions_resources(bytes: &[u8]) -> bool {
    let ascii: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let mentions = |word: &[u8]| ascii.windows(word.len()).any(|window| window == word);
    mentions(b"AWSTemplateFormatVersion") || (mentions(b"Resources") && mentions(b"AWS::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_refused_with_the_reason() {
        let cases: [(&[u8], Refusal); 8] = [
            (b"", Refusal::Empty),
            (b" \r\n\t", Refusal::Empty),
            ("\u{feff}".as_bytes(), Refusal::Empty),
            (b"\xff\xfea\0", Refusal::Utf16),
            (b"\xfe\xff\0a", Refusal::Utf16),
            (b"a\0b", Refusal::Binary),
            (b"a: 1\nb: \x83\x65\x83\x58\n", Refusal::NotUtf8 { line: 2 }),
            (b"0123456789012345678901234567890", Refusal::TooLarge { limit: 30 }),
        ];
        for (bytes, refusal) in cases {
            assert_eq!(decode(bytes.to_vec(), 30), Err((refusal, bytes.to_vec())));
        }
        assert_eq!(decode(b"012345678901234567890123456789".to_vec(), 30).map(|text| text.len()), Ok(30));
    }

    #[test]
    fn reading_stops_one_byte_after_the_limit() {
        assert_eq!(read_limited(io::repeat(b'a'), 0, 10).unwrap().len(), 11);
    }

    #[test]
    fn a_damaged_template_is_told_from_other_damaged_files() {
        let utf16: Vec<u8> =
            "AWSTemplateFormatVersion: x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(mentions_resources(&utf16));
        assert!(mentions_resources(b"Resources:\n  A:\n    Type: AWS::SNS::Topic # \x83\x65"));
        assert!(!mentions_resources(b"{\"Resources\": 1}\0"));
    }

    #[test]
    fn extensions_are_known_in_any_case() {
        for (path, expected) in [
            ("a.yaml", true),
            ("a.YML", true),
            ("a.template.json", true),
            ("a.cfn", true),
            ("yaml", false),
            ("a.md", false),
        ] {
            assert_eq!(has_template_extension(Path::new(path)), expected, "{path}");
        }
    }
}
