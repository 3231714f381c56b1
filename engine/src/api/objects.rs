//! Objects of JavaScript as values of Rust. A word that there is not is an error: left alone, it would silently mean something else.

use js_sys::{Object, Reflect};
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use wasm_bindgen::prelude::*;

use super::errors::ApiError;

/// Reads an argument; `name` is what errors call it.
pub(super) fn read<T: DeserializeOwned>(value: &JsValue, name: &str) -> Result<T, ApiError> {
    for (key, _) in entries(value, name)? {
        let known = fields_of::<T>();
        if !known.contains(&key.as_str()) {
            return Err(ApiError::argument(&key, format!("`{name}` has no field `{key}`; there are {}", known.join(", "))));
        }
    }
    serde_wasm_bindgen::from_value(value.clone()).map_err(|error| ApiError::argument(name, format!("`{name}` cannot be read: {error}")))
}

/// Names and values of an object, without those that are undefined.
pub(super) fn entries(value: &JsValue, name: &str) -> Result<Vec<(String, JsValue)>, ApiError> {
    if !value.is_object() || js_sys::Array::is_array(value) {
        return Err(ApiError::argument(name, format!("`{name}` is not an object")));
    }
    // Of another window or context it is an object all the same, though no instance of this one's `Object`.
    let object: &Object = value.unchecked_ref();
    Ok(Object::keys(object)
        .into_iter()
        .filter_map(|key| key.as_string())
        .map(|key| (Reflect::get(object, &JsValue::from_str(&key)).unwrap_or_default(), key))
        .filter(|(value, _)| !value.is_undefined())
        .map(|(value, key)| (key, value))
        .collect())
}

/// A text.
pub(super) fn text(value: &JsValue, name: &str) -> Result<String, ApiError> {
    value.as_string().ok_or_else(|| ApiError::argument(name, format!("`{name}` is not a string")))
}

/// The names of a struct's fields in JavaScript, as its `Deserialize` asks for them.
fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    // It ends in an error when it has said what it wants.
    let _ = T::deserialize(Fields(&mut fields));
    fields
}

struct Fields<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use netpolis_view::Question;

    use super::*;

    #[test]
    fn a_struct_says_which_fields_it_has() {
        assert_eq!(fields_of::<Question>(), ["from", "to", "protocol", "port", "sourcePort", "icmpType", "icmpCode"]);
    }
}
