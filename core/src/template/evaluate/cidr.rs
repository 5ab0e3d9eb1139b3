//! `Fn::Cidr`.

use std::net::Ipv4Addr;
use std::rc::Rc;

use super::{Evaluation, always, bounded, broken};
use crate::syntax::Items;
use crate::template::guard::Guard;
use crate::template::value::{Case, Unknown, Value};
use crate::text::Span;

impl<'a> Evaluation<'a> {
    pub(super) fn cidr(self, arguments: Items<'a>, span: Span) -> Vec<Case> {
        let one = |at: usize| arguments.get(at).map(|node| self.node(node));
        let (Some(blocks), Some(counts)) = (one(0), one(1)) else { return broken(span) };
        let bits = one(2).unwrap_or_else(|| Rc::from([always(Value::text("8"), span)]));
        let mut out = Vec::new();
        for block in blocks.iter() {
            for count in counts.iter() {
                for bits in bits.iter() {
                    let guard = self.template.with_guards(|guards| {
                        let both = guards.and(block.guard, count.guard);
                        guards.and(both, bits.guard)
                    });
                    if guard == Guard::NEVER {
                        continue;
                    }
                    let mut unknowns = Vec::new();
                    for value in [&block.value, &count.value, &bits.value] {
                        value.unknowns(&mut unknowns);
                    }
                    let known =
                        |value: &Value| value.known().and_then(|text| text.trim().parse::<u32>().ok());
                    let value = match (
                        block.value.known(),
                        known(&count.value),
                        known(&bits.value),
                        unknowns.first(),
                    ) {
                        (Some(block), Some(count), Some(bits), _) => match subnets(block, count, bits) {
                            Some(blocks) => Value::List(
                                blocks.into_iter().map(|block| always(Value::text(block), span)).collect(),
                            ),
                            None => Value::Unknown(Unknown::Broken),
                        },
                        (_, _, _, Some(unknown)) => Value::Unknown((*unknown).clone()),
                        (None, ..) => match block.value.resource() {
                            Some((resource, attribute)) => Value::Unknown(Unknown::Attribute {
                                resource: resource.to_owned(),
                                attribute: attribute.unwrap_or("").to_owned(),
                            }),
                            None => Value::Unknown(Unknown::Broken),
                        },
                        _ => Value::Unknown(Unknown::Broken),
                    };
                    out.push(Case { guard, value, span });
                }
            }
        }
        bounded(out, span)
    }
}

/// At most this many blocks: CloudFormation's own bound.
const COUNT: u32 = 256;

/// The first `count` subnets of `block` that leave `bits` bits for hosts; nothing where they do not fit.
/// IPv6 blocks are counted likewise.
fn subnets(block: &str, count: u32, bits: u32) -> Option<Vec<String>> {
    if count == 0 || count > COUNT {
        return None;
    }
    let (address, length) = block.trim().split_once('/')?;
    let length: u32 = length.parse().ok()?;
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        let starts = starts(u128::from(u32::from(address)), 32, length, count, bits)?;
        let prefix = 32 - bits;
        return starts
            .into_iter()
            .map(|start| Some(format!("{}/{prefix}", Ipv4Addr::from(u32::try_from(start).ok()?))))
            .collect();
    }
    let address: std::net::Ipv6Addr = address.parse().ok()?;
    let starts = starts(u128::from(address), 128, length, count, bits)?;
    let prefix = 128 - bits;
    Some(starts.into_iter().map(|start| format!("{}/{prefix}", std::net::Ipv6Addr::from(start))).collect())
}

fn starts(address: u128, width: u32, length: u32, count: u32, bits: u32) -> Option<Vec<u128>> {
    if length > width || bits == 0 || bits >= width || width - length < bits {
        return None;
    }
    let host = width - length;
    let mask = if host == 128 { 0 } else { (u128::MAX >> (128 - width)) >> host << host };
    let network = address & mask;
    let room = (host - bits).min(31);
    if u64::from(count) > 1 << room {
        return None;
    }
    (0..count).map(|at| network.checked_add(u128::from(at) << bits)).collect()
}

#[cfg(test)]
mod tests {
    use super::subnets;

    #[test]
    fn blocks_are_cut_as_the_service_cuts_them() {
        assert_eq!(subnets("10.0.0.0/16", 3, 8).unwrap(), ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]);
        assert_eq!(subnets("192.168.0.0/24", 6, 5).unwrap()[5], "192.168.0.160/27");
        assert_eq!(subnets("2001:db8::/56", 2, 64).unwrap(), ["2001:db8::/64", "2001:db8:0:1::/64"]);
        assert_eq!(subnets("10.0.0.0/24", 3, 8), None);
        assert_eq!(subnets("10.0.0.0/16", 0, 8), None);
        assert_eq!(subnets("nonsense", 1, 8), None);
    }
}
