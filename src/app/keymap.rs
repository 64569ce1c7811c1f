//! The key table: which key does what, where, and how the screens call it.

mod chord;
mod context;
pub mod rebind;

use std::collections::{HashMap, HashSet};

pub use chord::Chord;
pub use context::Context;
use crossterm::event::KeyEvent;
use serde::Deserialize;

use super::action::Action;
use crate::etl::{Error, Result};

const BUILT_IN: &str = include_str!("../../assets/keymap.toml");

/// One line of the key table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Where it counts.
    pub context: Context,
    /// The keys, the usual one first.
    pub chords: Vec<Chord>,
    /// What they do.
    pub action: Action,
    /// A short word for the bottom line.
    pub hint: Option<String>,
    /// What it does, for help and palette.
    pub help: String,
}

/// The whole key table, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
    actions: HashMap<(Context, Chord), Action>,
    /// Actions of outer contexts that have keys of their own in this one, which replace theirs.
    replaced: HashSet<(Context, Action)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBinding {
    keys: Vec<String>,
    r#do: String,
    hint: Option<String>,
    help: String,
}

impl Keymap {
    /// The table that comes with the program.
    ///
    /// # Errors
    /// As [`Keymap::parse`].
    pub fn built_in() -> Result<Self> {
        Self::parse(BUILT_IN, "the built-in key table")
    }

    /// As [`Keymap::built_in`], with more lines, for tests.
    ///
    /// # Errors
    /// As [`Keymap::parse`].
    #[cfg(test)]
    pub fn built_in_with(toml: &str) -> Result<Self> {
        Self::parse(&format!("{BUILT_IN}{toml}"), "the key table of a test")
    }

    /// Parses a table; `origin` names it in errors.
    ///
    /// # Errors
    /// [`Error::Usage`] that names the key: an unknown key, action or context, or a key
    /// that is bound twice in one context.
    pub fn parse(toml: &str, origin: &str) -> Result<Self> {
        // A vector of pairs keeps the order of contexts irrelevant, that of bindings kept.
        let raw: HashMap<String, Vec<RawBinding>> = toml::from_str(toml)
            .map_err(|e| Error::Usage(format!("{origin} cannot be read: {}", e.message())))?;
        if let Some(name) = raw.keys().find(|name| Context::from_name(name).is_none()) {
            let names: Vec<&str> = Context::ALL.iter().map(|c| c.name()).collect();
            return Err(Error::Usage(format!(
                "{origin}: there is no context `{name}`; there are {}",
                names.join(", ")
            )));
        }
        let mut keymap = Self::default();
        for context in Context::ALL {
            for raw in raw.get(context.name()).into_iter().flatten() {
                keymap.add(*context, raw, origin)?;
            }
        }
        Ok(keymap)
    }

    fn add(&mut self, context: Context, raw: &RawBinding, origin: &str) -> Result<()> {
        let place = context.name();
        let action = Action::from_name(&raw.r#do).ok_or_else(|| {
            let key = raw.keys.first().map_or("", String::as_str);
            Error::Usage(format!(
                "{origin}: key `{key}` in `{place}` asks for `{}`, which is not an action",
                raw.r#do
            ))
        })?;
        let mut chords = Vec::with_capacity(raw.keys.len());
        for key in &raw.keys {
            let chord = Chord::parse(key).ok_or_else(|| {
                Error::Usage(format!("{origin}: `{key}` in `{place}` is not a key"))
            })?;
            if let Some(other) = self.actions.insert((context, chord), action) {
                return Err(Error::Usage(format!(
                    "{origin}: key `{key}` is bound twice in `{place}`: for `{}` and for `{}`",
                    other.name(),
                    action.name()
                )));
            }
            chords.push(chord);
        }
        if chords.is_empty() {
            return Err(Error::Usage(format!(
                "{origin}: `{}` in `{place}` has no key",
                raw.r#do
            )));
        }
        self.bindings.push(Binding {
            context,
            chords,
            action,
            hint: raw.hint.clone(),
            help: raw.help.clone(),
        });
        Ok(())
    }

    /// What `key` does where `contexts` hold, the innermost first.
    pub fn action(&self, contexts: &[Context], key: KeyEvent) -> Option<Action> {
        let chord = Chord::of(key)?;
        let at = |depth: usize, context: &Context| {
            let action = *self.actions.get(&(*context, chord))?;
            let inner = contexts.get(..depth).unwrap_or_default();
            (!self.is_replaced(inner, action)).then_some(action)
        };
        let mut depths = contexts.iter().enumerate();
        depths.find_map(|(depth, context)| at(depth, context))
    }

    /// Whether one of the contexts further in has keys of its own for an action.
    fn is_replaced(&self, inner: &[Context], action: Action) -> bool {
        inner.iter().any(|c| self.replaced.contains(&(*c, action)))
    }

    /// Every line of the table in its order.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// The lines that count where `contexts` hold, innermost first. A line all of whose
    /// keys an inner context took for itself is left out, and so are such keys. A line whose
    /// keys the operator took away stays, without a hint: the palette has it.
    pub fn bindings_in(&self, contexts: &[Context]) -> Vec<Binding> {
        let mut out = Vec::new();
        for (depth, context) in contexts.iter().enumerate() {
            let inner = contexts.get(..depth).unwrap_or_default();
            let here = self.bindings.iter().filter(|b| b.context == *context);
            for binding in here.filter(|b| !self.is_replaced(inner, b.action)) {
                let mut binding = binding.clone();
                if binding.chords.is_empty() {
                    binding.hint = None;
                    out.push(binding);
                    continue;
                }
                binding
                    .chords
                    .retain(|k| !inner.iter().any(|c| self.actions.contains_key(&(*c, *k))));
                if !binding.chords.is_empty() {
                    out.push(binding);
                }
            }
        }
        out
    }

    /// The usual key for `action` where `contexts` hold, as screens write it.
    pub fn key_for(&self, contexts: &[Context], action: Action) -> Option<String> {
        let bindings = self.bindings_in(contexts);
        let binding = bindings.iter().find(|b| b.action == action)?;
        binding.chords.first().map(Chord::to_string)
    }
}

#[cfg(test)]
mod spec_tests;
#[cfg(test)]
mod tests;
