use super::*;
use crate::etl::toml_place::line_at;

fn changes(toml: &str) -> Result<Vec<Rebinding>> {
    let document = DeTable::parse(toml).unwrap();
    let keys = document.get_ref().get("keys").unwrap();
    let keys = keys.get_ref().as_table().unwrap();
    read(keys, "f.toml", &|at| line_at(toml, at))
}

fn rebound(toml: &str) -> Result<Keymap> {
    Keymap::built_in().unwrap().rebound(&changes(toml)?)
}

fn refused(toml: &str) -> String {
    rebound(toml).unwrap_err().to_string()
}

const LOGS: &[Context] = Context::STACKS[0];
const SIGNALS: &[Context] = &[Context::Signals, Context::Run, Context::Global];

fn action(keymap: &Keymap, contexts: &[Context], key: &str) -> Option<Action> {
    keymap.action(contexts, Chord::parse(key).unwrap().event())
}

#[test]
fn a_key_replaces_the_usual_ones_in_every_view() {
    let keymap = rebound("[keys]\nharvest = \"F5\"\nhelp = [\"ctrl-o\", \"f1\"]\n").unwrap();
    for contexts in [LOGS, SIGNALS, &[Context::Overlaid, Context::Global]] {
        assert_eq!(action(&keymap, contexts, "f5"), Some(Action::Harvest));
        assert_eq!(action(&keymap, contexts, "H"), None);
        assert_eq!(
            keymap.key_for(contexts, Action::Harvest).as_deref(),
            Some("F5")
        );
        assert_eq!(action(&keymap, contexts, "ctrl-o"), Some(Action::Help));
        assert_eq!(action(&keymap, contexts, "?"), None);
    }
}

#[test]
fn a_key_of_a_context_counts_there_only() {
    let keymap = rebound("[keys.signals]\nharvest = \"F5\"\nmark = \"z\"\n").unwrap();
    assert_eq!(action(&keymap, SIGNALS, "f5"), Some(Action::Harvest));
    assert_eq!(action(&keymap, SIGNALS, "H"), None);
    let path = &[Context::Path, Context::Run, Context::Global];
    assert_eq!(action(&keymap, path, "H"), Some(Action::Harvest));
    assert_eq!(action(&keymap, path, "f5"), None);
    assert_eq!(action(&keymap, SIGNALS, "z"), Some(Action::Mark));
    assert_eq!(action(&keymap, LOGS, "space"), Some(Action::Mark));
    let lines = keymap.bindings_in(SIGNALS);
    let harvest = lines.iter().filter(|b| b.action == Action::Harvest);
    assert_eq!(harvest.count(), 1, "help tells the key that works there");
}

#[test]
fn a_context_takes_precedence_and_keys_may_be_exchanged() {
    let toml = "[keys]\nup = \"j\"\ndown = \"k\"\n[keys.logs]\nharvest = \"F6\"\n[keys.runs]\nharvest = \"F7\"";
    let keymap = rebound(toml).unwrap();
    assert_eq!(action(&keymap, LOGS, "j"), Some(Action::Up));
    assert_eq!(action(&keymap, LOGS, "k"), Some(Action::Down));
    assert_eq!(action(&keymap, LOGS, "f6"), Some(Action::Harvest));
    assert_eq!(
        action(&keymap, Context::STACKS[2], "f7"),
        Some(Action::Harvest)
    );
}

#[test]
fn every_action_of_a_view_can_be_rebound() {
    for action in Action::ALL {
        let bound = Keymap::built_in().unwrap();
        let mut bindings = bound.bindings().iter();
        let can = bindings.any(|b| b.action == *action && !b.context.is_fixed());
        let toml = format!("[keys]\n{} = \"F19\"\n", action.name());
        match rebound(&toml) {
            Ok(keymap) => {
                let mut bindings = keymap.bindings().iter();
                assert!(can && bindings.any(|b| b.chords.contains(&Chord::parse("f19").unwrap())));
            }
            Err(e) => assert!(!can, "{e}"),
        }
    }
}

#[test]
fn the_ways_out_stay() {
    let keymap = rebound("[keys]\nquit = \"F10\"\nescape = \"F9\"\nback = []\n").unwrap();
    for contexts in [LOGS, &[Context::Help]] {
        assert_eq!(action(&keymap, contexts, "f10"), Some(Action::Quit));
        assert_eq!(action(&keymap, contexts, "ctrl-c"), Some(Action::Quit));
        assert_eq!(action(&keymap, contexts, "Q"), None);
    }
    assert_eq!(
        action(&keymap, &[Context::Help], "esc"),
        Some(Action::Escape)
    );
    assert_eq!(action(&keymap, LOGS, "esc"), None);
    let typing = &[Context::Input, Context::Text];
    assert_eq!(action(&keymap, typing, "esc"), Some(Action::Escape));
    // Without a key the palette still has it; hints and help do not.
    let lines = keymap.bindings_in(LOGS);
    let back = lines.iter().find(|b| b.action == Action::Back).unwrap();
    assert_eq!((back.chords.len(), &back.hint), (0, &None));
}

#[test]
fn mistakes_name_file_and_line_and_what_was_meant() {
    for (toml, wanted) in [
        (
            "[keys]\n\nharvst = \"F5\"\n",
            "f.toml, line 3: there is no action `harvst`, did you mean `harvest`?",
        ),
        (
            "[keys.signal]\nmark = \"i\"\n",
            "f.toml, line 1: there is no context `signal`, did you mean `signals`? The contexts are global, list",
        ),
        (
            "[keys]\nharvest = [\"F5\",\n \"hyper-x\"]\n",
            "f.toml, line 3: \"hyper-x\" is not a key: allowed is a character",
        ),
        (
            "[keys]\nharvest = \"ctrl-m\"\n",
            "f.toml, line 2: \"ctrl-m\" is not a key: terminals send the same for it and for Enter",
        ),
        (
            "[keys]\nharvest = 5\n",
            "f.toml, line 2: the keys of `harvest` are a key in quotes, or a list of such keys",
        ),
        (
            "[keys]\nharvest = \"ctrl-c\"\n",
            "f.toml, line 2: Ctrl-c always quits and cannot be the key of `harvest`",
        ),
        (
            "[keys]\nharvest = [\"F5\", \"f5\"]\n",
            "f.toml, line 2: `F5` is listed twice among the keys of `harvest`",
        ),
        (
            "[keys]\nyes = \"j\"\n",
            "f.toml, line 2: the key of `yes` cannot be changed",
        ),
        (
            "[keys.confirm]\nyes = \"j\"\n",
            "f.toml, line 1: the keys of `confirm` cannot be changed",
        ),
        (
            "[keys.path]\nsort = \"F3\"\n",
            "f.toml, line 2: `sort` does nothing in `path`; it is an action of list",
        ),
        (
            "[keys]\nharvest = \"j\"\n",
            "f.toml, line 2: key `j` of `harvest` is also the key of `down` in `global` (its usual key)",
        ),
        (
            "[keys]\ndown = \"F5\"\nup = \"F5\"\n",
            "f.toml, line 3: key `F5` of `up` is also the key of `down` in",
        ),
        (
            "[keys.list]\nsort = \"space\"\n",
            "f.toml, line 2: key `Space` of `sort` is also the key of `mark` in `marks` (its usual key)",
        ),
    ] {
        let error = refused(toml);
        assert!(error.starts_with(wanted), "{error}");
    }
}

#[test]
fn a_conflict_between_two_files_names_both() {
    let mut changes = changes("[keys]\ndown = \"F5\"\n").unwrap();
    let more = Rebinding {
        action: Action::Up,
        file: "other.toml".into(),
        line: 7,
        ..changes[0].clone()
    };
    changes.push(more);
    let error = Keymap::built_in().unwrap().rebound(&changes).unwrap_err();
    let error = error.to_string();
    assert!(
        error.starts_with("other.toml, line 7: key `F5` of `up`"),
        "{error}"
    );
    assert!(error.contains("(f.toml, line 2)"), "{error}");
}
