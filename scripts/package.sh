#!/usr/bin/env bash
# Builds what is handed out: `package.sh deb` a Debian package, `package.sh static` a binary without
# shared libraries. Prints the path of what it built.
#   MDTUI_BINARY=PATH  package this binary and build none
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

# A page per command, completions, a changelog in Debian's form, and the sample configuration with every line commented out: nothing is
# in force before an administrator says so.
generate() { # BINARY
    local to=target/package
    rm -rf "$to"
    mkdir -p "$to"
    local date
    date="$(date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}")"
    {
        echo "mdtui ($(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)-1) unstable; urgency=medium"
        printf '\n  * What is new stands in CHANGELOG.md.\n\n -- mdtui developers <developers@mdtui.invalid>  %s\n' "$date"
    } >"$to/changelog"
    "$1" man --all "$to/man" >/dev/null
    "$1" completions bash >"$to/mdtui.bash"
    "$1" completions zsh >"$to/_mdtui"
    "$1" completions fish >"$to/mdtui.fish"
    {
        echo "# Settings of mdtui for all users of this machine; a user's own file takes precedence."
        sed -E 's/^([^#[:space:]])/#\1/' assets/config.toml
    } >"$to/config.toml"
}

deb() {
    command -v cargo-deb >/dev/null || {
        echo "package.sh: cargo-deb is missing; cargo install --locked cargo-deb" >&2
        exit 1
    }
    local binary="${MDTUI_BINARY:-$target/release/mdtui}"
    if [ -z "${MDTUI_BINARY:-}" ]; then
        cargo build --release --locked >&2
    elif [ "$(realpath "$binary")" != "$(realpath -m "$target/release/mdtui")" ]; then
        install -D "$binary" "$target/release/mdtui"
    fi
    generate "$binary"
    cargo deb --no-build --quiet --output "$target/debian/"
}

static() {
    local triple
    triple="$(rustc -vV | sed -n 's/^host: //p')"
    case "$triple" in
    *-linux-gnu | *-linux-musl) ;;
    *)
        echo "package.sh: a static binary is built on Linux, not for $triple" >&2
        exit 1
        ;;
    esac
    # With --target, build scripts and macros are not built static too.
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$triple" >&2
    local binary="$target/$triple/release/mdtui"
    if ldd "$binary" 2>/dev/null | grep -q '=>'; then
        echo "package.sh: $binary needs shared libraries" >&2
        exit 1
    fi
    echo "$binary"
}

case "${1:-}" in
deb) deb ;;
static) static ;;
*)
    echo "usage: package.sh deb|static" >&2
    exit 2
    ;;
esac
