# SPDX-License-Identifier: MIT
"""Pictures as a browser shows them: headless Chromium, once for the geometry of any number of
documents, and once for each screenshot. Nothing of it touches the user's own browser.
"""
import json
import os
import re
import shutil
import struct
import subprocess
import zlib

SECONDS = 120
TRIES = 3  # now and then a browser does not start, or does not end

# Run in the page that holds the pictures, never in a picture: what is where, in its own units.
MEASURE = """
function box(e) { const b = e.getBBox(); return [b.x, b.y, b.width, b.height]; }
function styleOf(e) {
  const s = e.ownerDocument.defaultView.getComputedStyle(e);
  return {fill: s.fill, stroke: s.stroke};
}
function measure(svg) {
  const view = svg.viewBox.baseVal;
  const result = {width: view.width, height: view.height, texts: [], rects: [], scripts:
                  svg.ownerDocument.getElementsByTagName('script').length};
  for (const e of svg.querySelectorAll('text'))
    result.texts.push({text: e.textContent, cls: e.getAttribute('class') || '', box: box(e)});
  for (const e of svg.querySelectorAll('rect')) {
    if (e.closest('defs')) continue;
    const parent = e.closest('g.p'), title = parent && parent.querySelector('title');
    result.rects.push({cls: e.getAttribute('class') || '', box: box(e), from: e.dataset.from || null,
                       to: e.dataset.to, title: title ? title.textContent : null,
                       style: styleOf(e)});
  }
  return result;
}
window.onload = function () {
  const results = {};
  for (const frame of document.querySelectorAll('iframe')) {
    const inner = frame.contentDocument;
    const svg = inner.documentElement.tagName === 'svg' ? inner.documentElement
                                                        : inner.querySelector('svg');
    results[frame.id] = svg ? measure(svg) : null;
  }
  document.getElementById('results').textContent = JSON.stringify(results);
};
"""


def find():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    return None


class Browser:
    def __init__(self, program, directory):
        self.directory = directory
        self.command = [program, "--headless", "--disable-gpu", "--hide-scrollbars", "--mute-audio",
                        "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                        "--allow-file-access-from-files", "--force-device-scale-factor=1",
                        # It shows nothing but our own files, and a container may have no sandbox.
                        "--no-sandbox"]

    def run(self, *arguments):
        environment = dict(os.environ, HOME=self.directory, XDG_CONFIG_HOME=self.directory)
        why = ""
        for number in range(TRIES):
            profile = "--user-data-dir=" + os.path.join(self.directory, "profile%d" % number)
            try:
                done = subprocess.run([*self.command, profile, *arguments], env=environment,
                                      timeout=SECONDS, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, check=False)
            except subprocess.TimeoutExpired:
                why = "it does not end"
                continue
            if done.returncode == 0:
                return done.stdout.decode("utf-8", "replace")
            why = done.stderr.decode(errors="replace")[-800:]
        raise RuntimeError("the browser failed: " + why)

    def measure(self, paths):
        """For each path (SVG or HTML): its size, its texts and its rectangles."""
        page = os.path.join(self.directory, "measure.html")
        frames = "".join('<iframe id="f%d" src="%s" width="1200" height="800"></iframe>' %
                         (i, os.path.abspath(path)) for i, path in enumerate(paths))
        with open(page, "w", encoding="utf-8") as file:
            file.write('<!DOCTYPE html><meta charset="utf-8"><pre id="results"></pre>%s'
                       '<script>%s</script>' % (frames, MEASURE))
        dom = self.run("--dump-dom", "--timeout=%d" % (SECONDS * 1000), "file://" + page)
        text = re.search('<pre id="results">(.*?)</pre>', dom, re.S).group(1)
        if not text:
            raise RuntimeError("the pictures could not be measured: is one of them no XML?")
        for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\xa0"), ("&amp;", "&")):
            text = text.replace(name, char)
        results = json.loads(text)
        return {path: results["f%d" % i] for i, path in enumerate(paths)}

    def shoot(self, path, width, height, dark=False):
        """A screenshot; the way of the file, which is a PNG."""
        target = path + (".dark.png" if dark else ".png")
        self.run("--window-size=%d,%d" % (width, height), "--screenshot=" + target,
                 "--blink-settings=preferredColorScheme=%d" % (0 if dark else 1),
                 "file://" + os.path.abspath(path))
        return target


def read_png(path):
    """Width, height and pixel(x, y) as (r, g, b) of a PNG of 8 bits a channel, not interlaced."""
    with open(path, "rb") as file:
        data = file.read()
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack_from(">IIBB", data, at + 8)
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    assert depth == 8 and color in (2, 6)
    n = 3 if color == 2 else 4
    raw, rows, before = zlib.decompress(packed), [], bytearray(width * n)
    for y in range(height):
        how, line = raw[y * (width * n + 1)], bytearray(raw[y * (width * n + 1) + 1:
                                                            (y + 1) * (width * n + 1)])
        unfilter(how, line, before, n)
        rows.append(line)
        before = line
    return width, height, lambda x, y: tuple(rows[y][x * n:x * n + 3])


def unfilter(how, line, before, n):
    for i in range(len(line)):
        left = line[i - n] if i >= n else 0
        up, corner = before[i], before[i - n] if i >= n else 0
        if how == 1:
            line[i] = line[i] + left & 255
        elif how == 2:
            line[i] = line[i] + up & 255
        elif how == 3:
            line[i] = line[i] + (left + up) // 2 & 255
        elif how == 4:
            guess = left + up - corner
            near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                       (abs(guess - corner), 2, corner))
            line[i] = line[i] + near[2] & 255
