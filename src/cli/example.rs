//! Examples of commands: shown in help and man pages, and run by a test as they are typed.

/// One example.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The whole command line, as for a shell.
    pub command: &'static str,
    /// What it does, in one clause.
    pub shows: &'static str,
    /// The exit code it has in a directory where the demo logs were harvested.
    pub code: i32,
}

impl Example {
    /// One that succeeds.
    pub const fn new(command: &'static str, shows: &'static str) -> Self {
        Self::ending(0, command, shows)
    }

    /// One that ends with this exit code after the demo.
    pub const fn ending(code: i32, command: &'static str, shows: &'static str) -> Self {
        Self {
            command,
            shows,
            code,
        }
    }
}

/// The end of a command's help.
pub fn help(examples: &[Example]) -> String {
    let lines = examples.iter().map(|e| {
        let code = match e.code {
            0 => String::new(),
            code => format!(" (exit code {code})"),
        };
        format!("\n  {}\n      {}{code}", e.command, e.shows)
    });
    format!("Examples:{}", lines.collect::<String>())
}
