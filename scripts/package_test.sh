#!/usr/bin/env bash
# Installs a Debian package of mdtui into a clean root and works with it there, as its service's user too.
# Usage: package_test.sh PACKAGE.deb. Exits with 77 where no clean root can be made.
set -euo pipefail
package="$(realpath "$1")"
skip() { echo "SKIPPED: $*: the package was not installed"; exit 77; }
[ "$(id -u)" = 0 ] || skip "not root"
command -v mmdebstrap >/dev/null || skip "no mmdebstrap"
root="$(mktemp -d)"
# `mmdebstrap` leaves /proc and /dev of the root unmounted.
trap 'umount -l "$root/proc" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
release="$(. /etc/os-release && echo "$VERSION_CODENAME")"
mmdebstrap --quiet --variant=minbase --include=adduser "$release" "$root" || skip "mmdebstrap failed"
mount -t proc proc "$root/proc" 2>/dev/null || true
cp "$package" "$root/tmp/mdtui.deb"

in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root "$@"; }
step() { echo "-- $*"; }

step install
in_root apt-get install -y -qq --no-install-recommends /tmp/mdtui.deb >/dev/null
in_root mdtui --version
step files
for file in usr/share/man/man1/mdtui.1.gz usr/share/man/man1/mdtui-harvest.1.gz \
    usr/share/bash-completion/completions/mdtui usr/share/zsh/vendor-completions/_mdtui \
    usr/share/fish/vendor_completions.d/mdtui.fish etc/mdtui/config.toml etc/default/mdtui \
    usr/share/doc/mdtui/assets/config.toml; do
    [ -s "$root/$file" ] || { echo "missing: /$file" >&2; exit 1; }
done
# Every link of the documents leads to a file of the package.
documents="$root/usr/share/doc/mdtui"
find "$documents" -name '*.md' -o -name '*.md.gz' | while read -r document; do
    { zcat -f "$document" | grep -oE '\]\([^)#:]+[)#]' || true; } | sed 's/^](//; s/[)#]$//' | while read -r link; do
        target="$(dirname "$document")/$link"
        [ -e "$target" ] || [ -e "$target.gz" ] || { echo "dead link: $link in ${document#"$root"}" >&2; exit 1; }
    done
done
unit="$(find "$root"/lib/systemd "$root"/usr/lib/systemd -name mdtui-watch.service -print -quit)"
[ -n "$unit" ] || { echo "missing: mdtui-watch.service" >&2; exit 1; }
in_root getent passwd mdtui
# Nothing is in force before an administrator says so.
! grep -q '^[a-z[]' "$root/etc/mdtui/config.toml"

step "the service's command, as its user, until it is stopped"
in_root mdtui demo /tmp/demo --logs-only >/dev/null
mkdir -p "$root/var/lib/mdtui/data" "$root/var/lib/mdtui/cache"
cp -r "$root"/tmp/demo/data/cell-01 "$root/var/lib/mdtui/data/"
logs="$(find "$root/var/lib/mdtui/data" -type f | wc -l)"
chroot "$root" chown mdtui:mdtui /var/lib/mdtui
chroot "$root" chown -R mdtui:mdtui /var/lib/mdtui/cache
exec_start="$(sed -n 's/^ExecStart=//p' "$unit" | sed 's/ \$MDTUI_WATCH_OPTIONS//')"
chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/var/lib/mdtui setpriv --reuid mdtui --regid mdtui --clear-groups \
    sh -c "cd /var/lib/mdtui && exec $exec_start --json --metrics-file /var/lib/mdtui/mdtui.prom" \
    >"$root/tmp/out" 2>"$root/tmp/err" &
watch=$!
for _ in $(seq 300); do
    [ "$(wc -l <"$root/tmp/out")" -ge "$logs" ] && break
    sleep 0.1
done
kill -TERM "$watch" 2>/dev/null || true
wait "$watch" || { echo "the service ended with $?" >&2; cat "$root/tmp/err" >&2; exit 1; }
cat "$root/tmp/err"
[ "$(grep -c '"outcome":"harvested"' "$root/tmp/out")" = "$logs" ]
grep -x "mdtui_finished_logs_total{outcome=\"harvested\"} $logs" "$root/var/lib/mdtui/mdtui.prom"
in_root mdtui --data-dir /var/lib/mdtui/data --cache-dir /var/lib/mdtui/cache list

step remove
in_root apt-get purge -y -qq mdtui >/dev/null
[ ! -e "$root/usr/bin/mdtui" ]
[ -n "$(find "$root/var/lib/mdtui/cache" -name record.json -print -quit)" ] || { echo "purging deleted results" >&2; exit 1; }
echo "the package installs, runs and goes"
