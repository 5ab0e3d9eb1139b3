//! Prefix lists of the template.

use ipnet::Ipv4Net;

use super::fields::own_name;
use super::reader::{BROKEN, Reader, Split};
use crate::network::{Builder, Cidr, Fact};
use crate::template::{Resource, Value};

/// Writes prefix lists.
pub(super) fn declare(reader: Reader<'_, '_>, builder: &mut Builder) -> Result<(), Split> {
    for resource in reader.resources(&["AWS::EC2::PrefixList"])? {
        let ranges = ranges(reader, resource)?;
        let index = builder.prefix_list(&own_name(resource));
        builder.network.prefix_lists[index.0].ranges = ranges;
    }
    Ok(())
}

/// Its IPv4 ranges. A list that holds one that is not known is not known.
fn ranges(reader: Reader<'_, '_>, resource: &Resource) -> Result<Fact<Vec<Ipv4Net>>, Split> {
    let Some(entries) = reader.property(resource, &["Entries"])? else {
        return Ok(Fact::Known(Vec::new()));
    };
    let entries = reader.items(&entries)?;
    if let Some(missing) = entries.rest {
        return Ok(Fact::Unknown(missing));
    }
    let mut ranges = Vec::with_capacity(entries.items.len());
    for entry in &entries.items {
        let Some(case) = reader.entry(entry, "Cidr")? else { return Ok(Fact::Unknown(BROKEN)) };
        if matches!(&case.value, Value::Text(text) if text.known().is_some_and(|known| known.contains(':'))) {
            continue;
        }
        match reader.cidr(&case)? {
            Cidr::Known(net) => ranges.push(net),
            Cidr::Symbol(symbol) => return Ok(Fact::Unknown(symbol.missing)),
        }
    }
    Ok(Fact::Known(ranges))
}
