//! Reads exports again, for tests.

use std::{fs::File, path::Path};

use polars_arrow::{
    array::Array,
    compute::concatenate::concatenate,
    datatypes::{ArrowDataType, Field},
    io::ipc::read::{FileReader, read_file_metadata},
};

use polars_parquet::read::{infer_schema, read_metadata};

use crate::parquet::{Cells, ParquetReader};

/// Name, type and cells of each column of a Parquet or Arrow file, by its ending.
pub(super) fn read(path: &Path) -> Vec<(String, ArrowDataType, Vec<Cells>)> {
    if path.extension().is_some_and(|ending| ending == "parquet") {
        let file = ParquetReader::open(path).unwrap();
        let groups = file.groups().count();
        let metadata = read_metadata(&mut File::open(path).unwrap()).unwrap();
        let column = |field: &Field| {
            let parts = (0..groups).map(|group| file.read(group, &field.name).unwrap().unwrap());
            (field.name.to_string(), field.dtype.clone(), parts.collect())
        };
        // The types as the file's Arrow schema has them.
        let schema = infer_schema(&metadata).unwrap();
        return schema.iter_values().map(column).collect();
    }
    let mut file = File::open(path).unwrap();
    let metadata = read_file_metadata(&mut file).unwrap();
    let schema = metadata.schema.clone();
    let batches = FileReader::new(file, metadata, None, None);
    let batches: Vec<_> = batches.map(|batch| batch.unwrap().into_arrays()).collect();
    let fields = schema.iter_values().enumerate();
    let columns = fields.map(|(at, field)| {
        let parts = batches.iter().map(|batch| batch[at].clone());
        (field.name.to_string(), field.dtype.clone(), parts.collect())
    });
    columns.collect()
}

/// The cells of the columns of a file that has some.
pub(super) fn read_cells(path: &Path) -> Vec<Cells> {
    let whole = |(_, _, parts): (String, ArrowDataType, Vec<Cells>)| {
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        concatenate(&parts).unwrap()
    };
    read(path).into_iter().map(whole).collect()
}
