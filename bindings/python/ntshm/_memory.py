# SPDX-License-Identifier: MIT
"""Shared memory with a name, under the interface of multiprocessing.shared_memory.

What differs is who keeps the name. There it is a file in /dev/shm that stays until somebody calls
unlink(), and a tracker process that guesses when; here it is the system's: the name lives exactly
as long as a process has the memory open, however that process ends. So

- nothing is left behind by kill -9, and nothing is taken away from those who still use it;
- close() of the last one frees name and memory, and unlink() has nothing to do: it is there so
  that programs that call it run;
- memory that is to outlive its maker must be open in another process before the maker closes it.
"""
from __future__ import annotations

import ctypes
import multiprocessing.shared_memory as _standard
import os
import secrets
import types
import weakref
from typing import Any, Optional, Tuple

from . import _library as lib

_PAGE_READWRITE = 4
_SECTION_QUERY, _MAP_WRITE, _MAP_READ = 1, 2, 4
_SEC_IMAGE, _SEC_RESERVE = 0x1000000, 0x4000000


def _make(name: Optional[str], size: int, security: Optional[str]) -> Tuple[int, str]:
    """The handle of new memory and its name; a name is made up when there is none."""
    with lib.Security(security) as attributes:
        while True:
            wanted = name if name is not None else "psm_" + secrets.token_hex(8)
            handle = lib.CreateFileMapping(
                ctypes.c_void_p(-1), attributes, _PAGE_READWRITE, size >> 32, size & 0xFFFFFFFF,
                lib.encode(wanted))
            error = lib.GetLastError()
            if handle and error != lib.ERROR_ALREADY_EXISTS:
                return handle, wanted
            if handle:
                lib.CloseHandle(handle)
            if error == lib.ERROR_INVALID_HANDLE:  # an event or the like has that name
                error = lib.ERROR_ALREADY_EXISTS
            if name is not None or error != lib.ERROR_ALREADY_EXISTS:
                raise lib.failure(error, wanted)


def _attach(kind: type, name: str, size: int, readonly: bool) -> SharedMemory:
    return kind(name, False, size, readonly=readonly)


class SharedMemory:
    """Memory that several processes share by its name.

    name: with create=False whose memory to open; with create=True the new name, or None for one
        that nobody else has. "Local\\\\x", which is the same as "x", is known to the programs of
        this user's session; "Global\\\\x" to all on a machine whose broker serves all users.
    create: make it; FileExistsError when the name is taken. Else FileNotFoundError when it is not.
    size: bytes, when it is made. Memory comes in pages, so the attribute may be more.
    readonly: open it for reading only; buf cannot be written then. Another user, whom the security
        descriptor lets only read, must open it so, and the kernel holds him to it.
    security: when it is made, who may do what, as SDDL: "D:P(A;;GA;;;OW)(A;;GR;;;WD)" lets
        everyone read. Default: the maker's user only.
    """

    def __init__(self, name: Optional[str] = None, create: bool = False, size: int = 0, *,
                 readonly: bool = False, security: Optional[str] = None):
        if size < 0 or size >= 1 << 63 or (create and size == 0):
            raise ValueError("'size' must be a positive number different from zero")
        if create and readonly:
            raise ValueError("memory that nobody wrote is not worth reading")
        if not create and security is not None:
            raise ValueError("only new memory gets a security descriptor")
        access = _SECTION_QUERY | _MAP_READ | (0 if readonly else _MAP_WRITE)
        if create:
            handle, name = _make(name, size, security)
        elif name is None:
            raise ValueError("'name' can only be None if create=True")
        else:
            handle = lib.OpenFileMapping(access, 0, lib.encode(name))
            if not handle:
                raise lib.last_failure(name)
        self._name, self._readonly = name, readonly
        self._handle = weakref.finalize(self, lib.close_quietly, lib.CloseHandle, handle)
        self._handle.atexit = False  # the kernel does it
        self._number = handle
        self._map(access)

    def _map(self, access: int) -> None:
        """The view, as an object that unmaps it when nobody refers to it any more.

        Every memoryview, slice and numpy array of it does, so none of them can ever stand over
        memory that is gone.
        """
        told = lib.SectionBasicInformation()
        status = lib.NtQuerySection(self._number, 0, ctypes.byref(told), ctypes.sizeof(told), None)
        address = None
        if status == 0 and told.attributes & (_SEC_IMAGE | _SEC_RESERVE):
            error = lib.ERROR_NOT_SUPPORTED  # a load from a page that is only reserved is fatal
        elif status == 0:
            address = lib.MapViewOfFile(self._number, access & ~_SECTION_QUERY, 0, 0, told.size)
            error = lib.GetLastError()
        else:
            error = lib.RtlNtStatusToDosError(status)
        if not address:
            self._handle()
            raise lib.failure(error, self._name)
        self._size: int = told.size
        self._view: Any = (ctypes.c_char * told.size).from_address(address)
        weakref.finalize(self._view, lib.close_quietly, lib.UnmapViewOfFile, address).atexit = False
        self._buf: Optional[memoryview] = self._look()

    def _look(self) -> memoryview:
        look = memoryview(self._view).cast("B")
        return look.toreadonly() if self._readonly else look

    @property
    def name(self) -> str:
        """By what others open it."""
        return self._name

    @property
    def size(self) -> int:
        """Bytes, a multiple of the page size."""
        return self._size

    @property
    def buf(self) -> Optional[memoryview]:
        """The memory; None when it is closed."""
        return self._buf

    def fileno(self, writable: bool = False) -> int:
        """A new descriptor of the memory, for programs that know nothing of names; yours to close.

        It keeps the memory, not the name. One that is not writable can never be made so.
        """
        if not self._handle.alive:
            raise ValueError("the memory is closed")
        fd: int = lib.ntshm_handle_to_fd(self._number, _MAP_WRITE if writable else _MAP_READ)
        if fd < 0:
            raise lib.last_failure(self._name)
        return fd

    def close(self) -> None:
        """This process is done with it. The name and the memory go with the last who has it open.

        BufferError, and nothing is closed, while something still refers to buf: a slice, or a
        numpy array over it.
        """
        if self._buf is not None:
            self._buf.release()
            view = weakref.ref(self._view)
            self._view = None
            if view() is not None:
                self._view = view()
                self._buf = self._look()
                raise BufferError("cannot close exported pointers exist")
            self._buf = None
        self._handle()

    def unlink(self) -> None:
        """Nothing: the name goes by itself, with the last who has the memory open."""

    def __enter__(self) -> SharedMemory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> Tuple[Any, ...]:
        """It travels to another process by its name: keep it open until that one has it."""
        return _attach, (self.__class__, self._name, self._size, self._readonly)

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({self._name!r}, size={self._size})"


class ShareableList(_standard.ShareableList):  # type: ignore[type-arg]
    """multiprocessing.shared_memory.ShareableList over a SharedMemory of this module.

    It is Python's own code with this module's SharedMemory in it: the same layout and interface.
    """

    __init__ = types.FunctionType(
        _standard.ShareableList.__init__.__code__,
        {**vars(_standard), "SharedMemory": SharedMemory},
        "__init__", _standard.ShareableList.__init__.__defaults__)
    __init__.__kwdefaults__ = _standard.ShareableList.__init__.__kwdefaults__
