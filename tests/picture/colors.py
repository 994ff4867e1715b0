# SPDX-License-Identifier: MIT
"""Whether colours can be told apart, also by the one man in twelve who does not see all of them.

Colours are seen through Viénot's and Brettel's models of the three kinds of colour blindness and
compared in the Oklab space. Kinds that have a pattern of their own beside the colour (hatched,
striped, dotted) need less.
"""
import itertools
import re

NEAR = 0.075       # Oklab; two plain colours must be further apart, for everybody
PATTERNED = {"4", "7", "8", "9"}

# Linear RGB as a person without one kind of cones sees it.
SIGHT = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": ((.11238, .88762, 0), (.11238, .88762, 0), (.00401, -.00401, 1)),
    "no green cones": ((.29275, .70725, 0), (.29275, .70725, 0), (-.02234, .02234, 1)),
    "no blue cones": ((1, .14461, -.14461), (0, .85924, .14076), (0, .85924, .14076)),
}


def linear(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= .04045 else ((p + .055) / 1.055) ** 2.4 for p in parts]


def oklab(rgb):
    def times(matrix, v):
        return [sum(a * b for a, b in zip(row, v)) for row in matrix]
    lms = times(((.4122214708, .5363325363, .0514459929), (.2119034982, .6806995451, .1073969566),
                 (.0883024619, .2817188376, .6299787005)), [max(0, p) for p in rgb])
    return times(((.2104542553, .7936177850, -.0040720468), (1.9779984951, -2.4285922050, .4505937099),
                  (.0259040371, .7827717662, -.8086757660)), [p ** (1 / 3) for p in lms])


def seen_by(color, sight):
    rgb = linear(color)
    return oklab([sum(a * b for a, b in zip(row, rgb)) for row in SIGHT[sight]])


def too_near(palette):
    """Pairs of names that somebody would take for one."""
    found = []
    for (a, first), (b, second) in itertools.combinations(palette.items(), 2):
        for sight in SIGHT:
            apart = sum((x - y) ** 2 for x, y in zip(seen_by(first, sight), seen_by(second, sight)))
            if apart ** .5 < NEAR:
                found.append("%s and %s: %.3f with %s" % (a, b, apart ** .5, sight))
    return found


def contrast(first, second):
    light = sorted(sum(w * p for w, p in zip((.2126, .7152, .0722), linear(c)))
                   for c in (first, second))
    return (light[1] + .05) / (light[0] + .05)


def faults(map_svg, box_svg):
    """What is wrong with the colours that the two style sheets name."""
    light = re.sub(r"@media \(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})*\}", "", map_svg)
    kinds = dict(re.findall(r"\.k(\d+)\{fill:(#\w{6})\}", light))
    texts = dict(re.findall(r"\.on(\d+)\{fill:(#\w{6})", light))
    found = ["%d kinds" % len(kinds)] if len(kinds) != 12 else []
    found += too_near({k: c for k, c in kinds.items() if k not in PATTERNED})
    found += ["text on kind %s: %.1f" % (k, contrast(c, texts[k])) for k, c in kinds.items()
              if contrast(c, texts[k]) < 4.5]
    states = dict(re.findall(r"\.w([012])\{fill:(#\w{6})", box_svg))
    found += too_near(states) if len(states) == 3 else ["%d states" % len(states)]
    names = dict(re.findall(r"\.n([012])\{fill:(#\w{6})", box_svg))
    found += ["text on state %s" % k for k, c in states.items() if contrast(c, names[k]) < 4.5]
    return found
