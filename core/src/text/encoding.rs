//! Bytes of files as text.

use alloc::string::String;
use alloc::vec::Vec;

/// The text of a file: UTF-16 if it begins with the byte order mark of that encoding, as Windows PowerShell writes files, else UTF-8, in which bytes
/// that are none become U+FFFD. Nothing for UTF-16 that is broken.
///
/// Upstream: YAML 1.2.2, 5.2 "Character Encodings"; Microsoft Learn "about_Character_Encoding".
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    let unit = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Some(String::from_utf8_lossy(bytes).into_owned()),
    };
    let (pairs, rest) = bytes.get(2..)?.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn byte_order_marks_say_the_encoding() {
        assert_eq!(decode(b"\xff\xfea\0:\0 \x001\0").as_deref(), Some("a: 1"));
        assert_eq!(decode(b"\xfe\xff\0a\0:\0 \x001").as_deref(), Some("a: 1"));
        assert_eq!(decode("Größe".as_bytes()).as_deref(), Some("Größe"));
        assert_eq!(decode(b"a\xff").as_deref(), Some("a\u{fffd}"));
        // A lone surrogate, and half a character.
        assert_eq!(decode(b"\xff\xfe\x00\xd8"), None);
        assert_eq!(decode(b"\xff\xfea"), None);
    }
}
