use std::fmt;

/// The type of a value, as DescribeConfigs names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i8)]
pub enum Kind {
    Boolean = 1,
    String = 2,
    Int = 3,
    Short = 4,
    Long = 5,
    Double = 6,
    /// Texts separated by commas; spaces around them do not count.
    List = 7,
}

impl Kind {
    /// The wire code of DescribeConfigs 3+ (`ConfigEntry.ConfigType`).
    pub const fn code(self) -> i8 {
        self as i8
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Boolean => "boolean",
            Kind::String => "string",
            Kind::Int => "int",
            Kind::Short => "short",
            Kind::Long => "long",
            Kind::Double => "double",
            Kind::List => "list",
        })
    }
}

/// Which values of its [`Kind`] a key takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Range {
    Any,
    /// A number not below this one.
    AtLeast(i64),
    /// A number from the first to the second, both legal.
    Between(i64, i64),
    /// A number from the first to the second, or -1.
    BetweenOrMinusOne(i64, i64),
    /// One of these texts, case counts.
    OneOf(&'static [&'static str]),
    /// A list of any of these texts.
    EachOf(&'static [&'static str]),
    /// `*`, or a list of `partition:broker`.
    Replicas,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Range::Any => f.write_str("any"),
            Range::AtLeast(least) => write!(f, "at least {least}"),
            Range::Between(least, most) => write!(f, "{least} to {most}"),
            Range::BetweenOrMinusOne(least, most) => write!(f, "{least} to {most}, or -1"),
            Range::OneOf(texts) => write!(f, "one of {}", texts.join(", ")),
            Range::EachOf(texts) => write!(f, "any of {}", texts.join(", ")),
            Range::Replicas => f.write_str("* or partition:broker, ..."),
        }
    }
}

/// When a broker setting may change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Read at start, fixed until the process ends.
    ReadOnly,
    /// May be set at run time, for one broker or as the default of all.
    Dynamic,
}

/// One row of a table of settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// `None`: no value unless one is given.
    pub default: Option<&'static str>,
    pub range: Range,
    pub mode: Mode,
    /// One sentence, shown in `server.properties` and by DescribeConfigs.
    pub sentence: &'static str,
}

impl Key {
    /// What a value must be, for messages: `int, at least 1`.
    pub fn expected(&self) -> String {
        match self.range {
            Range::Any => self.kind.to_string(),
            range => format!("{}, {range}", self.kind),
        }
    }
}

/// Writes rows of [`Key`] as `"name" Kind default, range, Mode, "sentence";`, where the default
/// is a text or the word `none`.
macro_rules! keys {
    ($($name:literal $kind:ident $default:tt, $range:expr, $mode:ident, $sentence:literal;)*) => {
        &[$($crate::config::key::Key {
            name: $name,
            kind: $crate::config::key::Kind::$kind,
            default: $crate::config::key::default_of!($default),
            range: $range,
            mode: $crate::config::key::Mode::$mode,
            sentence: $sentence,
        },)*]
    };
}

macro_rules! default_of {
    (none) => {
        None
    };
    ($text:literal) => {
        Some($text)
    };
}

pub(super) use {default_of, keys};
