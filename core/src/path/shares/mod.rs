//! Shares of traffic, as exact fractions.

pub(in crate::path) mod backends;

use core::fmt;

/// A share of connections: a fraction in lowest terms, from 0 to 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Share {
    part: u128,
    whole: u128,
}

impl Share {
    /// No connection.
    pub const NONE: Share = Share { part: 0, whole: 1 };
    /// Every connection.
    pub const ALL: Share = Share { part: 1, whole: 1 };

    /// `part` of `whole`; nothing of nothing is none.
    pub fn of(part: u32, whole: u32) -> Share {
        Share::reduced(u128::from(part), u128::from(whole))
    }

    /// The same for larger numbers.
    pub(in crate::path) fn of_u64(part: u64, whole: u64) -> Share {
        Share::reduced(u128::from(part), u128::from(whole))
    }

    /// Part and whole, in lowest terms.
    pub fn fraction(self) -> (u128, u128) {
        (self.part, self.whole)
    }

    /// As a number.
    pub fn as_f64(self) -> f64 {
        self.part as f64 / self.whole as f64
    }

    /// This share of that one.
    #[must_use]
    pub fn times(self, other: Share) -> Share {
        // First across, so that the products stay small.
        let (a, b) = (Share::reduced(self.part, other.whole), Share::reduced(other.part, self.whole));
        match (a.part.checked_mul(b.part), a.whole.checked_mul(b.whole)) {
            (Some(part), Some(whole)) => Share::reduced(part, whole),
            _ => Share::near(self.as_f64() * other.as_f64()),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Share) -> Share {
        let common = greatest_divisor(self.whole, other.whole).max(1);
        let whole = self.whole.checked_mul(other.whole / common);
        let parts = self.part.checked_mul(other.whole / common).zip(other.part.checked_mul(self.whole / common));
        match (whole, parts.and_then(|(a, b)| a.checked_add(b))) {
            (Some(whole), Some(part)) => Share::reduced(part, whole),
            _ => Share::near(self.as_f64() + other.as_f64()),
        }
    }

    /// Whether it is no connection at all.
    pub fn is_none(self) -> bool {
        self.part == 0
    }

    /// Whether it is every connection.
    pub fn is_all(self) -> bool {
        self.part == self.whole
    }

    fn reduced(part: u128, whole: u128) -> Share {
        match greatest_divisor(part, whole) {
            0 => Share::NONE,
            _ if whole == 0 => Share::NONE,
            divisor => Share { part: part / divisor, whole: whole / divisor },
        }
    }

    /// The nearest fraction of a billionth, for wholes beyond all that a cluster can have.
    fn near(value: f64) -> Share {
        const FINE: u128 = 1_000_000_000;
        Share::reduced((value * FINE as f64 + 0.5) as u128, FINE)
    }
}

fn greatest_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// As a percentage: `100 %`, `50 %`, `33.3 %`, `5.56 %`, `< 0.01 %`. What stands without a fraction is exact.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.as_f64() * 100.0;
        let (hundredths, part) = ((percent * 100.0 + 0.5) as u64, self.part);
        match hundredths {
            0 if part > 0 => f.write_str("< 0.01 %"),
            // As good as everything is not everything.
            9996.. if !self.is_all() => f.write_str("> 99.9 %"),
            n @ 9950.. if !self.is_all() => write!(f, "{}.{} %", n / 100, n % 100 / 10),
            n if self.part.saturating_mul(100).is_multiple_of(self.whole.max(1)) => write!(f, "{} %", n / 100),
            n if n >= 1000 => write!(f, "{}.{} %", (n + 5) / 100, (n + 5) % 100 / 10),
            n => write!(f, "{}.{:02} %", n / 100, n % 100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn shares_are_exact() {
        let third = Share::of(2, 6);
        assert_eq!(third.fraction(), (1, 3));
        assert_eq!(third.plus(third).plus(third), Share::ALL);
        assert_eq!(Share::of(1, 2).times(Share::of(1, 9)).fraction(), (1, 18));
        assert_eq!(Share::of(5, 0), Share::NONE);
        let tiny = (0..100).fold(Share::ALL, |share, _| share.times(Share::of(1, 97)));
        assert!(tiny.as_f64() < 1e-9);
    }

    #[test]
    fn shares_in_words() {
        for (share, text) in [
            (Share::ALL, "100 %"),
            (Share::NONE, "0 %"),
            (Share::of(1, 3), "33.3 %"),
            (Share::of(2, 3), "66.7 %"),
            (Share::of(1, 6), "16.7 %"),
            (Share::of(100_001, 200_000), "50.0 %"),
            (Share::of(1, 18), "5.56 %"),
            (Share::of(1, 20), "5 %"),
            (Share::of(99_999, 100_000), "> 99.9 %"),
            (Share::of(999, 1000), "99.9 %"),
            (Share::of(1, 1_000_000), "< 0.01 %"),
        ] {
            assert_eq!(share.to_string(), text);
        }
    }
}
