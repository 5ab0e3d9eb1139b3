//! The plan without NAT, and what need not be there.

use yew::prelude::*;

use super::View;
use super::service::told;
use crate::endpoints::{Spare, Split, Vpc};
use crate::proof::Offer;
use crate::prose::prose;
use crate::words;
use crate::words::endpoints as own_words;

/// Whether NAT gateways can go, and what goes with them.
pub(super) fn plan(view: View<'_>, vpc: &Vpc) -> Html {
    let adds = vpc.additions() > 0;
    let head = match (vpc.is_nat_free, adds) {
        (Some(true), true) => own_words::plan_holds(),
        (Some(true), false) => own_words::plan_holds_now(),
        (Some(false), true) => own_words::plan_fails(),
        (Some(false), false) => own_words::plan_fails_now(),
        (None, _) => own_words::plan_unknown(),
    };
    let is_possible = vpc.is_nat_free == Some(true);
    let can_go = if is_possible { own_words::can_go() } else { own_words::could_go() };
    html! {
        <div class="plan" data-possible={vpc.is_nat_free.map_or("unknown".to_owned(), |is| is.to_string())}>
            <h3>{ view.say(&own_words::plan()) }</h3>
            <p>{ view.say(&head) }</p>
            if !vpc.outside.is_empty() {
                <ul class="calls">{ for vpc.outside.iter().map(|one| told(view, one)) }</ul>
            }
            if vpc.is_nat_free.is_none() {
                <ul class="told">
                    { for vpc.open.iter().map(|open| html! { <li>{ prose(open.get(view.props.language)) }</li> }) }
                </ul>
            }
            if !vpc.removable.is_empty() {
                <p>{ view.say(&can_go) }{ " " }{ view.all(&vpc.removable) }</p>
                if !vpc.spares.is_empty() {
                    <p>{ view.say(&own_words::spares()) }{ " " }<strong>{ view.band(&vpc.spares) }</strong></p>
                }
                if let Some(fix) = &vpc.without_nat {
                    { view.offer(
                        Offer::WithoutNat(vpc.vpc.id.clone()),
                        fix,
                        own_words::show_plan(),
                        Html::default(),
                    ) }
                } else if is_possible {
                    <p class="why-not">{ view.say(&own_words::plan_unwritable()) }</p>
                }
            }
        </div>
    }
}

/// Endpoints that need not be there, and functions that could be parted.
pub(super) fn reverse(view: View<'_>, vpc: &Vpc) -> Html {
    html! {
        if !vpc.spare.is_empty() || !vpc.splits.is_empty() {
            <div class="reverse">
                <h3>{ view.say(&own_words::reverse()) }</h3>
                <ul class="calls">
                    { for vpc.spare.iter().map(|one| spare(view, one)) }
                    { for vpc.splits.iter().map(|one| split(view, one)) }
                </ul>
            </div>
        }
    }
}

fn spare(view: View<'_>, one: &Spare) -> Html {
    let words = match one.pays_from {
        None => own_words::unused(),
        Some(gb) => own_words::dear(&view.amounts.units(gb)),
    };
    let amount = match one.cents {
        Some(cents) => own_words::costs(&view.amounts.of(cents)),
        None => words::cost::no_price(),
    };
    html! {
        <li>
            { view.named(&one.endpoint) }
            <span class="said">{ format!("{}: {} ({})", one.service, view.say(&words), view.say(&amount)) }</span>
        </li>
    }
}

fn split(view: View<'_>, one: &Split) -> Html {
    html! {
        <li>
            { view.named(&one.nat) }
            <div class="said">
                <p>{ view.say(&own_words::split_inward()) }{ " " }{ view.all(&one.inward) }</p>
                <p>{ view.say(&own_words::split_outward()) }{ " " }{ view.all(&one.outward) }</p>
                <p>{ view.say(&own_words::split_more()) }</p>
            </div>
        </li>
    }
}
