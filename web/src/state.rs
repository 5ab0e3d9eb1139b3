//! What the page shows, and how each event changes it. Nothing here touches the browser.

use std::rc::Rc;

use vpcheck_core::Source;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::network::Assumption;
use vpcheck_core::share::{self, ShareError, Shared};

use crate::costs::Costs;
use crate::diagram::{Drawing, Drawings};
use crate::embedding::Embedding;
use crate::endpoints::Endpoints;
use crate::failure::Failure;
use crate::figures::{self, Figures};
use crate::files::{Files, Taken};
use crate::fixes::Fixes;
use crate::inputs::{Field, Inputs};
use crate::paths::Path;
use crate::proof::{Offer, Proof};
use crate::report::{Fix, Place, Report, Rest, RestOf};
use crate::sharing::{Package, Sharing};
use crate::words;
use crate::{context, examples};

/// Everything that the page shows.
// They are facts of different parts of the page.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The template, with `\n` line ends as the editor keeps it.
    pub text: Rc<str>,
    /// What the user gave beside it.
    pub inputs: Inputs,
    /// Grows with every change of what is analysed; an analysis carries the number of what it saw.
    pub revision: u32,
    /// Grows with every change of a figure: costs are estimated again, but nothing is analysed.
    pub figures: u32,
    /// Whether the user, not a link or an example, made the text what it is.
    pub is_edited: bool,
    /// Whether it began as somebody's link: then it lives in the address and leaves the draft alone.
    pub is_foreign: bool,
    /// Whether all of the program is loaded, as far as it could be: what is not needed first waits for it.
    pub is_loaded: bool,
    /// The last analysis, and the revision it saw.
    pub analysed: Option<(u32, Rc<Report>)>,
    /// The last estimate of costs.
    pub costs: Option<Rc<Costs>>,
    /// The pictures of the network.
    pub drawings: Drawings,
    /// Where the editor's cursor was last put by hand.
    pub cursor: Option<u32>,
    /// The finding that is shown in both places, by its index.
    pub chosen: Option<usize>,
    /// The last suggestions of endpoints, and the estimate number of what they saw.
    pub endpoints: Option<(u32, Rc<Endpoints>)>,
    /// The change that is looked at before it is applied.
    pub previewed: Option<Offer>,
    /// What came of trying it.
    pub proof: Option<Rc<Proof>>,
    /// What came of all safe fixes, and the revision they were applied to.
    pub fixes: Option<(u32, Rc<Fixes>)>,
    /// The language of the page.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// The step of the shown path that is shown in the editor too: the way and the step in it.
    pub step: Option<(usize, usize)>,
    /// What a narrow screen shows.
    pub pane: Pane,
    /// What is beside the editor on a wide screen: any but the editor.
    pub beside: Pane,
    /// What was there before a link, an example or files took its place.
    pub replaced: Option<Rc<Kept>>,
    /// What the files that were opened last were taken for.
    pub taken: Rc<[Taken]>,
    /// Whether the list of keys is open.
    pub shows_keys: bool,
    /// Something to tell the user.
    pub notice: Option<Notice>,
    /// The revision that could not be analysed, if that was tried last.
    pub lapsed: Option<u32>,
    /// The last breakdown.
    pub failure: Option<Rc<Failure>>,
    /// Whether the report of it is open.
    pub is_reporting: bool,
    /// The rule whose document is open.
    pub explained: Option<String>,
    /// What is shared, while the dialog for it is open.
    pub sharing: Option<Sharing>,
    /// How the page stands in another one; nothing where it stands alone.
    pub embedding: Option<Embedding>,
}

/// What can be taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The text, where that was replaced too.
    pub text: Option<Rc<str>>,
    inputs: Inputs,
    is_edited: bool,
    is_foreign: bool,
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

/// One of the parts of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The editor.
    Template,
    /// The findings. A phone shows them first: who opens the page wants the verdict.
    #[default]
    Findings,
    /// The paths.
    Paths,
    /// The costs.
    Cost,
    /// The endpoints.
    Endpoints,
    /// The diagram.
    Diagram,
}

impl Pane {
    /// Every part, in the order of a narrow screen's tabs.
    pub const ALL: [Self; 6] =
        [Self::Findings, Self::Diagram, Self::Template, Self::Paths, Self::Endpoints, Self::Cost];

    /// `template`, `findings`, `paths`, `cost`, `endpoints` or `diagram`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Findings => "findings",
            Self::Paths => "paths",
            Self::Cost => "cost",
            Self::Endpoints => "endpoints",
            Self::Diagram => "diagram",
        }
    }

    /// The part of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pane| pane.name() == name)
    }

    /// Whether it shows money, which is that of some region.
    fn shows_money(self) -> bool {
        matches!(self, Self::Cost | Self::Endpoints)
    }
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
    /// The editor was emptied.
    Emptied,
    /// Files were opened, and whether any could be used; each is told of.
    Files(bool),
    /// A fix was applied.
    Fixed,
    /// Endpoints were added.
    EndpointsAdded,
    /// So many safe fixes were applied.
    AllFixed(usize),
    /// Of the safe fixes none could be applied.
    NoneFixed,
    /// The analysis broke down on this text.
    AnalysisFailed,
    /// The analysis took too long on this text.
    AnalysisStopped,
    /// Files of context were left out for their size.
    ContextTooLarge,
    /// A newer version of the page is there.
    NewerVersion,
    /// The draft of the last visit is shown.
    DraftRestored,
}

impl Notice {
    /// The sentence.
    pub fn words(self) -> Phrase {
        match self {
            Self::LinkRefused(error) => error.explain(),
            Self::NotLinked => words::not_linked(),
            Self::Replaced => words::replaced(),
            Self::Emptied => words::files::emptied(),
            Self::Files(true) => words::files::taken(),
            Self::Files(false) => words::files::refused(),
            Self::Fixed => words::fixed(),
            Self::EndpointsAdded => words::endpoints::added(),
            Self::AllFixed(count) => words::all_fixed(count),
            Self::NoneFixed => words::none_fixed(),
            Self::AnalysisFailed => words::analysis_failed(),
            Self::AnalysisStopped => words::analysis_stopped(),
            Self::ContextTooLarge => words::context_too_large(),
            Self::NewerVersion => words::newer_version(),
            Self::DraftRestored => words::draft_restored(),
        }
    }

    /// Whether what it tells can be taken back.
    pub fn is_undoable(self) -> bool {
        matches!(self, Self::Fixed | Self::EndpointsAdded | Self::AllFixed(_)) || self.is_of_opening()
    }

    /// Whether it tells of what took the place of something else.
    fn is_of_opening(self) -> bool {
        matches!(self, Self::Replaced | Self::Emptied | Self::Files(_))
    }

    /// Whether it may go away by itself: it only says that what was asked for was done.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Fixed | Self::EndpointsAdded | Self::AllFixed(_))
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
    /// A change is to be looked at; nothing closes it.
    Previewed(Option<Offer>),
    /// A change of the text of that revision was tried.
    Proved(u32, Rc<Proof>),
    /// Suggestions of endpoints ended, of that estimate number.
    Suggested(u32, Rc<Endpoints>),
    /// All safe fixes of the text of that revision are there.
    AllFixed(u32, Rc<Fixes>),
    /// A place that is no finding's was asked for.
    PlaceShown,
    /// All of the program is loaded.
    Loaded,
    /// An analysis ended.
    Analysed(u32, Report),
    /// The rest of what it tells is there.
    Completed(u32, Rest),
    /// An estimate of costs ended.
    Costed(Rc<Costs>),
    /// A picture was drawn of the text of that revision.
    Drawn(u32, Rc<Drawing>),
    /// A group of the picture is to be opened or folded.
    Toggled(String),
    /// Figures were given, by their keys; empty ones are taken away.
    Figured(Vec<(String, String)>),
    /// A field was given a value; an empty one takes it away.
    Given(Field, String),
    /// Something was assumed about subnets, by their key; nothing takes it back.
    Assumed(String, Option<Assumption>),
    /// Texts of describe calls were added.
    ContextAdded(Vec<Source>),
    /// One of them was taken away, by its number.
    ContextRemoved(usize),
    /// The source of the path to show was chosen.
    FromChosen(String),
    /// Its destination was chosen.
    ToChosen(String),
    /// Both were.
    PathChosen(String, String),
    /// No path is to be shown in the diagram any more.
    PathHidden,
    /// A finding was gone to by its keys, which leaves what is seen as it is.
    Stepped(usize),
    /// The list of keys is to be opened or closed.
    Keys(bool),
    /// A step of the shown path was asked for: the way and the step in it.
    StepChosen(usize, usize),
    /// The editor now holds a text from a link or an example, with what is given beside it and what it asks to show.
    Opened(Rc<str>, Inputs, Option<Pane>),
    /// Files were opened or dropped.
    Files(Files),
    /// What was opened last came by a link.
    Visited,
    /// That was taken back.
    Returned,
    /// A language was chosen.
    LanguageChosen(Language),
    /// A theme was chosen.
    ThemeChosen(Theme),
    /// A narrow screen was asked to show the other half.
    Shown(Pane),
    /// There is something to tell.
    Told(Notice),
    /// An analysis broke down; with the revision where that was the report's.
    Failed(Option<u32>, Rc<Failure>),
    /// One took too long; likewise.
    Stopped(Option<u32>),
    /// The report of the last breakdown is to be opened or closed.
    Reporting(bool),
    /// It was read.
    Dismissed,
    /// A rule's document was asked for.
    Explained(String),
    /// It was closed.
    Closed,
    /// Sharing was asked for, or whether it replaces what should perhaps not be shared was chosen.
    Sharing(bool),
    /// Its dialog was closed.
    Unshared,
    /// What can be shared of the text of that revision was made.
    Packed(u32, Rc<Package>),
}

impl State {
    /// The state in a page of another's.
    #[must_use]
    pub fn embedded(mut self, embedding: Option<Embedding>) -> Self {
        if let Some(Embedding { view, region, .. }) = &embedding {
            if let Some(view) = view {
                self = self.after(Action::Shown(*view));
            }
            if self.inputs.region.is_none() {
                self.inputs.region.clone_from(region);
            }
        }
        self.embedding = embedding;
        self
    }

    /// Whether the text may only be read.
    pub fn is_read_only(&self) -> bool {
        self.embedding.as_ref().is_some_and(|embedding| embedding.is_read_only)
    }

    /// The state of a visit: what the address holds, else the draft of the last visit, else the first example.
    pub fn visited(fragment: &str, draft: Option<&str>, language: Language, theme: Theme) -> Self {
        let draft = draft.filter(|draft| matches!(open_link(draft), Some(Ok(_))));
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        if let (true, Some(draft)) = (fragment.is_empty(), draft) {
            let opened = Self::open(draft, language, theme);
            return Self { is_edited: true, notice: Some(Notice::DraftRestored), ..opened };
        }
        let is_foreign = !fragment.is_empty() && draft != Some(fragment);
        Self { is_foreign, ..Self::open(fragment, language, theme) }
    }

    /// Whether it is kept for the next visit.
    pub fn is_draft(&self) -> bool {
        self.is_edited && !self.is_foreign && self.embedding.is_none()
    }

    /// The state that an address opens: what its fragment holds, or the first example.
    pub fn open(fragment: &str, language: Language, theme: Theme) -> Self {
        let (shared, notice) = match open_link(fragment) {
            None => (first_example(), None),
            Some(Ok(shared)) => (shared, None),
            Some(Err(error)) => (first_example(), Some(Notice::LinkRefused(error))),
        };
        let asked = asked_pane(&shared);
        let mut state = Self {
            text: editor_text(&shared.text),
            beside: asked.unwrap_or(Pane::Findings),
            pane: asked.unwrap_or_default(),
            inputs: Inputs::of(&shared),
            revision: 1,
            figures: 0,
            costs: None,
            embedding: None,
            drawings: Drawings::default(),
            cursor: None,
            is_edited: false,
            is_foreign: false,
            is_loaded: false,
            analysed: None,
            chosen: None,
            endpoints: None,
            previewed: None,
            proof: None,
            fixes: None,
            step: None,
            replaced: None,
            taken: Rc::default(),
            shows_keys: false,
            language,
            theme,
            notice,
            lapsed: None,
            failure: None,
            is_reporting: false,
            explained: None,
            sharing: None,
        };
        if state.beside.shows_money() {
            state.take_region();
        }
        state
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
                    // The change that the fixes themselves made is not the end of what is told of them.
                    next.fixes = self.fixes.clone().filter(|(revision, _)| *revision == self.revision);
                }
            }
            Action::Opened(text, inputs, asked) => {
                let is_own = self.is_edited || !self.inputs.contexts.is_empty();
                next.notice = is_own.then_some(Notice::Replaced);
                if text.is_empty() && !self.text.is_empty() {
                    next.notice = Some(Notice::Emptied);
                }
                next.replaced = Some(self.kept(Some(self.text.clone())));
                next.text = text;
                next.pane = Pane::default();
                if let Some(pane) = asked {
                    (next.pane, next.beside) = (pane, pane);
                } else if next.beside.shows_money() {
                    // What is not about money may have nothing to show there.
                    next.beside = Pane::default();
                }
                next.inputs = inputs;
                if next.beside.shows_money() {
                    next.take_region();
                }
                (next.is_edited, next.is_foreign) = (false, false);
                (next.drawings, next.cursor) = (Drawings::default(), None);
                next.chosen = None;
                next.fixes = None;
                next.step = None;
                next.revision += 1;
            }
            Action::Files(files) => next.take_files(files),
            Action::Loaded => next.is_loaded = true,
            Action::Visited => next.is_foreign = true,
            Action::Returned => {
                if let Some(kept) = next.replaced.take() {
                    next.inputs = kept.inputs.clone();
                    if let Some(text) = &kept.text {
                        next.text = text.clone();
                        (next.is_edited, next.is_foreign) = (kept.is_edited, kept.is_foreign);
                        (next.drawings, next.cursor) = (Drawings::default(), None);
                    }
                    (next.chosen, next.fixes, next.step) = (None, None, None);
                    next.revision += 1;
                }
            }
            Action::Costed(costs) => next.costs = Some(costs),
            Action::Drawn(revision, drawing) => next.drawings.take(revision, drawing),
            Action::Toggled(group) => next.drawings.toggle(&group),
            Action::Figured(figures) => {
                for (key, value) in figures {
                    next.figures += u32::from(next.inputs.set_cost(&key, &value));
                }
            }
            Action::Given(field, value) => {
                if next.inputs.set(&field, &value) {
                    next.revision += 1;
                }
            }
            Action::Assumed(key, assumption) => {
                let known = self.inputs.assumed.get(&key).copied();
                if known != assumption {
                    match assumption {
                        Some(assumption) => next.inputs.assumed.insert(key, assumption),
                        None => next.inputs.assumed.remove(&key),
                    };
                    next.revision += 1;
                }
            }
            Action::ContextAdded(sources) => next.add_contexts(sources),
            Action::ContextRemoved(index) => {
                let kept = self.inputs.contexts.iter().enumerate().filter(|(at, _)| *at != index);
                next.inputs.contexts = kept.map(|(_, source)| source.clone()).collect();
                next.revision += 1;
            }
            Action::FromChosen(from) => {
                // The destination that is seen stays, also where nobody chose it.
                let to = self.inputs.to.clone().or_else(|| self.shown_path().map(|path| path.to.clone()));
                next.choose_path(Some(from), to);
            }
            Action::ToChosen(to) => {
                let from = self.inputs.from.clone();
                let from = from.or_else(|| self.shown_path().map(|path| path.from.clone()));
                next.choose_path(from, Some(to));
            }
            Action::PathHidden => next.choose_path(None, None),
            Action::Stepped(index) => {
                next.chosen = Some(index);
                (next.cursor, next.step) = (None, None);
            }
            Action::Keys(shows_keys) => next.shows_keys = shows_keys,
            Action::PathChosen(from, to) => next.choose_path(Some(from), Some(to)),
            Action::StepChosen(way, step) => {
                next.step = Some((way, step));
                next.cursor = None;
                next.chosen = None;
                next.pane = Pane::Template;
            }
            Action::Analysed(revision, report) => {
                if revision == self.revision {
                    next.chosen = self.chosen_in(&report);
                    next.take_report(match self.report() {
                        Some(older) if !report.is_whole() => report.after(older),
                        _ => report,
                    });
                }
            }
            Action::Completed(revision, rest) => {
                if let (true, Some(report)) = (revision == self.revision, self.current_report()) {
                    next.take_report((**report).clone().completed(rest));
                }
            }
            Action::CursorMoved(at) => {
                next.cursor = Some(at);
                let report = self.current_report();
                next.chosen = report.and_then(|report| report.finding_at(at));
                next.step = self.whole_report().and_then(|report| report.paths.step_at(at));
            }
            Action::Chosen(index) => {
                next.chosen = Some(index);
                next.cursor = None;
                next.step = None;
                next.pane = Pane::Template;
            }
            Action::Previewed(offer) => {
                next.previewed = offer;
                if let Some(Offer::Fix(index)) = next.previewed {
                    next.chosen = Some(index);
                    next.step = None;
                    (next.pane, next.beside) = (Pane::Findings, Pane::Findings);
                }
            }
            Action::Proved(revision, proof) => {
                if revision == self.revision && self.previewed.as_ref() == Some(&proof.offer) {
                    next.proof = Some(proof);
                }
            }
            Action::Suggested(number, endpoints) => {
                if number == self.estimate_number() {
                    next.endpoints = Some((number, endpoints));
                }
            }
            Action::AllFixed(revision, fixes) => {
                if revision == self.revision {
                    let count = fixes.applied.len();
                    next.notice = Some(if count == 0 { Notice::NoneFixed } else { Notice::AllFixed(count) });
                    next.previewed = None;
                    next.fixes = Some((revision, fixes));
                }
            }
            Action::PlaceShown => {
                next.chosen = None;
                next.cursor = None;
                next.step = None;
                next.pane = Pane::Template;
            }
            Action::LanguageChosen(language) => next.language = language,
            Action::ThemeChosen(theme) => next.theme = theme,
            Action::Shown(pane) => {
                next.pane = pane;
                if pane != Pane::Template {
                    next.beside = pane;
                }
                if pane.shows_money() {
                    next.take_region();
                }
            }
            Action::Told(notice) => next.notice = Some(notice),
            Action::Failed(revision, failure) => {
                next.failure = Some(failure);
                next.give_up(revision, Notice::AnalysisFailed);
            }
            Action::Stopped(revision) => next.give_up(revision, Notice::AnalysisStopped),
            Action::Reporting(is_reporting) => next.is_reporting = is_reporting && self.failure.is_some(),
            Action::Dismissed => next.notice = None,
            Action::Explained(rule) => next.explained = Some(rule),
            Action::Closed => next.explained = None,
            Action::Sharing(redacts) => {
                let made = next.sharing.take().and_then(|sharing| sharing.made);
                next.sharing = Some(Sharing { redacts, made });
            }
            Action::Unshared => next.sharing = None,
            Action::Packed(revision, package) => {
                if let Some(sharing) = next.sharing.as_mut().filter(|_| revision == self.revision) {
                    sharing.made = Some(package);
                }
            }
        }
        if next.revision != self.revision {
            if let Some(sharing) = &mut next.sharing {
                sharing.made = None;
            }
            // What is offered is offered for one text.
            next.previewed = None;
        }
        if next.previewed != self.previewed {
            next.proof = None;
        }
        next
    }

    /// What was waited for does not come.
    fn give_up(&mut self, revision: Option<u32>, notice: Notice) {
        self.lapsed = revision.or(self.lapsed);
        self.give_up_proof(notice);
        // What is told would be behind a dialog that waits in vain.
        self.sharing = self.sharing.take().filter(|sharing| sharing.ready().is_some());
        self.notice = Some(notice);
    }

    /// Shows a report; a step of a path stays chosen as long as the path is the same.
    fn take_report(&mut self, report: Report) {
        let ways = |path: Option<&Path>| path.map(|path| path.ways.clone());
        let is_same =
            report.rest == RestOf::Older || ways(self.shown_path()) == ways(report.paths.shown.as_ref());
        self.step = self.step.filter(|_| is_same);
        self.analysed = Some((self.revision, Rc::new(report)));
    }

    /// Whoever waits for a proof that does not come is told so.
    fn give_up_proof(&mut self, notice: Notice) {
        if let Some(offer) = self.previewed.clone().filter(|_| self.proof.is_none()) {
            self.proof = Some(Rc::new(Proof { offer, proved: Vec::new(), refused: Some(notice.words()) }));
        }
    }

    /// The last report, however old. What is shown stays until there is something newer.
    pub fn report(&self) -> Option<&Rc<Report>> {
        self.analysed.as_ref().map(|(_, report)| report)
    }

    /// The report, when it is on the text as it stands: only then do its places and fixes fit.
    pub fn current_report(&self) -> Option<&Rc<Report>> {
        self.analysed.as_ref().filter(|(revision, _)| *revision == self.revision).map(|(_, report)| report)
    }

    /// Whether the text as it stands could not be analysed: what is shown is of an older one.
    pub fn is_lapsed(&self) -> bool {
        self.lapsed == Some(self.revision) && self.current_report().is_none()
    }

    /// The same, when its fixes and paths are on that text too.
    pub fn whole_report(&self) -> Option<&Rc<Report>> {
        self.current_report().filter(|report| report.is_whole())
    }

    /// The last report, when it tells what functions reach, if only of an older text.
    pub fn report_with_paths(&self) -> Option<&Rc<Report>> {
        self.report().filter(|report| report.rest != RestOf::None)
    }

    /// The suggestions of endpoints, when they are on the text as it stands.
    pub fn current_endpoints(&self) -> Option<&Rc<Endpoints>> {
        let (number, endpoints) = self.endpoints.as_ref()?;
        (*number == self.estimate_number()).then_some(endpoints)
    }

    /// The change of an offer, when it is for the text as it stands and its proof was seen to hold.
    pub fn proved_fix(&self, offer: &Offer) -> Option<&Fix> {
        self.proof.as_ref().filter(|proof| proof.offer == *offer && proof.refused.is_none())?;
        match offer {
            Offer::Fix(index) => self.whole_report()?.findings.get(*index)?.fix.as_ref(),
            _ => self.current_endpoints()?.fix(offer),
        }
    }

    /// The path that the last report shows.
    pub fn shown_path(&self) -> Option<&Path> {
        self.report()?.paths.shown.as_ref()
    }

    /// Where the chosen step is written.
    pub fn step_place(&self) -> Option<Place> {
        let (way, step) = self.step?;
        self.shown_path()?.ways.get(way)?.steps.get(step)?.place
    }

    /// Where the cursor was put by hand, or by choosing a step of a path.
    pub fn pointed(&self) -> Option<u32> {
        self.cursor.or_else(|| self.step_place().map(|place| place.from))
    }

    /// The template with everything that a link holds.
    pub fn shared(&self) -> Shared {
        let view = self.view().map(|pane| pane.name().to_owned());
        Shared { view, ..self.inputs.share(&self.text) }
    }

    /// What a link asks for by its name.
    pub fn view(&self) -> Option<Pane> {
        IN_LINKS.into_iter().find(|pane| *pane == self.beside)
    }

    /// What estimates of costs are numbered by: it grows with the text and with the figures.
    pub fn estimate_number(&self) -> u32 {
        self.revision + self.figures
    }

    /// Settles which region is taken where nothing says it, so that neither another language nor a link changes it.
    fn take_region(&mut self) {
        if !self.inputs.cost.contains_key(figures::REGION) {
            let region = figures::likely_region(self.language);
            self.figures += u32::from(self.inputs.set_cost(figures::REGION, region));
        }
    }

    /// What of the figures stays when an example is opened.
    pub fn own_figures(&self) -> Figures {
        figures::of_user(&self.inputs.cost)
    }

    fn choose_path(&mut self, from: Option<String>, to: Option<String>) {
        if self.inputs.from != from || self.inputs.to != to {
            (self.inputs.from, self.inputs.to) = (from, to);
            self.step = None;
            self.revision += 1;
        }
    }

    /// Whether what the notice tells of can be taken back.
    pub fn can_undo(&self) -> bool {
        let is_there = |notice: &Notice| !notice.is_of_opening() || self.replaced.is_some();
        self.notice.as_ref().is_some_and(|notice| notice.is_undoable() && is_there(notice))
    }

    /// What an opening is taken back to, while the notice of it is there.
    pub fn returning(&self) -> Option<&Rc<Kept>> {
        self.replaced.as_ref().filter(|_| self.notice.is_some_and(Notice::is_of_opening))
    }

    fn kept(&self, text: Option<Rc<str>>) -> Rc<Kept> {
        let (inputs, is_edited, is_foreign) = (self.inputs.clone(), self.is_edited, self.is_foreign);
        Rc::new(Kept { text, inputs, is_edited, is_foreign })
    }

    /// What files hold goes beside what is there; only a template takes the place of another.
    fn take_files(&mut self, files: Files) {
        let is_used = files.taken.iter().any(|taken| taken.what.is_ok());
        self.replaced = is_used.then(|| self.kept(files.template.as_ref().map(|_| self.text.clone())));
        self.taken = files.taken.into();
        self.notice = Some(Notice::Files(is_used));
        for deployment in files.deployments {
            for (name, value) in deployment.values {
                self.revision += u32::from(self.inputs.set(&Field::Value(name), &value));
            }
            if let Some(region) = deployment.region {
                self.revision += u32::from(self.inputs.set(&Field::Region, &region));
            }
        }
        // What is left out for the room it would take says so instead.
        self.add_contexts(files.contexts);
        if let Some(text) = files.template {
            // What was given stays: values and networks are often opened before their template, and again with a
            // newer one. A path of an example's is of no use to another template.
            if !self.is_edited {
                (self.inputs.from, self.inputs.to) = (None, None);
            }
            self.text = text;
            (self.is_edited, self.is_foreign) = (true, false);
            (self.drawings, self.cursor) = (Drawings::default(), None);
            (self.chosen, self.fixes, self.step) = (None, None, None);
            self.pane = Pane::default();
            self.revision += 1;
        }
    }

    fn add_contexts(&mut self, sources: Vec<Source>) {
        let mut contexts = self.inputs.contexts.to_vec();
        for source in sources {
            // What was read already is no second file.
            if contexts.contains(&source) {
                continue;
            }
            let size: usize = contexts.iter().map(|source| source.text.len()).sum();
            if size + source.text.len() > CONTEXT_LIMIT {
                self.notice = Some(Notice::ContextTooLarge);
                continue;
            }
            let path = context::free_name(&source.path, &contexts);
            contexts.push(Source { path, text: source.text });
        }
        if contexts.len() != self.inputs.contexts.len() {
            self.inputs.contexts = contexts.into();
            self.revision += 1;
        }
    }

    /// The fragment of a link that opens this state.
    ///
    /// # Errors
    /// When the text is too large for a link.
    pub fn link(&self) -> Result<String, ShareError> {
        share::encode(&self.shared())
    }

    /// The finding of `report` that is the chosen one of the report before.
    fn chosen_in(&self, report: &Report) -> Option<usize> {
        let fingerprint = &self.report()?.findings.get(self.chosen?)?.fingerprint;
        report.findings.iter().position(|finding| finding.fingerprint == *fingerprint)
    }
}

/// As much text of describe calls is kept, in bytes: a phone has to hold it twice.
const CONTEXT_LIMIT: usize = 20_000_000;

/// What the fragment of an address holds; nothing when there is none.
pub fn open_link(fragment: &str) -> Option<Result<Shared, ShareError>> {
    let fragment = fragment.trim_start_matches('#');
    (!fragment.is_empty()).then(|| share::decode(fragment))
}

/// What links ask for by name.
const IN_LINKS: [Pane; 3] = [Pane::Cost, Pane::Endpoints, Pane::Diagram];

/// What a link asks to show beside its template.
pub fn asked_pane(shared: &Shared) -> Option<Pane> {
    let named = IN_LINKS.into_iter().find(|pane| shared.view.as_deref() == Some(pane.name()));
    // A link to a path shows it.
    named.or_else(|| shared.to.as_ref().map(|_| Pane::Paths))
}

/// `text` as the editor keeps it, so that places agree between the two.
pub fn editor_text(text: &str) -> Rc<str> {
    text.replace("\r\n", "\n").replace('\r', "\n").into()
}

fn first_example() -> Shared {
    Shared { text: (examples::ALL[0].text)().to_owned(), ..Shared::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::{Fate, Paths, Step, Way};
    use crate::report::{Finding, Label};
    use vpcheck_core::finding::Severity;
    use vpcheck_core::paths::Verdict;

    fn opened() -> State {
        State::open("", Language::English, Theme::System)
    }

    fn report(fingerprints: &[&str]) -> Report {
        let finding = |(at, fingerprint): (u32, &&str)| Finding {
            rule: "unknown-reference".to_owned(),
            severity: Severity::Error,
            message: Phrase::verbatim(""),
            help: Phrase::verbatim(""),
            costs: None,
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
        Report {
            is_template: true,
            findings: (0..).zip(fingerprints).map(finding).collect(),
            rest: RestOf::Same,
            ..Report::default()
        }
    }

    #[test]
    fn a_draft_comes_back_and_no_link_takes_its_place() {
        let visit = |fragment: &str, draft| State::visited(fragment, draft, Language::English, Theme::System);
        let mine = opened().after(Action::Edited("mine".into()));
        assert!(mine.is_draft() && !opened().is_draft());
        let draft = mine.link().unwrap();
        let again = visit("", Some(&draft));
        assert_eq!((&*again.text, again.notice), ("mine", Some(Notice::DraftRestored)));
        assert!(again.is_draft());
        let reloaded = visit(&format!("#{draft}"), Some(&draft));
        assert!(!reloaded.is_foreign && reloaded.after(Action::Edited("more".into())).is_draft());

        let theirs = opened().after(Action::Edited("theirs".into())).link().unwrap();
        let foreign = visit(&format!("#{theirs}"), Some(&draft));
        assert_eq!((&*foreign.text, foreign.notice), ("theirs", None));
        assert!(!foreign.after(Action::Edited("theirs and more".into())).is_draft());
        let later =
            mine.after(Action::Opened("theirs".into(), Inputs::default(), None)).after(Action::Visited);
        assert!(!later.after(Action::Edited("edited".into())).is_draft());
        assert_eq!(visit("", Some("v1.damaged")).notice, None, "a damaged draft is none");
    }

    #[test]
    fn a_first_visit_opens_the_first_example() {
        let state = opened();
        assert_eq!(*state.text, *(examples::ALL[0].text)());
        assert_eq!((state.notice, state.is_edited), (None, false));
    }

    #[test]
    fn a_link_opens_as_it_was() {
        let mut state = opened().after(Action::Edited("Resources: {}\n".into()));
        state = state.after(Action::Given(Field::Value("Vpc".to_owned()), " vpc-1 ".to_owned()));
        let again = State::open(&format!("#{}", state.link().unwrap()), Language::English, Theme::System);
        assert_eq!((again.text, again.inputs), (state.text, state.inputs));
    }

    #[test]
    fn what_is_shared_is_of_the_text_and_the_choice() {
        let state = opened().after(Action::Sharing(true));
        let package = |redacts| Rc::new(Package { redacts, ..Package::default() });
        let is_ready =
            |state: &State| state.sharing.as_ref().is_some_and(|sharing| sharing.ready().is_some());
        assert!(state.sharing.is_some() && !is_ready(&state));
        assert!(
            !is_ready(&state.after(Action::Packed(state.revision + 1, package(true)))),
            "of another text"
        );
        let state = state.after(Action::Packed(state.revision, package(true)));
        assert!(is_ready(&state));
        let open = state.after(Action::Sharing(false));
        assert!(
            !is_ready(&open) && open.sharing.as_ref().unwrap().made.is_some(),
            "what was found is still told"
        );
        assert!(is_ready(&open.after(Action::Packed(open.revision, package(false)))));
        assert_eq!(
            open.after(Action::Failed(None, Rc::default())).sharing,
            None,
            "what is told would be hidden"
        );
        assert!(!is_ready(&state.after(Action::Edited("Resources: {}\n".into()))));
        assert_eq!(
            state.after(Action::Unshared).after(Action::Packed(state.revision, package(true))).sharing,
            None
        );
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
    fn a_breakdown_leaves_the_last_report_and_is_told_until_the_text_can_be_read_again() {
        let state = opened().after(Action::Analysed(1, report(&["a"]))).after(Action::Edited("x".into()));
        assert_eq!(state.after(Action::Reporting(true)), state, "there is nothing to report");
        let broken = state.after(Action::Failed(Some(2), Rc::default()));
        assert!(broken.is_lapsed() && broken.report().is_some() && broken.current_report().is_none());
        assert_eq!(broken.notice, Some(Notice::AnalysisFailed));
        assert!(broken.after(Action::Reporting(true)).is_reporting);
        let typed = broken.after(Action::Edited("y".into()));
        assert!(!typed.is_lapsed(), "nobody knows yet");
        assert!(!typed.after(Action::Analysed(3, report(&[]))).is_lapsed());
        let other = state.after(Action::Failed(None, Rc::default()));
        assert!(!other.is_lapsed(), "a picture that fails leaves the findings as they are");
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

    /// A report with one path of two steps, at 0 and at 10.
    fn traced(to: &str) -> Report {
        let step = |from| Step {
            back: false,
            fate: Fate::Passed,
            kind: Phrase::verbatim(""),
            id: String::new(),
            code: None,
            sentence: Phrase::verbatim(""),
            place: Some(Place { from, to: from + 5 }),
            line: Some(1),
            file: None,
        };
        let way = Way {
            subnets: Vec::new(),
            verdict: Verdict::Reachable,
            partial_by: Vec::new(),
            steps: vec![step(0), step(10)],
        };
        let path = Path {
            from: "Report".to_owned(),
            to: to.to_owned(),
            verdict: Verdict::Reachable,
            partial_by: Vec::new(),
            ways: vec![way],
            asks: Vec::new(),
            assumptions: Vec::new(),
        };
        let paths = Paths { shown: Some(path), ..Paths::default() };
        Report { paths, rest: RestOf::Same, ..Report::default() }
    }

    #[test]
    fn one_end_of_a_path_is_chosen_while_the_other_stays() {
        let state = opened().after(Action::Analysed(1, traced("Db:5432")));
        let state = state.after(Action::FromChosen("Store".to_owned()));
        let ends = |state: &State| (state.inputs.from.clone(), state.inputs.to.clone());
        let pair = |from: &str, to: &str| (Some(from.to_owned()), Some(to.to_owned()));
        assert_eq!((ends(&state), state.revision), (pair("Store", "Db:5432"), 2));
        let state = state.after(Action::ToChosen("s3".to_owned()));
        assert_eq!((ends(&state), state.revision), (pair("Store", "s3"), 3));
        assert_eq!(state.after(Action::PathChosen("Store".to_owned(), "s3".to_owned())).revision, 3);
        let again = State::open(&format!("#{}", state.link().unwrap()), Language::English, Theme::System);
        assert_eq!((again.pane, again.beside, ends(&again)), (Pane::Paths, Pane::Paths, ends(&state)));
    }

    #[test]
    fn a_step_is_chosen_by_itself_or_by_the_cursor_and_lasts_as_long_as_its_path() {
        let state = opened().after(Action::Analysed(1, traced("Db:5432"))).after(Action::StepChosen(0, 1));
        assert_eq!(state.step_place(), Some(Place { from: 10, to: 15 }));
        assert_eq!(state.after(Action::CursorMoved(3)).step, Some((0, 0)));
        assert_eq!(state.after(Action::CursorMoved(7)).step, None);
        let typed = state.after(Action::Edited("x".into()));
        assert_eq!(typed.after(Action::Analysed(2, traced("Db:5432"))).step, Some((0, 1)));
        assert_eq!(typed.after(Action::Analysed(2, report(&[]))).step, None);
    }

    #[test]
    fn an_assumption_is_made_changed_and_taken_back() {
        let assumed = |state: &State| state.inputs.assumed.get("Ids").copied();
        let assume = |state: &State, kind| state.after(Action::Assumed("Ids".to_owned(), kind));
        let state = assume(&opened(), Some(Assumption::Isolated));
        assert_eq!((assumed(&state), state.revision), (Some(Assumption::Isolated), 2));
        assert_eq!(assume(&state, Some(Assumption::Isolated)).revision, 2);
        let state = assume(&state, Some(Assumption::Public));
        assert_eq!((assumed(&state), state.revision), (Some(Assumption::Public), 3));
        let state = assume(&state, None);
        assert_eq!((assumed(&state), state.revision), (None, 4));
    }

    #[test]
    fn files_of_context_are_kept_apart_and_within_bounds() {
        let file = |text: &str| Source { path: "vpcs.json".to_owned(), text: text.to_owned() };
        let state = opened().after(Action::ContextAdded(vec![file("{}"), file("[]"), file("{}")]));
        let names: Vec<&str> = state.inputs.contexts.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(names, ["vpcs.json", "vpcs-2.json"]);
        let full = state.after(Action::ContextAdded(vec![file(&" ".repeat(CONTEXT_LIMIT))]));
        assert_eq!((full.inputs.contexts.len(), full.notice), (2, Some(Notice::ContextTooLarge)));
        assert_eq!(full.revision, state.revision);
        let less = state.after(Action::ContextRemoved(0));
        assert_eq!(less.inputs.contexts[0].text, "[]");
    }

    #[test]
    fn what_was_given_comes_back_with_its_template() {
        let given = opened().after(Action::Given(Field::Region, "eu-west-1".to_owned()));
        let other = given.after(Action::Opened("other".into(), Inputs::default(), None));
        assert_eq!(other.inputs, Inputs::default());
        assert_eq!(other.after(Action::Returned).inputs, given.inputs);
    }

    #[test]
    fn files_are_taken_beside_what_is_there_and_can_be_taken_back() {
        let given = |name: &str, text: &str| crate::files::Given {
            name: name.to_owned(),
            content: Ok(text.as_bytes().to_vec()),
        };
        let values =
            Files::of(vec![given("p.json", r#"{"Vpc": "vpc-1"}"#), given("v.json", r#"{"Vpcs": [{}]}"#)]);
        let mine = opened().after(Action::Edited("mine".into()));
        let state = mine.after(Action::Files(values));
        assert_eq!(
            (&*state.text, &*state.inputs.parameters["Vpc"], state.inputs.contexts.len()),
            ("mine", "vpc-1", 1)
        );
        assert!(state.can_undo() && state.revision > mine.revision);
        let template = state.after(Action::Files(Files::of(vec![given("t.yaml", "Resources: {}\n")])));
        assert_eq!((&*template.text, template.inputs.parameters.len()), ("Resources: {}\n", 1));
        assert!(template.is_draft());
        let back = template.after(Action::Returned);
        assert_eq!((&*back.text, &back.inputs), ("mine", &state.inputs));
        let typed = state.after(Action::Edited("mine too".into())).after(Action::Returned);
        assert_eq!((&*typed.text, &typed.inputs), ("mine too", &mine.inputs), "no text was replaced");
        let none = mine.after(Action::Files(Files::of(vec![given("a", "")])));
        assert_eq!(
            (none.notice, none.can_undo(), none.revision),
            (Some(Notice::Files(false)), false, mine.revision)
        );
    }

    #[test]
    fn an_emptied_editor_comes_back_and_an_example_leaves_the_costs() {
        let cost = opened().after(Action::Shown(Pane::Cost));
        let empty = cost.after(Action::Opened("".into(), Inputs::default(), None));
        assert_eq!(
            (empty.notice, empty.beside, empty.can_undo()),
            (Some(Notice::Emptied), Pane::Findings, true)
        );
        let back = empty.after(Action::Returned);
        assert_eq!((back.text, back.is_edited), (cost.text, false));
    }

    #[test]
    fn a_path_can_be_hidden_again() {
        let shown = opened().after(Action::PathChosen("Store".to_owned(), "s3".to_owned()));
        let hidden = shown.after(Action::PathHidden);
        assert_eq!((hidden.inputs.from, hidden.inputs.to, hidden.revision), (None, None, 3));
    }

    #[test]
    fn figures_are_estimated_again_without_an_analysis_and_travel_in_the_link() {
        let figure = |key: &str, value: &str| Action::Figured(vec![(key.to_owned(), value.to_owned())]);
        let state = opened().after(Action::Shown(Pane::Cost));
        let number = state.estimate_number();
        let state = state.after(figure("gb", "250")).after(figure("gb", "250"));
        assert_eq!((state.revision, state.estimate_number()), (1, number + 1));
        let again = State::open(&format!("#{}", state.link().unwrap()), Language::Japanese, Theme::System);
        assert_eq!((again.pane, again.beside), (Pane::Cost, Pane::Cost));
        assert_eq!(again.inputs.cost, state.inputs.cost, "the region that is taken is that of the link");
        assert_eq!(again.inputs.cost["region"], "us-east-1");
        let back = again.after(Action::Shown(Pane::Findings));
        let findings = State::open(&format!("#{}", back.link().unwrap()), Language::English, Theme::System);
        assert_eq!((findings.beside, &findings.inputs.cost["gb"]), (Pane::Findings, &"250".to_owned()));
        assert_eq!(state.own_figures().len(), 1, "the traffic is the template's");
    }

    /// A report with one finding that has a fix.
    fn fixable() -> Report {
        let mut report = report(&["one"]);
        let edits = vec![crate::report::Edit { from: 0, to: 1, insert: "x".to_owned() }];
        let (safety, title) = (vpcheck_core::finding::Safety::Safe, Phrase::verbatim("title"));
        report.findings[0].fix = Some(Fix { safety, title, edits });
        report
    }

    fn proof(offer: Offer, refused: Option<&str>) -> Rc<Proof> {
        Rc::new(Proof { offer, proved: Vec::new(), refused: refused.map(Phrase::verbatim) })
    }

    #[test]
    fn a_change_is_applied_only_after_its_proof_on_the_same_text() {
        let offer = Offer::Fix(0);
        let state = opened().after(Action::Analysed(1, fixable()));
        let looked_at = state.after(Action::Previewed(Some(offer.clone())));
        assert_eq!(looked_at.proved_fix(&offer), None, "not yet");
        let proved = looked_at.after(Action::Proved(1, proof(offer.clone(), None)));
        assert!(proved.proved_fix(&offer).is_some());
        assert_eq!(proved.proved_fix(&Offer::Fix(1)), None, "another one");
        let refused = looked_at.after(Action::Proved(1, proof(offer.clone(), Some("why"))));
        assert_eq!(refused.proved_fix(&offer), None);
        let typed = proved.after(Action::Edited("x".into()));
        assert_eq!((&typed.previewed, &typed.proof, typed.proved_fix(&offer)), (&None, &None, None));
        let again = typed.after(Action::Previewed(Some(offer.clone())));
        assert_eq!(
            again.after(Action::Proved(1, proof(offer.clone(), None))).proof,
            None,
            "of an older text"
        );
        assert_eq!(state.after(Action::Proved(1, proof(offer, None))).proof, None, "nobody looks at it");
    }

    #[test]
    fn what_is_not_on_the_text_yet_is_shown_but_leads_nowhere() {
        let first = |report: &Report| Report { rest: RestOf::None, ..report.clone() };
        let state = opened().after(Action::Analysed(1, first(&report(&["a"]))));
        assert!(state.report_with_paths().is_none(), "there are none to show");
        let whole = state.after(Action::Completed(1, Rest { paths: traced("Db").paths, ..Rest::default() }));
        assert!(whole.whole_report().is_some_and(|report| report.paths.shown.is_some()));
        let whole = whole.after(Action::Analysed(1, fixable()));
        let typed = whole.after(Action::Edited("x".into())).after(Action::Completed(1, Rest::default()));
        assert!(typed.current_report().is_none(), "of an older text");
        let mut unfixed = fixable();
        unfixed.findings[0].fix = None;
        let typed = typed.after(Action::Analysed(2, first(&unfixed)));
        let report = typed.current_report().unwrap();
        assert!(report.findings[0].fix.as_ref().is_some_and(|fix| fix.edits.is_empty()), "{report:?}");
        assert!(typed.whole_report().is_none() && typed.report_with_paths().is_some());
        assert_eq!(typed.after(Action::Completed(1, Rest::default())), typed);
        let offer = Offer::Fix(0);
        let proved = typed.after(Action::Previewed(Some(offer.clone())));
        let proved = proved.after(Action::Proved(2, proof(offer.clone(), None)));
        assert_eq!(proved.proved_fix(&offer), None, "its edits are yet to come");
    }

    #[test]
    fn a_proof_that_does_not_come_refuses() {
        let offer = Offer::Endpoints("Vpc".to_owned());
        let state = opened().after(Action::Previewed(Some(offer.clone())));
        let stopped = state.after(Action::Stopped(None));
        assert!(stopped.proof.as_ref().is_some_and(|proof| proof.refused.is_some()), "{:?}", stopped.proof);
        assert_eq!(opened().after(Action::Failed(None, Rc::default())).proof, None);
    }

    #[test]
    fn suggestions_of_an_older_text_are_not_shown_and_their_tab_is_in_the_link() {
        let state = opened().after(Action::Shown(Pane::Endpoints));
        let number = state.estimate_number();
        assert_eq!(state.after(Action::Suggested(number - 1, Rc::default())).endpoints, None);
        let state = state.after(Action::Suggested(number, Rc::default()));
        assert!(state.current_endpoints().is_some());
        let typed = state.after(Action::Edited("x".into()));
        assert!(typed.current_endpoints().is_none() && typed.endpoints.is_some(), "it stays until the next");
        let again = State::open(&format!("#{}", state.link().unwrap()), Language::English, Theme::System);
        assert_eq!((again.pane, again.beside), (Pane::Endpoints, Pane::Endpoints));
    }

    #[test]
    fn the_diagram_travels_in_the_link_and_keeps_its_picture_while_others_are_drawn() {
        let state = opened().after(Action::Shown(Pane::Diagram));
        let again = State::open(&format!("#{}", state.link().unwrap()), Language::English, Theme::System);
        assert_eq!((again.pane, again.beside, again.revision), (Pane::Diagram, Pane::Diagram, 1));
        let state = state.after(Action::Drawn(1, Rc::default())).after(Action::Toggled("group".to_owned()));
        assert_eq!((state.drawings.open.len(), state.revision), (1, 1));
        assert!(state.drawings.shown().is_some());
        let other = state.after(Action::Opened("other".into(), Inputs::default(), None));
        assert_eq!((other.drawings, other.beside), (Drawings::default(), Pane::Diagram));
        let path = state.after(Action::PathChosen("Store".to_owned(), "s3".to_owned()));
        assert_eq!(path.shared().view.as_deref(), Some("diagram"), "a link may have both");
    }

    #[test]
    fn what_the_user_wrote_is_not_replaced_in_silence() {
        let open = || Action::Opened("other".into(), Inputs::default(), None);
        assert_eq!(opened().after(open()).notice, None);
        let edited = opened().after(Action::Edited("mine".into()));
        assert_eq!(edited.after(open()).notice, Some(Notice::Replaced));
    }

    #[test]
    fn an_empty_value_takes_a_parameter_away() {
        let given = opened().after(Action::Given(Field::Value("Vpc".to_owned()), "vpc-1".to_owned()));
        assert_eq!((given.inputs.parameters.len(), given.revision), (1, 2));
        let same = given.after(Action::Given(Field::Value("Vpc".to_owned()), "vpc-1".to_owned()));
        assert_eq!(same.revision, 2);
        let gone = given.after(Action::Given(Field::Value("Vpc".to_owned()), "  ".to_owned()));
        assert_eq!((gone.inputs.parameters.len(), gone.revision), (0, 3));
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
