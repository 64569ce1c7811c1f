//! Logs whose pages carry checksums: a bit that changed after they were written is noticed.
//! `tests/data/checksums.py` wrote them.

use std::{fs, path::Path};

use mdtui::etl::{
    Error,
    extract::{Batch, LogReader, Vocabulary},
    profile::Profile,
    source::Format,
};

fn batches(path: &Path) -> Result<Vec<Batch>, Error> {
    let mut reader = LogReader::open(path, Format::Parquet, &Profile::built_in().unwrap())?;
    let mut words = Vocabulary::default();
    let mut all = Vec::new();
    while let Some(batch) = reader.next_batch(&mut words)? {
        all.push(batch);
    }
    Ok(all)
}

#[test]
fn every_flipped_bit_of_a_page_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.parquet");
    for version in [1, 2] {
        let name = format!("tests/data/checksums_v{version}.parquet");
        let whole = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
        fs::write(&path, &whole).unwrap();
        let good = batches(&path).unwrap();
        assert_eq!(good.iter().map(Batch::len).sum::<usize>(), 240);
        let tail = whole.len() - 8;
        let length = u32::from_le_bytes(whole[tail..tail + 4].try_into().unwrap()) as usize;
        let (mut by_sum, mut otherwise) = (0, 0);
        for at in 4..tail - length {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            fs::write(&path, &bytes).unwrap();
            match batches(&path) {
                Err(e) if e.to_string().contains("its checksum is") => by_sum += 1,
                Err(_) => otherwise += 1,
                // A page's header has no checksum; what cannot be told apart does no harm.
                Ok(batches) => assert_eq!(batches, good, "byte {at} of version {version}"),
            }
        }
        assert!(by_sum > 1000, "{by_sum} by checksum, {otherwise} otherwise");
    }
}
