//! What a template costs, as it travels from the worker to the page. Amounts are in cents of a dollar.

use serde::{Deserialize, Serialize};
use vpcheck_core::cost::{
    self, BANDS, Bill, CostModel, Costing, Estimate, Gigabytes, Plan, PriceItem, Prices, Quantity, Traffic,
    Usd,
};
use vpcheck_core::finding::FileId;
use vpcheck_core::language::Phrase;
use vpcheck_core::order::Order;
use vpcheck_core::share::Shared;

use crate::figures::{self, Figures, Lane};
use crate::inputs;
use crate::report::{Contexts, PATH, Place, Units};

/// Everything the page shows of an [`Estimate`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// Whether the text is a template at all.
    pub is_template: bool,
    /// The region whose prices are taken.
    pub region: String,
    /// Whether neither the user nor the template says it.
    pub is_assumed: bool,
    /// Whether the traffic is the user's; otherwise it is three assumptions.
    pub given: bool,
    /// The traffic of each column: one where it is given, else one a band.
    pub columns: Vec<Quantity>,
    /// What each way to do what the template does costs; today's is the first.
    pub plans: Vec<PlanCost>,
    /// What is paid for, today and after the endpoints that demands call for.
    pub items: Vec<Item>,
    /// The traffic for which the plot has points.
    pub points: Vec<Point>,
    /// Break-evens in words.
    pub break_even: Vec<Phrase>,
    /// What one more zone costs, by resource.
    pub zones: Vec<ZoneCost>,
    /// Concurrency that is kept ready.
    pub provisioned: Vec<Kept>,
    /// The prices that any line asks for.
    pub prices: Vec<Price>,
    /// Where traffic goes.
    pub lanes: Vec<Lane>,
    /// The keys of counts that the model asks for.
    pub counts: Vec<String>,
    /// What is in no sum.
    pub left_out: Vec<Phrase>,
    /// What the sums rest on.
    pub assumptions: Vec<Phrase>,
}

/// What a plan costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCost {
    /// Its name: see [`Plan::name`].
    pub name: String,
    /// Its name for people.
    pub title: Phrase,
    /// Whether everything that is demanded has a way.
    pub works: bool,
    /// Whether all of it has a price.
    pub priced: bool,
    /// The sum in each column.
    pub totals: Vec<i64>,
    /// Whether it is the cheapest in each column.
    pub cheapest: Vec<bool>,
    /// What it costs at each point of the plot; nothing where a price is missing.
    pub points: Vec<i64>,
    /// The traffic at which it becomes cheaper or dearer than today's.
    pub crossings: Vec<Quantity>,
}

/// Something that is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The resource that causes it; `+ sqs` for an endpoint that is not there yet.
    pub resource: String,
    /// What is paid.
    pub what: Phrase,
    /// What it is counted in.
    pub unit: String,
    /// Units and cents in each column, today; none where it is not there.
    pub now: Vec<Cell>,
    /// The same after the endpoints.
    pub after: Vec<Cell>,
    /// Where the resource is declared in the editor's text.
    pub place: Option<Place>,
}

/// Units of something, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// How many units.
    pub units: Quantity,
    /// What they cost; nothing where no price is known.
    pub cents: Option<i64>,
}

/// A place on the plot's axis of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Gigabytes a month.
    pub gb: Quantity,
    /// Whether the table beside the plot has a row for it.
    pub listed: bool,
}

/// What one more zone costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneCost {
    /// The resource, or the endpoint that demands call for.
    pub resource: String,
    /// What is paid.
    pub what: Phrase,
    /// What it costs a month; nothing where no price is known.
    pub cents: Option<i64>,
}

/// Concurrency that is kept ready: see [`cost::Use`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The function.
    pub function: String,
    /// Environments.
    pub count: u64,
    /// What they cost without a call.
    pub floor: Option<i64>,
    /// Busy for so much of the time they pay, in hundredths of a percent.
    pub pays_from: Option<u64>,
    /// So much they are busy with the calls that are given.
    pub busy: Option<u64>,
}

/// A price that a line asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The item: see [`PriceItem::name`].
    pub item: String,
    /// Its name for people.
    pub title: Phrase,
    /// What it is counted in.
    pub unit: String,
    /// The dollars of a unit that vpcheck knows, in the first tier; nothing where it knows none.
    pub known: Option<String>,
    /// How many tiers that price has.
    pub tiers: usize,
    /// When it was read.
    pub date: String,
    /// Whether it rests on one secondary source.
    pub is_assumed: bool,
    /// Why a sum lacks it, in words.
    pub missing: Option<Phrase>,
}

/// A template that was read once, for all figures that come after.
#[derive(Clone, Debug)]
pub struct Reading {
    key: Shared,
    costing: Costing,
    is_assumed: bool,
}

impl Reading {
    fn new(key: Shared, contexts: &Contexts) -> Self {
        let mut options = inputs::options(&key, contexts.sources());
        options.prices = figures::prices(&key.cost);
        let mut costing = cost::cost(PATH, &key.text, &options);
        let is_assumed = costing.model.region.is_none();
        if is_assumed {
            options.region = key.cost.get(figures::REGION).cloned();
            costing = cost::cost(PATH, &key.text, &options);
        }
        Self { key, costing, is_assumed }
    }

    /// What of `shared` decides what is read: all but the figures, and of these the prices.
    fn key(shared: &Shared) -> Shared {
        let mut key = Shared { from: None, to: None, view: None, ..shared.clone() };
        key.cost.retain(|name, _| name.starts_with("price:") || name == figures::REGION);
        key
    }
}

/// What `shared` costs. `kept` is what was read before; it is read again only where that differs.
pub fn costs(shared: &Shared, contexts: &Contexts, kept: &mut Option<Reading>) -> Costs {
    let reading = read(shared, contexts, kept);
    Costs::new(&reading.costing, reading.is_assumed, &shared.cost)
}

fn read<'k>(shared: &Shared, contexts: &Contexts, kept: &'k mut Option<Reading>) -> &'k Reading {
    let key = Reading::key(shared);
    let reading = match kept.take() {
        Some(reading) if reading.key == key => reading,
        _ => Reading::new(key, contexts),
    };
    kept.insert(reading)
}

impl Costs {
    /// What the page shows of `costing` with `figures`.
    pub fn new(costing: &Costing, is_assumed: bool, figures: &Figures) -> Self {
        let model = &costing.model;
        let lanes = lanes(model);
        let prices = figures::prices(figures);
        let traffic = figures::traffic(figures, model, &lanes);
        let estimate = cost::estimate(model, &prices, traffic.as_ref());
        let region = model.region.clone().unwrap_or_default();
        let all = figures::number(figures, figures::ALL).unwrap_or_default();
        let columns =
            if estimate.given { vec![all] } else { BANDS.each().map(|gb| Quantity::whole(*gb)).to_vec() };
        let requests = model.provisioned.iter().flat_map(|one| {
            let function = &one.function;
            [format!("requests:{function}"), format!("duration_ms:{function}")]
        });
        let mut counts: Vec<String> = Vec::new();
        for key in requests.chain(model.resolvers.iter().map(|(id, _)| format!("queries:{id}"))) {
            if !counts.contains(&key) {
                counts.push(key);
            }
        }
        let mut costs = Self {
            is_template: costing.is_template,
            is_assumed,
            given: estimate.given,
            columns,
            items: items(&estimate, costing),
            break_even: estimate.break_even.iter().map(|one| one.words(&region)).collect(),
            zones: estimate.one_more_zone.iter().map(zone).collect(),
            provisioned: estimate.provisioned.iter().map(kept).collect(),
            prices: asked_prices(&estimate, &region),
            lanes,
            counts,
            ..Self::default()
        };
        costs.plans(costing, &estimate, &prices, traffic.as_ref());
        costs.region = region;
        costs.left_out = estimate.left_out;
        costs.assumptions = estimate.assumptions;
        costs
    }

    /// The plans, with the points of the plot.
    fn plans(&mut self, costing: &Costing, estimate: &Estimate, prices: &Prices, traffic: Option<&Traffic>) {
        let model = &costing.model;
        let crossings = cost::crossings(model, prices, traffic);
        let crossed: Vec<Quantity> = crossings.iter().map(|flip| flip.gb_per_month.0).collect();
        let given = self.columns.first().copied().filter(|_| self.given);
        self.points = points(&crossed, given);
        let all: Vec<Gigabytes> = self.points.iter().map(|point| Gigabytes(point.gb)).collect();
        let mut series =
            if self.lanes.is_empty() { Vec::new() } else { cost::series(model, prices, traffic, &all) };
        for total in &estimate.plans {
            let own = |sums: &(Plan, Vec<Usd>)| sums.0 == total.plan;
            let at = series.iter().position(own);
            let sums = at.map(|at| series.swap_remove(at).1).unwrap_or_default();
            let is_own = |flip: &&cost::Flip| flip.from == total.plan || flip.to == total.plan;
            let is_today = total.plan == Plan::Today;
            self.plans.push(PlanCost {
                name: total.plan.name().to_owned(),
                title: total.plan.title(),
                works: total.works,
                priced: total.priced,
                totals: self.in_columns(total.total.map(cents)),
                cheapest: self.in_columns(total.cheapest),
                points: sums.into_iter().map(cents).collect(),
                crossings: crossings
                    .iter()
                    .filter(|flip| !is_today && is_own(flip))
                    .map(|flip| flip.gb_per_month.0)
                    .collect(),
            });
        }
    }

    fn in_columns<T: Copy>(&self, band: cost::Band<T>) -> Vec<T> {
        if self.given { vec![band.typical] } else { vec![band.low, band.typical, band.high] }
    }
}

/// The traffic that is given, in the lanes of the template of `shared`; read only where there is any.
pub(crate) fn traffic(shared: &Shared, contexts: &Contexts, kept: &mut Option<Reading>) -> Option<Traffic> {
    if figures::of_user(&shared.cost).len() == shared.cost.len() {
        return None;
    }
    let model = &read(shared, contexts, kept).costing.model;
    figures::traffic(&shared.cost, model, &lanes(model))
}

fn lanes(model: &CostModel) -> Vec<Lane> {
    let lanes = model.lanes().into_iter();
    let lane = |lane: cost::Lane| Lane {
        name: lane.name,
        functions: lane.functions.len() as u64,
        share: lane.share,
    };
    lanes.map(lane).collect()
}

/// Cents of a dollar.
pub(crate) fn cents(usd: Usd) -> i64 {
    i64::try_from(usd.cents()).unwrap_or(i64::MAX)
}

fn zone(step: &cost::ZoneStep) -> ZoneCost {
    ZoneCost { resource: step.resource.clone(), what: step.price.title(), cents: step.usd.map(cents) }
}

fn kept(one: &cost::Use) -> Kept {
    Kept {
        function: one.function.clone(),
        count: one.count,
        floor: one.floor.map(cents),
        pays_from: one.pays_from,
        busy: one.busy,
    }
}

/// The lines of both bills, those of the same resource and price in one.
fn items(estimate: &Estimate, costing: &Costing) -> Vec<Item> {
    let units = costing.sources.first().map(|source| Units::new(&source.text));
    let cells = |item: &cost::Item| -> Vec<Cell> {
        let cents = item.usd.map(|usd| usd.map(cents));
        let cell = |units, cents| Cell { units, cents };
        let quantity = item.quantity;
        if estimate.given {
            return vec![cell(quantity.typical, cents.map(|band| band.typical))];
        }
        vec![
            cell(quantity.low, cents.map(|band| band.low)),
            cell(quantity.typical, cents.map(|band| band.typical)),
            cell(quantity.high, cents.map(|band| band.high)),
        ]
    };
    let row = |item: &cost::Item| Item {
        resource: item.resource.clone(),
        what: item.price.title(),
        unit: item.price.unit().to_owned(),
        now: Vec::new(),
        after: Vec::new(),
        place: item.at.filter(|at| at.file == FileId(0)).and_then(|at| Some(units.as_ref()?.place(at.span))),
    };
    let mut rows: Vec<(PriceItem, Item)> = Vec::new();
    let mut add = |bill: &Bill, is_now: bool| {
        for item in &bill.items {
            let cells = cells(item);
            let is_free = |(price, row): &(PriceItem, Item)| {
                let taken = if is_now { &row.now } else { &row.after };
                *price == item.price && row.resource == item.resource && taken.is_empty()
            };
            let at = rows.iter().position(is_free).unwrap_or_else(|| {
                rows.push((item.price, row(item)));
                rows.len() - 1
            });
            if let Some((_, row)) = rows.get_mut(at) {
                *(if is_now { &mut row.now } else { &mut row.after }) = cells;
            }
        }
    };
    add(&estimate.today, true);
    if estimate.after_plan.is_some() {
        add(&estimate.after, false);
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The prices that any line asks for, those that are missing first.
fn asked_prices(estimate: &Estimate, region: &str) -> Vec<Price> {
    let mut asked: Vec<PriceItem> = Vec::new();
    let items = estimate.today.items.iter().chain(&estimate.after.items).map(|item| item.price);
    let missing = estimate.missing_prices.iter().map(|missing| missing.item);
    for item in missing.chain(items) {
        if !asked.contains(&item) {
            asked.push(item);
        }
    }
    let words = estimate.missing_words();
    let price = |item: PriceItem| {
        let known = Prices::default().curve(region, item);
        let at = estimate.missing_prices.iter().position(|missing| missing.item == item);
        Price {
            item: item.name().to_owned(),
            title: item.title(),
            unit: item.unit().to_owned(),
            known: known.as_ref().map(|curve| curve.first().exact()),
            tiers: known.as_ref().map_or(0, |curve| curve.tiers.len()),
            date: known.as_ref().map_or("", |curve| curve.date).to_owned(),
            is_assumed: known.is_some_and(|curve| curve.assumed),
            missing: at.and_then(|at| words.get(at).cloned()),
        }
    };
    asked.into_iter().map(price).collect()
}

/// How far the plot goes at least, and at most where nobody asks for more, in gigabytes.
const REACH: (u64, u64) = (100, 100_000);

/// The traffic for which the plot has points: from 1 GB to well beyond what is marked on it.
fn points(crossings: &[Quantity], given: Option<Quantity>) -> Vec<Point> {
    let whole = |gb: &Quantity| gb.in_parts_of(1);
    let most = crossings.iter().map(|gb| whole(gb).saturating_mul(3)).max();
    // The bands are what there is to see where nothing crosses.
    let most = most.unwrap_or(if given.is_some() { REACH.0 } else { BANDS.high });
    let most = most.clamp(REACH.0, REACH.1).max(given.as_ref().map_or(0, whole));
    let end = [1, 2, 5].map(|first| round_above(first, most)).into_iter().min().unwrap_or(most);
    let mut grid: Vec<Point> = Vec::new();
    let mut decade: u64 = 1;
    while decade < end {
        for step in STEPS {
            grid.push(Point { gb: Quantity::whole(decade).share(step, 10_000), listed: step == 10_000 });
        }
        decade = decade.saturating_mul(10);
    }
    let end = Quantity::whole(end);
    grid.retain(|point| point.gb < end);
    grid.push(Point { gb: end, listed: true });
    let start = Quantity::whole(1);
    for gb in crossings.iter().chain(given.as_ref()).filter(|gb| (start..=end).contains(*gb)) {
        match grid.iter_mut().find(|point| point.gb == *gb) {
            Some(point) => point.listed = true,
            None => grid.push(Point { gb: *gb, listed: true }),
        }
    }
    grid.order_by_key(|point| point.gb);
    grid
}

/// Twelve steps of a twelfth of a decade each, in ten thousandths.
const STEPS: [u64; 12] =
    [10_000, 12_115, 14_678, 17_783, 21_544, 26_102, 31_623, 38_312, 46_416, 56_234, 68_129, 82_540];

/// `first` times the power of ten that brings it to `least` or above.
fn round_above(first: u64, least: u64) -> u64 {
    let mut number = first;
    while number < least {
        number = number.saturating_mul(10);
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two zones with a NAT gateway in one, and a function that asks for three services.
    const TEXT: &str = include_str!("../examples/nat.yaml");

    fn shared(figures: &[(&str, &str)]) -> Shared {
        let cost = figures.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Shared { text: TEXT.to_owned(), cost, ..Shared::default() }
    }

    /// What the page gets, after its way from the worker.
    fn told(shared: &Shared) -> Costs {
        let json = serde_json::to_string(&costs(shared, &Contexts::default(), &mut None)).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    fn plan<'c>(costs: &'c Costs, name: &str) -> &'c PlanCost {
        costs.plans.iter().find(|plan| plan.name == name).unwrap()
    }

    fn total(costs: &Costs, of: fn(&Item) -> &Vec<Cell>) -> i64 {
        costs.items.iter().filter_map(|item| of(item).first()?.cents).sum()
    }

    #[test]
    fn a_template_is_read_once_for_all_figures() {
        let mut kept = None;
        let first = costs(&shared(&[]), &Contexts::default(), &mut kept);
        assert!(!first.given);
        let mut other = shared(&[("gb", "250")]);
        kept.as_mut().unwrap().is_assumed = true;
        let second = costs(&other, &Contexts::default(), &mut kept);
        assert!(second.given && second.is_assumed, "not read again");
        other.text.push('\n');
        assert!(!costs(&other, &Contexts::default(), &mut kept).is_assumed, "read again");
    }

    #[test]
    fn bands_stand_side_by_side_until_a_figure_is_given() {
        let bands = told(&shared(&[]));
        assert_eq!(bands.columns, [10, 100, 5000].map(Quantity::whole));
        let exact = told(&shared(&[("gb", "100")]));
        assert_eq!(exact.columns, [Quantity::whole(100)]);
        for (band, one) in bands.plans.iter().zip(&exact.plans) {
            assert_eq!((band.totals[1], band.cheapest[1]), (one.totals[0], one.cheapest[0]), "{}", one.name);
        }
    }

    #[test]
    fn lines_and_sums_agree_and_lead_to_the_text() {
        let costs = told(&shared(&[("gb", "333")]));
        assert_eq!(total(&costs, |item| &item.now), plan(&costs, "today").totals[0]);
        assert_eq!(total(&costs, |item| &item.after), costs.plans.last().unwrap().totals[0]);
        let nat = costs.items.iter().find(|item| item.resource == "NatGateway").unwrap();
        let place = nat.place.unwrap();
        let text: Vec<u16> = TEXT.encode_utf16().collect();
        assert_eq!(String::from_utf16_lossy(&text[place.from as usize..place.to as usize]), "NatGateway");
        assert!(nat.after.is_empty(), "it goes away");
    }

    #[test]
    fn the_lines_of_the_plot_cross_where_it_says() {
        let costs = told(&shared(&[]));
        let (today, other) = (plan(&costs, "today"), plan(&costs, "without-nat"));
        let [crossing] = other.crossings[..] else { panic!("{other:?}") };
        let at = costs.points.iter().position(|point| point.gb == crossing).unwrap();
        assert!(costs.points[at].listed);
        assert!((today.points[at] - other.points[at]).abs() <= 1, "{today:?} {other:?}");
        assert!(today.points[at - 1] < other.points[at - 1] && today.points[at + 1] > other.points[at + 1]);
        assert!(costs.points.windows(2).all(|pair| pair[0].gb < pair[1].gb));
        assert!(costs.plans.iter().all(|plan| plan.points.len() == costs.points.len()));
    }

    #[test]
    fn a_plan_that_lacks_a_price_has_no_line_until_it_is_given() {
        let mut shared = shared(&[]);
        shared.region = Some("us-west-2".to_owned());
        let costs = told(&shared);
        let missing: Vec<&str> = costs
            .prices
            .iter()
            .filter(|price| price.missing.is_some())
            .map(|price| price.item.as_str())
            .collect();
        assert!(missing.contains(&"nat_gateway_gb"), "{missing:?}");
        assert!(plan(&costs, "today").points.is_empty() && !plan(&costs, "today").priced);
        assert!(
            costs.plans.iter().all(|plan| plan.cheapest.iter().all(|best| !best))
                || plan(&costs, "without-nat").priced
        );
        for item in missing {
            shared.cost.insert(figures::price_key("us-west-2", item), "0.05".to_owned());
        }
        let costs = told(&shared);
        assert!(costs.prices.iter().all(|price| price.missing.is_none()));
        assert!(!plan(&costs, "today").points.is_empty());
    }

    #[test]
    fn a_region_is_taken_where_nothing_says_it() {
        let mut shared = shared(&[("region", "eu-west-1")]);
        shared.text = TEXT.replace("ap-northeast-1", "us-east-1");
        assert_eq!((told(&shared).region.as_str(), told(&shared).is_assumed), ("us-east-1", false));
        shared.text = "Resources:\n  Address: {Type: AWS::EC2::EIP}\n".to_owned();
        let costs = told(&shared);
        assert_eq!((costs.region.as_str(), costs.is_assumed), ("eu-west-1", true));
        assert_eq!(costs.items.len(), 1);
        assert_eq!(costs.lanes, [], "nothing is paid by its traffic");
        shared.region = Some("us-east-1".to_owned());
        assert_eq!((told(&shared).region.as_str(), told(&shared).is_assumed), ("us-east-1", false));
    }

    #[test]
    fn calls_alone_do_not_make_the_traffic_nothing() {
        let text = "Resources:
  Fn: {Type: AWS::Lambda::Function, Properties: {MemorySize: 1024}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: '1', Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: subnet-1}}
";
        let mut shared = shared(&[("requests:Fn", "1000000"), ("duration_ms:Fn", "100")]);
        shared.text = text.to_owned();
        shared.region = Some("us-east-1".to_owned());
        let costs = told(&shared);
        assert_eq!(costs.counts, ["requests:Fn", "duration_ms:Fn"]);
        assert!(!costs.given);
        let data = costs.items.iter().find(|item| item.resource == "Nat" && item.unit == "GB").unwrap();
        assert_eq!(data.now.iter().map(|cell| cell.units).collect::<Vec<_>>(), costs.columns);
        // 1 of 50 times 2628000 GB-s: 100000 of 13140000
        assert_eq!(costs.provisioned[0].busy, Some(76));
    }

    #[test]
    fn the_plot_reaches_beyond_what_it_marks() {
        let ends = |crossings: &[u64], given: Option<u64>| {
            let crossings: Vec<Quantity> = crossings.iter().copied().map(Quantity::whole).collect();
            points(&crossings, given.map(Quantity::whole)).last().unwrap().gb.in_parts_of(1)
        };
        assert_eq!(ends(&[], None), 5_000);
        assert_eq!(ends(&[], Some(3)), 100);
        assert_eq!(ends(&[309], None), 1_000);
        assert_eq!(ends(&[309, 700], Some(50)), 5_000);
        assert_eq!(ends(&[309], Some(60_000)), 100_000);
        assert_eq!(ends(&[9_000_000], None), 100_000);
        let most = u64::MAX / 1_000_000;
        assert_eq!(ends(&[], Some(most)), most, "no end is passed");
    }
}
