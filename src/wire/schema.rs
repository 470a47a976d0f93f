use super::cursor::{Cursor, Malformed};
use super::json::Json;
pub use super::spec::{Dialect, Spec};
use super::tagged::Unknown;
use super::writer::{EncodeFault, Writer};

/// What can stand in a field: numbers, text, arrays, structs.
pub trait Field<'a>: Sized {
    /// The fewest bytes that a value takes: bounds the count that an array may announce.
    fn size_min(dialect: Dialect) -> usize;

    fn read(cursor: &mut Cursor<'a>, dialect: Dialect) -> Result<Self, Malformed>;
    fn write(&self, writer: &mut Writer, dialect: Dialect) -> Result<(), EncodeFault>;

    /// Adds the value in Kafka's JSON form.
    fn show(&self, json: &mut Json, dialect: Dialect);
}

/// What can stand in a field that may be null, held as an `Option`.
pub trait Nullable<'a>: Field<'a> {
    fn read_nullable(c: &mut Cursor<'a>, dialect: Dialect) -> Result<Option<Self>, Malformed>;
    fn write_null(writer: &mut Writer, dialect: Dialect);

    /// Structs put a marker before the value; for others, the length says that it is there.
    #[inline]
    fn write_present(&self, writer: &mut Writer, d: Dialect) -> Result<(), EncodeFault> {
        self.write(writer, d)
    }
}

/// A struct of a message: the [`schema!`](crate::wire::schema!) macro writes the two walks over
/// its fields in schema order, and everything else is done here by visitors.
pub trait Struct<'a>: Default + PartialEq {
    /// Whether any field is tagged: if none is, code for tags is not compiled for it.
    const HAS_TAGS: bool;

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
        default: fn() -> F,
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
    let tags = if d.flexible { c.uvarint()? } else { 0 };
    for _ in 0..tags {
        c.spend(1)?;
        let tag = c.uvarint()?;
        let size = c.uvarint()? as usize;
        let content = c.take(size)?;
        let is_known = if T::HAS_TAGS {
            read_tag(&mut value, tag, c.within(content), d)?
        } else {
            false
        };
        if !is_known {
            value.unknown_mut().insert(tag, content)?;
        }
    }
    Ok(value)
}

/// Reads a tagged field into the struct, unless the struct does not know it.
fn read_tag<'a>(
    value: &mut impl Struct<'a>,
    tag: u32,
    cursor: Cursor<'a>,
    dialect: Dialect,
) -> Result<bool, Malformed> {
    let mut reader = TagReader {
        tag,
        cursor,
        dialect,
        is_known: false,
    };
    value.fill(&mut reader)?;
    match reader.cursor.remaining() {
        left if reader.is_known && left > 0 => Err(Malformed::Tag { tag, left }),
        _ => Ok(reader.is_known),
    }
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
    is_known: bool,
}

impl<'a> Fill<'a> for TagReader<'a> {
    fn field<F: Field<'a>>(&mut self, spec: Spec, field: &mut F) -> Result<(), Malformed> {
        if spec.tag == Some(self.tag) && spec.is_present(self.dialect.version) {
            *field = F::read(&mut self.cursor, spec.dialect(self.dialect))?;
            self.is_known = true;
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
pub fn write_struct_marker(writer: &mut Writer, present: bool) {
    writer.put(if present { &[1] } else { &[0xff] });
}

/// Writes a struct: its body, then its tagged fields in numeric order.
pub fn write_struct<'a, T: Struct<'a>>(
    value: &T,
    writer: &mut Writer,
    dialect: Dialect,
) -> Result<(), EncodeFault> {
    value.inspect(&mut BodyWriter { writer, dialect })?;
    if !dialect.flexible {
        return Ok(());
    }
    if T::HAS_TAGS {
        return write_tags(value, writer, dialect);
    }
    writer.put_uvarint(value.unknown().len() as u32);
    value.unknown().write(writer, 0..=u32::MAX);
    Ok(())
}

/// Writes the tagged fields, known and unknown ones in one numeric order.
fn write_tags<'a>(
    value: &impl Struct<'a>,
    writer: &mut Writer,
    dialect: Dialect,
) -> Result<(), EncodeFault> {
    let mut census = TagCensus {
        dialect,
        count: 0,
        end: 0,
    };
    value.inspect(&mut census)?;
    let unknown = value.unknown();
    writer.put_uvarint(census.count + unknown.len() as u32);
    for tag in 0..census.end {
        value.inspect(&mut TagWriter {
            tag,
            writer,
            dialect,
        })?;
        unknown.write(writer, tag..=tag);
    }
    unknown.write(writer, census.end..=u32::MAX);
    Ok(())
}

struct BodyWriter<'s> {
    writer: &'s mut Writer,
    dialect: Dialect,
}

impl<'a> Inspect<'a> for BodyWriter<'_> {
    #[inline]
    fn field<F: Field<'a> + PartialEq>(
        &mut self,
        spec: Spec,
        field: &F,
        default: fn() -> F,
    ) -> Result<(), EncodeFault> {
        let version = self.dialect.version;
        if spec.is_present(version) {
            if spec.tag.is_none() {
                field.write(self.writer, spec.dialect(self.dialect))?;
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
        default: fn() -> F,
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

struct TagWriter<'s> {
    tag: u32,
    writer: &'s mut Writer,
    dialect: Dialect,
}

impl<'a> Inspect<'a> for TagWriter<'_> {
    fn field<F: Field<'a> + PartialEq>(
        &mut self,
        spec: Spec,
        field: &F,
        default: fn() -> F,
    ) -> Result<(), EncodeFault> {
        let here = spec.tag == Some(self.tag) && spec.is_present(self.dialect.version);
        if here && *field != default() {
            let dialect = spec.dialect(self.dialect);
            let mut measure = Writer::measuring();
            field.write(&mut measure, dialect)?;
            self.writer.put_uvarint(self.tag);
            self.writer.put_uvarint(measure.size().total() as u32);
            field.write(self.writer, dialect)?;
        }
        Ok(())
    }
}
