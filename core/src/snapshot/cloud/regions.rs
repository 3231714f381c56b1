//! Regions of Azure, with the geography that each belongs to and whether it has availability zones.
//!
//! For showing, and for saying that a name or a zone is wrong: no verdict rests on them. A region that is not here is shown under its own name.

/// The day of which the list is.
pub const AS_OF: &str = "2026-08-15";

/// A region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Its name in commands.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The geography within which data stay.
    pub geography: &'static str,
    /// Whether it has availability zones.
    pub zones: bool,
}

const fn region(name: &'static str, title: &'static str, geography: &'static str, zones: bool) -> Region {
    Region { name, title, geography, zones }
}

/// The names of regions.
pub fn names() -> impl Iterator<Item = &'static str> {
    REGIONS.iter().map(|region| region.name)
}

/// Regions by name.
pub const REGIONS: &[Region] = &[
    region("australiacentral", "Australia Central", "Australia", false),
    region("australiacentral2", "Australia Central 2", "Australia", false),
    region("australiaeast", "Australia East", "Australia", true),
    region("australiasoutheast", "Australia Southeast", "Australia", false),
    region("austriaeast", "Austria East", "Austria", true),
    region("belgiumcentral", "Belgium Central", "Belgium", true),
    region("brazilsouth", "Brazil South", "Brazil", true),
    region("brazilsoutheast", "Brazil Southeast", "Brazil", false),
    region("canadacentral", "Canada Central", "Canada", true),
    region("canadaeast", "Canada East", "Canada", false),
    region("centralindia", "Central India", "India", true),
    region("centralus", "Central US", "United States", true),
    region("chilecentral", "Chile Central", "Chile", true),
    region("eastasia", "East Asia", "Asia Pacific", true),
    region("eastus", "East US", "United States", true),
    region("eastus2", "East US 2", "United States", true),
    region("francecentral", "France Central", "France", true),
    region("francesouth", "France South", "France", false),
    region("germanynorth", "Germany North", "Germany", false),
    region("germanywestcentral", "Germany West Central", "Germany", true),
    region("indonesiacentral", "Indonesia Central", "Indonesia", true),
    region("israelcentral", "Israel Central", "Israel", true),
    region("italynorth", "Italy North", "Italy", true),
    region("japaneast", "Japan East", "Japan", true),
    region("japanwest", "Japan West", "Japan", true),
    region("jioindiacentral", "Jio India Central", "India", false),
    region("jioindiawest", "Jio India West", "India", false),
    region("koreacentral", "Korea Central", "Korea", true),
    region("koreasouth", "Korea South", "Korea", false),
    region("malaysiawest", "Malaysia West", "Malaysia", true),
    region("mexicocentral", "Mexico Central", "Mexico", true),
    region("newzealandnorth", "New Zealand North", "New Zealand", true),
    region("northcentralus", "North Central US", "United States", false),
    region("northeurope", "North Europe", "Europe", true),
    region("norwayeast", "Norway East", "Norway", true),
    region("norwaywest", "Norway West", "Norway", false),
    region("polandcentral", "Poland Central", "Poland", true),
    region("qatarcentral", "Qatar Central", "Qatar", true),
    region("southafricanorth", "South Africa North", "South Africa", true),
    region("southafricawest", "South Africa West", "South Africa", false),
    region("southcentralus", "South Central US", "United States", true),
    region("southeastasia", "Southeast Asia", "Asia Pacific", true),
    region("southindia", "South India", "India", false),
    region("spaincentral", "Spain Central", "Spain", true),
    region("swedencentral", "Sweden Central", "Sweden", true),
    region("switzerlandnorth", "Switzerland North", "Switzerland", true),
    region("switzerlandwest", "Switzerland West", "Switzerland", false),
    region("uaecentral", "UAE Central", "United Arab Emirates", false),
    region("uaenorth", "UAE North", "United Arab Emirates", true),
    region("uksouth", "UK South", "United Kingdom", true),
    region("ukwest", "UK West", "United Kingdom", false),
    region("westcentralus", "West Central US", "United States", false),
    region("westeurope", "West Europe", "Europe", true),
    region("westindia", "West India", "India", false),
    region("westus", "West US", "United States", false),
    region("westus2", "West US 2", "United States", true),
    region("westus3", "West US 3", "United States", true),
];

/// The region that a location means: `westeurope` or `West Europe`.
pub fn region_of(location: &str) -> Option<&'static Region> {
    let plain = |c: &char| !c.is_whitespace();
    let is = |name: &str| location.chars().filter(plain).flat_map(char::to_lowercase).eq(name.chars());
    REGIONS.iter().find(|r| is(r.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_by_either_name() {
        assert_eq!(region_of("West Europe").map(|r| r.geography), Some("Europe"));
        assert_eq!(region_of("westeurope").map(|r| r.zones), Some(true));
        assert_eq!(region_of("nowhere"), None);
        assert!(REGIONS.is_sorted_by_key(|r| r.name));
    }
}
