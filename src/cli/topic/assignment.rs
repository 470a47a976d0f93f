use crate::cli::complaint::Complaint;

/// Reads `1:2,2:1`: for each partition its brokers, as many for each and none twice.
pub fn parse(text: &str) -> Result<Vec<Vec<i32>>, Complaint> {
    let partitions: Vec<Vec<i32>> = text.split(',').map(brokers).collect::<Result<_, _>>()?;
    let factor = partitions.first().map_or(0, Vec::len);
    for (index, brokers) in partitions.iter().enumerate() {
        let twice = brokers
            .iter()
            .enumerate()
            .find(|(at, id)| brokers[..*at].contains(id));
        if let Some((_, id)) = twice {
            return Err(Complaint::new(format!(
                "Partition replica lists may not contain duplicate entries: {id}"
            )));
        }
        if brokers.len() != factor {
            return Err(Complaint::new(format!(
                "Partition {index} has different replication factor: {} brokers, not {factor}",
                brokers.len()
            )));
        }
    }
    Ok(partitions)
}

fn brokers(text: &str) -> Result<Vec<i32>, Complaint> {
    let ids = text.split(':').map(|id| id.trim().parse());
    ids.collect::<Result<_, _>>().map_err(|_| {
        Complaint::new(format!(
            "{text:?} is no list of brokers: expected ids, as in 1:2,2:1 for two partitions"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn partitions_are_separated_by_commas_and_brokers_by_colons() {
        assert_eq!(parse("1:2, 2:1").unwrap(), [[1, 2], [2, 1]]);
        assert_eq!(parse("1,1").unwrap(), [[1], [1]]);
        for wrong in ["1:1", "1:2,1", "a", ""] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
