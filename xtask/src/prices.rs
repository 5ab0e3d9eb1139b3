//! `core/data/prices.txt`: the prices of data/prices.csv in the short form that the core holds.

use crate::project::Project;
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::fs;

const SOURCE: &str = "data/prices.csv";

const HEAD: &str = "\
# Prices in USD by item, tier and region.
# Written by `cargo xtask generate` from data/prices.csv, which names the source of each.
#
# ITEM FROM-TO USD MARK DATE REGION...   FROM and TO count units a month; without TO the tier has no end. MARK is `=` for
#                                        high confidence, `~` for medium. Region `*`: every region without its own.
";

/// The file.
pub(crate) fn content(project: &Project) -> Result<String> {
    let table = fs::read_to_string(project.path(SOURCE)).with_context(|| format!("cannot read {SOURCE}"))?;
    shaped(&table)
}

/// The item's place in the table and where the tier starts: the core reads tiers upwards.
type Order = (usize, u64);

/// Lines that differ by their region alone become one.
fn shaped(table: &str) -> Result<String> {
    let mut items: Vec<String> = Vec::new();
    let mut lines: Vec<(Order, String, Vec<String>)> = Vec::new();
    for line in table.lines().skip(1) {
        // The source stands last and may hold commas; nothing before it does.
        let columns: Vec<&str> = line.splitn(9, ',').collect();
        let [region, item, from, to, _, usd, confidence, date, source] = columns[..] else {
            bail!("{SOURCE}: a line with fewer than nine columns: {line}");
        };
        if source.trim_matches('"').is_empty() {
            bail!("{SOURCE}: a price without a source: {line}");
        }
        let mark = match confidence {
            "high" => '=',
            "medium" => '~',
            _ => bail!("{SOURCE}: a price whose confidence is neither high nor medium: {line}"),
        };
        let key = format!("{item} {from}-{to} {usd} {mark} {}", date.replace(' ', ""));
        let place = items.iter().position(|known| known == item).unwrap_or_else(|| {
            items.push(item.to_owned());
            items.len() - 1
        });
        let from = from.parse().with_context(|| format!("{SOURCE}: a tier without a start: {line}"))?;
        match lines.iter_mut().find(|(_, known, _)| *known == key) {
            Some((.., regions)) => regions.push(region.to_owned()),
            None => lines.push(((place, from), key, vec![region.to_owned()])),
        }
    }
    lines.sort_by_key(|(order, ..)| *order);
    let mut out = HEAD.to_owned();
    for (_, key, regions) in lines {
        writeln!(out, "{key} {}", regions.join(" "))?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{HEAD, shaped};

    #[test]
    fn regions_of_one_price_share_a_line() {
        let table = "region,item,from,to,unit,usd,confidence,date,source\n\
            us-east-1,nat_gateway_hour,0,,hour,0.045,high,2026-09,\"a, b\"\n\
            us-west-2,nat_gateway_hour,0,,hour,0.045,high,2026-09,c\n\
            eu-west-1,internet_out_gb,10240,51200,GB,0.085,medium,2024-07,d\n";
        let expected = format!(
            "{HEAD}nat_gateway_hour 0- 0.045 = 2026-09 us-east-1 us-west-2\n\
            internet_out_gb 10240-51200 0.085 ~ 2024-07 eu-west-1\n"
        );
        assert_eq!(shaped(table).unwrap(), expected);
        for wrong in ["a,b,0,,hour,1,low,2026,d", "a,b,0,,hour,1,high,2026,", "a,b"] {
            assert!(shaped(&format!("head\n{wrong}\n")).is_err(), "{wrong}");
        }
    }
}
