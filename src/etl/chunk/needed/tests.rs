use std::fs::File;

use proptest::prelude::*;

use super::*;
use crate::chunk::thrift::Edit;

const NAMES: [&str; 6] = [
    "time",
    "value",
    "field",
    "robot_id",
    "run_uuid",
    "sensor_type",
];

fn sample(name: &str) -> std::path::PathBuf {
    let root = env!("CARGO_MANIFEST_DIR");
    std::path::Path::new(root)
        .join("../../tests/data/field")
        .join(name)
}

fn indices(top: &[TopColumn]) -> Vec<usize> {
    (0..top.len())
        .filter(|index| NAMES.contains(&top[*index].name.as_str()))
        .collect()
}

fn read(name: &str) -> Result<FileMetadata> {
    let path = sample(name);
    read_needed(&File::open(&path).unwrap(), &path, |top| Ok(indices(top)))
}

#[test]
fn only_needed_columns_are_kept_with_their_places() {
    let whole = {
        let path = sample("good.parquet");
        footer::read_footer(&File::open(&path).unwrap(), &path).unwrap()
    };
    let slim = read("good.parquet").unwrap();
    let columns = slim.schema_descr.columns();
    assert_eq!(columns.len(), NAMES.len());
    assert_eq!(slim.row_groups.len(), whole.row_groups.len());
    for (group, other) in slim.row_groups.iter().zip(&whole.row_groups) {
        assert_eq!(group.num_rows(), other.num_rows());
        for chunk in group.parquet_columns() {
            let same = other
                .parquet_columns()
                .iter()
                .find(|o| o.descriptor().path_in_schema == chunk.descriptor().path_in_schema);
            let same = same.unwrap();
            assert_eq!(chunk.byte_range(), same.byte_range());
            assert_eq!(chunk.compression(), same.compression());
            assert_eq!(chunk.num_values(), same.num_values());
            assert_eq!(chunk.descriptor().descriptor, same.descriptor().descriptor);
        }
    }
}

#[test]
fn what_is_encrypted_is_called_so() {
    let why = read("encrypted-footer.parquet").unwrap_err().to_string();
    assert!(why.contains("encrypted Parquet file"), "{why}");
    let why = read("encrypted-column.parquet").unwrap_err().to_string();
    assert!(why.contains("column `value` is encrypted"), "{why}");
    // Where the encrypted column is not needed, nothing is in the way.
    let path = sample("encrypted-column.parquet");
    let slim = read_needed(&File::open(&path).unwrap(), &path, |top| {
        Ok(indices(top)
            .into_iter()
            .filter(|index| top[*index].name != "value")
            .collect())
    });
    assert_eq!(slim.unwrap().schema_descr.columns().len(), NAMES.len() - 1);
}

#[test]
fn a_nested_column_is_passed_over_with_all_its_leaves() {
    let slim = read("extra-variant.parquet").unwrap();
    let good = read("good.parquet").unwrap();
    let rows = |m: &FileMetadata| m.row_groups.iter().map(|g| g.num_rows()).sum::<usize>();
    assert_eq!(rows(&slim), rows(&good));
    let path = sample("extra-variant.parquet");
    let mut nested = Vec::new();
    read_needed(&File::open(&path).unwrap(), &path, |top| {
        nested = top.iter().filter(|t| t.is_nested).cloned().collect();
        Ok(indices(top))
    })
    .unwrap();
    assert_eq!(nested.len(), 1, "{nested:?}");
}

/// The footer of a file, and its columns.
fn footer_of(name: &str) -> Vec<u8> {
    let path = sample(name);
    footer::read_bytes(&File::open(&path).unwrap(), &path).unwrap()
}

/// The footer with one more leaf, at the end, whose entries are `entry` and `chunk`.
fn with_column(footer: &[u8], entry: &[u8], chunk: &[u8]) -> Vec<u8> {
    let structs = |thrift: &mut Thrift<'_>| {
        let count = thrift.list().unwrap();
        (0..count)
            .map(|_| thrift.raw(Kind::STRUCT).unwrap().to_vec())
            .collect::<Vec<_>>()
    };
    Thrift::new(footer)
        .rewrite(|thrift, id, _| {
            Ok(match id {
                2 => {
                    let mut entries = structs(thrift);
                    entries[0] = Thrift::new(&entries[0])
                        .rewrite(|thrift, id, _| {
                            Ok(match id {
                                5 => Edit::Replace(number_bytes(thrift.number()? + 1)),
                                _ => Edit::Keep,
                            })
                        })
                        .unwrap();
                    entries.push(entry.to_vec());
                    Edit::Replace(list_bytes(&entries))
                }
                4 => {
                    let groups: Vec<Vec<u8>> = structs(thrift)
                        .iter()
                        .map(|group| {
                            Thrift::new(group)
                                .rewrite(|thrift, id, _| {
                                    Ok(match id {
                                        1 => {
                                            let mut chunks = structs(thrift);
                                            chunks.push(chunk.to_vec());
                                            Edit::Replace(list_bytes(&chunks))
                                        }
                                        _ => Edit::Keep,
                                    })
                                })
                                .unwrap()
                        })
                        .collect();
                    Edit::Replace(list_bytes(&groups))
                }
                _ => Edit::Keep,
            })
        })
        .unwrap()
}

fn slim(footer: &[u8]) -> Result<Vec<u8>, Trouble> {
    let schema = schema_of(footer)?;
    let columns = top_columns(&schema)?;
    let needed: Vec<&TopColumn> = indices(&columns).into_iter().map(|i| &columns[i]).collect();
    let mut refused = None;
    let bytes = keep(footer, &schema, &needed, &mut refused)?;
    assert_eq!(refused, None);
    Ok(bytes)
}

/// A struct of any numbers in any fields.
fn any_struct() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::btree_map(0..40i64, any::<i64>(), 0..12).prop_map(|numbers| {
        let mut out = Vec::new();
        for (id, number) in numbers {
            out.push(0x06);
            out.extend(number_bytes(id));
            out.extend(number_bytes(number));
        }
        out.push(0);
        out
    })
}

/// A leaf's entry: its physical type, its name, and any logical type.
fn any_leaf() -> impl Strategy<Value = Vec<u8>> {
    (any::<i8>(), any_struct()).prop_map(|(physical, logical)| {
        let mut out = vec![0x15];
        out.extend(number_bytes(physical.into()));
        out.extend([0x38, 5]);
        out.extend(b"extra");
        out.push(0x6c);
        out.extend(logical);
        out.push(0);
        out
    })
}

proptest! {
    #[test]
    fn whatever_an_ignored_column_is_the_rest_stays(leaf in any_leaf(), chunk in any_struct()) {
        let footer = footer_of("good.parquet");
        let more = with_column(&footer, &leaf, &chunk);
        prop_assert_eq!(slim(&more), slim(&footer));
    }

    #[test]
    fn a_footer_with_any_damage_is_read_or_refused(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), end in any::<prop::sample::Index>()
    ) {
        let mut footer = footer_of("extra-variant.parquet");
        let at = at.index(footer.len());
        footer[at] = byte;
        let checked = |bytes: &[u8]| Thrift::new(bytes).skip_struct().is_ok();
        let cut = footer[..=end.index(footer.len())].to_vec();
        for footer in [footer, cut] {
            if !checked(&footer) {
                continue;
            }
            let Ok(schema) = schema_of(&footer) else { continue };
            let Ok(columns) = top_columns(&schema) else { continue };
            let needed: Vec<&TopColumn> =
                indices(&columns).into_iter().map(|i| &columns[i]).collect();
            if let Ok(bytes) = keep(&footer, &schema, &needed, &mut None) {
                let _ = footer::unfold(bytes);
            }
        }
    }
}
