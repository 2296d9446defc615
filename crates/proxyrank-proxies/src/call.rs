//! A proxy with its parameters, as it is written on the command line: `name` or `name:alpha=0.15,beta=2`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use proxyrank_schema::{Params, ParamsError};

use crate::registry::{UnknownProxy, find};
use crate::{ParamSpec, Proxy};

/// Why a text names no proxy with parameters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// There is no such proxy.
    #[error(transparent)]
    Unknown(#[from] UnknownProxy),
    /// A parameter is not written `name=value`.
    #[error("`{given}` in `{call}` is no parameter; write NAME=VALUE, several with commas between them")]
    Syntax {
        /// The piece.
        given: String,
        /// The whole text.
        call: String,
    },
    /// The proxy has no such parameter.
    #[error("{proxy} has no parameter `{given}`; it has {known}")]
    UnknownParam {
        /// The proxy.
        proxy: &'static str,
        /// What was given.
        given: String,
        /// Its parameters.
        known: String,
    },
    /// A parameter is given twice.
    #[error("{proxy} got its parameter `{name}` twice")]
    Twice {
        /// The proxy.
        proxy: &'static str,
        /// The parameter.
        name: &'static str,
    },
    /// A value is no number, or lies outside the range.
    #[error("{proxy}: {name} must be a number from {low} to {high}, got `{given}`")]
    Value {
        /// The proxy.
        proxy: &'static str,
        /// The parameter.
        name: &'static str,
        /// What was given.
        given: String,
        /// Smallest allowed value.
        low: f64,
        /// Largest allowed value.
        high: f64,
    },
    /// The parameters have no canonical form.
    #[error(transparent)]
    Params(#[from] ParamsError),
}

/// A proxy together with a value for each of its parameters.
#[derive(Debug, Clone)]
pub struct ProxyCall {
    /// The proxy.
    pub proxy: &'static Proxy,
    /// Complete parameters: what was not given stands at its default.
    pub params: Params,
}

impl ProxyCall {
    /// A proxy at its defaults.
    pub fn new(proxy: &'static Proxy) -> Self {
        Self { proxy, params: proxy.default_params() }
    }
}

impl FromStr for ProxyCall {
    type Err = CallError;

    fn from_str(text: &str) -> Result<Self, CallError> {
        let (name, given) = text.split_once(':').unwrap_or((text, ""));
        let proxy = find(name.trim())?;
        let mut values = BTreeMap::new();
        for piece in given.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            let syntax = || CallError::Syntax { given: piece.to_owned(), call: text.to_owned() };
            let (param, value) = piece.split_once('=').ok_or_else(syntax)?;
            let spec = spec_of(proxy, param.trim())?;
            if values.insert(spec.name, value_of(proxy, spec, value.trim())?).is_some() {
                return Err(CallError::Twice { proxy: proxy.name, name: spec.name });
            }
        }
        if values.is_empty() {
            return Ok(Self::new(proxy));
        }
        for spec in proxy.params {
            values.entry(spec.name).or_insert(spec.default);
        }
        let params = Params::new(values.into_iter().map(|(name, value)| (name, value.into())))?;
        Ok(Self { proxy, params })
    }
}

impl fmt::Display for ProxyCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.params.is_empty() {
            return f.pad(self.proxy.name);
        }
        f.pad(&format!("{}:{}", self.proxy.name, self.params))
    }
}

fn spec_of(proxy: &'static Proxy, name: &str) -> Result<&'static ParamSpec, CallError> {
    proxy.params.iter().find(|spec| spec.name == name).ok_or_else(|| {
        let known: Vec<&str> = proxy.params.iter().map(|spec| spec.name).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        CallError::UnknownParam { proxy: proxy.name, given: name.to_owned(), known }
    })
}

fn value_of(proxy: &Proxy, spec: &ParamSpec, text: &str) -> Result<f64, CallError> {
    let value = text.parse().ok().filter(|value| (spec.low..=spec.high).contains(value));
    value.ok_or_else(|| CallError::Value {
        proxy: proxy.name,
        name: spec.name,
        given: text.to_owned(),
        low: spec.low,
        high: spec.high,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(text: &str) -> String {
        text.parse::<ProxyCall>().unwrap_err().to_string()
    }

    #[test]
    fn parameters_are_complete_and_canonical() {
        let call = |text: &str| text.parse::<ProxyCall>().unwrap();
        assert_eq!(call("zerolm_xavier").params, call("zerolm_xavier:alpha=1").params);
        assert_eq!(call("zerolm_xavier:alpha=0.15").to_string(), "zerolm_xavier:alpha=0.15");
        assert_eq!(call("num_layers").to_string(), "num_layers");
        assert_eq!(call("zerolm_xavier").params, ProxyCall::new(call("zerolm_xavier").proxy).params);
    }

    #[test]
    fn faults_are_named() {
        assert_eq!(message("zerolm_xavier:beta=1"), "zerolm_xavier has no parameter `beta`; it has alpha");
        assert_eq!(message("num_layers:k=1"), "num_layers has no parameter `k`; it has none");
        assert!(
            message("zerolm_xavier:alpha").starts_with("`alpha` in `zerolm_xavier:alpha` is no parameter")
        );
        assert!(message("zerolm_xavier:alpha=nan").contains("must be a number from -10 to 10, got `nan`"));
        assert!(message("zerolm_xavier:alpha=1,alpha=2").contains("twice"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<ProxyCall>();
            let _ = format!("zerolm_xavier:{text}").parse::<ProxyCall>();
        }
    }
}
