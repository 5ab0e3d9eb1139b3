//! The book: the guide in docs/book and a page for each rule, in both languages, built by mdBook into book/.
//!
//! Its pages are gathered first, since the rules' documents lie beside the rules and pictures beside what draws them. The
//! built book stands below the playground, at `book/LANGUAGE/`: `../../` of a page of the guide is the playground.

use crate::{
    cache::{Cache, announce},
    install,
    process::run,
    project::Project,
};
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
    process::Command,
};
use vpcheck_core::{
    language::{Language, Phrase},
    phrase,
    rules::{self, RuleInfo},
    share::{self, Shared},
};

/// Where the built book lies, from the top of the repository and below the playground.
pub(crate) const FOLDER: &str = "book";

/// Names the address of the repository, for links to what is not of the book.
const REPOSITORY: &str = "VPCHECK_REPOSITORY";

const LANGUAGES: [Language; 2] = [Language::English, Language::Japanese];

/// The beginning of a link, and where its target starts.
const LINK: &str = "](";

pub(crate) fn build(project: &Project) -> Result<()> {
    let mdbook = install::mdbook(&Cache::open()?)?.join("mdbook");
    let repository = std::env::var(REPOSITORY).ok().filter(|address| !address.is_empty());
    let target = project.path(FOLDER);
    if target.exists() {
        fs::remove_dir_all(&target).with_context(|| format!("cannot clear {}", target.display()))?;
    }
    for language in LANGUAGES {
        let tag = language.tag();
        let staged = project.path("target/book").join(tag);
        if staged.exists() {
            fs::remove_dir_all(&staged).with_context(|| format!("cannot clear {}", staged.display()))?;
        }
        write(&staged.join("book.toml"), settings(language).as_bytes())?;
        for (path, content) in Book::gather(project, language, repository.as_deref())?.files {
            write(&staged.join("src").join(path), &content)?;
        }
        run(Command::new(&mdbook).arg("build").arg(&staged).arg("--dest-dir").arg(target.join(tag)))?;
    }
    write(&target.join("index.html"), BOTH.as_bytes())?;
    announce(&format!("the book is in {FOLDER}/; `cargo xtask build-page` puts it beside the playground"));
    Ok(())
}

/// Who comes without saying the language chooses it.
const BOTH: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>vpcheck</title>
<p><a href=\"en/index.html\">The guide to vpcheck</a></p>
<p lang=\"ja\"><a href=\"ja/index.html\">vpcheck ガイド</a></p>
";

fn write(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// What mdBook is given for one language: the content of each file by its path.
struct Book {
    files: BTreeMap<String, Vec<u8>>,
}

/// Where the links of a page lead.
struct Links<'a> {
    project: &'a Project,
    /// The folder of the page, from the top of the repository.
    folder: PathBuf,
    /// The folder of the guide in this language.
    guide: PathBuf,
    repository: Option<&'a str>,
    /// Pictures of the repository that the page shows: their name in the book, their path.
    pictures: BTreeMap<String, PathBuf>,
}

impl Book {
    fn gather(project: &Project, language: Language, repository: Option<&str>) -> Result<Self> {
        let guide = PathBuf::from("docs/book").join(language.tag());
        let mut files = BTreeMap::new();
        let folder = project.path(&guide.to_string_lossy());
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            if name == "SUMMARY.md" {
                files.insert(name, (text + &contents_of_rules(language)).into_bytes());
                continue;
            }
            let mut links = Links {
                project,
                folder: guide.clone(),
                guide: guide.clone(),
                repository,
                pictures: BTreeMap::new(),
            };
            let text = links.led(&text)? + &footer(language, &name, "");
            for (name, path) in links.pictures {
                let picture = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                files.insert(name, picture);
            }
            files.insert(name, text.into_bytes());
        }
        files.insert("rules/index.md".to_owned(), list_of_rules(language).into_bytes());
        for rule in rules::all() {
            let page = page_of_rule(project, rule, language)?;
            files.insert(format!("rules/{}.md", rule.id.0), page.into_bytes());
        }
        Ok(Self { files })
    }
}

fn settings(language: Language) -> String {
    let tag = language.tag();
    format!(
        "[book]\ntitle = \"vpcheck\"\nlanguage = \"{tag}\"\nsrc = \"src\"\n\n[output.html]\nno-section-label = true\n\n[output.html.fold]\nenable = true\nlevel = 0\n"
    )
}

/// Under every page: the same page in the other language, and the playground. `up` leads to the guide's folder.
fn footer(language: Language, name: &str, up: &str) -> String {
    let page = name.replace(".md", ".html");
    let (other, words) = match language {
        Language::English => ("ja", "日本語"),
        Language::Japanese => ("en", "English"),
    };
    let playground: Phrase = phrase!(en: "The playground", ja: "プレイグラウンド");
    format!("\n---\n\n[{words}]({up}../{other}/{page}) · [{}]({up}../../)\n", playground.get(language))
}

/// The rules' part of SUMMARY.md.
fn contents_of_rules(language: Language) -> String {
    let title: Phrase = phrase!(en: "Rules", ja: "ルール一覧");
    let mut out = format!("\n- [{}](rules/index.md)\n", title.get(language));
    for rule in rules::all() {
        let id = rule.id.0;
        out.push_str(&format!("    - [{id}](rules/{id}.md)\n"));
    }
    out
}

/// rules/index.md: every rule in a line, by area.
fn list_of_rules(language: Language) -> String {
    let head: Phrase = phrase!(
        en: "# Rules\n\nAn *error* will not deploy or will not work; a *warning* costs money or breaks under load or in the failure of a zone; an *info* is worth knowing. A fix is *safe* (cannot change what works), *suggested* (right in the common case) or *unsafe*. `vpcheck explain RULE` prints the same documents.\n",
        ja: "# ルール一覧\n\n「エラー」はデプロイできない、または動作しないもの、「警告」は余計な費用がかかる、または負荷や AZ 障害で止まるもの、「情報」は知っておくとよいものです。自動修正は safe (動いているものを変えない)、suggested (多くの場合に正しい。要確認)、unsafe のいずれかです。`vpcheck explain RULE` でも同じ説明を表示できます。\n",
    );
    let columns: Phrase = phrase!(
        en: "| Rule | Severity | Fix | What it reports |",
        ja: "| ルール | 重要度 | 修正 | 内容 |",
    );
    let mut out = head.get(language).to_owned();
    let mut area = None;
    for rule in rules::all() {
        if area != Some(rule.area) {
            area = Some(rule.area);
            let title = rule.area.title();
            let columns = columns.get(language);
            out.push_str(&format!("\n## {}\n\n{columns}\n| --- | --- | --- | --- |\n", title.get(language)));
        }
        let (id, severity) = (rule.id.0, rule.severity.words());
        let fix = rule.fix.map_or("-", |safety| safety.name());
        let summary = (rule.summary)().get(language).replace('|', "\\|");
        out.push_str(&format!("| [{id}]({id}.md) | {} | {fix} | {summary} |\n", severity.get(language)));
    }
    out + &footer(language, "rules/index.md", "../")
}

/// The document of a rule, with a link under each bad example that opens it in the playground.
fn page_of_rule(project: &Project, rule: &RuleInfo, language: Language) -> Result<String> {
    let id = rule.id.0;
    let end = match language {
        Language::English => "md",
        Language::Japanese => "ja.md",
    };
    let path = project.path(&format!("core/src/rules/{id}.{end}"));
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let words: Phrase = phrase!(en: "Open it in the playground", ja: "プレイグラウンドで開く");
    let mut out = String::new();
    let mut example: Option<String> = None;
    for line in text.lines() {
        out.push_str(&format!("{line}\n"));
        match (&mut example, line) {
            (Some(text), "```") => {
                let shared = Shared { text: std::mem::take(text), ..Shared::default() };
                example = None;
                if let Ok(fragment) = share::encode(&shared) {
                    let (words, tag) = (words.get(language), language.tag());
                    out.push_str(&format!("\n[{words}](../../../?lang={tag}#{fragment})\n"));
                }
            }
            (Some(text), line) => text.push_str(&format!("{line}\n")),
            (None, "```yaml bad") => example = Some(String::new()),
            (None, _) => {}
        }
    }
    Ok(out + &footer(language, &format!("rules/{id}.md"), "../"))
}

impl Links<'_> {
    /// A page with its links led to where they stand in the book. A link to another file of the repository leads there where its
    /// address is known, and is only its words where it is not.
    fn led(&mut self, text: &str) -> Result<String> {
        let mut out = String::new();
        let mut is_code = false;
        for line in text.lines() {
            is_code ^= line.starts_with("```");
            if is_code {
                out.push_str(line);
            } else {
                self.lead_line(line, &mut out)?;
            }
            out.push('\n');
        }
        Ok(out)
    }

    fn lead_line(&mut self, line: &str, out: &mut String) -> Result<()> {
        let mut rest = line;
        while let Some(at) = rest.find(LINK) {
            let end = rest[at..].find(')').map(|end| at + end).context("a link that does not end")?;
            let target = &rest[at + LINK.len()..end];
            let start = rest[..at].rfind('[').context("a link without words")?;
            match self.target(target)? {
                Some(target) => out.push_str(&format!("{}]({target})", &rest[..at])),
                None => out.push_str(&format!("{}{}", &rest[..start], &rest[start + 1..at])),
            }
            rest = &rest[end + 1..];
        }
        out.push_str(rest);
        Ok(())
    }

    fn target(&mut self, target: &str) -> Result<Option<String>> {
        if target.contains("://") || target.starts_with('#') {
            return Ok(Some(target.to_owned()));
        }
        let path = target.split(['?', '#']).next().unwrap_or_default();
        let path = plain(&self.folder.join(path));
        // The playground, and pages of the guide: those of rules are made, and all have another ending in the end.
        if path == Path::new("docs") || path.starts_with(&self.guide) || self.is_other_language(&path) {
            return Ok(Some(target.to_owned()));
        }
        let file = self.project.path(&path.to_string_lossy());
        if !file.is_file() {
            bail!("{target} leads to {}, which is not there", file.display());
        }
        if path.extension().is_some_and(|end| end == "svg" || end == "webp") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("pictures/{name}");
            self.pictures.insert(name.clone(), file);
            return Ok(Some(name));
        }
        Ok(self
            .repository
            .map(|address| format!("{}/blob/HEAD/{}", address.trim_end_matches('/'), path.to_string_lossy())))
    }

    fn is_other_language(&self, path: &Path) -> bool {
        path.starts_with("docs/book") && !path.starts_with(&self.guide)
    }
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Book, LANGUAGES, LINK, plain};
    use crate::project::Project;
    use std::path::Path;
    use vpcheck_core::{language::Language, rules, share};

    fn book(language: Language) -> Book {
        Book::gather(&Project::locate().unwrap(), language, Some("https://code.example/vpcheck")).unwrap()
    }

    fn text(book: &Book, page: &str) -> String {
        String::from_utf8(book.files[page].clone()).unwrap()
    }

    /// The pages, in the order of their names.
    fn pages(book: &Book) -> Vec<String> {
        let is_page = |name: &String| {
            Path::new(name).extension().is_some_and(|end| end == "md") && name != "SUMMARY.md"
        };
        book.files.keys().filter(|name| is_page(name)).cloned().collect()
    }

    fn links(text: &str) -> Vec<String> {
        let mut is_code = false;
        let lines = text.lines().filter(|line| {
            is_code ^= line.starts_with("```");
            !is_code
        });
        lines
            .flat_map(|line| line.split(LINK).skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()))
            .collect()
    }

    /// The headings of a page as mdBook names them in addresses.
    fn anchors(text: &str) -> Vec<String> {
        let mut is_code = false;
        let mut anchors = Vec::new();
        for line in text.lines() {
            is_code ^= line.starts_with("```");
            let title = line.trim_start_matches('#');
            if !is_code && line.starts_with('#') && title.starts_with(' ') {
                let keep = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                let words = title.trim().to_lowercase().replace(char::is_whitespace, "-");
                anchors.push(words.chars().filter(|c| keep(*c)).collect());
            }
        }
        anchors
    }

    #[test]
    fn the_contents_name_every_page_and_only_those() {
        let names = |language| {
            let book = book(language);
            let mut listed = links(&text(&book, "SUMMARY.md"));
            listed.sort();
            let there = pages(&book);
            assert_eq!(listed, there);
            there
        };
        assert_eq!(names(Language::English), names(Language::Japanese));
    }

    #[test]
    fn every_link_leads_somewhere() {
        let books = LANGUAGES.map(|language| (language.tag(), book(language)));
        let mut checked = 0;
        for (tag, book) in &books {
            for name in &pages(book) {
                let page = text(book, name);
                for link in links(&page) {
                    let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
                    let path = path.split_once('?').map_or(path, |(path, _)| path);
                    if path.contains("://") {
                        continue;
                    }
                    checked += 1;
                    let at = Path::new("site/book").join(tag).join(name);
                    let path = if path.is_empty() { at } else { plain(&at.parent().unwrap().join(path)) };
                    if path == Path::new("site") {
                        // A link opens the template that it carries.
                        assert!(anchor.is_empty() || share::decode(anchor).is_ok(), "{tag}/{name}: {link}");
                        continue;
                    }
                    let path = path.to_string_lossy().replace(".html", ".md");
                    let target = books.iter().find_map(|(tag, book)| {
                        let name = path.strip_prefix(&format!("site/book/{tag}/"))?;
                        book.files.get(name)
                    });
                    let target = target.unwrap_or_else(|| panic!("{tag}/{name}: {link} leads nowhere"));
                    if !anchor.is_empty() {
                        let anchors = anchors(&String::from_utf8_lossy(target));
                        assert!(anchors.iter().any(|one| one == anchor), "{tag}/{name}: {link}: {anchors:?}");
                    }
                }
            }
        }
        assert!(checked > 4 * rules::all().len(), "{checked} links");
    }

    #[test]
    fn a_rule_has_its_document_and_its_example_can_be_opened() {
        for language in LANGUAGES {
            let book = book(language);
            let page = text(&book, "rules/circular-dependency.md");
            let links = links(&page);
            let start = format!("../../../?lang={}#", language.tag());
            let fragment = links.iter().find_map(|link| link.strip_prefix(&start)).unwrap();
            let shared = share::decode(fragment).unwrap();
            assert!(page.contains(&shared.text), "{}", shared.text);
        }
    }

    #[test]
    fn what_is_not_of_the_book_is_read_in_the_repository_or_nowhere() {
        let known = text(&book(Language::English), "testing.md");
        assert!(known.contains("[COVERAGE.md](https://code.example/vpcheck/blob/HEAD/COVERAGE.md)"));
        let project = Project::locate().unwrap();
        let unknown = Book::gather(&project, Language::English, None).unwrap();
        let page = text(&unknown, "testing.md");
        assert!(page.contains("COVERAGE.md lists every one") && !page.contains("](../../../"), "{page}");
    }
}
