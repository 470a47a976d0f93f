use super::cursor::{Cursor, Malformed};
use super::schema::{Field, Struct};
use super::versions::ApiKey;
use super::writer::{EncodeFault, Output, Writer};

/// A request or a response: a body whose shape its API key and a version decide.
pub trait Message<'a>: Struct<'a> + Field<'a> {
    const KEY: ApiKey;

    /// Reads the body and leaves trailing bytes in the cursor.
    fn decode(cursor: &mut Cursor<'a>, version: i16) -> Result<Self, Malformed> {
        match Self::KEY.dialect(version) {
            Some(dialect) => Self::read(cursor, dialect),
            None => Err(Malformed::Version {
                key: Self::KEY as i16,
                version,
            }),
        }
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeFault> {
        match Self::KEY.dialect(version) {
            Some(dialect) => self.write(writer, dialect),
            None => Err(EncodeFault::Version {
                key: Self::KEY as i16,
                version,
            }),
        }
    }

    /// Bytes that [`encode`](Message::encode) writes, payloads included.
    fn size(&self, version: i16) -> Result<usize, EncodeFault> {
        let mut measure = Writer::measuring();
        self.encode(&mut measure, version)?;
        Ok(measure.size().total())
    }

    /// The body alone, presized.
    fn to_output(&self, version: i16) -> Result<Output, EncodeFault> {
        let mut measure = Writer::measuring();
        self.encode(&mut measure, version)?;
        let mut writer = Writer::with_capacity(measure.size().inline);
        self.encode(&mut writer, version)?;
        Ok(writer.finish())
    }
}

/// Declares the structs of a message in Kafka's names and order.
///
/// ```text
/// schema! {
///     /// One partition's batches.
///     struct PartitionProduceData<'a> {
///         index: i32;
///         records: Option<Records<'a>> [nullable];
///         current_leader: LeaderIdAndEpoch<'a> [since(10), tag(0), ignorable];
///         log_start_offset: i64 [since(5), ignorable] = -1;
///     }
/// }
/// ```
///
/// In brackets stand the methods of [`Spec`](super::schema::Spec); after `=` stands the default
/// where it is not the type's own.
macro_rules! schema {
    ($(
        $(#[$meta:meta])*
        struct $name:ident<$life:lifetime> {
            $(
                $(#[$field_meta:meta])*
                $field:ident: $type:ty
                    $([$($word:ident $(($arg:literal))?),*])? $(= $default:expr)?;
            )*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $name<$life> {
            $($(#[$field_meta])* pub $field: $type,)*
            /// Tagged fields of versions newer than this build.
            #[serde(skip_serializing_if = "crate::wire::Unknown::is_empty")]
            pub unknown_tagged_fields: $crate::wire::Unknown<$life>,
        }

        impl<$life> Default for $name<$life> {
            fn default() -> Self {
                Self {
                    $($field: $crate::wire::message::or_default!($($default)?),)*
                    unknown_tagged_fields: Default::default(),
                }
            }
        }

        impl<$life> $crate::wire::schema::Struct<$life> for $name<$life> {
            const HAS_TAGS: bool = false $(||
                $crate::wire::message::spec!($field $($($word $(($arg))?)*)?).has_tag()
            )*;

            fn inspect<V: $crate::wire::schema::Inspect<$life>>(
                &self,
                _visitor: &mut V,
            ) -> Result<(), $crate::wire::EncodeFault> {
                $(_visitor.field(
                    $crate::wire::message::spec!($field $($($word $(($arg))?)*)?),
                    &self.$field,
                    || $crate::wire::message::or_default!($($default)?),
                )?;)*
                Ok(())
            }

            fn fill<V: $crate::wire::schema::Fill<$life>>(
                &mut self,
                _visitor: &mut V,
            ) -> Result<(), $crate::wire::Malformed> {
                $(_visitor.field(
                    $crate::wire::message::spec!($field $($($word $(($arg))?)*)?),
                    &mut self.$field,
                )?;)*
                Ok(())
            }

            fn unknown(&self) -> &$crate::wire::Unknown<$life> {
                &self.unknown_tagged_fields
            }

            fn unknown_mut(&mut self) -> &mut $crate::wire::Unknown<$life> {
                &mut self.unknown_tagged_fields
            }
        }

        impl<$life> $crate::wire::schema::Field<$life> for $name<$life> {
            fn size_min(dialect: $crate::wire::schema::Dialect) -> usize {
                usize::from(dialect.flexible) $(+
                    $crate::wire::message::spec!($field $($($word $(($arg))?)*)?)
                        .size_min::<$type>(dialect)
                )*
            }

            fn read(
                cursor: &mut $crate::wire::Cursor<$life>,
                dialect: $crate::wire::schema::Dialect,
            ) -> Result<Self, $crate::wire::Malformed> {
                $crate::wire::schema::read_struct(cursor, dialect)
            }

            fn write(
                &self,
                writer: &mut $crate::wire::Writer,
                dialect: $crate::wire::schema::Dialect,
            ) -> Result<(), $crate::wire::EncodeFault> {
                $crate::wire::schema::write_struct(self, writer, dialect)
            }

            fn show(
                &self,
                json: &mut $crate::wire::json::Json,
                dialect: $crate::wire::schema::Dialect,
            ) {
                json.members(self, dialect);
            }
        }

        impl<$life> $crate::wire::schema::Nullable<$life> for $name<$life> {
            fn read_nullable(
                cursor: &mut $crate::wire::Cursor<$life>,
                dialect: $crate::wire::schema::Dialect,
            ) -> Result<Option<Self>, $crate::wire::Malformed> {
                $crate::wire::schema::read_nullable_struct(cursor, dialect)
            }

            fn write_null(
                writer: &mut $crate::wire::Writer,
                _: $crate::wire::schema::Dialect,
            ) {
                $crate::wire::schema::write_struct_marker(writer, false);
            }

            fn write_present(
                &self,
                writer: &mut $crate::wire::Writer,
                dialect: $crate::wire::schema::Dialect,
            ) -> Result<(), $crate::wire::EncodeFault> {
                $crate::wire::schema::write_struct_marker(writer, true);
                $crate::wire::schema::write_struct(self, writer, dialect)
            }
        }
    )*};
}

/// The specification of one field, computed when compiled.
macro_rules! spec {
    ($field:ident $($word:ident $(($arg:literal))?)*) => {
        const { $crate::wire::schema::Spec::named(stringify!($field)) $(.$word($($arg)?))* }
    };
}

/// The given default, or that of the type.
macro_rules! or_default {
    () => {
        Default::default()
    };
    ($default:expr) => {
        $default
    };
}

/// Ties the top structs of a schema file to their row of the version table.
macro_rules! api {
    ($key:ident: $($top:ident),*) => {$(
        impl<'a> $crate::wire::Message<'a> for $top<'a> {
            const KEY: $crate::wire::ApiKey = $crate::wire::ApiKey::$key;
        }
    )*};
}

pub(crate) use {api, or_default, schema, spec};
