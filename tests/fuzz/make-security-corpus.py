#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the first inputs of the fuzzers acl and descriptor.

usage: make-security-corpus.py [DIRECTORY]

Each is named for what it shows.  What a fuzzer finds later is added by hand, under a name of the same
kind; this script does not remove it.
"""
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

ALLOW, DENY, AUDIT, CALLBACK, OBJECT, LABEL = 0, 1, 2, 9, 5, 0x11
INHERIT_ONLY = 8


def sid(authority, *sub):
    return bytes([1, len(sub)]) + struct.pack(">Q", authority)[2:] + struct.pack(f"<{len(sub)}I", *sub)


ALICE = sid(22, 1, 1001)
BOB = sid(22, 1, 1002)
STAFF = sid(22, 2, 50)
EVERYONE = sid(1, 0)
SYSTEM = sid(5, 18)
ADMINISTRATORS = sid(5, 32, 544)
CREATOR_OWNER, CREATOR_GROUP, OWNER_RIGHTS = sid(3, 0), sid(3, 1), sid(3, 4)
LOW, MEDIUM, HIGH = sid(16, 0x1000), sid(16, 0x2000), sid(16, 0x3000)
LONGEST = sid(0xFFFFFFFFFFFF, *range(15))


def ace(kind, who, mask, flags=0, extra=b"", size=None):
    body = struct.pack("<I", mask & 0xFFFFFFFF) + who + extra
    return struct.pack("<BBH", kind, flags, len(body) + 4 if size is None else size) + body


def acl(*aces, revision=2, size=None, count=None, tail=b""):
    body = b"".join(aces)
    return struct.pack("<BBHHH", revision, 0, len(body) + len(tail) + 8 if size is None else size,
                       len(aces) if count is None else count, 0) + body + tail


def descriptor(owner=ALICE, group=STAFF, dacl=None, sacl=None, control=0, revision=1, offsets=None):
    at, parts, where = 20, b"", []
    for part in (owner, group, sacl, dacl):
        where.append(at if part else 0)
        if part:
            part += bytes(-len(part) % 4)
            parts += part
            at += len(part)
    control |= 0x8000 | (4 if dacl else 0) | (0x10 if sacl else 0)
    return struct.pack("<BBH4I", revision, 0, control, *(offsets or where)) + parts


def head(who=0, kind=0, information=0xF, shift=0, desired=4):
    return struct.pack("<BBBBI", who, kind, information, shift, desired & 0xFFFFFFFF)


ROOT, BELOW, SECURITY, RESTORE, RELABEL, TAKE = 1, 2, 1 << 2, 8 << 2, 16 << 2, 4 << 2
ALL = 31 << 2
PLAIN = acl(ace(ALLOW, EVERYONE, 4), ace(DENY, BOB, 0x10000000), ace(ALLOW, ALICE, 0xF001F))
MIXED = acl(ace(LABEL, LOW, 1), ace(AUDIT, EVERYONE, 0x10000000, 0xC0))

DESCRIPTORS = {
    "plain": head() + descriptor(dacl=PLAIN),
    "shifted": head(shift=3) + b"\0\0\0" + descriptor(dacl=PLAIN),
    "root": head(ROOT) + descriptor(owner=ADMINISTRATORS, dacl=PLAIN),
    "nothing": head() + descriptor(owner=None, group=None),
    "null-dacl": head() + descriptor(control=4),
    "empty-dacl": head() + descriptor(dacl=acl()),
    "event": head(kind=1, desired=0x1F0003) + descriptor(dacl=PLAIN),
    "maximum": head(desired=0x02000000) + descriptor(dacl=PLAIN),
    "owner-rights": head(desired=0x40000) + descriptor(dacl=acl(ace(ALLOW, OWNER_RIGHTS, 4))),
    "creators": head() + descriptor(dacl=acl(ace(ALLOW, CREATOR_OWNER, 7), ace(DENY, CREATOR_GROUP, 1),
                                             ace(ALLOW, CREATOR_OWNER, 7, INHERIT_ONLY))),
    "stand-ins": head(RESTORE) + descriptor(owner=CREATOR_GROUP, group=CREATOR_OWNER,
                                            dacl=acl(ace(ALLOW, CREATOR_OWNER, 7))),
    "audits": head(SECURITY) + descriptor(sacl=MIXED, dacl=PLAIN),
    "audits-denied": head() + descriptor(sacl=MIXED, dacl=PLAIN),
    "label": head(desired=2) + descriptor(sacl=acl(ace(LABEL, MEDIUM, 3)), dacl=acl(ace(ALLOW, EVERYONE, 7))),
    "label-above": head() + descriptor(sacl=acl(ace(LABEL, HIGH, 1))),
    "label-above-allowed": head(RELABEL) + descriptor(sacl=acl(ace(LABEL, HIGH, 7))),
    "label-of-low": head(BELOW, information=0x10) + descriptor(sacl=acl(ace(LABEL, LOW, 1))),
    "label-none": head(BELOW | ALL) + descriptor(sacl=acl(ace(LABEL, EVERYONE, 1))),
    "other-owner": head() + descriptor(owner=BOB, dacl=PLAIN),
    "other-owner-allowed": head(ALL) + descriptor(owner=BOB, dacl=PLAIN),
    "take": head(TAKE, desired=0x80000) + descriptor(dacl=acl(ace(DENY, EVERYONE, 0x1FFFFF))),
    "callback": head() + descriptor(dacl=acl(ace(CALLBACK, EVERYONE, 7, extra=b"artx"))),
    "object": head() + descriptor(dacl=acl(ace(OBJECT, bytes(12), 7), revision=4)),
    "padded": head() + descriptor(dacl=acl(ace(ALLOW, EVERYONE, 7, extra=b"\xee" * 8), tail=b"\xee" * 5)),
    "longest-sid": head(RESTORE) + descriptor(owner=LONGEST, group=LONGEST),
    "no-sub-authority": head(RESTORE) + descriptor(owner=sid(5), group=sid(5)),
    "control": head() + descriptor(dacl=PLAIN, control=0x7F2B),
    "wrong-revision": head() + descriptor(dacl=PLAIN, revision=2),
    "wrong-offset": head() + descriptor(dacl=PLAIN, offsets=(20, 36, 0, 0xFFFFFFFF)),
    "in-the-header": head() + descriptor(dacl=PLAIN, offsets=(4, 36, 0, 52)),
    "one-for-all": head(ALL) + descriptor(dacl=PLAIN, control=0x10, offsets=(20, 20, 52, 52)),
    "cut": head() + descriptor(dacl=PLAIN)[:-1],
    "short": head() + descriptor()[:19],
    "empty": head(),
}


def listed(data, steps=b"", room=None):
    return struct.pack("<H", len(data) if room is None else room) + data + steps


def add(n=1, kind=0, flags=0, revision=2, mask=4, sub=0):
    return struct.pack("<5BHB", 0, n, kind, flags, revision, mask, sub)


def insert(data=b"", choice=0, at=0, revision=2):
    return bytes([1, choice, revision]) + (b"" if choice & 1 else bytes([at])) + struct.pack("<H", len(data)) + data


def delete(index):
    return bytes([2, index])


ONE = ace(ALLOW, EVERYONE, 4)
ACLS = {
    "empty": listed(acl()),
    "plain": listed(PLAIN),
    "as-it-is": listed(PLAIN, room=0),
    "room": listed(acl(size=400), add() + add(kind=1, n=2) + add(kind=2, flags=0xC0) + insert(ONE, at=1) +
                   delete(1) + delete(9), 400).replace(acl(size=400), acl(size=400) + bytes(392), 1),
    "full": listed(PLAIN, add() + insert(ONE) + delete(0) + add() + insert(ONE)),
    "own-entries": listed(acl(ONE, ace(DENY, ALICE, 2), tail=bytes(300)), insert(choice=2) + insert(choice=3)),
    "refused": listed(acl(tail=bytes(100)), add(kind=5) + add(kind=0x11, mask=8) + add(flags=0x20) +
                      add(revision=5) + add(n=16) + insert(ONE[:-4]) + insert(ONE, revision=5)),
    "several": listed(acl(tail=bytes(200)), insert(ONE * 4, choice=1) + insert(ONE * 2, at=2) + delete(3)),
    "count": listed(acl(ONE, count=2)),
    "size": listed(acl(ONE, size=65535)),
    "ace-size": listed(acl(ace(ALLOW, EVERYONE, 4, size=21))),
    "ace-none": listed(acl(ace(ALLOW, EVERYONE, 4, size=0))),
    "sid-longer": listed(acl(ace(ALLOW, sid(1, 0)[:1] + b"\x0f" + sid(1, 0)[2:], 4))),
    "revision": listed(acl(ONE, revision=5)),
    "other-types": listed(acl(ace(OBJECT, bytes(12), 7), ace(CALLBACK, EVERYONE, 7), ace(0x30, b"", 0))),
}


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "corpus")
    for fuzzer, inputs in {"acl": ACLS, "descriptor": DESCRIPTORS}.items():
        directory = os.path.join(root, fuzzer)
        os.makedirs(directory, exist_ok=True)
        for name, data in inputs.items():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(data)


main()
