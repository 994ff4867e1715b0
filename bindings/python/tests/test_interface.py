# SPDX-License-Identifier: MIT
"""Programs written for multiprocessing.shared_memory run, and what is more than there works."""
import ctypes
import inspect
import mmap
import os
import pickle
import unittest
from multiprocessing import shared_memory as standard

import ntshm
from ntshm import _library as lib

from kit import name, there


class TheInterface(unittest.TestCase):
    """Programs written for multiprocessing.shared_memory run."""

    def test_it_has_what_the_standard_class_has(self):
        wanted = {x for x in dir(standard.SharedMemory) if not x.startswith("_")}
        self.assertLessEqual(wanted, set(dir(ntshm.SharedMemory)))
        parameters = [list(inspect.signature(x).parameters)[:3]
                      for x in (standard.SharedMemory, ntshm.SharedMemory)]
        self.assertEqual(*parameters)

    def test_mistakes_get_the_same_exceptions(self):
        for arguments in [(None,), ("missing-name",), (None, True), (None, True, 0),
                          (None, True, -1), (None, False, -1)]:
            told = []
            for kind in (standard.SharedMemory, ntshm.SharedMemory):
                with self.assertRaises(Exception) as caught:
                    kind(*arguments)
                told.append(type(caught.exception))
            self.assertEqual(*told, arguments)
        for kind in (standard.SharedMemory, ntshm.SharedMemory):
            first = kind(create=True, size=10)
            with self.assertRaises(FileExistsError):
                kind(first.name, True, 10)
            first.close()
            first.unlink()

    def test_memory_begins_as_zeros_and_is_at_least_as_large(self):
        shm = ntshm.SharedMemory(create=True, size=5000)
        self.assertGreaterEqual(shm.size, 5000)
        self.assertEqual(bytes(shm.buf), bytes(shm.size))
        other = ntshm.SharedMemory(shm.name)
        self.assertEqual(other.size, shm.size)
        other.buf[4999] = 7
        self.assertEqual(shm.buf[4999], 7)

    def test_close_twice_is_once_and_buf_is_none_then(self):
        shm = ntshm.SharedMemory(create=True, size=1)
        shm.close()
        shm.close()
        shm.unlink()
        self.assertIsNone(shm.buf)
        self.assertFalse(there(shm.name))
        self.assertRaises(ValueError, shm.fileno)

    def test_close_is_refused_while_a_slice_is_left(self):
        for kind in (standard.SharedMemory, ntshm.SharedMemory):
            shm = kind(create=True, size=100)
            part = shm.buf[10:20]
            self.assertRaises(BufferError, shm.close)
            part[0] = 1
            part.release()
            shm.close()
            shm.unlink()

    def test_a_close_that_fails_changes_nothing(self):
        shm = ntshm.SharedMemory(create=True, size=100)
        part = shm.buf[10:20]
        self.assertRaises(BufferError, shm.close)
        shm.buf[10] = 5
        self.assertEqual((part[0], there(shm.name)), (5, True))

    def test_what_is_left_of_buf_stays_valid_without_the_object(self):
        shm = ntshm.SharedMemory(create=True, size=100)
        part = memoryview(shm.buf)[10:20]
        part[0] = 3
        shm_name = shm.name
        del shm
        self.assertFalse(there(shm_name))
        self.assertEqual(part[0], 3)

    def test_a_read_only_one_cannot_be_written(self):
        shm = ntshm.SharedMemory(create=True, size=100)
        reader = ntshm.SharedMemory(shm.name, readonly=True)
        with self.assertRaises(TypeError):
            reader.buf[0] = 1
        shm.buf[0] = 9
        self.assertEqual(reader.buf[0], 9)

    def test_it_travels_by_its_name(self):
        shm = ntshm.SharedMemory(create=True, size=100)
        shm.buf[:2] = b"ok"
        self.assertEqual(bytes(pickle.loads(pickle.dumps(shm)).buf[:2]), b"ok")
        reader = pickle.loads(pickle.dumps(ntshm.SharedMemory(shm.name, readonly=True)))
        self.assertTrue(reader.buf.readonly)

    def test_names_are_unicode(self):
        shm = ntshm.SharedMemory(name("größe-✓-🐍"), create=True, size=1)
        self.assertTrue(there(shm.name))
        self.assertTrue(there("Local\\" + shm.name))
        self.assertRaises(ValueError, ntshm.SharedMemory, "", True, 1)
        self.assertRaises(ValueError, ntshm.SharedMemory, "nul\0", True, 1)
        self.assertRaises(ValueError, ntshm.SharedMemory, "\ud800", True, 1)

    def test_errors_tell_the_number_of_windows(self):
        with self.assertRaises(FileNotFoundError) as caught:
            ntshm.SharedMemory("missing-name")
        self.assertEqual((caught.exception.winerror, caught.exception.filename),
                         (2, "missing-name"))

    def test_a_name_of_another_kind_is_taken(self):
        event = ntshm.Event(name("an-event"))
        self.assertRaises(FileExistsError, ntshm.SharedMemory, event.name, True, 1)
        self.assertRaises(OSError, ntshm.SharedMemory, event.name)

    def test_pages_that_are_only_reserved_are_refused(self):
        handle = lib.CreateFileMapping(ctypes.c_void_p(-1), None, 4 | 0x4000000, 0, 65536,
                                       name("reserved").encode())
        with self.assertRaises(OSError) as caught:
            ntshm.SharedMemory(name("reserved"))
        self.assertEqual(caught.exception.winerror, 50)
        lib.CloseHandle(handle)

    def test_a_descriptor_decides_what_others_may(self):
        self.assertRaises(ValueError, ntshm.SharedMemory, None, True, 1, security="nonsense")
        self.assertRaises(ValueError, ntshm.SharedMemory, "x", security="D:")
        shm = ntshm.SharedMemory(create=True, size=1, security="D:P(A;;GR;;;WD)")
        self.assertTrue(ntshm.SharedMemory(shm.name, readonly=True).buf.readonly)
        self.assertRaises(PermissionError, ntshm.SharedMemory, shm.name)

    def test_a_descriptor_for_those_who_know_no_names(self):
        shm = ntshm.SharedMemory(create=True, size=4096)
        shm.buf[:5] = b"hello"
        fd = shm.fileno()
        self.assertFalse(os.get_inheritable(fd))
        with mmap.mmap(fd, 4096, prot=mmap.PROT_READ) as plain:
            self.assertEqual(plain[:5], b"hello")
        self.assertRaises(PermissionError, mmap.mmap, fd, 4096)
        os.close(fd)
        fd = shm.fileno(writable=True)
        with mmap.mmap(fd, 4096) as plain:
            plain[:5] = b"there"
        os.close(fd)
        self.assertEqual(bytes(shm.buf[:5]), b"there")

    def test_nothing_is_left_of_many(self):
        def held():
            with open("/proc/self/maps", encoding="utf-8") as maps:
                return len(os.listdir("/proc/self/fd")), len(maps.readlines())
        for number in range(60):
            shm = ntshm.SharedMemory(create=True, size=4096)
            with ntshm.SharedMemory(shm.name) as other:
                other.buf[0] = 1
            shm.close()
            if number == 10:
                before = held()
        self.assertLessEqual(held()[0], before[0])
        self.assertLess(held()[1], before[1] + 10)
