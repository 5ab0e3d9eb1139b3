//! What the network of a template costs in a month, and what other ways would cost.
//!
//! [`cost`] reads a template once and gives a [`CostModel`]; [`estimate`] prices it for any traffic, which is cheap.

mod break_even;
mod costing;
mod estimate;
mod from_template;
mod model;
mod money;
mod part;
mod prices;
mod region;
mod traffic;

pub use break_even::{BreakEven, BreakEvenKind, Flip, Use, ZoneStep, crossings, series};
pub use costing::{Costing, cost};
pub(crate) use costing::{dearest, models, unknown_names};
pub(crate) use estimate::is_cheaper_without_nat;
pub use estimate::{Bill, Estimate, Item, MissingPrice, Plan, PlanTotal, estimate};
pub(crate) use from_template::without_endpoint;
pub use model::{Charge, CostModel, Flow, Lane, Meter, Metered, Proposal, Provisioned};
pub use money::{Currency, Gigabytes, Hours, MONTH_HOURS, Quantity, Usd};
pub(crate) use part::Parts;
pub use prices::{Curve, GivenPrice, PriceItem, Prices, Tier, priced_regions, units};
pub(crate) use region::{certain as certain_region, told_by as region_told_by};
pub use traffic::{BANDS, Band, Load, Traffic};

#[cfg(test)]
mod bills;
