//! The cost panel: what the network costs, what other ways would, and from how much traffic on.

mod bill;
mod dial;
mod plot;
mod prices;

use std::rc::Rc;

use vpcheck_core::cost::{BANDS, Currency, Quantity, priced_regions};
use vpcheck_core::language::{Language, Phrase};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use self::bill::BillTable;
use self::dial::Dial;
use self::plot::Plot;
use self::prices::{MissingPrices, UsedPrices};
use crate::amounts::Amounts;
use crate::costs::{Costs, Kept, PlanCost};
use crate::explorer::Choice;
use crate::figures::{self, ALL, CURRENCY, Figures, RATE};
use crate::prose::prose;
use crate::report::Place;
use crate::words;

/// Properties of [`CostPanel`].
#[derive(PartialEq, Properties)]
pub(crate) struct Props {
    /// The last estimate.
    pub costs: Option<Rc<Costs>>,
    /// What is given.
    pub figures: Figures,
    /// The region that the user gives.
    pub region: Option<String>,
    /// The language of the page.
    pub language: Language,
    /// Figures were given, by their keys; empty ones are taken away.
    pub on_give: Callback<Vec<(String, String)>>,
    /// A region was chosen; an empty one is that of the template.
    pub on_region: Callback<String>,
    /// A resource was asked for.
    pub on_place: Callback<Place>,
}

/// Everything about costs.
#[component]
pub(crate) fn CostPanel(props: &Props) -> Html {
    let language = props.language;
    let Some(costs) = &props.costs else {
        return html! { <p class="state-more">{ say(&words::analysing(), language) }</p> };
    };
    if !costs.is_template {
        return blank(&words::no_template(), &words::no_template_more(), language);
    }
    let currency = figures::currency(&props.figures);
    let is_empty = costs.items.is_empty() && costs.plans.len() < 2;
    html! {
        <div class="cost">
            { settings(props, costs, currency.as_ref()) }
            if is_empty {
                { blank(&words::cost::no_items(), &words::cost::no_items_more(), language) }
            } else {
                { totals(costs, &Amounts::new(language, currency.as_ref()), language) }
                <MissingPrices
                    costs={costs.clone()}
                    figures={props.figures.clone()}
                    {language}
                    on_give={&props.on_give}
                />
                { traffic(props, costs) }
                if !costs.lanes.is_empty() {
                    <Plot costs={costs.clone()} currency={currency.clone()} {language} />
                }
                { break_even(costs, &Amounts::new(language, currency.as_ref()), language) }
                <BillTable costs={costs.clone()} currency={currency.clone()} {language} on_place={&props.on_place} />
                { provisioned(costs, &Amounts::new(language, currency.as_ref()), language) }
                <UsedPrices
                    costs={costs.clone()}
                    figures={props.figures.clone()}
                    {language}
                    on_give={&props.on_give}
                />
            }
            { list(&words::cost::left_out(), &costs.left_out, language) }
            { list(&words::cost::assumptions(), &costs.assumptions, language) }
        </div>
    }
}

/// Today and after in a sentence, at the figure that is given or the typical band.
pub(crate) fn summary(costs: &Costs, figures: &Figures, language: Language) -> String {
    let amounts = Amounts::new(language, figures::currency(figures).as_ref());
    let at = costs.columns.len() / 2;
    let sum = |plan: &PlanCost| plan.totals.get(at).map(|cents| amounts.of(*cents));
    let Some(now) = costs.plans.first().and_then(sum) else { return String::new() };
    let last = costs.plans.last().filter(|_| costs.plans.len() > 1);
    let after = last.and_then(|plan| Some((sum(plan)?, &plan.title)));
    let gb = costs.columns.get(at).map(|gb| amounts.units(*gb)).unwrap_or_default();
    let after = after.as_ref().map(|(amount, title)| (amount.as_str(), *title));
    say(&words::cost::summary(&now, after, &gb), language)
}

fn blank(headline: &Phrase, more: &Phrase, language: Language) -> Html {
    html! {
        <div class="state blank">
            <p class="state-headline">{ say(headline, language) }</p>
            <p class="state-more">{ prose(more.get(language)) }</p>
        </div>
    }
}

/// The region and the currency.
fn settings(props: &Props, costs: &Costs, currency: Option<&Currency>) -> Html {
    let language = props.language;
    let region = &costs.region;
    // Without a choice the region is the template's, or the one that is taken for want of it.
    let without = if props.region.is_none() {
        words::cost::region_default(region, costs.is_assumed)
    } else {
        words::cost::region_none()
    };
    let mut options = vec![(String::new(), say(&without, language))];
    options.extend(priced_regions().into_iter().map(|region| (region.to_owned(), region.to_owned())));
    if let Some(own) = props.region.as_ref().filter(|own| !options.iter().any(|(value, _)| value == *own)) {
        options.push((own.clone(), own.clone()));
    }
    let figure = |key: &str| props.figures.get(key).cloned().unwrap_or_default();
    let (code, rate) = (figure(CURRENCY), figure(RATE));
    let is_wrong = currency.is_none() && !(code.is_empty() && rate.is_empty()) && !rate.is_empty();
    let give = |key: &'static str| {
        props.on_give.reform(move |event: InputEvent| {
            vec![(key.to_owned(), event.target_unchecked_into::<HtmlInputElement>().value())]
        })
    };
    let shown = if code.is_empty() { "JPY".to_owned() } else { code.to_ascii_uppercase() };
    // A rate alone is one of the code that the field proposes.
    let give_rate = {
        let is_code_empty = code.is_empty();
        props.on_give.reform(move |event: InputEvent| {
            let rate = event.target_unchecked_into::<HtmlInputElement>().value();
            let code = is_code_empty.then(|| (CURRENCY.to_owned(), "JPY".to_owned()));
            std::iter::once((RATE.to_owned(), rate)).chain(code).collect()
        })
    };
    html! {
        <>
            <div class="settings">
                <Choice
                    id="cost-region"
                    label={words::region()}
                    {options}
                    value={Some(props.region.clone().unwrap_or_default())}
                    {language}
                    on_choose={&props.on_region}
                />
                <div class="field">
                    <label for="cost-currency">{ say(&words::cost::currency(), language) }</label>
                    <input id="cost-currency" type="text" maxlength="3" autocomplete="off" autocapitalize="characters"
                        spellcheck="false" placeholder="JPY" value={code} oninput={give(CURRENCY)} />
                </div>
                <div class="field">
                    <label for="cost-rate">{ say(&words::cost::rate(&shown), language) }</label>
                    <input id="cost-rate" type="text" inputmode="decimal" autocomplete="off" value={rate}
                        aria-invalid={is_wrong.then_some("true")} aria-describedby="cost-rate-about" oninput={give_rate} />
                </div>
            </div>
            <p id="cost-rate-about" class={if is_wrong { "wrong" } else { "note" }}>
                { match currency {
                    Some(currency) => say(&words::cost::rate_note(&currency.code, &currency.per_usd.to_string()), language),
                    None if is_wrong => say(&words::cost::rate_wrong(), language),
                    None => String::new(),
                } }
            </p>
            if costs.is_assumed {
                <p class="cost-assumed">{ say(&words::cost::region_assumed(region), language) }</p>
            }
        </>
    }
}

/// Every plan, in the bands or at the figure that is given.
fn totals(costs: &Costs, amounts: &Amounts, language: Language) -> Html {
    let own = if costs.given { words::cost::yours() } else { words::cost::assumed() };
    html! {
        <section aria-labelledby="totals-title">
            <h2 id="totals-title">{ say(&words::cost::totals(), language) }</h2>
            <p class="note">{ say(&words::cost::totals_more(), language) }</p>
            <table class="sums totals">
                <caption class="unseen">{ say(&words::cost::totals(), language) }</caption>
                <thead>
                    <tr>
                        <td></td>
                        { for costs.columns.iter().map(|gb| html! {
                            <th scope="col">
                                { format!("{} GB", amounts.units(*gb)) }
                                <span class="aside">{ say(&own, language) }</span>
                            </th>
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { for costs.plans.iter().map(|plan| plan_row(costs, plan, amounts, language)) }
                </tbody>
            </table>
        </section>
    }
}

fn plan_row(costs: &Costs, plan: &PlanCost, amounts: &Amounts, language: Language) -> Html {
    let today = costs.plans.first().filter(|today| today.name != plan.name);
    let has_choice = costs.plans.len() > 1;
    html! {
        <tr data-plan={plan.name.clone()}>
            <th scope="row">
                { say(&plan.title, language) }
                if !plan.works { <span class="aside">{ say(&words::cost::not_all(), language) }</span> }
                if !plan.priced { <span class="aside">{ say(&words::cost::more_than(), language) }</span> }
            </th>
            { for plan.totals.iter().enumerate().map(|(at, cents)| {
                let before = today.filter(|today| today.priced && plan.priced).and_then(|today| today.totals.get(at));
                let is_best = has_choice && plan.cheapest.get(at) == Some(&true);
                html! {
                    <td data-cheapest={is_best.to_string()}>
                        <span class="amount">{ amounts.of(*cents) }</span>
                        if let Some(before) = before { <span class="aside">{ amounts.change(cents - before) }</span> }
                        if is_best { <span class="best">{ say(&words::cost::cheapest(), language) }</span> }
                    </td>
                }
            }) }
        </tr>
    }
}

/// The sliders.
fn traffic(props: &Props, costs: &Costs) -> Html {
    let language = props.language;
    let figures = &props.figures;
    let given = figures.get(ALL);
    let all = figures::number(figures, ALL).unwrap_or(Quantity::whole(BANDS.typical));
    let set = |key: &str| {
        let key = key.to_owned();
        props.on_give.reform(move |value: String| vec![(key.clone(), value)])
    };
    let reset = {
        let changes = figures::without_traffic(figures);
        props.on_give.reform(move |_: MouseEvent| changes.clone())
    };
    html! {
        <section class="traffic">
            if costs.lanes.is_empty() {
                <p class="note">{ say(&words::cost::no_traffic(), language) }</p>
            } else {
                <Dial
                    figure={ALL}
                    label={say(&words::cost::traffic(), language)}
                    typed={given.cloned()}
                    at={all}
                    unit="GB"
                    {language}
                    about="traffic-about"
                    on_set={set(ALL)}
                />
                <p id="traffic-about" class="note">
                    { say(&if given.is_some() { words::cost::traffic_given() } else { words::cost::traffic_assumed() }, language) }
                </p>
                if given.is_some() {
                    <button type="button" class="plain" onclick={reset}>{ say(&words::cost::traffic_reset(), language) }</button>
                }
                if costs.lanes.len() > 1 {
                    { lanes(props, costs, all) }
                }
            }
            if !costs.counts.is_empty() {
                <h3>{ say(&words::cost::counts(), language) }</h3>
                { for costs.counts.iter().map(|key| html! {
                    <Dial
                        key={key.clone()}
                        figure={key.clone()}
                        label={say(&words::cost::count(key), language)}
                        typed={figures.get(key).cloned()}
                        at={figures::number(figures, key).unwrap_or_default()}
                        unit={words::cost::count_unit(key)}
                        {language}
                        on_set={set(key)}
                    />
                }) }
            }
        </section>
    }
}

/// A slider a destination.
fn lanes(props: &Props, costs: &Costs, all: Quantity) -> Html {
    let language = props.language;
    let loads = figures::loads(&props.figures, &costs.lanes, all);
    html! {
        <details class="lanes">
            <summary>{ say(&words::cost::lanes(), language) }</summary>
            <p class="note">{ say(&words::cost::lanes_more(), language) }</p>
            { for costs.lanes.iter().zip(loads).enumerate().map(|(at, (lane, load))| {
                let (figures, lanes) = (props.figures.clone(), costs.lanes.clone());
                let on_set = props.on_give.reform(move |value: String| figures::set_lane(&figures, &lanes, at, &value));
                let typed = props.figures.contains_key(&lane.key()).then(|| load.short());
                html! {
                    <Dial
                        key={lane.key()}
                        figure={lane.key()}
                        label={say(&words::cost::lane(&lane.name, lane.functions), language)}
                        {typed}
                        at={load}
                        unit="GB"
                        {language}
                        {on_set}
                    />
                }
            }) }
        </details>
    }
}

fn break_even(costs: &Costs, amounts: &Amounts, language: Language) -> Html {
    html! {
        if !costs.break_even.is_empty() {
            <section>
                <h3>{ say(&words::cost::break_even(), language) }</h3>
                <p class="note">{ say(&words::cost::break_even_more(), language) }</p>
                <ul class="told">{ for costs.break_even.iter().map(|words| html! { <li>{ prose(words.get(language)) }</li> }) }</ul>
                if !costs.zones.is_empty() {
                    <h4>{ say(&words::cost::zones(), language) }</h4>
                    <ul class="told">
                        { for costs.zones.iter().map(|zone| html! {
                            <li>
                                { format!("{} ({}): ", zone.resource, zone.what.get(language)) }
                                { zone.cents.map_or_else(|| say(&words::cost::no_price(), language), |cents| amounts.of(cents)) }
                            </li>
                        }) }
                    </ul>
                }
            </section>
        }
    }
}

fn provisioned(costs: &Costs, amounts: &Amounts, language: Language) -> Html {
    html! {
        if !costs.provisioned.is_empty() {
            <section>
                <h3>{ say(&words::cost::provisioned(), language) }</h3>
                <ul class="told">{ for costs.provisioned.iter().map(|kept| kept_item(kept, amounts, language)) }</ul>
            </section>
        }
    }
}

fn kept_item(kept: &Kept, amounts: &Amounts, language: Language) -> Html {
    let percent = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let floor = kept.floor.map(|cents| amounts.of(cents));
    let pays = match kept.pays_from {
        Some(share) if share <= 10_000 => words::cost::pays_from(&percent(share)),
        Some(_) => words::cost::never_pays(),
        None => words::cost::pays_unknown(),
    };
    let busy = kept.busy.map(|share| words::cost::busy(&percent(share)));
    let parts = [Some(words::cost::kept(kept.count, floor.as_deref())), Some(pays), busy];
    let between = match language {
        Language::English => "; ",
        Language::Japanese => "、",
    };
    let told: Vec<String> = parts.iter().flatten().map(|part| say(part, language)).collect();
    html! { <li><code>{ &kept.function }</code>{ " " }{ told.join(between) }</li> }
}

fn list(title: &Phrase, phrases: &[Phrase], language: Language) -> Html {
    html! {
        if !phrases.is_empty() {
            <section class="rests-on">
                <h3>{ say(title, language) }</h3>
                <ul>{ for phrases.iter().map(|phrase| html! { <li>{ prose(phrase.get(language)) }</li> }) }</ul>
            </section>
        }
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
