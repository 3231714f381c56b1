//! The syntax of names, labels, ports and domain names.
//!
//! Upstream: `apimachinery/pkg/util/validation/validation.go`. Each function answers `Err` with what is wrong, in upstream's words.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Cidr;

type Checked = Result<(), &'static str>;

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether all bytes are `end` or `-`, `_`, `.`-like `inner`, and first and last are `end`.
fn shaped(text: &str, end: fn(u8) -> bool, inner: &[u8]) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|b| end(*b)) && bytes.last().is_some_and(|b| end(*b)) && bytes.iter().all(|b| end(*b) || inner.contains(b))
}

/// A DNS-1123 label: the names of namespaces and Services.
pub(crate) fn dns_label(text: &str) -> Checked {
    if text.len() > 63 {
        return Err("must be no more than 63 characters");
    }
    if shaped(text, lower, b"-") {
        Ok(())
    } else {
        Err(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        )
    }
}

/// A DNS-1123 subdomain: the names of most objects.
pub(crate) fn dns_subdomain(text: &str) -> Checked {
    if text.len() > 253 {
        return Err("must be no more than 253 characters");
    }
    if text.split('.').all(|label| shaped(label, lower, b"-")) {
        Ok(())
    } else {
        Err(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        )
    }
}

/// A label key: `[prefix/]name`.
pub(crate) fn label_key(text: &str) -> Checked {
    let name = match text.split_once('/') {
        None => text,
        Some((_, name)) if name.contains('/') => {
            return Err(
                "a valid label key must consist of alphanumeric characters, '-', '_' or '.', with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
            );
        }
        Some(("", _)) => return Err("prefix part must be non-empty"),
        Some((prefix, _)) if dns_subdomain(prefix).is_err() => {
            return Err("prefix part must be a lowercase RFC 1123 subdomain (e.g. 'example.com')");
        }
        Some((_, name)) => name,
    };
    match name {
        "" => Err("name part must be non-empty"),
        _ if name.len() > 63 => Err("name part must be no more than 63 characters"),
        _ if shaped(name, alphanumeric, b"-_.") => Ok(()),
        _ => {
            Err("name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character")
        }
    }
}

/// A label value.
pub(crate) fn label_value(text: &str) -> Checked {
    if text.len() > 63 {
        return Err("must be no more than 63 characters");
    }
    if text.is_empty() || shaped(text, alphanumeric, b"-_.") {
        Ok(())
    } else {
        Err(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        )
    }
}

/// A port name (an IANA service name).
pub(crate) fn port_name(text: &str) -> Checked {
    if text.is_empty() || text.len() > 15 {
        return Err("must be no more than 15 characters, and not empty");
    }
    if !text.bytes().all(|b| lower(b) || b == b'-') {
        return Err("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if !text.bytes().any(|b| b.is_ascii_lowercase()) {
        return Err("must contain at least one letter (a-z)");
    }
    if text.contains("--") {
        return Err("must not contain consecutive hyphens");
    }
    if text.starts_with('-') || text.ends_with('-') {
        return Err("must not begin or end with a hyphen");
    }
    Ok(())
}

/// A number that can be a port.
pub(crate) fn port_number(number: i64) -> Option<u16> {
    u16::try_from(number).ok().filter(|n| *n > 0)
}

/// A domain name of an admin policy: at least two labels, perhaps after `*.`, perhaps with a dot at the end.
pub(crate) fn domain_name(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let name = name.strip_suffix('.').unwrap_or(name);
    name.contains('.') && name.split('.').all(|label| shaped(label, alphanumeric, b"-_"))
}

/// A CIDR that could be read, perhaps in a form that is on its way out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ReadCidr {
    /// What it means.
    pub(crate) cidr: Cidr,
    /// Why new API servers warn about it, and how it is better written.
    pub(crate) legacy: Option<(Legacy, String)>,
}

/// A form of CIDR that old API servers take and new ones warn about (feature gate StrictIPCIDRValidation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Legacy {
    /// Bits beyond the length are set.
    HostBits,
    /// A part has leading zeros.
    LeadingZeros,
    /// An IPv4 range written inside IPv6.
    MappedIpv4,
}

/// Reads a CIDR as API servers do, old forms included.
pub(crate) fn cidr(text: &str) -> Option<ReadCidr> {
    let plain = without_leading_zeros(text);
    let cidr = Cidr::parse(&plain).ok()?;
    if let (IpAddr::V6(address), length @ 96..) = (cidr.first(), cidr.length())
        && let Some(inner) = address.to_ipv4_mapped()
        && let Ok(inner) = Cidr::parse(&format!("{inner}/{}", length - 96))
    {
        // Engines are written in Go, whose networks of this form hold the IPv4 addresses.
        return Some(ReadCidr { cidr: inner, legacy: Some((Legacy::MappedIpv4, format!("{inner}"))) });
    }
    let legacy = if matches!(plain, Cow::Owned(_)) {
        Some(Legacy::LeadingZeros)
    } else if Cidr::has_host_bits(&plain) {
        Some(Legacy::HostBits)
    } else {
        None
    };
    Some(ReadCidr { cidr, legacy: legacy.map(|legacy| (legacy, format!("{cidr}"))) })
}

/// `010.0.0.0/08` as `10.0.0.0/8`; anything else as it is.
fn without_leading_zeros(text: &str) -> Cow<'_, str> {
    let Some((address, length)) = text.split_once('/') else { return Cow::Borrowed(text) };
    let padded = |part: &str| part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit());
    // In IPv6 leading zeros are usual; only the length counts there.
    let octets: &[&str] = &if address.contains(':') { Vec::new() } else { address.split('.').collect::<Vec<_>>() };
    if text.len() > 64 || !(padded(length) || octets.iter().any(|o| padded(o))) {
        return Cow::Borrowed(text);
    }
    let strip = |part: &str| if padded(part) { String::from(part.trim_start_matches('0')) } else { String::from(part) };
    let zero = |part: String| if part.is_empty() { String::from("0") } else { part };
    let address = match octets {
        [] => String::from(address),
        octets => octets.iter().map(|o| zero(strip(o))).collect::<Vec<_>>().join("."),
    };
    Cow::Owned(format!("{address}/{}", zero(strip(length))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn names() {
        for good in ["a", "a-b", "0", "a.b-c.d"] {
            assert_eq!(dns_subdomain(good), Ok(()), "{good}");
        }
        for bad in ["", "A", "-a", "a-", "a..b", ".a", "a_b", "é"] {
            assert!(dns_subdomain(bad).is_err(), "{bad}");
        }
        assert!(dns_label("a.b").is_err() && dns_label(&"a".repeat(64)).is_err() && dns_label(&"a".repeat(63)).is_ok());
    }

    #[test]
    fn labels() {
        for good in ["app", "app.kubernetes.io/name", "A_b.c-d", "x/1"] {
            assert_eq!(label_key(good), Ok(()), "{good}");
        }
        for bad in ["", "/a", "a/", "a/b/c", "-a", "a b", "A/b", "é", "a/é"] {
            assert!(label_key(bad).is_err(), "{bad}");
        }
        for good in ["", "a", "1.0", "A_b"] {
            assert_eq!(label_value(good), Ok(()), "{good}");
        }
        for bad in ["a b", "-", "a-", "é", &"a".repeat(64)] {
            assert!(label_value(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn port_names() {
        for good in ["http", "a", "1a", "a-b", "serve-80-tcp"] {
            assert_eq!(port_name(good), Ok(()), "{good}");
        }
        for bad in ["", "80", "HTTP", "a--b", "-a", "a-", "sixteen-letters-", "a_b", "é"] {
            assert!(port_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn domain_names() {
        for good in ["kubernetes.io", "*.kubernetes.io", "a.b.c.", "a_b.c"] {
            assert!(domain_name(good), "{good}");
        }
        for bad in ["io", "*", "*.io", "a.*.b", "-a.b", "a..b", "", ".", "*."] {
            assert!(!domain_name(bad), "{bad}");
        }
    }

    #[test]
    fn cidrs_in_old_forms() {
        let read = |text: &str| cidr(text).map(|r| (r.cidr.to_string(), r.legacy.map(|(l, _)| l)));
        let some = |text: &str, legacy| Some((text.to_string(), legacy));
        assert_eq!(read("10.0.0.0/8"), some("10.0.0.0/8", None));
        assert_eq!(read("10.0.0.5/8"), some("10.0.0.0/8", Some(Legacy::HostBits)));
        assert_eq!(read("010.0.0.0/8"), some("10.0.0.0/8", Some(Legacy::LeadingZeros)));
        assert_eq!(read("10.00.0.0/08"), some("10.0.0.0/8", Some(Legacy::LeadingZeros)));
        assert_eq!(read("::ffff:10.0.0.0/104"), some("10.0.0.0/8", Some(Legacy::MappedIpv4)));
        assert_eq!(read("2001:db8::/32"), some("2001:db8::/32", None));
        for bad in ["", "10.0.0.5", "10.0.0.300/24", "zc00::/8", "10.0.0.0/33", "10.0.0.0/", "/", "10.0.0/8", " 10.0.0.0/8", "::/129"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
