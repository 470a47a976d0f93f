use crate::client::ClientFault;
use crate::model::ErrorCode;

/// Why a topic cannot be used, and what to do about it: most often it does not exist.
pub fn why(topic: &str, fault: &ClientFault) -> String {
    match fault.code() {
        Some(ErrorCode::UnknownTopicOrPartition) => {
            format!("it does not exist. `corelane topics --create --topic {topic}` makes it.")
        }
        Some(ErrorCode::InvalidTopicException) => {
            "no topic can have this name: expected 1 to 249 letters, digits, '.', '_' and '-'"
                .to_owned()
        }
        _ => fault.to_string(),
    }
}
