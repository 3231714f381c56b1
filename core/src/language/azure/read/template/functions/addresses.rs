//! Ranges of addresses. Upstream: Azure documentation, "CIDR functions for ARM templates".

use alloc::format;
use alloc::string::ToString;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::evaluate::Env;
use super::super::value::Val;
use super::{number, word};
use crate::model::Cidr;

impl Env<'_> {
    pub(super) fn addresses(&self, name: &str, arguments: &[Val]) -> Option<Val> {
        if !matches!(name, "parsecidr" | "cidrsubnet" | "cidrhost") {
            return None;
        }
        let range = Cidr::parse(word(arguments, 0)?.trim()).ok()?;
        let wide = if range.is_ipv4() { 32 } else { 128 };
        let (first, last) = (bits(range.first()), bits(range.last()));
        let address = |bits: u128| of_bits(bits, range.is_ipv4()).map(|a| Val::text(&a.to_string()));
        match name {
            "cidrsubnet" => {
                let length = u8::try_from(number(arguments, 1)?).ok().filter(|l| *l >= range.length() && *l <= wide)?;
                let at = u128::try_from(number(arguments, 2)?).ok()?;
                let start = at.checked_mul(1u128.checked_shl(u32::from(wide - length))?)?.checked_add(first).filter(|s| *s <= last)?;
                Some(Val::text(&format!("{}/{length}", of_bits(start, range.is_ipv4())?)))
            }
            // The first host is the one after the network's own address.
            "cidrhost" => address(u128::try_from(number(arguments, 1)?).ok()?.checked_add(first + 1).filter(|a| *a <= last)?),
            _ => {
                let mask = match range.length() {
                    0 => 0,
                    length if range.is_ipv4() => u128::from(u32::MAX.checked_shl(u32::from(32 - length))?),
                    length => u128::MAX.checked_shl(u32::from(128 - length))?,
                };
                let inside = range.is_ipv4() && range.length() < 31;
                let mut members = alloc::vec![("network", address(first)?), ("netmask", address(mask)?)];
                if range.is_ipv4() {
                    members.push(("broadcast", address(last)?));
                }
                members.push(("firstUsable", address(if inside { first + 1 } else { first })?));
                members.push(("lastUsable", address(if inside { last - 1 } else { last })?));
                members.push(("cidr", Val::Number(i64::from(range.length()))));
                Some(self.object(members.into_iter().map(|(key, value)| (key.into(), value))))
            }
        }
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn of_bits(bits: u128, four: bool) -> Option<IpAddr> {
    if four { u32::try_from(bits).ok().map(|b| IpAddr::V4(Ipv4Addr::from_bits(b))) } else { Some(IpAddr::V6(Ipv6Addr::from_bits(bits))) }
}
