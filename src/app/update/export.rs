//! Exports: what is shown becomes a file.

use crate::app::{
    action::Action,
    effect::Effect,
    export::{Export, Form, Written},
    lake_queries::WriteExport,
    state::{Overlay, State, Tone},
};
use crate::etl::format::{bytes, count};

/// `e`: writes what is shown, or asks how.
pub(super) fn begin(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(read_only) = &state.read_only {
        let refused = read_only.refuse("export into the lake");
        state.message = Some((Tone::Error, refused.to_string()));
        return;
    }
    match export(state, Form::Csv) {
        Ok(export) if export.what.has_rows() => state.overlay = Some(Overlay::Export),
        Ok(export) => ask(state, export, effects),
        Err(sentence) => state.message = Some((Tone::Plain, sentence)),
    }
}

/// The answer to how.
pub(super) fn chosen(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    let form = match action {
        Action::ExportCsv => Form::Csv,
        Action::ExportParquet => Form::Parquet,
        Action::ExportNdjson => Form::Ndjson,
        _ => return,
    };
    match export(state, form) {
        Ok(export) => ask(state, export, effects),
        Err(sentence) => state.message = Some((Tone::Plain, sentence)),
    }
}

/// What the view shows as an export, or why it has none.
fn export(state: &State, form: Form) -> Result<Export, String> {
    state.open_view().export(&state.list_columns(), form)
}

fn ask(state: &mut State, export: Export, effects: &mut Vec<Effect>) {
    // A second one would cancel the first.
    if state.queries.export.is_asked() {
        let message = "another export is still being written".into();
        state.message = Some((Tone::Plain, message));
        return;
    }
    state.message = Some((Tone::Plain, "exporting …".into()));
    let query = WriteExport(Box::new(export));
    state.queries.export.ask(query, effects);
}

/// A file was written, or not.
pub(super) fn written(state: &mut State, result: Result<Written, String>) {
    state.message = match result {
        Ok(done) => {
            let rows = done
                .rows
                .map(|n| count(n, "row") + ", ")
                .unwrap_or_default();
            let tail = format!(" ({rows}{})", bytes(done.bytes));
            let mut message = format!("wrote {}{tail}", done.path);
            if message.chars().count() + 2 > usize::from(state.size.0) {
                // The name tells most; where exports lie is in help and README.
                let name = done.path.rsplit('/').next().unwrap_or_default();
                message = format!("wrote exports/{name}{tail}");
            }
            Some((Tone::Good, message))
        }
        Err(error) => Some((Tone::Error, format!("nothing was exported: {error}"))),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::export::What;
    use crate::app::fixture::{self, keys};

    fn asked(effects: &[Effect]) -> Vec<&Export> {
        let asked = fixture::asked::<WriteExport>(effects).into_iter();
        asked.map(|query| query.0.as_ref()).collect()
    }

    #[test]
    fn a_list_is_exported_once_at_a_time_and_the_message_says_where() {
        let mut state = fixture::populated((80, 24));
        assert!(asked(&keys(&mut state, &["e"])).is_empty(), "asks how");
        assert_eq!(state.overlay, Some(Overlay::Export));
        let effects = keys(&mut state, &["p"]);
        let exports = asked(&effects);
        assert_eq!((exports.len(), exports[0].name.as_str()), (1, "logs"));
        let rows = state.logs.table.len();
        assert!(matches!(&exports[0].what,
            What::List { list, form: Form::Parquet } if list.len() == rows));
        keys(&mut state, &["e"]);
        assert!(asked(&keys(&mut state, &["n"])).is_empty(), "one at a time");
        let done = Written {
            path: "cache/exports/logs.csv".into(),
            rows: Some(9),
            bytes: 1234,
        };
        fixture::answer(&mut state, |s| &mut s.queries.export, Ok(done));
        let message = state.message.clone().unwrap();
        let expected = "wrote cache/exports/logs.csv (9 rows, 1.23 kB)";
        assert_eq!(message, (Tone::Good, expected.into()));
        keys(&mut state, &["e"]);
        assert_eq!(asked(&keys(&mut state, &["c"])).len(), 1);
        let refused = Err("cannot write x: disk full".to_owned());
        fixture::answer(&mut state, |s| &mut s.queries.export, refused);
        let (tone, text) = state.message.clone().unwrap();
        assert_eq!(tone, Tone::Error);
        assert_eq!(text, "nothing was exported: cannot write x: disk full");
    }

    #[test]
    fn an_empty_list_has_nothing_to_export() {
        let (mut state, _) = fixture::bare((80, 24));
        assert!(asked(&keys(&mut state, &["e"])).is_empty());
        assert_eq!(state.overlay, None);
        assert!(state.message.unwrap().1.contains("nothing to export"));
    }
}
