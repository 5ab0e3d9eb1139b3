//! What the picture shows, as the rows of a table.

use super::BoxKind;
use super::model::Model;
use crate::language::Phrase;
use crate::network::Network;
use crate::phrase;

/// A row: one thing, how it relates to another, and that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// The one.
    pub from: Phrase,
    /// How: `stands in`, `routes 0.0.0.0/0 to`.
    pub relation: Phrase,
    /// The other.
    pub to: Phrase,
}

impl Default for TableRow {
    fn default() -> Self {
        let nothing = || Phrase::verbatim("");
        Self { from: nothing(), relation: nothing(), to: nothing() }
    }
}

/// What stands where, and what leads where. What must be reached is added to it.
pub(super) fn standing(model: &Model, _network: &Network) -> Vec<TableRow> {
    let mut rows = Vec::new();
    let name = |at: usize| model.things[at].name.clone();
    for plan in &model.vpcs {
        for cell in plan.rows.iter().flat_map(|row| &row.cells) {
            let Phrase { en, ja } = &model.things[cell.thing].says;
            let relation = phrase!(en: "{en}, in", ja: "{ja}、所属 VPC");
            rows.push(TableRow { from: name(cell.thing), relation, to: name(plan.thing) });
        }
        let mut seen = Vec::new();
        for row in &plan.rows {
            for band in &row.bands {
                if seen.contains(&band.thing) {
                    continue;
                }
                seen.push(band.thing);
                let thing = &model.things[band.thing];
                let Phrase { en, ja } = &thing.says;
                let to = match model.subnet_names(band.thing) {
                    none if none.is_empty() => {
                        row.cells.first().map_or_else(|| Phrase::verbatim(""), |cell| name(cell.thing))
                    }
                    subnets => Phrase::verbatim(subnets.join(", ")),
                };
                let relation = phrase!(en: "{en}, stands in", ja: "{ja}、配置先");
                rows.push(TableRow { from: name(band.thing), relation, to });
            }
        }
        for gateway in &plan.left {
            let Phrase { en, ja } = &model.things[*gateway].says;
            let relation = phrase!(en: "{en}, attached to", ja: "{ja}、アタッチ先");
            rows.push(TableRow { from: name(*gateway), relation, to: name(plan.thing) });
        }
    }
    for function in &model.loose {
        let relation = phrase!(en: "Lambda function, in no VPC", ja: "Lambda 関数、VPC に接続しない");
        rows.push(TableRow { from: name(*function), relation, to: Phrase::verbatim("") });
    }
    for link in &model.links {
        let what = link.what.join(", ");
        let is_route = matches!(model.things[link.from].kind, BoxKind::Subnet(_));
        let relation = match (is_route, what.as_str()) {
            (true, _) => phrase!(en: "routes {what} to", ja: "{what} のルート"),
            (false, "") => phrase!(en: "leads to", ja: "接続先"),
            (false, _) => phrase!(en: "leads {what} to", ja: "{what} の接続先"),
        };
        rows.push(TableRow { from: name(link.from), relation, to: name(link.to) });
    }
    rows
}
