//! The lines of the bills: what is paid for today and after, with the resource that causes each.

use std::rc::Rc;

use vpcheck_core::cost::Currency;
use vpcheck_core::language::{Language, Phrase};
use yew::prelude::*;

use crate::amounts::Amounts;
use crate::costs::{Cell, Costs, Item, PlanCost};
use crate::report::Place;
use crate::words;

/// Properties of [`BillTable`].
#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// The estimate.
    pub costs: Rc<Costs>,
    /// The currency of amounts; nothing for dollars.
    pub currency: Option<Currency>,
    /// The language of the page.
    pub language: Language,
    /// A resource was asked for.
    pub on_place: Callback<Place>,
}

/// Every line with its sum now, after, and the difference.
#[component]
pub(super) fn BillTable(props: &Props) -> Html {
    let Props { costs, language, .. } = props;
    let language = *language;
    let amounts = Amounts::new(language, props.currency.as_ref());
    // The typical band is what is read first.
    let band = use_state_eq(|| 1_usize);
    let at = if costs.columns.len() > 1 { *band } else { 0 };
    let after = costs.plans.last().filter(|_| costs.plans.len() > 1);
    let today = costs.plans.first();
    let total = |plan: Option<&PlanCost>| plan.and_then(|plan| plan.totals.get(at)).copied();
    // Without a price no difference of sums means anything.
    let is_partial = today.into_iter().chain(after).any(|plan| !plan.priced);
    html! {
        <section class="bill" aria-labelledby="bill-title">
            <h3 id="bill-title">{ say(&words::cost::items(), language) }</h3>
            if costs.columns.len() > 1 {
                <div class="kinds" role="group" aria-label={say(&words::cost::items_at(), language)}>
                    { for costs.columns.iter().enumerate().map(|(index, gb)| {
                        let band = band.setter();
                        html! {
                            <button
                                type="button"
                                class="kind"
                                aria-pressed={(index == at).to_string()}
                                onclick={Callback::from(move |_: MouseEvent| band.set(index))}
                            >
                                { format!("{} GB", amounts.units(*gb)) }
                            </button>
                        }
                    }) }
                </div>
            }
            <p class="note">
                { match after {
                    Some(plan) => say(&words::cost::after_is(&plan.title), language),
                    None => say(&words::cost::no_after(), language),
                } }
            </p>
            <table class="sums bill-lines">
                <caption class="unseen">{ say(&words::cost::items(), language) }</caption>
                <thead>
                    <tr>
                        <th scope="col">{ say(&words::cost::resource(), language) }</th>
                        <th scope="col">{ say(&words::cost::now(), language) }</th>
                        if after.is_some() {
                            <th scope="col">{ say(&words::cost::after(), language) }</th>
                            <th scope="col">{ say(&words::cost::difference(), language) }</th>
                        }
                    </tr>
                </thead>
                <tbody>
                    { for costs.items.iter().map(|item| line(props, &amounts, item, at, after.is_some())) }
                </tbody>
                <tfoot>
                    <tr>
                        <th scope="row">
                            { say(&words::cost::sum(), language) }
                            if is_partial {
                                <span class="aside">{ say(&words::cost::more_than(), language) }</span>
                            }
                        </th>
                        <td>{ total(today).map(|cents| amounts.of(cents)) }</td>
                        if let Some(after) = after {
                            <td>{ total(Some(after)).map(|cents| amounts.of(cents)) }</td>
                            <td>
                                { if is_partial {
                                    Some(say(&words::cost::not_known(), language))
                                } else {
                                    change(total(today), total(Some(after)), &amounts)
                                } }
                            </td>
                        }
                    </tr>
                </tfoot>
            </table>
        </section>
    }
}

fn line(props: &Props, amounts: &Amounts, item: &Item, at: usize, has_after: bool) -> Html {
    let language = props.language;
    let (now, after) = (item.now.get(at), item.after.get(at));
    let unit = vpcheck_core::cost::units(&item.unit);
    let units = |cell: Option<&Cell>| cell.map_or_else(|| "0".to_owned(), |cell| amounts.units(cell.units));
    let (before, then) = (units(now), units(after));
    let counted = match (now, after) {
        (Some(_), Some(_)) if before != then => format!("{before} → {then}"),
        (Some(_), _) => before,
        _ => then,
    };
    // What is not there costs nothing; what has no price is not known to cost anything.
    let cents = |cell: Option<&Cell>| cell.map_or(Some(0), |cell| cell.cents);
    let amount = |cell: Option<&Cell>| match cell.map(|cell| cell.cents) {
        None => "–".to_owned(),
        Some(None) => say(&words::cost::no_price(), language),
        Some(Some(cents)) => amounts.of(cents),
    };
    html! {
        <tr>
            <th scope="row">
                if let Some(place) = item.place {
                    <button type="button" class="place" onclick={props.on_place.reform(move |_| place)}>
                        { &item.resource }
                    </button>
                } else {
                    <span class="resource">{ &item.resource }</span>
                }
                <span class="aside">{ words::cost::counted(&item.what, &counted, &unit).get(language).to_owned() }</span>
            </th>
            <td>{ amount(now) }</td>
            if has_after {
                <td>{ amount(after) }</td>
                <td>
                    { change(cents(now), cents(after), amounts)
                        .unwrap_or_else(|| say(&words::cost::not_known(), language)) }
                </td>
            }
        </tr>
    }
}

fn change(before: Option<i64>, after: Option<i64>, amounts: &Amounts) -> Option<String> {
    Some(amounts.change(after? - before?))
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
