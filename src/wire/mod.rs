//! A Kafka connection as bytes; knows no broker.
