#!/usr/bin/env bash
# Captures the screens of README.md and docs/tour.md from the real program, in a terminal that tmux draws.
#
#   scripts/screens.sh [PROGRAM]     replaces the blocks between <!-- screen NAME --> marks,
#                                    and the images in docs/images
#
# Needs tmux and python3. The demo logs are deterministic, and times and durations of harvests are
# replaced by fixed ones, so that screens change only when the program does.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/mdtui}")
work=$(mktemp -d)
socket="mdtui-screens-$$"
tmux() { command tmux -L "$socket" -f /dev/null "$@"; }
trap 'tmux kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

# Waits until the screen has the text, at most half a minute.
wait_for() {
    for _ in $(seq 300); do
        if tmux capture-pane -p | grep -qF -- "$1"; then return; fi
        sleep 0.1
    done
    echo "never seen: $1" >&2
    tmux capture-pane -p >&2
    exit 1
}

# Waits until the screen has the text no more.
wait_gone() {
    for _ in $(seq 300); do
        if ! tmux capture-pane -p | grep -qF -- "$1"; then return; fi
        sleep 0.1
    done
    echo "never gone: $1" >&2
    exit 1
}

# Gives times and durations of the harvests just made fixed values of the same width.
today=$(date +%F)
steady() {
    sed -E -e "s/$today [0-9]{2}:[0-9]{2}:[0-9]{2}/2022-11-24 06:00:00/g" \
        -e "s/$today [0-9]{2}:[0-9]{2}/2022-11-24 06:00/g" -e "s/$today/2022-11-24/g" \
        -e "s/ ${today#*-} [0-9]{2}:[0-9]{2}  / 11-24 06:00  /g" \
        -e 's/ in [0-9]\.[0-9]{2}/ in 0.31/g' -e 's/^( *)[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}  /\106:00:00.000  /'
}

# Keeps the screen, with its colours, as docs/images/NAME.svg; what it shows is its title.
image() {
    mkdir -p docs/images
    tmux capture-pane -e -p -N | steady | python3 scripts/screen-to-svg.py "$2" > "docs/images/$1.svg"
}

# Puts the screen into the documents.
capture() {
    tmux capture-pane -p | steady > "$work/screen"
    python3 - "$1" "$work/screen" <<'PY'
import re, sys
name, path = sys.argv[1:]
screen = "\n".join(line.rstrip() for line in open(path)).rstrip("\n")
block = f"<!-- screen {name} -->\n```text\n{screen}\n```\n<!-- end -->"
places = 0
for document in ("README.md", "docs/tour.md"):
    text = open(document).read()
    text, n = re.subn(rf"<!-- screen {name} -->.*?<!-- end -->", lambda _: block, text, flags=re.S)
    places += n
    open(document, "w").write(text)
if not places:
    sys.exit(f"no document has a place for the screen {name}")
PY
}

export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" LC_ALL=C.UTF-8
unset MDTUI_DATA_DIR MDTUI_CACHE_DIR MDTUI_PROFILE NO_COLOR || true
(cd "$work" && "$program" demo --logs-only 2>/dev/null)
# In true colour, whatever the terminal from which this is called.
start() {
    tmux new-session -d -x 120 -y 30 -c "$work/demo" \
        "env TERM=tmux-256color COLORTERM=truecolor $program"
}
# One harvest at a time: they end in the order of the list.
configure() {
    mkdir -p "$XDG_CONFIG_HOME/mdtui"
    printf '%s\n' "$@" > "$XDG_CONFIG_HOME/mdtui/config.toml"
}
configure 'jobs = 1'
start

# Keys one after the other.
press() {
    for key in "$@"; do tmux send-keys "$key"; done
}
typed() { tmux send-keys -l "$1"; }

wait_for "pending"
press C-a H
wait_for "22 logs · 1 partial · 1 failed"
wait_for "● harvested   line/"
# What failed has been read; then to the log with a failed run.
press E
wait_gone "E shows it"
press g
tmux send-keys -N 14 j
wait_for "▌  ◒ partial"
wait_for "rows in"
image logs "Logs: their states and verdicts, and beside them what is known of one with a run that failed"

press g Enter
wait_for "[run]"
press Enter
wait_for "complete rows"
capture summary
press Tab
wait_for "[Signals]"
wait_for "┤"
wait_for "▆"
press o
typed "20:40:08"
press Enter
wait_for "cursor 20:40:07"
image signals "Signals of a run: every channel as a sparkline, the chosen ones as charts"
press Tab
wait_for "[Samples]"
wait_for "UTC"
press f
typed "fz_1 < -1500 and v1 > 230"
press Enter
wait_for "rows pass"
capture samples
press Escape
wait_gone "rows pass"
press Tab
wait_for "[Path]"
wait_for "force (N)"
image path "The path of a robot, coloured by force"
press Tab
wait_for "[Layers]"
wait_for "step"
image layers "The layers of a run, with their forces and trends"

press 2
wait_for "[run]"
press g f
typed "log:faults"
press Enter
wait_for "filter"
tmux resize-window -x 168 -y 42
press j j
wait_for "signals ─"
wait_for "▆"
image runs "Runs, and beside them the flags, robots and signals of the one under the cursor"
tmux resize-window -x 120 -y 30
wait_gone "signals ─"
press f C-u
typed "log:cell-01"
press Enter
wait_for "log:cell-01"
press g
press Space Space c
wait_for "aligned at their starts"
wait_for "┤"
image compare "Two runs compared: the same channel of both in one chart"

press 3
wait_for "[machine]"
wait_for "▾ cell 1"
press j
wait_for "▌    robot 1"
image machines "Machines over all their runs, with the trend of peak force"
press Enter
wait_for "peak speed"
press k k
capture machine

press 4
wait_for "[4 Jobs]"
capture jobs
press 1 "?"
wait_for "Marking"
capture help
press Escape

# The flags of a run with a gap.
press 1
wait_for "[1 Logs]"
press f
typed "log:faults/gap"
press Enter
wait_for "shows 1 of 22"
press Enter
wait_for "[run]"
press Enter
wait_for "complete rows"
press BTab
wait_for "[Quality]"
capture quality

# The light theme, with nothing remembered.
press Q
wait_quit() {
    for _ in $(seq 100); do
        if ! tmux has-session 2>/dev/null; then return; fi
        sleep 0.1
    done
    echo "it does not quit" >&2
    exit 1
}
wait_quit
rm -rf "$XDG_STATE_HOME"
configure 'theme = "light"'
start
wait_for "● harvested"
press Enter
wait_for "[run]"
press Enter
wait_for "complete rows"
press Tab
wait_for "[Signals]"
wait_for "┤"
wait_for "▆"
image signals-light "Signals in the light theme"
