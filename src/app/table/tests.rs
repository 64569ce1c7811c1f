use super::*;
use crate::{
    app::columns::test_column,
    etl::filter::{Kind, RowField, Unit, Value},
};

#[derive(Debug, Clone, PartialEq)]
struct Fruit(&'static str, u32);

impl Row for Fruit {
    const LIST: &'static str = "fruits";

    fn key(&self) -> Cow<'_, str> {
        self.0.into()
    }

    fn columns(_: &[Self]) -> Vec<Column<Self>> {
        vec![test_column("name"), test_column("weight")]
    }
}

impl Filtered for Fruit {
    const FIELDS: &'static [RowField<Self>] = &[
        RowField::new(&["name"], Kind::Text, |fruit| Value::text(Some(fruit.0))),
        RowField::new(&["weight"], Kind::Number(Unit::Count), |fruit| {
            Value::Number(f64::from(fruit.1))
        }),
    ];

    fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}

fn table() -> Table<Fruit> {
    let mut table = Table::default();
    table.replace(vec![
        Fruit("apple", 150),
        Fruit("banana", 120),
        Fruit("cherry", 8),
        Fruit("pear", 150),
        Fruit("quince", 400),
    ]);
    table
}

fn names(table: &Table<Fruit>) -> Vec<&'static str> {
    (0..table.len()).map(|i| table.get(i).unwrap().0).collect()
}

#[test]
fn cursor_and_marks_stay_with_their_rows() {
    let mut table = table();
    table.cursor = 2;
    table.act(Action::Mark, 10);
    assert_eq!(table.current().unwrap().0, "pear");
    table.replace(vec![
        Fruit("aardbei", 1),
        Fruit("cherry", 8),
        Fruit("pear", 1),
    ]);
    assert_eq!(table.current().unwrap().0, "pear");
    assert_eq!(table.chosen()[0].0, "cherry");
    table.replace(vec![Fruit("aardbei", 1), Fruit("banana", 8)]);
    assert_eq!(
        (table.cursor, table.marked()),
        (1, 0),
        "what is gone is not marked"
    );
    table.replace(Vec::new());
    assert!(table.current().is_none() && table.chosen().is_empty());
}

#[test]
fn sorts_by_the_column_under_the_cursor_then_reverses() {
    let mut table = table();
    table.column = 1;
    table.act(Action::Sort, 10);
    assert_eq!(
        names(&table),
        ["cherry", "banana", "apple", "pear", "quince"]
    );
    assert_eq!(
        table.current().unwrap().0,
        "apple",
        "the cursor stays with its row"
    );
    table.act(Action::Sort, 10);
    assert_eq!(
        names(&table),
        ["quince", "apple", "pear", "banana", "cherry"]
    );
}

#[test]
fn filters_and_says_what_makes_no_sense() {
    let mut table = table();
    table.set_filter("weight>=150 e").unwrap();
    assert_eq!(names(&table), ["apple", "pear", "quince"]);
    assert!(
        table
            .set_filter("colour:red")
            .unwrap_err()
            .sentence
            .contains("colour")
    );
    assert_eq!(table.filter(), "weight>=150 e");
    table.act(Action::MarkAll, 10);
    table.set_filter("").unwrap();
    assert_eq!((table.len(), table.marked()), (5, 3));
}

#[test]
fn searches_around_the_ends() {
    let mut table = table();
    assert!(table.set_search("AN", 0));
    assert_eq!(table.cursor, 1);
    assert!(!table.set_search("anx", 0));
    assert_eq!(table.cursor, 0);
    table.set_search("p", 1);
    assert_eq!(table.cursor, 3);
    assert!(table.search_on(true));
    assert_eq!(table.cursor, 0);
    assert!(table.search_on(false));
    assert_eq!(table.cursor, 3);
}

#[test]
fn ranges_mark_both_ends() {
    let mut table = table();
    table.cursor = 3;
    table.act(Action::MarkRange, 10);
    table.act(Action::Up, 10);
    table.act(Action::Up, 10);
    assert!(table.is_marked(2) && !table.is_marked(0));
    assert_eq!(table.marked(), 0, "not before the range has ended");
    table.act(Action::MarkRange, 10);
    assert_eq!(table.marked(), 3);
    table.act(Action::MarkAll, 10);
    table.act(Action::MarkAll, 10);
    assert_eq!(table.marked(), 0, "all were marked, so all are unmarked");
}

#[test]
fn marks_that_a_filter_hides_are_counted() {
    let mut table = table();
    table.act(Action::MarkAll, 10);
    let all = table.marked();
    assert_eq!(table.hidden_marks(), 0);
    table.set_filter("pear").unwrap();
    assert!(table.len() < all);
    assert_eq!(table.hidden_marks(), all - table.len());
    table.clear_marks();
    assert_eq!(table.hidden_marks(), 0);
}

#[test]
fn the_cursor_is_always_on_the_screen() {
    let mut table = table();
    for (cursor, lines, offset) in [(4, 2, 3), (0, 2, 0), (2, 1, 2), (3, 9, 0), (9, 0, 4)] {
        table.cursor = cursor;
        table.keep_cursor_visible(lines);
        assert_eq!(table.offset, offset, "cursor {cursor}, {lines} lines");
    }
}

/// Against sets of keys: rows that come, go, and change their places.
#[test]
fn marks_find_their_rows_wherever_they_went() {
    use rand_core::Rng;
    use std::collections::BTreeSet;
    const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut random = rand_pcg::Pcg64Mcg::new(5);
    for _ in 0..300 {
        let mut table = Table::default();
        let mut expected: BTreeSet<&str> = BTreeSet::new();
        for _ in 0..6 {
            let mut rows: Vec<Fruit> = NAMES
                .iter()
                .filter(|_| !random.next_u32().is_multiple_of(4))
                .map(|name| Fruit(name, 1))
                .collect();
            if random.next_u32().is_multiple_of(2) {
                rows.reverse();
            }
            expected.retain(|name| rows.iter().any(|row| row.0 == *name));
            table.replace(rows);
            let marked: BTreeSet<&str> = table.chosen().iter().map(|row| row.0).collect();
            if table.marked() > 0 {
                assert_eq!(marked, expected);
            }
            assert_eq!(table.marked(), expected.len());
            if let Some(row) = table.get(random.next_u32() as usize % table.len().max(1)) {
                let (name, marks) = (row.0, !expected.contains(row.0));
                table.cursor = (0..table.len())
                    .find(|at| table.get(*at).unwrap().0 == name)
                    .unwrap();
                table.act(Action::Mark, 10);
                if marks {
                    expected.insert(name);
                } else {
                    expected.remove(name);
                }
            }
        }
        table.act(Action::MarkAll, 10);
        assert_eq!(table.marked(), table.len());
        table.act(Action::MarkAll, 10);
        assert_eq!(table.marked(), 0);
    }
}

/// More rows than are sorted at once, in the reverse of their names' order by weight.
fn long() -> Table<Fruit> {
    let mut table = Table::default();
    let n = sort::MANY as u32 + 1;
    table.replace(
        (0..n)
            .map(|i| Fruit(if i % 3 == 0 { "apple" } else { "pear" }, n - i))
            .collect(),
    );
    table
}

#[test]
fn very_many_rows_are_sorted_by_a_worker_and_the_latest_request_counts() {
    let mut table = long();
    let all = table.len();
    assert_eq!(
        (table.take_sort_request(), table.is_sorting()),
        (None, false)
    );
    let cancel = CancelToken::new();
    table.set_filter("apple").unwrap();
    assert_eq!(table.len(), all, "until there is an answer");
    let first = table
        .take_sort_request()
        .unwrap()
        .sort_rows(&cancel)
        .unwrap();
    assert_eq!(table.take_sort_request(), None, "asked once");
    table.column = 1;
    table.act(Action::Sort, 10);
    let second = table.take_sort_request().unwrap();
    table.apply_sorted(first);
    assert!(table.is_sorting(), "an answer to an earlier wish");
    assert_eq!(table.take_sort_request().as_ref(), Some(&second));
    table.act(Action::MarkAll, 10);
    assert_eq!(table.marked(), 0, "not what was shown before the filter");
    table.apply_sorted(second.sort_rows(&cancel).unwrap());
    assert_eq!((table.len(), table.is_sorting()), (all.div_ceil(3), false));
    let weights: Vec<u32> = (0..table.len()).map(|i| table.get(i).unwrap().1).collect();
    assert!(weights.is_sorted() && table.get(0).unwrap().0 == "apple");
    // What was sorted under another overlay is shown, and sorted again.
    table.set_filter("weight>5").unwrap();
    let old = table.take_sort_request().unwrap();
    let heaviest = all as u32;
    let lighter = move |fruit: &Fruit| (fruit.1 == heaviest).then_some(Fruit("apple", 1));
    table.set_overlay(Some(Arc::new(lighter)));
    assert_eq!(table.take_sort_request(), None, "a worker is at it");
    table.apply_sorted(old.sort_rows(&cancel).unwrap());
    assert_eq!(table.len(), all - 5);
    let again = table.take_sort_request().unwrap();
    table.put_cursor(7);
    table.apply_sorted(again.sort_rows(&cancel).unwrap());
    assert_eq!((table.len(), table.cursor), (all - 6, 7));
    // As they are they need no worker, and other rows are sorted as they come.
    table.sort = None;
    table.set_filter("").unwrap();
    assert_eq!((table.len(), table.take_sort_request()), (all, None));
    cancel.cancel();
    assert!(second.sort_rows(&cancel).is_err());
}

#[test]
fn very_many_rows_that_are_read_again_wait_for_a_worker_and_lose_nothing() {
    let cancel = CancelToken::new();
    let mut table = long();
    let n = table.len() as u32 + 9;
    let name = |i: u32| if i.is_multiple_of(3) { "apple" } else { "pear" };
    // By weight alone these rows can be told apart.
    let rows = |skip: u32| -> Vec<Weighed> {
        let all = (0..n).filter(|i| *i != skip);
        all.map(|i| Weighed(Fruit(name(i), i))).collect()
    };
    let mut table_of = Table::default();
    table_of.replace(rows(n));
    assert_eq!(
        table_of.take_sort_request(),
        None,
        "the first rows go in front of nothing"
    );
    for at in [5, 9, 700] {
        table_of.put_cursor(at);
        table_of.act(Action::Mark, 10);
    }
    table_of.put_cursor(20);
    table_of.act(Action::MarkRange, 10);
    table_of.put_cursor(30);
    table_of.replace(rows(9));
    assert_eq!(
        (table_of.len() as u32, table_of.marked()),
        (n, 3),
        "not yet"
    );
    assert!(!table_of.is_sorting(), "not requested");
    let expected = table_of.take_sort_request().unwrap();
    // What is done meanwhile is done to the rows that are shown.
    table_of.act(Action::Down, 10);
    table_of.apply_sorted(expected.sort_rows(&cancel).unwrap());
    assert_eq!((table_of.len() as u32, table_of.marked()), (n - 1, 2));
    assert_eq!((table_of.current().unwrap().0).1, 31);
    let marked: Vec<u32> = table_of.chosen().iter().map(|row| row.0.1).collect();
    assert_eq!(marked, [5, 700]);
    assert!(
        table_of.is_marked(19) && !table_of.is_marked(18),
        "the range goes on"
    );
    // Read twice while a worker searches: the newest rows count.
    table_of.replace(rows(5));
    let first = table_of.take_sort_request().unwrap();
    table_of.replace(rows(700));
    let second = table_of.take_sort_request().unwrap();
    table_of.apply_sorted(first.sort_rows(&cancel).unwrap());
    assert_eq!(table_of.take_sort_request(), Some(second.clone()));
    table_of.apply_sorted(second.sort_rows(&cancel).unwrap());
    assert_eq!((table_of.marked(), table_of.get(5).unwrap().0.1), (1, 5));
    table.replace(Vec::new());
    let none = table
        .take_sort_request()
        .unwrap()
        .sort_rows(&cancel)
        .unwrap();
    table.apply_sorted(none);
    assert!(table.is_empty() && table.take_sort_request().is_none());
}

/// Against a comparison of all rows: what came, went, and changed its place.
#[test]
fn rows_are_found_again_wherever_they_went() {
    use moved::Moved;
    use rand_core::Rng;
    let mut random = rand_pcg::Pcg64Mcg::new(11);
    let mut rows: Vec<Weighed> = (0..400).map(|i| Weighed(Fruit("fig", i))).collect();
    let mut new = 400;
    for round in 0..60 {
        let old = rows.clone();
        for _ in 0..random.next_u32() % 6 {
            let at = random.next_u32() as usize % rows.len();
            match random.next_u32() % 4 {
                0 => drop(rows.remove(at)),
                1 => {
                    rows.insert(at, Weighed(Fruit("fig", new)));
                    new += 1;
                }
                2 => rows.rotate_left(at),
                _ => rows.swap(at, 3),
            }
        }
        if round == 30 {
            rows.reverse();
        }
        let moved = Moved::between(&old, &rows);
        assert_eq!(moved == Moved::Nowhere, rows.starts_with(&old));
        for (at, row) in old.iter().enumerate() {
            assert_eq!(moved.place(at), rows.iter().position(|r| r == row));
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Weighed(Fruit);

impl Row for Weighed {
    const LIST: &'static str = "weighed";

    fn key(&self) -> Cow<'_, str> {
        self.0.1.to_string().into()
    }

    fn columns(_: &[Self]) -> Vec<Column<Self>> {
        Vec::new()
    }
}

impl Filtered for Weighed {
    const FIELDS: &'static [RowField<Self>] = &[];

    fn contains(&self, text: &str) -> bool {
        self.0.contains(text) || self.key() == text
    }
}

#[test]
fn what_is_far_away_is_searched_by_a_worker() {
    let cancel = CancelToken::new();
    let mut table = Table::default();
    let n = 2 * sort::MANY as u32;
    table.replace((0..n).map(|i| Weighed(Fruit("fig", i))).collect());
    let (near, far) = ("77", (n - 9).to_string());
    assert!(table.set_search(near, 0) && table.take_search_request().is_none());
    assert_eq!(table.cursor, 77);
    // Backwards round the end it is near.
    assert!(table.set_search(&far, 3) && table.is_waiting());
    let request = table.take_search_request().unwrap();
    assert_eq!((table.take_search_request(), table.cursor), (None, 3));
    assert_eq!(
        table.apply_search_result(request.find(&cancel).unwrap()),
        Some(true)
    );
    assert_eq!((table.cursor, table.is_waiting()), (n as usize - 9, false));
    table.put_cursor(3);
    assert!(table.search_on(false) && table.take_search_request().is_none());
    assert_eq!(table.cursor, n as usize - 9);
    // Nowhere.
    assert!(table.set_search("plum", 3));
    let nowhere = table.take_search_request().unwrap().find(&cancel).unwrap();
    assert_eq!(table.apply_search_result(nowhere.clone()), Some(false));
    assert_eq!(table.apply_search_result(nowhere), None, "message once");
    // The cursor went elsewhere meanwhile, or the text is another.
    for go_on in [
        |table: &mut Table<Weighed>| table.act(Action::Down, 9),
        |table: &mut Table<Weighed>| table.set_search("fi", 8),
        |table: &mut Table<Weighed>| table.set_search("", 8),
    ] {
        table.set_search(&far, 3);
        let request = table.take_search_request().unwrap();
        assert!(go_on(&mut table));
        let cursor = table.cursor;
        assert_eq!(
            table.apply_search_result(request.find(&cancel).unwrap()),
            None
        );
        assert_eq!((table.cursor, table.is_searching()), (cursor, false));
    }
    // Other rows meanwhile: asked again.
    table.set_search(&far, 3);
    let request = table.take_search_request().unwrap();
    table.replace((0..n).map(|i| Weighed(Fruit("fig", i))).collect());
    let expected = table.take_sort_request().unwrap();
    table.apply_sorted(expected.sort_rows(&cancel).unwrap());
    assert_eq!(
        table.apply_search_result(request.find(&cancel).unwrap()),
        None
    );
    let again = table.take_search_request().unwrap();
    assert_eq!(
        table.apply_search_result(again.find(&cancel).unwrap()),
        Some(true)
    );
    cancel.cancel();
    assert!(request.find(&cancel).is_err());
}
