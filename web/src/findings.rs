//! The list of findings, and what is shown in its place.

use std::cmp::Reverse;
use std::rc::Rc;

use vpcheck_core::finding::Severity;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::order::Order;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use crate::prose::prose;
use crate::report::{self, Place, Report};
use crate::words;

/// Properties of [`Findings`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The last report.
    pub report: Option<Rc<Report>>,
    /// Whether there is any text at all.
    pub is_empty: bool,
    /// The finding that is shown in the editor too.
    pub chosen: Option<usize>,
    /// The language of the page.
    pub language: Language,
    /// A finding was asked for.
    pub on_choose: Callback<usize>,
    /// One of a finding's places was asked for.
    pub on_place: Callback<(usize, Place)>,
    /// A finding's fix was asked for.
    pub on_fix: Callback<usize>,
    /// A rule's document was asked for.
    pub on_explain: Callback<String>,
}

/// The findings, or why there are none.
#[component]
pub fn Findings(props: &Props) -> Html {
    let language = props.language;
    let Some(report) = &props.report else {
        return html! { <p class="state-more">{ say(&words::analysing(), language) }</p> };
    };
    let counts = report.counts();
    let (suppressed, mut shown): (Vec<_>, Vec<_>) =
        report.findings.iter().enumerate().partition(|(_, finding)| finding.suppressed.is_some());
    // The worst first; the order of the text among equals. The editor shows the order of the text anyway.
    shown.order_by_key(|(_, finding)| Reverse(finding.severity));
    let state = match (props.is_empty, report.is_template, shown.is_empty()) {
        (true, _, _) => Some((words::empty(), words::empty_more(), "blank")),
        (_, false, true) => Some((words::no_template(), words::no_template_more(), "blank")),
        (_, true, true) => Some((words::nothing_found(), words::nothing_found_more(), "good")),
        _ => None,
    };
    html! {
        <>
            if let Some((headline, more, mood)) = state {
                <div class={classes!("state", mood)}>
                    if mood == "good" { { check_mark() } }
                    <p class="state-headline">{ say(&headline, language) }</p>
                    <p class="state-more">{ prose(more.get(language)) }</p>
                </div>
            } else {
                <p class="counts">{ say(&words::counts(counts), language) }</p>
                <ol class="findings">
                    { for shown.iter().map(|(index, finding)| html! {
                        <Card
                            key={*index}
                            index={*index}
                            finding={(*finding).clone()}
                            is_chosen={props.chosen == Some(*index)}
                            {language}
                            on_choose={&props.on_choose}
                            on_place={&props.on_place}
                            on_fix={&props.on_fix}
                            on_explain={&props.on_explain}
                        />
                    }) }
                </ol>
            }
            if !suppressed.is_empty() {
                <details class="allowed">
                    <summary>{ format!("{} ({})", words::allowed().get(language), suppressed.len()) }</summary>
                    <ul>
                        { for suppressed.iter().map(|(_, finding)| html! {
                            <li>
                                <code>{ &finding.rule }</code>
                                { " " }
                                { prose(finding.message.get(language)) }
                                <q>{ finding.suppressed.clone() }</q>
                            </li>
                        }) }
                    </ul>
                </details>
            }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct CardProps {
    index: usize,
    finding: report::Finding,
    is_chosen: bool,
    language: Language,
    on_choose: Callback<usize>,
    on_place: Callback<(usize, Place)>,
    on_fix: Callback<usize>,
    on_explain: Callback<String>,
}

#[component]
fn Card(props: &CardProps) -> Html {
    let CardProps { index, finding, is_chosen, language, .. } = props;
    let (index, language) = (*index, *language);
    let card = use_node_ref();
    {
        let card = card.clone();
        use_effect_with(*is_chosen, move |is_chosen| {
            if let Some(card) = card.cast::<Element>().filter(|_| *is_chosen) {
                let nearest = ScrollIntoViewOptions::new();
                nearest.set_block(ScrollLogicalPosition::Nearest);
                card.scroll_into_view_with_scroll_into_view_options(&nearest);
            }
        });
    }
    let choose = props.on_choose.reform(move |_| index);
    let fix = props.on_fix.reform(move |_| index);
    let explain = {
        let rule = finding.rule.clone();
        props.on_explain.reform(move |_| rule.clone())
    };
    let offer = format!("offer-{index}");
    let secondary: Vec<&report::Label> =
        finding.labels.iter().filter(|label| is_told(label, language)).collect();
    html! {
        <li
            ref={card}
            class="finding"
            data-severity={finding.severity.name()}
            data-rule={finding.rule.clone()}
            aria-current={is_chosen.then_some("true")}
        >
            <button type="button" class="finding-head" onclick={choose}>
                <span class="severity">
                    { severity_mark(finding.severity) }
                    <span>{ say(&words::severity(finding.severity), language) }</span>
                    <code class="finding-rule">{ &finding.rule }</code>
                    if let Some(line) = first_line(finding) {
                        <span class="finding-line">{ say(&words::line(line), language) }</span>
                    }
                </span>
                <span class="finding-message">{ prose(finding.message.get(language)) }</span>
            </button>
            <p class="finding-help">{ prose(finding.help.get(language)) }</p>
            if !secondary.is_empty() {
                <ul class="labels">
                    { for secondary.iter().map(|label| label_item(label, index, language, &props.on_place)) }
                </ul>
            }
            if let Some(offered) = &finding.fix {
                <div class="offer">
                    <p id={offer.clone()}>
                        { prose(offered.title.get(language)) }
                        <span class="safety" data-safety={offered.safety.name()}>
                            { say(&words::safety(offered.safety), language) }
                        </span>
                    </p>
                    <button type="button" class="fix" onclick={fix} aria-describedby={offer}>
                        { say(&words::apply_fix(), language) }
                    </button>
                </div>
            }
            <div class="finding-actions">
                <button type="button" class="about" onclick={explain}>
                    { say(&words::about_rule(), language) }
                </button>
            </div>
        </li>
    }
}

/// A label that says nothing beyond the finding's own place is left out of the list.
fn is_told(label: &report::Label, language: Language) -> bool {
    !label.primary || label.path.is_some() || !label.text.get(language).is_empty()
}

fn first_line(finding: &report::Finding) -> Option<u32> {
    finding.labels.first().filter(|label| label.path.is_none()).and_then(|label| label.line)
}

fn label_item(
    label: &report::Label,
    index: usize,
    language: Language,
    on_place: &Callback<(usize, Place)>,
) -> Html {
    let place = match (&label.path, label.line) {
        (Some(path), Some(line)) => format!("{path}:{line}"),
        (Some(path), None) => path.clone(),
        (None, Some(line)) => words::line(line).get(language).to_owned(),
        (None, None) => String::new(),
    };
    html! {
        <li class="label">
            if let Some(target) = label.place {
                <button type="button" class="place" onclick={on_place.reform(move |_| (index, target))}>
                    { place }
                </button>
            } else if !place.is_empty() {
                <span class="place">{ place }</span>
            }
            <span>{ prose(label.text.get(language)) }</span>
        </li>
    }
}

/// A shape for each severity, so that none is told by colour alone.
pub fn severity_mark(severity: Severity) -> Html {
    let shape = match severity {
        Severity::Error => html! { <path d="M8 1.5 14.5 8 8 14.5 1.5 8Z" /> },
        Severity::Warning => html! { <path d="M8 2 15 14H1Z" /> },
        Severity::Info => html! { <circle cx="8" cy="8" r="6" /> },
    };
    html! { <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">{ shape }</svg> }
}

fn check_mark() -> Html {
    html! {
        <svg class="check" viewBox="0 0 24 24" aria-hidden="true">
            <circle cx="12" cy="12" r="11" />
            <path d="m7 12.5 3.5 3.5L17 9" />
        </svg>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
