//! From a [`Document`] to typed settings through serde, keeping what is wrong and where as data: serde's own
//! messages name neither the section nor the nearest known key.

use std::ops::Range;

use serde::de::{
    self, DeserializeSeed, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor,
};

use super::document::{Document, Entry, Node, Value};
use super::fault;
use super::values::DATE;
use crate::error::Result;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    UnknownKey {
        key: String,
        known: &'static [&'static str],
    },
    UnknownValue {
        value: String,
        known: &'static [&'static str],
    },
    WrongType {
        found: String,
        expected: String,
    },
    Missing(&'static str),
    Other(String),
}

/// What is wrong, and where.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    pub(super) span: Option<Range<usize>>,
    /// The keys from the top to the value, nearest first while the fault travels up.
    pub(super) path: Vec<String>,
}

/// Reads a whole document as `T`.
///
/// # Errors
/// With file, line and column, when a key or value is not known.
pub(super) fn read<T: de::DeserializeOwned>(document: &Document) -> Result<T> {
    T::deserialize(Reader(document.root())).map_err(|mut fault| {
        fault.path.reverse();
        fault::explain(document, &fault)
    })
}

/// A node as serde reads it.
#[derive(Clone, Copy)]
struct Reader<'n>(&'n Node);

impl Fault {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            span: None,
            path: Vec::new(),
        }
    }

    /// Adds the place, unless something further down knew a nearer one.
    fn at(mut self, span: &Range<usize>) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    fn within(mut self, key: &str) -> Self {
        self.path.push(key.to_owned());
        self
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::new(Kind::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Self {
        Self::new(Kind::WrongType {
            found: in_words(&found),
            expected: expected.to_string(),
        })
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownKey {
            key: key.to_owned(),
            known,
        })
    }

    fn unknown_variant(value: &str, known: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownValue {
            value: value.to_owned(),
            known,
        })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(Kind::Missing(key))
    }
}

fn in_words(found: &Unexpected) -> String {
    match found {
        Unexpected::Str(text) => format!("the text \"{text}\""),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Float(number) => format!("the number {number:?}"),
        Unexpected::Bool(flag) => flag.to_string(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a table".to_owned(),
        other => other.to_string(),
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        let result = match &self.0.value {
            Value::Text(text) => visitor.visit_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Flag(flag) => visitor.visit_bool(*flag),
            Value::Time(_) => Err(de::Error::invalid_type(
                Unexpected::Other("a time"),
                &visitor,
            )),
            Value::List(nodes) => visitor.visit_seq(List(nodes.iter().enumerate())),
            Value::Table(entries) => visitor.visit_map(Table {
                entries: entries.iter(),
                value: None,
            }),
        };
        result.map_err(|fault| fault.at(&self.0.span))
    }

    fn deserialize_option<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    /// serde would read a list as the fields of a struct in their order, which nobody means.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _keys: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        if let Value::List(_) = self.0.value {
            let fault: Fault = de::Error::invalid_type(Unexpected::Seq, &visitor);
            return Err(fault.at(&self.0.span));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        match &self.0.value {
            Value::Time(text) if name == DATE => {
                let result = visitor.visit_str(text);
                result.map_err(|fault: Fault| fault.at(&self.0.span))
            }
            _ if name == DATE => self.deserialize_any(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        match self.0.text() {
            Some(text) => {
                let plain: de::value::StrDeserializer<Fault> = text.into_deserializer();
                plain
                    .deserialize_enum(name, variants, visitor)
                    .map_err(|fault| fault.at(&self.0.span))
            }
            None => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

struct List<'n>(std::iter::Enumerate<std::slice::Iter<'n, Node>>);

impl<'de> de::SeqAccess<'de> for List<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> std::result::Result<Option<T::Value>, Fault> {
        let Some((at, node)) = self.0.next() else {
            return Ok(None);
        };
        seed.deserialize(Reader(node))
            .map(Some)
            .map_err(|fault| fault.at(&node.span).within(&format!("[{at}]")))
    }
}

struct Table<'n> {
    entries: std::slice::Iter<'n, Entry>,
    value: Option<&'n Entry>,
}

impl<'de> de::MapAccess<'de> for Table<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> std::result::Result<Option<K::Value>, Fault> {
        let Some(entry) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(entry);
        let key: de::value::StrDeserializer<Fault> = entry.key.as_str().into_deserializer();
        seed.deserialize(key)
            .map(Some)
            .map_err(|fault| fault.at(&entry.span))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> std::result::Result<T::Value, Fault> {
        let Some(entry) = self.value.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(Reader(&entry.node))
            .map_err(|fault| fault.at(&entry.node.span).within(&entry.key))
    }
}
