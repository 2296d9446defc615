//! A proxy's parameters as canonical JSON: an object with sorted keys and scalar values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a text is no parameter object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// The text is not a JSON object.
    #[error("proxy parameters must be a JSON object, got `{0}`")]
    NotAnObject(String),
    /// A value is neither a number, a text nor a boolean.
    #[error("proxy parameter `{0}` must be a number, a text or a boolean")]
    NotScalar(String),
}

/// Parameters of a proxy, such as W-PCA's `eta`, in one canonical spelling so that equal parameters are equal keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(String);

impl Params {
    /// No parameters: `{}`.
    pub fn none() -> Self {
        Self("{}".to_owned())
    }

    /// Builds the canonical form from names and scalar values.
    pub fn new<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Result<Self, ParamsError> {
        let map: BTreeMap<&str, Value> = entries.into_iter().collect();
        if let Some((name, _)) = map.iter().find(|(_, v)| v.is_array() || v.is_object() || v.is_null()) {
            return Err(ParamsError::NotScalar((*name).to_owned()));
        }
        let object: serde_json::Map<String, Value> =
            map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        Ok(Self(Value::Object(object).to_string()))
    }

    /// Reads any spelling of a JSON object and makes it canonical.
    pub fn parse(text: &str) -> Result<Self, ParamsError> {
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(map)) => Self::new(map.iter().map(|(k, v)| (k.as_str(), v.clone()))),
            _ => Err(ParamsError::NotAnObject(text.to_owned())),
        }
    }

    /// The canonical JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.0 == "{}"
    }

    /// The parameters by name, sorted.
    pub fn entries(&self) -> BTreeMap<String, Value> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// One numeric parameter.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.entries().get(name).and_then(Value::as_f64)
    }
}

impl std::fmt::Display for Params {
    /// `alpha=0.15,eta=0.9`, the spelling of the command line; empty where there are none.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let parts: Vec<String> =
            self.entries().iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
        f.pad(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_canonical() {
        let a = Params::parse(r#"{ "eta": 0.9, "alpha": 1 }"#).unwrap();
        let b = Params::new([("alpha", 1.into()), ("eta", 0.9.into())]).unwrap();
        assert_eq!(a, b);
        assert_eq!(a.as_str(), r#"{"alpha":1,"eta":0.9}"#);
        assert_eq!(a.to_string(), "alpha=1,eta=0.9");
        assert_eq!(a.number("eta"), Some(0.9));
    }

    #[test]
    fn nested_values_are_refused() {
        assert_eq!(Params::parse(r#"{"a":[1]}"#), Err(ParamsError::NotScalar("a".into())));
        assert!(Params::parse("[]").is_err());
        assert!(Params::parse("{").is_err());
    }
}
