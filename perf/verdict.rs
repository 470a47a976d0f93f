/// What held the rate back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    BrokerBound,
    ClientBound,
    DiskBound,
    NetworkBound,
    RateLimited,
    /// Nothing came about that could be judged.
    NotJudged,
}

/// A judgement and what it rests on.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Verdict {
    pub limit: Limit,
    pub evidence: String,
}

/// The facts of a run that a judgement rests on. Shares are 0 to 1.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Facts {
    /// Records a second that were asked for, in an open loop.
    pub wanted: Option<f64>,
    /// Records a second that came about.
    pub achieved: f64,
    /// Records that were due and not sent when the run ended.
    pub unsent: u64,
    /// The busiest executor of the client: the share of the time it ran.
    pub client_busy: Option<f64>,
    /// The busiest core that the client runs on: the share of the time anybody ran there.
    pub client_core_busy: Option<f64>,
    /// The busiest disk of this host, where the broker is on it.
    pub disk: Option<(String, f64)>,
    /// The busiest link of this host and the share of its speed that was used, where the broker
    /// is on another host and the speed is known.
    pub link: Option<(String, f64)>,
}

/// A rate that came about to this share counts as reached.
const REACHED: f64 = 0.99;
/// Something that is busy for this share of the time is the limit.
const BUSY: f64 = 0.90;

/// A core on which somebody runs for this share of the time has no room for the client.
const CROWDED: f64 = 0.95;

impl Limit {
    pub fn name(self) -> &'static str {
        match self {
            Limit::BrokerBound => "broker-bound",
            Limit::ClientBound => "client-bound",
            Limit::DiskBound => "disk-bound",
            Limit::NetworkBound => "network-bound",
            Limit::RateLimited => "rate-limited",
            Limit::NotJudged => "not judged",
        }
    }
}

impl Facts {
    /// Judges. A client that is out of CPU is named first, since nothing can be said of others
    /// then; the broker is named when nobody else is.
    pub fn judge(&self) -> Verdict {
        let busy = self.client_busy.unwrap_or(0.0);
        let (limit, evidence) = if self.achieved <= 0.0 {
            (Limit::NotJudged, "nothing was measured".to_owned())
        } else if self.is_reached() {
            let wanted = self.wanted.unwrap_or_default();
            let evidence = format!("the {wanted:.0} records/s asked for were reached");
            (Limit::RateLimited, evidence)
        } else if busy >= BUSY {
            let evidence = format!("an executor of the client ran {}", percent(busy));
            (Limit::ClientBound, evidence)
        } else if let Some(core) = self.client_core_busy.filter(|core| *core >= CROWDED) {
            let evidence = format!(
                "others kept the client from its core, which was busy {} of the time, {} of it \
                 with the client",
                percent(core.min(1.0)),
                percent(busy)
            );
            (Limit::ClientBound, evidence)
        } else if let Some((link, share)) = self.link.as_ref().filter(|(_, share)| *share >= BUSY) {
            let evidence = format!("{} of the speed of {link} was used", percent(*share));
            (Limit::NetworkBound, evidence)
        } else if let Some((disk, share)) = self.disk.as_ref().filter(|(_, share)| *share >= BUSY) {
            let evidence = format!("disk {disk} was busy {} of the time", percent(*share));
            (Limit::DiskBound, evidence)
        } else {
            (Limit::BrokerBound, self.nobody_else())
        };
        Verdict { limit, evidence }
    }

    fn is_reached(&self) -> bool {
        let enough = |wanted: f64| self.achieved >= REACHED * wanted;
        self.wanted.is_some_and(enough) && self.unsent == 0
    }

    fn nobody_else(&self) -> String {
        let client = match self.client_busy {
            Some(busy) => format!("client executors ran at most {} of the time", percent(busy)),
            None => "client CPU is not known".to_owned(),
        };
        let disk = match &self.disk {
            Some((disk, share)) => format!("disk {disk} was busy {}", percent(*share)),
            None => "the broker's disk cannot be seen from here".to_owned(),
        };
        format!("{client}; {disk}")
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::{Facts, Limit};

    fn facts() -> Facts {
        Facts {
            achieved: 100_000.0,
            client_busy: Some(0.41),
            disk: Some(("vda".into(), 0.30)),
            ..Facts::default()
        }
    }

    /// Shares that runs of 1 KiB records had, and what each of them was.
    #[test]
    fn recorded_runs_are_judged_as_they_were() {
        let facts = |client, core, disk| Facts {
            achieved: 150_000.0,
            client_busy: Some(client),
            client_core_busy: Some(core),
            disk: Some(("vda".into(), disk)),
            ..Facts::default()
        };
        let runs = [
            // Against the sink, alone on its core, and beside a compiler.
            (facts(0.92, 1.0, 0.0), Limit::ClientBound),
            (facts(0.30, 0.99, 0.0), Limit::ClientBound),
            // Against a broker that syncs, and one that waits for its own core.
            (facts(0.07, 0.52, 0.93), Limit::DiskBound),
            (facts(0.21, 0.86, 0.05), Limit::BrokerBound),
        ];
        for (facts, limit) in runs {
            assert_eq!(facts.judge().limit, limit, "{facts:?}");
        }
        assert_eq!(Facts::default().judge().limit, Limit::NotJudged);
    }

    #[test]
    fn a_rate_that_was_reached_limits_nothing_else() {
        let reached = Facts {
            wanted: Some(100_500.0),
            client_busy: Some(0.95),
            ..facts()
        };
        assert_eq!(reached.judge().limit, Limit::RateLimited);
        let behind = Facts {
            unsent: 10,
            ..reached
        };
        assert_eq!(behind.judge().limit, Limit::ClientBound);
    }

    #[test]
    fn a_busy_client_is_named_before_a_busy_disk() {
        let both = Facts {
            client_busy: Some(0.97),
            disk: Some(("vda".into(), 0.99)),
            ..facts()
        };
        let verdict = both.judge();
        assert_eq!(verdict.limit, Limit::ClientBound);
        assert_eq!(verdict.evidence, "an executor of the client ran 97 %");
    }

    #[test]
    fn a_client_that_others_keep_from_its_core_is_the_limit() {
        let crowded = Facts {
            client_core_busy: Some(0.97),
            ..facts()
        };
        let verdict = crowded.judge();
        assert_eq!(verdict.limit, Limit::ClientBound);
        assert!(
            verdict
                .evidence
                .contains("busy 97 % of the time, 41 % of it with the client")
        );
    }

    #[test]
    fn disk_and_link_are_named_when_they_are_busy() {
        let disk = Facts {
            disk: Some(("nvme0n1".into(), 0.96)),
            ..facts()
        };
        assert_eq!(disk.judge().limit, Limit::DiskBound);
        let link = Facts {
            link: Some(("eth0".into(), 0.93)),
            ..disk
        };
        let verdict = link.judge();
        assert_eq!(verdict.limit, Limit::NetworkBound);
        assert_eq!(verdict.evidence, "93 % of the speed of eth0 was used");
    }

    #[test]
    fn the_broker_is_named_when_nobody_else_is_busy() {
        let verdict = facts().judge();
        assert_eq!(verdict.limit, Limit::BrokerBound);
        assert_eq!(
            verdict.evidence,
            "client executors ran at most 41 % of the time; disk vda was busy 30 %"
        );
        let unknown = Facts {
            achieved: 1.0,
            ..Facts::default()
        };
        let unknown = unknown.judge();
        assert!(unknown.evidence.contains("cannot be seen"));
    }
}
