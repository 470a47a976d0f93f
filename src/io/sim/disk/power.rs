use crate::io::sim::random::Dice;

/// What one power cut does to the changes that were not synced. Each cut has its own mood, so
/// that among many cuts some lose everything, some nothing, and most some of it.
#[derive(Clone, Copy)]
pub(in crate::io::sim) struct Fate<'a> {
    dice: &'a Dice,
    keep_percent: u8,
    tear_percent: u8,
    /// For changes of which a lying sync said that they will survive, where that is not the same.
    lied_percent: Option<u8>,
}

impl Fate<'_> {
    pub fn new(dice: &Dice) -> Fate<'_> {
        let (keep_percent, tear_percent) = match dice.below(4) {
            0 => (0, 0),
            1 => (100, 0),
            _ => (any_percentage(dice), 60),
        };
        Fate {
            dice,
            keep_percent,
            tear_percent,
            lied_percent: None,
        }
    }

    /// The worst that a lie can do: all changes survive, but of those of which a sync said so none
    /// or some do.
    pub fn cruel(dice: &Dice) -> Fate<'_> {
        Fate {
            dice,
            keep_percent: 100,
            tear_percent: 0,
            lied_percent: Some(if dice.percent(50) { 0 } else { 50 }),
        }
    }

    /// That of one change, of which a lying sync may have said that it will survive.
    pub(super) fn of(&self, was_promised: bool) -> Fate<'_> {
        Fate {
            keep_percent: self
                .lied_percent
                .filter(|_| was_promised)
                .unwrap_or(self.keep_percent),
            ..*self
        }
    }

    /// Whether one indivisible change survives.
    pub fn keeps(&self) -> bool {
        self.dice.percent(self.keep_percent)
    }

    /// What happens to one write of many sectors.
    pub(super) fn tear(&self) -> Tear<'_> {
        if self.dice.percent(self.tear_percent) {
            return Tear {
                dice: self.dice,
                keep_percent: any_percentage(self.dice),
            };
        }
        Tear {
            dice: self.dice,
            keep_percent: if self.keeps() { 100 } else { 0 },
        }
    }
}

/// The fate of the sectors of one write.
pub(super) struct Tear<'a> {
    dice: &'a Dice,
    keep_percent: u8,
}

impl Tear<'_> {
    pub fn keeps_sector(&self) -> bool {
        match self.keep_percent {
            0 => false,
            100 => true,
            percent => self.dice.percent(percent),
        }
    }
}

fn any_percentage(dice: &Dice) -> u8 {
    u8::try_from(dice.below(101)).expect("at most a hundred")
}
