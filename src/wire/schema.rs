use super::cursor::{Cursor, Malformed};
use super::tagged::Unknown;
use super::writer::{Counter, EncodeFault, Sink};

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

/// What can stand in a field: numbers, text, arrays, structs.
pub trait Field<'a>: Sized {
    /// The fewest bytes that a value takes: bounds the count that an array may announce.
    fn size_min(dialect: Dialect) -> usize;

    fn read(cursor: &mut Cursor<'a>, dialect: Dialect) -> Result<Self, Malformed>;
    fn write<S: Sink>(&self, sink: &mut S, dialect: Dialect) -> Result<(), EncodeFault>;
}

/// What can stand in a field that may be null, held as an `Option`.
pub trait Nullable<'a>: Field<'a> {
    fn read_nullable(c: &mut Cursor<'a>, dialect: Dialect) -> Result<Option<Self>, Malformed>;
    fn write_null<S: Sink>(sink: &mut S, dialect: Dialect);

    /// Structs put a marker before the value; for others, the length says that it is there.
    #[inline]
    fn write_present<S: Sink>(&self, sink: &mut S, d: Dialect) -> Result<(), EncodeFault> {
        self.write(sink, d)
    }
}

/// What a schema says of one field beyond its type; built by the words in its brackets.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    name: &'static str,
    first: i16,
    last: i16,
    null_first: i16,
    tag: Option<u32>,
    ignorable: bool,
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

    #[inline]
    fn is_present(&self, version: i16) -> bool {
        self.first <= version && version <= self.last
    }

    #[inline]
    fn dialect(&self, of: Dialect) -> Dialect {
        Dialect {
            version: of.version,
            flexible: of.flexible && !self.classic,
            nullable: self.null_first <= of.version,
            field: self.name,
        }
    }
}

/// A struct of a message: the [`schema!`](crate::wire::schema!) macro writes the two walks over
/// its fields in schema order, and everything else is done here by visitors.
pub trait Struct<'a>: Default + PartialEq {
    fn inspect<V: Inspect<'a>>(&self, visitor: &mut V) -> Result<(), EncodeFault>;
    fn fill<V: Fill<'a>>(&mut self, visitor: &mut V) -> Result<(), Malformed>;
    fn unknown(&self) -> &Unknown<'a>;
    fn unknown_mut(&mut self) -> &mut Unknown<'a>;
}

/// Is shown each field of a struct with its specification and default.
pub trait Inspect<'a> {
    fn field<F: Field<'a> + PartialEq>(
        &mut self,
        spec: Spec,
        field: &F,
        default: impl FnOnce() -> F,
    ) -> Result<(), EncodeFault>;
}

/// Is given each field of a struct to set.
pub trait Fill<'a> {
    fn field<F: Field<'a>>(&mut self, spec: Spec, field: &mut F) -> Result<(), Malformed>;
}

/// Reads a struct: its body, then its tagged fields in flexible versions.
pub fn read_struct<'a, T: Struct<'a>>(c: &mut Cursor<'a>, d: Dialect) -> Result<T, Malformed> {
    let mut value = T::default();
    value.fill(&mut BodyReader {
        cursor: c,
        dialect: d,
    })?;
    if d.flexible {
        let count = c.uvarint()?;
        for _ in 0..count {
            let tag = c.uvarint()?;
            let size = c.uvarint()? as usize;
            let content = c.take(size)?;
            let mut reader = TagReader {
                tag,
                cursor: Cursor::new(content),
                dialect: d,
                known: false,
            };
            value.fill(&mut reader)?;
            if !reader.known {
                value.unknown_mut().insert(tag, content);
            } else if reader.cursor.remaining() > 0 {
                return Err(Malformed::Tag {
                    tag,
                    left: reader.cursor.remaining(),
                });
            }
        }
    }
    Ok(value)
}

struct BodyReader<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    dialect: Dialect,
}

impl<'a> Fill<'a> for BodyReader<'_, 'a> {
    #[inline]
    fn field<F: Field<'a>>(&mut self, spec: Spec, field: &mut F) -> Result<(), Malformed> {
        if spec.tag.is_none() && spec.is_present(self.dialect.version) {
            *field = F::read(self.cursor, spec.dialect(self.dialect))?;
        }
        Ok(())
    }
}

struct TagReader<'a> {
    tag: u32,
    cursor: Cursor<'a>,
    dialect: Dialect,
    known: bool,
}

impl<'a> Fill<'a> for TagReader<'a> {
    fn field<F: Field<'a>>(&mut self, spec: Spec, field: &mut F) -> Result<(), Malformed> {
        if spec.tag == Some(self.tag) && spec.is_present(self.dialect.version) {
            *field = F::read(&mut self.cursor, spec.dialect(self.dialect))?;
            self.known = true;
        }
        Ok(())
    }
}

/// Reads a struct that may be null: one byte says so before it, below zero for null, in flexible
/// versions too. It is no varint.
pub fn read_nullable_struct<'a, T: Struct<'a>>(
    cursor: &mut Cursor<'a>,
    dialect: Dialect,
) -> Result<Option<T>, Malformed> {
    let [marker] = cursor.array()?;
    if marker.cast_signed() < 0 {
        Ok(None)
    } else {
        read_struct(cursor, dialect).map(Some)
    }
}

/// Writes the byte that [`read_nullable_struct`] reads.
pub fn write_struct_marker<S: Sink>(sink: &mut S, present: bool) {
    sink.put(if present { &[1] } else { &[0xff] });
}

/// Writes a struct: its body, then its tagged fields in numeric order.
pub fn write_struct<'a, S: Sink>(
    value: &impl Struct<'a>,
    sink: &mut S,
    dialect: Dialect,
) -> Result<(), EncodeFault> {
    value.inspect(&mut BodyWriter { sink, dialect })?;
    if !dialect.flexible {
        return Ok(());
    }
    let mut census = TagCensus {
        dialect,
        count: 0,
        end: 0,
    };
    value.inspect(&mut census)?;
    let unknown = value.unknown();
    sink.put_uvarint(census.count + unknown.len() as u32);
    for tag in 0..census.end {
        value.inspect(&mut TagWriter { tag, sink, dialect })?;
        unknown.write(sink, tag..tag + 1);
    }
    unknown.write(sink, census.end..u32::MAX);
    Ok(())
}

struct BodyWriter<'s, S> {
    sink: &'s mut S,
    dialect: Dialect,
}

impl<'a, S: Sink> Inspect<'a> for BodyWriter<'_, S> {
    #[inline]
    fn field<F: Field<'a> + PartialEq>(
        &mut self,
        spec: Spec,
        field: &F,
        default: impl FnOnce() -> F,
    ) -> Result<(), EncodeFault> {
        let version = self.dialect.version;
        if spec.is_present(version) {
            if spec.tag.is_none() {
                field.write(self.sink, spec.dialect(self.dialect))?;
            }
        } else if !spec.ignorable && *field != default() {
            return Err(EncodeFault::Absent {
                field: spec.name,
                version,
            });
        }
        Ok(())
    }
}

/// Counts the tagged fields to be written and finds where their numbers end.
struct TagCensus {
    dialect: Dialect,
    count: u32,
    end: u32,
}

impl<'a> Inspect<'a> for TagCensus {
    #[inline]
    fn field<F: Field<'a> + PartialEq>(
        &mut self,
        spec: Spec,
        field: &F,
        default: impl FnOnce() -> F,
    ) -> Result<(), EncodeFault> {
        if let Some(tag) = spec.tag
            && spec.is_present(self.dialect.version)
            && *field != default()
        {
            self.count += 1;
            self.end = self.end.max(tag + 1);
        }
        Ok(())
    }
}

struct TagWriter<'s, S> {
    tag: u32,
    sink: &'s mut S,
    dialect: Dialect,
}

impl<'a, S: Sink> Inspect<'a> for TagWriter<'_, S> {
    fn field<F: Field<'a> + PartialEq>(
        &mut self,
        spec: Spec,
        field: &F,
        default: impl FnOnce() -> F,
    ) -> Result<(), EncodeFault> {
        let here = spec.tag == Some(self.tag) && spec.is_present(self.dialect.version);
        if here && *field != default() {
            let dialect = spec.dialect(self.dialect);
            let mut counter = Counter::default();
            field.write(&mut counter, dialect)?;
            self.sink.put_uvarint(self.tag);
            self.sink.put_uvarint(counter.total() as u32);
            field.write(self.sink, dialect)?;
        }
        Ok(())
    }
}
