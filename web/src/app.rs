//! The page: its state, the parts that show it, and what has to happen outside of it.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use vpcheck_core::language::Language;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAnchorElement, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use crate::address::{self, Address};
use crate::analyzer::{Analyzer, Outcome, Request, Task};
use crate::checklist::Checklist;
use crate::cost_panel::{self, CostPanel};
use crate::diagram::Wanted;
use crate::diagram_panel::DiagramPanel;
use crate::divider::{Axis, Divider};
use crate::document::RuleDocument;
use crate::editor::{EditorHandle, EditorPane};
use crate::endpoints_panel::EndpointsPanel;
use crate::examples;
use crate::explorer::{Explorer, verdict_mark};
use crate::failure_dialog::FailureDialog;
use crate::files::Files;
use crate::findings::{Findings, severity_mark};
use crate::header::Header;
use crate::inputs::{Field, Inputs};
use crate::keyboard::{KeysDialog, find, focus_soon, use_keys};
use crate::keys::{self, Command, Direction};
use crate::needs::Needs;
use crate::notice::NoticeBar;
use crate::opening::use_drop;
use crate::preferences;
use crate::proof::Offer;
use crate::prose::prose;
use crate::report::{Place, Report};
use crate::share_dialog::ShareDialog;
use crate::sharing::{Asked, Sharing};
use crate::state::{Action, Notice, Pane, State, asked_pane, editor_text, open_link};
use crate::tabs::Tabs;
use crate::words;

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        self.after(action).into()
    }
}

/// The page.
#[component]
pub fn App() -> Html {
    let state = use_reducer(|| {
        let (draft, language) = (preferences::draft(), preferences::language());
        let opened = State::visited(&address::fragment(), draft.as_deref(), language, preferences::theme());
        opened.embedded(preferences::embedding())
    });
    let editor = use_memo((), |()| EditorHandle::default());
    let analyzer = use_analyzer(&state);
    let estimator = use_analyzer(&state);
    let completer = use_analyzer(&state);
    let fixer = use_analyzer(&state);
    let drawer = use_analyzer(&state);
    let address = {
        let dispatcher = state.dispatcher();
        use_memo((), move |()| {
            Address::new(Callback::from(move |()| dispatcher.dispatch(Action::Told(Notice::NotLinked))))
        })
    };

    let ask = {
        let (state, asked) = (state.clone(), use_mut_ref(|| None));
        Callback::from(move |()| {
            if asked.replace(Some(state.revision)) != Some(state.revision) {
                analyzer.submit(state.revision, request(&state, Task::Report));
            }
        })
    };
    {
        let ask = ask.clone();
        use_effect_with(state.revision, move |_| ask.emit(()));
    }
    {
        let shown = (*state).clone();
        let waits = |report: &&Rc<Report>| state.is_loaded && !report.is_whole();
        let first = state.current_report().filter(waits).map(|_| state.revision);
        use_effect_with(first, move |first| {
            // Who types on gets no rest, and never waits for one.
            let rest = first.map(|revision| {
                Timeout::new(QUIET_MS, move || completer.submit(revision, request(&shown, Task::Rest)))
            });
            move || drop(rest)
        });
    }
    {
        let shown = (*state).clone();
        use_effect_with((state.estimate_number(), state.beside), move |(number, beside)| {
            // Costs are estimated, and endpoints suggested, only while somebody looks at them.
            let task = match beside {
                Pane::Cost => Task::Costs,
                Pane::Endpoints => Task::Endpoints,
                _ => return,
            };
            estimator.submit(*number, request(&shown, task));
        });
    }
    {
        let (shown, prover) = ((*state).clone(), fixer.clone());
        use_effect_with((state.previewed.clone(), state.revision), move |(offer, revision)| {
            if offer.is_some() {
                prover.submit(*revision, request(&shown, Task::Proof));
            }
        });
    }
    {
        let shown = (*state).clone();
        let open = state.drawings.open.clone();
        let is_open = state.beside == Pane::Diagram;
        use_effect_with((state.revision, open, state.language, is_open), move |(revision, _, _, is_open)| {
            // So are pictures drawn.
            if *is_open {
                drawer.submit(*revision, request(&shown, Task::Diagram));
            }
        });
    }
    {
        let (shown, packer) = ((*state).clone(), fixer.clone());
        let redacts = state.sharing.as_ref().map(|sharing| sharing.redacts);
        use_effect_with((redacts, state.estimate_number(), state.language), move |(redacts, ..)| {
            if redacts.is_some() {
                packer.submit(shown.revision, request(&shown, Task::Share));
            }
        });
    }
    {
        let (state, editor) = (state.clone(), editor.clone());
        use_effect_with(state.fixes.clone(), move |fixes| {
            // One step of the history, on the text that they were made for.
            if let Some((revision, fixes)) = fixes
                && *revision == state.revision
                && let Some(edit) = &fixes.edit
            {
                editor.apply(std::slice::from_ref(edit));
            }
        });
    }
    use_address(&state, &address, &editor);
    use_language(state.language);
    use_theme(&state);
    use_newer_version(&state);
    let on_field = use_fields(state.report_with_paths().is_some());

    let on_change = {
        let state = state.clone();
        Callback::from(move |text| {
            state.dispatch(Action::Edited(text));
            // At once: the worker can be about it while the page shows the rest of what has changed.
            ask.emit(());
        })
    };
    let on_move = to_action(&state, Action::CursorMoved);
    let on_pane = to_action(&state, Action::Shown);
    let on_explain_rule = to_action(&state, Action::Explained);
    let on_place = {
        let (dispatcher, editor) = (state.dispatcher(), editor.clone());
        Callback::from(move |(index, place): (usize, Place)| {
            dispatcher.dispatch(Action::Chosen(index));
            editor.select(place);
        })
    };
    let on_evidence = {
        let (dispatcher, editor) = (state.dispatcher(), editor.clone());
        Callback::from(move |(finding, place): (Option<usize>, Place)| {
            match finding {
                Some(finding) => dispatcher.dispatch(Action::Chosen(finding)),
                None => show_place(&dispatcher, place),
            }
            editor.select(place);
        })
    };
    let on_choose = {
        let (state, on_place) = (state.clone(), on_place.clone());
        Callback::from(move |index: usize| {
            let finding = state.report().and_then(|report| report.findings.get(index).cloned());
            match finding.and_then(|finding| finding.place()) {
                Some(place) => on_place.emit((index, place)),
                None => state.dispatch(Action::Chosen(index)),
            }
        })
    };
    let on_apply = {
        let (state, editor) = (state.clone(), editor.clone());
        Callback::from(move |offer: Offer| {
            // The change of an older text would land in the wrong place; the newer one is a moment away.
            if let Some(fix) = state.proved_fix(&offer) {
                editor.apply(&fix.edits);
                let is_fix = matches!(offer, Offer::Fix(_));
                let notice = if is_fix { Notice::Fixed } else { Notice::EndpointsAdded };
                state.dispatch(Action::Told(notice));
            }
        })
    };
    let on_preview = to_action(&state, Action::Previewed);
    let on_look = on_preview.reform(|index| Some(Offer::Fix(index)));
    let on_fix_all = {
        let shown = (*state).clone();
        Callback::from(move |()| fixer.submit(shown.revision, request(&shown, Task::Fixes)))
    };
    let on_explain = {
        let state = state.clone();
        Callback::from(move |index: usize| {
            let rule = state.report().and_then(|report| Some(report.findings.get(index)?.rule.clone()));
            if let Some(rule) = rule {
                state.dispatch(Action::Explained(rule));
            }
        })
    };
    let on_step = {
        let (state, editor) = (state.clone(), editor.clone());
        Callback::from(move |(way, step): (usize, usize)| {
            let place = state.shown_path().and_then(|path| path.ways.get(way)?.steps.get(step)?.place);
            state.dispatch(Action::StepChosen(way, step));
            if let Some(place) = place {
                editor.select(place);
            }
        })
    };
    let on_example = {
        let (dispatcher, editor) = (state.dispatcher(), editor.clone());
        let figures = state.own_figures();
        Callback::from(move |index: usize| {
            let example = &examples::ALL[index];
            let text = editor_text((example.text)());
            let inputs = Inputs { cost: figures.clone(), ..Inputs::default() };
            dispatcher.dispatch(Action::Opened(text.clone(), inputs, example.view));
            editor.replace_text(&text);
        })
    };
    let on_reset = on_example.reform(|()| {
        preferences::forget_draft();
        0
    });
    let on_resource = {
        let (dispatcher, editor) = (state.dispatcher(), editor.clone());
        Callback::from(move |place: Place| {
            show_place(&dispatcher, place);
            editor.select(place);
        })
    };
    let on_empty = {
        let (dispatcher, editor) = (state.dispatcher(), editor.clone());
        let inputs = Inputs { cost: state.own_figures(), ..Inputs::default() };
        Callback::from(move |()| {
            dispatcher.dispatch(Action::Opened("".into(), inputs.clone(), None));
            editor.replace_text("");
            editor.focus();
        })
    };
    let on_files = {
        let (dispatcher, editor) = (state.dispatcher(), editor.clone());
        Callback::from(move |files: Files| {
            let template = files.template.clone();
            dispatcher.dispatch(Action::Files(files));
            if let Some(template) = template {
                editor.replace_text(&template);
            }
        })
    };
    let is_over = use_drop(!state.is_read_only(), on_files.clone());
    use_keys(command(&state, &editor));
    let on_leave = {
        let shown = (*state).clone();
        // Made when it is asked for: packing the text at every keystroke would be for nothing.
        Callback::from(move |link: HtmlAnchorElement| {
            let fragment = shown.link().map(|link| format!("#{link}")).unwrap_or_default();
            link.set_href(&address::alone(&fragment));
        })
    };
    let on_undo = {
        let (state, editor) = (state.clone(), editor.clone());
        Callback::from(move |()| {
            if let Some(kept) = state.returning().cloned() {
                state.dispatch(Action::Returned);
                // A step of its own: what was typed since is one more step back.
                if let Some(text) = &kept.text {
                    editor.replace_text(text);
                }
            } else {
                editor.undo();
            }
            state.dispatch(Action::Dismissed);
        })
    };

    let language = state.language;
    let list_name = words::pane(state.beside);
    let has_broken = matches!(state.notice, Some(Notice::AnalysisFailed | Notice::AnalysisStopped));
    let findings = state.report().map(|report| report.counts().shown());
    // Costs, endpoints and pictures have answers of their own.
    let lapsed = state.is_lapsed() && matches!(state.beside, Pane::Findings | Pane::Paths);
    html! {
        <div
            class="page"
            data-pane={state.pane.name()}
            // Whether everything that is shown is of the text as it stands.
            data-whole={state.whole_report().map(|_| "")}
            data-embedded={state.embedding.is_some().then_some("")}
            data-read-only={state.is_read_only().then_some("")}
        >
            <Header
                {language}
                theme={state.theme}
                is_alone={state.embedding.is_none()}
                is_loaded={state.is_loaded}
                {on_example}
                on_files={&on_files}
                {on_empty}
                on_keys={to_action(&state, |()| Action::Keys(true))}
                on_share={to_action(&state, |()| Action::Sharing(true))}
                {on_leave}
                on_language={to_action(&state, Action::LanguageChosen)}
                on_theme={to_action(&state, Action::ThemeChosen)}
            />
            <main class="halves">
                <Tabs pane={state.pane} beside={state.beside} {language} {findings} {on_pane} />
                <section class="half template" id="template" aria-label={words::template().get(language).to_owned()}>
                    <EditorPane
                        handle={(*editor).clone()}
                        text={state.text.clone()}
                        report={state.current_report().cloned()}
                        chosen={state.chosen}
                        step={state.step_place()}
                        with_path={
                            state.beside == Pane::Paths
                                || state.beside == Pane::Diagram && state.inputs.to.is_some()
                        }
                        is_read_only={state.is_read_only()}
                        is_answered={state.report().is_some() || has_broken}
                        // What breaks down before the rest came may have kept it from coming.
                        is_heard={state.is_loaded || has_broken}
                        {language}
                        {on_change}
                        {on_move}
                        on_fix={&on_look}
                        {on_explain}
                    />
                    <p id="editor-keys" class="unseen">{ words::editor_keys().get(language).to_owned() }</p>
                    // Nothing is chosen before all is there.
                    if state.is_loaded {
                        { at_cursor(&state, &on_look) }
                    }
                </section>
                // It can be moved once all is there; where it was moved before, it stands there from the start.
                if state.is_loaded || preferences::share(Axis::Columns.key()).is_some() {
                    <Divider
                        axis={Axis::Columns}
                        controls="template"
                        name={words::divider().get(language).to_owned()}
                        // As the styles have it: more room for a picture.
                        usual={if state.beside == Pane::Diagram { 45 } else { 55 }}
                    />
                }
                <section
                    class="half list"
                    // What keys lead to can have the keyboard; Tab goes on to what is in it.
                    tabindex="-1"
                    aria-label={list_name.get(language).to_owned()}
                    data-lapsed={lapsed.then_some("")}
                >
                    if lapsed && state.report().is_some() {
                        <p class="diagram-older" role="status">{ words::failure::older().get(language).to_owned() }</p>
                    }
                    if lapsed && state.report().is_none() {
                        { no_report(language) }
                    } else if state.beside == Pane::Paths {
                        <Explorer
                            report={state.report_with_paths().cloned()}
                            to={state.inputs.to.clone()}
                            step={state.step}
                            {language}
                            on_from={to_action(&state, Action::FromChosen)}
                            on_to={to_action(&state, Action::ToChosen)}
                            on_path={to_action(&state, |(from, to)| Action::PathChosen(from, to))}
                            {on_step}
                            on_field={&on_field}
                        />
                    } else if state.beside == Pane::Cost {
                        <CostPanel
                            costs={state.costs.clone()}
                            figures={state.inputs.cost.clone()}
                            region={state.inputs.region.clone()}
                            {language}
                            on_give={to_action(&state, Action::Figured)}
                            on_region={to_action(&state, |region| Action::Given(Field::Region, region))}
                            on_place={&on_resource}
                        />
                    } else if state.beside == Pane::Endpoints {
                        <EndpointsPanel
                            endpoints={state.endpoints.as_ref().map(|(_, endpoints)| endpoints.clone())}
                            text={state.text.clone()}
                            is_current={state.current_endpoints().is_some()}
                            is_synthesized={state.report().is_some_and(|report| report.is_synthesized)}
                            figures={state.inputs.cost.clone()}
                            previewed={state.previewed.clone()}
                            proof={state.proof.clone()}
                            {language}
                            on_place={&on_resource}
                            on_field={&on_field}
                            {on_preview}
                            {on_apply}
                        />
                    } else if state.beside == Pane::Diagram {
                        <DiagramPanel
                            drawings={state.drawings.clone()}
                            revision={state.revision}
                            report={state.current_report().cloned()}
                            marked={state.drawings.marked(state.revision, state.pointed(), state.chosen)}
                            {language}
                            on_place={&on_resource}
                            {on_choose}
                            on_hide={to_action(&state, |()| Action::PathHidden)}
                            on_toggle={to_action(&state, Action::Toggled)}
                        />
                    } else {
                        if let Some(report) = state.report() {
                            <Checklist
                                report={report.clone()}
                                {language}
                                on_place={on_evidence}
                                on_field={&on_field}
                            />
                        }
                        <Findings
                            report={state.report().cloned()}
                            text={state.text.clone()}
                            is_current={state.whole_report().is_some()}
                            chosen={state.chosen}
                            previewed={state.previewed.clone()}
                            proof={state.proof.clone()}
                            fixes={state.fixes.as_ref().map(|(_, fixes)| fixes.clone())}
                            {language}
                            {on_choose}
                            {on_place}
                            {on_preview}
                            {on_apply}
                            {on_fix_all}
                            on_explain={on_explain_rule}
                        />
                    }
                    if let Some(report) = state.report_with_paths() {
                        <Needs
                            report={report.clone()}
                            inputs={state.inputs.clone()}
                            {language}
                            on_give={to_action(&state, |(field, value)| Action::Given(field, value))}
                            on_assume={to_action(&state, |(key, kind)| Action::Assumed(key, kind))}
                            on_add={to_action(&state, Action::ContextAdded)}
                            on_remove={to_action(&state, Action::ContextRemoved)}
                            on_files={&on_files}
                        />
                    }
                </section>
            </main>
            if state.is_loaded {
                <Announcer text={announcement(&state)} />
            }
            if state.is_loaded || has_broken {
                <NoticeBar
                    notice={state.notice}
                    taken={state.taken.clone()}
                    can_undo={state.can_undo()}
                    {language}
                    {on_undo}
                    {on_reset}
                    on_dismiss={to_action(&state, |()| Action::Dismissed)}
                    on_report={to_action(&state, |()| Action::Reporting(true))}
                />
            }
            if is_over {
                <div class="dropping" aria-hidden="true">
                    <p>{ words::files::drop().get(language).to_owned() }</p>
                    <p>{ words::files::drop_more().get(language).to_owned() }</p>
                </div>
            }
            // Opened by hand only; who asks for one before all is there sees it then.
            if state.is_loaded {
                <KeysDialog
                    is_open={state.shows_keys}
                    {language}
                    on_close={to_action(&state, |()| Action::Keys(false))}
                />
                <FailureDialog
                    failure={state.failure.clone().filter(|_| state.is_reporting)}
                    {language}
                    on_close={to_action(&state, |()| Action::Reporting(false))}
                />
                <RuleDocument
                    rule={state.explained.clone()}
                    {language}
                    on_close={to_action(&state, |()| Action::Closed)}
                />
                <ShareDialog
                    sharing={state.sharing.clone()}
                    has_context={!state.inputs.contexts.is_empty()}
                    beside={state.beside}
                    {language}
                    on_redact={to_action(&state, Action::Sharing)}
                    on_close={to_action(&state, |()| Action::Unshared)}
                />
            }
        </div>
    }
}

fn to_action<T: 'static>(
    state: &UseReducerHandle<State>,
    action: impl Fn(T) -> Action + 'static,
) -> Callback<T> {
    let dispatcher = state.dispatcher();
    Callback::from(move |value| dispatcher.dispatch(action(value)))
}

/// An analyzer for as long as the page lives, which tells the state what came out.
#[hook]
fn use_analyzer(state: &UseReducerHandle<State>) -> Rc<Analyzer> {
    let dispatcher = state.dispatcher();
    use_memo((), move |()| {
        Analyzer::new(Callback::from(move |outcome| {
            dispatcher.dispatch(match outcome {
                Outcome::Done(revision, report) => Action::Analysed(revision, report),
                Outcome::Completed(revision, rest) => Action::Completed(revision, rest),
                Outcome::Costed(costs) => Action::Costed(costs),
                Outcome::Fixed(revision, fixes) => Action::AllFixed(revision, fixes),
                Outcome::Suggested(number, endpoints) => Action::Suggested(number, endpoints),
                Outcome::Proved(revision, proof) => Action::Proved(revision, proof),
                Outcome::Drawn(revision, drawing) => Action::Drawn(revision, drawing),
                Outcome::Packed(revision, package) => Action::Packed(revision, package),
                Outcome::Failed(revision, failure) => {
                    let is_report = failure.task == Task::Report.name();
                    Action::Failed(is_report.then_some(revision), failure)
                }
                Outcome::Stopped(revision, task) => {
                    Action::Stopped((task == Task::Report).then_some(revision))
                }
                Outcome::Loaded => Action::Loaded,
            });
        }))
    })
}

fn request(state: &State, task: Task) -> Request {
    let japanese = state.language == Language::Japanese;
    let wanted = Wanted { japanese, open: state.drawings.open.clone() };
    let asked = |sharing: &Sharing| Asked { japanese, redacts: sharing.redacts, page: address::page() };
    let asked = state.sharing.as_ref().map(asked);
    let (contexts, offer) = (state.inputs.contexts.clone(), state.previewed.clone());
    Request { shared: state.shared(), contexts, task, offer, wanted, asked }
}

/// Keeps the address in step, and opens what it is changed to by hand or by going back.
#[hook]
fn use_address(state: &UseReducerHandle<State>, address: &Rc<Address>, editor: &Rc<EditorHandle>) {
    {
        let (address, snapshot) = (address.clone(), (**state).clone());
        let is_first = use_mut_ref(|| true);
        use_effect_with((state.estimate_number(), state.view()), move |_| {
            // The first state came from the address; a refused link stays there to be looked at.
            if !is_first.replace(false) && snapshot.embedding.is_none() {
                address.follow(snapshot);
            }
        });
    }
    {
        let address = address.clone();
        use_effect_with((), move |()| {
            let listener = address.flush_on_leaving();
            move || drop(listener)
        });
    }
    {
        let (dispatcher, editor) = (state.dispatcher(), editor.clone());
        use_effect_with((), move |()| {
            let listener = web_sys::window().map(|window| {
                EventListener::new(&window, "hashchange", move |_| match open_link(&address::fragment()) {
                    None => {}
                    Some(Err(error)) => dispatcher.dispatch(Action::Told(Notice::LinkRefused(error))),
                    Some(Ok(shared)) => {
                        let text = editor_text(&shared.text);
                        let opened = Action::Opened(text.clone(), Inputs::of(&shared), asked_pane(&shared));
                        dispatcher.dispatch(opened);
                        editor.replace_text(&text);
                        dispatcher.dispatch(Action::Visited);
                    }
                })
            });
            move || drop(listener)
        });
    }
}

/// Hears of a newer version of the page: see web/src/offline.js.
#[hook]
fn use_newer_version(state: &UseReducerHandle<State>) {
    let dispatcher = state.dispatcher();
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|window| {
            EventListener::new(&window, "vpcheck-update", move |_| {
                dispatcher.dispatch(Action::Told(Notice::NewerVersion));
            })
        });
        move || drop(listener)
    });
}

/// Tells the document and the next visit of the language.
#[hook]
fn use_language(language: Language) {
    let is_first = use_mut_ref(|| true);
    use_effect_with(language, move |language| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(words::title().get(*language));
            set_root_attribute(&document, "lang", language.tag());
        }
        // Only a choice is kept: a link in one language must not decide the next visit.
        if !is_first.replace(false) {
            preferences::keep_language(*language);
        }
    });
}

/// Tells the styles and the next visit of the theme.
#[hook]
fn use_theme(state: &UseReducerHandle<State>) {
    use_effect_with(state.theme, |theme| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            set_root_attribute(&document, "data-theme", theme.name());
        }
        preferences::keep_theme(*theme);
    });
}

fn set_root_attribute(document: &web_sys::Document, name: &str, value: &str) {
    if let Some(root) = document.document_element() {
        // Fails for names that are not names; these are.
        let _ = root.set_attribute(name, value);
    }
}

/// Shows a place of the text wherever something is known of it: its finding, its step of a path, its box.
fn show_place(dispatcher: &UseReducerDispatcher<State>, place: Place) {
    dispatcher.dispatch(Action::PlaceShown);
    dispatcher.dispatch(Action::CursorMoved(place.from));
}

/// What the page's keys do.
fn command(state: &UseReducerHandle<State>, editor: &Rc<EditorHandle>) -> Callback<Command> {
    let (state, editor) = (state.clone(), editor.clone());
    Callback::from(move |command| match command {
        Command::List => state.dispatch(Action::Keys(true)),
        Command::Finding(direction) => go_to_finding(&state, &editor, direction),
        Command::Pane(direction) => {
            let is_in_editor = find(".half.template:focus-within").is_some();
            let now = if is_in_editor { Pane::Template } else { state.beside };
            let next = keys::next_pane(now, direction);
            state.dispatch(Action::Shown(next));
            focus_soon(if next == Pane::Template {
                ".editor :is(.cm-content, .bare-editor)"
            } else {
                ".half.list"
            });
        }
    })
}

fn go_to_finding(state: &UseReducerHandle<State>, editor: &EditorHandle, direction: Direction) {
    let Some(report) = state.current_report() else { return };
    let Some(next) = keys::step(report, state.chosen, direction) else { return };
    let is_in_list = state.beside == Pane::Findings && find(".half.list:focus-within").is_some();
    let place = report.findings[next].place();
    if is_in_list {
        state.dispatch(Action::Stepped(next));
        if let Some(place) = place {
            editor.show(place);
        }
        focus_soon(".finding[aria-current] .finding-head");
    } else {
        state.dispatch(Action::Chosen(next));
        if let Some(place) = place {
            editor.select(place);
        }
    }
}

/// What leads to a field of the form. Who asks for one before the form is there is led to it when it is:
/// it comes with the paths, a moment after the findings.
#[hook]
fn use_fields(is_there: bool) -> Callback<Field> {
    let awaited = use_mut_ref(|| None::<Field>);
    {
        let awaited = awaited.clone();
        use_effect_with(is_there, move |is_there| {
            if *is_there && let Some(field) = awaited.take() {
                go_to(&field);
            }
        });
    }
    use_callback(is_there, move |field: Field, is_there| {
        if *is_there {
            go_to(&field);
        } else {
            awaited.replace(Some(field));
        }
    })
}

/// Brings a field of the form into view and gives it the keyboard. For subnets that is the first of the buttons.
fn go_to(field: &Field) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let id = field.element();
    let group = document.get_element_by_id(&format!("{id}-kinds"));
    let button = group.and_then(|group| group.query_selector("button").ok().flatten());
    if let Some(element) = button.or_else(|| document.get_element_by_id(&id)) {
        let centre = ScrollIntoViewOptions::new();
        centre.set_block(ScrollLogicalPosition::Center);
        element.scroll_into_view_with_scroll_into_view_options(&centre);
        if let Ok(element) = element.dyn_into::<HtmlElement>() {
            // An element in the page can be focused.
            let _ = element.focus();
        }
    }
}

/// Below the editor of a narrow screen, where nothing hovers: the finding at the cursor, or where to go back to.
fn at_cursor(state: &UseReducerHandle<State>, on_look: &Callback<usize>) -> Html {
    let language = state.language;
    let report = state.report();
    let chosen = state.chosen.and_then(|index| Some((index, report?.findings.get(index)?.clone())));
    let beside = state.beside;
    let show_list = to_action(state, move |_: MouseEvent| Action::Shown(Pane::Findings));
    let show_beside = to_action(state, move |_: MouseEvent| Action::Shown(beside));
    let path = state.shown_path().filter(|_| beside == Pane::Paths);
    html! {
        <div class="at-cursor">
            if let Some((index, finding)) = chosen {
                <button type="button" class="at-cursor-text" onclick={show_list} data-severity={finding.severity.name()}>
                    { severity_mark(finding.severity) }
                    <span>{ prose(finding.message.get(language)) }</span>
                </button>
                if finding.fix.is_some() {
                    <button type="button" class="fix" onclick={on_look.reform(move |_| index)}>
                        { words::show_fix().get(language).to_owned() }
                    </button>
                }
            } else if let Some(path) = path {
                <button type="button" class="at-cursor-text" onclick={show_beside}>
                    { verdict_mark(path.verdict) }
                    <span>{ words::path_verdict(&path.from, &path.to, path.verdict).get(language).to_owned() }</span>
                </button>
            } else if let Some(costs) = state.costs.as_ref().filter(|_| beside == Pane::Cost) {
                <button type="button" class="at-cursor-text" onclick={show_beside}>
                    <span>{ cost_panel::summary(costs, &state.inputs.cost, language) }</span>
                </button>
            } else if let Some((_, endpoints)) = state.endpoints.as_ref().filter(|_| beside == Pane::Endpoints) {
                <button type="button" class="at-cursor-text" onclick={show_beside}>
                    <span>{ words::endpoints::summary(endpoints.additions()).get(language).to_owned() }</span>
                </button>
            } else if beside == Pane::Diagram {
                <button type="button" class="at-cursor-text" onclick={show_beside}>
                    <span>{ words::diagram::back().get(language).to_owned() }</span>
                </button>
            } else {
                <button type="button" class="at-cursor-text" onclick={show_beside}>
                    { report.map(|report| words::counts(report.counts()).get(language).to_owned()) }
                </button>
            }
        </div>
    }
}

/// In place of the findings where there are none, not even older ones.
fn no_report(language: Language) -> Html {
    html! {
        <div class="state blank">
            <p class="state-headline">{ words::failure::nothing().get(language).to_owned() }</p>
            <p class="state-more">{ words::failure::nothing_more().get(language).to_owned() }</p>
        </div>
    }
}

fn announcement(state: &State) -> String {
    let Some(report) = state.report() else { return String::new() };
    if state.beside == Pane::Paths
        && let Some(path) = &report.paths.shown
    {
        return words::path_verdict(&path.from, &path.to, path.verdict).get(state.language).to_owned();
    }
    if let Some(costs) = state.costs.as_ref().filter(|_| state.beside == Pane::Cost) {
        return cost_panel::summary(costs, &state.inputs.cost, state.language);
    }
    if let Some((_, endpoints)) = state.endpoints.as_ref().filter(|_| state.beside == Pane::Endpoints) {
        return words::endpoints::summary(endpoints.additions()).get(state.language).to_owned();
    }
    let phrase = if report.is_template || !report.findings.is_empty() {
        words::counts(report.counts())
    } else if state.text.trim().is_empty() {
        words::empty()
    } else {
        words::no_template()
    };
    phrase.get(state.language).to_owned()
}

#[derive(PartialEq, Properties)]
struct AnnouncerProps {
    text: String,
}

/// Says the counts to screen readers once they have settled: nobody wants to hear them at every keystroke.
#[component]
fn Announcer(props: &AnnouncerProps) -> Html {
    let said = use_state_eq(String::new);
    {
        let said = said.setter();
        use_effect_with(props.text.clone(), move |text| {
            let text = text.clone();
            let timer = Timeout::new(SETTLED_MS, move || said.set(text));
            move || drop(timer)
        });
    }
    html! { <p class="unseen" role="status">{ (*said).clone() }</p> }
}

const SETTLED_MS: u32 = 800;

/// From the findings of a text to the question for the rest of what is told about it, unless somebody types on.
const QUIET_MS: u32 = 60;

/// Puts the page into `root`, in place of what stands there while it loads.
pub fn mount(root: Element) -> yew::AppHandle<App> {
    root.set_inner_html("");
    yew::Renderer::<App>::with_root(root).render()
}
