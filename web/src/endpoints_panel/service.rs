//! A service that is called: by whom, how it is reached today, and the endpoint to add.

use vpcheck_core::paths::Verdict;
use yew::prelude::*;

use super::View;
use crate::endpoints::{Add, Service, Told};
use crate::explorer::{ask_item, verdict_mark};
use crate::proof::Offer;
use crate::prose::prose;
use crate::words;
use crate::words::endpoints as own_words;

/// As many callers are told before the others are folded.
const FIRST: usize = 3;

/// One service.
pub(super) fn service(view: View<'_>, vpc: &str, one: &Service) -> Html {
    let language = view.props.language;
    let (verdict, today) = match one.today.as_str() {
        "endpoint" => (Verdict::Reachable, own_words::by_endpoint()),
        "nat" => (Verdict::Reachable, own_words::by_nat()),
        "none" => (Verdict::Blocked, own_words::no_way()),
        _ => (Verdict::Unknown, own_words::unknown()),
    };
    let is_on_the_way = verdict == Verdict::Reachable;
    let (first, more) = one.calls.split_at(one.calls.len().min(FIRST));
    html! {
        <li key={one.name.clone()} class="service" data-service={one.name.clone()} data-today={one.today.clone()}>
            <div class="service-head">
                <h3>
                    if let Some(place) = one.place {
                        <button type="button" class="place" onclick={view.props.on_place.reform(move |_| place)}>
                            { &one.name }
                        </button>
                    } else {
                        { &one.name }
                    }
                </h3>
                <span class="verdict" data-verdict={verdict.name()}>{ verdict_mark(verdict) }{ view.say(&today) }</span>
                if is_on_the_way {
                    { view.all(&one.through) }
                }
            </div>
            <ul class="calls">{ for first.iter().map(|call| told(view, call)) }</ul>
            if !more.is_empty() {
                <details>
                    <summary>{ format!("{} ({})", view.say(&own_words::more_callers()), one.calls.len()) }</summary>
                    <ul class="calls">{ for more.iter().map(|call| told(view, call)) }</ul>
                </details>
            }
            if let Some(remark) = &one.remark {
                <p class="note">{ prose(remark.get(language)) }</p>
            }
            if !one.asks.is_empty() {
                <div class="settle">
                    <h4>{ view.say(&words::settle()) }</h4>
                    <ul>{ for one.asks.iter().map(|ask| ask_item(ask, language, &view.props.on_field)) }</ul>
                </div>
            }
            if let Some(add) = &one.add {
                { addition(view, vpc, one, add) }
            }
        </li>
    }
}

/// Somebody, with what is said of them.
pub(super) fn told(view: View<'_>, told: &Told) -> Html {
    let words = prose(told.words.get(view.props.language));
    html! {
        <li>
            { view.named(&told.who) }
            if let Some(place) = told.place {
                <button type="button" class="said" onclick={view.props.on_place.reform(move |_| place)}>{ words }</button>
            } else {
                <span class="said">{ words }</span>
            }
        </li>
    }
}

fn addition(view: View<'_>, vpc: &str, one: &Service, add: &Add) -> Html {
    let language = view.props.language;
    let place = if add.is_gateway { own_words::on_tables() } else { own_words::in_subnets() };
    let price = match (add.is_gateway, add.by_hour) {
        (true, _) => own_words::free(),
        (false, Some(cents)) => own_words::price(&view.amounts.of(cents), &view.band(&add.month)),
        (false, None) => words::cost::no_price(),
    };
    let stands = html! {
        <div class="stands">
            <code>{ &add.id }</code>
            <span>{ view.say(&place) }</span>
            if add.stands.is_empty() { <span>{ view.say(&own_words::to_be_given()) }</span> }
            { view.all(&add.stands) }
            if !add.groups.is_empty() {
                <span>{ view.say(&own_words::with_group()) }</span>
                { view.all(&add.groups) }
                if add.groups.iter().all(|group| group.place.is_none()) {
                    <span>{ format!("({})", view.say(&own_words::new_group())) }</span>
                }
            }
        </div>
    };
    let money = html! {
        <span class="price">
            { view.say(&price) }
            if let Some(gb) = add.pays_from {
                <span class="aside">{ view.say(&own_words::pays_from(&view.amounts.units(gb))) }</span>
            }
        </span>
    };
    html! {
        <>
            { stands }
            if one.today == "unknown" {
                <p class="note">{ view.say(&own_words::only_if()) }</p>
            }
            if let Some(fix) = &add.fix {
                { view.offer(Offer::Endpoint(vpc.to_owned(), one.name.clone()), fix, own_words::show_add(), money) }
            } else {
                <p>{ money }</p>
                if let Some(why) = &add.why_not {
                    <p class="why-not"><strong>{ view.say(&own_words::why_not()) }</strong>{ " " }{ prose(why.get(language)) }</p>
                }
                <details class="by-hand">
                    <summary>{ view.say(&own_words::yaml()) }</summary>
                    <pre tabindex="0">{ &add.yaml }</pre>
                </details>
            }
            if !add.notes.is_empty() {
                <ul class="told">{ for add.notes.iter().map(|note| html! { <li>{ prose(note.get(language)) }</li> }) }</ul>
            }
        </>
    }
}
