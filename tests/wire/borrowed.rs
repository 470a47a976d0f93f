//! What decoding a request costs in memory: its arrays, and nothing for what they hold.

use corelane::wire::api::produce::{PartitionProduceData, Request, TopicProduceData};
use corelane::wire::{Cursor, Message, Records};

use crate::allocation::during;

/// A Produce request for 3 topics of 8 partitions, one batch of this size each.
fn encoded(batch_size: usize) -> Vec<u8> {
    let batch = vec![0; batch_size];
    let partition = |index| PartitionProduceData {
        index,
        records: Some(Records::Slice(&batch)),
        ..Default::default()
    };
    let topic = |number: i32| TopicProduceData {
        name: format!("topic-{number}").into(),
        partition_data: (0..8).map(partition).collect(),
        ..Default::default()
    };
    let request = Request {
        topic_data: (0..3).map(topic).collect(),
        ..Default::default()
    };
    request.to_output(12).unwrap().head.to_vec()
}

#[test]
fn decoding_produce_allocates_its_arrays_and_nothing_more() {
    let arrays = 3 * size_of::<TopicProduceData>() + 24 * size_of::<PartitionProduceData>();
    for batch_size in [100, 100_000] {
        let bytes = encoded(batch_size);
        let (request, allocated) = during(|| Request::decode(&mut Cursor::new(&bytes), 12));
        assert_eq!(allocated, arrays);
        let request = request.unwrap();
        assert_eq!(request.topic_data.len(), 3);
        let Some(Records::Slice(batch)) = request.topic_data[2].partition_data[7].records else {
            panic!("no records");
        };
        assert!(bytes.as_ptr_range().contains(&batch.as_ptr()), "copied");
        assert_eq!(batch.len(), batch_size);
    }
}
