use super::*;
use crate::app::fixture;

fn editor() -> NoteEditor {
    let row = fixture::run(0, "cell-10/a");
    NoteEditor::new(NotedRuns::one(row.log_key(), row.run, None))
}

fn typed(editor: &mut NoteEditor, text: &str) {
    for c in text.chars() {
        editor.edit(Action::Type(c));
    }
}

#[test]
fn text_has_lines_and_a_note_has_a_disposition() {
    let mut note = editor();
    assert!(note.is_blank());
    typed(&mut note, "torn at rim");
    note.edit(Action::NewLine);
    typed(&mut note, "加工x");
    note.edit(Action::DeleteBack);
    note.edit(Action::First);
    note.edit(Action::Type('>'));
    note.edit(Action::Last);
    note.edit(Action::Left);
    note.edit(Action::DeleteForward);
    assert_eq!(note.text.lines(), ["torn at rim", ">加"]);
    note.edit(Action::First);
    note.edit(Action::Left);
    note.edit(Action::DeleteWord);
    assert_eq!(note.text.lines(), ["torn at ", ">加"]);
    note.edit(Action::DeleteToStart);
    assert_eq!(note.text.lines(), ["", ">加"]);
    let mut seen = Vec::new();
    for _ in NoteEditor::DISPOSITIONS {
        note.edit(Action::NextPane);
        seen.push(note.disposition);
    }
    seen.rotate_right(1);
    assert_eq!(seen, NoteEditor::DISPOSITIONS);
    note.edit(Action::PreviousPane);
    let expected = NewNote {
        author: "anna".into(),
        disposition: Some(Disposition::Clear),
        text: Some("\n>加".into()),
        ..NewNote::default()
    };
    assert_eq!(note.note("anna"), expected);
}

#[test]
fn a_paste_keeps_its_lines_and_is_harmless() {
    let mut note = editor();
    note.paste("a\r\nb\tc\u{1b}[31m\u{202e}\rd");
    assert_eq!(note.text.lines(), ["a", "b c [31m ", "d"]);
    note.edit(Action::Type('\u{7f}'));
    assert_eq!(note.text.lines().last().map(String::as_str), Some("d"));
    note.paste(&"x".repeat(1_000_000));
    let error = note.note("anna").checked().unwrap_err().to_string();
    assert!(error.contains("at most 10000 are kept"), "{error}");
}

#[test]
fn runs_are_named_one_by_one_or_counted() {
    let one = editor().runs;
    assert!(one.name().starts_with("run 6939b762") && one.name().ends_with(" of cell-10/a"));
    let rows: Vec<RunRow> = (0..100).map(|n| fixture::run(n, "cell-10/a")).collect();
    let mut table = Table::default();
    table.replace(rows);
    let of = |row: &RunRow| NotedRun {
        log_key: row.log_key().to_owned(),
        run: row.run,
        disposition: row.disposition,
    };
    let chosen = |table: &Table<RunRow>| NotedRuns::chosen(table, of, NotedRuns::Runs).unwrap();
    assert_eq!(chosen(&table).count(), 1, "the one under the cursor");
    table.act(Action::MarkAll, 10);
    let many = chosen(&table);
    assert!(matches!(many, NotedRuns::Runs(_)));
    assert_eq!((many.name().as_str(), many.runs().len()), ("100 runs", 100));
    assert!(NotedRuns::chosen(&Table::default(), of, NotedRuns::Runs).is_none());
}
