//! The path explorer: a source, a destination, and what packets meet between them.

use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::paths::Verdict;
use web_sys::{HtmlInputElement, HtmlSelectElement, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use crate::inputs::Field;
use crate::paths::{Ask, Fate, Path, Paths, Step, Way};
use crate::prose::prose;
use crate::report::Report;
use crate::words;

/// Properties of [`Explorer`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The last report.
    pub report: Option<Rc<Report>>,
    /// The destination that was chosen, as typed.
    pub to: Option<String>,
    /// The step that is shown in the editor too: the way and the step in it.
    pub step: Option<(usize, usize)>,
    /// The language of the page.
    pub language: Language,
    /// A source was chosen.
    pub on_from: Callback<String>,
    /// A destination was chosen.
    pub on_to: Callback<String>,
    /// Both were.
    pub on_path: Callback<(String, String)>,
    /// A step was asked for.
    pub on_step: Callback<(usize, usize)>,
    /// The field that would settle an unknown was asked for.
    pub on_field: Callback<Field>,
}

/// The choices, the answer, and the overview of all answers.
#[component]
pub fn Explorer(props: &Props) -> Html {
    let language = props.language;
    let Some(report) = &props.report else {
        return html! { <p class="state-more">{ say(&words::analysing(), language) }</p> };
    };
    let paths = &report.paths;
    if paths.from.is_empty() {
        let (headline, more) = if report.is_template {
            (words::no_paths(), words::no_paths_more())
        } else {
            (words::no_template(), words::no_template_more())
        };
        return html! {
            <div class="state blank">
                <p class="state-headline">{ say(&headline, language) }</p>
                <p class="state-more">{ prose(more.get(language)) }</p>
            </div>
        };
    }
    html! {
        <>
            { overview(props, paths) }
            <Choices
                report={report.clone()}
                to={props.to.clone()}
                {language}
                on_from={&props.on_from}
                on_to={&props.on_to}
            />
            if let Some((what, next)) = &paths.refused {
                <div class="answer refused" id="path-refused">
                    <p>{ prose(what.get(language)) }</p>
                    <p class="finding-help">{ prose(next.get(language)) }</p>
                </div>
            } else if let Some(path) = &paths.shown {
                { answer(props, path, !report.contexts.is_empty()) }
            } else {
                <p class="state-more">
                    { say(&if paths.to.is_empty() { words::no_destination() } else { words::no_answer() }, language) }
                </p>
            }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct ChoicesProps {
    report: Rc<Report>,
    to: Option<String>,
    language: Language,
    on_from: Callback<String>,
    on_to: Callback<String>,
}

/// The value of the last option, which no destination can have.
const OTHER: &str = "?";

/// The two choices, and the field for a destination that is not among them.
#[component]
fn Choices(props: &ChoicesProps) -> Html {
    let ChoicesProps { report, language, .. } = props;
    let (paths, language) = (&report.paths, *language);
    let is_known = |to: &String| paths.to.contains(to);
    let typed = props.to.clone().filter(|to| !is_known(to));
    // Asked for by the last option; a typed destination keeps the field open by itself.
    let wants_field = use_state_eq(|| false);
    let has_field = *wants_field || typed.is_some() || paths.to.is_empty();
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with(*wants_field, move |wants| {
            if let Some(field) = field.cast::<HtmlInputElement>().filter(|_| *wants) {
                // An element in the page can be focused.
                let _ = field.focus();
            }
        });
    }
    let shown = paths.shown.as_ref();
    let from = shown.map(|path| path.from.clone()).or_else(|| paths.from.first().cloned());
    let to = props.to.clone().filter(is_known).or_else(|| shown.map(|path| path.to.clone()));
    let row = from.as_ref().and_then(|from| paths.from.iter().position(|id| id == from)).unwrap_or_default();
    let mut destinations: Vec<(String, String)> = (0..)
        .zip(&paths.to)
        .map(|(column, to)| {
            let sign = paths.verdict(row, column).map(words::verdict_sign).unwrap_or_default();
            (to.clone(), format!("{sign} {to}"))
        })
        .collect();
    destinations.push((OTHER.to_owned(), say(&words::path_other(), language)));
    let choose_to = {
        let (on_to, wants_field) = (props.on_to.clone(), wants_field.setter());
        Callback::from(move |value: String| {
            wants_field.set(value == OTHER);
            if value != OTHER {
                on_to.emit(value);
            }
        })
    };
    let send = {
        let (on_to, field, wants_field) = (props.on_to.clone(), field.clone(), wants_field.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let value = field.cast::<HtmlInputElement>().map(|field| field.value()).unwrap_or_default();
            if !value.trim().is_empty() {
                wants_field.set(false);
                on_to.emit(value.trim().to_owned());
            }
        })
    };
    let refused = paths.refused.is_some();
    html! {
        <form class="choices" onsubmit={send}>
            <Choice
                id="path-from"
                label={words::path_from()}
                options={paths.from.iter().map(|id| (id.clone(), id.clone())).collect::<Vec<_>>()}
                value={from}
                {language}
                on_choose={&props.on_from}
            />
            <Choice
                id="path-to"
                label={words::path_to()}
                options={destinations}
                value={if has_field { Some(OTHER.to_owned()) } else { to }}
                {language}
                on_choose={choose_to}
            />
            if has_field {
                <div class="field typed">
                    <label for="path-typed">{ say(&words::path_typed(), language) }</label>
                    <div class="typed-row">
                        <input
                            id="path-typed"
                            ref={field}
                            type="text"
                            value={typed.unwrap_or_default()}
                            autocomplete="off"
                            autocapitalize="off"
                            spellcheck="false"
                            enterkeyhint="go"
                            aria-invalid={refused.then_some("true")}
                            aria-describedby={if refused { "path-refused" } else { "path-typed-about" }}
                        />
                        <button type="submit" class="fix">{ say(&words::path_trace(), language) }</button>
                    </div>
                    <p id="path-typed-about">{ prose(words::path_typed_more().get(language)) }</p>
                </div>
            }
        </form>
    }
}

/// Properties of [`Choice`].
#[derive(PartialEq, Properties)]
pub(crate) struct ChoiceProps {
    /// The id of its element.
    pub id: AttrValue,
    /// What is chosen.
    pub label: Phrase,
    /// Values with what is shown for them.
    pub options: Vec<(String, String)>,
    /// The value that is chosen.
    pub value: Option<String>,
    /// The language of the page.
    pub language: Language,
    /// Another was chosen.
    pub on_choose: Callback<String>,
}

/// A choice that follows the state, not only its own user.
#[component]
pub(crate) fn Choice(props: &ChoiceProps) -> Html {
    let ChoiceProps { id, options, .. } = props;
    let select = use_node_ref();
    {
        let select = select.clone();
        use_effect_with((props.value.clone(), options.clone()), move |(value, _)| {
            // Once somebody has chosen, the options' attributes count no more.
            if let (Some(select), Some(value)) = (select.cast::<HtmlSelectElement>(), value) {
                select.set_value(value);
            }
        });
    }
    let choose =
        props.on_choose.reform(|event: Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    html! {
        <div class="field">
            <label for={id.clone()}>{ say(&props.label, props.language) }</label>
            <select {id} ref={select} onchange={choose}>
                { for options.iter().map(|(value, shown)| html! {
                    <option value={value.clone()}>{ shown }</option>
                }) }
            </select>
        </div>
    }
}

fn answer(props: &Props, path: &Path, has_context: bool) -> Html {
    let language = props.language;
    let many = path.ways.len() > 1;
    html! {
        <section class="answer" aria-labelledby="answer-title" data-verdict={path.verdict.name()}>
            <h2 id="answer-title" class="answer-head">
                <span class="answer-path">
                    <code>{ &path.from }</code>
                    <span aria-hidden="true">{ " → " }</span>
                    <span class="unseen">{ ", " }</span>
                    <code>{ &path.to }</code>
                </span>
                { verdict_words(path.verdict, &path.partial_by, language) }
            </h2>
            { for path.ways.iter().enumerate().map(|(index, way)| {
                // Ways of another path are other ways, open or closed by themselves.
                let key = format!("{}\n{}\n{index}", path.from, path.to);
                html! { <WayItem
                    {key}
                    {index}
                    way={way.clone()}
                    {many}
                    step={props.step.filter(|(way, _)| *way == index).map(|(_, step)| step)}
                    {language}
                    on_step={&props.on_step}
                /> }
            }) }
            if !path.asks.is_empty() {
                <div class="settle">
                    <h3>{ say(&words::settle(), language) }</h3>
                    <ul>{ for path.asks.iter().map(|ask| ask_item(ask, language, &props.on_field)) }</ul>
                </div>
            }
            if !path.assumptions.is_empty() {
                <div class="rests-on">
                    <h3>{ say(&words::rests_on(), language) }</h3>
                    <ul>
                        { for path.assumptions.iter().map(|assumption| html! {
                            <li>{ prose(assumption.get(language)) }</li>
                        }) }
                    </ul>
                </div>
            }
            if has_context {
                <p class="answer-note">{ say(&words::context_in_use(), language) }</p>
            }
        </section>
    }
}

/// What would settle something, with the way to its field.
pub(crate) fn ask_item(ask: &Ask, language: Language, on_field: &Callback<Field>) -> Html {
    html! {
        <li>
            <span>
                { prose(ask.reason.get(language)) }
                if let Some(command) = &ask.command {
                    <code class="command">{ command }</code>
                }
            </span>
            if let Some(field) = ask.field.clone() {
                <button type="button" class="place" onclick={on_field.reform(move |_| field.clone())}>
                    { say(&words::settle_go(), language) }
                </button>
            }
        </li>
    }
}

#[derive(PartialEq, Properties)]
struct WayProps {
    index: usize,
    way: Way,
    many: bool,
    step: Option<usize>,
    language: Language,
    on_step: Callback<(usize, usize)>,
}

/// The way from some subnets: folded where there are others, but for the first.
#[component]
fn WayItem(props: &WayProps) -> Html {
    let WayProps { index, way, language, .. } = props;
    let (index, language) = (*index, *language);
    let directions = [(false, words::way_out()), (true, words::way_back())];
    let steps = html! {
        { for directions.into_iter().map(|(back, title)| {
            let steps: Vec<(usize, &Step)> =
                way.steps.iter().enumerate().filter(|(_, step)| step.back == back).collect();
            if steps.is_empty() {
                return html! {};
            }
            html! {
                <>
                    <h3 class="way-direction">{ say(&title, language) }</h3>
                    <ol class="steps">
                        { for steps.into_iter().map(|(at, step)| {
                            step_item(step, props.step == Some(at), language, props.on_step.reform(move |_| (index, at)))
                        }) }
                    </ol>
                </>
            }
        }) }
    };
    if way.subnets.is_empty() {
        return html! { <div class="way">{ steps }</div> };
    }
    let subnets = html! {
        { for way.subnets.iter().enumerate().map(|(at, subnet)| html! {
            <>if at > 0 { { ", " } }<code>{ subnet }</code></>
        }) }
    };
    html! {
        <details class="way" open={index == 0 || !props.many} data-verdict={way.verdict.name()}>
            <summary>
                <span class="way-subnets">{ subnets }</span>
                { verdict_words(way.verdict, &way.partial_by, language) }
            </summary>
            { steps }
        </details>
    }
}

fn step_item(step: &Step, is_chosen: bool, language: Language, on_step: Callback<MouseEvent>) -> Html {
    let place = match (&step.file, step.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.clone(),
        (None, Some(line)) => words::line(line).get(language).to_owned(),
        (None, None) => String::new(),
    };
    let before = match step.fate {
        Fate::Passed => None,
        Fate::Stopped => Some(words::stopped_here()),
        Fate::Unknown => Some(words::unknown_here()),
    };
    let inside = html! {
        <>
            <span class="step-head">
                <span class="step-id">
                    if let Some(before) = before {
                        { verdict_mark(if step.fate == Fate::Stopped { Verdict::Blocked } else { Verdict::Unknown }) }
                        <span class="unseen">{ say(&before, language) }</span>
                    }
                    { &step.id }
                </span>
                <span class="step-kind">{ say(&step.kind, language) }</span>
                if !place.is_empty() {
                    <span class="finding-line">{ place }</span>
                }
            </span>
            <span class="step-sentence">{ prose(step.sentence.get(language)) }</span>
            if let Some(code) = &step.code {
                // Codes are long for a phone; they break between their words.
                <code class="step-code">
                    { for code.split_inclusive('_').map(|word| html! { <>{ word }<wbr /></> }) }
                </code>
            }
        </>
    };
    html! {
        <li class="step" data-fate={step.fate.name()} aria-current={is_chosen.then_some("true")}>
            if step.place.is_some() {
                <button type="button" class="step-body" onclick={on_step}>{ inside }</button>
            } else {
                <div class="step-body">{ inside }</div>
            }
        </li>
    }
}

/// The table is left out where it would be larger than this, either way: the choices tell the verdicts too.
const OVERVIEW: usize = 8;

fn overview(props: &Props, paths: &Paths) -> Html {
    let language = props.language;
    let cells = paths.from.len() * paths.to.len();
    if cells < 2 || paths.from.len() > OVERVIEW || paths.to.len() > OVERVIEW {
        return html! {};
    }
    let is_shown = |from: &String, to: &String| {
        paths.shown.as_ref().is_some_and(|path| path.from == *from && path.to == *to)
    };
    let cell = |(row, from): (usize, &String), (column, to): (usize, &String)| {
        let Some(verdict) = paths.verdict(row, column) else { return html! { <td /> } };
        let choose = {
            let chosen = (from.clone(), to.clone());
            props.on_path.reform(move |_| {
                show_answer();
                chosen.clone()
            })
        };
        html! {
            <td>
                <button
                    type="button"
                    class="cell"
                    data-verdict={verdict.name()}
                    aria-pressed={is_shown(from, to).to_string()}
                    aria-label={words::path_verdict(from, to, verdict).get(language).to_owned()}
                    onclick={choose}
                >
                    { verdict_mark(verdict) }
                    <span>{ say(&words::verdict(verdict), language) }</span>
                </button>
            </td>
        }
    };
    let title = say(&words::path_overview(), language);
    html! {
        <div class="overview">
            <h2 id="overview-title">{ &title }</h2>
            // Wide tables scroll inside their box, by keys too.
            <div class="overview-box" tabindex="0" role="region" aria-labelledby="overview-title">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ say(&words::path_corner(), language) }</th>
                            { for paths.from.iter().map(|from| html! { <th scope="col">{ from }</th> }) }
                        </tr>
                    </thead>
                    <tbody>
                        { for paths.to.iter().enumerate().map(|column| html! {
                            <tr>
                                <th scope="row">{ column.1 }</th>
                                { for paths.from.iter().enumerate().map(|row| cell(row, column)) }
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </div>
    }
}

/// Brings the head of the answer into view: below a long table it may not be.
fn show_answer() {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(head) = document.and_then(|document| document.get_element_by_id("answer-title")) {
        let nearest = ScrollIntoViewOptions::new();
        nearest.set_block(ScrollLogicalPosition::Nearest);
        head.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}

fn verdict_words(verdict: Verdict, partial_by: &[Phrase], language: Language) -> Html {
    html! {
        <span class="verdict" data-verdict={verdict.name()}>
            { verdict_mark(verdict) }
            <span>
                { say(&words::verdict(verdict), language) }
                if verdict == Verdict::Partial {
                    { for partial_by.iter().enumerate().map(|(at, by)| html! {
                        <>{ if at == 0 { ": " } else { ", " } }{ say(by, language) }</>
                    }) }
                }
            </span>
        </span>
    }
}

/// A shape for each verdict, so that none is told by colour alone.
pub fn verdict_mark(verdict: Verdict) -> Html {
    let shape = match verdict {
        Verdict::Reachable => html! { <path d="m2.5 8.5 3.5 4 7.5-9" /> },
        Verdict::Blocked => html! { <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" /> },
        Verdict::Partial => html! {
            <><circle cx="8" cy="8" r="6" /><path class="filled" d="M8 2a6 6 0 0 1 0 12Z" /></>
        },
        Verdict::Unknown => html! {
            <path d="M4.5 5.5a3.5 3.5 0 1 1 5.2 3c-1.2.7-1.7 1.2-1.7 2.3M8 14v.1" />
        },
    };
    html! { <svg class="verdict-mark" viewBox="0 0 16 16" aria-hidden="true" data-verdict={verdict.name()}>{ shape }</svg> }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
