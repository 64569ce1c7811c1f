//! Everything that a key, or the palette, can ask for.

/// Names every action as the key table writes it, and as code matches it.
macro_rules! actions {
    ($($(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])? $variant:ident = $name:literal,)*) => {
        /// One thing that an operator can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[doc = $doc])* $(#[cfg($cfg)])? $variant,)*
            /// A character typed into a text field; no key is bound to it.
            Type(char),
        }

        impl Action {
            /// Every action that a key can be bound to.
            pub const ALL: &[Self] = &[$($(#[cfg($cfg)])? Self::$variant,)*];

            /// The name in the key table.
            pub fn name(self) -> &'static str {
                match self {
                    $($(#[cfg($cfg)])? Self::$variant => $name,)*
                    Self::Type(_) => "type",
                }
            }

            /// The inverse of [`Action::name`].
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($(#[cfg($cfg)])? $name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

actions! {
    /// One line down.
    Down = "down",
    /// One line up.
    Up = "up",
    /// One column to the left; in charts: pan.
    Left = "left",
    /// One column to the right; in charts: pan.
    Right = "right",
    /// To the first line.
    First = "first",
    /// To the last line.
    Last = "last",
    /// Half a page down.
    HalfDown = "half-page-down",
    /// Half a page up.
    HalfUp = "half-page-up",
    /// A page down.
    PageDown = "page-down",
    /// A page up.
    PageUp = "page-up",
    /// The next pane, or tab of a run.
    NextPane = "next-pane",
    /// The previous pane, or tab of a run.
    PreviousPane = "previous-pane",
    /// Marks or unmarks the line under the cursor, and goes on.
    Mark = "mark",
    /// Starts a range of marks, or ends it.
    MarkRange = "mark-range",
    /// Marks all lines that are shown, or unmarks them when all are marked.
    MarkAll = "mark-all",
    /// Folds or unfolds the cell under the cursor.
    Fold = "fold",
    /// Opens what is under the cursor.
    Open = "open",
    /// Closes the innermost thing that is open; at the top nothing.
    Escape = "escape",
    /// Back; at the top: quits.
    Back = "back",
    /// Quits.
    Quit = "quit",
    /// Puts the program to sleep until the shell's `fg`.
    Suspend = "suspend",
    /// Harvests the marked logs, or the one under the cursor.
    Harvest = "harvest",
    /// Cancels the job under the cursor.
    CancelJob = "cancel-job",
    /// Cancels all jobs, after asking.
    CancelAllJobs = "cancel-all-jobs",
    /// Shows the first log that failed in the last harvest.
    FirstFailed = "first-failed",
    /// Begins an incremental search.
    Search = "search",
    /// The next hit; in charts: the next flag.
    Next = "next",
    /// The previous hit; in charts: the previous flag.
    Previous = "previous",
    /// Edits the filter.
    Filter = "filter",
    /// Sorts by the column under the cursor, then reverses.
    Sort = "sort",
    /// Zooms in.
    ZoomIn = "zoom-in",
    /// Zooms out.
    ZoomOut = "zoom-out",
    /// The whole run.
    ZoomFit = "zoom-fit",
    /// The chart's cursor, one step to the left.
    CursorLeft = "cursor-left",
    /// The chart's cursor, one step to the right.
    CursorRight = "cursor-right",
    /// Pins the chart's cursor.
    Pin = "pin",
    /// Draws charts with braille, blocks or dots.
    Marker = "marker",
    /// Draws chosen channels of one unit in one chart, or each in its own.
    Overlay = "overlay",
    /// Shows the histogram of the channel under the cursor, or hides it.
    Distribution = "distribution",
    /// Restricts the histogram to samples in contact, or counts all again.
    OnlyContact = "only-contact",
    /// Shows the path of the next robot.
    NextRobot = "next-robot",
    /// Shows the path in the next pair of axes.
    NextPlane = "next-plane",
    /// Colours the path by the next figure.
    NextColour = "next-colour",
    /// Finds the stretches of runs in which a condition holds.
    Find = "find",
    /// Writes a note on the marked runs, or on the one under the cursor.
    Note = "note",
    /// Starts a new line of a text.
    NewLine = "new-line",
    /// Compares the marked runs.
    Compare = "compare",
    /// Compares a run with the one of the same machine before it.
    ComparePrevious = "compare-previous",
    /// Shows all figures, or only those that differ.
    ShowAll = "show-all",
    /// Chooses the run whose place is set next.
    NextRun = "next-run",
    /// Aligns a run at the cursor.
    AlignHere = "align-here",
    /// Aligns all runs at their starts.
    AlignStart = "align-start",
    /// Chooses, hides and orders the columns of a list.
    Columns = "columns",
    /// Moves a column to the left of its neighbour.
    MoveUp = "move-up",
    /// Moves a column to the right of its neighbour.
    MoveDown = "move-down",
    /// Shows all columns in their usual order.
    ResetColumns = "reset-columns",
    /// The largest value of the channel under the cursor.
    Largest = "largest",
    /// The smallest value of the channel under the cursor.
    Smallest = "smallest",
    /// Draws the path with equal scales, or stretched over the screen.
    Stretch = "stretch",
    /// Goes to a time or a row.
    GoTo = "go-to",
    /// Copies what is under the cursor to the terminal's clipboard.
    Copy = "copy",
    /// The next null of the current column.
    NextNull = "next-null",
    /// The previous null of the current column.
    PreviousNull = "previous-null",
    /// The next value of the current column that is beyond its limits.
    NextBeyond = "next-beyond",
    /// The previous value of the current column that is beyond its limits.
    PreviousBeyond = "previous-beyond",
    /// Writes what is shown to a file, after asking how where there is a choice.
    Export = "export",
    /// Writes samples as CSV.
    ExportCsv = "export-csv",
    /// Writes samples as Parquet.
    ExportParquet = "export-parquet",
    /// Writes samples as NDJSON.
    ExportNdjson = "export-ndjson",
    /// Shows the headless command that does the same.
    Command = "command",
    /// Scans the data directory for new logs.
    Refresh = "refresh",
    /// The logs.
    ShowLogs = "show-logs",
    /// The runs of all logs.
    ShowRuns = "show-runs",
    /// The machines.
    ShowMachines = "show-machines",
    /// The jobs.
    ShowJobs = "show-jobs",
    /// The next view.
    NextView = "next-view",
    /// The previous view.
    PreviousView = "previous-view",
    /// The palette of every action.
    Palette = "palette",
    /// Redraws the screen, whatever other programs wrote on it.
    Redraw = "redraw",
    /// Help for the view.
    Help = "help",
    /// Applies the text that was typed, or runs the line of the palette.
    Accept = "accept",
    /// Completes the word before the cursor of a text field; again: the next word.
    Complete = "complete",
    /// The word before, of those that completion offers.
    CompleteBack = "complete-back",
    /// Deletes the character before the cursor of a text field.
    DeleteBack = "delete-back",
    /// Deletes the character under the cursor of a text field.
    DeleteForward = "delete-forward",
    /// Deletes the word before the cursor of a text field.
    DeleteWord = "delete-word",
    /// Deletes everything before the cursor of a text field.
    DeleteToStart = "delete-to-start",
    /// Yes, to a question.
    Yes = "yes",
    /// No, to a question.
    No = "no",
    /// Opens the example of a view, in tests.
    #[cfg(test)]
    OpenExample = "open-example",
    /// Counts in the example of a view, in tests.
    #[cfg(test)]
    CountExample = "count-example",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(*action));
        }
        assert_eq!(Action::from_name("type"), None, "typing is no binding");
    }
}
