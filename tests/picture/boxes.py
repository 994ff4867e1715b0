# SPDX-License-Identifier: MIT
"""Black boxes made by hand, as dump files: what include/ntshm/blackbox.h lays down, packed.

A box is a few queues, lists with their passes, and what the GPU wrote; `Box.save` makes the file
that `ntshm blackbox read` takes.
"""
import struct

HEADER = 4096
MASK = (1 << 64) - 1
BEGIN, END = 1, 2


def value(ordinal, name):
    """A marker value: which marker of its list, and the name of the pass."""
    return (ordinal << 14 | name) & 0xFFFFFFFF


def check(sequence, list_, generation, value_, kind, time_ns):
    """ntshm_blackbox_check() of the header."""
    mix = sequence * 0x9E3779B97F4A7C15 & MASK
    mix ^= (list_ << 32 | generation) * 0xC2B2AE3D27D4EB4F & MASK
    mix ^= (value_ << 16 | kind) * 0x165667B19E3779F9 & MASK
    mix ^= time_ns * 0xD6E8FEB86659FD93 & MASK
    mix ^= mix >> 32
    return (mix ^ mix >> 16) & 0xFFFF


class List:
    """A recording: its passes are noted in order, marker by marker."""

    def __init__(self, box, index, name):
        self.box, self.index, self.name = box, index, box.name(name)
        self.markers = []  # (kind, name)
        self.state, self.queue, self.fence = 1, 0, 0
        self.into = self.out = 0

    def begin(self, name):
        self.box.mark(self, BEGIN, self.box.name(name))

    def end(self):
        """Ends the innermost pass that is open."""
        open_ = []
        for kind, name in self.markers:
            if kind == BEGIN:
                open_.append(name)
            else:
                open_.pop()
        self.box.mark(self, END, open_[-1])

    def passes(self, *names):
        for name in names:
            self.begin(name)
            self.end()

    def submit(self, queue, fence):
        self.state, self.queue, self.fence = 2, queue, fence
        n_passes = sum(kind == BEGIN for kind, _ in self.markers)
        self.box.steps.append((queue, self.index, 2, n_passes, fence))

    def reached(self, into, out):
        """The GPU's words: the newest markers begun and ended, by ordinal; 0 is the list itself."""
        def word(ordinal):
            return value(ordinal, self.markers[ordinal - 1][1] if ordinal else self.name)
        self.into, self.out = word(into), word(out)


class Box:
    def __init__(self, program="game", state=1, removed=0, n_lists=64, n_markers=1 << 14):
        self.names, self.queues, self.lists, self.steps, self.ring = {}, [], [], [], []
        self.program, self.state, self.removed = program, state, removed
        self.n_lists, self.n_markers = n_lists, n_markers

    def name(self, text):
        return self.names.setdefault(text, len(self.names) + 1)

    def queue(self, name, type_, submitted, completed, passes_submitted=0, passes_completed=0):
        self.queues.append((self.name(name), type_, submitted, completed, passes_submitted,
                            passes_completed))
        return len(self.queues) - 1

    def list(self, name):
        self.lists.append(List(self, len(self.lists), name))
        return self.lists[-1]

    def past(self, queue, fence, n_passes):
        """A submission whose list record is in use by another since."""
        self.steps.append((queue, 0, 0, n_passes, fence))

    def mark(self, list_, kind, name):
        list_.markers.append((kind, name))
        self.ring.append((list_.index, kind, value(len(list_.markers), name)))

    def _tables(self):
        n = 1
        while n < len(self.steps) + 1:
            n *= 2
        steps = bytearray(64 * n)
        for i, (queue, list_, generation, n_passes, fence) in enumerate(self.steps, 1):
            struct.pack_into("<QIIIIQQ", steps, i % n * 64, i, queue, list_, generation, n_passes,
                             fence, i * 1000000)
        ring = bytearray(32 * self.n_markers)
        for i, (list_, kind, word) in enumerate(self.ring, 1):
            struct.pack_into("<QIIIHHQ", ring, i % self.n_markers * 32, i, list_, 2, word, kind,
                             check(i, list_, 2, word, kind, i * 1000), i * 1000)
        lists = bytearray(64 * self.n_lists)
        for entry in self.lists:
            struct.pack_into("<IIIIIIIIQQQ", lists, entry.index * 64, entry.into, entry.out, 2,
                             entry.name, entry.state, len(entry.markers), entry.queue, 1,
                             entry.fence, 0, 0)
        names = bytearray(64 * (len(self.names) + 1))
        for text, i in self.names.items():
            data = text.encode("utf-8", "surrogateescape")[:60]
            struct.pack_into("<I60s", names, i * 64, len(data), data)
        queues = bytearray(64 * max(1, len(self.queues)))
        for i, queue in enumerate(self.queues):
            struct.pack_into("<IIQQQQ", queues, i * 64, *queue)
        return [(names, 64), (queues, 64), (lists, 64), (steps, 64), (ring, 32)]

    def save(self, path):
        tables, offset, heads = self._tables(), HEADER, b""
        for data, entry in tables:
            heads += struct.pack("<QII", offset, len(data) // entry, entry)
            offset += (len(data) + 63) // 64 * 64
        header = struct.pack("<8sIIQQQQQIIQII128s128s", b"NTSHMBB\0", 1, HEADER, offset, offset, 0,
                             1795390000000000000, 0, 4711, self.state, 1, self.removed, 0,
                             b"a driver (made by hand)", self.program.encode()[:128]) + heads
        with open(path, "wb") as file:
            file.write(header.ljust(HEADER, b"\0"))
            for data, _ in tables:
                file.write(bytes(data).ljust((len(data) + 63) // 64 * 64, b"\0"))


# --- boxes to look at -----------------------------------------------------------------------------

HOSTILE = ["</title><script>document.title='caught'</script>", "\"&<>'\ufffe", "日本語の名前",
           "\U0001f600\U0001f600 smile", "Z\u0301\u0302\u0303\u0304algo", "שלום", "\ufdfd", "W" * 60,
           "]]>", "%s%n", "\x1b[31mred\udcff", "i" * 60]


def game():
    box = Box("game", state=2, removed=0x887A0005)
    main = box.queue("main", 0, 24, 23, 187, 180)
    copy = box.queue("copy", 3, 9, 9, 12, 12)
    for fence in range(4, 23):
        box.past(main, fence, 8)
    for fence in range(1, 9):
        box.past(copy, fence, 1)
    even = box.list("even frame")
    even.passes("shadows", "opaque", "lighting")
    even.submit(main, 23)
    even.reached(5, 6)
    odd = box.list("odd frame")
    odd.begin("frame")
    odd.passes("shadows", "depth", "opaque", "lighting", "bloom", "tone map")
    odd.end()
    odd.submit(main, 24)
    odd.reached(8, 7)
    upload = box.list("upload")
    upload.passes("textures")
    upload.submit(copy, 9)
    upload.reached(1, 2)
    box.list("next frame")
    box.list("menu")
    return box


def one():
    box = Box()
    queue = box.queue("main", 0, 1, 0, 1, 0)
    only = box.list("only")
    only.passes("clear")
    only.submit(queue, 1)
    only.reached(1, 0)
    return box


def many():
    """4,000 passes in a list, the 2,120th of them in flight."""
    box = Box("simulation")
    queue = box.queue("main", 0, 9, 8, 9000, 5000)
    particles = box.list("particles")
    particles.begin("frame")
    for i in range(4000):
        particles.passes("step %d" % i)
    particles.end()
    particles.submit(queue, 9)
    particles.reached(4240, 4239)
    return box


def hostile():
    box = Box("<b>\"x\"", n_lists=256, n_markers=1 << 15)
    for k in range(6):
        queue = box.queue(HOSTILE[k], k, 2**64 - 1 - k, 2**63, 2**64 - 1, 2**64 - 1)
        for fence in range(50):
            box.past(queue, 2**63 - 60 + fence, 7)
        for j in range(5):
            made = box.list(HOSTILE[(k + j) % 12])
            for depth in range(7):
                made.begin(HOSTILE[(depth + j) % 12])
            made.passes(*HOSTILE)
            for depth in range(6):
                made.end()
            made.passes(*HOSTILE)
            made.submit(queue, 2**63 + j)
            made.reached(9 + j * 3, 8 + j)
    for i in range(60):
        box.list(HOSTILE[i % 12])
    return box


def empty():
    return Box()


ALL = {"game": game, "one": one, "many": many, "hostile": hostile, "empty": empty}
