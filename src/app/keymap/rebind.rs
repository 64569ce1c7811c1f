//! The operator's own keys: the table `[keys]` of the config file, put into the key table.

use std::collections::{BTreeMap, HashMap};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{Binding, Chord, Context, Keymap};
use crate::{
    app::action::Action,
    etl::{Error, Result, suggest, text},
};

/// The keys of one action, in every view or in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebinding {
    /// Where they replace the usual ones; `None`: in every view.
    pub context: Option<Context>,
    /// What they do.
    pub action: Action,
    /// The keys, the usual one first; none: only the palette has the action.
    pub chords: Vec<Chord>,
    /// The file that says so, as harmless text.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
}

impl Rebinding {
    fn refuse(&self, trouble: impl AsRef<str>) -> Error {
        mistake(&self.file, self.line, trouble)
    }

    /// `keys.harvest`, `keys.logs.harvest`: the name of the setting.
    pub fn setting(&self) -> String {
        match self.context {
            None => format!("keys.{}", self.action.name()),
            Some(context) => format!("keys.{}.{}", context.name(), self.action.name()),
        }
    }
}

fn mistake(file: &str, line: usize, trouble: impl AsRef<str>) -> Error {
    Error::Usage(format!("{file}, line {line}: {}", trouble.as_ref()))
}

/// What a table `[keys]` says. `file` names the file, as harmless text; `line` gives the line of
/// a byte of it.
///
/// # Errors
/// [`Error::Usage`] with file and line: an unknown action or context, an unreadable key, or one
/// that cannot be changed.
pub fn read(
    keys: &DeTable<'_>,
    file: &str,
    line: &dyn Fn(usize) -> usize,
) -> Result<Vec<Rebinding>> {
    let mut found = Vec::new();
    for (name, value) in keys {
        let at = line(name.span().start);
        let DeValue::Table(actions) = value.get_ref() else {
            found.push(rebinding(None, name, value, file, line)?);
            continue;
        };
        let context = context(name.get_ref()).map_err(|trouble| mistake(file, at, trouble))?;
        for (action, value) in actions {
            found.push(rebinding(Some(context), action, value, file, line)?);
        }
    }
    Ok(found)
}

fn context(name: &str) -> Result<Context, String> {
    let known = || Context::ALL.iter().filter(|c| !c.is_fixed());
    match Context::from_name(name) {
        Some(context) if context.is_fixed() => Err(format!(
            "the keys of `{name}` cannot be changed: those of text fields and questions stay as they are"
        )),
        Some(context) => Ok(context),
        None => {
            let names: Vec<&str> = known().map(|c| c.name()).collect();
            let name = text::quoted(name, 40);
            let known = suggest::among(&name, "contexts", &names);
            Err(format!("there is no context `{name}`{known}"))
        }
    }
}

fn rebinding(
    context: Option<Context>,
    name: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
    file: &str,
    line: &dyn Fn(usize) -> usize,
) -> Result<Rebinding> {
    let at = line(name.span().start);
    let shown = text::quoted(name.get_ref(), 40);
    let action = Action::from_name(name.get_ref()).ok_or_else(|| {
        let guess = suggest::did_you_mean(&shown, Action::ALL.iter().map(|a| a.name()));
        let more = if guess.is_empty() {
            "; docs/keys.md lists the actions, and so does the palette"
        } else {
            ""
        };
        mistake(
            file,
            at,
            format!("there is no action `{shown}`{guess}{more}"),
        )
    })?;
    let what = || format!("the keys of `{shown}` are a key in quotes, or a list of such keys");
    let chord = |value: &Spanned<DeValue<'_>>| {
        let at = line(value.span().start);
        let DeValue::String(key) = value.get_ref() else {
            return Err(mistake(file, at, what()));
        };
        let chord = Chord::read(key).map_err(|why| {
            let key = text::quoted(key, 40);
            mistake(file, at, format!("\"{key}\" is not a key: {why}"))
        })?;
        if chord == Chord::CTRL_C && action != Action::Quit {
            return Err(mistake(
                file,
                at,
                format!("Ctrl-c always quits and cannot be the key of `{shown}`"),
            ));
        }
        Ok(chord)
    };
    let chords = match value.get_ref() {
        DeValue::Array(keys) => keys.iter().map(chord).collect::<Result<Vec<_>>>()?,
        _ => vec![chord(value)?],
    };
    let rebinding = Rebinding {
        context,
        action,
        chords,
        file: file.to_owned(),
        line: at,
    };
    let mut sorted = rebinding.chords.iter();
    while let Some(chord) = sorted.next() {
        if sorted.as_slice().contains(chord) {
            let trouble = format!("`{chord}` is listed twice among the keys of `{shown}`");
            return Err(rebinding.refuse(trouble));
        }
    }
    Ok(rebinding)
}

impl Keymap {
    /// This table with keys replaced. Of several for one action and context the last counts.
    ///
    /// # Errors
    /// [`Error::Usage`] with file and line: an action that cannot be rebound, or is not there, and
    /// a key that would do two things in one view.
    pub fn rebound(self, changes: &[Rebinding]) -> Result<Self> {
        if changes.is_empty() {
            return Ok(self);
        }
        let mut rebound = Rebound {
            keymap: self,
            changes,
            origins: BTreeMap::new(),
        };
        // Those of a context take precedence over those of every view.
        for change in changes.iter().filter(|c| c.context.is_none()) {
            rebound.replace_everywhere(change)?;
        }
        for change in changes {
            if let Some(context) = change.context {
                rebound.replace_in(context, change)?;
            }
        }
        rebound.index()?;
        rebound.check_views()?;
        Ok(rebound.keymap)
    }
}

/// A key table whose keys are being replaced.
struct Rebound<'a> {
    keymap: Keymap,
    changes: &'a [Rebinding],
    /// What replaced the keys of a binding, by its place in the table.
    origins: BTreeMap<usize, &'a Rebinding>,
}

impl<'a> Rebound<'a> {
    fn replace_everywhere(&mut self, change: &'a Rebinding) -> Result<()> {
        let mut any = false;
        for (at, binding) in self.keymap.bindings.iter_mut().enumerate() {
            if binding.action == change.action && !binding.context.is_fixed() {
                binding.take_keys(change);
                self.origins.insert(at, change);
                any = true;
            }
        }
        if any {
            return Ok(());
        }
        Err(change.refuse(format!(
            "the key of `{}` cannot be changed: keys of text fields and questions stay as they are",
            change.action.name()
        )))
    }

    fn replace_in(&mut self, context: Context, change: &'a Rebinding) -> Result<()> {
        let bindings = &mut self.keymap.bindings;
        let own = |b: &Binding| b.context == context && b.action == change.action;
        if let Some(at) = bindings.iter().position(own) {
            if let Some(binding) = bindings.get_mut(at) {
                binding.take_keys(change);
            }
            self.origins.insert(at, change);
            return Ok(());
        }
        // The view has the action from a context further out: it gets a line of its own.
        let outer = Context::STACKS.iter().find_map(|stack| {
            let (_, outer) = stack.split_at_checked(stack.iter().position(|c| *c == context)?)?;
            let of = |c: &Context| {
                let mut bindings = bindings.iter();
                bindings.find(|b| b.context == *c && b.action == change.action)
            };
            outer.iter().find_map(of)
        });
        let Some(mut binding) = outer.cloned() else {
            let elsewhere = bindings.iter().filter(|b| b.action == change.action);
            let mut places: Vec<&str> = elsewhere.map(|b| b.context.name()).collect();
            places.dedup();
            return Err(change.refuse(format!(
                "`{}` does nothing in `{}`; it is an action of {}",
                change.action.name(),
                context.name(),
                places.join(", ")
            )));
        };
        binding.context = context;
        binding.take_keys(change);
        self.origins.insert(bindings.len(), change);
        bindings.push(binding);
        self.keymap.replaced.insert((context, change.action));
        Ok(())
    }

    /// Finds actions by key again; a key twice in one context is refused.
    fn index(&mut self) -> Result<()> {
        let bindings = &self.keymap.bindings;
        let mut actions = HashMap::new();
        for (at, binding) in bindings.iter().enumerate() {
            for chord in &binding.chords {
                let other = actions.insert((binding.context, *chord), (binding.action, at));
                if let Some((_, other)) = other {
                    return Err(self.conflict(other, at, *chord));
                }
            }
        }
        let action = |(key, (action, _))| (key, action);
        self.keymap.actions = actions.into_iter().map(action).collect();
        Ok(())
    }

    /// Refuses a key that was changed and does something else in the same view. In the program's
    /// own table an inner context may take a key from an outer one: that is its design.
    fn check_views(&self) -> Result<()> {
        for stack in Context::STACKS {
            let mut here: Vec<(usize, usize, &Binding)> = Vec::new();
            for (at, binding) in self.keymap.bindings.iter().enumerate() {
                if let Some(depth) = stack.iter().position(|c| *c == binding.context) {
                    let inner = stack.get(..depth).unwrap_or_default();
                    if !self.keymap.is_replaced(inner, binding.action) {
                        here.push((depth, at, binding));
                    }
                }
            }
            for (n, (depth, at, binding)) in here.iter().enumerate() {
                for (other_depth, other_at, other) in here.iter().skip(n + 1) {
                    let is_changed = |at| self.origins.contains_key(at);
                    let may_share = binding.action == other.action || depth == other_depth;
                    if may_share || !(is_changed(at) || is_changed(other_at)) {
                        continue;
                    }
                    let shared = |chord: &&Chord| other.chords.contains(chord);
                    if let Some(chord) = binding.chords.iter().find(shared) {
                        return Err(self.conflict(*at, *other_at, *chord));
                    }
                }
            }
        }
        Ok(())
    }

    /// What is wrong where two lines have one key, told of the one that was changed last.
    fn conflict(&self, a: usize, b: usize, chord: Chord) -> Error {
        let rank = |at: usize| {
            let change = *self.origins.get(&at)?;
            let file = self.changes.iter().position(|c| c.file == change.file)?;
            Some((file, change.line))
        };
        let (last, other) = if rank(a) > rank(b) { (a, b) } else { (b, a) };
        let second = self.keymap.bindings.get(other);
        let (Some(changed), Some(second)) = (self.origins.get(&last), second) else {
            return Error::Usage(format!("key `{chord}` does two things"));
        };
        let theirs = match self.origins.get(&other) {
            Some(origin) if origin.file == changed.file => format!("line {}", origin.line),
            Some(origin) => format!("{}, line {}", origin.file, origin.line),
            None => "its usual key".into(),
        };
        changed.refuse(format!(
            "key `{chord}` of `{}` is also the key of `{}` in `{}` ({theirs}): give one of them another key",
            changed.action.name(),
            second.action.name(),
            second.context.name(),
        ))
    }
}

impl Binding {
    /// Replaces the keys; the ways out that every terminal program has stay.
    fn take_keys(&mut self, change: &Rebinding) {
        let kept = match self.action {
            Action::Quit => Some(Chord::CTRL_C),
            Action::Escape if self.context.is_over_a_view() => Some(Chord::ESC),
            _ => None,
        };
        self.chords.clone_from(&change.chords);
        self.chords
            .extend(kept.filter(|chord| !change.chords.contains(chord)));
    }
}

#[cfg(test)]
#[path = "rebind_tests.rs"]
mod tests;
