//! `vpcheck init`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use vpcheck_core::language::Language;
use vpcheck_core::phrase;

use crate::config::NAMES;
use crate::input::shown;
use crate::outcome::Outcome;
use crate::problem::Problem;

/// A vpcheck.yaml with every key, all of them commented out.
pub(crate) fn content(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("config/vpcheck.en.yaml"),
        Language::Japanese => include_str!("config/vpcheck.ja.yaml"),
    }
}

/// Writes a commented vpcheck.yaml into a folder that has none.
pub(crate) fn run(folder: &Path, language: Language) -> Result<Outcome, Problem> {
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    if let Some(known) = NAMES.iter().map(|name| folder.join(name)).find(|path| path.exists()) {
        return Err(exists(&known));
    }
    let path = folder.join(NAMES[0]);
    let written = OpenOptions::new().write(true).create_new(true).open(&path);
    let written = written.and_then(|mut file| file.write_all(content(language).as_bytes()));
    match written {
        Ok(()) => {
            let path = shown(&path);
            let told = phrase!(en: "{path}: written", ja: "{path}: 作成しました");
            Ok(Outcome::of_text(format!("{}\n", told.get(language))))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&path)),
        Err(error) => {
            let path = shown(&path);
            Err(Problem {
                what: phrase!(en: "{path}: cannot be written: {error}", ja: "{path}: 書き込めません: {error}"),
                next: phrase!(
                    en: "name a folder that you may write to",
                    ja: "書き込み可能なフォルダを指定してください",
                ),
            })
        }
    }
}

fn exists(path: &Path) -> Problem {
    let path = shown(path);
    Problem {
        what: phrase!(en: "{path}: exists already", ja: "{path}: すでに存在します"),
        next: phrase!(
            en: "edit it, or name another folder: nothing is overwritten",
            ja: "そのファイルを編集するか、別のフォルダを指定してください。上書きはしません",
        ),
    }
}
