//! Prefix lists of AWS and of customers.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::record::Record;
use super::{id_in, note_region};
use crate::network::{Builder, Fact, Name, endpoint_suffix};
use crate::order::Order;
use crate::phrase;
use crate::services::is_region;

/// One answer of `get-managed-prefix-list-entries`.
pub(super) struct Entries<'a> {
    record: Record<'a>,
    /// The list that the file's name tells.
    file_name: Option<Name>,
    /// Whether no other page follows.
    last: bool,
}

impl<'a> Entries<'a> {
    pub(super) fn new(record: Record<'a>, path: &str, last: bool) -> Self {
        Self { record, file_name: id_in(path, "pl-"), last }
    }
}

pub(super) fn prefix_lists<'a>(
    lists: impl Iterator<Item = Record<'a>>,
    entries: &[Entries<'a>],
    builder: &mut Builder,
) {
    let mut without_entries: Vec<Name> = Vec::new();
    for record in lists {
        let Some((name, _)) = record.id("PrefixListId") else { continue };
        let index = builder.prefix_list(&name);
        let service = record.text("PrefixListName").and_then(|list| service_of(list, builder));
        // A list holds addresses of one version.
        let ranges = if record.is_any("AddressFamily", &["IPv6"]) {
            Some(Vec::new())
        } else if record.has("Cidrs") {
            Some(ranges(record))
        } else {
            None
        };
        let list = &mut builder.network.prefix_lists[index.0];
        list.service = service.or(list.service.take());
        match ranges {
            Some(ranges) => list.ranges = Fact::Known(ranges),
            None if list.ranges.known().is_none() => without_entries.push(name),
            None => {}
        }
    }
    without_entries.retain(|name| {
        let index = builder.prefix_list(name);
        builder.network.prefix_lists[index.0].ranges.known().is_none()
    });
    without_entries.order();
    without_entries.dedup();
    let mut pages: BTreeMap<Name, (Vec<Ipv4Net>, bool)> = BTreeMap::new();
    for page in entries {
        let named = page.record.name("PrefixListId").or_else(|| page.file_name.clone());
        let only = match without_entries.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let Some(name) = named.or(only) else {
            page.record.wrong(
                page.record.node,
                phrase!(
                    en: "these entries do not say which prefix list they are of: put its id into the file's name (`pl-0123456789abcdef0.json`), or `PrefixListId` beside `Entries`",
                    ja: "どのプレフィックスリストの項目か分かりません。ファイル名に ID を入れるか (`pl-0123456789abcdef0.json`)、`Entries` と並べて `PrefixListId` を書いてください",
                ),
            );
            continue;
        };
        let (nets, whole) = pages.entry(name).or_default();
        let records = page.record.records("Entries").into_iter();
        nets.extend(records.filter_map(|entry| entry.net_of_any_version("Cidr")));
        *whole |= page.last;
    }
    for (name, (nets, whole)) in pages {
        let index = builder.prefix_list(&name);
        if whole {
            builder.network.prefix_lists[index.0].ranges = Fact::Known(nets);
        }
    }
}

fn ranges(list: Record<'_>) -> Vec<Ipv4Net> {
    let mut nets = Vec::new();
    for item in list.items("Cidrs") {
        match item.as_str().map(str::parse::<ipnet::IpNet>) {
            Some(Ok(ipnet::IpNet::V4(net))) => nets.push(net.trunc()),
            Some(Ok(ipnet::IpNet::V6(_))) => {}
            _ => list.wrong(
                item,
                phrase!(
                    en: "this is no range of addresses; it is left out",
                    ja: "アドレス範囲として読めません。この値は使いません",
                ),
            ),
        }
    }
    nets
}

/// The service of a list of AWS, such as `com.amazonaws.ap-northeast-1.s3`.
fn service_of(list: &str, builder: &mut Builder) -> Option<String> {
    let region = list.strip_prefix("com.amazonaws.")?.split('.').next().filter(|label| is_region(label))?;
    note_region(builder, region);
    Some(endpoint_suffix(list).to_owned())
}
