//! Parquet files by hand, so that they can claim what no writer would.

/// Thrift's compact protocol, as far as footers and pages need it.
#[derive(Default)]
pub struct Thrift {
    bytes: Vec<u8>,
    last: Vec<i16>,
}

impl Thrift {
    pub fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }

    fn zigzag(&mut self, n: i64) {
        self.varint(((n << 1) ^ (n >> 63)) as u64);
    }

    fn head(&mut self, id: i16, kind: u8) {
        let last = self.last.last_mut().unwrap();
        self.bytes.push(((id - *last) as u8) << 4 | kind);
        *last = id;
    }

    pub fn i32(&mut self, id: i16, n: i64) {
        self.head(id, 5);
        self.zigzag(n);
    }

    pub fn i64(&mut self, id: i16, n: i64) {
        self.head(id, 6);
        self.zigzag(n);
    }

    fn text(&mut self, id: i16, text: &str) {
        self.head(id, 8);
        self.raw_text(text);
    }

    fn raw_text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    fn list(&mut self, id: i16, kind: u8, size: usize) {
        self.head(id, 9);
        self.bytes.push(0xf0 | kind);
        self.varint(size as u64);
    }

    fn inner(&mut self, id: i16, write: impl FnOnce(&mut Self)) {
        self.head(id, 12);
        self.whole(write);
    }

    /// A struct that stands by itself, or in a list.
    pub fn whole(&mut self, write: impl FnOnce(&mut Self)) {
        self.last.push(0);
        write(self);
        self.last.pop();
        self.bytes.push(0);
    }
}

/// A column in which every row has the same value: however many rows, a few bytes.
pub struct Constant {
    name: &'static str,
    /// Parquet's number of the physical type.
    kind: i64,
    value: Vec<u8>,
}

impl Constant {
    pub fn text(name: &'static str, text: &str) -> Self {
        let mut value = (text.len() as u32).to_le_bytes().to_vec();
        value.extend(text.as_bytes());
        let kind = 6;
        Self { name, kind, value }
    }

    pub fn double(name: &'static str, value: f64) -> Self {
        let value = value.to_le_bytes().to_vec();
        let kind = 5;
        Self { name, kind, value }
    }

    /// A dictionary of one entry, then one page that repeats it.
    fn pages(&self, rows: u64) -> Vec<u8> {
        let page = |kind: i64, body: &[u8], header: i16, numbers: &[i64]| {
            let mut thrift = Thrift::default();
            thrift.whole(|t| {
                t.i32(1, kind);
                t.i32(2, body.len() as i64);
                t.i32(3, body.len() as i64);
                t.inner(header, |t| {
                    for (n, id) in numbers.iter().zip(1..) {
                        t.i32(id, *n);
                    }
                });
            });
            [thrift.bytes, body.to_vec()].concat()
        };
        let mut run = Thrift::default();
        run.varint(rows << 1);
        let body = [vec![1], run.bytes, vec![0]].concat();
        [
            page(2, &self.value, 7, &[1, 0]),
            // RLE_DICTIONARY is encoding 8, RLE (of levels that are not there) 3.
            page(0, &body, 5, &[rows as i64, 8, 3, 3]),
        ]
        .concat()
    }
}

/// Columns of one log, every row alike.
pub fn columns() -> Vec<Constant> {
    vec![
        Constant::text("time", "2022-11-23T20:40:00Z"),
        Constant::double("value", 1.5),
        Constant::text("field", "x"),
        Constant::text("robot_id", "1"),
        Constant::text("run_uuid", "77"),
        Constant::text("sensor_type", "encoder"),
    ]
}

/// A file with so many row groups of so many rows each, all of which share their pages.
pub fn file(columns: &[Constant], groups: usize, rows: u64) -> Vec<u8> {
    let mut bytes = b"PAR1".to_vec();
    let chunks: Vec<(i64, i64)> = columns
        .iter()
        .map(|column| {
            let pages = column.pages(rows);
            let at = (bytes.len() as i64, pages.len() as i64);
            bytes.extend(pages);
            at
        })
        .collect();
    let mut footer = Thrift::default();
    footer.whole(|t| {
        t.i32(1, 1);
        t.list(2, 12, columns.len() + 1);
        t.whole(|t| {
            t.text(4, "schema");
            t.i32(5, columns.len() as i64);
        });
        for column in columns {
            t.whole(|t| {
                t.i32(1, column.kind);
                t.i32(3, 0);
                t.text(4, column.name);
                if column.kind == 6 {
                    t.i32(6, 0);
                }
            });
        }
        t.i64(3, (groups as u64 * rows) as i64);
        t.list(4, 12, groups);
        for _ in 0..groups {
            t.whole(|t| group(t, columns, &chunks, rows));
        }
    });
    with_footer(bytes, &footer.bytes)
}

fn group(t: &mut Thrift, columns: &[Constant], chunks: &[(i64, i64)], rows: u64) {
    t.list(1, 12, columns.len());
    for (column, (at, size)) in columns.iter().zip(chunks) {
        t.whole(|t| {
            t.i64(2, *at);
            t.inner(3, |t| {
                t.i32(1, column.kind);
                t.list(2, 5, 1);
                t.zigzag(8);
                t.list(3, 8, 1);
                t.raw_text(column.name);
                t.i32(4, 0);
                t.i64(5, rows as i64);
                t.i64(6, *size);
                t.i64(7, *size);
                t.i64(9, *at);
                t.i64(11, *at);
            });
        });
    }
    t.i64(2, chunks.iter().map(|c| c.1).sum());
    t.i64(3, rows as i64);
}

/// What lies before the footer, and the footer.
pub fn with_footer(mut bytes: Vec<u8>, footer: &[u8]) -> Vec<u8> {
    bytes.extend(footer);
    bytes.extend((footer.len() as u32).to_le_bytes());
    bytes.extend(b"PAR1");
    bytes
}

/// A file whose schema goes so many levels down.
pub fn deep(levels: usize) -> Vec<u8> {
    let mut footer = Thrift::default();
    footer.whole(|t| {
        t.i32(1, 1);
        t.list(2, 12, levels + 1);
        for _ in 0..levels {
            t.whole(|t| {
                t.i32(3, 0);
                t.text(4, "a");
                t.i32(5, 1);
            });
        }
        t.whole(|t| {
            t.i32(1, 5);
            t.i32(3, 0);
            t.text(4, "time");
        });
        t.i64(3, 0);
        t.list(4, 12, 0);
    });
    with_footer(b"PAR1".to_vec(), &footer.bytes)
}

/// A file whose footer claims a list of so many row groups and has none.
pub fn endless_list(groups: usize) -> Vec<u8> {
    let mut footer = Thrift::default();
    footer.whole(|t| {
        t.i32(1, 1);
        t.list(2, 12, 0);
        t.i64(3, 0);
        t.list(4, 12, groups);
    });
    with_footer(b"PAR1".to_vec(), &footer.bytes)
}
