//! The endpoint panel: which services are called from each VPC and how, what to add, and whether NAT can go then.

mod plan;
mod service;

use std::rc::Rc;

use vpcheck_core::language::{Language, Phrase};
use yew::prelude::*;

use self::plan::{plan, reverse};
use self::service::service;
use crate::amounts::Amounts;
use crate::endpoints::{Endpoints, Named, Vpc};
use crate::figures::{self, Figures};
use crate::inputs::Field;
use crate::offer::OfferItem;
use crate::proof::{Offer, Proof};
use crate::prose::prose;
use crate::report::{Fix, Place};
use crate::words;
use crate::words::endpoints as own_words;

/// Properties of [`EndpointsPanel`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The last suggestions.
    pub endpoints: Option<Rc<Endpoints>>,
    /// The text as it stands.
    pub text: Rc<str>,
    /// Whether the suggestions are for that text.
    pub is_current: bool,
    /// Whether the AWS CDK wrote it.
    pub is_synthesized: bool,
    /// What is given about costs.
    pub figures: Figures,
    /// The change that is looked at.
    pub previewed: Option<Offer>,
    /// What came of trying it.
    pub proof: Option<Rc<Proof>>,
    /// The language of the page.
    pub language: Language,
    /// Something in the text was asked for.
    pub on_place: Callback<Place>,
    /// The field that would settle an unknown was asked for.
    pub on_field: Callback<Field>,
    /// A change is to be looked at; nothing closes it.
    pub on_preview: Callback<Option<Offer>>,
    /// It is to be applied.
    pub on_apply: Callback<Offer>,
}

/// Everything about endpoints.
#[component]
pub(crate) fn EndpointsPanel(props: &Props) -> Html {
    let language = props.language;
    let Some(endpoints) = &props.endpoints else {
        return html! { <p class="state-more">{ say(&words::analysing(), language) }</p> };
    };
    let blank = match (endpoints.is_template, endpoints.vpcs.is_empty()) {
        (false, _) => Some((words::no_template(), words::no_template_more())),
        (true, true) => Some((own_words::nothing(), own_words::nothing_more())),
        _ => None,
    };
    if let Some((headline, more)) = blank {
        return html! {
            <div class="endpoints">
                <div class="state blank">
                    <p class="state-headline">{ say(&headline, language) }</p>
                    <p class="state-more">{ prose(more.get(language)) }</p>
                </div>
            </div>
        };
    }
    let view = View {
        props,
        endpoints,
        amounts: &Amounts::new(language, figures::currency(&props.figures).as_ref()),
    };
    html! {
        <div class="endpoints" aria-busy={(!props.is_current).to_string()}>
            if props.is_synthesized && endpoints.additions() > 0 {
                <p class="synthesized">{ say(&words::synthesized(), language) }</p>
            }
            { money(view) }
            { for endpoints.vpcs.iter().map(|vpc| section(view, vpc)) }
            if !endpoints.assumptions.is_empty() {
                <section>
                    <h3>{ say(&words::cost::assumptions(), language) }</h3>
                    <ul class="told">
                        { for endpoints.assumptions.iter().map(|words| html! { <li>{ prose(words.get(language)) }</li> }) }
                    </ul>
                </section>
            }
        </div>
    }
}

/// What all parts of the panel need.
#[derive(Clone, Copy)]
struct View<'a> {
    props: &'a Props,
    endpoints: &'a Endpoints,
    amounts: &'a Amounts,
}

impl View<'_> {
    fn say(&self, phrase: &Phrase) -> String {
        say(phrase, self.props.language)
    }

    /// A name that leads to where it is declared.
    fn named(&self, named: &Named) -> Html {
        match named.place {
            Some(place) => html! {
                <button type="button" class="place" onclick={self.props.on_place.reform(move |_| place)}>
                    { &named.id }
                </button>
            },
            None => html! { <code>{ &named.id }</code> },
        }
    }

    fn all(&self, names: &[Named]) -> Html {
        html! { <span class="names">{ for names.iter().map(|one| self.named(one)) }</span> }
    }

    /// An amount, or from the lowest to the highest.
    fn band(&self, cents: &[i64]) -> String {
        match cents {
            [] => self.say(&words::cost::no_price()),
            [first, .., last] if first != last => {
                format!("{} – {}", self.amounts.of(*first), self.amounts.of(*last))
            }
            [first, ..] => self.amounts.of(*first),
        }
    }

    fn offer(&self, offer: Offer, fix: &Fix, show: Phrase, more: Html) -> Html {
        let props = self.props;
        let preview =
            (props.previewed.as_ref() == Some(&offer) && props.is_current).then(|| props.text.clone());
        html! {
            <OfferItem
                {offer}
                fix={fix.clone()}
                {preview}
                proof={props.proof.clone()}
                {show}
                apply={own_words::apply()}
                is_open={props.is_current}
                language={props.language}
                on_preview={&props.on_preview}
                on_apply={&props.on_apply}
            >
                { more }
            </OfferItem>
        }
    }
}

/// The sums of the whole template, and what they are for.
fn money(view: View<'_>) -> Html {
    let (endpoints, amounts) = (view.endpoints, view.amounts);
    if endpoints.additions() == 0 {
        return Html::default();
    }
    let units = |at: Option<&_>| at.map(|gb| amounts.units(*gb)).unwrap_or_default();
    let (first, last) = (units(endpoints.columns.first()), units(endpoints.columns.last()));
    let last = (endpoints.columns.len() > 1).then_some(last.as_str());
    html! {
        <section>
            <h2>{ view.say(&own_words::totals()) }</h2>
            <p class="note">{ view.say(&own_words::traffic(&first, last)) }</p>
            if endpoints.is_assumed {
                <p class="cost-assumed">{ view.say(&words::cost::region_assumed(&endpoints.region)) }</p>
            }
            if endpoints.totals.len() < 2 {
                <p class="note">{ view.say(&own_words::no_price()) }</p>
            } else {
                <table class="sums totals">
                    <caption class="unseen">{ view.say(&own_words::totals()) }</caption>
                    <thead>
                        <tr>
                            <td></td>
                            { for endpoints.columns.iter().map(|gb| html! {
                                <th scope="col">{ format!("{} GB", amounts.units(*gb)) }</th>
                            }) }
                        </tr>
                    </thead>
                    <tbody>
                        { for endpoints.totals.iter().map(|total| html! {
                            <tr data-plan={total.name.clone()}>
                                <th scope="row">{ view.say(&total.title) }</th>
                                { for total.cents.iter().map(|cents| html! {
                                    <td><span class="amount">{ amounts.of(*cents) }</span></td>
                                }) }
                            </tr>
                        }) }
                    </tbody>
                </table>
            }
        </section>
    }
}

fn section(view: View<'_>, vpc: &Vpc) -> Html {
    let id = &vpc.vpc.id;
    html! {
        <section key={id.clone()} class="vpc">
            <h2>
                { view.named(&vpc.vpc) }
                <span class="aside">{ view.say(&own_words::vpc(vpc.only_where.as_deref())) }</span>
            </h2>
            if !vpc.services.is_empty() {
                <ul class="services">{ for vpc.services.iter().map(|one| service(view, id, one)) }</ul>
            }
            if let Some(all) = &vpc.all {
                { view.offer(Offer::Endpoints(id.clone()), all, own_words::show_all(), Html::default()) }
            }
            { plan(view, vpc) }
            { reverse(view, vpc) }
        </section>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
