//! The list of findings, and what is shown in its place.

use std::cmp::Reverse;
use std::rc::Rc;

use vpcheck_core::finding::{Safety, Severity};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::order::Order;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use crate::fixes::Fixes;
use crate::offer::OfferItem;
use crate::proof::{Offer, Proof};
use crate::prose::prose;
use crate::report::{self, Place, Report};
use crate::words;

/// Properties of [`Findings`].
#[derive(PartialEq, Properties)]
pub struct Props {
    /// The last report.
    pub report: Option<Rc<Report>>,
    /// The text as it stands.
    pub text: Rc<str>,
    /// Whether the report is on that text.
    pub is_current: bool,
    /// The finding that is shown in the editor too.
    pub chosen: Option<usize>,
    /// The change that is looked at.
    pub previewed: Option<Offer>,
    /// What came of trying it.
    pub proof: Option<Rc<Proof>>,
    /// What came of all safe fixes.
    pub fixes: Option<Rc<Fixes>>,
    /// The language of the page.
    pub language: Language,
    /// A finding was asked for.
    pub on_choose: Callback<usize>,
    /// One of a finding's places was asked for.
    pub on_place: Callback<(usize, Place)>,
    /// A change is to be looked at; nothing closes it.
    pub on_preview: Callback<Option<Offer>>,
    /// It is to be applied.
    pub on_apply: Callback<Offer>,
    /// All safe fixes were asked for.
    pub on_fix_all: Callback<()>,
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
    let is_empty = props.text.trim().is_empty();
    let state = match (is_empty, report.is_template, shown.is_empty()) {
        (true, _, _) => Some((words::empty(), words::empty_more(), "blank")),
        (_, false, true) => Some((words::no_template(), words::no_template_more(), "blank")),
        (_, true, true) => Some((words::nothing_found(), words::nothing_found_more(), "good")),
        _ => None,
    };
    let fixes = || shown.iter().filter_map(|(_, finding)| finding.fix.as_ref());
    let safe = fixes().filter(|fix| fix.safety == Safety::Safe).count();
    html! {
        <>
            if let Some(fixes) = &props.fixes {
                { outcome(fixes, language) }
            }
            if let Some((headline, more, mood)) = state {
                <div class={classes!("state", mood)}>
                    if mood == "good" { { check_mark() } }
                    <p class="state-headline">{ say(&headline, language) }</p>
                    <p class="state-more">{ prose(more.get(language)) }</p>
                </div>
            } else {
                <div class="list-head">
                    <p class="counts">{ say(&words::counts(counts), language) }</p>
                    if safe > 0 {
                        <button type="button" class="fix fix-all" onclick={props.on_fix_all.reform(|_| ())}>
                            { say(&words::apply_all_safe(safe), language) }
                        </button>
                    }
                </div>
                if report.is_synthesized && fixes().next().is_some() {
                    <p class="synthesized">{ say(&words::synthesized(), language) }</p>
                }
                <ol class="findings">
                    { for shown.iter().map(|(index, finding)| html! {
                        <Card
                            key={*index}
                            index={*index}
                            finding={(*finding).clone()}
                            is_chosen={props.chosen == Some(*index)}
                            preview={
                                // Only the text of the report is the one that its fixes change.
                                (props.previewed == Some(Offer::Fix(*index)) && props.is_current)
                                    .then(|| props.text.clone())
                            }
                            proof={props.proof.clone()}
                            {language}
                            on_choose={&props.on_choose}
                            on_place={&props.on_place}
                            on_preview={&props.on_preview}
                            on_apply={&props.on_apply}
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
    /// The text, where the change of it is shown.
    preview: Option<Rc<str>>,
    proof: Option<Rc<Proof>>,
    language: Language,
    on_choose: Callback<usize>,
    on_place: Callback<(usize, Place)>,
    on_preview: Callback<Option<Offer>>,
    on_apply: Callback<Offer>,
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
    let explain = {
        let rule = finding.rule.clone();
        props.on_explain.reform(move |_| rule.clone())
    };
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
            if let Some(costs) = &finding.costs {
                <p class="finding-help">{ costs.get(language) }</p>
            }
            if !secondary.is_empty() {
                <ul class="labels">
                    { for secondary.iter().map(|label| label_item(label, index, language, &props.on_place)) }
                </ul>
            }
            if let Some(offered) = &finding.fix {
                <OfferItem
                    offer={Offer::Fix(index)}
                    fix={offered.clone()}
                    preview={props.preview.clone()}
                    proof={props.proof.clone()}
                    show={words::show_fix()}
                    apply={words::apply_fix()}
                    {language}
                    on_preview={&props.on_preview}
                    on_apply={&props.on_apply}
                />
            }
            <div class="finding-actions">
                <button type="button" class="about" onclick={explain}>
                    { say(&words::about_rule(), language) }
                </button>
            </div>
        </li>
    }
}

/// What came of all safe fixes.
fn outcome(fixes: &Fixes, language: Language) -> Html {
    html! {
        <div class="outcome">
            if !fixes.applied.is_empty() {
                <h3>{ say(&words::fixes_applied(), language) }</h3>
                <ul>
                    { for fixes.applied.iter().map(|done| html! {
                        <li><code>{ &done.rule }</code>{ " " }{ prose(done.title.get(language)) }</li>
                    }) }
                </ul>
            }
            if !fixes.refused.is_empty() {
                <h3>{ say(&words::fixes_refused(), language) }</h3>
                <ul>
                    { for fixes.refused.iter().map(|refused| html! {
                        <li>
                            <code>{ &refused.rule }</code>
                            { " " }
                            { prose(refused.title.get(language)) }
                            <p>{ prose(refused.why.get(language)) }</p>
                        </li>
                    }) }
                </ul>
            }
        </div>
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
