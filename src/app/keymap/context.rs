//! Where a key counts.

/// Where a key counts. Inner contexts take keys from outer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Everywhere but in dialogs and text fields.
    Global,
    /// In every list.
    List,
    /// In lists whose lines can be marked.
    Marks,
    /// In lists whose columns can be chosen.
    Choose,
    /// The list of logs.
    Logs,
    /// The panel about a log.
    Panel,
    /// A list of runs.
    Runs,
    /// The machines.
    Machines,
    /// One machine.
    Machine,
    /// The charts of one machine.
    Trends,
    /// The jobs.
    Jobs,
    /// All views of one run.
    Run,
    /// A run's summary.
    Summary,
    /// A run's signals.
    Signals,
    /// A run's samples.
    Samples,
    /// The path of a run's robots.
    Path,
    /// The flags of a run.
    Quality,
    /// The channels of several runs over each other.
    Overlaid,
    /// The table of their differences.
    Differences,
    /// Help.
    Help,
    /// The palette.
    Palette,
    /// A line that is typed: search, filter.
    Input,
    /// Every text field.
    Text,
    /// A question.
    Confirm,
    /// How to write an export.
    Export,
    /// A headless command on the screen.
    Command,
    /// The columns of a list, to choose from.
    Columns,
}

impl Context {
    /// Every context, in the order of help.
    pub const ALL: [Self; 27] = [
        Self::Global,
        Self::List,
        Self::Marks,
        Self::Choose,
        Self::Logs,
        Self::Panel,
        Self::Runs,
        Self::Machines,
        Self::Machine,
        Self::Trends,
        Self::Jobs,
        Self::Run,
        Self::Summary,
        Self::Signals,
        Self::Samples,
        Self::Path,
        Self::Quality,
        Self::Overlaid,
        Self::Differences,
        Self::Help,
        Self::Palette,
        Self::Input,
        Self::Text,
        Self::Confirm,
        Self::Export,
        Self::Command,
        Self::Columns,
    ];

    /// The name in the key table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Marks => "marks",
            Self::Choose => "choose",
            Self::Logs => "logs",
            Self::Panel => "panel",
            Self::Runs => "runs",
            Self::Machines => "machines",
            Self::Machine => "machine",
            Self::Trends => "trends",
            Self::Jobs => "jobs",
            Self::Run => "run",
            Self::Summary => "summary",
            Self::Signals => "signals",
            Self::Samples => "samples",
            Self::Path => "path",
            Self::Quality => "quality",
            Self::Overlaid => "overlaid",
            Self::Differences => "differences",
            Self::Help => "help",
            Self::Palette => "palette",
            Self::Input => "input",
            Self::Text => "text",
            Self::Confirm => "confirm",
            Self::Export => "export",
            Self::Command => "command",
            Self::Columns => "columns",
        }
    }

    /// The inverse of [`Context::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// What help calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "Lists",
            Self::Marks => "Marking",
            Self::Choose => "Columns",
            Self::Logs => "Logs",
            Self::Panel => "The panel about a log",
            Self::Runs => "Runs",
            Self::Machines => "Machines",
            Self::Machine => "One machine",
            Self::Trends => "The charts of one machine",
            Self::Jobs => "Jobs",
            Self::Run => "A run",
            Self::Summary => "A run's summary",
            Self::Signals => "A run's signals",
            Self::Samples => "A run's samples",
            Self::Path => "The path of a run's robots",
            Self::Quality => "The flags of a run",
            Self::Overlaid => "Channels of several runs",
            Self::Differences => "Differences of several runs",
            Self::Help => "Help",
            Self::Palette => "The palette",
            Self::Input => "Search and filter",
            Self::Text => "Text fields",
            Self::Confirm => "Questions",
            Self::Export => "Export",
            Self::Command => "A headless command",
            Self::Columns => "The columns of a list",
        }
    }
}
