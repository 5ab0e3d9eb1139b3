//! A change that is offered: first what it changes and what trying it proved, then the button that applies it.

use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::difference::Difference;
use crate::proof::{Offer, Proof};
use crate::prose::prose;
use crate::report::Fix;
use crate::words;

/// Properties of [`OfferItem`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The offer.
    pub offer: Offer,
    /// Its change.
    pub fix: Fix,
    /// The text, where the change of it is looked at.
    pub preview: Option<Rc<str>>,
    /// What came of trying it, once that is known.
    pub proof: Option<Rc<Proof>>,
    /// The button that shows the change.
    pub show: Phrase,
    /// The button that applies it.
    pub apply: Phrase,
    /// Whether the change can be asked for now.
    #[prop_or(true)]
    pub is_open: bool,
    /// What stands under the title.
    #[prop_or_default]
    pub children: Html,
    /// The language of the page.
    pub language: Language,
    /// A change is to be looked at; nothing closes it.
    pub on_preview: Callback<Option<Offer>>,
    /// It is to be applied.
    pub on_apply: Callback<Offer>,
}

/// Whoever applies has seen the lines, and the change was proved.
#[component]
pub(crate) fn OfferItem(props: &Props) -> Html {
    let Props { offer, fix, language, .. } = props;
    let language = *language;
    let (lines, opener) = (use_node_ref(), use_node_ref());
    let was_open = use_mut_ref(|| false);
    {
        let (lines, opener) = (lines.clone(), opener.clone());
        use_effect_with(props.preview.is_some(), move |is_open| {
            let was_open = was_open.replace(*is_open);
            let next = match (was_open, *is_open) {
                (false, true) => &lines,
                (true, false) => &opener,
                _ => return,
            };
            // The button that was pressed is gone: the keyboard goes on beside it.
            if let Some(element) = next.cast::<HtmlElement>() {
                let _ = element.focus();
            }
        });
    }
    let id = match offer {
        Offer::Fix(index) => format!("offer-{index}"),
        Offer::Endpoint(vpc, service) => format!("offer-{vpc}-{service}"),
        Offer::Endpoints(vpc) => format!("offer-all-{vpc}"),
        Offer::WithoutNat(vpc) => format!("offer-plan-{vpc}"),
    };
    let (asked, applied) = (offer.clone(), offer.clone());
    let open = props.on_preview.reform(move |_| Some(asked.clone()));
    let close = props.on_preview.reform(|_| None);
    let apply = props.on_apply.reform(move |_| applied.clone());
    let proof = props.proof.as_ref().filter(|proof| proof.offer == *offer);
    let is_proved = proof.is_some_and(|proof| proof.refused.is_none());
    html! {
        <div class="offer">
            <p id={id.clone()}>
                { prose(fix.title.get(language)) }
                <span class="safety" data-safety={fix.safety.name()}>
                    { say(&words::safety(fix.safety), language) }
                </span>
                { props.children.clone() }
            </p>
            if let Some(text) = &props.preview {
                <Difference text={text.clone()} fix={fix.clone()} {language} focus={lines} />
                <div key="proof" class="proof" role="status">{ outcome(proof, language) }</div>
                <div key="decide" class="decide">
                    <button
                        type="button"
                        class="fix apply"
                        disabled={!is_proved}
                        onclick={apply}
                        aria-describedby={id}
                    >
                        { say(&props.apply, language) }
                    </button>
                    <button type="button" class="quiet" onclick={close}>{ say(&words::cancel(), language) }</button>
                </div>
            } else {
                <button
                    key="show"
                    ref={opener}
                    type="button"
                    class="fix show"
                    disabled={!props.is_open}
                    onclick={open}
                    aria-describedby={id}
                >
                    { say(&props.show, language) }
                </button>
            }
        </div>
    }
}

fn outcome(proof: Option<&Rc<Proof>>, language: Language) -> Html {
    let (state, head, lines) = match proof {
        None => ("running", words::proof_running(), Vec::new()),
        Some(proof) => match &proof.refused {
            None => ("proved", words::proof_holds(), proof.proved.iter().collect()),
            Some(why) => ("refused", words::proof_refused(), vec![why]),
        },
    };
    html! {
        <div data-proof={state}>
            <strong>{ say(&head, language) }</strong>
            if !lines.is_empty() {
                <ul>{ for lines.into_iter().map(|line| html! { <li>{ prose(line.get(language)) }</li> }) }</ul>
            }
        </div>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
