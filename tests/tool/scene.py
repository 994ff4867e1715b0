#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command of ntshm, against a live scene and against what is dead, foreign or forbidden.

usage: scene.py --ntshm PROGRAM --ntshmd PROGRAM --actor PROGRAM

The scene: one broker for the machine, run by a user of its own; three users; 20 processes of theirs;
over 500 objects of all kinds.  It takes root to make it; without, everything is skipped.
"""
import argparse
import ctypes
import grp
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DEADLINE = 60        # of a command, in seconds: it hangs otherwise
BROKER = 61000       # users and groups by number: none of them has to be in the machine's files
ANN, BEN, CAT, STRANGER = 61001, 61002, 61003, 61004
GLOBAL = 61010       # members may make sections in Global\
ACCESS_SYSTEM_SECURITY = 1 << 24
DESCRIPTORS = 30     # at random
OBJECTS = 28         # of each process that makes some
KINDS = {"Section", "Event", "Mutant", "Semaphore", "Timer", "Job", "DxgkSharedResource"}

results = {"passed": 0, "failed": 0, "skipped": 0}
processes = []


def check(name, condition, detail=""):
    results["passed" if condition else "failed"] += 1
    print(f"{'pass' if condition else 'FAIL'}  {name}{'' if condition else ': ' + str(detail)[:1500]}",
          flush=True)
    return bool(condition)


def become(uid):
    def change():
        os.setgroups([GLOBAL] if uid == ANN else [])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    return None if uid == 0 else change


def state_of(pid):
    """As /proc has it: "T" stands still; "X" also where there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def is_alive(pid):
    return state_of(pid) not in ("Z", "X")


def stop(pid):
    """Until it stands still, and does not only have to."""
    os.kill(pid, signal.SIGSTOP)
    end = time.monotonic() + DEADLINE
    while state_of(pid) != "T" and time.monotonic() < end:
        time.sleep(0.01)


class Scene:
    """The broker and those who live on it."""

    def __init__(self, options):
        self.options = options
        self.directory = tempfile.mkdtemp(prefix="ntshm-scene-")
        os.chmod(self.directory, 0o755)
        self.run = os.path.join(self.directory, "run")
        os.mkdir(self.run, 0o755)
        os.chown(self.run, BROKER, BROKER)
        # The programs, where every user can start them.
        self.ntshm, self.actor, self.ntshmd = (self.copy(options.ntshm), self.copy(options.actor),
                                               self.copy(options.ntshmd))
        self.environment = dict(os.environ, NTSHM_BROKER="system:" + self.run, TERM="xterm",
                                HOME=self.directory, NTSHM_BROKER_PATH=self.ntshmd)
        for name in ("NTSHM_SYSTEM", "NO_COLOR"):
            self.environment.pop(name, None)
        libraries = set()
        for program in (options.ntshm, options.actor):
            told = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True)
            libraries |= {line.split()[2] for line in told.stdout.splitlines()
                          if "libntshm" in line and "=>" in line}
        for library in libraries:
            self.copy(library)
        self.environment["LD_LIBRARY_PATH"] = self.directory
        self.start_broker()

    def copy(self, path):
        there = os.path.join(self.directory, os.path.basename(path))
        shutil.copy(os.path.realpath(path), there)
        os.chmod(there, 0o755)
        return there

    def start_broker(self):
        read, write = os.pipe()
        os.set_inheritable(write, True)
        self.broker = subprocess.Popen(
            [self.ntshmd, "--system", "--directory=" + self.run, "--linger=60000",
             f"--ready={write}", f"--global-group={GLOBAL}"],
            preexec_fn=become(BROKER), pass_fds=[write], env=self.environment,
            stdin=subprocess.DEVNULL)
        os.close(write)
        ready = os.read(read, 1)
        os.close(read)
        if not check("the broker of the machine serves", ready != b"", self.broker.poll()):
            sys.exit(1)

    def act(self, uid, *arguments):
        """A process of the scene; what it printed before "ready"."""
        process = subprocess.Popen([self.actor, *arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   env=self.environment, preexec_fn=become(uid))
        processes.append(process)
        said = []
        for line in process.stdout:
            if line == "ready\n":
                return process, said
            said.append(line.strip())
        check(f"an actor of {uid} is ready: {arguments}", False, said)
        sys.exit(1)

    def tool(self, uid, *arguments, **options):
        """(exit code, standard output, standard error) of a command, by a user."""
        environment = dict(self.environment, **options.pop("environment", {}))
        try:
            done = subprocess.run([self.ntshm, *arguments], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                                  timeout=DEADLINE, env=environment, preexec_fn=become(uid),
                                  errors="replace", **options)
        except subprocess.TimeoutExpired:
            check(f"it ends: {arguments}", False, "it hangs")
            return -1, "", ""
        if done.returncode < 0 or "Sanitizer" in done.stderr:
            check(f"it does not crash: {arguments}", False, (done.returncode, done.stderr))
        return done.returncode, done.stdout, done.stderr

    def told(self, uid, *arguments):
        """What a command says in JSON; None (a failure) when it fails."""
        code, out, err = self.tool(uid, arguments[0], "--json", *arguments[1:])
        try:
            return json.loads(out) if code == 0 else check(f"works: {arguments}", False, (code, err))
        except ValueError as error:
            check(f"is JSON: {arguments}", False, (error, out))
            return None

    def end(self):
        for process in processes:
            process.kill()
            process.communicate()
        self.broker.send_signal(signal.SIGCONT)
        self.broker.terminate()
        try:
            self.broker.wait(20)
        except subprocess.TimeoutExpired:
            self.broker.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    # --- the live scene ---------------------------------------------------------------------

    def populate(self):
        for uid, n in ((ANN, 7), (BEN, 6), (CAT, 5)):
            for i in range(n):
                where = "Global" if uid == ANN and i == 0 else "Local"
                self.act(uid, "make", f"{where}\\{uid}-{i}", str(OBJECTS))
        self.viewer, said = self.act(BEN, "view", f"Local\\{BEN}-0-section-0")
        self.address = said[0]
        self.plain = subprocess.Popen(["sleep", "1000"], preexec_fn=become(CAT))
        processes.append(self.plain)
        self.maker = processes[0]

    def names(self):
        listed = {}
        for uid in (ANN, BEN, CAT):
            there = self.told(uid, "ls") or []
            listed[uid] = there
            mine = [entry for entry in there if f"{uid}-" in entry["name"]]
            n = {ANN: 7, BEN: 6, CAT: 5}[uid]
            check(f"{uid} sees all of his {n * OBJECTS} objects", len(mine) == n * OBJECTS, len(mine))
            check("of every kind", KINDS <= {entry["type"] for entry in mine},
                  {entry["type"] for entry in mine})
            check("with their owner", all(entry["owner_uid"] == uid for entry in mine), mine[:2])
            check("and one handle each, or two with a viewer's",
                  all(entry["handles"] == 1 for entry in mine), mine[:2])
            strange = [entry["name"] for entry in there if f"{uid}-" not in entry["name"]
                       and not entry["name"].startswith("Global\\")]
            check("and nobody else's local ones", not strange, strange)
        everything = self.told(0, "ls", "\\BaseNamedObjects") or []
        check("Global is everybody's", len([entry for entry in listed[CAT] if
                                            entry["name"].startswith(f"Global\\{ANN}-")]) == OBJECTS)
        check("root finds it by its path", len(everything) >= OBJECTS, len(everything))
        secret = [entry for entry in listed[CAT] if entry["name"] == f"Global\\{ANN}-0-event-1"]
        check("what may not be read has a name and a type and nothing else",
              len(secret) == 1 and not secret[0]["readable"] and "handles" not in secret[0], secret)
        for arguments in (("ls",), ("tree",), ("ls", "--color=always"), ("ls", "-s", "handles")):
            code, out, err = self.tool(BEN, *arguments)
            check(f"{arguments} is a table", code == 0 and out.count("\n") >= 6 * OBJECTS, (code, err))
            check("coloured when it is told to", ("\x1b[" in out) == ("--color=always" in arguments))
        only = self.told(ANN, "ls", "--type=Mutant", f"--match={ANN}-3-*")
        check("one type, one pattern", len(only or []) == 4, only)
        code, _, err = self.tool(ANN, "ls", "Global\\nowhere\\x")
        check("a directory that is not there is said", code == 1 and err, (code, err))

    def one_object(self):
        name = f"Local\\{BEN}-0-section-0"
        told = self.told(BEN, "show", name) or {}
        check("a section is shown", told.get("type") == "Section" and told.get("bytes") == 4096
              and told.get("owner_uid") == BEN and told.get("shows") == "memory, reserved", told)
        for kind, number, word in (("event", 1, "Event"), ("mutex", 2, "Mutant"), ("job", 5, "Job"),
                                   ("semaphore", 3, "Semaphore"), ("timer", 4, "Timer"),
                                   ("heap", 6, "DxgkSharedResource")):
            other = f"Local\\{BEN}-0-{kind}-{number}"
            before = self.told(BEN, "show", other) or {}
            check(f"a {kind} is shown", before.get("type") == word, before)
            after = self.told(BEN, "show", other) or {}
            for one in (before, after):
                for key in ("age_seconds", "access"):
                    one.pop(key, None)
            check("and looking does not change it", before == after, (before, after))
        code, out, _ = self.tool(BEN, "show", name)
        check("also for people", code == 0 and "PAGE_READWRITE" in out, out)
        for what, uid, asked in (("another's local name", CAT, name),
                                 ("a name that is not there", BEN, "Local\\nothing"),
                                 ("an empty name", BEN, ""), ("a long name", BEN, "x" * 40000),
                                 ("a name with control characters", BEN, "Local\\\x1b[31m\n")):
            for command in ("show", "sd", "access", "holders", "dump", "open", "signal", "wait"):
                arguments = [command, asked] + (["--timeout", "0"] if command == "wait" else [])
                code, _, err = self.tool(uid, *arguments)
                check(f"{command} of {what}: a clear error", code in ((1, 2) if asked else (2,)) and
                      err.startswith("ntshm") and "\x1b" not in err and len(err) < 3000, (code, err))

    def holders(self):
        told = self.told(BEN, "holders", f"Local\\{BEN}-0-section-0") or {"processes": []}
        by_pid = {process["pid"]: process for process in told["processes"]
                  if not process.get("broker")}
        viewer = by_pid.pop(self.viewer.pid, {"views": [], "handles": -1})
        check("who has only a view is found, with its address", viewer["handles"] == 0 and
              [view["address"] for view in viewer["views"]] == [self.address] and
              all(view["access"].startswith("read") for view in viewer["views"]), told)
        check("and who has the handle", [process["handles"] for process in by_pid.values()] == [1],
              told)
        told = self.told(0, "holders", f"Global\\{ANN}-0-section-0") or {"processes": [{}]}
        check("root sees the holder of another user", any(process.get("uid") == ANN
              for process in told["processes"]), told)
        code, out, err = self.tool(CAT, "holders", f"Global\\{ANN}-0-section-0")
        check("who may not look into a process is told so", code == 0 and
              ("permi" in (out + err) or "could not" in (out + err)), (out, err))

    def rights(self):
        name = f"Global\\{ANN}-0-section-0"
        code, out, err = self.tool(CAT, "sd", name)
        check("a descriptor that may be read is printed", code == 0 and "D:" in out, (code, err))
        told = self.told(CAT, "sd", name) or {"dacl": []}
        check("as a table too: two entries", len(told["dacl"]) == 2, told)
        for uid, granted in ((ANN, True), (CAT, False)):
            told = self.told(ANN, "access", name, str(uid)) or {"rights": []}
            check(f"{uid} {'may' if granted else 'may not'} write",
                  ("SECTION_MAP_WRITE" in told["rights"]) == granted, told)
            check("and may read", "SECTION_MAP_READ" in told["rights"], told)
            check("with the entries that say so", any(reason["why"] == "entry"
                  for reason in told.get("reasons", [])), told)
        check("a wish is answered by the exit code",
              self.tool(ANN, "access", name, str(CAT), "--want=write")[0] == 3 and
              self.tool(ANN, "access", name, str(CAT), "--want=read")[0] == 0)
        code, _, err = self.tool(CAT, "sd", name, "--set", "D:(A;;GA;;;WD)")
        check("another user cannot set it", code == 1 and err, (code, err))
        code, _, err = self.tool(ANN, "sd", name, "--set", "D:(A;;GA;;;OW)(A;;CCRC;;;WD)")
        told = self.told(ANN, "access", name, str(CAT)) or {"rights": ["SECTION_MAP_READ"]}
        check("its owner can, and it counts", code == 0 and "SECTION_MAP_READ" not in told["rights"],
              (err, told))
        code, _, err = self.tool(ANN, "sd", name, "--set", "D:(A;;XX;;;WD")
        check("what is no SDDL is refused", code in (1, 2) and err, (code, err))
        code, _, err = self.tool(0, "sd", name, "--set", f"O:S-1-22-1-{BEN}")
        told = self.told(ANN, "sd", name) if code == 0 else None
        check("root takes ownership and gives it away, without a right in the list", told and
              told["owner"]["sid"] == f"S-1-22-1-{BEN}", (code, err, told))
        code, _, err = self.tool(ANN, "sd", name, "--set", f"O:S-1-22-1-{ANN}")
        check("and nobody else takes it", code == 1 and err, (code, err))

    # --- what access says, and what an open gives ----------------------------------------------

    def accounts(self):
        """Three users with groups, where this process and its children look them up."""
        members = {61020: ["ann"], 61021: ["ann", "ben"]}
        users = {"ann": ANN, "ben": BEN, "cat": CAT}
        passwd = "".join(f"{name}:x:{uid}:{uid}::/:/bin/false\n" for name, uid in users.items())
        group = "".join(f"{name}:x:{uid}:\n" for name, uid in users.items())
        group += "".join(f"g{gid}:x:{gid}:{','.join(who)}\n" for gid, who in members.items())
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(0x00020000) != 0 or subprocess.run(  # CLONE_NEWNS
                ["mount", "--make-rprivate", "/"], stderr=subprocess.PIPE, check=False).returncode:
            return {ANN: [], BEN: [], CAT: [], 0: [0]}, []
        for name, text in (("passwd", passwd), ("group", group)):
            path = os.path.join(self.directory, name)
            with open("/etc/" + name, encoding="utf-8") as file:
                text = file.read().rstrip("\n") + "\n" + text
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o644)
            subprocess.run(["mount", "--bind", path, "/etc/" + name], check=True)
        return {ANN: [ANN, 61020, 61021], BEN: [BEN, 61021], CAT: [CAT], 0: [0]}, list(members)

    @staticmethod
    def descriptor(dice, gids):
        """Some SDDL that root may read."""
        sids = [f"S-1-22-1-{uid}" for uid in (ANN, BEN, CAT)] + [f"S-1-22-2-{gid}" for gid in gids]
        sids += ["WD", "AU", "BA", "S-1-3-4"]
        owner = dice.choice(sids[:3] + sids[:3] + ["S-1-22-1-0"])
        # Root reads all of them for the tool, at the level HI.
        label = dice.choice(("", "", "S:(ML;;%s;;;%s)" % (dice.choice(("NW", "NR", "NX", "NWNRNX")),
                                                         dice.choice(("LW", "ME", "HI"))),
                             "S:(ML;;NWNX;;;SI)"))
        if dice.random() < 0.05:
            return f"O:{owner}G:BAD:NO_ACCESS_CONTROL{label}"
        entries = "(A;;RC;;;BA)"
        for _ in range(dice.randrange(7)):
            rights = dice.choice(("GA", "GR", "GW", "GX", "WDWO", "RCSD",
                                  f"0x{dice.getrandbits(21) & 0x1f003f:x}",
                                  f"0x{1 << dice.choice((0, 1, 2, 3, 16, 17, 18, 19, 20)):x}"))
            entries += "(%s;%s;%s;;;%s)" % (dice.choice("AAD"), dice.choice(("", "", "", "OICIIO")),
                                            rights, dice.choice(sids))
        return f"O:{owner}G:BAD:{entries}{label}"

    def grants(self, uid, groups, path):
        """What opens give a user: (all that there is, one right after the other) of each name."""
        def change():
            os.setgroups(groups[1:])
            os.setresgid(*[groups[0] if groups else 65534] * 3)
            os.setresuid(uid, uid, uid)
        done = subprocess.run([self.actor, "grants", path], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, env=self.environment, preexec_fn=change,
                              timeout=DEADLINE, check=False)
        lines = [line.split() for line in done.stdout.splitlines() if line != "ready"]
        return {line[0]: (int(line[1], 16), int(line[2], 16)) for line in lines}

    @staticmethod
    def by_privilege(told):
        return sum(int(reason["mask"], 16) for reason in told.get("reasons", [])
                   if reason["why"] in ("privilege", "no_dacl"))

    def opens(self):
        """Random descriptors: access must say what an open by that very user gives."""
        seed = random.randrange(1 << 32)
        dice = random.Random(seed)
        users, gids = self.accounts()
        path = os.path.join(self.directory, "secured")
        names = {}
        for i in range(DESCRIPTORS):
            kind = ("section", "event", "mutex", "timer", "job")[i % 5]
            names[f"Global\\secured-{i}"] = (kind, self.descriptor(dice, gids))
        with open(path, "w", encoding="utf-8") as file:
            for name, (kind, sddl) in names.items():
                file.write(f"{kind}\t{name}\t{sddl}\n")
        os.chmod(path, 0o644)
        self.act(0, "secure", path)
        given = {uid: self.grants(uid, groups, path) for uid, groups in users.items()}
        wrong, crossed, reasons = [], 0, set()
        for name, (_, sddl) in names.items():
            for uid in users:
                told = self.told(0, "access", name, str(uid)) or {"granted": "0"}
                mask = int(told["granted"], 16) & ~ACCESS_SYSTEM_SECURITY
                reasons |= {reason["why"] for reason in told.get("reasons", [])}
                at_once, each = given[uid].get(name, (0, None))
                # MAXIMUM_ALLOWED does not ask a privilege; without a list it is what GENERIC_ALL means.
                apart = self.by_privilege(told)
                if each != mask or (at_once ^ mask) & ~apart:
                    wrong.append((uid, name, sddl, told["granted"], given[uid].get(name)))
                crossed += given[ANN if uid != ANN else CAT].get(name) != (mask, mask)
        check(f"access says what opens give: {DESCRIPTORS} descriptors, {len(users)} users, groups "
              f"{gids}", not wrong, (seed, len(wrong), wrong[:3]))
        check("and another user's opens are not that (control)", crossed > DESCRIPTORS // 2, crossed)
        check("with reasons of every sort", reasons >= {"entry", "no_entry", "owner"},
              (seed, reasons))

    def bytes_of_sections(self):
        code, out, err = self.tool(BEN, "dump", f"Local\\{BEN}-1-section-7")
        check("a dump has the bytes", code == 0 and "this is" in out, (code, err))
        path = os.path.join(self.directory, "saved")
        os.close(os.open(path, os.O_CREAT, 0o666))
        os.chmod(path, 0o666)
        code, _, err = self.tool(BEN, "dump", f"Local\\{BEN}-1-section-7", "-o", path)
        with open(path, "rb") as file:
            saved = file.read()
        check("in a file, all of them", code == 0 and len(saved) == 8 * 4096 and
              saved.startswith(b"this is Local\\"), (code, err, len(saved)))
        code, out, err = self.tool(BEN, "dump", f"Local\\{BEN}-1-section-21")
        check("pages that are only reserved are said", code == 0 and "reserved" in out + err,
              (code, out, err))
        code, _, err = self.tool(BEN, "dump", f"Local\\{BEN}-1-event-1")
        check("an event has no bytes", code == 1 and err, (code, err))
        code, _, err = self.tool(BEN, "dump", f"Local\\{BEN}-1-section-7", "-o", "/nowhere/x")
        check("a file that cannot be made is said", code == 1 and err, (code, err))
        self.dump_into_places(f"Local\\{BEN}-1-section-7")

    def dump_into_places(self, name):
        """What a link leads to, what is read slowly, and a tool without standard streams."""
        there, link = os.path.join(self.directory, "there"), os.path.join(self.directory, "link")
        open(there, "wb").close()
        os.chmod(there, 0o666)
        os.symlink(there, link)
        code, _, err = self.tool(0, "dump", f"Global\\{ANN}-0-section-0", "-o", link)
        check("root may not read it", code == 1 and not os.path.getsize(there), (code, err))
        code, _, err = self.tool(BEN, "dump", name, "-o", link)
        check("a dump goes where a link leads, as /dev/stdout does", code == 0 and
              os.path.islink(link) and os.path.getsize(there) == 8 * 4096, (code, err))
        reader, writer = os.pipe()
        slow = subprocess.Popen([self.ntshm, "dump", name, "--all", "--deadline=5"], stdout=writer,
                                stdin=subprocess.DEVNULL, env=self.environment,
                                preexec_fn=become(BEN))
        os.close(writer)
        try:
            slow.wait(6)
        except subprocess.TimeoutExpired:
            pass
        with open(reader, "rb") as stream:
            lines = stream.read().count(b"\n")
        check("who reads it may take his time", slow.wait(DEADLINE) == 0 and lines == 8 * 256 + 1,
              (slow.returncode, lines))
        bare = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", self.ntshm, "dump"]
        code = [subprocess.run(bare + [what, "-o", there], env=self.environment, check=False,
                               preexec_fn=become(BEN)).returncode for what in (name, "Local\\no")]
        with open(there, "rb") as file:
            check("without standard streams nothing else comes into the file", code == [0, 1] and
                  file.read(13) == b"this is Local" and os.path.getsize(there) == 8 * 4096, code)

    def doing(self):
        name = "Local\\scene event"
        code, out, err = self.tool(CAT, "create", "event", name, "--manual", "--", self.ntshm, "signal",
                                   name)
        check("a name lives while its command runs", code == 0, (code, out, err))
        check("and goes with it", self.tool(CAT, "open", name)[0] == 1)
        code, _, err = self.tool(CAT, "create", "section", "Global\\scene", "--size", "64K", "--",
                                 "true")
        check("not everybody may make a section in Global", code == 1 and err, (code, err))
        semaphore = f"Local\\{CAT}-0-semaphore-3"
        check("a wait takes a permit", self.tool(CAT, "wait", semaphore, "-t", "0")[0] == 0)
        check("the next has none, and says so in time",
              self.tool(CAT, "wait", semaphore, "-t", "50")[0] == 3)
        check("a signal gives it back", self.tool(CAT, "signal", semaphore)[0] == 0 and
              self.tool(CAT, "wait", semaphore, "-t", "0")[0] == 0)
        check("a mutex that another has is not got",
              self.tool(CAT, "wait", f"Local\\{CAT}-0-mutex-9", "-t", "50")[0] == 3)
        check("a mutex cannot be signalled",
              self.tool(CAT, "signal", f"Local\\{CAT}-0-mutex-2")[0] == 1)
        check("all at once", self.tool(CAT, "wait", "--all", f"Local\\{CAT}-0-mutex-2",
                                       f"Local\\{CAT}-1-mutex-2", "-t", "0")[0] == 0)
        check("nobody else's name is opened for writing", self.tool(
            CAT, "signal", f"Global\\{ANN}-0-event-1")[0] == 1)
        code, out, err = self.tool(CAT, "run", "--", "sh", "-c",
                                   f"{self.ntshm} ls --json; exit 7")
        check("a private broker has none of these names", code == 7 and json.loads(out or "0") == [],
              (code, out, err))
        killed = [process for process in processes if process.args[1:2] == ["make"]][-1]
        killed.kill()
        killed.communicate()
        code, _, err = self.tool(CAT, "wait", f"Local\\{CAT}-4-mutex-9", "-t", "0")
        check("the names of who was killed are gone", code == 1 and err, (code, err))

    def maps(self):
        told = self.told(0, "map", str(self.viewer.pid)) or {"pieces": []}
        check("the view is in the map of its process", any(
            piece["base"] == self.address for piece in told["pieces"]), told.get("totals"))
        code, out, err = self.tool(CAT, "map", str(self.plain.pid))
        check("a process that knows nothing of us is told by the kernel", code == 0 and
              "kernel alone" in out, (code, out[:300], err))
        code, out, err = self.tool(CAT, "map", str(self.viewer.pid))
        check("another user's process: no", code == 1 and err, (code, err))
        for what in ("99999999", "0", "-1", "x", "1e3", "/dev/null", "/etc/passwd"):
            code, _, err = self.tool(CAT, "map", "--", what)
            check(f"map {what}: a clear error", code in (1, 2) and err.startswith("ntshm"), (code, err))
        busy, _ = self.act(ANN, "regions", "2000")
        told = self.told(ANN, "map", str(busy.pid)) or {"pieces": []}
        check("a process that answers is told by both", told.get("cooperated") is True and
              len([piece for piece in told["pieces"] if piece["from_library"]]) >= 2000,
              told.get("why_not"))
        stop(busy.pid)
        told = self.told(ANN, "map", "--deadline=30", str(busy.pid)) or {}
        check("a process that stands still is told by the kernel", told.get("cooperated") is False
              and told.get("why_not"), told.get("why_not"))
        busy.send_signal(signal.SIGCONT)
        picture = os.path.join(self.directory, "picture.svg")
        os.close(os.open(picture, os.O_CREAT, 0o666))
        os.chmod(picture, 0o666)
        code, _, err = self.tool(ANN, "map", str(busy.pid), "--svg", picture)
        with open(picture, encoding="utf-8") as file:
            check("a picture is drawn", code == 0 and file.read(4000).find("<svg") >= 0, (code, err))

    def machine(self):
        for uid, least in ((CAT, 4 * OBJECTS), (0, 17 * OBJECTS)):
            code, out, err = self.tool(uid, "broker", "status", "--json")
            told = json.loads(out) if code == 0 else {}
            check(f"the broker tells {uid} what it holds", told.get("running") and
                  told["names"] >= least, (code, out, err))
        code, _, err = self.tool(CAT, "broker", "stop")
        check("and is not everybody's to stop", code == 1 and err, (code, err))
        code, out, err = self.tool(CAT, "doctor")
        check("the doctor looks at the machine", code in (0, 1) and "memfd" in out, (code, out, err))
        told = self.told(CAT, "doctor") if code == 0 else {}
        check("in JSON too", told is not None)
        code, out, err = self.tool(CAT, "broker", "log", "--path", "--json")
        check("where the log is, in JSON", code == 0 and list(json.loads(out)) == ["unit"],
              (code, out, err))
        code, _, err = self.tool(CAT, "\x1b[31mls")
        check("a command that is none is not the terminal's", code == 2 and "is not" in err
              and "\x1b" not in err.split("\n")[0], err)
        self.dumb_terminal()

    def dumb_terminal(self):
        master, slave = os.openpty()
        watch = subprocess.Popen([self.ntshm, "ls", "--watch=1"], stdin=slave, stdout=slave,
                                 env=dict(self.environment, TERM="dumb"), preexec_fn=become(CAT))
        os.close(slave)
        seen = b""
        while b"Local\\" not in seen:
            seen += os.read(master, 4096)
        watch.terminate()
        try:
            while True:
                seen += os.read(master, 4096)
        except OSError:  # the terminal has hung up
            pass
        check("a terminal without a screen gets tables", watch.wait(DEADLINE) == 0 and
              b"\x1b" not in seen, (watch.returncode, seen[-300:]))
        os.close(master)

    # --- what is dead ------------------------------------------------------------------------

    def without_broker(self):
        """A broker that stands still, one that is gone, and none at all."""
        commands = [("ls",), ("tree",), ("show", "Local\\x"), ("sd", "Local\\x"),
                    ("access", "Local\\x"), ("holders", "Local\\x"), ("dump", "Local\\x"),
                    ("open", "Local\\x"), ("signal", "Local\\x"), ("wait", "Local\\x"),
                    ("create", "event", "Local\\x", "--", "true"), ("broker", "status"),
                    ("broker", "stop"), ("hold", "Local\\x")]
        stop(self.broker.pid)
        children = subprocess.run(["pgrep", "-P", str(self.broker.pid)], stdout=subprocess.PIPE,
                                  text=True, check=False).stdout.split()
        for child in children:
            stop(int(child))
        for command in commands:
            start = time.monotonic()
            place = 2 if command[0] == "broker" else 1
            arguments = list(command[:place]) + ["--deadline=1"] + list(command[place:])
            code, _, err = self.tool(CAT, *arguments)
            check(f"{' '.join(command[:2])}: a broker that stands still ends it in time",
                  code == 1 and err.startswith("ntshm") and time.monotonic() - start < 30,
                  (code, err))
        for child in children:
            os.kill(int(child), signal.SIGCONT)
        os.kill(self.broker.pid, signal.SIGCONT)
        check("it serves again", self.tool(CAT, "ls")[0] == 0)
        # Stopped first: a worker that hears of its keeper's death would make another one.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in [self.broker.pid] + [int(child) for child in children]:
                os.kill(process, number)
        self.broker.wait()
        end = time.monotonic() + DEADLINE
        while any(is_alive(int(child)) for child in children) and time.monotonic() < end:
            time.sleep(0.01)
        for command in commands:
            code, _, err = self.tool(CAT, *command)
            fine = command[0] in ("ls", "tree", "broker")
            check(f"{' '.join(command[:2])}: a broker that was killed is said",
                  (code == 0 if fine else code == 1) and (code == 0 or err.startswith("ntshm")),
                  (code, err))
        code, out, err = self.tool(CAT, "ls", environment={"NTSHM_BROKER": self.directory + "/none"})
        check("where none ever was there are no names", code == 0 and not out, (code, out, err))


def main():
    parser = argparse.ArgumentParser()
    for option in ("ntshm", "ntshmd", "actor"):
        parser.add_argument("--" + option, required=True)
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("skip  the scene: three users are made by root only")
        results["skipped"] += 1
    else:
        scene = Scene(options)
        try:
            scene.populate()
            for part in (scene.names, scene.one_object, scene.holders, scene.rights, scene.opens,
                         scene.bytes_of_sections, scene.doing, scene.maps, scene.machine,
                         scene.without_broker):
                part()
        finally:
            scene.end()
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**results))
    sys.exit(1 if results["failed"] else 0)


if __name__ == "__main__":
    main()
