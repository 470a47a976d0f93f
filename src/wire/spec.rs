use super::schema::Field;

/// How a field looks at one version of its message.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    pub version: i16,
    /// Lengths are unsigned varints and structs end in tagged fields (KIP-482).
    pub flexible: bool,
    /// The field being read or written may be null.
    pub nullable: bool,
    /// Its name, for errors.
    pub field: &'static str,
}

impl Dialect {
    pub fn new(version: i16, flexible_from: i16) -> Dialect {
        let flexible = version >= flexible_from;
        Dialect {
            version,
            flexible,
            nullable: false,
            field: "",
        }
    }

    pub(super) fn not_nullable(self) -> Dialect {
        Dialect {
            nullable: false,
            ..self
        }
    }
}

/// What a schema says of one field beyond its type; built by the words in its brackets.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    pub(super) name: &'static str,
    first: i16,
    last: i16,
    null_first: i16,
    pub(super) tag: Option<u32>,
    pub(super) ignorable: bool,
    classic: bool,
}

impl Spec {
    /// A field of every version, never null.
    pub const fn named(name: &'static str) -> Spec {
        let last = i16::MAX;
        Spec {
            name,
            first: 0,
            last,
            null_first: last,
            tag: None,
            ignorable: false,
            classic: false,
        }
    }

    /// Absent before this version.
    pub const fn since(self, first: i16) -> Spec {
        Spec { first, ..self }
    }

    /// Absent after this version.
    pub const fn until(self, last: i16) -> Spec {
        Spec { last, ..self }
    }

    /// May be null wherever it exists.
    pub const fn nullable(self) -> Spec {
        self.nullable_since(0)
    }

    /// May be null from this version on.
    pub const fn nullable_since(self, null_first: i16) -> Spec {
        Spec { null_first, ..self }
    }

    /// Written as a tagged field, and only when it differs from its default.
    pub const fn tag(self, tag: u32) -> Spec {
        Spec {
            tag: Some(tag),
            ..self
        }
    }

    /// Dropped without a word where the version has no place for it.
    pub const fn ignorable(self) -> Spec {
        Spec {
            ignorable: true,
            ..self
        }
    }

    /// Written in the old form even in flexible versions.
    pub const fn classic(self) -> Spec {
        Spec {
            classic: true,
            ..self
        }
    }

    /// The fewest bytes that the field adds to its struct's body.
    #[inline]
    pub fn size_min<'a, F: Field<'a>>(&self, of: Dialect) -> usize {
        let is_in_body = self.tag.is_none() && self.is_present(of.version);
        if is_in_body {
            F::size_min(self.dialect(of))
        } else {
            0
        }
    }

    pub const fn has_tag(&self) -> bool {
        self.tag.is_some()
    }

    #[inline]
    pub(super) fn is_present(&self, version: i16) -> bool {
        self.first <= version && version <= self.last
    }

    #[inline]
    pub(super) fn dialect(&self, of: Dialect) -> Dialect {
        Dialect {
            version: of.version,
            flexible: of.flexible && !self.classic,
            nullable: self.null_first <= of.version,
            field: self.name,
        }
    }
}
