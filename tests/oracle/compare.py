#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares SDDL and the access check with Samba's, on random descriptors.

usage: compare.py ANSWERS [COUNT] [SEED]

ANSWERS is the program that asks our code (answers.c). For each of COUNT random descriptors:

  parse   our bytes of the text are those that Samba makes of it
  print   our text of the bytes is, read by Samba, these bytes
  back    Samba's text of the bytes is, read by us, these bytes
  check   for random people and rights, we grant what Samba grants

What the two do differently is put right before the comparison, each in a function of its own that
says why. Nothing else may differ. Then each control is run: ANSWERS does one thing wrongly, and
that must be found.

Exit code 77: no python3-samba here.
"""
import os
import random
import re
import subprocess
import sys

try:
    from samba import NTSTATUSError
    from samba.dcerpc import security
    from samba.ndr import ndr_pack, ndr_unpack
    from samba.security import access_check
except ImportError:
    # Debian's package belongs to Debian's interpreter, which may not be the first one.
    if os.path.realpath(sys.executable) != os.path.realpath("/usr/bin/python3") and \
            os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3"] + sys.argv)
    print("python3-samba is not installed")
    sys.exit(77)

# The domain in which two letters like DA stand (rtl/well-known.h).
DOMAIN = security.dom_sid("S-1-5-21-0-0-0")
LETTERS = ("AA AC AN AO AP AS AU BA BG BO BU CA CD CG CN CO CY DA DC DD DG DU EA ED EK ER ES HA HI "
           "IS IU KA LA LG LS LU LW ME MP MS MU NO NS NU OW PA PO PS PU RA RC RD RE RM RO RS RU SA "
           "SI SO SS SU SY UD WD WR").split()
RIGHTS = "CC DC LC SW RP WP DT LO CR SD RC WD WO GA GX GW GR FR FW FX".split()
# Sets of bits that Samba does not know, or takes for others: FA is 0x1FF to it.
SETS = {"FA": 0x1F01FF, "KA": 0xF003F, "KR": 0x20019, "KW": 0x20006, "KX": 0x20019}
POLICIES = {"NW": 1, "NR": 2, "NX": 4}
FLAGS = "OI CI NP IO ID".split()
NULL_ACL = "NO_ACCESS_CONTROL"

MAXIMUM_ALLOWED = 0x02000000
ORDINARY = 0x1FFFFF
ALL_OF_MAPPING = 0x1F01FF
LABEL = 0x11
CONTROL_SEED = 1
ACCESS_DENIED = 0xC0000022
UIDS = (0, 1000, 1001)
GIDS = (0, 100, 200, 300)


# --- what the two do differently ------------------------------------------------------------------

def number(words):
    """The mask of rights in words, or None where Samba reads the words as we do."""
    if re.match(r"[0-9]", words):
        return int(words, 8) if re.match(r"0[0-7]+$", words) else int(words, 0)
    pairs = re.findall("..", words)
    if not any(pair in SETS or pair in POLICIES for pair in pairs):
        return None
    mask = 0
    for pair in pairs:
        if pair in SETS or pair in POLICIES:
            mask |= SETS.get(pair, 0) | POLICIES.get(pair, 0)
        else:
            one = security.descriptor.from_sddl(f"D:(A;;{pair};;;WD)", DOMAIN)
            mask |= one.dacl.aces[0].access_mask
    return mask


def for_samba(text):
    """The same list in words that this Samba knows.

    It reads numbers in hexadecimal only, not the words of SETS, and it knows no mandatory label,
    which becomes an audit entry, and no NULL list, which becomes an empty one. list_by_samba() puts
    both in again.
    """
    def entry(match):
        kind, flags, words, sid = match.groups()
        mask = number(words)
        words = words if mask is None else f"0x{mask:x}"
        return f"({'AU' if kind == 'ML' else kind};{flags};{words};;;{sid})"
    text = re.sub(r"\((\w+);(\w*);(\w*);;;([\w-]+)\)", entry, text)
    return text.replace(NULL_ACL, "")


SID = r"(S-[\dxa-f-]+|\w\w)"
PARTS = re.compile(rf"(?:O:{SID})?(?:G:{SID})?(?:D:([^:]*))?(?:S:([^:]*))?")


def list_by_samba(mark, text):
    """Samba's list and control word, with what for_samba() took from it put in again."""
    descriptor = security.descriptor.from_sddl(mark + for_samba(text), DOMAIN)
    acl = descriptor.dacl if mark == "D:" else descriptor.sacl
    if NULL_ACL in text:
        return None, descriptor.type
    aces = acl.aces
    for ace, kind in zip(aces, re.findall(r"\((\w+);", text)):
        if kind == "ML":
            ace.type = LABEL
    acl.aces = aces
    return acl, descriptor.type


def read_by_samba(text):
    """Samba's descriptor of one of our texts. Part by part: behind a list without entries ("D:PS:")
    it finds no other part."""
    owner, group, dacl, sacl = PARTS.fullmatch(text).groups()
    accounts = (f"O:{owner}" if owner else "") + (f"G:{group}" if group else "")
    descriptor = security.descriptor.from_sddl(accounts, DOMAIN)
    if dacl is not None:
        descriptor.dacl, control = list_by_samba("D:", dacl)
        descriptor.type |= control
    if sacl is not None:
        descriptor.sacl, control = list_by_samba("S:", sacl)
        descriptor.type |= control
    return descriptor


def normal(descriptor):
    """The bytes, whatever the order of the parts and the revision of the lists, which Samba always
    writes as 4, that of directory objects."""
    for acl in (descriptor.dacl, descriptor.sacl):
        if acl is not None:
            acl.revision = 2
    return ndr_pack(descriptor)


# --- random descriptors ---------------------------------------------------------------------------

def random_sid(dice, people):
    kind = dice.random()
    if people and kind < 0.7:
        return dice.choice([f"S-1-22-1-{dice.choice(UIDS)}", f"S-1-22-2-{dice.choice(GIDS)}", "WD",
                            "AU", "OW", "BA", "SY", "BU"])
    if kind < 0.8:
        return dice.choice(LETTERS)
    subs = [dice.choice((0, 1, 21, 32, 500, 544, 4294967295, dice.getrandbits(32)))
            for _ in range(dice.randint(1, 15))]
    return "S-1-%d-%s" % (dice.choice((1, 5, 22, dice.getrandbits(31))), "-".join(map(str, subs)))


def random_rights(dice):
    kind = dice.random()
    if kind < 0.5:
        return "".join(dice.sample(RIGHTS, dice.randint(1, 6)))
    if kind < 0.6:
        return dice.choice(list(SETS)) + "".join(dice.sample(RIGHTS, dice.randint(0, 2)))
    mask = dice.choice((dice.getrandbits(32), dice.getrandbits(9), dice.getrandbits(21)))
    return dice.choice((f"0x{mask:x}", f"0x{mask:08X}", str(mask), f"0{mask:o}"))


def random_ace(dice, people, is_sacl):
    kind = dice.choice(("AU", "AU", "AL", "ML")) if is_sacl else dice.choice("AAD")
    flags = "".join(f for f in FLAGS if dice.random() < 0.15)
    rights = random_rights(dice)
    if kind in ("AU", "AL"):
        flags += dice.choice(("SA", "FA", "SAFA"))
    if kind == "ML":
        rights = "".join(dice.sample(list(POLICIES), dice.randint(1, 3)))
        return f"(ML;{flags};{rights};;;{dice.choice(('LW', 'ME', 'MP', 'HI', 'SI'))})"
    return f"({kind};{flags};{rights};;;{random_sid(dice, people)})"


def random_list(dice, people, is_sacl):
    flags = "".join(f for f in ("P", "AR", "AI") if dice.random() < 0.2)
    if dice.random() < 0.04:
        return flags + NULL_ACL
    return flags + "".join(random_ace(dice, people, is_sacl) for _ in range(dice.randint(0, 6)))


def random_text(dice, people):
    """@people: about such as are asked for, with owner and group, and nothing about labels."""
    parts = []
    if people or dice.random() < 0.7:
        parts.append("O:" + random_sid(dice, people))
    if people or dice.random() < 0.7:
        parts.append("G:" + random_sid(dice, people))
    if people or dice.random() < 0.8:
        parts.append("D:" + random_list(dice, people, False))
    if not people and dice.random() < 0.4:
        parts.append("S:" + random_list(dice, people, True))
    return "".join(parts)


# --- asking ---------------------------------------------------------------------------------------

def ask(program, questions, wrong):
    done = subprocess.run([program] + ([wrong] if wrong else []), input="\n".join(questions) + "\n",
                          stdout=subprocess.PIPE, check=True, text=True)
    answers = done.stdout.split("\n")[:-1]
    if len(answers) != len(questions):
        sys.exit(f"{len(questions)} questions have {len(answers)} answers")
    return answers


def token_of(person):
    uid, gid, groups = person
    token = security.token()
    sids = [f"S-1-22-1-{uid}", f"S-1-22-2-{gid}"] + [f"S-1-22-2-{g}" for g in groups]
    sids += ["S-1-1-0", "S-1-5-11"] + (["S-1-5-18", "S-1-5-32-544"] if uid == 0 else [])
    token.sids = [security.dom_sid(sid) for sid in sids]
    token.num_sids = len(sids)
    return token


def granted_by_samba(descriptor, person, desired):
    """What Samba grants, 0 for nothing.

    Of MAXIMUM_ALLOWED it grants with a NULL list only what the owner has in any case; Windows
    grants all that GENERIC_ALL stands for.
    """
    if desired == MAXIMUM_ALLOWED and descriptor.dacl is None:
        return ALL_OF_MAPPING
    try:
        return access_check(descriptor, token_of(person), desired) & ORDINARY
    except NTSTATUSError as error:
        if error.args[0] == ACCESS_DENIED:
            return 0
        raise


class Count:
    """Comparisons, and how many of them differed; the first few are told."""

    def __init__(self, quiet):
        self.made = self.differed = 0
        self.quiet = quiet

    def compare(self, what, ours, theirs, about):
        self.made += 1
        if ours == theirs:
            return
        self.differed += 1
        if self.differed <= 5 and not self.quiet:
            print(f"{what}: ours {ours}, Samba's {theirs}, of {about}")


def compare_text(program, texts, count, wrong):
    answers = ask(program, ["parse " + text for text in texts], wrong)
    descriptors = []
    for text, answer in zip(texts, answers):
        theirs = read_by_samba(text)
        try:
            ours = ndr_unpack(security.descriptor, bytes.fromhex(answer))
        except (ValueError, RuntimeError):
            count.compare("parse", answer, "a descriptor", text)
            continue
        count.compare("parse", normal(ours), normal(theirs), text)
        descriptors.append((text, theirs))

    answers = ask(program, ["print " + ndr_pack(theirs).hex() for _, theirs in descriptors], wrong)
    for (text, theirs), answer in zip(descriptors, answers):
        try:
            ours = normal(read_by_samba(answer))
        except Exception as error:  # whatever Samba says of what it cannot read
            ours = f"{answer}: {error}"
        count.compare("print", ours, normal(theirs), text)

    # Samba writes neither labels nor NULL lists, and nothing that can be read behind an empty list.
    plain = [(text, theirs) for text, theirs in descriptors
             if "(ML;" not in text and NULL_ACL not in text]
    answers = ask(program, ["parse " + theirs.as_sddl(DOMAIN) for _, theirs in plain], wrong)
    for (text, theirs), answer in zip(plain, answers):
        if answer.startswith("error"):
            count.compare("back", answer, theirs.as_sddl(DOMAIN), text)
            continue
        ours = ndr_unpack(security.descriptor, bytes.fromhex(answer))
        count.compare("back", normal(ours), normal(theirs), text)


def compare_checks(program, dice, texts, count, wrong):
    questions, expected = [], []
    for text in texts:
        descriptor = read_by_samba(text)
        gid = dice.choice(GIDS)
        person = (dice.choice(UIDS), gid,
                  sorted({g for g in GIDS if dice.random() < 0.3} - {gid}) or [gid])
        desired = dice.choice((MAXIMUM_ALLOWED, 1 << dice.randint(0, 8), 1 << dice.randint(16, 19),
                               dice.getrandbits(9) | 1, 0x20000 | dice.getrandbits(4)))
        groups = ",".join(map(str, person[2]))
        questions.append(f"check {ndr_pack(descriptor).hex()} {person[0]} {person[1]} {groups} "
                         f"{desired:x}")
        expected.append((granted_by_samba(descriptor, person, desired),
                         f"{text} for {person} asking {desired:#x}"))
    for answer, (theirs, about) in zip(ask(program, questions, wrong), expected):
        ours = answer if answer.startswith("error") else int(answer, 16) & ORDINARY
        count.compare("check", ours, theirs, about)


def run(program, number_of, seed, wrong=None):
    dice = random.Random(seed)
    count = Count(quiet=wrong is not None)
    while number_of > 0:
        size = min(number_of, 2000)
        number_of -= size
        compare_text(program, [random_text(dice, False) for _ in range(size)], count, wrong)
        compare_checks(program, dice, [random_text(dice, True) for _ in range(size)], count, wrong)
    return count


def main():
    program = sys.argv[1]
    number_of = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    count = run(program, number_of, seed)
    failed = count.differed != 0
    print(f"{number_of} descriptors of seed {seed}: {count.made} comparisons, "
          f"{count.differed} unexplained differences")
    for wrong in ("parse", "print", "check"):
        found = run(program, 1000, CONTROL_SEED, wrong).differed
        print(f"control {wrong}: {found} differences")
        failed |= found == 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
