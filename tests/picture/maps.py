# SPDX-License-Identifier: MIT
"""Maps of address spaces made by hand, as `ntshm map --json` writes them."""
import json

PAGE = 4096
KINDS = ["image", "view", "file", "private", "large", "heap", "stack", "device", "placeholder",
         "reserved", "library", "system"]

HOSTILE = ["</title><script>document.title='caught'</script>", "\"&<>'\ufffe", "日本語の名前",
           "\U0001f600\U0001f600 smile", "Z\u0301\u0302\u0303\u0304\u0305algo", "שלום 123 עולם",
           "\ufdfd\ufdfd", "W" * 200, "]]>", "%s%n", "i" * 60, "/very/long/path/" + "x" * 300,
           "&amp;&#x41;", "url(http://example.org/x)", "line\nbreak\ttab"]


class Map:
    def __init__(self, command, pid=4711, cooperated=True, why_not=""):
        self.command, self.pid, self.cooperated = command, pid, cooperated
        self.why_not, self.pieces, self.at = why_not, [], 0x10000

    def add(self, size, kind, reserved=False, protect="PAGE_READWRITE", name="", in_memory=0.5,
            guard=False, page_size=PAGE):
        resident = int(size * in_memory) // PAGE * PAGE
        self.pieces.append({
            "base": hex(self.at), "size": size, "allocation": hex(self.at), "kind": kind,
            "state": "reserved" if reserved else "committed",
            "protect": "" if reserved else protect, "allocated": "", "guard": guard,
            "copy_on_write": False, "from_library": True, "write_watch": False, "window": False,
            "pinned": False, "resident": resident, "dirty": resident // 2 // PAGE * PAGE,
            "private_bytes": resident // 2 // PAGE * PAGE, "proportional": resident, "swapped": 0,
            "node": 0, "page_size": page_size, "offset": "0x0", "name": name, "file": "",
            "device": "0x1" if name else "0x0", "inode": 77 if name else 0})
        self.at += size

    def library(self, name, pages):
        for share, protect in ((1, "PAGE_READONLY"), (5, "PAGE_EXECUTE_READ"), (2, "PAGE_READONLY")):
            self.add(share * pages * PAGE, "image", protect=protect, name=name)
        self.add(4 * PAGE, "image", protect="PAGE_READONLY", name=name, in_memory=1)
        self.add(2 * PAGE, "image", name=name, in_memory=1)

    def program(self):
        """What lies low in every process."""
        self.at = 0x55D0C1E00000
        self.library("/usr/bin/example", 4)
        self.add(PAGE, "library")
        self.at += 8 * PAGE
        self.add(33 * PAGE, "heap", name="[heap]")

    def rest(self):
        """What lies high, one piece of every kind."""
        self.at = 0x7F3A10000000
        self.add(0x400000, "view", name="Local\\frame")
        self.add(0x10000, "view", protect="PAGE_READONLY", name="Local\\control")
        self.add(0x1F0000, "view", reserved=True, name="Local\\log", in_memory=0)
        self.at += 0x10000
        self.add(0x200000, "large", page_size=0x200000)
        self.add(0x100000, "reserved", reserved=True, in_memory=0)
        self.add(0x40000, "private")
        self.add(0x80000, "placeholder", reserved=True, in_memory=0)
        self.at = 0x7F3A20000000
        self.add(PAGE, "stack", name="[stack:4712]", guard=True, in_memory=0)
        self.add(0x800000, "stack", name="[stack:4712]", in_memory=0.02)
        self.at = 0x7F3A30000000
        self.library("/usr/lib/x86_64-linux-gnu/libc.so.6", 64)
        self.library("/usr/lib/libntshm.so.0", 16)
        self.add(0x300000, "device", name="/dev/dri/renderD128", in_memory=0)
        self.add(0x21000, "file", protect="PAGE_READONLY", name="/usr/lib/locale/C.utf8/LC_CTYPE")
        self.at = 0x7FFC10000000
        self.add(0x21000, "stack", name="[stack]")
        self.at += 0x10000
        self.add(0x2000, "system", protect="PAGE_EXECUTE_READ", name="[vdso]", in_memory=1)
        self.at = 0xFFFFFFFFFF600000
        self.add(PAGE, "system", protect="PAGE_EXECUTE", name="[vsyscall]", in_memory=0)

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"format": "ntshm-map", "version": 1, "pid": self.pid,
                       "command": self.command, "cooperated": self.cooperated,
                       "why_not": self.why_not, "consistent": True, "taken": "",
                       "taken_ns": 1795390000000000000, "pieces": self.pieces}, file)


def small():
    made = Map("example")
    made.program()
    made.rest()
    return made


def terabyte():
    made = Map("reserver", cooperated=False, why_not="does not use the library")
    made.program()
    made.at = 0x600000000000
    for _ in range(3):
        made.library("/usr/lib/plugin.so", 3)
    made.add(1 << 40, "reserved", reserved=True, in_memory=0)
    made.add(0x10000, "private")
    made.add(1 << 36, "reserved", reserved=True, in_memory=0)
    made.rest()
    return made


def huge():
    """20,000 pieces, each of another kind than the one before it."""
    made = Map("torture")
    made.program()
    made.at = 0x7E0000000000
    for i in range(20000):
        kind = ("view", "private", "file")[i % 3]
        made.add(PAGE * (1 + i % 13 // 12), kind, reserved=i % 7 == 0, in_memory=i % 2,
                 name=("Local\\shared piece", "", "/tmp/file")[i % 3])
        if i % 5 == 0:
            made.at += PAGE * (i % 11)
    made.rest()
    return made


def scattered():
    """Single pages all over the address space."""
    made = Map("scattered")
    for i in range(6000):
        made.add(PAGE, KINDS[i % len(KINDS)])
        made.at += 1 << (12 + i % 20)
    return made


def hostile():
    made = Map("<b>&\"'x")
    made.program()
    made.at = 0x7E0000000000
    for i in range(60):
        made.add(0x10000 * (1 + i % 5), KINDS[i % 12], reserved=i % 3 == 0,
                 name=HOSTILE[i % len(HOSTILE)])
        if i % 4 == 0:
            made.at += 3 * PAGE
    made.at = 0x7F0000000000
    for i in range(200):
        made.add(0x1000 * (1 + i % 3), KINDS[i % 12], name=HOSTILE[i % len(HOSTILE)])
    made.rest()
    return made


def one():
    made = Map("one")
    made.add(PAGE, "private")
    return made


def none():
    return Map("nothing")


ALL = {"small": small, "terabyte": terabyte, "huge": huge, "scattered": scattered,
       "hostile": hostile, "one": one, "none": none}
