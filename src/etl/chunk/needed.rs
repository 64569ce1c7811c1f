//! A log's footer without the columns that mdtui does not need: whatever these are (of a type,
//! codec or encoding that no reader here knows, nested, encrypted or huge), they cannot get in
//! the way. Structures and field numbers are those of
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.

use std::path::Path;

use polars_parquet::read::FileMetadata;

use super::{
    footer,
    thrift::{Edit, Kind, Thrift, Trouble, list_bytes, number_bytes},
};
use crate::{Error, Result, base::read_at::ReadAt, text};

/// A column, or a group of columns, at the top of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopColumn {
    pub(crate) name: String,
    pub(crate) is_nested: bool,
    /// Its entry in the schema; meaningless for a group.
    entry: usize,
    /// Its number among the leaves, which is its place in every row group.
    leaf: usize,
}

/// Reads a log's footer. `choose` is given the columns at the top of the schema and returns
/// the indices of those that are needed, sorted, none of them nested; the result has only these, in
/// this order.
///
/// # Errors
/// As [`footer::read_footer`]; what `choose` returns; [`Error::Log`] for a needed column that is
/// encrypted, or of a logical type or codec that cannot be read.
pub(crate) fn read_needed(
    file: &dyn ReadAt,
    path: &Path,
    choose: impl FnOnce(&[TopColumn]) -> Result<Vec<usize>>,
) -> Result<FileMetadata> {
    let bytes = footer::read_bytes(file, path)?;
    let damaged = |why: Trouble| footer::damaged(&why);
    let schema = schema_of(&bytes).map_err(damaged)?;
    let columns = top_columns(&schema).map_err(damaged)?;
    let needed: Vec<&TopColumn> = choose(&columns)?
        .into_iter()
        .filter_map(|index| columns.get(index))
        .collect();
    let mut refused = None;
    let slim = keep(&bytes, &schema, &needed, &mut refused).map_err(damaged)?;
    match refused {
        Some(why) => Err(Error::Log(why)),
        None => footer::unfold(slim),
    }
}

/// An entry of the schema: a group, which is followed by its children, or a leaf.
struct Entry<'a> {
    bytes: &'a [u8],
    name: &'a [u8],
    children: i64,
    is_leaf: bool,
}

fn schema_of(footer: &[u8]) -> Result<Vec<Entry<'_>>, Trouble> {
    let mut entries = Vec::new();
    Thrift::new(footer).fields(|thrift, id, _| {
        if id != 2 {
            return Ok(false);
        }
        for _ in 0..thrift.list()? {
            let bytes = thrift.raw(Kind::STRUCT)?;
            let mut entry = Entry {
                bytes,
                name: &[],
                children: 0,
                is_leaf: false,
            };
            Thrift::new(bytes).fields(|thrift, id, _| {
                match id {
                    1 => {
                        thrift.number()?;
                        entry.is_leaf = true;
                    }
                    4 => entry.name = thrift.text()?,
                    5 => entry.children = thrift.number()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
            entry.is_leaf &= entry.children <= 0;
            entries.push(entry);
        }
        Ok(true)
    })?;
    Ok(entries)
}

fn top_columns(schema: &[Entry<'_>]) -> Result<Vec<TopColumn>, Trouble> {
    let root = schema.first().ok_or("it has no schema")?;
    let (mut entry, mut leaf) = (1, 0);
    let mut columns = Vec::new();
    for _ in 0..root.children {
        let top: &Entry = schema.get(entry).ok_or("its schema ends too early")?;
        columns.push(TopColumn {
            name: String::from_utf8_lossy(top.name).into_owned(),
            is_nested: !top.is_leaf,
            entry,
            leaf,
        });
        // What lies below it, to any depth.
        let mut open = 1;
        while open > 0 {
            let below: &Entry = schema.get(entry).ok_or("its schema ends too early")?;
            leaf += usize::from(below.is_leaf);
            open += below.children.max(0) - 1;
            entry += 1;
        }
    }
    Ok(columns)
}

/// The footer with the needed columns only. What they have that cannot be read is put
/// into `refused`, as a sentence.
fn keep(
    footer: &[u8],
    schema: &[Entry<'_>],
    needed: &[&TopColumn],
    refused: &mut Option<String>,
) -> Result<Vec<u8>, Trouble> {
    Thrift::new(footer).rewrite(|thrift, id, kind| {
        Ok(match id {
            1 | 3 => Edit::Keep,
            2 => {
                thrift.raw(kind)?;
                Edit::Replace(kept_schema(schema, needed, refused)?)
            }
            4 => {
                let mut groups = Vec::new();
                for _ in 0..thrift.list()? {
                    groups.push(kept_group(thrift, needed, refused)?);
                }
                Edit::Replace(list_bytes(&groups))
            }
            // The file's own words, the order of values, and how it is encrypted.
            _ => Edit::Drop,
        })
    })
}

fn kept_schema(
    schema: &[Entry<'_>],
    needed: &[&TopColumn],
    refused: &mut Option<String>,
) -> Result<Vec<u8>, Trouble> {
    let root = schema.first().ok_or("it has no schema")?;
    let mut entries = vec![Thrift::new(root.bytes).rewrite(|thrift, id, _| {
        Ok(match id {
            4 => Edit::Keep,
            5 => {
                thrift.number()?;
                Edit::Replace(number_bytes(needed.len() as i64))
            }
            _ => Edit::Drop,
        })
    })?];
    for column in needed {
        let entry = schema
            .get(column.entry)
            .ok_or("its schema ends too early")?;
        entries.push(Thrift::new(entry.bytes).rewrite(|thrift, id, _| {
            if id == 10 {
                let mut look = *thrift;
                check_logical_type(&mut look, column, refused)?;
            }
            // All but the number that other tools know the column by.
            Ok(if matches!(id, 1..=8 | 10) {
                Edit::Keep
            } else {
                Edit::Drop
            })
        })?);
    }
    Ok(list_bytes(&entries))
}

/// A union: its only field says which type it is.
fn check_logical_type(
    thrift: &mut Thrift<'_>,
    column: &TopColumn,
    refused: &mut Option<String>,
) -> Result<(), Trouble> {
    let mut known = false;
    let mut number = None;
    thrift.fields(|_, id, _| {
        // Field 9 was never used.
        known |= matches!(id, 1..=8 | 10..=15);
        number = Some(id);
        Ok(false)
    })?;
    if !known && refused.is_none() {
        let name = match number {
            Some(16) => "VARIANT".to_owned(),
            Some(17) => "GEOMETRY".to_owned(),
            Some(18) => "GEOGRAPHY".to_owned(),
            Some(n) => format!("number {n}"),
            None => "none".to_owned(),
        };
        *refused = Some(format!(
            "column `{}` has the logical type {name}, which mdtui does not read",
            text::quoted(&column.name, 60)
        ));
    }
    Ok(())
}

fn kept_group(
    thrift: &mut Thrift<'_>,
    needed: &[&TopColumn],
    refused: &mut Option<String>,
) -> Result<Vec<u8>, Trouble> {
    thrift.rewrite(|thrift, id, _| {
        Ok(match id {
            1 => {
                let mut chunks = Vec::with_capacity(needed.len());
                let count = thrift.list()?;
                for leaf in 0..count {
                    match needed.get(chunks.len()).filter(|c| c.leaf as u64 == leaf) {
                        Some(column) => chunks.push(kept_chunk(thrift, column, refused)?),
                        None => thrift.skip_struct()?,
                    }
                }
                if chunks.len() < needed.len() {
                    return Err(format!(
                        "a row group has {count} columns, fewer than its schema"
                    ));
                }
                Edit::Replace(list_bytes(&chunks))
            }
            2 | 3 => Edit::Keep,
            _ => Edit::Drop,
        })
    })
}

fn kept_chunk(
    thrift: &mut Thrift<'_>,
    column: &TopColumn,
    refused: &mut Option<String>,
) -> Result<Vec<u8>, Trouble> {
    let mut is_encrypted = false;
    let mut codec = None;
    let chunk = thrift.rewrite(|thrift, id, _| {
        is_encrypted |= matches!(id, 8 | 9);
        Ok(match id {
            2 => Edit::Keep,
            3 => Edit::Replace(thrift.rewrite(|thrift, id, _| {
                if id == 4 {
                    let mut look = *thrift;
                    codec = Some(look.number()?);
                }
                // Not the statistics, and no other words.
                Ok(if matches!(id, 1..=7 | 9..=11) {
                    Edit::Keep
                } else {
                    Edit::Drop
                })
            })?),
            _ => Edit::Drop,
        })
    })?;
    let name = || text::quoted(&column.name, 60);
    // The codecs that the format knows but for LZO, which hardly a reader has.
    let unknown = codec.filter(|codec| !matches!(codec, 0..=2 | 4..=7));
    if refused.is_none() {
        *refused = match unknown {
            _ if is_encrypted => Some(format!(
                "column `{}` is encrypted, and mdtui reads no encrypted columns: write the log without encryption",
                name()
            )),
            Some(codec) => Some(format!(
                "column `{}` is compressed with {}, which mdtui does not read",
                name(),
                if codec == 3 {
                    "LZO".to_owned()
                } else {
                    format!("the unknown codec {codec}")
                }
            )),
            None => None,
        };
    }
    Ok(chunk)
}

#[cfg(test)]
mod tests;
