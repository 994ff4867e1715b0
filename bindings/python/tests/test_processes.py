# SPDX-License-Identifier: MIT
"""What is shared between processes, and what is left of it when they end."""
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import unittest

import ntshm

from kit import DEADLINE, Child, name, numpy, there, until


def work(shm, done):
    shm.buf[:4] = b"done"
    done.set()


class Processes(unittest.TestCase):
    """What happens to a name when processes end."""

    MAKE = """
if sys.argv[1] == "ntshm":
    shm = ntshm.SharedMemory(create=True, size=4096)
else:
    from multiprocessing.shared_memory import SharedMemory
    shm = SharedMemory(create=True, size=4096)
say(shm.name)
sys.stdin.readline()
"""
    ATTACH = """
if sys.argv[1] == "ntshm":
    from ntshm import SharedMemory
else:
    from multiprocessing.shared_memory import SharedMemory
shm = SharedMemory(sys.argv[2])
shm.buf[0] = 1
shm.close()
"""

    def test_a_killed_maker_leaves_nothing_and_the_standard_one_does(self):
        """As a container, a job of systemd or the OOM killer of a cgroup ends programs: all of
        them at once, so that no tracker can clean up."""
        for kind, leaves in (("standard", True), ("ntshm", False)):
            child = Child(self.MAKE, kind, start_new_session=True)
            made = child.line()
            path = os.path.join("/dev/shm", made)
            self.assertEqual(os.path.exists(path), leaves)
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.communicate(timeout=DEADLINE)
            if leaves:
                self.assertTrue(os.path.exists(path), "the tracker cleaned up after all")
                os.unlink(path)
            else:
                self.assertTrue(until(lambda: not there(made)))

    def test_who_attached_takes_nothing_away_and_the_standard_one_does(self):
        """The standard tracker of the second program unlinks what the first one still needs."""
        for kind in ("standard", "ntshm"):
            maker = Child(self.MAKE, kind, stderr=subprocess.DEVNULL)
            made = maker.line()
            other = Child(self.ATTACH, kind, made, stderr=subprocess.DEVNULL)
            other.end()
            if kind == "ntshm":
                self.assertTrue(there(made))
            elif sys.version_info < (3, 13):
                self.assertTrue(until(lambda: not os.path.exists("/dev/shm/" + made)))
            maker.kill()

    def test_the_name_lives_as_long_as_anybody_has_it(self):
        first = Child(self.MAKE, "ntshm")
        made = first.line()
        mine = ntshm.SharedMemory(made)
        first.kill()
        self.assertTrue(there(made))
        mine.buf[0] = 42
        second = Child("say(ntshm.SharedMemory(sys.argv[1]).buf[0])", made)
        self.assertEqual(second.end(), "42")
        mine.close()
        self.assertFalse(there(made))

    def test_multiprocessing_passes_it_on(self):
        for method in ("fork", "spawn"):
            context = multiprocessing.get_context(method)
            shm = ntshm.SharedMemory(create=True, size=100)
            done = ntshm.Event(name("done-" + method))
            worker = context.Process(target=work, args=(shm, done))
            worker.start()
            self.assertTrue(done.wait(DEADLINE), method)
            worker.join(DEADLINE)
            self.assertEqual((worker.exitcode, bytes(shm.buf[:4])), (0, b"done"))

    def test_a_forked_child_has_its_own_handles(self):
        shm, left = ntshm.SharedMemory(create=True, size=100), ntshm.Event(name("left"))
        child = os.fork()
        if child == 0:
            shm.buf[0] = 1
            shm.close()
            left.close()
            os._exit(0)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual((shm.buf[0], there(shm.name)), (1, True))
        self.assertFalse(ntshm.Event.open(left.name).is_set())
        stay = Child("import os\ns = ntshm.SharedMemory(create=True, size=1); say(s.name)\n"
                     "if os.fork() == 0:\n    sys.stdin.readline()\n")
        made = stay.line()
        stay.process.wait(DEADLINE)
        self.assertTrue(there(made), "the child of one that has ended keeps the name")
        stay.end("\n")
        self.assertTrue(until(lambda: not there(made)))

    def test_nothing_is_said_at_the_end(self):
        child = Child("s = ntshm.ShareableList([1]); part = s.shm.buf[:1]\n"
                      "m = ntshm.Mutex(); m.acquire(); e = [ntshm.Event()]; e.append(e)",
                      stderr=subprocess.PIPE)
        _, told = child.process.communicate("", timeout=DEADLINE)
        self.assertEqual((told, child.process.returncode), ("", 0))

    def test_a_list_is_shared(self):
        mine = ntshm.ShareableList([1, "two", 3.0, None, b"five", True])
        child = Child("x = ntshm.ShareableList(name=sys.argv[1]); x[1] = 'too'; say(list(x))",
                      mine.shm.name)
        self.assertEqual(child.end(), "[1, 'too', 3.0, None, b'five', True]")
        self.assertEqual(mine[1], "too")
        self.assertIsInstance(mine.shm, ntshm.SharedMemory)
        self.assertEqual(list(pickle.loads(pickle.dumps(mine))), list(mine))

    @unittest.skipIf(numpy is None, "numpy is not installed")
    def test_an_array_of_numpy_is_shared(self):
        shm = ntshm.SharedMemory(create=True, size=8 * 1000)
        mine = numpy.ndarray((10, 100), numpy.float64, shm.buf)
        mine[:] = numpy.arange(1000).reshape(10, 100)
        child = Child("""
import numpy
shm = ntshm.SharedMemory(sys.argv[1])
array = numpy.ndarray((10, 100), numpy.float64, shm.buf)
array *= 2
say(int(array.sum()))
""", shm.name)
        self.assertEqual(child.end(), "999000")
        self.assertEqual(float(mine[9, 99]), 1998.0)
        self.assertRaises(BufferError, shm.close)
        view = mine[3:]
        del mine
        self.assertRaises(BufferError, shm.close)
        del view
        shm.close()
