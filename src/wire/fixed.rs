//! Fields that take the same number of bytes in every version: numbers, `bool`, ids.

use super::cursor::{Cursor, Malformed};
use super::java_text;
use super::json::Json;
use super::schema::{Dialect, Field};
use super::writer::{EncodeFault, Writer};
use crate::model::Uuid;

macro_rules! number {
    ($($number:ty)*) => {$(
        impl<'a> Field<'a> for $number {
            #[inline]
            fn size_min(_: Dialect) -> usize {
                size_of::<$number>()
            }

            #[inline]
            fn read(cursor: &mut Cursor<'a>, _: Dialect) -> Result<Self, Malformed> {
                cursor.array().map(<$number>::from_be_bytes)
            }

            #[inline]
            fn write(&self, writer: &mut Writer, _: Dialect) -> Result<(), EncodeFault> {
                writer.put(&self.to_be_bytes());
                Ok(())
            }

            fn show(&self, json: &mut Json, _: Dialect) {
                json.bare(&self.to_text());
            }
        }
    )*};
}

number!(i8 i16 u16 i32 u32 i64 f64);

/// Numbers as Java writes them.
trait ToText {
    fn to_text(&self) -> String;
}

macro_rules! whole {
    ($($number:ty)*) => {$(
        impl ToText for $number {
            fn to_text(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

whole!(i8 i16 u16 i32 u32 i64);

impl ToText for f64 {
    fn to_text(&self) -> String {
        java_text::double(*self)
    }
}

impl<'a> Field<'a> for bool {
    #[inline]
    fn size_min(_: Dialect) -> usize {
        1
    }

    #[inline]
    fn read(cursor: &mut Cursor<'a>, _: Dialect) -> Result<Self, Malformed> {
        cursor.array().map(|[byte]| byte != 0)
    }

    #[inline]
    fn write(&self, writer: &mut Writer, _: Dialect) -> Result<(), EncodeFault> {
        writer.put(&[u8::from(*self)]);
        Ok(())
    }

    fn show(&self, json: &mut Json, _: Dialect) {
        json.bare(if *self { "true" } else { "false" });
    }
}

impl<'a> Field<'a> for Uuid {
    #[inline]
    fn size_min(_: Dialect) -> usize {
        16
    }

    #[inline]
    fn read(cursor: &mut Cursor<'a>, _: Dialect) -> Result<Self, Malformed> {
        cursor.array().map(Uuid::from_bytes)
    }

    #[inline]
    fn write(&self, writer: &mut Writer, _: Dialect) -> Result<(), EncodeFault> {
        writer.put(self.as_bytes());
        Ok(())
    }

    fn show(&self, json: &mut Json, _: Dialect) {
        json.string(&self.to_string());
    }
}
