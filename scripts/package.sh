#!/usr/bin/env bash
# Builds what is handed out: `package.sh deb` a Debian package, `package.sh static` a binary without
# shared libraries. Prints the path of what it built.
#   MDTUI_BINARY=PATH  package this binary and build none
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"

# A page per command, completions, and the sample configuration with every line commented out: nothing is
# in force before an administrator says so.
generate() { # BINARY
    local to=target/package
    rm -rf "$to"
    mkdir -p "$to"
    "$1" man --all "$to/man"
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
    ls "$PWD/$target"/debian/*.deb 2>/dev/null || ls "$target"/debian/*.deb
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
