//! Where a key counts.

/// Names every context as the key table writes it, as help calls it, and as code matches it.
macro_rules! contexts {
    ($($(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])? $variant:ident = $name:literal, $title:literal;)*) => {
        /// Where a key counts. Inner contexts take keys from outer ones.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Context {
            $($(#[doc = $doc])* $(#[cfg($cfg)])? $variant,)*
        }

        impl Context {
            /// Every context, in the order of help.
            pub const ALL: &[Self] = &[$($(#[cfg($cfg)])? Self::$variant,)*];

            /// The name in the key table.
            pub fn name(self) -> &'static str {
                match self {
                    $($(#[cfg($cfg)])? Self::$variant => $name,)*
                }
            }

            /// What help calls it.
            pub fn title(self) -> &'static str {
                match self {
                    $($(#[cfg($cfg)])? Self::$variant => $title,)*
                }
            }

            /// The inverse of [`Context::name`].
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|c| c.name() == name)
            }
        }
    };
}

contexts! {
    /// Everywhere but in dialogs and text fields.
    Global = "global", "Everywhere";
    /// In every list.
    List = "list", "Lists";
    /// In lists whose lines can be marked.
    Marks = "marks", "Marking";
    /// In lists whose columns can be chosen.
    Choose = "choose", "Columns";
    /// The list of logs.
    Logs = "logs", "Logs";
    /// The panel about a log or a run.
    Panel = "panel", "The panel about a log or a run";
    /// A list of runs.
    Runs = "runs", "Runs";
    /// The stretches that were found.
    Find = "find", "Stretches of runs";
    /// The machines.
    Machines = "machines", "Machines";
    /// One machine.
    Machine = "machine", "One machine";
    /// The charts of one machine.
    Trends = "trends", "The charts of one machine";
    /// The jobs.
    Jobs = "jobs", "Jobs";
    /// All views of one run.
    Run = "run", "A run";
    /// A run's summary.
    Summary = "summary", "A run's summary";
    /// A run's signals.
    Signals = "signals", "A run's signals";
    /// A run's samples.
    Samples = "samples", "A run's samples";
    /// The path of a run's robots.
    Path = "path", "The path of a run's robots";
    /// The layers of a run.
    Layers = "layers", "The layers of a run";
    /// The flags of a run.
    Quality = "quality", "The flags of a run";
    /// The channels of several runs over each other.
    Overlaid = "overlaid", "Channels of several runs";
    /// The table of their differences.
    Differences = "differences", "Differences of several runs";
    /// Help.
    Help = "help", "Help";
    /// The palette.
    Palette = "palette", "The palette";
    /// A line that is typed: search, filter.
    Input = "input", "Search and filter";
    /// A note that is typed.
    Note = "note", "A note";
    /// Every text field.
    Text = "text", "Text fields";
    /// A question.
    Confirm = "confirm", "Questions";
    /// How to write an export.
    Export = "export", "Export";
    /// A headless command on the screen.
    Command = "command", "A headless command";
    /// The columns of a list, to choose from.
    Columns = "columns", "The columns of a list";
    /// The example of a view, in tests.
    #[cfg(test)]
    Example = "example", "An example";
}

impl Context {
    /// The contexts that hold together, the innermost first: one list for each view, and for
    /// what lies over a view and has keys that can be changed.
    pub const STACKS: &[&[Self]] = &[
        &[
            Self::Logs,
            Self::Marks,
            Self::Choose,
            Self::List,
            Self::Global,
        ],
        &[Self::Panel, Self::Global],
        &[
            Self::Runs,
            Self::Marks,
            Self::Choose,
            Self::List,
            Self::Global,
        ],
        &[Self::Find, Self::Choose, Self::List, Self::Global],
        &[Self::Machines, Self::Choose, Self::List, Self::Global],
        &[
            Self::Machine,
            Self::Runs,
            Self::Marks,
            Self::Choose,
            Self::List,
            Self::Global,
        ],
        &[
            Self::Trends,
            Self::Machine,
            Self::Runs,
            Self::Marks,
            Self::Global,
        ],
        &[Self::Jobs, Self::Global],
        &[Self::Run, Self::Global],
        &[Self::Summary, Self::Run, Self::Global],
        &[Self::Signals, Self::Run, Self::Global],
        &[Self::Samples, Self::Run, Self::Global],
        &[Self::Path, Self::Run, Self::Global],
        &[Self::Layers, Self::List, Self::Run, Self::Global],
        &[Self::Quality, Self::List, Self::Run, Self::Global],
        &[Self::Overlaid, Self::Global],
        &[Self::Differences, Self::Global],
        &[Self::Help],
        &[Self::Export],
        &[Self::Command],
        &[Self::Columns],
    ];

    /// Whether its keys are those of every text field or question, which cannot be changed.
    pub fn is_fixed(self) -> bool {
        matches!(
            self,
            Self::Palette | Self::Input | Self::Note | Self::Text | Self::Confirm
        )
    }

    /// Whether it lies over a view: Esc always leads out of it.
    pub fn is_over_a_view(self) -> bool {
        matches!(
            self,
            Self::Help | Self::Export | Self::Command | Self::Columns
        )
    }
}
