//! The plot of cost against traffic: where on the page everything of it stands, in pixels.

use vpcheck_core::cost::Quantity;
use vpcheck_core::order::Order;

use crate::costs::Costs;

/// Everything that is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// The width of it all.
    pub width: i32,
    /// The height of it all.
    pub height: i32,
    /// The edges of the plot itself.
    pub frame: Frame,
    /// A line a plan that has a price.
    pub lines: Vec<Line>,
    /// Round amounts on the axis of costs, with their heights.
    pub amounts: Vec<(i32, f64)>,
    /// Powers of ten on the axis of traffic, and its end, with their places.
    pub traffic: Vec<(i32, Quantity)>,
    /// Where plans cross today's.
    pub marks: Vec<Mark>,
    /// The places of the figures that the tables are for.
    pub figures: Vec<(i32, Quantity)>,
}

/// The edges of the plot itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Left edge.
    pub left: i32,
    /// Upper edge.
    pub top: i32,
    /// Right edge.
    pub right: i32,
    /// Lower edge.
    pub bottom: i32,
}

/// The line of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The plan, by its index.
    pub plan: usize,
    /// Its points, as the `points` of a polyline.
    pub points: String,
    /// The height of its last point.
    pub end: i32,
    /// The height of its name, beside the names of the others.
    pub name: i32,
}

/// Where a plan crosses today's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its place.
    pub x: i32,
    /// The height at which both lines meet.
    pub y: i32,
    /// The height of its label, over the plot.
    pub label: i32,
    /// The traffic.
    pub gb: Quantity,
}

/// For the amounts at the left and for the names at the right.
const MARGINS: (i32, i32) = (48, 104);
/// The height of the plot itself.
const HEIGHT: i32 = 200;
/// A line of text.
const TEXT: i32 = 16;
/// Below the plot: the numbers of the axis, and the figure that is given.
const BELOW: i32 = 40;
/// A number on the axis of traffic needs so much.
const ROOM: i32 = 56;
/// Labels of marks that are nearer than this stand one over the other.
const APART: i32 = 84;

impl Chart {
    /// The chart of `costs` in so many pixels, with amounts of `rate` a dollar. Nothing where nothing can be drawn.
    pub fn new(costs: &Costs, width: i32, rate: f64) -> Option<Self> {
        let end = costs.points.last()?.gb;
        let drawn = || costs.plans.iter().enumerate().filter(|(_, plan)| !plan.points.is_empty());
        let most = drawn().flat_map(|(_, plan)| &plan.points).copied().max()?;
        let (top_amount, step) = axis(amount(most, rate));
        let mut places: Vec<(Quantity, usize)> =
            drawn().flat_map(|(at, plan)| plan.crossings.iter().map(move |gb| (*gb, at))).collect();
        places.retain(|(gb, _)| (Quantity::whole(1)..=end).contains(gb));
        places.order();
        let mut frame =
            Frame { left: MARGINS.0, top: 0, right: (width - MARGINS.1).max(MARGINS.0 + 60), bottom: 0 };
        let across = Axis { from: frame.left, to: frame.right, end: log(end).max(1e-3) };
        let rows = rows(&places.iter().map(|(gb, _)| across.at(*gb)).collect::<Vec<_>>());
        frame.top = 10 + TEXT * rows.iter().max().map_or(0, |row| row + 1);
        frame.bottom = frame.top + HEIGHT;
        let up = |amount: f64| frame.bottom - round(f64::from(HEIGHT) * amount / top_amount);
        let mut lines: Vec<Line> = drawn()
            .map(|(plan, cost)| {
                let mut points = String::new();
                let mut last = frame.bottom;
                for (point, cents) in costs.points.iter().zip(&cost.points) {
                    last = up(amount(*cents, rate));
                    // Tenths of a pixel, so that the line is no staircase.
                    let tenths = frame.bottom * 10
                        - round(f64::from(HEIGHT) * 10.0 * amount(*cents, rate) / top_amount);
                    let (x, y) = (across.tenths(point.gb), tenths);
                    points.push_str(&format!("{}.{},{}.{} ", x / 10, x % 10, y / 10, y % 10));
                }
                Line { plan, points, end: last, name: last }
            })
            .collect();
        spread(&mut lines, frame.top + TEXT / 2, frame.bottom);
        let marks = places.iter().zip(&rows).map(|((gb, plan), row)| {
            let at = costs.points.iter().position(|point| point.gb == *gb);
            let cents = at.and_then(|at| costs.plans.get(*plan)?.points.get(at).copied()).unwrap_or_default();
            let label = frame.top - 6 - TEXT * row;
            Mark { x: across.at(*gb), y: up(amount(cents, rate)), label, gb: *gb }
        });
        let marks = marks.collect();
        let mut amounts = Vec::new();
        let mut at = 0.0;
        while at <= top_amount * 1.001 {
            amounts.push((up(at), at));
            at += step;
        }
        let mut traffic = Vec::new();
        let mut gb = 1_u64;
        while Quantity::whole(gb) <= end {
            traffic.push((across.at(Quantity::whole(gb)), Quantity::whole(gb)));
            gb = gb.saturating_mul(10);
        }
        // The end too, where its number has room beside the last power of ten.
        if traffic.last().is_some_and(|(x, _)| frame.right - x >= ROOM) {
            traffic.push((frame.right, end));
        }
        let figures = costs.columns.iter().filter(|gb| **gb <= end);
        Some(Self {
            width,
            height: frame.bottom + BELOW,
            frame,
            lines,
            amounts,
            traffic,
            marks,
            figures: figures.map(|gb| (across.at(*gb), *gb)).collect(),
        })
    }
}

/// The axis of traffic.
struct Axis {
    from: i32,
    to: i32,
    /// The logarithm at its end; at its start it is zero.
    end: f64,
}

impl Axis {
    fn at(&self, gb: Quantity) -> i32 {
        (self.tenths(gb) + 5) / 10
    }

    fn tenths(&self, gb: Quantity) -> i32 {
        self.from * 10 + round(f64::from((self.to - self.from) * 10) * log(gb) / self.end)
    }
}

/// The logarithm of so many gigabytes; of less than one, that of one.
fn log(gb: Quantity) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "pixels are counted")]
    let hundredths = gb.in_parts_of(100) as f64;
    (hundredths / 100.0).max(1.0).log10()
}

/// Cents as an amount of the currency.
pub fn amount(cents: i64, rate: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "shown, not added up")]
    let cents = cents as f64;
    cents / 100.0 * rate
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "pixels: a few thousand at most, and a cast stops at its ends"
)]
fn round(number: f64) -> i32 {
    number.round() as i32
}

/// A round amount at or over `most`, and the step between those on the axis: three to six of them.
fn axis(most: f64) -> (f64, f64) {
    let most = most.max(0.01);
    let mut step = 0.01;
    let mut grow = [2.0, 2.5, 2.0].into_iter().cycle();
    while step * 6.0 < most {
        step *= grow.next().unwrap_or(2.0);
    }
    ((most / step).ceil() * step, step)
}

/// The row of each label: the lowest in which it is apart from those before. `places` are in order.
fn rows(places: &[i32]) -> Vec<i32> {
    let mut rows: Vec<i32> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let is_free = |row: i32| {
            let before = places.iter().zip(&rows).take(at);
            before.filter(|(_, own)| **own == row).all(|(other, _)| (place - other).abs() >= APART)
        };
        // One row a label is always enough.
        rows.push((0..).zip(places).map(|(row, _)| row).find(|row| is_free(*row)).unwrap_or(0));
    }
    rows
}

/// Moves names apart that would overlap, within the plot.
fn spread(lines: &mut [Line], top: i32, bottom: i32) {
    lines.order_by_key(|line| line.end);
    let mut least = top;
    for line in lines.iter_mut() {
        line.name = line.end.max(least);
        least = line.name + TEXT;
    }
    let mut most = bottom;
    for line in lines.iter_mut().rev() {
        line.name = line.name.min(most);
        most = line.name - TEXT;
    }
}

#[cfg(test)]
mod tests {
    use vpcheck_core::language::Phrase;

    use super::*;
    use crate::costs::{PlanCost, Point};

    /// Plans of a fixed part and a price of a gigabyte, both in cents.
    fn costs(plans: &[(i64, i64)], crossings: &[u64]) -> Costs {
        let points =
            [1, 10, 100, 309, 1000].map(|gb| Point { gb: Quantity::whole(gb), listed: true }).to_vec();
        let plan = |(fixed, each): &(i64, i64)| PlanCost {
            name: String::new(),
            title: Phrase::verbatim(""),
            works: true,
            priced: true,
            totals: Vec::new(),
            cheapest: Vec::new(),
            points: points
                .iter()
                .map(|point| fixed + each * i64::try_from(point.gb.in_parts_of(1)).unwrap())
                .collect(),
            crossings: Vec::new(),
        };
        let mut plans: Vec<PlanCost> = plans.iter().map(plan).collect();
        plans[1].crossings = crossings.iter().copied().map(Quantity::whole).collect();
        Costs { points, plans, columns: vec![Quantity::whole(100)], ..Costs::default() }
    }

    #[test]
    fn traffic_is_logarithmic_and_costs_are_even() {
        let chart = Chart::new(&costs(&[(0, 10), (5000, 0)], &[]), 452, 1.0).unwrap();
        assert_eq!(chart.frame, Frame { left: 48, top: 10, right: 348, bottom: 210 });
        assert_eq!(chart.traffic.iter().map(|(x, _)| *x).collect::<Vec<_>>(), [48, 148, 248, 348]);
        assert_eq!(chart.amounts.iter().map(|(y, _)| *y).collect::<Vec<_>>(), [210, 170, 130, 90, 50, 10]);
        assert!((chart.amounts[5].1 - 100.0).abs() < 1e-9);
        let flat = chart.lines.iter().find(|line| line.plan == 1).unwrap();
        assert_eq!((flat.end, flat.points.split(' ').next()), (110, Some("48.0,110.0")));
        assert_eq!(chart.figures, [(248, Quantity::whole(100))]);
    }

    #[test]
    fn a_mark_stands_where_both_lines_meet_and_labels_stand_apart() {
        let chart = Chart::new(&costs(&[(0, 10), (3090, 0)], &[309]), 452, 1.0).unwrap();
        let [mark] = chart.marks[..] else { panic!("{chart:?}") };
        assert_eq!((mark.x, mark.label), (297, chart.frame.top - 6));
        let flat = chart.lines.iter().find(|line| line.plan == 1).unwrap();
        assert_eq!(mark.y, flat.end);
        let two = Chart::new(&costs(&[(0, 10), (3090, 0)], &[100, 309]), 452, 1.0).unwrap();
        assert_eq!(two.marks[0].label - two.marks[1].label, TEXT);
        let beyond = Chart::new(&costs(&[(0, 10), (3090, 0)], &[5000]), 452, 1.0).unwrap();
        assert!(beyond.marks.is_empty());
    }

    #[test]
    fn names_of_equal_lines_do_not_overlap() {
        let chart = Chart::new(&costs(&[(5000, 1), (5000, 1), (5000, 1)], &[]), 336, 1.0).unwrap();
        let mut names: Vec<i32> = chart.lines.iter().map(|line| line.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[1] - pair[0] >= TEXT), "{names:?}");
        assert!(names.iter().all(|name| (chart.frame.top..=chart.frame.bottom).contains(name)), "{names:?}");
    }

    #[test]
    fn axes_end_in_round_amounts() {
        for (most, ends) in [(0.0, 0.01), (4.9, 5.0), (61.0, 80.0), (101.0, 120.0), (12_345.0, 15_000.0)] {
            let (end, step) = axis(most);
            assert!((end - ends).abs() < 1e-6, "{most}: {end}");
            assert!((1.0..=6.0).contains(&(end / step).round()), "{most}");
        }
    }

    #[test]
    fn nothing_is_drawn_where_no_plan_has_a_price() {
        let mut costs = costs(&[(1, 1), (2, 2)], &[]);
        for plan in &mut costs.plans {
            plan.points.clear();
        }
        assert_eq!(Chart::new(&costs, 452, 1.0), None);
        assert_eq!(Chart::new(&Costs::default(), 452, 1.0), None);
    }
}
