#!/bin/sh
# Says what a build of mdtui needs, and what of it is missing here. Installs nothing.
cd "$(dirname "$0")/.." || exit 1
missing=0
need() { # NAME FOUND HINT
    if [ -n "$2" ]; then
        printf 'ok       %s: %s\n' "$1" "$2"
    else
        printf 'MISSING  %s: %s\n' "$1" "$3"
        missing=1
    fi
}
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
version=$(rustc --version 2>/dev/null | cut -d' ' -f2)
enough=$(printf '%s\n%s\n' "$wanted" "${version:-0}" | sort -V | head -n 1)
[ "$enough" = "$wanted" ] || version=
need "Rust $wanted or newer" "$version" "install it with rustup (https://rustup.rs), or run: rustup update"
need "cargo" "$(cargo --version 2>/dev/null)" "it comes with Rust"
need "a C compiler (for SQLite)" "$(command -v cc || command -v gcc || command -v clang)" "on Debian: apt install gcc libc6-dev"
free=$(df -Pm . | awk 'NR == 2 { print $4 }')
[ "${free:-0}" -ge 5000 ] || free=
need "5 GB of disk for build and tests" "${free:+$free MB free}" "make room, or set CARGO_TARGET_DIR to another disk"
optional() { # NAME PROGRAM USE
    if command -v "$2" >/dev/null; then printf 'ok       %s\n' "$1"; else printf 'absent   %s: only %s\n' "$1" "$3"; fi
}
optional "Docker" docker "make docker-shell needs it"
optional "cargo-deb" cargo-deb "make deb needs it (cargo install cargo-deb)"
[ "$missing" = 0 ] && echo "everything that a build needs is here: make demo" || exit 1
