//! Cost against traffic: a plot for who sees it, and a table with the same figures for everybody.

use std::rc::Rc;

use gloo_events::EventListener;
use vpcheck_core::cost::Currency;
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::order::Order;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::amounts::Amounts;
use crate::chart::{Chart, Line};
use crate::costs::Costs;
use crate::words;

/// Properties of [`Plot`].
#[derive(PartialEq, Properties)]
pub(super) struct Props {
    /// The estimate.
    pub costs: Rc<Costs>,
    /// The currency of amounts; nothing for dollars.
    pub currency: Option<Currency>,
    /// The language of the page.
    pub language: Language,
}

/// The plot, what is marked on it in words, and its table.
#[component]
pub(super) fn Plot(props: &Props) -> Html {
    let Props { costs, language, .. } = props;
    let language = *language;
    let amounts = Amounts::new(language, props.currency.as_ref());
    let room = use_node_ref();
    let width = use_state_eq(|| 336);
    {
        let (room, width) = (room.clone(), width.setter());
        use_effect_with((), move |()| {
            let measure = move || {
                if let Some(room) = room.cast::<HtmlElement>() {
                    width.set(room.client_width());
                }
            };
            measure();
            let listener =
                web_sys::window().map(|window| EventListener::new(&window, "resize", move |_| measure()));
            move || drop(listener)
        });
    }
    let chart = Chart::new(costs, *width, amounts.rate);
    html! {
        <section class="plot" aria-labelledby="plot-title">
            <h3 id="plot-title">{ say(&words::cost::plot(), language) }</h3>
            <div ref={room} class="plot-room">
                if let Some(chart) = &chart {
                    { drawing(costs, chart, &amounts, language) }
                }
            </div>
            if chart.is_none() {
                <p class="note">{ say(&words::cost::plot_none(), language) }</p>
            } else {
                <p class="note">{ say(&words::cost::plot_axes(), language) }</p>
                { crossings(costs, &amounts, language) }
                <details>
                    <summary>{ say(&words::cost::plot_table(), language) }</summary>
                    { table(costs, &amounts, language) }
                </details>
            }
        </section>
    }
}

fn drawing(costs: &Costs, chart: &Chart, amounts: &Amounts, language: Language) -> Html {
    let frame = chart.frame;
    let middle = |y: i32| (y + 4).to_string();
    html! {
        <svg
            role="img"
            aria-labelledby="plot-name"
            aria-describedby="plot-words"
            width={chart.width.to_string()}
            height={chart.height.to_string()}
            viewBox={format!("0 0 {} {}", chart.width, chart.height)}
        >
            <title id="plot-name">{ say(&words::cost::plot_caption(), language) }</title>
            <desc id="plot-words">{ in_words(costs, amounts, language) }</desc>
            <g aria-hidden="true">
                { for chart.amounts.iter().map(|(y, amount)| html! {
                    <>
                        <path class="grid" d={format!("M{} {y}H{}", frame.left, frame.right)} />
                        <text x={(frame.left - 6).to_string()} y={middle(*y)} text-anchor="end">{ amounts.short(*amount) }</text>
                    </>
                }) }
                { for chart.traffic.iter().map(|(x, gb)| html! {
                    <>
                        <path class="grid" d={format!("M{x} {}v4", frame.bottom)} />
                        <text x={x.to_string()} y={(frame.bottom + 17).to_string()} text-anchor="middle">{ amounts.units(*gb) }</text>
                    </>
                }) }
                { for chart.figures.iter().map(|(x, gb)| html! {
                    <>
                        if costs.given {
                            <path class="figure-line" d={format!("M{x} {}V{}", frame.top, frame.bottom)} />
                            <text class="figure" x={x.to_string()} y={(frame.bottom + 36).to_string()} text-anchor="middle">
                                { format!("{} GB", amounts.units(*gb)) }
                            </text>
                        }
                        <path class="figure" d={format!("M{x} {}l5 -9h-10Z", frame.bottom)} />
                    </>
                }) }
                { for chart.marks.iter().map(|mark| html! {
                    <path class="mark" d={format!("M{} {}V{}", mark.x, mark.label + 3, frame.bottom)} />
                }) }
                { for chart.lines.iter().map(|line| line_of(costs, line, frame.right, language)) }
                { for chart.marks.iter().map(|mark| html! {
                    <>
                        <circle class="mark" cx={mark.x.to_string()} cy={mark.y.to_string()} r="5" />
                        <text class="mark" x={mark.x.to_string()} y={mark.label.to_string()} text-anchor="middle">
                            { format!("{} GB", amounts.units(mark.gb)) }
                        </text>
                    </>
                }) }
            </g>
        </svg>
    }
}

fn line_of(costs: &Costs, line: &Line, right: i32, language: Language) -> Html {
    let name = costs.plans.get(line.plan).map(|plan| plan.name.clone()).unwrap_or_default();
    let title = words::cost::plan(&name);
    html! {
        <g data-plan={name}>
            <polyline points={line.points.clone()} />
            <path class="leader" d={format!("M{right} {}L{} {}", line.end, right + 9, line.name)} />
            <text x={(right + 12).to_string()} y={(line.name + 4).to_string()}>{ say(&title, language) }</text>
        </g>
    }
}

/// What is to be seen, for who does not see it.
fn in_words(costs: &Costs, amounts: &Amounts, language: Language) -> String {
    let end = costs.points.last().map(|point| amounts.units(point.gb)).unwrap_or_default();
    let drawn = costs.plans.iter().filter_map(|plan| {
        let (first, last) = (amounts.of(*plan.points.first()?), amounts.of(*plan.points.last()?));
        Some(say(&words::cost::line_ends(&plan.title, &first, &last, &end), language))
    });
    drawn.collect::<Vec<_>>().join(" ")
}

/// The marks in words.
fn crossings(costs: &Costs, amounts: &Amounts, language: Language) -> Html {
    let mut told = Vec::new();
    for plan in &costs.plans {
        for gb in &plan.crossings {
            // Beside the crossing, on the side of more traffic.
            let at = costs.points.iter().position(|point| point.gb > *gb);
            let today = costs.plans.first().map(|today| &today.points);
            let sums = at.and_then(|at| Some((plan.points.get(at)?, today?.get(at)?)));
            let is_cheaper = sums.is_none_or(|(own, today)| own <= today);
            told.push((*gb, words::cost::crossing(&plan.title, &amounts.units(*gb), is_cheaper)));
        }
    }
    told.order_by_key(|(gb, _)| *gb);
    if told.is_empty() {
        // That lines do not cross is said only of lines that are there and can be compared.
        let comparable = costs.plans.iter().filter(|plan| plan.works && !plan.points.is_empty()).count();
        let says = match costs.plans.first() {
            _ if costs.plans.iter().any(|plan| plan.points.is_empty()) => words::cost::plot_some(),
            Some(today) if !today.works => words::cost::no_comparison(),
            _ if comparable > 1 => words::cost::no_crossing(),
            _ => return html! {},
        };
        return html! { <p class="note">{ say(&says, language) }</p> };
    }
    html! {
        <ul class="crossings">
            { for told.iter().map(|(_, words)| html! {
                <li>
                    <svg viewBox="0 0 12 12" aria-hidden="true"><circle class="mark" cx="6" cy="6" r="4.5" /></svg>
                    { say(words, language) }
                </li>
            }) }
            if costs.plans.iter().any(|plan| plan.points.is_empty()) {
                <li class="note">{ say(&words::cost::plot_some(), language) }</li>
            }
        </ul>
    }
}

fn table(costs: &Costs, amounts: &Amounts, language: Language) -> Html {
    let drawn = || costs.plans.iter().filter(|plan| !plan.points.is_empty());
    let rows = costs.points.iter().enumerate().filter(|(_, point)| point.listed);
    html! {
        <table class="sums">
            <caption class="unseen">{ say(&words::cost::plot_caption(), language) }</caption>
            <thead>
                <tr>
                    <th scope="col">{ say(&words::cost::plot_traffic(), language) }</th>
                    { for drawn().map(|plan| html! {
                        <th scope="col" title={say(&plan.title, language)}>{ say(&words::cost::plan(&plan.name), language) }</th>
                    }) }
                </tr>
            </thead>
            <tbody>
                { for rows.map(|(at, point)| html! {
                    <tr>
                        <th scope="row">
                            { amounts.units(point.gb) }
                            if costs.plans.iter().any(|plan| plan.crossings.contains(&point.gb)) {
                                <span class="aside">{ say(&words::cost::plot_mark(), language) }</span>
                            }
                            if costs.given && costs.columns.contains(&point.gb) {
                                <span class="aside">{ say(&words::cost::yours(), language) }</span>
                            }
                        </th>
                        { for drawn().map(|plan| html! {
                            <td>{ plan.points.get(at).map(|cents| amounts.of(*cents)) }</td>
                        }) }
                    </tr>
                }) }
            </tbody>
        </table>
    }
}

fn say(phrase: &Phrase, language: Language) -> String {
    phrase.get(language).to_owned()
}
