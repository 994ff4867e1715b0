#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the first inputs of the fuzzers names, pe, utf, protocol and control.

usage: make-corpus.py [DIRECTORY]

Each is named for what it shows.  What a fuzzer finds later is added by hand, under a name of the same
kind; this script does not remove it.
"""
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

NAMES = {
    "empty": "",
    "plain": "frame",
    "local": "Local\\x",
    "global": "Global\\x",
    "session": "Session\\1\\x",
    "session-large": "Session\\4294967296\\x",
    "chain": "Local\\Global\\Session\\0\\Local\\x",
    "wrong-case": "local\\x",
    "unknown": "foo\\bar\\",
    "leading": "\\foo\\",
    "doubled": "Local\\\\x",
    "directory": "Global",
    "absolute": "\\BaseNamedObjects\\x",
    "absolute-session": "\\Sessions\\2\\BaseNamedObjects\\Global\\x",
    "absolute-directory": "\\Sessions\\2\\BaseNamedObjects",
    "nul": "a\0b",
    "longest": "n" * 32766,
    "too-long": "n" * 32767,
}

UTF = {
    "empty": b"",
    "ascii": b"Local\\frame",
    "two": "ä".encode() * 3,
    "three": "€x€".encode(),
    "four": "😀a😀".encode(),
    "edges": b"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"
             b"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
    "overlong": b"\xc0\x80",
    "surrogate": b"\xed\xa0\x80",
    "above": b"\xf4\x90\x80\x80",
    "cut": b"ab\xe2\x82",
    "wide": "aä€😀".encode("utf-32-le"),
    "wide-surrogate": struct.pack("<3I", 0xD800, 0xDC00, 0xFFFF),
    "wide-above": struct.pack("<2I", 0x10FFFF, 0x110000),
    "units": "aä€😀".encode("utf-16-le"),
    "units-lone": struct.pack("<4H", 0xDC00, 0xD800, 0x61, 0xD83D),
}

RAW, HELLO, CREATE, OPEN, STATISTICS, DROP, REAP, RECONNECT = range(8)
SECTION, EVENT, NO_KIND = range(3)  # as the input has them: one less than on the wire


def header(size, kind, number=7, zero=0):
    return struct.pack("<IHHQ", size, kind, zero, number)


def raw(client, message):
    return bytes([RAW, client]) + struct.pack("<H", len(message)) + message


def hello(client, token=None):
    return bytes([HELLO, client]) + (b"\0" if token is None else bytes([1, token]))


def create(client, kind=SECTION, flags=0, access=0, name=b"\0", extra=b""):
    return bytes([CREATE, client, kind, flags, access]) + extra + name


def open_(client, kind=SECTION, access=1, flags=0, name=b"\0"):
    return bytes([OPEN, client, kind, access, flags]) + name


def wire_hello(magic=0x6e746d31, low=1, high=1, token=0):
    return header(32, 1) + struct.pack("<IHHQ", magic, low, high, token)


def wire_open(units, claimed=None):
    n = len(units) // 2 if claimed is None else claimed
    return header(32 + len(units), 3) + struct.pack("<4I", 1, 4, 0, n) + units


def wire_create(units, size=4096, claimed=None):
    n = len(units) // 2 if claimed is None else claimed
    body = struct.pack("<4IQ4I", 1, 0xF001F, 0, n, size, 4, 0x8000000, 0, 0)
    return header(16 + len(body) + len(units), 2) + body + units


ALL_HELLO = hello(0) + hello(1) + hello(2) + hello(3)
X = "x".encode("utf-16-le")

PROTOCOL = {
    "empty": b"",
    "hello": ALL_HELLO,
    "create-open": ALL_HELLO + create(0) + open_(1) + open_(2) + bytes([STATISTICS, 3]),
    "create-drop-open": ALL_HELLO + create(0) + bytes([DROP, 4]) + open_(1) + bytes([REAP, 0]),
    "create-twice": ALL_HELLO + create(0) + create(1) + create(1, flags=2),
    "sent-again": ALL_HELLO + create(0) + create(0, flags=0x20),
    "sent-again-elsewhere": hello(0, 1) + create(0) + bytes([RECONNECT, 0]) + hello(0, 1)
                            + create(0, flags=0x20),
    "event": ALL_HELLO + create(0, kind=EVENT, flags=0x0C, access=6) + open_(1, EVENT, 5),
    "kinds-clash": ALL_HELLO + create(0) + create(1, kind=EVENT, access=6) + open_(1, EVENT, 6),
    "no-kind": ALL_HELLO + create(0, kind=NO_KIND) + open_(0, NO_KIND),
    "global": ALL_HELLO + create(0, name=b"\2") + open_(2, name=b"\2") + open_(3, name=b"\2"),
    "sessions": ALL_HELLO + create(0, name=b"\4") + open_(1, name=b"\0") + open_(3, name=b"\5"),
    "absolute": ALL_HELLO + create(0, flags=1, name=b"\6") + open_(1, flags=1, name=b"\7"),
    "read-only": ALL_HELLO + create(0) + open_(1, access=1) * 3 + open_(1, access=2),
    "rights": ALL_HELLO + create(0, access=7) + open_(1, access=7) + open_(1, access=0xF0),
    "sizes": ALL_HELLO + create(0, flags=0x80, extra=struct.pack("<Q", 0))
             + create(0, flags=0x80, extra=struct.pack("<Q", 2 ** 63 - 4096))
             + create(0, flags=0x80, extra=struct.pack("<Q", 12345)),
    "protection": ALL_HELLO + create(0, flags=0x40, extra=struct.pack("<I", 0x40)),
    "longest-name": ALL_HELLO + create(0, name=b"\xEE" + struct.pack("<H", 32766))
                    + open_(1, name=b"\xEE" + struct.pack("<H", 32766)),
    "units-name": ALL_HELLO + create(0, name=bytes([0xC3]) + struct.pack("<3H", 0xD800, 0, 0x5C)),
    "before-hello": create(0) + open_(1) + bytes([STATISTICS, 2]) + hello(0) + hello(0),
    "reconnect": ALL_HELLO + create(0) + bytes([RECONNECT, 0]) + hello(0) + open_(0),
    "raw-hello": raw(0, wire_hello()) + raw(1, wire_hello(magic=1)) + raw(2, wire_hello(low=2)),
    "raw-create": hello(0) + raw(0, wire_create(X)),
    "raw-open": hello(0) + raw(0, wire_open(X)),
    "raw-claims-more": hello(0) + raw(0, wire_open(X, claimed=2)),
    "raw-claims-most": hello(0) + raw(0, wire_open(X, claimed=0x80000001)),
    "raw-short": hello(0) + raw(0, wire_create(X)[:20]),
    "raw-nothing": hello(0) + raw(0, b""),
    "raw-type": hello(0) + raw(0, header(16, 9)),
    "raw-zero": hello(0) + raw(0, header(24, 4, zero=1) + bytes(8)),
    "raw-statistics": hello(0) + raw(0, header(24, 4) + bytes(8)),
}

CONTROL = {
    "open": wire_open("frame".encode("utf-16-le")),
    "open-long": wire_open("n".encode("utf-16-le") * 60),
}


READS, WRITES, EXECUTES = 0x40000000, 0x80000000, 0x20000000
DIR64, HIGHLOW, HIGH, LOW, UNKNOWN = 10, 3, 1, 2, 5


def block(page, *entries):
    """One block of base relocations; entries are (kind, offset)."""
    data = b"".join(struct.pack("<H", kind << 12 | offset) for kind, offset in entries)
    return struct.pack("<II", page, 8 + len(data)) + data


def pe(parts, relocations=b"", plus=True, machine=None, base=None, alignment=0x1000, tail=b""):
    """A PE file; parts are (rva, virtual size, raw data, characteristics).

    The last part is given the relocations, when there are some.
    """
    machine = machine or (0x8664 if plus else 0x14C)
    base = base if base is not None else (0x180000000 if plus else 0x10000000)
    if relocations:
        rva, size, _, characteristics = parts[-1]
        parts = parts[:-1] + [(rva, size, relocations, characteristics)]
    end = max([rva + size for rva, size, _, _ in parts] + [0x1000])
    table, raw, at = b"", b"", 0x400
    for rva, size, data, characteristics in parts:
        padded = data + bytes(-len(data) % 0x200)
        table += b".part\0\0\0" + struct.pack("<6I2HI", size, rva, len(padded), at if padded else 0,
                                              0, 0, 0, 0, characteristics)
        raw += padded
        at += len(padded)
    directories = [(0, 0)] * 16
    if relocations:
        directories[5] = (parts[-1][0], len(relocations))
    optional = struct.pack("<HBB5I", 0x20B if plus else 0x10B, 14, 0, 0x200, 0, 0, 0x1000, 0x1000)
    optional += struct.pack("<Q", base) if plus else struct.pack("<II", 0, base)
    optional += struct.pack("<II6HI3I2H", alignment, 0x200, 6, 0, 0, 0, 6, 0, 0,
                            end + -end % max(alignment, 1), 0x400, 0, 3, 0)
    optional += struct.pack("<4Q" if plus else "<4I", 0x100000, 0x1000, 0x100000, 0x1000)
    optional += struct.pack("<II", 0, 16) + b"".join(struct.pack("<II", *d) for d in directories)
    headers = b"MZ" + bytes(58) + struct.pack("<I", 0x40)
    headers += b"PE\0\0" + struct.pack("<2H3I2H", machine, len(parts), 0, 0, 0, len(optional), 0x2002)
    headers += optional + table
    return headers + bytes(0x400 - len(headers)) + raw + tail


CODE = (0x1000, 0x1000, b"\xc3" * 64, READS | EXECUTES)
DATA = (0x2000, 0x1000, bytes(range(64)), READS | WRITES)
BSS = (0x3000, 0x2000, b"", READS | WRITES)
RELOC = (0x5000, 0x1000, b"", READS)
GOOD = [CODE, DATA, BSS, RELOC]


def changed(data, offset, new):
    return data[:offset] + new + data[offset + len(new):]


PE_GOOD = pe(GOOD, block(0x2000, (DIR64, 0x10), (HIGHLOW, 0x20), (0, 0)))
PE = {
    "wide": PE_GOOD,
    "narrow": pe(GOOD, block(0x2000, (HIGHLOW, 0x10), (HIGH, 0x14), (LOW, 0x16)), plus=False),
    "arm64": pe(GOOD, block(0x2000, (DIR64, 8)), machine=0xAA64),
    "without-relocations": pe(GOOD),
    "flat": pe([CODE], alignment=0x200),
    "no-sections": pe([]),
    "aligned-apart": pe([(0x10000, 0x1000, b"x", READS), (0x20000, 0x10, b"y", 0)],
                        alignment=0x10000),
    "blocks": pe(GOOD, block(0x2000, (DIR64, 0)) + block(0x3000, (DIR64, 0xFFC)) + bytes(8)),
    "across-the-end": pe(GOOD, block(0x5000, (DIR64, 0xFFC))),
    "unknown-kind": pe(GOOD, block(0x2000, (UNKNOWN, 0))),
    "wide-kind-in-narrow": pe(GOOD, block(0x2000, (DIR64, 0)), plus=False),
    "block-too-long": pe(GOOD, struct.pack("<II", 0x2000, 0x1000)),
    "block-too-short": pe(GOOD, struct.pack("<IIQ", 0x2000, 4, 0)),
    "relocates-its-table": pe(GOOD, block(0x5000, (HIGHLOW, 4), (DIR64, 8), (DIR64, 0))),
    "overlap": pe([CODE, CODE]),
    "gap": pe([CODE, RELOC]),
    "cut-in-headers": PE_GOOD[:0x140],
    "cut-in-data": PE_GOOD[:0x420],
    "no-mz": changed(PE_GOOD, 0, b"ZM"),
    "ne": changed(PE_GOOD, 0x40, b"NE\0\0"),
    "ne-windows": changed(changed(PE_GOOD, 0x40, b"NE\0\0"), 0x76, b"\2"),
    "le": changed(PE_GOOD, 0x40, b"LE\0\0"),
    "headers-far": changed(PE_GOOD, 0x3C, struct.pack("<I", 0x80000000)),
    "headers-on-themselves": changed(PE_GOOD, 0x3C, struct.pack("<I", 4)),
    "many-sections": changed(PE_GOOD, 0x46, struct.pack("<H", 0xFFFF)),
    "image-of-4g": changed(PE_GOOD, 0x40 + 24 + 56, struct.pack("<I", 0xFFFFFFFF)),
    "empty": b"",
}


def write(directory, name, data):
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "corpus")
    corpora = {
        "names": {name: text.encode("utf-16-le") for name, text in NAMES.items()},
        "pe": PE,
        "utf": UTF,
        "protocol": PROTOCOL,
        "control": CONTROL,
    }
    for fuzzer, inputs in corpora.items():
        directory = os.path.join(root, fuzzer)
        os.makedirs(directory, exist_ok=True)
        for name, data in inputs.items():
            write(directory, name, data)


main()
