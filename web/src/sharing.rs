//! What the page gives away: a link, Markdown, snippets and a file. What should perhaps not be in them is found first, and
//! replaced in what is shared only.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use vpcheck_core::analyze;
use vpcheck_core::diagram::{DiagramRequest, sketch};
use vpcheck_core::language::Language;
use vpcheck_core::redaction::{Sensitive, SensitiveKind, redact, sensitive};
use vpcheck_core::render;
use vpcheck_core::share::{self, Shared};
use vpcheck_core::text::LineIndex;

use crate::report::{Contexts, PATH};
use crate::state::{Pane, Theme};
use crate::{diagram, inputs};

/// What is being shared, while the dialog is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    /// Whether what should perhaps not be shared is replaced.
    pub redacts: bool,
    /// The last that was made.
    pub made: Option<Rc<Package>>,
}

impl Sharing {
    /// What may be copied: never what was made before the choice.
    pub fn ready(&self) -> Option<&Rc<Package>> {
        self.made.as_ref().filter(|made| made.redacts == self.redacts)
    }
}

/// How it is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whether sentences are Japanese.
    pub japanese: bool,
    /// Whether what should perhaps not be shared is replaced.
    pub redacts: bool,
    /// The address of the page, without what is behind `?` and `#`.
    pub page: String,
}

/// Everything that can be shared of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Whether what was found is replaced in it.
    pub redacts: bool,
    /// What should perhaps not be shared.
    pub found: Vec<Found>,
    /// The part of a link behind `#`; nothing where the template is too large.
    pub fragment: Option<String>,
    /// Markdown for an issue.
    pub issue: String,
    /// Markdown for an article.
    pub article: String,
    /// The findings for programs.
    pub json: String,
    /// The findings for code scanning.
    pub sarif: String,
}

/// A place that should perhaps not be shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is.
    pub kind: SensitiveKind,
    /// The line of the template, from 1.
    pub line: u32,
    /// The parameter whose given value it is in, where it does not stand in the template.
    pub parameter: Option<String>,
    /// What stands there.
    pub text: String,
    /// What would stand there instead.
    pub replacement: String,
}

/// Makes everything that can be shared of `shared`.
pub fn package(shared: &Shared, asked: &Asked, contexts: &Contexts) -> Package {
    let mut given = shared.clone();
    let found = replace(&mut given);
    let given = if asked.redacts { &given } else { shared };
    let language = if asked.japanese { Language::Japanese } else { Language::English };
    let options = inputs::options(given, contexts.sources());
    let analysis = analyze(PATH, &given.text, &options);
    let path = given.from.as_deref().zip(given.to.as_deref());
    let sketch = sketch(PATH, &given.text, &options, path)
        .or_else(|_| sketch(PATH, &given.text, &options, None))
        .unwrap_or_default();
    let request = DiagramRequest { language, open: &[], open_all: false, findings: &analysis.findings };
    let drawn = sketch.drawn(&request);
    let chart = if diagram::is_empty(&drawn) { String::new() } else { render::mermaid(&drawn) };
    let fragment = share::encode(given).ok();
    let link = fragment.as_ref().map(|fragment| link(&asked.page, fragment));
    Package {
        redacts: asked.redacts,
        found,
        issue: render::markdown::issue(&analysis, &given.text, language),
        article: render::markdown::article(&analysis, &chart, link.as_deref(), language),
        json: render::json::check(&[(PATH.to_owned(), &analysis)], language, None),
        sarif: render::sarif(&[(PATH.to_owned(), &analysis)], language, None),
        fragment,
    }
}

/// Replaces what should perhaps not be shared, and tells what that was.
fn replace(shared: &mut Shared) -> Vec<Found> {
    let places = sensitive(&shared.text);
    let lines = LineIndex::new(&shared.text);
    let found = |one: &Sensitive, text: &str, line, parameter| Found {
        kind: one.kind,
        line,
        parameter,
        text: one.span.slice(text).to_owned(),
        replacement: one.replacement.clone(),
    };
    let mut all: Vec<Found> =
        places.iter().map(|one| found(one, &shared.text, lines.line_of(one.span.start), None)).collect();
    for (name, value) in &mut shared.parameters {
        // As a template would say it: a name may tell that its value is a secret.
        let line = format!("{name}: {value}");
        let mut places = sensitive(&line);
        places
            .retain(|one| one.span.slice(&line).len() <= value.len() && one.span.start as usize > name.len());
        for one in &mut places {
            // What stands in the template too stays equal to it.
            let text = one.span.slice(&line);
            if let Some(known) = all.iter().find(|known| known.text == text) {
                one.replacement.clone_from(&known.replacement);
            }
        }
        all.extend(places.iter().map(|one| found(one, &line, 0, Some(name.clone()))));
        if !places.is_empty() {
            let written = redact(&line, &places);
            written.get(name.len() + 2..).unwrap_or_default().clone_into(value);
        }
    }
    shared.text = redact(&shared.text, &places);
    all
}

/// The link that opens what a fragment holds.
pub fn link(page: &str, fragment: &str) -> String {
    format!("{page}#{fragment}")
}

/// How a playground in another page is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embed {
    /// What it shows.
    pub view: Pane,
    /// Its language; without one, that of the reader's browser.
    pub language: Option<Language>,
    /// Light or dark.
    pub theme: Theme,
    /// Whether the text may only be read.
    pub is_read_only: bool,
}

impl Embed {
    /// What can be shown.
    pub const VIEWS: [Pane; 5] = [Pane::Findings, Pane::Diagram, Pane::Paths, Pane::Endpoints, Pane::Cost];

    /// Names and values, as the element and the address take them.
    fn settings(self) -> Vec<(&'static str, &'static str)> {
        let mut all = vec![("view", self.view.name())];
        all.extend(self.language.map(|language| ("lang", language.tag())));
        if self.theme != Theme::System {
            all.push(("theme", self.theme.name()));
        }
        if self.is_read_only {
            all.push(("readonly", "1"));
        }
        all
    }

    /// The element with its script.
    pub fn element(self, page: &str, fragment: &str) -> String {
        // The script lies beside the page.
        let folder = page.rfind('/').map_or("", |end| &page[..=end]);
        let mut out = format!(
            "<script type=\"module\" src=\"{}embed.js\"></script>\n<vpcheck-playground",
            attribute(folder)
        );
        for (name, value) in self.settings() {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        out + " link=\"" + &attribute(fragment) + "\"></vpcheck-playground>\n"
    }

    /// The same without a script, of one height.
    pub fn frame(self, page: &str, fragment: &str) -> String {
        let mut address = format!("{page}?embed=1");
        for (name, value) in self.settings() {
            address.push_str(&format!("&{name}={value}"));
        }
        format!(
            "<iframe src=\"{}\" title=\"vpcheck\" width=\"100%\" height=\"640\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>\n",
            attribute(&link(&address, fragment))
        )
    }
}

/// A text between the quotes of an attribute.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Parameters:\n  Password: {Type: String, Default: hunter2}\nResources:\n  Fn:\n    Type: AWS::Lambda::Function\n    Properties:\n      Role: arn:aws:iam::210987654321:role/deploy\n      Layers: [!Ref Missing]\n";

    fn shared() -> Shared {
        let parameters = [
            ("AccountRole", "arn:aws:iam::210987654321:role/other"),
            ("DbPassword", "correct-horse"),
            ("Size", "large"),
        ];
        Shared {
            text: TEXT.to_owned(),
            parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..Shared::default()
        }
    }

    fn made(redacts: bool) -> Package {
        let asked = Asked { japanese: false, redacts, page: "https://a.example/p/".to_owned() };
        package(&shared(), &asked, &Contexts::default())
    }

    #[test]
    fn what_is_found_is_told_with_its_place() {
        let found = made(true).found;
        let told: Vec<(u32, Option<&str>, &str)> =
            found.iter().map(|one| (one.line, one.parameter.as_deref(), one.text.as_str())).collect();
        assert_eq!(
            told,
            [
                (2, None, "hunter2"),
                (7, None, "210987654321"),
                (7, None, "deploy"),
                (0, Some("AccountRole"), "210987654321"),
                (0, Some("AccountRole"), "other"),
                (0, Some("DbPassword"), "correct-horse"),
            ]
        );
        assert_eq!(found[1].replacement, found[3].replacement, "equal texts stay equal");
        assert_eq!(found, made(false).found);
    }

    #[test]
    fn nothing_that_is_replaced_is_in_anything_that_is_shared() {
        let package = made(true);
        let opened = share::decode(&package.fragment.unwrap()).unwrap();
        assert!(opened.text.contains("arn:aws:iam::111122223333:role/example-1"), "{}", opened.text);
        assert_eq!(opened.parameters["Size"], "large");
        let given: Vec<&String> = opened.parameters.values().collect();
        let shared = format!(
            "{} {given:?} {} {} {} {}",
            opened.text, package.issue, package.article, package.json, package.sarif
        );
        for secret in ["hunter2", "210987654321", "role/deploy", "role/other", "correct-horse"] {
            assert!(!shared.contains(secret), "{secret}");
        }
    }

    #[test]
    fn what_is_to_stay_stays() {
        let package = made(false);
        assert_eq!(share::decode(&package.fragment.clone().unwrap()), Ok(shared()));
        assert!(package.issue.contains("`unknown-reference`, line 8") && package.issue.contains("hunter2"));
        let link = format!("(https://a.example/p/#{})", package.fragment.unwrap());
        assert!(package.article.contains(&link) && package.article.contains("```mermaid\n---\n"));
        let json: serde_json::Value = serde_json::from_str(&package.json).unwrap();
        assert_eq!(json["files"][0]["findings"][0]["rule"], "unknown-reference");
        let sarif: serde_json::Value = serde_json::from_str(&package.sarif).unwrap();
        assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-reference");
    }

    #[test]
    fn a_template_that_no_link_holds_is_shared_all_the_same() {
        let large = Shared { text: format!("{TEXT}#{}", "x".repeat(3 << 20)), ..Shared::default() };
        let package = package(&large, &Asked { japanese: true, ..Asked::default() }, &Contexts::default());
        assert_eq!(package.fragment, None);
        assert!(
            package.article.starts_with("### vpcheck: "),
            "no link, and nothing to draw: {}",
            package.article
        );
    }

    #[test]
    fn only_what_was_made_by_the_choice_may_be_copied() {
        let mut sharing = Sharing { redacts: true, made: None };
        assert!(sharing.ready().is_none());
        sharing.made = Some(Rc::new(made(false)));
        assert!(sharing.ready().is_none());
        sharing.redacts = false;
        assert!(sharing.ready().is_some());
    }

    #[test]
    fn snippets_ask_for_what_was_chosen() {
        let embed = Embed {
            view: Pane::Diagram,
            language: Some(Language::Japanese),
            theme: Theme::Dark,
            is_read_only: true,
        };
        assert_eq!(
            embed.element("https://a.example/p/index.html", "v1.A-_"),
            "<script type=\"module\" src=\"https://a.example/p/embed.js\"></script>\n<vpcheck-playground view=\"diagram\" lang=\"ja\" theme=\"dark\" readonly=\"1\" link=\"v1.A-_\"></vpcheck-playground>\n"
        );
        assert!(embed.frame("https://a.example/p&\"/", "v1.A").starts_with(
            "<iframe src=\"https://a.example/p&amp;&quot;/?embed=1&amp;view=diagram&amp;lang=ja&amp;theme=dark&amp;readonly=1#v1.A\" "
        ));
        let plain = Embed { view: Pane::Findings, language: None, theme: Theme::System, is_read_only: false };
        assert!(plain.frame("https://a.example/", "v1.A").contains("/?embed=1&amp;view=findings#v1.A\""));
    }
}
