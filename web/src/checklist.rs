//! The checklist: a card a function, a line a question, each of which opens its evidence.

use std::rc::Rc;

use vpcheck_core::checklist::{Status, besides_words};
use vpcheck_core::language::{Language, Phrase};
use yew::prelude::*;

use crate::checks::{Checks, Evidence, Item};
use crate::inputs::Field;
use crate::prose::prose;
use crate::report::{Place, Report};
use crate::words;

/// Properties of [`Checklist`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The last report.
    pub report: Rc<Report>,
    /// The language of the page.
    pub language: Language,
    /// A place was asked for, of a finding or of none.
    pub on_place: Callback<(Option<usize>, Place)>,
    /// A field of the form was asked for.
    pub on_field: Callback<Field>,
}

/// The checklist; nothing where no function stands in a VPC.
#[component]
pub(crate) fn Checklist(props: &Props) -> Html {
    let language = props.language;
    let (inside, outside): (Vec<&Checks>, Vec<&Checks>) =
        props.report.checklist.iter().partition(|checks| checks.in_vpc);
    if inside.is_empty() {
        return html! {};
    }
    let is_only = inside.len() == 1;
    html! {
        <section class="checklist" aria-labelledby="checklist-title">
            <h2 id="checklist-title">{ say(&words::checklist(), language) }</h2>
            { for inside.iter().enumerate().map(|(at, checks)| card(props, checks, at, is_only)) }
            if !outside.is_empty() {
                <p class="checklist-outside">
                    { format!("{}: ", say(&words::outside_vpc(), language)) }
                    { for outside.iter().enumerate().map(|(at, checks)| html! {
                        <>if at > 0 { { ", " } }<code>{ &checks.function }</code></>
                    }) }
                </p>
            }
        </section>
    }
}

/// Folded where there are several or nothing is amiss, so that the findings stay near.
fn card(props: &Props, checks: &Checks, at: usize, is_only: bool) -> Html {
    let language = props.language;
    let statuses = checks.statuses();
    let amiss = [Status::Fail, Status::Unknown].into_iter().find(|status| statuses.contains(status));
    let is_open = is_only && amiss.is_some();
    let worst = if checks.besides.is_empty() { amiss.unwrap_or(Status::Pass) } else { Status::Fail };
    html! {
        <details class="checks" key={format!("{at} {}", checks.function)} open={is_open} data-function={checks.function.clone()}>
            <summary>
                { status_mark(worst) }
                <code class="checks-function">{ &checks.function }</code>
                <span class="checks-tally">{ say(&words::tally(&statuses), language) }</span>
                if let Some(but) = besides_words(checks.besides.len()) {
                    <span class="checks-besides">{ say(&but, language) }</span>
                }
            </summary>
            <ul>{ for checks.items.iter().map(|item| item_line(props, item)) }</ul>
            if !checks.besides.is_empty() {
                <ul class="labels besides">
                    { for checks.besides.iter().map(|error| evidence_line(props, error)) }
                </ul>
            }
        </details>
    }
}

fn item_line(props: &Props, item: &Item) -> Html {
    let language = props.language;
    html! {
        <li>
            <details class="check-item" data-question={item.question.name()} data-status={item.status.name()}>
                <summary>
                    { status_mark(item.status) }
                    <span class="check-status">{ say(&item.status.word(), language) }</span>
                    <span class="check-title">{ say(&item.question.title(), language) }</span>
                </summary>
                <ul class="labels">
                    { for item.evidence.iter().map(|evidence| evidence_line(props, evidence)) }
                </ul>
            </details>
        </li>
    }
}

fn evidence_line(props: &Props, evidence: &Evidence) -> Html {
    let language = props.language;
    let label = &evidence.label;
    let place = match (&label.path, label.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path.clone(),
        (None, Some(line)) => words::line(line).get(language).to_owned(),
        (None, None) => String::new(),
    };
    let finding = evidence.finding;
    html! {
        <li class="evidence">
            <span>
                { prose(label.text.get(language)) }
                if let Some(write) = &evidence.write {
                    <span class="evidence-write">
                        if write.starts_with("Metadata") {
                            { say(&words::declare(), language) }{ " " }
                        }
                        <code>{ write }</code>
                    </span>
                }
            </span>
            if let Some(target) = label.place {
                <button type="button" class="place" onclick={props.on_place.reform(move |_| (finding, target))}>
                    { place }
                </button>
            } else if !place.is_empty() {
                <span class="place">{ place }</span>
            }
            if let Some(field) = evidence.field.clone() {
                <button type="button" class="place" onclick={props.on_field.reform(move |_| field.clone())}>
                    { say(&words::settle_go(), language) }
                </button>
            }
        </li>
    }
}

/// A shape for each answer, so that none is told by colour alone.
fn status_mark(status: Status) -> Html {
    let shape = match status {
        Status::Pass => html! { <path d="m2.5 8.5 3.5 4 7.5-9" /> },
        Status::Fail => html! { <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" /> },
        Status::Unknown => html! {
            <path d="M4.5 5.5a3.5 3.5 0 1 1 5.2 3c-1.2.7-1.7 1.2-1.7 2.3M8 14v.1" />
        },
        Status::NotApplicable => html! { <path d="M3 8h10" /> },
    };
    html! { <svg class="verdict-mark" viewBox="0 0 16 16" aria-hidden="true" data-status={status.name()}>{ shape }</svg> }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
