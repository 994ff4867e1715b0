# SPDX-License-Identifier: MIT
"""Events, mutexes and semaphores, alone and between processes."""
import pickle
import signal
import subprocess
import unittest

import ntshm

from kit import DEADLINE, Child, name


class Waiting(unittest.TestCase):
    def test_an_event_goes_from_one_process_to_another(self):
        event = ntshm.Event(name("go"))
        self.assertTrue(event.created)
        child = Child("e = ntshm.Event(sys.argv[1]); say(e.created); say(e.wait(60))", event.name)
        self.assertEqual(child.line(), "False")
        event.set()
        self.assertEqual(child.end(), "True")
        self.assertTrue(event.is_set())
        event.clear()
        self.assertFalse(event.wait(0.01))

    def test_an_auto_reset_event_lets_one_go(self):
        event = ntshm.Event(manual_reset=False, initial=True)
        self.assertEqual((event.is_set(), event.is_set()), (True, True))
        self.assertEqual((event.wait(0), event.wait(0)), (True, False))

    def test_an_object_is_opened_only_when_it_is_there(self):
        for kind in (ntshm.Event, ntshm.Mutex, ntshm.Semaphore):
            self.assertRaises(FileNotFoundError, kind.open, name("nobody"))
            made = kind(name("somebody"))
            opened = kind.open(made.name)
            self.assertEqual((made.created, opened.created), (True, False))
            self.assertEqual(pickle.loads(pickle.dumps(made)).name, made.name)
            self.assertRaises(TypeError, pickle.dumps, kind())
            made.close()
            made.close()
            self.assertRaises(ValueError, made._wait, 0)
            opened.close()
            self.assertRaises(FileNotFoundError, kind.open, name("somebody"))

    def test_a_mutex_keeps_processes_apart(self):
        shm = ntshm.SharedMemory(create=True, size=8)
        code = """
mutex, shm = ntshm.Mutex(sys.argv[1]), ntshm.SharedMemory(sys.argv[2])
for i in range(500):
    with mutex:
        number = int.from_bytes(shm.buf[:8], "little")
        shm.buf[:8] = (number + 1).to_bytes(8, "little")
"""
        mutex = ntshm.Mutex(name("apart"))
        children = [Child(code, mutex.name, shm.name) for _ in range(3)]
        for child in children:
            child.end()
            self.assertEqual(child.process.returncode, 0)
        self.assertEqual(int.from_bytes(shm.buf[:8], "little"), 1500)

    def test_who_comes_after_a_killed_owner_is_told(self):
        mutex = ntshm.Mutex(name("left"))
        child = Child("m = ntshm.Mutex(sys.argv[1]); m.acquire(); say('mine'); "
                      "sys.stdin.readline()", mutex.name)
        self.assertEqual(child.line(), "mine")
        self.assertFalse(mutex.acquire(False))
        self.assertFalse(mutex.acquire(timeout=0.01))
        with self.assertRaises(TimeoutError):
            with mutex.within(0.01):
                self.fail("it has an owner")
        child.kill()
        with mutex.within(DEADLINE):
            self.assertTrue(mutex.abandoned)
        with mutex:
            self.assertFalse(mutex.abandoned)

    def test_a_mutex_belongs_to_its_thread(self):
        mutex = ntshm.Mutex()
        with mutex, mutex:
            pass
        self.assertRaises(RuntimeError, mutex.release)
        self.assertRaises(ValueError, mutex.acquire, True, -2)
        self.assertRaises(ValueError, mutex.acquire, False, 1)
        self.assertTrue(mutex.acquire(timeout=-1))
        mutex.release()

    def test_a_semaphore_counts(self):
        count = ntshm.Semaphore(name("count"), 2, maximum=3)
        other = ntshm.Semaphore(count.name, 1)
        self.assertTrue(other.acquire(False) and count.acquire(False))
        self.assertFalse(other.acquire(False))
        other.release(3)
        self.assertRaises(ValueError, count.release)
        with count:
            count.release()
            self.assertTrue(count.acquire(timeout=0))
        for arguments in [(-1,), (2, 1), (0, 0), (1 << 31, 1 << 31)]:
            with self.assertRaises(ValueError):
                ntshm.Semaphore(None, arguments[0],
                                maximum=arguments[1] if arguments[1:] else None)

    def test_control_c_ends_a_wait(self):
        # Who is started in the background of a shell has it ignored, and so have his children.
        child = Child("import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
                      "e = ntshm.Event(); say('waits'); e.wait()", stderr=subprocess.PIPE)
        self.assertEqual(child.line(), "waits")
        child.process.send_signal(signal.SIGINT)
        _, told = child.process.communicate(timeout=DEADLINE)
        self.assertIn("KeyboardInterrupt", told)
