//! What stands before the rows: a `sep=` line, comments, and the header, which tells the
//! separator.

use std::io;

use super::rows::Rows;
use crate::{
    Error, Result,
    extract::{
        raw::LONGEST_TEXT,
        role::{Role, locate, named},
    },
    schema::Schema,
    text,
};

/// The separators that are detected, and their names.
const SEPARATORS: [(u8, &str); 3] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab")];
const NAMED: &str = "the separators of a log are comma, semicolon and tab";

/// How a log is written.
pub(super) struct Dialect {
    /// Where each role's column stands.
    pub(super) columns: Vec<(Role, usize)>,
    /// Numbers may have a comma for the point.
    decimal_comma: bool,
}

impl Dialect {
    /// A cell as every log has it: a number with a comma (`1,5`) gets a point, in `number`.
    /// One that has a point too, or several commas, may mean anything and stays as it is.
    #[inline]
    pub(super) fn cell<'a>(&self, role: Role, cell: &'a [u8], number: &'a mut Vec<u8>) -> &'a [u8] {
        if !self.decimal_comma || !role.is_number() || cell.len() > LONGEST_TEXT {
            return cell;
        }
        let comma = cell.iter().position(|b| *b == b',');
        let Some(comma) = comma.filter(|_| !cell.contains(&b'.')) else {
            return cell;
        };
        number.clear();
        number.extend_from_slice(cell);
        number[comma] = b'.';
        number
    }
}

/// Finds the header, and leaves `rows` before the first row.
///
/// # Errors
/// [`Error::Log`] where there is no header, the separator is another one, or a column is
/// missing or occurs twice; what `trouble` makes of an error of the input.
pub(super) fn detect(
    rows: &mut Rows,
    schema: &Schema,
    trouble: impl Fn(io::Error) -> Error,
) -> Result<Dialect> {
    let mut named = None;
    loop {
        let Some(line) = rows.peek_line().map_err(&trouble)? else {
            return Err(Error::Log("it has no header".into()));
        };
        if let Some(separator) = separator_line(line) {
            named = Some(separator?);
            rows.skip_line().map_err(&trouble)?;
            continue;
        }
        let is_comment = line.starts_with(b"#");
        match header(rows, named, schema).map_err(&trouble)? {
            Ok((separator, columns)) => {
                let needed = columns.iter().map(|(_, i)| i + 1).max().unwrap_or(0);
                rows.begin(separator, needed).map_err(&trouble)?;
                return Ok(Dialect {
                    columns,
                    decimal_comma: separator == b';',
                });
            }
            // A column may be called `#`, so a comment is what is not a header.
            Err(_) if is_comment => rows.skip_line().map_err(&trouble)?,
            Err(error) => return Err(error),
        }
    }
}

/// Finds a header that no schema describes: of the separators the one that gives most columns. Leaves
/// `rows` before the first row, and returns the columns' names and whether numbers may have a decimal comma.
///
/// # Errors
/// As [`detect`].
pub(super) fn any_header(
    rows: &mut Rows,
    trouble: impl Fn(io::Error) -> Error,
) -> Result<(Vec<String>, bool)> {
    let mut named = None;
    loop {
        let Some(line) = rows.peek_line().map_err(&trouble)? else {
            return Err(Error::Log("it has no header".into()));
        };
        if let Some(separator) = separator_line(line) {
            named = Some(separator?);
        } else if !line.starts_with(b"#") {
            break;
        }
        rows.skip_line().map_err(&trouble)?;
    }
    let mut best: (u8, Vec<Vec<u8>>) = (b',', Vec::new());
    for (separator, _) in SEPARATORS {
        if named.is_none_or(|named| named == separator) {
            let cells = rows.header(separator).map_err(&trouble)?;
            if cells.len() > best.1.len() {
                best = (separator, cells);
            }
        }
    }
    let (separator, cells) = best;
    rows.begin(separator, usize::MAX).map_err(&trouble)?;
    let names = cells.iter().map(|cell| text::visible_bytes(cell));
    Ok((names.collect(), separator == b';'))
}

/// The separator that a line such as `sep=;` names.
fn separator_line(line: &[u8]) -> Option<Result<u8>> {
    let line = line
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
        .unwrap_or(line);
    let (key, value) = line.split_at_checked(4)?;
    if !key.eq_ignore_ascii_case(b"sep=") {
        return None;
    }
    let known = SEPARATORS.iter().find(|(byte, _)| value == [*byte]);
    Some(known.map(|(byte, _)| *byte).ok_or_else(|| {
        Error::Log(format!(
            "its line `{}` names another separator: {NAMED}",
            text::quoted(&String::from_utf8_lossy(line), 40)
        ))
    }))
}

type Header = (u8, Vec<(Role, usize)>);

/// The next row as a header: with the named separator, or the first one that gives all
/// columns. The error is that of the separator which gives most columns.
fn header(rows: &mut Rows, named: Option<u8>, schema: &Schema) -> io::Result<Result<Header>> {
    let mut best: Option<(usize, Error)> = None;
    for (separator, _) in SEPARATORS {
        if named.is_some_and(|named| named != separator) {
            continue;
        }
        let cells = rows.header(separator)?;
        let names: Vec<String> = cells.iter().map(|cell| text::visible_bytes(cell)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let error = match locate(&names, schema) {
            Ok(columns) => return Ok(Ok((separator, columns))),
            Err(error) => error,
        };
        if best.as_ref().is_none_or(|(most, _)| names.len() > *most) {
            best = Some((names.len(), error));
        }
    }
    let line = rows.peek_line()?.unwrap_or_default();
    Ok(Err(match (other_separator(line, schema), best) {
        (Some(other), _) => Error::Log(format!("its columns are separated by {other}: {NAMED}")),
        (None, Some((_, error))) if std::str::from_utf8(line).is_err() => {
            Error::Log(format!("{error}; its header is not UTF-8"))
        }
        (None, Some((_, error))) => error,
        (None, None) => Error::Log("it has no header".into()),
    }))
}

/// What stands behind the first column's name, if a line has the names of all required columns
/// and none of the separators.
fn other_separator(line: &[u8], schema: &Schema) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    if line.contains([',', ';', '\t']) {
        return None;
    }
    let required = named(schema).into_iter();
    let places: Option<Vec<(usize, &str)>> = required
        .filter(|(role, _)| !matches!(role, Role::Sensor | Role::Cell))
        .map(|(_, name)| Some((line.find(name)?, name)))
        .collect();
    let (place, name) = places?.into_iter().min()?;
    let rest = line[place + name.len()..].trim_start_matches(['"', '\'']);
    let other = rest.chars().next()?;
    Some(match other {
        ' ' => "spaces".into(),
        c => format!("`{}`", text::visible(&c.to_string())),
    })
}
