use clap::ValueEnum;

use super::options;
use crate::cli::complaint::Complaint;
use crate::client::admin::ConfigKind;

/// What has settings, by Kafka's names.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Topics,
    Clients,
    Users,
    Brokers,
    Ips,
    ClientMetrics,
    Groups,
    BrokerLoggers,
}

impl Kind {
    /// As on the command line.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Topics => "topics",
            Kind::Clients => "clients",
            Kind::Users => "users",
            Kind::Brokers => "brokers",
            Kind::Ips => "ips",
            Kind::ClientMetrics => "client-metrics",
            Kind::Groups => "groups",
            Kind::BrokerLoggers => "broker-loggers",
        }
    }

    /// One of them: the plural without its last letter, as Kafka has it.
    pub fn singular(self) -> &'static str {
        let plural = self.plural();
        plural.strip_suffix('s').unwrap_or(plural)
    }

    /// `None` for what has quotas instead.
    pub fn configs(self) -> Option<ConfigKind> {
        match self {
            Kind::Topics => Some(ConfigKind::Topic),
            Kind::Brokers => Some(ConfigKind::Broker),
            Kind::BrokerLoggers => Some(ConfigKind::BrokerLogger),
            Kind::ClientMetrics => Some(ConfigKind::ClientMetrics),
            Kind::Groups => Some(ConfigKind::Group),
            Kind::Clients | Kind::Users | Kind::Ips => None,
        }
    }
}

/// A type, and the name of one of it: empty for the default, `None` where none was given.
pub type Part = (Kind, Option<String>);

/// Whose settings are meant: one part, or a user and a client.
pub fn parse(given: &options::Entity, is_alter: bool) -> Result<Vec<Part>, Complaint> {
    let mut names = given.names.0.iter().cloned();
    let kinds = given.entity_type.iter().copied();
    let mut parts: Vec<Part> = kinds.map(|kind| (kind, names.next())).collect();
    if names.next().is_some() {
        let why = "There are more --entity-name and --entity-default than --entity-type";
        return Err(Complaint::new(why));
    }
    parts.extend(short_forms(given));
    check(&parts, is_alter)?;
    Ok(parts)
}

fn short_forms(given: &options::Entity) -> Vec<Part> {
    let named = [
        (Kind::Topics, &given.topic),
        (Kind::Clients, &given.client),
        (Kind::Users, &given.user),
        (Kind::Brokers, &given.broker),
        (Kind::BrokerLoggers, &given.broker_logger),
        (Kind::Ips, &given.ip),
        (Kind::Groups, &given.group),
        (Kind::ClientMetrics, &given.client_metrics),
    ];
    let defaults = [
        (Kind::Clients, given.client_defaults),
        (Kind::Users, given.user_defaults),
        (Kind::Brokers, given.broker_defaults),
        (Kind::Ips, given.ip_defaults),
    ];
    let named = named.into_iter().filter(|(_, name)| name.is_some());
    let named = named.map(|(kind, name)| (kind, name.clone()));
    let defaults = defaults.into_iter().filter(|(_, given)| *given);
    named
        .chain(defaults.map(|(kind, _)| (kind, Some(String::new()))))
        .collect()
}

fn check(parts: &[Part], is_alter: bool) -> Result<(), Complaint> {
    let said = |why: String| Err(Complaint::new(why));
    let kinds: Vec<Kind> = parts.iter().map(|(kind, _)| *kind).collect();
    match kinds.as_slice() {
        [] => return said("At least one entity type must be specified".to_owned()),
        [_] | [Kind::Users, Kind::Clients] | [Kind::Clients, Kind::Users] => {}
        _ => return said("Only users and clients may be given together".to_owned()),
    }
    for (kind, name) in parts {
        let has_default = !matches!(
            kind,
            Kind::Topics | Kind::Groups | Kind::ClientMetrics | Kind::BrokerLoggers
        );
        let plural = kind.plural();
        match name.as_deref() {
            None if is_alter => {
                return said(format!(
                    "An entity name must be specified with --alter of {plural}"
                ));
            }
            Some("") if !has_default && is_alter => {
                return said(format!(
                    "An entity name must be specified with --alter of {plural}"
                ));
            }
            None | Some("") if *kind == Kind::BrokerLoggers => {
                let why = format!("An entity name must be specified with --describe of {plural}");
                return said(why);
            }
            Some(id)
                if matches!(kind, Kind::Brokers | Kind::BrokerLoggers)
                    && !id.is_empty()
                    && id.parse::<i32>().is_err() =>
            {
                return said(format!(
                    "The entity name for {plural} must be a valid integer broker id, but it is: \
                     {id}"
                ));
            }
            _ => {}
        }
    }
    Ok(())
}
