//! What the handlers shape fits every version that is served: a field that a version lacks would
//! close the connection.

use super::{
    create_topics, describe_client_quotas, describe_cluster, describe_configs, describe_log_dirs,
    describe_topic_partitions, elect_leaders, list_config_resources, list_transactions,
};
use crate::cluster::{Cluster, Command, CreatedTopic, Endpoint, Image, NewTopic, Registration};
use crate::config::Settings;
use crate::model::{ErrorCode, Offset, Uuid};
use crate::server::answer::Answer;
use crate::server::refusal::Refused;
use crate::wire::api as w;
use crate::wire::{Message, Text, versions};

/// One broker and two topics, `a` with one partition and `b` with three.
fn image(settings: &Settings) -> Image {
    let endpoint = Endpoint {
        listener: "PLAINTEXT".into(),
        host: "127.0.0.1".into(),
        port: 9092,
    };
    let register = Command::Register(Registration {
        node: settings.node,
        offset: Offset(0),
        incarnation: Uuid::ZERO,
        endpoints: vec![endpoint],
        rack: None,
        log_dirs: vec![Uuid::ZERO],
        features: Default::default(),
        unclean: false,
    });
    let topic = |name: &str, partitions: i32| NewTopic {
        name: name.into(),
        partitions,
        replication: 1,
        assignments: Vec::new(),
        configs: vec![("retention.ms".into(), Some("5".into()))],
        dice: [u8::try_from(partitions).unwrap(); 16],
    };
    let create = Command::CreateTopics {
        topics: vec![topic("b", 3), topic("a", 1)],
        validate_only: false,
    };
    let mut cluster = Cluster::default();
    for command in [register, create] {
        let decision = cluster.decide(&command, settings).unwrap();
        decision
            .records
            .iter()
            .for_each(|record| cluster.replay(record));
    }
    cluster.image().clone()
}

/// Encodes what `shape` makes for each served version.
fn fits<'a, M: Message<'a>>(shape: impl Fn(i16) -> M) {
    for version in versions::served(M::KEY).unwrap() {
        let encoded = Answer::encode(7, &shape(version), version);
        assert!(
            encoded.is_ok(),
            "{:?} {version}: {:?}",
            M::KEY,
            encoded.err()
        );
    }
}

#[test]
fn described_settings_fit() {
    let settings = Settings::default();
    let image = image(&settings);
    let resource =
        |resource_type, name: &'static str, keys| w::describe_configs::DescribeConfigsResource {
            resource_type,
            resource_name: Text::from(name),
            configuration_keys: keys,
            ..Default::default()
        };
    let body = w::describe_configs::Request {
        resources: vec![
            resource(2, "a", Some(vec!["retention.ms".into()])),
            resource(2, "none", None),
            resource(4, "1", None),
            resource(4, "9", None),
            resource(8, "1", None),
            resource(16, "m", None),
            resource(32, "g", None),
        ],
        include_synonyms: true,
        include_documentation: true,
        ..Default::default()
    };
    fits(|_| describe_configs::respond(&image, &settings, &body));
    let results = describe_configs::respond(&image, &settings, &body).results;
    let codes: Vec<i16> = results.iter().map(|result| result.error_code).collect();
    assert_eq!(codes, [0, 3, 0, 42, 0, 0, 0]);
    let shown: Vec<&str> = results[0].configs.iter().map(|c| &*c.name).collect();
    assert_eq!(shown, ["retention.ms"]);
    assert_eq!(results[0].configs[0].synonyms[0].source, 1);
}

#[test]
fn created_topics_fit() {
    let settings = Settings::default();
    let created = CreatedTopic {
        id: Uuid::ZERO,
        partitions: 3,
        replication: 1,
        overrides: Default::default(),
    };
    let refused = Refused::with(ErrorCode::InvalidRequest, "no");
    let shape = || w::create_topics::Response {
        topics: vec![
            create_topics::result_of(&settings, "a".into(), &created),
            create_topics::refused_topic("b".into(), refused.clone()),
        ],
        ..Default::default()
    };
    fits(|_| shape());
    let shaped = shape();
    let configs = shaped.topics[0].configs.as_ref().unwrap();
    assert!(configs.is_sorted_by_key(|config| config.name.to_string()));
}

#[test]
fn what_the_cluster_is_fits() {
    let settings = Settings::default();
    let image = image(&settings);
    fits(|version| list_config_resources::respond(&image, &Default::default(), version));
    let body = w::describe_cluster::Request::default();
    fits(|version| w::describe_cluster::Response {
        brokers: describe_cluster::brokers(&image, "PLAINTEXT", &body, version),
        ..Default::default()
    });
    let controllers = w::describe_cluster::Request {
        endpoint_type: 2,
        ..Default::default()
    };
    fits(|version| describe_cluster::refusal(&controllers, version).unwrap());
    let all = w::elect_leaders::Request {
        topic_partitions: None,
        ..Default::default()
    };
    fits(|_| elect_leaders::respond(&image, &all));
    fits(|_| w::describe_log_dirs::Response {
        results: vec![w::describe_log_dirs::DescribeLogDirsResult {
            topics: describe_log_dirs::topics([(0, "a".into(), 0, 7)].iter()),
            total_bytes: 9,
            usable_bytes: 8,
            ..Default::default()
        }],
        ..Default::default()
    });
}

#[test]
fn pages_of_topics_hold_every_partition_once() {
    let settings = Settings::default();
    let image = image(&settings);
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let body = w::describe_topic_partitions::Request {
            response_partition_limit: 2,
            cursor,
            ..Default::default()
        };
        let page = describe_topic_partitions::respond(&image, &body, 100);
        fits(|_| page.clone());
        for topic in &page.topics {
            let name = topic.name.clone().unwrap().to_string();
            let indexes = topic.partitions.iter().map(|p| p.partition_index);
            seen.extend(indexes.map(|index| (name.clone(), index)));
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let wanted = [("a", 0), ("b", 0), ("b", 1), ("b", 2)];
    assert_eq!(seen, wanted.map(|(name, index)| (name.to_owned(), index)));
}

#[test]
fn filters_that_make_no_sense_are_refused() {
    let filter = |entity_type: &'static str, match_type| w::describe_client_quotas::ComponentData {
        entity_type: entity_type.into(),
        match_type,
        r#match: None,
        ..Default::default()
    };
    let check = |filters: &[_]| describe_client_quotas::check(filters).map_err(|(code, _)| code);
    assert_eq!(check(&[filter("user", 2), filter("client-id", 1)]), Ok(()));
    for (wrong, code) in [
        (vec![filter("", 2)], ErrorCode::InvalidRequest),
        (vec![filter("user", 0)], ErrorCode::InvalidRequest),
        (vec![filter("user", 9)], ErrorCode::InvalidRequest),
        (vec![filter("user", 2); 2], ErrorCode::InvalidRequest),
        (
            vec![filter("user", 2), filter("ip", 2)],
            ErrorCode::InvalidRequest,
        ),
        (vec![filter("group", 2)], ErrorCode::UnsupportedVersion),
    ] {
        assert_eq!(check(&wrong), Err(code));
    }
    let body = w::list_transactions::Request {
        state_filters: vec!["Ongoing".into(), "ongoing".into()],
        ..Default::default()
    };
    let unknown = list_transactions::respond(body).unknown_state_filters;
    assert_eq!(unknown, [Text::from("ongoing")]);
}
