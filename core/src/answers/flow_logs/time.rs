//! Points in time, as logs write them.

use alloc::format;
use alloc::string::String;

use crate::facts::Date;

const DAY: i64 = 86_400_000;
/// Numbers from here on are milliseconds: as seconds they would be of the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// Numbers from here on are nanoseconds.
const NANOSECONDS_FROM: i64 = 100_000_000_000_000_000;

/// Milliseconds since 1 January 1970, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment(pub i64);

impl Moment {
    /// A time as RFC 3339 writes it, or a number of seconds, milliseconds or nanoseconds since 1970; nothing for anything else.
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        match text.parse::<i64>() {
            Ok(number) => Moment::of_number(number),
            Err(_) => rfc3339(text),
        }
    }

    /// A number of seconds, milliseconds or nanoseconds: which of them follows from its size.
    pub(super) fn of_number(number: i64) -> Option<Moment> {
        match number {
            ..=0 => None,
            NANOSECONDS_FROM.. => Some(Moment(number / 1_000_000)),
            MILLISECONDS_FROM.. => Some(Moment(number)),
            _ => Some(Moment(number * 1_000)),
        }
    }

    /// As it is read: `2023-08-21T12:12:18Z`.
    pub fn written(self) -> String {
        let days = u32::try_from(self.0.div_euclid(DAY)).unwrap_or_default();
        let seconds = self.0.rem_euclid(DAY) / 1_000;
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        format!("{}T{hours:02}:{minutes:02}:{:02}Z", Date::from_days(days).written(), seconds % 60)
    }
}

fn rfc3339(text: &str) -> Option<Moment> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let days = Date::parse(date)?.days();
    let zone = time.rfind(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at_checked(zone)?;
    let mut parts = clock.splitn(3, ':');
    let (hours, minutes) = (number(parts.next()?, 23)?, number(parts.next()?, 59)?);
    let (seconds, fraction) = parts.next().map_or(("0", ""), |rest| rest.split_once('.').unwrap_or((rest, "")));
    let milliseconds: String = fraction.chars().chain("000".chars()).take(3).collect();
    let of_day = ((hours * 60 + minutes) * 60 + number(seconds, 60)?) * 1_000 + number(&milliseconds, 999)?;
    Some(Moment(days * DAY + of_day - offset_of(offset)?))
}

/// `Z`, `+02:00` or nothing, in milliseconds.
fn offset_of(text: &str) -> Option<i64> {
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return Some(0),
    };
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    Some(sign * (number(hours, 23)? * 60 + number(minutes, 59)?) * 60_000)
}

fn number(text: &str, most: i64) -> Option<i64> {
    text.parse().ok().filter(|number| (0..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_log_are_read() {
        let written = |text: &str| Moment::parse(text).map(Moment::written);
        for (text, due) in [
            ("2023-08-21T12:12:18.510175415Z", "2023-08-21T12:12:18Z"),
            ("2023-08-21T14:12:18+02:00", "2023-08-21T12:12:18Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
            ("1659621542", "2022-08-04T13:59:02Z"),
            ("1663146003599", "2022-09-14T09:00:03Z"),
            ("1663146003599000000", "2022-09-14T09:00:03Z"),
        ] {
            assert_eq!(written(text).as_deref(), Some(due), "{text}");
        }
        for text in ["", "yesterday", "2023-13-01T00:00:00Z", "2023-01-01T25:00:00Z", "0", "-5"] {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
