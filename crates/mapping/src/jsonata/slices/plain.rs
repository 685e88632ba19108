//! Values that can go to another thread: those of the library count their owners without a lock.

use jsonata_core::value::{JArray, JValue};

use super::Unsliced;

/// The maximum depth of a value: a deeper one needs a special stack.
const DEPTH: usize = 200;

/// A value without functions.
#[derive(Clone, Debug)]
pub(super) enum Plain {
    Null,
    Undefined,
    Bool(bool),
    Number(f64),
    String(Box<str>),
    Array(Vec<Self>, Flags),
    Object(Vec<(String, Self)>),
}

/// What the library notes of a list beside its items: whether it is a sequence, was written in brackets, stays a list
/// of one item, wraps the input, and has sorted tuples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags([bool; 5]);

impl Plain {
    /// The same value.
    ///
    /// # Errors
    ///
    /// A function is in it, which could see the values of its thread, or it is too deep.
    pub(super) fn of(value: &JValue) -> Result<Self, Unsliced> {
        Self::below(value, DEPTH)
    }

    fn below(value: &JValue, depth: usize) -> Result<Self, Unsliced> {
        let depth = depth.checked_sub(1).ok_or(Unsliced)?;
        match value {
            JValue::Null => Ok(Self::Null),
            JValue::Undefined => Ok(Self::Undefined),
            JValue::Bool(flag) => Ok(Self::Bool(*flag)),
            JValue::Number(number) => Ok(Self::Number(*number)),
            JValue::String(text) => Ok(Self::String((&**text).into())),
            JValue::Array(items) => {
                let plain = items.iter().map(|item| Self::below(item, depth));
                Ok(Self::Array(
                    plain.collect::<Result<_, _>>()?,
                    Flags::of(items),
                ))
            }
            JValue::Object(members) => {
                let plain = members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Self::below(value, depth)?)));
                plain.collect::<Result<_, _>>().map(Self::Object)
            }
            _ => Err(Unsliced),
        }
    }

    /// The value for the library.
    pub(super) fn value(&self) -> JValue {
        match self {
            Self::Null => JValue::Null,
            Self::Undefined => JValue::Undefined,
            Self::Bool(flag) => JValue::Bool(*flag),
            Self::Number(number) => JValue::Number(*number),
            Self::String(text) => JValue::string(&**text),
            Self::Array(items, flags) => {
                JValue::Array(flags.list(items.iter().map(Self::value).collect()))
            }
            Self::Object(members) => {
                let members = members.iter();
                let members = members.map(|(name, value)| (name.clone(), value.value()));
                JValue::object(members.collect())
            }
        }
    }
}

impl Flags {
    fn of(list: &JArray) -> Self {
        Self([
            list.sequence,
            list.cons,
            list.keep_singleton,
            list.outer_wrapper,
            list.sorted_tuples,
        ])
    }

    fn list(self, items: Vec<JValue>) -> JArray {
        let mut list = JArray::new(items);
        [
            list.sequence,
            list.cons,
            list.keep_singleton,
            list.outer_wrapper,
            list.sorted_tuples,
        ] = self.0;
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let value = JValue::from_json_str(text).unwrap();
        let again = Plain::of(&value).unwrap().value();
        let [again, value] = [again, value].map(|value| value.to_json_string().unwrap());
        assert_eq!(again, value, "{text}");
    }

    #[test]
    fn a_value_stays_the_same() {
        check(r#"{"a": [null, true, -0.5, "é", [], {}], "b": {"c": [[1]]}}"#);
        let mut list = JArray::new(vec![JValue::Undefined]);
        (list.sequence, list.keep_singleton, list.cons) = (true, true, true);
        let JValue::Array(again) = Plain::of(&JValue::Array(list)).unwrap().value() else {
            panic!("no list");
        };
        assert!(again.sequence && again.keep_singleton && again.cons);
        assert!(!again.outer_wrapper && !again.sorted_tuples);
        assert!(matches!(again.first(), Some(JValue::Undefined)));
    }

    #[test]
    fn functions_and_deep_values_are_refused() {
        let name = "sum".into();
        let builtin = JArray::new(vec![JValue::Builtin { name }]);
        assert!(Plain::of(&JValue::Array(builtin)).is_err());
        let deep = |depth| {
            (0..depth).fold(JValue::Null, |value, _| {
                JValue::Array(JArray::new(vec![value]))
            })
        };
        assert!(Plain::of(&deep(DEPTH - 1)).is_ok());
        assert!(Plain::of(&deep(DEPTH)).is_err());
    }
}
