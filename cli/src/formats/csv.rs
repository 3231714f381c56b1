//! Comma separated values (RFC 4180).

use super::Row;

pub(super) fn csv(rows: &[Row]) -> String {
    let mut text = String::from("from,to,allowed,unknown\r\n");
    for row in rows {
        let unknown = if row.unknown.is_empty() { String::new() } else { row.unknown.to_string() };
        let fields = [row.from.clone(), row.to.clone(), row.allowed.to_string(), unknown].map(|f| quoted(&f));
        text.push_str(&fields.join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_string() }
}
