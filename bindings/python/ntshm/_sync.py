# SPDX-License-Identifier: MIT
"""Events, mutexes and semaphores that processes share by name, under the interfaces of threading.

Event("x") makes the object or opens the one that has the name, and the attribute `created` tells
which; Event.open("x") only opens, with FileNotFoundError when there is none. The name goes with
the last process that has the object open. Without a name it is the process's own.

Times are seconds; None waits for ever. A wait of the main thread looks up ten times a second, so
that Ctrl-C ends it.
"""
from __future__ import annotations

import contextlib
import ctypes
import threading
import time
import weakref
from typing import Any, Iterator, Optional, Tuple, Type, TypeVar

from . import _library as lib

_INFINITE = 0xFFFFFFFF
_LONGEST = 0x7FFFFFFF  # milliseconds of one call
_SLICE = 100           # milliseconds after which the main thread looks for signals
_ABANDONED, _TIMEOUT, _FAILED = 0x80, 0x102, 0xFFFFFFFF
_SYNCHRONIZE, _QUERY, _MODIFY = 0x100000, 1, 2

_Kind = TypeVar("_Kind", bound="_Waitable")


class _Waitable:
    """An object that one waits for, and the handle to it."""

    _access = _SYNCHRONIZE | _QUERY | _MODIFY
    _open: Any = None

    name: Optional[str]
    created: bool

    def _keep(self, handle: Optional[int], error: int, name: Optional[str]) -> None:
        if not handle:
            raise lib.failure(error, name)
        self.name, self.created = name, error != lib.ERROR_ALREADY_EXISTS
        self._number = handle
        self._handle = weakref.finalize(self, lib.close_quietly, lib.CloseHandle, handle)
        self._handle.atexit = False  # the kernel does it

    @classmethod
    def open(cls: Type[_Kind], name: str) -> _Kind:
        """The object of that name, which somebody has open; FileNotFoundError if nobody has."""
        self = cls.__new__(cls)
        self._keep(cls._open(cls._access, 0, lib.encode(name)), lib.GetLastError(), name)
        self.created = False
        return self

    def close(self) -> None:
        """This process is done with it. It is closed too when nobody refers to it any more."""
        self._handle()

    def _live(self) -> int:
        if not self._handle.alive:
            raise ValueError(f"the {type(self).__name__.lower()} is closed")
        return self._number

    def _wait(self, timeout: Optional[float]) -> int:
        """WAIT_OBJECT_0, WAIT_ABANDONED or WAIT_TIMEOUT"""
        number = self._live()
        longest = _SLICE if threading.current_thread() is threading.main_thread() else _LONGEST
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = longest
            if end is not None:
                left = max(0, min(longest, int((end - time.monotonic()) * 1000 + 0.999)))
            result: int = lib.WaitForSingleObject(number, left)
            if result == _FAILED:
                raise lib.last_failure(self.name)
            if result != _TIMEOUT or (end is not None and time.monotonic() >= end):
                return result

    def __reduce__(self) -> Tuple[Any, ...]:
        if self.name is None:
            raise TypeError(f"{type(self).__name__} without a name stays in its process")
        return type(self).open, (self.name,)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Event(_Waitable):
    """A flag that one process sets and others wait for, as threading.Event.

    manual_reset: True, it stays set until clear(); False, each wait that ends clears it, so one
        set() lets one waiter go.
    initial: whether a new one begins as set.
    As a context manager it is closed at the end.
    """

    _open = lib.OpenEvent

    def __init__(self, name: Optional[str] = None, *, manual_reset: bool = True,
                 initial: bool = False, security: Optional[str] = None):
        with lib.Security(security) as attributes:
            handle = lib.CreateEvent(attributes, manual_reset, initial, lib.encode(name))
            self._keep(handle, lib.GetLastError(), name)

    def set(self) -> None:
        if not lib.SetEvent(self._live()):
            raise lib.last_failure(self.name)

    def clear(self) -> None:
        if not lib.ResetEvent(self._live()):
            raise lib.last_failure(self.name)

    def is_set(self) -> bool:
        """Whether it is set now; asking does not clear one that waits clear."""
        told = lib.EventBasicInformation()
        status = lib.NtQueryEvent(self._live(), 0, ctypes.byref(told), ctypes.sizeof(told), None)
        if status:
            raise lib.failure(lib.RtlNtStatusToDosError(status), self.name)
        return told.state != 0

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Until it is set; False when the time is over."""
        return self._wait(timeout) != _TIMEOUT

    def __enter__(self) -> Event:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Taken(_Waitable):
    """What is taken and given back: the interface of threading's locks."""

    def release(self) -> None:
        raise NotImplementedError

    def acquire(self, blocking: bool = True, timeout: Optional[float] = None) -> bool:
        """Take it; False when it cannot be had at once (blocking=False) or in time."""
        if not blocking and timeout not in (None, -1):
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout == -1:  # as threading.Lock says it
            timeout = None
        elif timeout is not None and timeout < 0:
            raise ValueError("timeout value must be a non-negative number")
        return self._took(self._wait(timeout if blocking else 0))

    def _took(self, result: int) -> bool:
        return result != _TIMEOUT

    @contextlib.contextmanager
    def within(self: _Kind, timeout: float) -> Iterator[_Kind]:
        """with mutex.within(2.5): ... - TimeoutError when it cannot be had in that time."""
        if not self.acquire(timeout=timeout):  # type: ignore[attr-defined]
            raise TimeoutError(f"{self!r} was not to be had in {timeout} s")
        try:
            yield self
        finally:
            self.release()  # type: ignore[attr-defined]

    def __enter__(self: _Kind) -> _Kind:
        self.acquire()  # type: ignore[attr-defined]
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Mutex(_Taken):
    """A lock that one thread of one process has, and may take several times, as threading.RLock.

    abandoned: after acquire(), whether its last owner ended without giving it back, however that
        came about: it is yours now, and what it protects may be half done.
    """

    _access = _SYNCHRONIZE | _QUERY
    _open = lib.OpenMutex
    abandoned = False

    def __init__(self, name: Optional[str] = None, *, security: Optional[str] = None):
        with lib.Security(security) as attributes:
            handle = lib.CreateMutex(attributes, False, lib.encode(name))
            self._keep(handle, lib.GetLastError(), name)

    def _took(self, result: int) -> bool:
        if result == _TIMEOUT:
            return False
        self.abandoned = result == _ABANDONED
        return True

    def release(self) -> None:
        if lib.ReleaseMutex(self._live()):
            return
        if lib.GetLastError() == lib.ERROR_NOT_OWNER:
            raise RuntimeError("this thread does not have the mutex")
        raise lib.last_failure(self.name)


class Semaphore(_Taken):
    """A count that acquire() lowers, waiting while it is 0, as threading.BoundedSemaphore.

    value: what a new one begins with.
    maximum: what release() may raise it to; default: value, or 1 when that is 0.
    The count of one who is killed does not come back; use a Mutex where it must.
    """

    _open = lib.OpenSemaphore

    def __init__(self, name: Optional[str] = None, value: int = 1, *,
                 maximum: Optional[int] = None, security: Optional[str] = None):
        if maximum is None:
            maximum = max(value, 1)
        if not 0 <= value <= maximum <= 0x7FFFFFFF or maximum == 0:
            raise ValueError("a semaphore needs 0 <= value <= maximum and 0 < maximum < 2**31")
        with lib.Security(security) as attributes:
            handle = lib.CreateSemaphore(attributes, value, maximum, lib.encode(name))
            self._keep(handle, lib.GetLastError(), name)

    def release(self, n: int = 1) -> None:
        """Raise the count by n; ValueError, and nothing is done, when it would pass its maximum."""
        if not 0 < n <= 0x7FFFFFFF:
            raise ValueError("n must be one or more")
        if lib.ReleaseSemaphore(self._live(), n, None):
            return
        if lib.GetLastError() == lib.ERROR_TOO_MANY_POSTS:
            raise ValueError("Semaphore released too many times")
        raise lib.last_failure(self.name)
