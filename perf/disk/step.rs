use serde::Serialize;

/// What an operation does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Fills the file: blocks are allocated on the way.
    Fill,
    Write,
    /// With a sync linked behind each write.
    WriteAndSync,
    Read,
}

/// Operations of one kind, one after the other through the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Step {
    pub action: Action,
    pub operation_bytes: usize,
    /// Operations at a time.
    pub depth: usize,
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

impl Step {
    const fn of(action: Action, operation_bytes: usize, depth: usize) -> Step {
        Step {
            action,
            operation_bytes,
            depth,
        }
    }

    /// All steps in order; the file is filled first.
    pub const ALL: [Step; 14] = [
        Step::of(Action::Fill, MIB, 4),
        Step::of(Action::Write, 4 * KIB, 1),
        Step::of(Action::Write, 64 * KIB, 1),
        Step::of(Action::Write, 64 * KIB, 8),
        Step::of(Action::Write, MIB, 1),
        Step::of(Action::Write, MIB, 8),
        Step::of(Action::WriteAndSync, 4 * KIB, 1),
        Step::of(Action::WriteAndSync, 64 * KIB, 1),
        Step::of(Action::WriteAndSync, 64 * KIB, 8),
        Step::of(Action::WriteAndSync, MIB, 1),
        Step::of(Action::WriteAndSync, MIB, 8),
        Step::of(Action::Read, 64 * KIB, 1),
        Step::of(Action::Read, MIB, 1),
        Step::of(Action::Read, MIB, 8),
    ];

    pub fn name(&self) -> &'static str {
        match self.action {
            Action::Fill => "fill",
            Action::Write => "write",
            Action::WriteAndSync => "write+sync",
            Action::Read => "read",
        }
    }
}
