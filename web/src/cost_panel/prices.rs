//! Fields for prices: those that are missing, and those that are in use.

use std::rc::Rc;

use vpcheck_core::cost::Usd;
use vpcheck_core::language::{Language, Phrase};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::costs::{Costs, Price};
use crate::figures::{Figures, price_key};
use crate::prose::prose;
use crate::words;

/// Properties of [`MissingPrices`] and [`UsedPrices`].
#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// The estimate.
    pub costs: Rc<Costs>,
    /// What is given.
    pub figures: Figures,
    /// The language of the page.
    pub language: Language,
    /// A price was given, by its key; an empty one is taken away.
    pub on_give: Callback<Vec<(String, String)>>,
}

impl Props {
    fn typed(&self, price: &Price) -> Option<&String> {
        self.figures.get(&price_key(&self.costs.region, &price.item))
    }

    /// Fields stay where they are while they are filled in.
    fn is_incomplete(&self, price: &Price) -> bool {
        price.known.is_none() || (price.missing.is_some() && self.typed(price).is_none())
    }
}

/// What no price is known for; nothing where there is no such thing.
#[component]
pub(super) fn MissingPrices(props: &Props) -> Html {
    let language = props.language;
    let missing: Vec<&Price> = props.costs.prices.iter().filter(|price| props.is_incomplete(price)).collect();
    if missing.is_empty() {
        return html! {};
    }
    html! {
        <section class="missing" aria-labelledby="missing-title">
            <h3 id="missing-title">{ say(&words::cost::missing(), language) }</h3>
            <p class="note">{ say(&words::cost::missing_more(), language) }</p>
            { for missing.into_iter().map(|price| html! { <PriceField
                key={price.item.clone()}
                price={price.clone()}
                region={props.costs.region.clone()}
                typed={props.typed(price).cloned()}
                {language}
                on_give={&props.on_give}
            /> }) }
        </section>
    }
}

/// The prices that lines are made of, folded.
#[component]
pub(super) fn UsedPrices(props: &Props) -> Html {
    let language = props.language;
    let used: Vec<&Price> = props.costs.prices.iter().filter(|price| !props.is_incomplete(price)).collect();
    if used.is_empty() {
        return html! {};
    }
    html! {
        <details class="prices">
            <summary>{ say(&words::cost::prices(), language) }</summary>
            <p class="note">{ say(&words::cost::prices_more(), language) }</p>
            { for used.into_iter().map(|price| html! { <PriceField
                key={price.item.clone()}
                price={price.clone()}
                region={props.costs.region.clone()}
                typed={props.typed(price).cloned()}
                {language}
                on_give={&props.on_give}
            /> }) }
        </details>
    }
}

#[derive(PartialEq, Properties)]
struct FieldProps {
    price: Price,
    region: String,
    typed: Option<String>,
    language: Language,
    on_give: Callback<Vec<(String, String)>>,
}

#[component]
fn PriceField(props: &FieldProps) -> Html {
    let FieldProps { price, typed, language, .. } = props;
    let language = *language;
    let id = format!("price-{}", price.item);
    let about = format!("{id}-about");
    let is_wrong = typed.as_ref().is_some_and(|typed| Usd::parse(typed).is_none());
    let give = {
        let key = price_key(&props.region, &price.item);
        props.on_give.reform(move |event: InputEvent| {
            vec![(key.clone(), event.target_unchecked_into::<HtmlInputElement>().value())]
        })
    };
    let note = match (is_wrong, typed, &price.missing) {
        (true, ..) => words::cost::price_wrong(),
        (_, Some(_), _) => words::cost::price_yours(),
        (_, None, Some(missing)) => missing.clone(),
        (_, None, None) => words::cost::known(&price.date, price.tiers, price.is_assumed),
    };
    html! {
        <div class="field price" data-missing={price.missing.is_some().to_string()}>
            <label for={id.clone()}>
                { price.title.get(language).to_owned() }
                { " " }
                <span class="aside">{ say(&words::cost::per(&price.unit), language) }</span>
            </label>
            <input
                {id}
                type="text"
                inputmode="decimal"
                autocomplete="off"
                value={typed.clone().unwrap_or_default()}
                placeholder={price.known.clone()}
                aria-invalid={is_wrong.then_some("true")}
                aria-describedby={about.clone()}
                oninput={give}
            />
            <p id={about} class={is_wrong.then_some("wrong")}>{ prose(note.get(language)) }</p>
        </div>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
