#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the first inputs of the fuzzers names, pe, utf, protocol, wire and control.

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

RAW, HELLO, CREATE, OPEN, STATISTICS, DROP, REAP, RECONNECT, FILE, GIFTS, GROW, SECURE, REOPEN, \
    GET, SET, LIST, CREATE_SPACE, OPEN_SPACE, DESTROY_SPACE, LOWER, OFFEND, KEPT = range(22)
SECTION, EVENT, NO_KIND = range(3)  # as the input has them: one less than on the wire


def header(size, kind, number=7, zero=0):
    return struct.pack("<IHHQIIII", size, kind, zero, number, 0, 0, 0, 0)


def raw(client, message):
    return bytes([RAW, client]) + struct.pack("<H", len(message)) + message


def hello(client, token=None):
    """token: the client whose last one it is."""
    return bytes([HELLO, client]) + (b"\0" if token is None else bytes([1, token]))


def create(client, kind=SECTION, flags=0, access=0, name=b"\0", extra=b""):
    return bytes([CREATE, client, kind, flags, access]) + extra + name


def open_(client, kind=SECTION, access=1, flags=0, name=b"\0"):
    return bytes([OPEN, client, kind, access, flags]) + name


def wire_hello(magic=0x6e746d31, low=4, high=4, token=0):
    return header(48, 1) + struct.pack("<IHHQ", magic, low, high, token)


def wire_open(units, claimed=None):
    n = len(units) // 2 if claimed is None else claimed
    return header(64 + len(units), 3) + struct.pack("<4I2Q", 1, 4, 0, n, 0, 0) + units


def wire_create(units, size=4096, claimed=None):
    n = len(units) // 2 if claimed is None else claimed
    body = struct.pack("<4IQ6I2Q", 1, 0xF001F, 0, n, size, 4, 0x8000000, 0, 0, 0, 0, 0, 0)
    return header(32 + len(body) + len(units), 2) + body + units


# Of play.c's table of descriptors, and of boundaries.
(EVERYONE, EMPTY, NULL, READ, ONE_USER, DENY, OWNER_RIGHTS, LOW, HIGH, INHERITED, OTHERS_OWN,
 AUDIT) = range(12)
ALL_MAY, FIRST_USER, SECOND_USER, HIGH_ONLY, OTHER_NAME = range(5)
DIRECTORY, NAMESPACE, MUTANT, D3D12 = 3, 4, 5, 9
OWN, IN_ROOT, WRONG_SECRET, WRONG_ID = range(4)
SAME_NUMBER, NO_NAME, NO_SECURITY = 0x20, 0x40, 0x80


def secure(client, security=EVERYONE, kind=1, flags=0, access=3, root=OWN, name=b"\0", extra=b""):
    """The descriptor's byte and what changes in it come before the name."""
    flags |= root << 2
    data = bytes([SECURE, client, kind, flags, access])
    if not flags & NO_SECURITY:
        data += bytes([security]) + extra
    return data if flags & NO_NAME else data + name


def gifts(client, *choices):
    """Descriptors that go along with the client's next message."""
    return bytes([GIFTS, client, len(choices), *choices])


def reopen(client, access=4):
    return bytes([REOPEN, client, 0, access])


def get(client, information=7, held=7):
    return bytes([GET, client, 0, information, held])


def set_(client, security, information=4, held=7, extra=b""):
    return bytes([SET, client, 0, information, held, security]) + extra


def list_(client, flags=NO_NAME, root=OWN, name=b"", extra=b""):
    return bytes([LIST, client, flags | root << 1]) + name + extra


def space(client, boundary=ALL_MAY, flags=0, extra=b""):
    return bytes([CREATE_SPACE, client, flags, boundary]) + extra


def open_space(client, boundary=ALL_MAY, flags=0, extra=b""):
    return bytes([OPEN_SPACE, client, flags, boundary]) + extra


def destroy(client, root=IN_ROOT):
    return bytes([DESTROY_SPACE, client, root - 1])


def lower(client, level=0, disabled=0):
    """level: 0 not, 1 low, 2 above its own."""
    return bytes([LOWER, client, level, disabled])


def offend(client, offence):
    """0: lies; 1: asks on; 2: half open."""
    return bytes([OFFEND, client, offence])


def kept(client, which, extra=b"", myself=False, gift=None):
    """what is kept about processes; myself: this process's descriptor comes along, then the gift"""
    more = b"" if gift is None else bytes([gift])
    return bytes([KEPT, client, which | (0x20 if myself else 0) | (0 if gift is None else 0x40)]) + more + extra


PUSH, FETCH, DROP_IT, JOIN, NEW_JOB, ASSIGN, SET_JOB, END_JOB, ASK_JOB, IS_IN = range(10)

ALL_HELLO = hello(0) + hello(1) + hello(2) + hello(3)
X = "x".encode("utf-16-le")

PROTOCOL = {
    "empty": b"",
    "hello": ALL_HELLO,
    "create-open": ALL_HELLO + create(0) + open_(1) + open_(2) + bytes([STATISTICS, 3]),
    "create-drop-open": ALL_HELLO + create(0) + bytes([DROP, 4]) + open_(1) + bytes([REAP, 0]),
    "create-twice": ALL_HELLO + create(0) + create(1) + create(1, flags=2),
    "sent-again": ALL_HELLO + create(0) + create(0, flags=0x20),
    "sent-again-elsewhere": hello(0) + create(0) + bytes([RECONNECT, 0]) + hello(0, 0)
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
    "shared": ALL_HELLO + secure(0, kind=D3D12, name=b"\2") + reopen(2, 3) + reopen(2, 4)
              + reopen(0, 0xF0) + struct.pack("<I", 0x20000) + list_(1) + bytes([DROP, 4]) + bytes([REAP, 0]) + reopen(2, 3),
    "shared-fence": ALL_HELLO + gifts(0, 4, 5, 6) + secure(0, READ, D3D12, 0x10, name=b"\2")
                    + reopen(2, 3) + reopen(0, 3) + list_(0),
    "shared-wrong": ALL_HELLO + gifts(0, 7) + secure(0, kind=D3D12)
                    + gifts(0, 0, 8) + secure(0, kind=D3D12)
                    + gifts(0, 10) + secure(0, kind=D3D12)
                    + gifts(0, 0, 1, 2, 3) + secure(0, kind=D3D12),
    "shared-clash": ALL_HELLO + secure(0, kind=D3D12) + secure(1, kind=MUTANT)
                    + secure(1, kind=D3D12) + secure(1, kind=D3D12, flags=2) + create(1),
    "shared-sent-again": ALL_HELLO + gifts(0, 2, 3) + secure(0, kind=D3D12)
                         + gifts(0, 2, 3) + secure(0, kind=D3D12, flags=SAME_NUMBER),
    "descriptor": ALL_HELLO + secure(0, READ, name=b"\2") + open_(2, name=b"\2") + get(0) + get(2)
                  + reopen(2, 1) + reopen(2, 2),
    "descriptor-empty": ALL_HELLO + secure(0, EMPTY) + open_(1) + set_(0, EVERYONE) + get(1),
    "descriptor-changed": ALL_HELLO + secure(0, EVERYONE, name=b"\2") + set_(0, EMPTY)
                          + open_(2, name=b"\2") + set_(2, EVERYONE) + get(3, 31)
                          + set_(0, ONE_USER, 7) + set_(0, ONE_USER, 7 | 0x80) + get(0),
    "descriptor-wrong": ALL_HELLO + b"".join(
        secure(0, READ | 0x10, extra=struct.pack("<HB", at, 255)) for at in range(0, 48, 4)),
    "descriptor-cut": ALL_HELLO + b"".join(
        secure(0, READ | 0x80, extra=bytes([at])) for at in range(1, 48, 4)),
    "descriptor-bytes": ALL_HELLO + secure(0, 0xE8, extra=bytes([3, 1, 2, 3])),
    "held-by-others": ALL_HELLO + secure(0, EMPTY, name=b"\2") + get(2, 7, 0) + get(0, 7, 0)
                      + set_(2, EVERYONE, 4, 0),
    "owner-rights": ALL_HELLO + secure(0, OWNER_RIGHTS) + set_(1, EMPTY, 4, 7) + reopen(1, 4),
    "labels": ALL_HELLO + secure(0, LOW) + lower(1, 1) + open_(1, access=2) + secure(0, HIGH)
              + set_(3, HIGH, 16, 0) + get(3, 16, 0),
    "audit": ALL_HELLO + secure(3, AUDIT) + get(3, 8, 0) + lower(3, 0, 31) + get(3, 8, 0),
    "lowered": ALL_HELLO + secure(0, EVERYONE) + lower(1, 1) + open_(1, access=2)
               + create(1, name=b"\1") + open_(0, access=2, name=b"\1") + lower(1, 2)
               + open_(1, access=2),
    "lowered-wrongly": ALL_HELLO + bytes([LOWER, 0, 0xF0, 1, 0]) + open_(0) + hello(0)
                       + lower(0, 0, 32) + open_(0),
    "disabled": ALL_HELLO + lower(0, 0, 31) + create(0, name=b"\2") + lower(3, 0, 31) + get(3, 8),
    "kinds": ALL_HELLO + b"".join(secure(0, EVERYONE, kind, name=b"\xC1" + bytes([65 + kind, 0]))
                                  for kind in range(11)) + list_(0) + list_(2),
    "directory": ALL_HELLO + secure(0, READ, DIRECTORY) + secure(1, EVERYONE, root=IN_ROOT, name=b"\1")
                 + open_(2, flags=IN_ROOT << 1, name=b"\1") + list_(1, root=IN_ROOT)
                 + list_(1, root=WRONG_SECRET) + open_(0, name=b"\1", flags=WRONG_ID << 1)
                 + open_(0, name=b"\x10"),
    "directory-gone": ALL_HELLO + secure(0, NULL, DIRECTORY)
                      + secure(0, EVERYONE, root=IN_ROOT, name=b"\1")
                      + bytes([DROP, 4]) + bytes([REAP, 0]) + open_(0, flags=IN_ROOT << 1, name=b"\1"),
    "directory-unnamed": ALL_HELLO + secure(0, EVERYONE, DIRECTORY, NO_NAME)
                         + secure(1, EVERYONE, DIRECTORY, root=IN_ROOT) + secure(2, EVERYONE, root=IN_ROOT)
                         + list_(0, root=IN_ROOT),
    "directory-always": ALL_HELLO + bytes([OPEN, 0, 2, 4, 0x40]) + list_(0, root=IN_ROOT)
                        + bytes([OPEN, 0, 2, 4, 1, 0xC1, 0x5C, 0]) + list_(0, root=IN_ROOT)
                        + secure(0, EVERYONE, root=IN_ROOT) + reopen(0, 4),
    "list": ALL_HELLO + create(0) + create(0, name=b"\1") + list_(0) + list_(2)
            + list_(0, NO_NAME | 0x80, extra=struct.pack("<Q", 1))
            + list_(0, 0x81, name=b"\xC1\x5C\0", extra=struct.pack("<Q", 2 ** 64 - 1)),
    "list-long": ALL_HELLO + create(0, name=b"\xEE" + struct.pack("<H", 32766))
                 + create(0, name=b"\xEF" + struct.pack("<H", 32766)) + list_(0)
                 + list_(0, NO_NAME | 0x80, extra=struct.pack("<Q", 4)),
    "namespace": ALL_HELLO + space(0) + secure(0, EVERYONE, root=IN_ROOT, name=b"\0") + space(1)
                 + open_space(2) + open_(2, flags=IN_ROOT << 1) + list_(2, root=IN_ROOT) + get(0)
                 + destroy(0) + open_space(2) + open_(0, flags=IN_ROOT << 1) + space(2),
    "namespace-outside": ALL_HELLO + space(0, SECOND_USER) + space(2, SECOND_USER)
                         + open_space(0, SECOND_USER) + space(0, HIGH_ONLY) + space(3, HIGH_ONLY)
                         + space(1, FIRST_USER) + open_space(2, FIRST_USER),
    "namespace-guarded": ALL_HELLO + space(0, ALL_MAY, 1, bytes([EMPTY])) + open_space(2)
                         + space(0, ALL_MAY, SAME_NUMBER) + destroy(2) + destroy(0) + destroy(0),
    "namespace-maker-gone": ALL_HELLO + space(0) + open_space(1) + bytes([DROP, 4]) + bytes([REAP, 0])
                            + open_space(2) + space(2, OTHER_NAME) + destroy(2, WRONG_SECRET),
    "namespace-wrong": ALL_HELLO + space(0, ALL_MAY, 2, struct.pack("<I", 17))
                       + space(0, ALL_MAY, 5, bytes([EMPTY]) + struct.pack("<I", 0xFFFFFFF8))
                       + space(0, 0x90, extra=bytes([0, 0, 1])) + open_space(0, 0xE0, 0, b"\4abcd")
                       + open_space(0, 0, 1, struct.pack("<I", 16385)),
    "sent-again-later": hello(0) + secure(0, EVERYONE) + set_(0, EMPTY) + bytes([RECONNECT, 0])
                        + hello(0, 0) + set_(0, EMPTY, 4 | 0x80) + space(0)
                        + bytes([RECONNECT, 0]) + hello(0, 0) + space(0, ALL_MAY, SAME_NUMBER),
    "grown": ALL_HELLO + create(0) + bytes([GROW, 0, 0, 0, 0]) + bytes([GROW, 0, 0, 16, 0]),
    "mailbox": ALL_HELLO + kept(3, PUSH, b"\2\0", True, 5) + kept(3, PUSH, b"\xff\x7f", True)
               + kept(3, FETCH, b"\0") + kept(0, FETCH, b"\1") + kept(3, FETCH, b"\2") + kept(3, DROP_IT, b"\0")
               + kept(3, FETCH, b"\0") + kept(3, PUSH, b"\2\0", True) + kept(3, FETCH, b"\x80" + bytes(8)),
    "mailbox-strangers": ALL_HELLO + kept(0, PUSH, b"\2\0", True) + kept(3, PUSH, b"\2\0", False, 5)
                         + kept(3, PUSH, b"\2\0") + kept(1, DROP_IT, b"\0"),
    "jobs": ALL_HELLO + kept(3, NEW_JOB, b"\0") + kept(3, ASSIGN, b"\0", True) + kept(3, ASK_JOB, b"\0\0")
            + kept(3, ASK_JOB, b"\0\1") + kept(3, IS_IN, b"\0\0", True) + kept(3, IS_IN, b"\0\1", True)
            + kept(3, SET_JOB, b"\0\x08\x20\1") + kept(3, END_JOB, b"\0\7") + kept(3, JOIN, b"", True)
            + kept(0, ASSIGN, b"\0", True) + kept(0, ASK_JOB, b"\0\0"),
    "jobs-pages": ALL_HELLO + kept(3, NEW_JOB, b"\0") + kept(3, END_JOB, b"\0\7") + kept(3, ASSIGN, b"\0", True, 4) + kept(3, ASSIGN, b"\0", True, 0)
                  + kept(3, SET_JOB, b"\0\xff\xff\1") + kept(3, JOIN | 0x80, b"", True) + kept(3, NEW_JOB, b"\0")
                  + bytes([DROP, 4]) + bytes([REAP, 0]) + kept(3, ASSIGN, b"\0", True),
    "raw-hello": raw(0, wire_hello()) + raw(1, wire_hello(magic=1)) + raw(2, wire_hello(low=5, high=5)),
    "raw-create": hello(0) + raw(0, wire_create(X)),
    "raw-open": hello(0) + raw(0, wire_open(X)),
    "raw-claims-more": hello(0) + raw(0, wire_open(X, claimed=2)),
    "raw-claims-most": hello(0) + raw(0, wire_open(X, claimed=0x80000001)),
    "raw-short": hello(0) + raw(0, wire_create(X)[:20]),
    "raw-nothing": hello(0) + raw(0, b""),
    "raw-type": hello(0) + raw(0, header(32, 99)),
    "raw-zero": hello(0) + raw(0, header(40, 4, zero=1) + bytes(8)),
    "raw-statistics": hello(0) + raw(0, header(40, 4) + bytes(8)),
}

WIRE = {
    "empty": b"",
    "offences": ALL_HELLO + create(0) + offend(0, 0) + offend(1, 1) + offend(2, 2) + hello(0) + open_(0)
                + offend(3, 1),
    "lies": b"".join(hello(i) + offend(i, 0) for i in range(4)) + ALL_HELLO + create(0)
            + b"".join(offend(i, 0) + hello(i) for i in range(4)) + open_(1),
    "asks-on": ALL_HELLO + create(0, name=b"\2") + offend(1, 1) * 3 + open_(2, name=b"\2"),
    "half-open": offend(0, 2) + hello(0) + offend(0, 2) + hello(0) + create(0) + offend(0, 2),
    "says-nothing": offend(1, 1) + offend(2, 0) + bytes([RECONNECT, 3]) + ALL_HELLO,
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
        "wire": WIRE,
        "control": CONTROL,
    }
    for fuzzer, inputs in corpora.items():
        directory = os.path.join(root, fuzzer)
        os.makedirs(directory, exist_ok=True)
        for name, data in inputs.items():
            write(directory, name, data)


main()
