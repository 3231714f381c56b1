//! What Azure and others end, each with its day and the page that says so. Messages and docs/azure.md 4 are made from this table.
//!
//! There is no clock here: the caller gives the date, and without one it is that of the table.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// A day of the calendar, or a month of it where no day is said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date {
    year: u16,
    month: u8,
    /// 0 for a month as a whole.
    day: u8,
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Date {
    /// A day.
    pub const fn new(year: u16, month: u8, day: u8) -> Date {
        Date { year, month, day }
    }

    const fn of_month(year: u16, month: u8) -> Date {
        Date { year, month, day: 0 }
    }

    /// `2026-09-30`; nothing for what is no day.
    pub fn parse(text: &str) -> Option<Date> {
        let mut parts = text.trim().split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        let date = Date { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        let divides = |years: u16| date.year.is_multiple_of(years);
        let leap = divides(4) && (!divides(100) || divides(400));
        let last = match date.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (1..=last).contains(&date.day).then_some(date)
    }

    /// As it is read: `2026-09-30`.
    pub fn written(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The day so many days after 1 January 1970, as clocks count. Upstream: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    pub fn from_days(days: u32) -> Date {
        let shifted = u64::from(days) + 719_468;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Date { year: year.min(9999) as u16, month: month as u8, day: day as u8 }
    }

    /// How many days after 1 January 1970 it is; before it, a negative number. From the same source.
    pub fn days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// Whether it is over on a day: a day from its morning on, as "starting on" says; a month when it has passed.
    fn is_past(self, today: Date) -> bool {
        if self.day == 0 { (today.year, today.month) > (self.year, self.month) } else { today >= self }
    }

    /// The same a year earlier.
    const fn year_before(self) -> Date {
        Date { year: self.year.saturating_sub(1), ..self }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = MONTHS.get(usize::from(self.month).saturating_sub(1)).copied().unwrap_or_default();
        match self.day {
            0 => write!(f, "{month} {}", self.year),
            day => write!(f, "{day} {month} {}", self.year),
        }
    }
}

/// The day on which the sources of the table were read.
pub const AS_OF: Date = Date::new(2026, 8, 21);

/// What ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// Azure's network policy manager on Windows nodes.
    NpmOnWindows,
    /// Azure's network policy manager on Linux nodes.
    NpmOnLinux,
    /// kubenet.
    Kubenet,
    /// The NGINX that the application routing add-on manages.
    AppRoutingNginx,
    /// The ingress-nginx project.
    IngressNginx,
    /// The add-on for HTTP application routing.
    HttpRouting,
    /// Basic load balancers.
    BasicBalancer,
    /// Basic public addresses.
    BasicAddress,
    /// Machines that reach the Internet without an explicit way.
    DefaultOutbound,
    /// Application Gateway, version 1.
    ApplicationGatewayV1,
    /// Availability sets for nodes.
    AvailabilitySet,
    /// The Open Service Mesh add-on.
    OpenServiceMesh,
    /// Windows Server 2019 for nodes.
    Windows2019,
    /// Windows Server 2022 for nodes.
    Windows2022,
}

/// When something ends, what takes its place, and who says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Fact {
    /// What ends.
    pub subject: Subject,
    /// Its name, as a sentence begins.
    pub what: &'static str,
    /// From when on it is no longer supported.
    pub ends: Date,
    /// What it means before that day; empty if nothing.
    pub before: &'static str,
    /// What to take instead: something that does not end itself.
    pub instead: &'static str,
    /// Who says so.
    pub source: &'static str,
}

const GATEWAY_API: &str = "the Gateway API of the application routing add-on (`--enable-app-routing-istio`, GatewayClass \
 `approuting-istio`), or \
                           Application Gateway for Containers";
const CILIUM: &str = "Azure CNI with Cilium (`--network-dataplane cilium`)";

/// The table.
pub const FACTS: &[Fact] = &[
    Fact {
        subject: Subject::HttpRouting,
        what: "the HTTP application routing add-on",
        ends: Date::new(2025, 3, 3),
        before: "it was never meant for production",
        instead: GATEWAY_API,
        source: "AKS documentation, \"HTTP application routing add-on\"",
    },
    Fact {
        subject: Subject::BasicBalancer,
        what: "the Basic load balancer",
        ends: Date::new(2025, 9, 30),
        before: "",
        instead: "the Standard load balancer",
        source: "AKS documentation, includes/basic-load-balancer-retirement.md",
    },
    Fact {
        subject: Subject::BasicAddress,
        what: "Basic public addresses",
        ends: Date::new(2025, 9, 30),
        before: "",
        instead: "Standard public addresses",
        source: "Azure updates, \"Basic SKU public IP addresses will be retired\"",
    },
    Fact {
        subject: Subject::AvailabilitySet,
        what: "AKS nodes in availability sets",
        ends: Date::new(2025, 9, 30),
        before: "",
        instead: "scale sets, or node pools of single virtual machines",
        source: "AKS documentation, includes/availability-sets-retirement.md",
    },
    Fact {
        subject: Subject::IngressNginx,
        what: "the ingress-nginx project",
        ends: Date::of_month(2026, 3),
        before: "",
        instead: "a Gateway API implementation",
        source: "Kubernetes, \"Ingress NGINX Retirement\"; AKS documentation, includes/ingress-nginx-retirement.md",
    },
    Fact {
        subject: Subject::Windows2019,
        what: "AKS nodes with Windows Server 2019",
        ends: Date::new(2026, 3, 1),
        before: "",
        instead: "a newer Windows Server",
        source: "AKS documentation, includes/windows-server-2019-retirement.md",
    },
    Fact {
        subject: Subject::DefaultOutbound,
        what: "default outbound access of machines in new virtual networks",
        ends: Date::new(2026, 3, 31),
        before: "",
        instead: "a NAT gateway, a load balancer's outbound rule, a public address or a firewall",
        source: "AKS documentation, includes/vm-default-outbound-access-retirement.md",
    },
    Fact {
        subject: Subject::ApplicationGatewayV1,
        what: "Application Gateway version 1",
        ends: Date::new(2026, 4, 28),
        before: "since 1 September 2024 no new one can be made",
        instead: "version 2 (`Standard_v2`, `WAF_v2`)",
        source: "Application Gateway documentation, \"Frequently asked questions about Application Gateway V1 retirement\"",
    },
    Fact {
        subject: Subject::NpmOnWindows,
        what: "Azure's network policy manager on Windows nodes",
        ends: Date::new(2026, 9, 30),
        before: "subscriptions that do not use it yet cannot begin to",
        instead: "Calico (`--network-policy calico`), or Linux nodes with Cilium",
        source: "AKS documentation, includes/azure-network-policy-manager-windows-retirement.md",
    },
    Fact {
        subject: Subject::AppRoutingNginx,
        what: "the managed NGINX of the application routing add-on",
        ends: Date::of_month(2026, 11),
        before: "it gets critical security patches only",
        instead: GATEWAY_API,
        source: "AKS documentation, includes/ingress-nginx-retirement.md",
    },
    Fact {
        subject: Subject::OpenServiceMesh,
        what: "the Open Service Mesh add-on",
        ends: Date::new(2027, 9, 30),
        before: "",
        instead: "the Istio-based service mesh add-on",
        source: "AKS documentation, includes/open-service-mesh-retirement.md",
    },
    Fact {
        subject: Subject::Kubenet,
        what: "kubenet",
        ends: Date::new(2028, 3, 31),
        before: "at most 400 nodes, one cluster a subnet, no Windows",
        instead: "Azure CNI overlay (`--network-plugin azure --network-plugin-mode overlay`)",
        source: "AKS documentation, includes/kubenet-retirement.md",
    },
    Fact {
        subject: Subject::Windows2022,
        what: "AKS nodes with Windows Server 2022",
        ends: Date::new(2028, 6, 30),
        before: "",
        instead: "a newer Windows Server",
        source: "AKS documentation, includes/windows-server-2022-retirement.md",
    },
    Fact {
        subject: Subject::NpmOnLinux,
        what: "Azure's network policy manager on Linux nodes",
        ends: Date::new(2028, 9, 30),
        before: "at most 250 nodes and 20,000 pods, no IPv6",
        instead: CILIUM,
        source: "AKS documentation, includes/azure-network-policy-manager-linux-retirement.md",
    },
];

/// How near an end is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Nearness {
    /// More than a year away.
    Far,
    /// Within a year.
    Near,
    /// It has ended.
    Past,
}

/// The fact about something.
pub fn about(subject: Subject) -> Option<&'static Fact> {
    FACTS.iter().find(|fact| fact.subject == subject)
}

impl Fact {
    /// How near its end is on a day, or on that of the table.
    pub fn nearness(&self, today: Option<Date>) -> Nearness {
        let today = today.unwrap_or(AS_OF);
        match () {
            () if self.ends.is_past(today) => Nearness::Past,
            () if self.ends.year_before().is_past(today) => Nearness::Near,
            () => Nearness::Far,
        }
    }

    /// "kubenet ends on 31 March 2028", as it is on a day.
    pub fn sentence(&self, today: Option<Date>) -> String {
        let preposition = if self.ends.day == 0 { "in" } else { "on" };
        let plural = self.what.starts_with("AKS nodes") || self.what.ends_with("addresses");
        let verb = match (self.nearness(today), plural) {
            (Nearness::Past, true) => "were retired",
            (Nearness::Past, false) => "was retired",
            (_, true) => "end",
            (_, false) => "ends",
        };
        // "Through November": support ends with the month.
        let ends_with_a_month = self.nearness(today) != Nearness::Past && !plural && self.ends.day == 0;
        let preposition = if ends_with_a_month { "with" } else { preposition };
        let ends = format!("{} {verb} {preposition} {}", self.what, self.ends);
        match (self.nearness(today), self.before) {
            (Nearness::Past, _) | (_, "") => ends,
            (_, before) => format!("{ends}; {before}"),
        }
    }

    /// "use …".
    pub fn advice(&self) -> String {
        format!("use {}", self.instead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Date> {
        Some(Date::parse(text).unwrap())
    }

    #[test]
    fn days_are_days() {
        for text in ["2026-02-28", "2024-02-29", "2000-02-29", "2026-12-31"] {
            assert!(Date::parse(text).is_some(), "{text}");
        }
        for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01-01", "today", "2026-01-00"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::from_days(0), Date::new(1970, 1, 1));
        assert_eq!(Date::from_days(20_785), Date::new(2026, 11, 28));
        assert_eq!(Date::from_days(11_016), Date::new(2000, 2, 29));
    }

    #[test]
    fn ends_are_told_as_of_a_day() {
        let npm = about(Subject::NpmOnWindows).unwrap();
        assert_eq!(npm.nearness(day("2026-09-29")), Nearness::Near);
        assert!(npm.sentence(day("2026-09-29")).contains("ends on 30 September 2026; subscriptions that do not use it yet"));
        assert_eq!(npm.nearness(day("2026-09-30")), Nearness::Past);
        assert!(npm.sentence(day("2026-09-30")).ends_with("was retired on 30 September 2026"));
        let nginx = about(Subject::AppRoutingNginx).unwrap();
        assert_eq!(nginx.nearness(day("2026-11-30")), Nearness::Near);
        assert_eq!(nginx.nearness(day("2026-12-01")), Nearness::Past);
        assert!(nginx.sentence(None).contains("ends with November 2026"));
        assert_eq!(about(Subject::Kubenet).unwrap().nearness(None), Nearness::Far);
        assert_eq!(about(Subject::BasicAddress).unwrap().sentence(None), "Basic public addresses were retired on 30 September 2025");
    }

    #[test]
    fn no_successor_ends_itself() {
        let ending = ["kubenet", "network-policy azure", "managed NGINX", "webapprouting", "ingress-nginx", "Basic ", "availability set"];
        for fact in FACTS {
            assert!(!ending.iter().any(|word| fact.instead.contains(word)), "{}: {}", fact.what, fact.instead);
        }
    }

    #[test]
    fn the_table_is_in_order_and_complete() {
        assert!(FACTS.is_sorted_by_key(|fact| fact.ends));
        for fact in FACTS {
            assert_eq!(FACTS.iter().filter(|other| other.subject == fact.subject).count(), 1);
        }
    }

    #[test]
    fn the_manual_has_the_table() {
        let manual = include_str!("../../docs/azure.md");
        assert!(manual.contains(&format!("as of {AS_OF}")), "docs/azure.md 4: the day of the table is {AS_OF}");
        for fact in FACTS {
            let line = format!("| {} | {} | {} | {} |", fact.ends, fact.what, fact.instead, fact.source);
            assert!(manual.contains(&line), "docs/azure.md 4 wants this line:\n{line}");
        }
    }
}
