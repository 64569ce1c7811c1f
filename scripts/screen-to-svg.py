#!/usr/bin/env python3
"""Draws a screen that tmux captured with its colours as an SVG.

    tmux capture-pane -e -p -N | scripts/screen-to-svg.py "title" > screen.svg

Letters are text, at fixed places, so that columns stand whatever the font. Braille, blocks and lines are shapes:
fonts differ in them, or lack them. Understands what tmux writes: SGR with the 16 colours, the table of 256 and true colour.
"""

import re
import sys
import unicodedata
from xml.sax.saxutils import escape

# Everything is measured in dots of braille: a character has 2 × 4 of them.
DOT = 4.25
WIDTH, HEIGHT, SIZE, MARGIN = 2, 4, 14, 3
GROUND, TEXT = "#15181e", "#d9dce3"
SIXTEEN = (
    "#1c1f26 #e06c75 #7fb685 #d8b26e #6a9fe0 #b48ead #56b6c2 #c9ccd3 "
    "#6d7077 #ff7b85 #98d49f #f0cf8e #8bb8f0 #cda7d3 #7bd3de #ffffff"
).split()
# Which of the strokes to the left, right, up and down a line has.
LINES = {"─": "lr", "━": "lr", "╌": "lr", "│": "ud", "┆": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru", "┼": "lrud", "╋": "lrud", "╷": "d", "╵": "u"}
# Bits of a braille character from top to bottom, left and right (Unicode, chapter 21.1).
BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


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


def number(value):
    return f"{value:.3f}".rstrip("0").rstrip(".")


class Picture:
    """What is drawn, by colour; lengths are in dots."""

    def __init__(self):
        self.grounds, self.blocks, self.dots, self.lines, self.texts = {}, {}, {}, {}, []

    def put(self, column, row, char, fg, faint):
        """Draws a character as shapes; whether it is one that is."""
        x, y, key = column * WIDTH, row * HEIGHT, (fg, faint)
        code = ord(char)
        if 0x2801 <= code <= 0x28FF:
            dots = self.dots.setdefault(key, set())
            dots.update((x + side, y + at) for at, pair in enumerate(BRAILLE) for side, bit in enumerate(pair) if code & bit)
        elif 0x2581 <= code <= 0x2588:
            high = (code - 0x2580) / 2
            self.block(key, x, y + HEIGHT - high, WIDTH, high)
        elif char == "▀":
            self.block(key, x, y, WIDTH, HEIGHT / 2)
        elif char == "▌":
            self.block(key, x, y, WIDTH / 2, HEIGHT)
        elif char == "▐":
            self.block(key, x + WIDTH / 2, y, WIDTH / 2, HEIGHT)
        elif char in LINES:
            strokes = self.lines.setdefault((*key, char in "━╋"), set())
            strokes.update((x, y, way) for way in LINES[char])
        else:
            return False
        return True

    def block(self, key, x, y, wide, high):
        """A rectangle; one that goes on from its left neighbour widens it."""
        blocks = self.blocks.setdefault(key, {})
        before = blocks.pop((x, y, high), None)
        left = before if before is not None else x
        blocks[(x + wide, y, high)] = left


def path(parts):
    return "".join(parts)


def rectangles(blocks):
    """`blocks`: the left edge by right edge, top and height."""
    listed = sorted((top, left, right, high) for (right, top, high), left in blocks.items())
    return path(
        f"M{number(left)} {number(top)}h{number(right - left)}v{number(high)}h{number(left - right)}z"
        for top, left, right, high in listed
    )


def dotted(dots):
    """Dots in columns or rows, the longer first: each is a stroke whose dashes are dots."""
    left, out = set(dots), []
    for dot in sorted(dots):
        if dot not in left:
            continue
        x, y = dot
        down = right = 0
        while (x, y + down + 1) in left:
            down += 1
        while (x + right + 1, y) in left:
            right += 1
        if down >= right:
            left -= {(x, y + n) for n in range(down + 1)}
            out.append(f"M{x} {y}v{down}")
        else:
            left -= {(x + n, y) for n in range(right + 1)}
            out.append(f"M{x} {y}h{right}")
    return path(out)


def strokes(found):
    """Lines through the middles of characters, those that follow each other as one."""
    flat, upright = {}, {}
    for x, y, way in found:
        if way in "lr":
            flat.setdefault(y + HEIGHT / 2, set()).add(x if way == "l" else x + 1)
        else:
            upright.setdefault(x + WIDTH / 2, set()).add(y if way == "u" else y + 2)
    out = []
    for y, places in sorted(flat.items()):
        for first, last in joined(places, 1):
            out.append(f"M{number(first)} {number(y)}h{number(last - first)}")
    for x, places in sorted(upright.items()):
        for first, last in joined(places, 2):
            out.append(f"M{number(x)} {number(first)}v{number(last - first)}")
    return path(out)


def joined(places, step):
    """First and last of what follows each other without a gap."""
    spans = []
    for place in sorted(places):
        if spans and spans[-1][1] == place:
            spans[-1][1] = place + step
        else:
            spans.append([place, place + step])
    return spans


def drawn(rows, ground):
    """The shapes and texts of a screen."""
    picture = Picture()
    for y, row in enumerate(rows):
        words = []
        for column, char, style in row:
            fg, bg = colours(style, ground)
            if bg:
                wide = 2 if unicodedata.east_asian_width(char) in "WF" else 1
                before = picture.grounds.setdefault(bg, {})
                left = before.pop((column * WIDTH, y * HEIGHT, HEIGHT), column * WIDTH)
                before[((column + wide) * WIDTH, y * HEIGHT, HEIGHT)] = left
            look = (fg, tuple(sorted(k for k in style if k in (1, 2, 4))))
            if char == " " and 4 not in style:
                # One blank within a text is part of it.
                if words and words[-1][1][-1:] not in (" ", "") and words[-1][0] + len(words[-1][1]) == column:
                    words[-1][1] += " "
            elif picture.put(column, y, char, fg, 2 in style):
                pass
            elif words and words[-1][2] == look and words[-1][0] + len(words[-1][1]) == column:
                words[-1][1] += char
            else:
                words.append([column, char, look])
        picture.texts.append([(column, text.rstrip(), look) for column, text, look in words])
    return picture


def svg(lines, title):
    """The screen as an SVG."""
    style, rows = {}, []
    for line in lines:
        found, style = cells(line, style)
        rows.append(found)
    columns = max((row[-1][0] + 1 for row in rows if row), default=1)
    grounds = [style["bg"] for row in rows for _, _, style in row if "bg" in style]
    ground = max(set(grounds), key=grounds.count) if grounds else GROUND
    picture = drawn(rows, ground)
    width = (columns * WIDTH + 2 * MARGIN) * DOT
    height = (len(rows) * HEIGHT + 2 * MARGIN) * DOT
    shapes = [f'<path fill="{bg}" d="{rectangles(blocks)}"/>' for bg, blocks in sorted(picture.grounds.items())]

    def faint(is_faint):
        return ' opacity=".7"' if is_faint else ""

    for (fg, is_faint), blocks in sorted(picture.blocks.items()):
        shapes.append(f'<path fill="{fg}"{faint(is_faint)} d="{rectangles(blocks)}"/>')
    for (fg, is_faint, is_heavy), found in sorted(picture.lines.items()):
        wide = ' stroke-width=".5"' if is_heavy else ""
        shapes.append(f'<path class="l" stroke="{fg}"{wide}{faint(is_faint)} d="{strokes(found)}"/>')
    for (fg, is_faint), dots in sorted(picture.dots.items()):
        shapes.append(f'<path class="d" stroke="{fg}"{faint(is_faint)} d="{dotted(dots)}"/>')
    classes, texts = {}, []
    for y, row in enumerate(picture.texts):
        spans = []
        for column, text, look in row:
            name = classes.setdefault(look, f"s{len(classes)}")
            x, wide = (column * WIDTH + MARGIN) * DOT, len(text) * WIDTH * DOT
            length = f' textLength="{number(wide)}"' if len(text) > 1 else ""
            spans.append(f'<tspan class="{name}" x="{number(x)}"{length}>{escape(text)}</tspan>')
        if spans:
            baseline = (y * HEIGHT + MARGIN + 3) * DOT
            texts.append(f'<text y="{number(baseline)}">{"".join(spans)}</text>')
    rules = [
        ".l{fill:none;stroke-width:.25}",
        # Strokes of no length with round ends are dots.
        ".d{fill:none;stroke-width:.55;stroke-linecap:round;stroke-dasharray:0 1}",
    ]
    for (fg, kinds), name in classes.items():
        rule = f"fill:{fg}"
        rule += ";font-weight:bold" if 1 in kinds else ""
        rule += ";opacity:.7" if 2 in kinds else ""
        rule += ";text-decoration:underline" if 4 in kinds else ""
        rules.append(f".{name}{{{rule}}}")
    font = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" role="img" '
            f'font-family="{font}" font-size="{SIZE}" xml:space="preserve">',
            f"<title>{escape(title)}</title>",
            f"<style>{''.join(rules)}</style>",
            f'<rect width="100%" height="100%" rx="6" fill="{ground}"/>',
            f'<g transform="translate({number(MARGIN * DOT)} {number(MARGIN * DOT)}) scale({DOT})">',
            *shapes,
            "</g>",
            *texts,
            "</svg>",
        ]
    )


if __name__ == "__main__":
    print(svg(sys.stdin.read().rstrip("\n").split("\n"), " ".join(sys.argv[1:]) or "mdtui"))
