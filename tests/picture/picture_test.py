#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The pictures of `ntshm map` and `ntshm blackbox read`, as a person gets to see them.

They are drawn by the real tool from maps and boxes made by hand, small, huge and hostile, and
from a process that runs; then rendered by Chromium. Looked at are: XML that is whole and refers
to nothing outside, labels that neither overlap nor are cut off nor leave what they name,
rectangles to scale, colours that stay apart for people who do not see all of them, and a page
that works on light and dark. A control plants faults of each kind, which must be found.

  picture_test.py NTSHM SCENE
"""
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import boxes  # noqa: E402
import browser  # noqa: E402
import colors  # noqa: E402
import maps  # noqa: E402
import scene  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "style", "defs", "pattern", "path", "circle", "rect", "line",
            "g", "text", "tspan", "a"}
SLACK = 1.5  # units
SHOT = 260   # units high are the pictures whose pixels are looked at


# --- what is wrong with a picture -----------------------------------------------------------------

def faults_of_xml(text, linked=False):
    """Elements and references that a picture standing alone must not have."""
    found = []
    for element in ElementTree.fromstring(text).iter():
        name = element.tag.replace(SVG, "")
        if name not in ELEMENTS or (name == "a" and not linked):
            found.append("element %s" % element.tag)
        for key, value in element.attrib.items():
            if key.startswith("on") or (key.endswith("href") and not value.startswith("#")):
                found.append("attribute %s=%s" % (key, value))
            if "url(" in value and "url(#" not in value:
                found.append("reference %s" % value)
        if name == "style":
            for bad in ("@import", "@font-face", "http", "url(\"", "url('", "expression"):
                if bad in element.text:
                    found.append("style with %s" % bad)
    return found


def overlap(a, b):
    """How far two boxes go into one another, the smaller of both ways."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return min(across, down)


def faults_of_labels(seen):
    """Texts over texts, and texts beyond the edge."""
    found = []
    texts = sorted((t for t in seen["texts"] if t["text"].strip()), key=lambda t: t["box"][1])
    for i, text in enumerate(texts):
        x, y, width, height = text["box"]
        if x < 0 or y < 0 or x + width > seen["width"] or y + height > seen["height"]:
            found.append("cut off: %r at %s" % (text["text"], text["box"]))
        for other in texts[i + 1:]:
            if other["box"][1] > y + height:
                break
            if overlap(text["box"], other["box"]) > SLACK:
                found.append("overlap: %r and %r" % (text["text"], other["text"]))
    return found


def faults_of_places(seen):
    """Labels that stand in a box must end in it; boxes must be in the picture."""
    found = []
    for rect in seen["rects"]:
        x, y, width, height = rect["box"]
        if x < -.1 or y < -.1 or x + width > seen["width"] + .1 or y + height > seen["height"] + .1:
            found.append("box out of the picture: %s" % rect["box"])
    for text in seen["texts"]:
        if not re.search(r"\b(on\d+|halo|n[012])\b", text["cls"]):
            continue
        x, y, width, height = text["box"]
        if not any(r["box"][0] - .6 <= x and x + width <= r["box"][0] + r["box"][2] + .6 and
                   r["box"][1] <= y + height / 2 <= r["box"][1] + r["box"][3]
                   for r in seen["rects"] if r["cls"] not in ("page", "field")):
            found.append("label leaves its box: %r" % text["text"])
    return found


def faults_of_scale(seen):
    """Boxes that tell what they stand for, row by row: place and length to one scale."""
    found, rows = [], {}
    for rect in seen["rects"]:
        if rect["from"]:
            rows.setdefault(rect["box"][1], []).append(
                (int(rect["from"], 16), int(rect["to"], 16), rect["box"]))
    for row in rows.values():
        from_, to, box = max(row, key=lambda r: r[2][2])
        scale = box[2] / (to - from_)
        for other_from, other_to, other in row:
            if abs(other[2] - (other_to - other_from) * scale) > .05 or \
                    abs(other[0] - box[0] - (other_from - from_) * scale) > .05:
                found.append("not to scale: %x to %x at %s" % (other_from, other_to, other))
    return found


def faults_of(seen):
    return (faults_of_labels(seen) + faults_of_places(seen) + faults_of_scale(seen) +
            (["a script"] if seen["scripts"] else []))


# --- the cases ------------------------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """The parts of a page that matter here."""

    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.links, self.policy, self.rows = {}, set(), [], "", 0

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        self.rows += tag == "tr" and (attrs.get("id") or "").startswith("p")
        if "href" in attrs:
            self.links.append(attrs["href"])
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]


class Cases:
    def __init__(self, tool, scene_program, directory, the_browser):
        self.scene = scene_program
        self.tool, self.directory, self.browser = tool, directory, the_browser
        self.svgs, self.pages, self.made, self.seen = {}, {}, {}, {}
        self.inline = os.path.join(directory, "inline.svg")

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, *arguments, code=0):
        done = subprocess.run([self.tool, *arguments], stdout=subprocess.PIPE, timeout=120,
                              stderr=subprocess.PIPE, check=False)
        error = done.stderr.decode(errors="replace")
        assert done.returncode == code, "%s: %d, %s" % (arguments, done.returncode, error)
        return done.stdout, error

    def prepare(self):
        """Draws everything, plants the control's faults, and has it all measured at once."""
        for name, make in maps.ALL.items():
            self.made[name] = make()
            self.made[name].save(self.path(name + ".json"))
            self.svgs["map " + name] = self.path(name + ".map.svg")
            self.pages[name] = self.path(name + ".html")
            self.run("map", self.path(name + ".json"), "--svg", self.path(name + ".map.svg"),
                     "--html", self.pages[name])
        self.svgs["map of python"] = self.path("self.map.svg")
        self.run("map", str(os.getpid()), "--svg", self.svgs["map of python"])
        self.svgs["map of a scene"] = self.path("scene.map.svg")
        with scene.running(self.scene, self.path("world.dat")) as pid:
            self.run("map", str(pid), "--svg", self.svgs["map of a scene"])
        for name, make in boxes.ALL.items():
            make().save(self.path(name + ".box"))
            self.svgs["box " + name] = self.path(name + ".box.svg")
            self.run("blackbox", "read", self.path(name + ".box"), "--svg",
                     self.svgs["box " + name])
        self.plant()
        paths = list(self.svgs.values()) + [self.pages["hostile"], self.path("planted.svg")]
        self.seen = self.browser.measure(paths)

    def plant(self):
        text = self.read(self.svgs["map small"])
        right = re.search(r'<rect class="k1 s" x="156" y="([\d.]+)" width="([\d.]+)"', text)
        planted = text.replace(right.group(0), right.group(0)[:-len(right.group(2)) - 1] +
                               str(float(right.group(2)) + 3) + '"')
        planted = planted.replace(
            "</svg>", '<text class="t0" x="22" y="32">over the title</text>'
            '<text class="t0" x="1150" y="200">beyond the right edge</text>'
            '<text class="t0 on1" x="20" y="62">a label without its box</text>'
            '<rect class="k1" x="1100" y="100" width="300" height="3"/></svg>')
        with open(self.path("planted.svg"), "w", encoding="utf-8") as file:
            file.write(planted)

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    # Each method below is a case.

    def case_every_picture_stands_alone(self):
        for name, path in self.svgs.items():
            found = faults_of_xml(self.read(path))
            assert not found, "%s: %s" % (name, found[:5])

    def case_labels_do_not_overlap_and_nothing_is_cut_off(self):
        for name, path in self.svgs.items():
            assert self.seen[path]["texts"], name
            found = faults_of_labels(self.seen[path]) + faults_of_places(self.seen[path])
            assert not found, "%s: %d: %s" % (name, len(found), found[:5])

    def case_rectangles_are_to_scale(self):
        for name, path in self.svgs.items():
            found = faults_of_scale(self.seen[path])
            assert not found, "%s: %s" % (name, found[:5])
            if name == "map small":
                assert sum(r["from"] is not None for r in self.seen[path]["rects"]) > 30

    def case_control_faults_that_were_planted_are_found(self):
        found = "\n".join(faults_of(self.seen[self.path("planted.svg")]))
        for words in ("overlap: 'over the title'", "cut off: 'beyond the right edge'",
                      "label leaves its box: 'a label", "box out of the picture", "not to scale"):
            assert words in found or re.search("overlap: .* and 'over the title'", found) and \
                "over the title" in words, (words, found)
        for bad in ('<image href="http://x/y.png"/>', "<script>1</script>",
                    '<rect onclick="1"/>', '<rect fill="url(http://x)"/>'):
            text = self.read(self.path("planted.svg")).replace("</svg>", bad + "</svg>")
            assert faults_of_xml(text), bad

    def case_every_piece_is_drawn_with_what_is_known_of_it(self):
        for name in ("small", "terabyte", "hostile", "one"):
            rects = self.seen[self.svgs["map " + name]]["rects"]
            parts = sorted((int(r["from"], 16), int(r["to"], 16)) for r in rects if r["from"])
            titles = "\n".join(r["title"] or "" for r in rects)
            for piece in self.made[name].pieces:
                base = int(piece["base"], 16)
                covered = sum(to - from_ for from_, to in parts
                              if base <= from_ and to <= base + piece["size"])
                told = " at %s" % piece["base"] in titles
                assert covered == piece["size"] or (covered == 0 and (
                    told or "small pieces" in titles)), (name, piece["base"], covered)

    def case_kinds_of_the_picture_are_in_its_legend_with_their_sums(self):
        saved = json.loads(self.run("map", self.path("small.json"), "--json")[0])
        texts = [t["text"] for t in self.seen[self.svgs["map small"]]["texts"]]
        for kind in ("Image", "Shared memory", "Mapped file", "Private", "Large pages", "Heap",
                     "Stack", "Device", "Placeholder", "Reserved", "System", "Total"):
            assert kind in texts, kind
        assert str(saved["totals"]["all"]["pieces"]) in texts
        alone = [t["text"] for t in self.seen[self.svgs["map one"]]["texts"]]
        assert "Private" in alone and "Stack" not in alone

    def case_hostile_names_are_text_and_nothing_else(self):
        for path in (self.svgs["map hostile"], self.svgs["box hostile"], self.pages["hostile"]):
            assert self.seen[path]["scripts"] == 0, path
        root = ElementTree.fromstring(self.read(self.svgs["map hostile"]))
        text = "".join(e.text or "" for e in root.iter(SVG + "title"))
        assert "</title><script>document.title='caught'</script>" in text and "&amp;&#x41;" in text
        assert root.find(SVG + "title").text.startswith("<b>&\"'x, process 4711")

    def case_pictures_of_anything_stay_small(self):
        for name, most in (("map huge", 4 << 20), ("map scattered", 4 << 20), ("box many", 1 << 16)):
            size = os.path.getsize(self.svgs[name])
            assert size < most, "%s: %d bytes" % (name, size)
        assert self.seen[self.svgs["map huge"]]["height"] < 6000

    def case_page_has_a_row_for_each_piece_and_only_inner_links(self):
        for name, path in self.pages.items():
            page = Page()
            page.feed(self.read(path))
            assert page.rows == len(self.made[name].pieces), name
            assert "script" not in page.tags and "default-src 'none'" in page.policy, name
            for link in page.links:
                assert link.startswith("#") and link[1:] in page.ids, (name, link)
            assert page.links or not self.made[name].pieces, name

    def case_pass_in_flight_is_told_and_drawn_as_such(self):
        for name, passed in (("game", "lighting"), ("many", "step 2119"), ("one", "clear")):
            seen = self.seen[self.svgs["box " + name]]
            texts = [t["text"] for t in seen["texts"]]
            assert any(t.startswith('In flight: "%s"' % passed) for t in texts), texts
            states = {r["title"].split("\n")[0]: r["cls"] for r in seen["rects"] if r["title"]}
            assert states[passed] in ("w1", "w1o"), states
        game = {r["title"].split("\n")[0]: r["cls"]
                for r in self.seen[self.svgs["box game"]]["rects"] if r["title"]}
        assert (game["shadows"], game["opaque"], game["bloom"]) == ("w0", "w0", "w2"), game
        texts = [t["text"] for t in self.seen[self.svgs["box game"]]["texts"]]
        for words in ("fence seen: 23", "24", "odd frame", "3 of 7 finished", "Not submitted yet",
                      "menu", 'Queue "copy"'):
            assert words in texts, (words, texts)
        many = [t["text"] for t in self.seen[self.svgs["box many"]]["texts"]]
        assert "2,119 finished" in many and "1,880 not begun" in many, many
        assert "Nothing was in flight." in [
            t["text"] for t in self.seen[self.svgs["box empty"]]["texts"]]

    def case_process_that_uses_the_library_is_drawn_as_it_tells(self):
        seen = self.seen[self.svgs["map of a scene"]]
        texts = [t["text"] for t in seen["texts"]]
        assert any("told by the library" in t for t in texts), texts[:3]
        titles = "\n".join(r["title"] or "" for r in seen["rects"])
        for name in ("\\frame", "\\settings", "\\journal", "\\ring", "world.dat", "Placeholder",
                     "libntshm.so"):
            assert name in titles, name
        frame = sum(int(r["to"], 16) - int(r["from"], 16) for r in seen["rects"]
                    if r["from"] and (r["title"] or "").split("\n")[0].endswith("\\frame"))
        assert frame == 4 << 20, frame

    def case_colours_stay_apart_for_everybody(self):
        found = colors.faults(self.read(self.svgs["map small"]), self.read(self.svgs["box game"]))
        assert not found, found
        assert colors.too_near({"a": "#cc4444", "b": "#66883a"}), "red and green passed"

    def case_rendered_pixels_have_the_colours_of_light_and_dark(self):
        for name in ("map small", "box game"):
            seen = self.seen[self.svgs[name]]
            for dark, page in ((False, (255, 255, 255)), (True, (0x14, 0x17, 0x1C))):
                shot = self.browser.shoot(self.svgs[name], int(seen["width"]), SHOT, dark)
                width, height, pixel = browser.read_png(shot)
                assert (width, height) == (int(seen["width"]), SHOT)
                assert pixel(3, 3) == page, (name, dark, pixel(3, 3))
                shown = [r for r in seen["rects"] if r["cls"] in ("k1 s", "w0") and
                         r["box"][2] > 12 and r["box"][1] + r["box"][3] < SHOT]
                assert shown, name
                wanted = tuple(map(int, re.findall(r"\d+", shown[0]["style"]["fill"])[:3]))
                x, y = int(shown[0]["box"][0]) + 3, int(shown[0]["box"][1]) + 3
                assert pixel(x, y) == wanted, (name, dark, pixel(x, y), wanted)

    def case_standard_output_and_errors(self):
        out, _ = self.run("blackbox", "read", self.path("game.box"), "--svg", "-")
        assert out.decode() == self.read(self.svgs["box game"])
        for arguments in (("blackbox", "read", self.path("game.box")),
                          ("map", self.path("small.json"))):
            _, error = self.run(*arguments, "--svg", self.path("no/where.svg"), code=1)
            assert error.count("\n") == 1 and "No such file" in error, error
            _, error = self.run(*arguments, "--svg", "/dev/full", code=1)
            assert error.count("\n") == 1 and "No space" in error, error
            self.run(*arguments, "--svg", "-", "--json", code=2)
        with open(self.path("kept.svg"), "w", encoding="utf-8") as file:
            file.write("before")
        self.run("blackbox", "read", self.path("small.json"), "--svg", self.path("kept.svg"), code=1)
        assert self.read(self.path("kept.svg")) == "before"

    def case_every_box_of_the_fuzzers_is_drawn_whole(self):
        corpus = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fuzz/corpus/blackbox")
        drawn = 0
        for name in sorted(os.listdir(corpus)):
            done = subprocess.run([self.tool, "blackbox", "read", "--svg", "-", "--file",
                                   os.path.join(corpus, name)], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, timeout=60, check=False)
            assert done.returncode in (0, 1), (name, done.returncode)
            if done.returncode == 0:
                assert not faults_of_xml(done.stdout.decode()), name
                drawn += 1
        assert drawn >= 5


def main():
    program = browser.find()
    if not program:
        print("skipped: there is no chromium (apt install chromium)")
        return 77
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="ntshm-picture-") as directory:
        os.environ["NTSHM_BROKER"] = os.path.join(directory, "broker")
        cases = Cases(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), directory,
                      browser.Browser(program, directory))
        try:
            cases.prepare()
        except Exception:  # pylint: disable=broad-except
            print("FAIL prepare\n%s\n0 passed, 1 failed, 0 skipped" % traceback.format_exc())
            return 1
        for name in (n for n in dir(cases) if n.startswith("case_")):
            try:
                getattr(cases, name)()
                passed += 1
                print("ok   " + name[5:])
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print("FAIL %s\n%s" % (name[5:], traceback.format_exc()))
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
