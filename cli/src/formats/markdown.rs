//! A Markdown table.

use super::Row;

pub(super) fn markdown(rows: &[Row]) -> String {
    let mut text = String::from("| from | to | allowed | cannot tell |\n|---|---|---|---|\n");
    for row in rows {
        let unknown = if row.unknown.is_empty() { String::new() } else { row.unknown.to_string() };
        text.push_str(&format!("| {} | {} | {} | {unknown} |\n", cell(&row.from), cell(&row.to), row.allowed));
    }
    text
}

pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
