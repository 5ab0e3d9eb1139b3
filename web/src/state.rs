//! What the page shows, and how each event changes it. Nothing here touches the browser.

use std::collections::BTreeMap;
use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::share::{self, ShareError, Shared};

use crate::examples;
use crate::report::Report;
use crate::words;

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The template, with `\n` line ends as the editor keeps it.
    pub text: Rc<str>,
    /// Values of its parameters that the user gave.
    pub parameters: BTreeMap<String, String>,
    /// Grows with every change of what is analysed; an analysis carries the number of what it saw.
    pub revision: u32,
    /// Whether the user, not a link or an example, made the text what it is.
    pub is_edited: bool,
    /// The last analysis, and the revision it saw.
    pub analysed: Option<(u32, Rc<Report>)>,
    /// The finding that is shown in both places, by its index.
    pub chosen: Option<usize>,
    /// The language of the page.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// What a narrow screen shows.
    pub pane: Pane,
    /// Something to tell the user.
    pub notice: Option<Notice>,
    /// The rule whose document is open.
    pub explained: Option<String>,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Its name in storage and in the page's attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name)
    }

    /// The one that the toggle shows next.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// One of the two halves of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The editor.
    #[default]
    Template,
    /// The findings.
    Findings,
}

/// Something to tell the user once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The address holds no state that can be opened; the text stayed as it was.
    LinkRefused(ShareError),
    /// The text is too large for the address.
    NotLinked,
    /// Another text took the place of one that the user had written.
    Replaced,
    /// A fix was applied.
    Fixed,
    /// The link is in the clipboard.
    Copied,
    /// The clipboard cannot be written.
    NotCopied,
    /// The analysis broke down on this text.
    AnalysisFailed,
    /// The analysis took too long on this text.
    AnalysisStopped,
}

impl Notice {
    /// The sentence.
    pub fn words(self) -> Phrase {
        match self {
            Self::LinkRefused(error) => error.explain(),
            Self::NotLinked => words::not_linked(),
            Self::Replaced => words::replaced(),
            Self::Fixed => words::fixed(),
            Self::Copied => words::copied(),
            Self::NotCopied => words::not_copied(),
            Self::AnalysisFailed => words::analysis_failed(),
            Self::AnalysisStopped => words::analysis_stopped(),
        }
    }

    /// Whether it may go away by itself: it only says that what was asked for was done.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Copied | Self::Fixed)
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The editor's text changed.
    Edited(Rc<str>),
    /// The editor's cursor moved.
    CursorMoved(u32),
    /// A finding was asked for, in the list or in the editor.
    Chosen(usize),
    /// An analysis ended.
    Analysed(u32, Rc<Report>),
    /// A parameter was given a value; an empty one takes it away.
    ParameterGiven(String, String),
    /// The editor now holds a text from a link or an example.
    Opened(Rc<str>, BTreeMap<String, String>),
    /// A language was chosen.
    LanguageChosen(Language),
    /// A theme was chosen.
    ThemeChosen(Theme),
    /// A narrow screen was asked to show the other half.
    Shown(Pane),
    /// There is something to tell.
    Told(Notice),
    /// It was read.
    Dismissed,
    /// A rule's document was asked for.
    Explained(String),
    /// It was closed.
    Closed,
}

impl State {
    /// The state that an address opens: what its fragment holds, or the first example.
    pub fn open(fragment: &str, language: Language, theme: Theme) -> Self {
        let (shared, notice) = match open_link(fragment) {
            None => (first_example(), None),
            Some(Ok(shared)) => (shared, None),
            Some(Err(error)) => (first_example(), Some(Notice::LinkRefused(error))),
        };
        Self {
            text: editor_text(&shared.text),
            parameters: shared.parameters,
            revision: 1,
            is_edited: false,
            analysed: None,
            chosen: None,
            language,
            theme,
            pane: Pane::default(),
            notice,
            explained: None,
        }
    }

    /// The state after `action`.
    #[must_use]
    pub fn after(&self, action: Action) -> Self {
        let mut next = self.clone();
        match action {
            Action::Edited(text) => {
                if *text != *self.text {
                    next.text = text;
                    next.is_edited = true;
                    next.revision += 1;
                }
            }
            Action::Opened(text, parameters) => {
                next.notice = self.is_edited.then_some(Notice::Replaced);
                next.text = text;
                next.parameters = parameters;
                next.is_edited = false;
                next.chosen = None;
                next.pane = Pane::Template;
                next.revision += 1;
            }
            Action::ParameterGiven(name, value) => {
                let value = value.trim().to_owned();
                if self.parameters.get(&name).map_or("", String::as_str) != value {
                    if value.is_empty() {
                        next.parameters.remove(&name);
                    } else {
                        next.parameters.insert(name, value);
                    }
                    next.revision += 1;
                }
            }
            Action::Analysed(revision, report) => {
                if revision == self.revision {
                    next.chosen = self.chosen_in(&report);
                    next.analysed = Some((revision, report));
                }
            }
            Action::CursorMoved(at) => {
                next.chosen = self.current_report().and_then(|report| report.finding_at(at));
            }
            Action::Chosen(index) => {
                next.chosen = Some(index);
                next.pane = Pane::Template;
            }
            Action::LanguageChosen(language) => next.language = language,
            Action::ThemeChosen(theme) => next.theme = theme,
            Action::Shown(pane) => next.pane = pane,
            Action::Told(notice) => next.notice = Some(notice),
            Action::Dismissed => next.notice = None,
            Action::Explained(rule) => next.explained = Some(rule),
            Action::Closed => next.explained = None,
        }
        next
    }

    /// The last report, however old. What is shown stays until there is something newer.
    pub fn report(&self) -> Option<&Rc<Report>> {
        self.analysed.as_ref().map(|(_, report)| report)
    }

    /// The report, when it is on the text as it stands: only then do its places and fixes fit.
    pub fn current_report(&self) -> Option<&Rc<Report>> {
        self.analysed.as_ref().filter(|(revision, _)| *revision == self.revision).map(|(_, report)| report)
    }

    /// The fragment of a link that opens this state.
    ///
    /// # Errors
    /// When the text is too large for a link.
    pub fn link(&self) -> Result<String, ShareError> {
        share::encode(&Shared { text: self.text.to_string(), parameters: self.parameters.clone() })
    }

    /// The finding of `report` that is the chosen one of the report before.
    fn chosen_in(&self, report: &Report) -> Option<usize> {
        let fingerprint = &self.report()?.findings.get(self.chosen?)?.fingerprint;
        report.findings.iter().position(|finding| finding.fingerprint == *fingerprint)
    }
}

/// What the fragment of an address holds; nothing when there is none.
pub fn open_link(fragment: &str) -> Option<Result<Shared, ShareError>> {
    let fragment = fragment.trim_start_matches('#');
    (!fragment.is_empty()).then(|| share::decode(fragment))
}

/// `text` as the editor keeps it, so that places agree between the two.
pub fn editor_text(text: &str) -> Rc<str> {
    text.replace("\r\n", "\n").replace('\r', "\n").into()
}

fn first_example() -> Shared {
    Shared { text: examples::ALL[0].text.to_owned(), ..Shared::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Finding, Label, Place};
    use vpcheck_core::finding::Severity;

    fn opened() -> State {
        State::open("", Language::English, Theme::System)
    }

    fn report(fingerprints: &[&str]) -> Rc<Report> {
        let finding = |(at, fingerprint): (u32, &&str)| Finding {
            rule: "unknown-reference".to_owned(),
            severity: Severity::Error,
            message: Phrase::verbatim(""),
            help: Phrase::verbatim(""),
            labels: vec![Label {
                place: Some(Place { from: at * 10, to: at * 10 + 5 }),
                line: Some(1),
                path: None,
                text: Phrase::verbatim(""),
                primary: true,
            }],
            fix: None,
            suppressed: None,
            fingerprint: (*fingerprint).to_owned(),
        };
        Rc::new(Report {
            is_template: true,
            findings: (0..).zip(fingerprints).map(finding).collect(),
            ..Report::default()
        })
    }

    #[test]
    fn a_first_visit_opens_the_first_example() {
        let state = opened();
        assert_eq!(*state.text, *examples::ALL[0].text);
        assert_eq!((state.notice, state.is_edited), (None, false));
    }

    #[test]
    fn a_link_opens_as_it_was() {
        let mut state = opened().after(Action::Edited("Resources: {}\n".into()));
        state = state.after(Action::ParameterGiven("Vpc".to_owned(), " vpc-1 ".to_owned()));
        let again = State::open(&format!("#{}", state.link().unwrap()), Language::English, Theme::System);
        assert_eq!((again.text, again.parameters), (state.text, state.parameters));
    }

    #[test]
    fn a_damaged_link_says_so_and_shows_something() {
        let state = State::open("#v1.x", Language::English, Theme::System);
        assert_eq!(state.notice, Some(Notice::LinkRefused(ShareError::Damaged)));
        assert!(!state.text.is_empty());
    }

    #[test]
    fn only_the_analysis_of_the_text_as_it_stands_counts() {
        let state = opened().after(Action::Analysed(1, report(&["a"])));
        assert!(state.current_report().is_some());
        let typed = state.after(Action::Edited("x".into()));
        assert!(typed.current_report().is_none());
        assert!(typed.report().is_some(), "the list stays until there is a newer one");
        let late = typed.after(Action::Analysed(1, report(&["a", "b"])));
        assert_eq!(late, typed);
        assert_eq!(late.after(Action::Analysed(2, report(&[]))).current_report().unwrap().findings.len(), 0);
    }

    #[test]
    fn the_same_text_is_no_edit() {
        let state = opened();
        assert_eq!(state.after(Action::Edited(state.text.clone())), state);
    }

    #[test]
    fn the_chosen_finding_stays_chosen_while_others_come_and_go() {
        let state = opened().after(Action::Analysed(1, report(&["a", "b"]))).after(Action::Chosen(1));
        let state =
            state.after(Action::Edited("x".into())).after(Action::Analysed(2, report(&["c", "d", "b"])));
        assert_eq!(state.chosen, Some(2));
        let state = state.after(Action::Edited("y".into())).after(Action::Analysed(3, report(&["c"])));
        assert_eq!(state.chosen, None);
    }

    #[test]
    fn the_cursor_chooses_the_finding_it_stands_in() {
        let state = opened().after(Action::Analysed(1, report(&["a", "b"])));
        assert_eq!(state.after(Action::CursorMoved(12)).chosen, Some(1));
        assert_eq!(state.after(Action::CursorMoved(8)).chosen, None);
        assert_eq!(state.after(Action::Edited("x".into())).after(Action::CursorMoved(12)).chosen, None);
    }

    #[test]
    fn what_the_user_wrote_is_not_replaced_in_silence() {
        let open = || Action::Opened("other".into(), BTreeMap::new());
        assert_eq!(opened().after(open()).notice, None);
        let edited = opened().after(Action::Edited("mine".into()));
        assert_eq!(edited.after(open()).notice, Some(Notice::Replaced));
    }

    #[test]
    fn an_empty_value_takes_a_parameter_away() {
        let given = opened().after(Action::ParameterGiven("Vpc".to_owned(), "vpc-1".to_owned()));
        assert_eq!((given.parameters.len(), given.revision), (1, 2));
        let same = given.after(Action::ParameterGiven("Vpc".to_owned(), "vpc-1".to_owned()));
        assert_eq!(same.revision, 2);
        let gone = given.after(Action::ParameterGiven("Vpc".to_owned(), "  ".to_owned()));
        assert_eq!((gone.parameters.len(), gone.revision), (0, 3));
    }

    #[test]
    fn line_ends_become_the_editors() {
        assert_eq!(&*editor_text("a\r\nb\rc\n"), "a\nb\nc\n");
    }

    #[test]
    fn every_theme_is_found_by_its_name() {
        let mut theme = Theme::System;
        for _ in 0..3 {
            assert_eq!(Theme::from_name(theme.name()), Some(theme));
            theme = theme.next();
        }
        assert_eq!(theme, Theme::System);
    }
}
