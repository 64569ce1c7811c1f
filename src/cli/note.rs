//! `mdtui note`: what people say of a run.

use super::{
    example::{self, Example},
    exit,
    exit::Exit,
    json::NotesJson,
    open_lake::OpenLake,
    settings::Settings,
    signals::cancel_on_signals,
};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    catalog::RunRow,
    lake::{Disposition, Note, Notes, access::require_write, notes::NewNote},
    zone,
};

/// Write a note on a run: accept or reject its part, and say why
///
/// Without a text and a disposition it prints the notes of the run. Notes are never changed: where two
/// disagree, the later one counts.
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// A run by any unambiguous part of its id
    pub run: String,
    /// The part is good
    #[arg(long, group = "disposition")]
    pub accept: bool,
    /// An expert should look at it
    #[arg(long, group = "disposition")]
    pub review: bool,
    /// The part is bad
    #[arg(long, group = "disposition")]
    pub reject: bool,
    /// Withdraw the last disposition
    #[arg(long, group = "disposition")]
    pub clear: bool,
    /// Author of the note [default: `author` of the config file, or the login name]
    #[arg(long, value_name = "A")]
    pub author: Option<String>,
    /// The text of the note, of one or more lines
    pub text: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui note 7022841d --reject 'torn at the rim'",
        "reject the part of a run, and say why",
    ),
    Example::new("mdtui note 7022841d", "print the notes of a run"),
];

impl Args {
    fn disposition(&self) -> Option<Disposition> {
        let chosen = [
            (self.accept, Disposition::Accept),
            (self.review, Disposition::Review),
            (self.reject, Disposition::Reject),
            (self.clear, Disposition::Clear),
        ];
        chosen.into_iter().find_map(|(is, word)| is.then_some(word))
    }
}

/// Writes a note, or prints those that there are.
///
/// # Errors
/// [`Error::Usage`] for an unknown run, one that several logs have, and an empty note;
/// [`Error::Fatal`] when the lake cannot be written; those of [`OpenLake::new`] and [`crate::etl::catalog::Catalog::add_note`].
pub fn run(settings: &Settings, args: &Args) -> Result<Exit> {
    let cancel = CancelToken::new();
    let writes = args.text.is_some() || args.disposition().is_some();
    if writes {
        require_write(&settings.context()?.lake, "write a note")?;
    } else if args.author.is_some() {
        return Err(Error::Usage(
            "--author names who writes a note: give a text, or --accept, --review, --reject or --clear"
                .into(),
        ));
    }
    let mut lake = match writes {
        true => OpenLake::to_write(settings, &cancel)?,
        false => OpenLake::new(settings, &cancel)?,
    };
    let row = lake.run(&args.run)?;
    let all = if writes {
        cancel_on_signals(&cancel, || {})?;
        let new = NewNote {
            author: args.author.clone().unwrap_or_else(|| settings.author()),
            disposition: args.disposition(),
            text: args.text.clone(),
            ..NewNote::default()
        };
        lake.catalog
            .add_note(&lake.context, row.log_key(), row.run, new, &cancel)
    } else {
        Notes::read(&lake.context.lake, row.log_key())
    };
    let all = all.map_err(|error| {
        lake.unless_noted(error, || {
            let not = if writes {
                "the note was not written"
            } else {
                "there is nothing to print"
            };
            format!("{not}: the notes of {} cannot be read", row.log_key())
        })
    })?;
    let of_run = all.of_run(row.run);
    if args.json {
        exit::print_json(&NotesJson::new(&row, &of_run))?;
    } else if writes {
        let written = of_run.last().map(indented).unwrap_or_default();
        exit::print(&format!("{}\n{written}", title(&row)))?;
    } else if of_run.is_empty() {
        exit::note(&format!("no notes of {}", title(&row)));
    } else {
        let lines: String = of_run.iter().map(indented).collect();
        exit::print(&format!("{}\n{lines}", title(&row)))?;
    }
    Ok(Exit::Ok)
}

/// `run 00000000-…-11ed of cell-01/a`
fn title(row: &RunRow) -> String {
    format!("run {} of {}", row.run, row.log_key())
}

fn indented(note: &Note) -> String {
    format!("  {}\n", note_text(note).replace('\n', "\n    "))
}

/// `2026-11-23 04:06:12 anna: reject: torn at the rim`, and further lines of the text.
pub(super) fn note_text(note: &Note) -> String {
    let mut parts = vec![format!("{} {}", zone::format_screen(note.at), note.author)];
    parts.extend(note.disposition.map(|d| d.word().to_owned()));
    if note.reference == Some(true) {
        parts.push("reference run".into());
    }
    parts.extend(note.part.as_ref().map(|part| format!("part {part}")));
    parts.extend(note.text.clone());
    parts.join(": ")
}
