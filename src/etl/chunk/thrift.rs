//! As much of Thrift's compact protocol as it takes to look at a footer or a page's header
//! before a library believes it. Allocates nothing and goes no deeper than [`DEEPEST`].
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// Parquet's own structures are nested some ten levels.
const DEEPEST: u32 = 32;

/// What is wrong with some bytes, as a clause.
pub(super) type Trouble = String;

/// A field's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind(u8);

impl Kind {
    /// A nested struct.
    pub(super) const STRUCT: Self = Self(12);
}

/// What becomes of a field in [`Thrift::rewrite`].
pub(super) enum Edit {
    /// It is copied as it is; it was not read.
    Keep,
    /// It is left out; it was not read.
    Drop,
    /// It was read, and these bytes replace it. Its type stays.
    Replace(Vec<u8>),
}

/// Bytes that are read from the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thrift<'a> {
    rest: &'a [u8],
}

impl<'a> Thrift<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn byte(&mut self) -> Result<u8, Trouble> {
        let (first, rest) = self.rest.split_first().ok_or("it ends too early")?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, n: u64) -> Result<(), Trouble> {
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        self.rest = self.rest.get(n..).ok_or_else(|| {
            format!(
                "it claims a text of {n} bytes, but {} are left",
                self.rest.len()
            )
        })?;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64, Trouble> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("it has a number of more than 64 bits".into())
    }

    /// A signed number of any width.
    pub(super) fn number(&mut self) -> Result<i64, Trouble> {
        let zigzag = self.varint()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    /// Reads a struct: `each` is called with every field's number and type, and reads the
    /// value (or returns false: then it is passed over).
    pub(super) fn fields(
        &mut self,
        mut each: impl FnMut(&mut Self, i64, Kind) -> Result<bool, Trouble>,
    ) -> Result<(), Trouble> {
        let mut id = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            id = match head >> 4 {
                0 => self.number()?,
                step => id
                    .checked_add(i64::from(step))
                    .ok_or("it has a field number of more than 64 bits")?,
            };
            let kind = Kind(head & 0x0f);
            if !each(self, id, kind)? {
                self.skip(kind, 0)?;
            }
        }
    }

    /// Reads a list's head: how many elements follow. Each takes at least a byte.
    pub(super) fn list(&mut self) -> Result<u64, Trouble> {
        let size = self.list_head()?.0;
        self.room_for(size)?;
        Ok(size)
    }

    /// Reads a text.
    pub(super) fn text(&mut self) -> Result<&'a [u8], Trouble> {
        let n = self.varint()?;
        let before = self.rest;
        self.take(n)?;
        Ok(&before[..before.len() - self.rest.len()])
    }

    /// Passes over a value and returns its bytes.
    pub(super) fn raw(&mut self, kind: Kind) -> Result<&'a [u8], Trouble> {
        let before = self.rest;
        self.skip(kind, 0)?;
        Ok(&before[..before.len() - self.rest.len()])
    }

    /// Reads a struct and writes it again with the fields as `each` decides.
    pub(super) fn rewrite(
        &mut self,
        mut each: impl FnMut(&mut Self, i64, Kind) -> Result<Edit, Trouble>,
    ) -> Result<Vec<u8>, Trouble> {
        let mut out = Vec::new();
        let mut last = 0;
        self.fields(|thrift, id, kind| {
            let value = match each(thrift, id, kind)? {
                Edit::Drop => return Ok(false),
                Edit::Keep => std::borrow::Cow::Borrowed(thrift.raw(kind)?),
                Edit::Replace(bytes) => std::borrow::Cow::Owned(bytes),
            };
            match u8::try_from(id - last) {
                Ok(step @ 1..=15) => out.push(step << 4 | kind.0),
                _ => {
                    out.push(kind.0);
                    out.extend(number_bytes(id));
                }
            }
            last = id;
            out.extend_from_slice(&value);
            Ok(true)
        })?;
        out.push(0);
        Ok(out)
    }

    /// Passes over a struct and everything in it; checks that each list has room for what
    /// it claims to hold.
    pub(super) fn skip_struct(&mut self) -> Result<(), Trouble> {
        self.skip(Kind::STRUCT, 0)
    }

    fn skip(&mut self, kind: Kind, depth: u32) -> Result<(), Trouble> {
        if depth > DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} levels"));
        }
        match kind.0 {
            // A boolean field's value is in its type.
            1 | 2 => Ok(()),
            3 => self.byte().map(drop),
            4..=6 => self.varint().map(drop),
            7 => self.take(8),
            8 => {
                let n = self.varint()?;
                self.take(n)
            }
            9 | 10 => self.skip_list(depth),
            11 => self.skip_map(depth),
            12 => loop {
                let head = self.byte()?;
                if head == 0 {
                    return Ok(());
                }
                if head >> 4 == 0 {
                    self.varint()?;
                }
                self.skip(Kind(head & 0x0f), depth + 1)?;
            },
            other => Err(format!("it has a value of the unknown type {other}")),
        }
    }

    fn skip_list(&mut self, depth: u32) -> Result<(), Trouble> {
        let (size, element) = self.list_head()?;
        self.room_for(size)?;
        for _ in 0..size {
            match element {
                // In a list a boolean is a byte.
                Kind(1 | 2) => self.take(1)?,
                element => self.skip(element, depth + 1)?,
            }
        }
        Ok(())
    }

    fn list_head(&mut self) -> Result<(u64, Kind), Trouble> {
        let head = self.byte()?;
        let size = match head >> 4 {
            15 => self.varint()?,
            small => u64::from(small),
        };
        Ok((size, Kind(head & 0x0f)))
    }

    fn skip_map(&mut self, depth: u32) -> Result<(), Trouble> {
        let size = self.varint()?;
        if size == 0 {
            return Ok(());
        }
        self.room_for(size)?;
        let kinds = self.byte()?;
        for _ in 0..size {
            for kind in [Kind(kinds >> 4), Kind(kinds & 0x0f)] {
                match kind {
                    Kind(1 | 2) => self.take(1)?,
                    other => self.skip(other, depth + 1)?,
                }
            }
        }
        Ok(())
    }

    /// Every element takes at least a byte.
    fn room_for(&self, elements: u64) -> Result<(), Trouble> {
        if elements > self.rest.len() as u64 {
            return Err(format!(
                "it claims a list of {elements} entries, but {} bytes are left",
                self.rest.len()
            ));
        }
        Ok(())
    }
}

/// A signed number, written.
pub(super) fn number_bytes(number: i64) -> Vec<u8> {
    varint_bytes(((number << 1) ^ (number >> 63)).cast_unsigned())
}

fn varint_bytes(mut value: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(1);
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A list of structs, written.
pub(super) fn list_bytes<S: AsRef<[u8]>>(structs: &[S]) -> Vec<u8> {
    let mut out = vec![0xf0 | Kind::STRUCT.0];
    out.extend(varint_bytes(structs.len() as u64));
    for element in structs {
        out.extend_from_slice(element.as_ref());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_that_cannot_be_there_is_refused_and_so_is_a_deep_one() {
        // Field 1, a list of structs, as many as a varint can say.
        let many = [0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        let trouble = Thrift::new(&many).skip_struct().unwrap_err();
        assert!(
            trouble.contains("a list of 2147483647 entries"),
            "{trouble}"
        );
        // A list in a list in a list.
        let deep: Vec<u8> = [0x19].into_iter().chain([0x19; 100_000]).collect();
        let trouble = Thrift::new(&deep).skip_struct().unwrap_err();
        assert!(trouble.contains("nested"), "{trouble}");
        let text = [0x18, 0xff, 0x7f, b'a'];
        assert!(
            Thrift::new(&text)
                .skip_struct()
                .unwrap_err()
                .contains("16383 bytes")
        );
    }

    #[test]
    fn fields_are_given_with_their_numbers() {
        // 1: i32 = -1; 3: binary "ab" (passed over); 4: i64 = 300; stop.
        let bytes = [
            0x15, 0x01, 0x28, 0x02, b'a', b'b', 0x16, 0xd8, 0x04, 0x00, 0xee,
        ];
        let mut thrift = Thrift::new(&bytes);
        let mut found = Vec::new();
        thrift
            .fields(|t, id, _| {
                if id == 3 {
                    return Ok(false);
                }
                found.push((id, t.number()?));
                Ok(true)
            })
            .unwrap();
        assert_eq!(found, [(1, -1), (4, 300)]);
        assert_eq!(thrift.rest(), [0xee]);
    }

    #[test]
    fn a_field_number_beyond_64_bits_is_refused() {
        // Field 2^63 - 1 is a boolean, and the next one is a step further.
        let mut bytes = vec![0x01, 0xfe];
        bytes.extend([0xff; 8]);
        bytes.extend([0x01, 0x11, 0x00]);
        let trouble = Thrift::new(&bytes).fields(|_, _, _| Ok(false)).unwrap_err();
        assert!(trouble.contains("field number"), "{trouble}");
        Thrift::new(&bytes).skip_struct().unwrap();
    }

    #[test]
    fn a_rewritten_struct_has_the_fields_that_were_kept() {
        // 1: i32 = -1; 3: binary "ab"; 4: true; 40: i64 = 300; stop.
        let bytes = [
            0x15, 0x01, 0x28, 0x02, b'a', b'b', 0x11, 0x06, 0x50, 0xd8, 0x04, 0x00, 0xee,
        ];
        let rewrite = |edit: fn(i64) -> Edit| {
            let mut thrift = Thrift::new(&bytes);
            let out = thrift.rewrite(|t, id, kind| {
                let edit = edit(id);
                if matches!(edit, Edit::Replace(_)) {
                    t.raw(kind)?;
                }
                Ok(edit)
            });
            assert_eq!(thrift.rest(), [0xee]);
            out.unwrap()
        };
        assert_eq!(rewrite(|_| Edit::Keep), bytes[..bytes.len() - 1]);
        assert_eq!(
            rewrite(|id| match id {
                1 | 3 => Edit::Drop,
                40 => Edit::Replace(number_bytes(-2)),
                _ => Edit::Keep,
            }),
            [0x41, 0x06, 0x50, 0x03, 0x00]
        );
        let many = list_bytes(&vec![[0u8]; 300]);
        let mut list = Thrift::new(&many);
        assert_eq!(list.list().unwrap(), 300);
        assert_eq!(list.rest(), [0; 300]);
    }

    proptest! {
        #[test]
        fn any_number_is_read_as_it_was_written(number in any::<i64>()) {
            let bytes = number_bytes(number);
            prop_assert_eq!(Thrift::new(&bytes).number().unwrap(), number);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Thrift::new(&bytes).skip_struct();
            let _ = Thrift::new(&bytes).fields(|_, _, _| Ok(false));
            let _ = Thrift::new(&bytes).rewrite(|_, _, _| Ok(Edit::Keep));
        }
    }
}
