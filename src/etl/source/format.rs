//! The formats of logs, and the file names that have them.

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.parquet`, `.pq`
    Parquet,
    /// `.csv`
    Csv,
    /// `.csv.gz`
    CsvGz,
}

/// What is known of a format before one of its files is opened.
struct Known {
    format: Format,
    /// The word in the catalog.
    word: &'static str,
    /// What an operator calls such a file.
    name: &'static str,
    /// Endings of file names, in lower case. None ends with another.
    endings: &'static [&'static str],
    /// Whether a file without a footer is not complete.
    has_footer: bool,
}

/// All formats, in the order of [`Format`].
const FORMATS: [Known; 3] = [
    Known {
        format: Format::Parquet,
        word: "parquet",
        name: "Parquet",
        endings: &[".parquet", ".pq"],
        has_footer: true,
    },
    Known {
        format: Format::Csv,
        word: "csv",
        name: "CSV",
        endings: &[".csv"],
        has_footer: false,
    },
    Known {
        format: Format::CsvGz,
        word: "csv.gz",
        name: "CSV",
        endings: &[".csv.gz"],
        has_footer: false,
    },
];

impl Format {
    fn known(self) -> &'static Known {
        &FORMATS[self as usize]
    }

    /// The word in the catalog.
    pub fn word(self) -> &'static str {
        self.known().word
    }

    /// The inverse of [`Format::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        let known = FORMATS.iter().find(|known| known.word == word);
        known.map(|known| known.format)
    }

    /// The format that a file name's ending says; letter case does not matter.
    pub fn of_name(name: &[u8]) -> Option<Self> {
        let ends = |ending: &&str| {
            let tail = name.len().checked_sub(ending.len()).map(|at| &name[at..]);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
        };
        let known = FORMATS.iter().find(|known| known.endings.iter().any(ends));
        known.map(|known| known.format)
    }

    /// What an operator calls such a file: `Parquet`, `CSV`.
    pub fn name(self) -> &'static str {
        self.known().name
    }

    /// Whether a complete file ends in a footer: one that lacks it is still being written,
    /// or was cut off.
    pub fn has_footer(self) -> bool {
        self.known().has_footer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_words_and_endings_only() {
        for (index, known) in FORMATS.iter().enumerate() {
            assert_eq!(known.format as usize, index, "the table follows the enum");
            assert_eq!(Format::from_word(known.word), Some(known.format));
            for ending in known.endings {
                for name in [format!("a{ending}"), format!("A{}", ending.to_uppercase())] {
                    assert_eq!(
                        Format::of_name(name.as_bytes()),
                        Some(known.format),
                        "{name}"
                    );
                }
            }
        }
        for other in ["", "csv", "a.gz", "a.parquet.gz", "a.csv.tmp"] {
            assert_eq!(Format::of_name(other.as_bytes()), None, "{other}");
        }
    }
}
