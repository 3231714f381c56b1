//! Plain scalars as Kubernetes reads them: by the YAML 1.1 rules of `sigs.k8s.io/yaml` (upstream: `goyaml.v2/resolve.go`).

use super::Value;

/// The value of an unquoted scalar.
pub(super) fn resolve(text: &str) -> Value {
    let Some(first) = text.bytes().next() else { return Value::Null };
    match text {
        "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.') {
        number(text).unwrap_or_else(|| Value::String(text.into()))
    } else {
        Value::String(text.into())
    }
}

fn number(text: &str) -> Option<Value> {
    let plain: alloc::string::String = text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match plain.strip_prefix(['+', '-']) {
        Some(rest) => (plain.starts_with('-'), rest),
        None => (false, plain.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let (radix, body) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..)?),
        Some("0b" | "0B") => (2, digits.get(2..)?),
        Some("0o" | "0O") => (8, digits.get(2..)?),
        _ if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if let Ok(value) = u64::from_str_radix(body, radix) {
        let signed = if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
        return Some(signed.map_or_else(|| Value::Float(if negative { -(value as f64) } else { value as f64 }), Value::Int));
    }
    // `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let exponent_fine = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['+', '-']).unwrap_or(e);
        !e.is_empty() && all_digits(e)
    });
    let shaped = all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fine;
    if !shaped {
        return None;
    }
    plain.parse().ok().map(Value::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_scalars_as_kubernetes_does() {
        for yes in ["y", "Yes", "ON", "true"] {
            assert_eq!(resolve(yes), Value::Bool(true), "{yes}");
        }
        for no in ["n", "NO", "off", "False"] {
            assert_eq!(resolve(no), Value::Bool(false), "{no}");
        }
        for (text, value) in
            [("80", 80), ("0777", 511), ("0o777", 511), ("0x1F", 31), ("0b101", 5), ("1_000", 1000), ("-5", -5), ("+7", 7), ("0", 0), ("-9223372036854775808", i64::MIN)]
        {
            assert_eq!(resolve(text), Value::Int(value), "{text}");
        }
        for (text, value) in [("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0), ("08", 8.0), ("99999999999999999999", 1e20)] {
            assert_eq!(resolve(text), Value::Float(value), "{text}");
        }
        for text in ["yEs", "10.0.0.1", "20:21", "12:30:45", "2024-01-02", "1.2.3", "e3", ".", "-", "+-1", "0x", "1e", "v1", "--", "a"] {
            assert_eq!(resolve(text), Value::String(text.into()), "{text}");
        }
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(resolve(text), Value::Null, "{text}");
        }
    }
}
