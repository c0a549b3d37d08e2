//! Values that a flag takes: parsed by the part that knows them, and listed for completions.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};
use model::{Category, Context, Depth, Selector};
use report::Format;

/// Parses a value, and knows the names that there are.
#[derive(Clone)]
pub(crate) struct Named<T> {
    parse: fn(&str) -> Result<T, String>,
    names: fn() -> Vec<&'static str>,
}

impl<T: Clone + Send + Sync + 'static> Named<T> {
    pub(crate) const fn new(parse: fn(&str) -> Result<T, String>, names: fn() -> Vec<&'static str>) -> Named<T> {
        Named { parse, names }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Named<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let parse = self.parse;
        StringValueParser::new().try_map(move |text| parse(&text)).parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.names)().into_iter().map(PossibleValue::new)))
    }
}

pub(crate) fn methods() -> Vec<&'static str> {
    vec!["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"]
}

/// Categories and groups.
pub(crate) fn categories() -> Vec<&'static str> {
    Category::ALL.iter().map(|category| category.id()).chain(Selector::GROUPS).collect()
}

pub(crate) fn rules() -> Vec<&'static str> {
    checks::all().into_iter().map(|check| check.rule.id).collect()
}

pub(crate) fn explained() -> Vec<&'static str> {
    rules().into_iter().chain(["score"]).collect()
}

pub(crate) fn contexts() -> Vec<&'static str> {
    [Context::Public, Context::Internal, Context::Financial, Context::Medical].map(Context::id).to_vec()
}

pub(crate) fn depths() -> Vec<&'static str> {
    [Depth::Quick, Depth::Standard, Depth::Deep].map(Depth::id).to_vec()
}

pub(crate) fn formats() -> Vec<&'static str> {
    Format::ALL.map(Format::id).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_accepted() {
        assert!(methods().iter().all(|name| super::super::arguments::method(name).is_ok()));
        assert!(categories().iter().all(|name| name.parse::<Selector>().is_ok()));
        assert!(rules().iter().all(|name| engine::rule(name).is_ok()));
        assert!(contexts().iter().all(|name| name.parse::<Context>().is_ok()));
        assert!(depths().iter().all(|name| name.parse::<Depth>().is_ok()));
    }
}
