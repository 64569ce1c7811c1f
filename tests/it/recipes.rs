//! The recipes of docs/lake.md are run as they stand, on a lake whose runs have different columns,
//! and must find every run with all its rows and robots. `MDTUI_PYTHON` names the Python that has
//! the tools (`.ci/run` makes one); a tool that is not there is skipped, said aloud.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::Value;

use crate::common::{Lab, python};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lake.md");

/// By log and run: rows, and the largest `f2` (null: the run has none).
type Runs = BTreeMap<(String, String), (u64, Option<f64>)>;

/// Name and code of each recipe.
fn recipes() -> BTreeMap<String, String> {
    let document = fs::read_to_string(DOCUMENT).unwrap();
    let parts = document.split("<!-- recipe ").skip(1);
    parts
        .map(|part| {
            let (name, rest) = part.split_once(" -->\n```").unwrap();
            let code = rest.split_once('\n').unwrap().1;
            let code = code.split_once("\n```").unwrap().0;
            (name.to_owned(), code.to_owned())
        })
        .collect()
}

/// The modules that a recipe needs, and a program that runs it and prints what it found.
fn program(name: &str, code: &str) -> (&'static [&'static str], String) {
    const PRINT: &str = "\nimport json\nprint(json.dumps(found))\n";
    const FRAME: &str = "frame['n'] = 1\n\
        frame = frame.groupby(['log', 'run_uuid']).agg(n=('n', 'sum'), f2=('f2', 'max')).reset_index()\n\
        found = [(a, b, int(n), None if m != m else m) for a, b, n, m in frame.itertuples(index=False)]";
    let duckdb = |query: &str| {
        format!("import duckdb\ncode = r'''{code}'''\nfound = duckdb.sql({query}).fetchall()")
    };
    let (modules, text): (&[&str], String) = match name {
        "duckdb" => (
            &["duckdb"],
            duckdb("f'SELECT log, run_uuid, count(*), max(f2) FROM ({code}) GROUP BY ALL'"),
        ),
        "duckdb-peaks" => {
            let parts = "regexp_extract(filename, 'cache/(.*)/run_', 1), \
                 regexp_extract(filename, '.*/run_([^/.]*)', 1)";
            let query = format!("f\"SELECT {parts}, rows, max_f2 FROM ({{code}})\"");
            (&["duckdb"], duckdb(&query))
        }
        "polars" => (
            &["polars"],
            format!(
                "{code}\nfound = runs.group_by('log', 'run_uuid').agg(pl.len(), pl.col('f2').max()).collect().rows()"
            ),
        ),
        "pandas" => (
            &["pandas", "pyarrow"],
            format!("{code}\nframe = runs[['log', 'run_uuid', 'f2']].copy()\n{FRAME}"),
        ),
        "pyarrow" => (
            &["pandas", "pyarrow"],
            format!("{code}\nframe = runs.to_pandas()\n{FRAME}"),
        ),
        "records" => (&[], format!("{code}\nfound = runs")),
        other => panic!("docs/lake.md has a recipe {other}, which no test knows"),
    };
    (modules, text + PRINT)
}

/// What a program printed; `None` (said aloud) without one of the modules.
fn run(lab: &Lab, name: &str, modules: &[&str], text: &str) -> Option<Runs> {
    let printed = python::printed(lab.root(), &format!("the recipe {name}"), modules, text)?;
    let found: Vec<(String, String, u64, Option<f64>)> = serde_json::from_str(&printed).unwrap();
    let count = found.len();
    let runs: Runs = found
        .into_iter()
        .map(|(log, run, rows, f2)| ((log, run), (rows, f2)))
        .collect();
    assert_eq!(runs.len(), count, "{name}: a run is found twice");
    Some(runs)
}

/// What `mdtui runs` and the records say.
fn wanted(lab: &Lab) -> Runs {
    let list = lab.json(&["runs", "--json"]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let whole = list["runs"].as_array().unwrap().iter();
    whole
        .filter(|run| run["error"].is_null())
        .map(|run| {
            let (log, id) = (text(&run["log"]), text(&run["run_uuid"]));
            let record = fs::read(lab.cache().join(&log).join("record.json")).unwrap();
            let record: Value = serde_json::from_slice(&record).unwrap();
            let f2 = record["run_to_result"][&id]["channels"]["f2"]["max"].as_f64();
            ((log, id), (run["rows"].as_u64().unwrap(), f2))
        })
        .collect()
}

/// A lake with runs of one and of two robots, folders that tools read as partitions, as patterns
/// or as tables, and exports.
fn lab() -> Lab {
    let lab = Lab::demo(20);
    for (log, copy) in [
        (
            "cell-01/2022-11-23T2040.parquet",
            "cell_id=10/it's [a] 100%.parquet",
        ),
        (
            "cell-02/2022-11-23T2040.parquet",
            "table.parquet/part-0.parquet",
        ),
        ("cell-02/2022-11-23T2140.csv", "run_1.csv"),
    ] {
        let copy = lab.data().join(copy);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(lab.data().join(log), copy).unwrap();
    }
    // Some demo logs fail.
    assert_eq!(lab.run(&["harvest", "--jobs", "1"]).code, 1);
    let list = lab.json(&["runs", "line/2022-11-23T2040", "--json"]);
    let run = list["runs"][0]["run_uuid"].as_str().unwrap();
    lab.ok(&["export", run, "-o", "cache/exports/mine.parquet"]);
    lab
}

#[test]
fn each_recipe_finds_every_run_with_all_its_rows_and_robots() {
    let lab = lab();
    let wanted = wanted(&lab);
    let robots = |has: bool| {
        wanted
            .values()
            .filter(|(_, f2)| f2.is_some() == has)
            .count()
    };
    assert!(robots(true) > 10 && robots(false) > 10);
    for (name, code) in recipes().into_iter().filter(|(name, _)| name != "units") {
        let (modules, text) = program(&name, &code);
        if let Some(found) = run(&lab, &name, modules, &text) {
            assert_eq!(found, wanted, "{name}");
        }
    }
}

/// By column; the unit of a run's table as pyarrow shows it, and of a file that was exported.
#[test]
fn pyarrow_shows_units_and_descriptions() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    lab.ok(&["export", "robots", "-o", "robots.parquet"]);
    lab.ok(&["export", "table_rows", "-o", "all.parquet"]);
    let program = recipes()["units"].clone()
        + r#"
import json
shown = lambda file, name: {k.decode(): v.decode() for k, v in pq.read_schema(file).field(name).metadata.items()}
print(json.dumps([units, shown(file, "fz_1"), shown("all.parquet", "fz_1"), shown("robots.parquet", "speed_peak")]))
"#;
    let Some(printed) = python::printed(lab.root(), "units", &["pyarrow"], &program) else {
        return;
    };
    let [units, table, all, robots]: [BTreeMap<String, String>; 4] =
        serde_json::from_str(&printed).unwrap();
    for (column, unit) in [
        ("x_1", "mm"),
        ("fz_1", "N"),
        ("v1", "mm/s"),
        ("ax_1", "mm/s²"),
    ] {
        assert_eq!(units[column], unit, "{column}");
    }
    assert_eq!(units.len(), 16, "{units:?}");
    assert_eq!(table["description"], "field \"fz\" of robot 1");
    assert_eq!((table["unit"].as_str(), &all), ("N", &table));
    assert_eq!(robots["unit"], "mm/s");
}

/// Names of the files below the lake that end in `.parquet`.
fn parquet_files(lab: &Lab) -> BTreeSet<String> {
    lab_files(lab)
        .into_iter()
        .filter(|f| f.ends_with(".parquet"))
        .collect()
}

fn lab_files(lab: &Lab) -> Vec<String> {
    let files = walkdir::WalkDir::new(lab.cache()).into_iter().flatten();
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            entry
                .path()
                .strip_prefix(lab.cache())
                .unwrap()
                .display()
                .to_string()
        })
        .collect()
}

#[test]
fn globs_find_tables_rejected_rows_and_exports_and_nothing_else() {
    let lab = lab();
    let list = lab.json(&["runs", "--json"]);
    let tables: BTreeSet<String> = list["runs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|run| run["error"].is_null())
        .map(|run| {
            let (log, name) = (&run["log"], &run["file_name"]);
            format!("{}/{}", log.as_str().unwrap(), name.as_str().unwrap())
        })
        .collect();
    let files = parquet_files(&lab);
    let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let (runs, others): (BTreeSet<String>, BTreeSet<String>) = files
        .into_iter()
        .partition(|path| name(path).starts_with("run_"));
    assert_eq!(runs, tables);
    for other in others {
        let is_rejected = name(&other).starts_with("rejected.");
        assert!(is_rejected || other == "exports/mine.parquet", "{other}");
    }
    let hidden = lab_files(&lab)
        .into_iter()
        .filter(|f| f.starts_with(".mdtui/"));
    assert!(
        hidden.clone().all(|f| !f.ends_with(".parquet")),
        "{:?}",
        hidden.collect::<Vec<_>>()
    );

    let run = list["runs"][0]["run_uuid"].as_str().unwrap();
    let key = format!("{}:{run}", list["runs"][0]["log"].as_str().unwrap());
    for name in ["run_1.parquet", "Run_1.csv", "more/run_.arrow"] {
        fs::create_dir_all(lab.cache().join("exports/more")).unwrap();
        let answer = lab.run(&["export", &key, "-o", &format!("cache/exports/{name}")]);
        assert_eq!(answer.code, 2, "{name}: {}", answer.err);
        assert!(
            answer.sentence().contains("does not begin with run_"),
            "{}",
            answer.err
        );
        assert!(!lab.cache().join("exports").join(name).exists());
    }
    lab.ok(&["export", &key, "-o", "run_1.parquet"]);
}
