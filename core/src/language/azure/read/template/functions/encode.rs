//! Texts in other spellings.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::evaluate::Env;
use super::super::value::Val;
use super::word;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Env<'_> {
    pub(super) fn encodings(&self, name: &str, arguments: &[Val]) -> Option<Val> {
        let text = || word(arguments, 0);
        match name {
            "base64" => self.made(&base64(text()?.as_bytes())),
            "base64tostring" => self.made(&from_base64(&text()?)?),
            "base64tojson" => self.apply("json", &[Val::text(&from_base64(&text()?)?)], ""),
            "datauri" => self.made(&format!("data:text/plain;charset=utf8;base64,{}", base64(text()?.as_bytes()))),
            "datauritostring" => {
                let text = text()?;
                let (_, data) = text.split_once(";base64,")?;
                self.made(&from_base64(data)?)
            }
            "uricomponent" => self.made(&percent(&text()?)),
            "uricomponenttostring" => self.made(&from_percent(&text()?)?),
            "uri" => {
                let (base, relative) = (text()?, word(arguments, 1)?);
                let end = base.rfind('/').filter(|end| base.find("://").is_none_or(|scheme| *end > scheme + 2));
                let head = end.and_then(|end| base.get(..=end)).map_or_else(|| format!("{base}/"), ToString::to_string);
                self.made(&format!("{head}{}", relative.trim_start_matches('/')))
            }
            _ => None,
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let all = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4u32 {
            let digit = DIGITS.get((all >> (18 - 6 * i) & 63) as usize).copied().unwrap_or(b'A');
            out.push(if i as usize <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

fn from_base64(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for c in text.trim().trim_end_matches('=').bytes() {
        bits = bits << 6 | u32::try_from(DIGITS.iter().position(|d| *d == c)?).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 255) as u8);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { String::from(char::from(b)) } else { format!("%{b:02X}") }).collect()
}

fn from_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        if b != b'%' {
            bytes.push(b);
            continue;
        }
        let mut digit = || rest.next().and_then(|d| char::from(d).to_digit(16));
        let value = digit()? * 16 + digit()?;
        bytes.push(value as u8);
    }
    String::from_utf8(bytes).ok()
}
