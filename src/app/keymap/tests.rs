use super::*;

fn refused(toml: &str) -> String {
    Keymap::parse(toml, "keys.toml").unwrap_err().to_string()
}

#[test]
fn the_built_in_table_is_sound() {
    let keymap = Keymap::built_in().unwrap();
    for context in Context::ALL {
        assert_eq!(Context::from_name(context.name()), Some(*context));
    }
    for binding in keymap.bindings() {
        assert!(!binding.help.is_empty(), "{:?}", binding.action);
        for chord in &binding.chords {
            let found = keymap.action(&[binding.context], chord.event());
            assert_eq!(
                found,
                Some(binding.action),
                "{chord} in {:?}",
                binding.context
            );
        }
    }
}

#[test]
fn bad_keys_are_named() {
    let doubled = "[[logs]]\nkeys=[\"j\"]\ndo=\"down\"\nhelp=\"\"\n[[logs]]\nkeys=[\"k\",\"j\"]\ndo=\"up\"\nhelp=\"\"";
    assert_eq!(
        refused(doubled),
        "keys.toml: key `j` is bound twice in `logs`: for `down` and for `up`"
    );
    assert_eq!(
        refused("[[logs]]\nkeys=[\"hyper-x\"]\ndo=\"down\"\nhelp=\"\""),
        "keys.toml: `hyper-x` in `logs` is not a key"
    );
    assert_eq!(
        refused("[[logs]]\nkeys=[\"x\"]\ndo=\"fly\"\nhelp=\"\""),
        "keys.toml: key `x` in `logs` asks for `fly`, which is not an action"
    );
    assert!(
        refused("[[moon]]\nkeys=[\"x\"]\ndo=\"down\"\nhelp=\"\"").contains("no context `moon`")
    );
    assert_eq!(
        refused("[[logs]]\nkeys=[]\ndo=\"down\"\nhelp=\"\""),
        "keys.toml: `down` in `logs` has no key"
    );
}

#[test]
fn inner_contexts_take_keys_from_outer_ones() {
    let toml = "[[global]]\nkeys=[\"q\",\"Q\"]\ndo=\"back\"\nhelp=\"out\"\n\
                [[jobs]]\nkeys=[\"q\"]\ndo=\"cancel-job\"\nhelp=\"in\"";
    let keymap = Keymap::parse(toml, "keys.toml").unwrap();
    let both = [Context::Jobs, Context::Global];
    let key = |c| Chord::parse(c).unwrap().event();
    assert_eq!(keymap.action(&both, key("q")), Some(Action::CancelJob));
    assert_eq!(keymap.action(&both, key("Q")), Some(Action::Back));
    assert_eq!(keymap.action(&both[1..], key("q")), Some(Action::Back));
    assert_eq!(keymap.key_for(&both, Action::Back).as_deref(), Some("Q"));
    assert_eq!(
        keymap.key_for(&both[1..], Action::Back).as_deref(),
        Some("q")
    );
}
