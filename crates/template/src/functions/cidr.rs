//! `Fn::Cidr`: blocks of addresses out of a block.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::{Node, scalar_text};

/// The number of host bits of each block, unless the call gives it. Source: AWS's documentation.
const HOST_BITS: u32 = 8;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let malformed = |message: &str| TemplateError::function(argument.position, message);
    let arguments = argument.as_list().unwrap_or_default();
    let values = arguments.iter().map(|argument| evaluator.value(argument));
    let values: Vec<Value> = values
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    if values.iter().any(is_symbolic) {
        return Ok(Some(json!({"Fn::Cidr": values})));
    }
    let texts: Vec<String> = values.iter().filter_map(scalar_text).collect();
    let (block, count, bits) = match texts.as_slice() {
        [block, count] => (block, count, None),
        [block, count, bits] => (block, count, Some(bits)),
        _ => {
            return Err(malformed(
                "Fn::Cidr requires an ipBlock, a count, and optionally cidrBits",
            ));
        }
    };
    let count = count.parse().ok().filter(|count| (1..=256).contains(count));
    let count = count.ok_or_else(|| malformed("the count of Fn::Cidr must be from 1 to 256"))?;
    let bits = bits.map_or(Some(HOST_BITS), |bits| bits.parse().ok());
    let bits = bits.ok_or_else(|| malformed("the cidrBits of Fn::Cidr must be a number"))?;
    let blocks = blocks(block, count, bits);
    let blocks = blocks.ok_or_else(|| {
        malformed(&format!(
            "Fn::Cidr cannot make {count} blocks out of {block}"
        ))
    })?;
    Ok(Some(blocks.into_iter().map(Value::String).collect()))
}

/// The first blocks, with this many host bits, of a block such as `10.0.0.0/16`.
fn blocks(block: &str, count: u32, host_bits: u32) -> Option<Vec<String>> {
    let (address, length) = block.split_once('/')?;
    let length: u32 = length.parse().ok()?;
    let (address, width) = match address.parse().ok()? {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32_u32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let new_length = width.checked_sub(host_bits)?;
    let free = new_length.checked_sub(length)?;
    let holds = 1_u64.checked_shl(free).unwrap_or(u64::MAX);
    if u64::from(count) > holds || host_bits == 0 {
        return None;
    }
    let host_mask = 1_u128
        .checked_shl(width.checked_sub(length)?)
        .map_or(u128::MAX, |bit| bit.wrapping_sub(1));
    let first = address & !host_mask;
    let size = 1_u128.checked_shl(host_bits)?;
    let written = |index: u32| {
        let start = first.checked_add(size.checked_mul(u128::from(index))?)?;
        let address = match u32::try_from(start) {
            Ok(start) if width == 32 => IpAddr::V4(Ipv4Addr::from_bits(start)),
            _ => IpAddr::V6(Ipv6Addr::from_bits(start)),
        };
        Some(format!("{address}/{new_length}"))
    };
    (0..count).map(written).collect()
}
