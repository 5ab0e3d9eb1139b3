//! The prefix lists that AWS keeps for the services of gateway endpoints.

/// Facts; the file says where they are from.
const LISTS: &str = include_str!("../../data/prefix_lists.csv");

/// Region, service and id.
fn lists() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    LISTS.lines().filter(|line| !line.starts_with('#')).skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

/// The service whose addresses a list holds, by the suffix of its endpoint service. One id may be that of another
/// service in another region: where the region is not known, every region has to agree.
pub(super) fn service_of(region: Option<&str>, id: &str) -> Option<&'static str> {
    let mut services = lists()
        .filter(|(of, _, list)| *list == id && region.is_none_or(|region| region == *of))
        .map(|(_, service, _)| service);
    let first = services.next()?;
    services.all(|service| service == first).then_some(first)
}

/// The id of the list of a service, where the region is known and we know the list.
pub(super) fn id_of(region: Option<&str>, service: &str) -> Option<&'static str> {
    let region = region?;
    lists().find(|(of, held, _)| *of == region && *held == service).map(|(_, _, id)| id)
}

/// Every region in which a list of this id is AWS's own, with the service that it is of there.
pub fn prefix_list_places(id: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    lists().filter(move |(.., list)| *list == id).map(|(region, service, _)| (region, service))
}

/// The id of AWS's list of a service in a region, by the suffix of its endpoint service.
pub fn prefix_list_in(region: &str, service: &str) -> Option<&'static str> {
    id_of(Some(region), service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_decides_what_an_id_is() {
        assert_eq!(service_of(Some("us-east-1"), "pl-63a5400a"), Some("s3"));
        assert_eq!(service_of(Some("ap-northeast-1"), "pl-78a54011"), Some("dynamodb"));
        assert_eq!(service_of(Some("ap-south-1"), "pl-78a54011"), Some("s3"));
        assert_eq!(service_of(None, "pl-78a54011"), None, "DynamoDB in Tokyo, S3 in Seoul and Mumbai");
        assert_eq!(service_of(None, "pl-63a5400a"), Some("s3"));
        assert_eq!(service_of(Some("us-east-2"), "pl-63a5400a"), None);
        assert_eq!(service_of(None, "pl-0123456789abcdef0"), None);
    }

    #[test]
    fn ids_are_known_by_region_and_service() {
        assert_eq!(id_of(Some("ap-northeast-1"), "s3"), Some("pl-61a54008"));
        assert_eq!(id_of(Some("ap-northeast-1"), "s3express"), None);
        assert_eq!(id_of(None, "s3"), None);
    }

    #[test]
    fn every_line_of_the_table_is_whole() {
        for line in LISTS.lines().filter(|line| !line.starts_with('#')).skip(1) {
            assert_eq!(line.split(',').count(), 3, "{line}");
        }
        assert!(
            lists().all(|(_, service, id)| ["s3", "dynamodb"].contains(&service) && id.starts_with("pl-"))
        );
    }
}
