//! A headless command of this program, word by word.

use crate::etl::run_id::RunId;

/// `LOG:RUN`: a run of a log as commands take it, which is also how it is copied.
pub fn run_name(log_key: &str, run: RunId) -> String {
    format!("{log_key}:{run}")
}

/// A command with its options before its names, so that no name is parsed as an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    verb: &'static str,
    options: Vec<String>,
    names: Vec<String>,
}

impl Command {
    /// A command without anything else.
    pub fn new(verb: &'static str) -> Self {
        Self {
            verb,
            options: Vec::new(),
            names: Vec::new(),
        }
    }

    /// An option with its value, in one word where the value looks like an option or is empty.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if value.is_empty() || value.starts_with('-') {
            self.options.push(format!("{name}={value}"));
        } else {
            self.options.extend([name.to_owned(), value]);
        }
        self
    }

    /// An option without a value.
    #[must_use]
    pub fn flag(mut self, name: &str) -> Self {
        self.options.push(name.to_owned());
        self
    }

    /// The filter of a list, when there is one.
    #[must_use]
    pub fn filter(self, text: &str) -> Self {
        if text.is_empty() {
            self
        } else {
            self.option("--filter", text)
        }
    }

    /// Logs or runs.
    #[must_use]
    pub fn names(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names.extend(names);
        self
    }

    /// All words, the verb first.
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![self.verb.to_owned()];
        words.extend(self.options.iter().cloned());
        if self.names.iter().any(|name| name.starts_with('-')) {
            words.push("--".into());
        }
        words.extend(self.names.iter().cloned());
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_and_no_name_is_taken_for_an_option() {
        let command = Command::new("export")
            .option("--columns", "x_1,v1")
            .option("--where", "-5 < x_1")
            .option("--cell", "")
            .flag("--json")
            .filter("")
            .names(["-a/run".to_owned()]);
        assert_eq!(
            command.words(),
            [
                "export",
                "--columns",
                "x_1,v1",
                "--where=-5 < x_1",
                "--cell=",
                "--json",
                "--",
                "-a/run"
            ]
        );
        let plain = Command::new("runs").names(["a".to_owned()]);
        assert_eq!(plain.words(), ["runs", "a"]);
    }
}
