//! Which value a scalar is.
//!
//! Kubernetes reads YAML with the rules of YAML 1.1 as `goyaml.v2` of `sigs.k8s.io/yaml` implements them (`resolve.go`), which differ from
//! YAML 1.2: `yes`, `on` and `y` are booleans, `0777` is octal and `1_000` a number. Base-60 numbers are text there, and timestamps end up
//! as text.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::Value;

/// The value of a scalar without quotes and without a tag.
pub(super) fn plain(text: Cow<'_, str>) -> Value {
    let Some(&first) = text.as_bytes().first() else { return Value::Null };
    let value = match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(&text),
        b'.' => special_float(&text).or_else(|| text.parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Float)),
        b'+' | b'-' | b'0'..=b'9' => special_float(&text).or_else(|| number(&text)),
        _ => None,
    };
    value.unwrap_or_else(|| string(text))
}

/// Whether a text without quotes is read as that very text.
pub(crate) fn read_plain(text: &str) -> bool {
    matches!(plain(Cow::Borrowed(text)), Value::String(_))
}

/// Text as it is.
pub(super) fn string(text: Cow<'_, str>) -> Value {
    Value::String(match text {
        Cow::Borrowed(text) => Box::from(text),
        Cow::Owned(text) => text.into_boxed_str(),
    })
}

fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => return None,
    })
}

fn special_float(text: &str) -> Option<Value> {
    Some(Value::Float(match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    }))
}

fn number(text: &str) -> Option<Value> {
    let bare: Cow<'_, str> = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    integer(&bare).or_else(|| float(&bare))
}

/// A whole number as Go's `strconv.ParseInt` reads it with base 0.
fn integer(text: &str) -> Option<Value> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (radix, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, unsigned.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, unsigned.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, unsigned.get(2..)?),
        [b'0', _, ..] => (8, unsigned.get(1..)?),
        _ => (10, unsigned),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    match (u64::from_str_radix(digits, radix), negative) {
        (Ok(n), false) => Some(i64::try_from(n).map_or(Value::Float(n as f64), Value::Int)),
        (Ok(n), true) => Some(0i64.checked_sub_unsigned(n).map_or(Value::Float(-(n as f64)), Value::Int)),
        // Beyond 64 bits; decimal digits are read as a fraction would be.
        (Err(_), _) if unsigned.bytes().all(|b| b.is_ascii_digit()) => None,
        (Err(_), _) => {
            let size = digits.chars().filter_map(|c| c.to_digit(radix)).fold(0.0, |sum, d| sum * f64::from(radix) + f64::from(d));
            Some(Value::Float(if negative { -size } else { size }))
        }
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`; what is too large for a float is text, as upstream.
fn float(text: &str) -> Option<Value> {
    let well_formed = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let number: f64 = text.parse().ok().filter(|_| well_formed)?;
    let whole = text.bytes().all(|b| !matches!(b, b'.' | b'e' | b'E'));
    (number.is_finite() || whole).then_some(Value::Float(number))
}

/// The value of a scalar with a tag of YAML's own (`!!int`), by the tag's name; nothing if the text does not fit the tag.
pub(super) fn tagged(name: &str, text: Cow<'_, str>) -> Option<Value> {
    match name {
        "bool" | "int" | "float" | "null" => match (name, plain(text)) {
            ("float", Value::Int(n)) => Some(Value::Float(n as f64)),
            ("bool", value @ Value::Bool(_)) | ("int", value @ Value::Int(_)) => Some(value),
            ("float", value @ Value::Float(_)) | ("null", value @ Value::Null) => Some(value),
            _ => None,
        },
        _ => Some(string(text)),
    }
}

/// A key as text, as `sigs.k8s.io/yaml` turns keys that are not text into those of a JSON object; nothing for `null`, which it refuses.
pub(super) fn key(value: Value) -> Option<Box<str>> {
    let text: String = match value {
        Value::String(text) => return Some(text),
        Value::Bool(true) => "true".into(),
        Value::Bool(false) => "false".into(),
        Value::Int(n) => alloc::format!("{n}"),
        Value::Float(n) if n.is_nan() => ".nan".into(),
        Value::Float(n) if n.is_infinite() => if n > 0.0 { ".inf" } else { "-.inf" }.into(),
        Value::Float(n) => alloc::format!("{}", n as f32),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => return None,
    };
    Some(text.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        plain(Cow::Borrowed(text))
    }

    #[test]
    fn words_are_read_as_yaml_1_1_has_them() {
        for text in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            assert_eq!(read(text), Value::Bool(true), "{text}");
        }
        for text in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            assert_eq!(read(text), Value::Bool(false), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(read(text), Value::Null, "{text}");
        }
        for text in ["yEs", "nO", "tRUE", "oN", "nULL", "yes ", "no1", "o", "t", "~~"] {
            assert_eq!(read(text), Value::String(text.into()), "{text}");
        }
    }

    #[test]
    fn whole_numbers_have_the_prefixes_and_underscores_of_go() {
        for (text, number) in [
            ("0", 0),
            ("80", 80),
            ("+80", 80),
            ("-80", -80),
            ("00", 0),
            ("0777", 511),
            ("-0777", -511),
            ("0o777", 511),
            ("0O17", 15),
            ("0x1F", 31),
            ("-0x10", -16),
            ("0b101", 5),
            ("-0b1", -1),
            ("1_000", 1000),
            ("1_", 1),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(read(text), Value::Int(number), "{text}");
        }
    }

    #[test]
    fn fractions_and_huge_numbers_are_floats() {
        for (text, number) in [
            (".5", 0.5),
            ("5.", 5.0),
            ("-1.5", -1.5),
            ("80.0", 80.0),
            ("1e3", 1000.0),
            ("1E-2", 0.01),
            ("+.5", 0.5),
            ("08", 8.0),
            ("0_8_0_", 80.0),
            ("1_0.5", 10.5),
            ("9223372036854775808", 9_223_372_036_854_775_808.0),
            ("-9223372036854775809", -9_223_372_036_854_775_808.0),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("0x10000000000000000", 18_446_744_073_709_551_616.0),
            (".inf", f64::INFINITY),
            ("+.INF", f64::INFINITY),
            ("-.Inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(read(text), Value::Float(number), "{text}");
        }
        assert!(matches!(read(".NaN"), Value::Float(n) if n.is_nan()));
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in [
            "-",
            "+",
            ".",
            "..",
            "0x",
            "0b",
            "0o",
            "0b2",
            "0xg",
            "1e",
            "1e400",
            ".1e400",
            "1.2.3",
            "10.0.0.0/8",
            "1:30",
            "12:30:45",
            "2024-01-02",
            "1a",
            "--1",
            "0x-1",
            "_1",
            "._5",
            "5p",
            "1-2",
            "infinity",
            "nan",
            "-inf",
            "٣",
            "1 2",
        ] {
            assert_eq!(read(text), Value::String(text.into()), "{text}");
        }
    }

    #[test]
    fn tags_decide_and_are_checked() {
        let tagged = |tag, text| tagged(tag, Cow::Borrowed(text));
        assert_eq!(tagged("str", "80"), Some(Value::String("80".into())));
        assert_eq!(tagged("int", "0x50"), Some(Value::Int(80)));
        assert_eq!(tagged("float", "3"), Some(Value::Float(3.0)));
        assert_eq!(tagged("bool", "on"), Some(Value::Bool(true)));
        assert_eq!(tagged("null", ""), Some(Value::Null));
        assert_eq!(tagged("int", "x"), None);
        assert_eq!(tagged("bool", "1"), None);
    }

    #[test]
    fn keys_are_text_as_in_json() {
        let key = |text| key(read(text));
        assert_eq!(key("name").as_deref(), Some("name"));
        assert_eq!(key("on").as_deref(), Some("true"));
        assert_eq!(key("N").as_deref(), Some("false"));
        assert_eq!(key("0x10").as_deref(), Some("16"));
        assert_eq!(key("1.50").as_deref(), Some("1.5"));
        assert_eq!(key("~"), None);
    }
}
