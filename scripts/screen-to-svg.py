#!/usr/bin/env python3
"""Draws a screen that tmux captured with its colours as an SVG whose text is text.

    tmux capture-pane -e -p | scripts/screen-to-svg.py > screen.svg

Understands what tmux writes: SGR with the 16 colours, the table of 256 and true colour.
"""

import re
import sys
import unicodedata
from xml.sax.saxutils import escape

WIDTH, HEIGHT, SIZE, MARGIN = 8.4, 17, 14, 10
GROUND, TEXT = "#15181e", "#d9dce3"
SIXTEEN = (
    "#1c1f26 #e06c75 #7fb685 #d8b26e #6a9fe0 #b48ead #56b6c2 #c9ccd3 "
    "#6d7077 #ff7b85 #98d49f #f0cf8e #8bb8f0 #cda7d3 #7bd3de #ffffff"
).split()


def table(index):
    """A colour of the 256-colour table, as xterm has it."""
    if index < 16:
        return SIXTEEN[index]
    if index >= 232:
        return "#" + f"{8 + (index - 232) * 10:02x}" * 3
    levels = (0, 95, 135, 175, 215, 255)
    index -= 16
    return "#" + "".join(f"{levels[n]:02x}" for n in (index // 36, index // 6 % 6, index % 6))


def change(style, codes):
    """The style after an SGR sequence."""
    codes = [int(code or 0) for code in codes.split(";")]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = {}
        elif code in (1, 2, 4, 7):
            style = style | {code: True}
        elif code in (22, 24, 27):
            gone = (1, 2) if code == 22 else (code - 20,)
            style = {key: value for key, value in style.items() if key not in gone}
        elif code in (38, 48):
            key = "fg" if code == 38 else "bg"
            if codes.pop(0) == 5:
                style = style | {key: table(codes.pop(0))}
            else:
                style = style | {key: "#%02x%02x%02x" % tuple(codes[:3])}
                codes = codes[3:]
        elif code in (39, 49):
            style = {key: value for key, value in style.items() if key != ("fg" if code == 39 else "bg")}
        else:
            for base, key, bright in ((30, "fg", 0), (40, "bg", 0), (90, "fg", 8), (100, "bg", 8)):
                if base <= code < base + 8:
                    style = style | {key: SIXTEEN[code - base + bright]}
    return style


def cells(line, style):
    """The characters of a line with their columns and styles, and the style after it."""
    column, found = 0, []
    # Texts and codes take turns.
    for at, part in enumerate(re.split(r"\x1b\[([0-9;]*)m", line)):
        if at % 2:
            style = change(style, part)
            continue
        for char in part.replace("\x0e", "").replace("\x0f", ""):
            found.append((column, char, style))
            column += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return found, style


def colours(style, ground):
    """Colours of text and ground; none where the ground is that of the screen."""
    fg, bg = style.get("fg", TEXT), style.get("bg", ground)
    if style.get(7):
        fg, bg = bg, fg
    return fg, bg if bg != ground else None


def stretches(found, ground):
    """Neighbours that look the same: first column, text, text's colour, ground, style."""
    groups = []
    for column, char, style in found:
        look = (*colours(style, ground), tuple(sorted(k for k in style if k in (1, 2, 4))))
        last = groups[-1] if groups else None
        if last and last[2] == look:
            last[1].append(char)
        else:
            groups.append((column, [char], look))
    return [(column, "".join(chars), look) for column, chars, look in groups]


def svg(lines):
    """The screen as an SVG."""
    style, rows = {}, []
    for line in lines:
        found, style = cells(line, style)
        rows.append(found)
    columns = max((row[-1][0] + 1 for row in rows if row), default=1)
    grounds = [style["bg"] for row in rows for _, _, style in row if "bg" in style]
    ground = max(set(grounds), key=grounds.count) if grounds else GROUND
    width, height = columns * WIDTH + 2 * MARGIN, len(rows) * HEIGHT + 2 * MARGIN
    classes, body = {}, []

    def named(look):
        return classes.setdefault(look, f"s{len(classes)}")

    for y, row in enumerate(rows):
        top = MARGIN + y * HEIGHT
        texts = []
        for column, text, (fg, bg, style) in stretches(row, ground):
            x = MARGIN + column * WIDTH
            if bg:
                wide = len(text) * WIDTH
                body.append(f'<rect x="{x:.1f}" y="{top}" width="{wide:.1f}" height="{HEIGHT}" fill="{bg}"/>')
            kept = text.rstrip()
            if kept.strip():
                # The width is told, so that columns stand whatever the font.
                lead = len(kept) - len(kept.lstrip())
                kept = kept.lstrip()
                x += lead * WIDTH
                length = f' textLength="{len(kept) * WIDTH:.1f}"' if len(kept) > 1 else ""
                texts.append(f'<tspan class="{named((fg, style))}" x="{x:.1f}"{length}>{escape(kept)}</tspan>')
        if texts:
            body.append(f'<text y="{top + HEIGHT - 4.5}">{"".join(texts)}</text>')
    rules = []
    for (fg, style), name in classes.items():
        rule = f"fill:{fg}"
        rule += ";font-weight:bold" if 1 in style else ""
        rule += ";opacity:.7" if 2 in style else ""
        rule += ";text-decoration:underline" if 4 in style else ""
        rules.append(f".{name}{{{rule}}}")
    font = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'font-family="{font}" font-size="{SIZE}" xml:space="preserve">',
            f"<style>{''.join(rules)}</style>",
            f'<rect width="100%" height="100%" rx="6" fill="{ground}"/>',
            *body,
            "</svg>",
        ]
    )


if __name__ == "__main__":
    print(svg(sys.stdin.read().rstrip("\n").split("\n")))
