# SPDX-License-Identifier: MIT
"""libntshm through ctypes: its functions, and its errors as exceptions.

Text goes over as UTF-8, to the functions whose names end in A. A failure becomes the OSError that
a Python program expects (FileNotFoundError, FileExistsError, PermissionError, ...), whose
attribute `winerror` has the number that the documentation of Windows names.

ctypes gives up the interpreter's lock around each call, so a thread that waits stops no other.
"""
from __future__ import annotations

import ctypes
import errno
from ctypes import POINTER, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any, Optional

BOOL, DWORD, LONG, HANDLE = c_int, c_uint32, c_int32, c_void_p

try:
    _library = ctypes.CDLL("libntshm.so.0")
except OSError as error:
    raise ImportError(f"ntshm is not installed, or not where the loader looks: {error}") from None


class SecurityAttributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES"""
    _fields_ = [("length", DWORD), ("descriptor", c_void_p), ("inherit", BOOL)]


class SectionBasicInformation(ctypes.Structure):
    """SECTION_BASIC_INFORMATION"""
    _fields_ = [("base", c_void_p), ("attributes", c_uint32), ("size", c_int64)]


class EventBasicInformation(ctypes.Structure):
    """EVENT_BASIC_INFORMATION"""
    _fields_ = [("type", c_int), ("state", LONG)]


def _declare(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_library, name)
    function.restype, function.argtypes = result, arguments
    return function


_security = POINTER(SecurityAttributes)
CreateFileMapping = _declare("CreateFileMappingA", HANDLE, HANDLE, _security, DWORD, DWORD, DWORD,
                             c_char_p)
OpenFileMapping = _declare("OpenFileMappingA", HANDLE, DWORD, BOOL, c_char_p)
MapViewOfFile = _declare("MapViewOfFile", c_void_p, HANDLE, DWORD, DWORD, DWORD, c_size_t)
UnmapViewOfFile = _declare("UnmapViewOfFile", BOOL, c_void_p)
NtQuerySection = _declare("NtQuerySection", LONG, HANDLE, c_int, c_void_p, c_size_t, c_void_p)
CloseHandle = _declare("CloseHandle", BOOL, HANDLE)
CreateEvent = _declare("CreateEventA", HANDLE, _security, BOOL, BOOL, c_char_p)
OpenEvent = _declare("OpenEventA", HANDLE, DWORD, BOOL, c_char_p)
SetEvent = _declare("SetEvent", BOOL, HANDLE)
ResetEvent = _declare("ResetEvent", BOOL, HANDLE)
NtQueryEvent = _declare("NtQueryEvent", LONG, HANDLE, c_int, c_void_p, c_uint32, c_void_p)
CreateMutex = _declare("CreateMutexA", HANDLE, _security, BOOL, c_char_p)
OpenMutex = _declare("OpenMutexA", HANDLE, DWORD, BOOL, c_char_p)
ReleaseMutex = _declare("ReleaseMutex", BOOL, HANDLE)
CreateSemaphore = _declare("CreateSemaphoreA", HANDLE, _security, LONG, LONG, c_char_p)
OpenSemaphore = _declare("OpenSemaphoreA", HANDLE, DWORD, BOOL, c_char_p)
ReleaseSemaphore = _declare("ReleaseSemaphore", BOOL, HANDLE, LONG, c_void_p)
WaitForSingleObject = _declare("WaitForSingleObject", DWORD, HANDLE, DWORD)
GetLastError = _declare("GetLastError", DWORD)
SetLastError = _declare("SetLastError", None, DWORD)
RtlNtStatusToDosError = _declare("RtlNtStatusToDosError", c_uint32, LONG)
LocalFree = _declare("LocalFree", c_void_p, c_void_p)
ntshm_handle_to_fd = _declare("ntshm_handle_to_fd", c_int, HANDLE, DWORD)
_parse_sddl = _declare("ConvertStringSecurityDescriptorToSecurityDescriptorA", BOOL, c_char_p,
                       DWORD, POINTER(c_void_p), c_void_p)
_format = _declare("FormatMessageA", DWORD, DWORD, c_void_p, DWORD, DWORD, c_char_p, DWORD,
                   c_void_p)

ERROR_INVALID_HANDLE = 6
ERROR_NOT_SUPPORTED = 50
ERROR_ALREADY_EXISTS = 183
ERROR_NOT_OWNER = 288
ERROR_TOO_MANY_POSTS = 298

_ERRNO = {
    2: errno.ENOENT, 3: errno.ENOENT, 4: errno.EMFILE, 5: errno.EACCES, 6: errno.EINVAL,
    8: errno.ENOMEM, 14: errno.ENOMEM, 50: errno.ENOTSUP, 87: errno.EINVAL, 112: errno.ENOSPC,
    123: errno.EINVAL, 161: errno.EINVAL, 183: errno.EEXIST, 206: errno.ENAMETOOLONG,
    1450: errno.ENOMEM, 1455: errno.ENOMEM, 1816: errno.EDQUOT,
}


def failure(code: int, name: Optional[str] = None) -> OSError:
    """The exception of a Windows error; `name` is what it is about."""
    text = ctypes.create_string_buffer(512)
    length = _format(0x1200, None, code, 0, text, len(text), None)  # from the system, no inserts
    words = text.raw[:length].decode("utf-8", "replace").strip() or "unknown error"
    error = OSError(_ERRNO.get(code, errno.EIO), f"{words} (Windows error {code})", name)
    error.winerror = code  # type: ignore[attr-defined]
    return error


def last_failure(name: Optional[str] = None) -> OSError:
    return failure(GetLastError(), name)


def encode(name: Optional[str]) -> Optional[bytes]:
    """A name as the library takes it."""
    if name is None:
        return None
    if not name or "\0" in name:
        raise ValueError("a name is not empty and has no null character")
    return name.encode()


def close_quietly(function: Any, value: int) -> None:
    """For finalizers, which may run between a call and the question for its last error."""
    error = GetLastError()
    function(value)
    SetLastError(error)


class Security:
    """The SECURITY_ATTRIBUTES of an SDDL text for the length of a with statement; None of None."""

    def __init__(self, sddl: Optional[str]):
        self._sddl, self._descriptor = sddl, c_void_p()

    def __enter__(self) -> Optional[SecurityAttributes]:
        if self._sddl is None:
            return None
        if "\0" in self._sddl:
            raise ValueError("SDDL has no null character")
        if not _parse_sddl(self._sddl.encode(), 1, ctypes.byref(self._descriptor), None):
            raise ValueError(f"not SDDL: {self._sddl!r} (Windows error {GetLastError()})")
        return SecurityAttributes(ctypes.sizeof(SecurityAttributes), self._descriptor, 0)

    def __exit__(self, *_: object) -> None:
        close_quietly(LocalFree, self._descriptor.value or 0)
