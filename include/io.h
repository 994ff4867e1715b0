/* SPDX-License-Identifier: MIT */
/*
 * io.h - between descriptors, as open() and fileno() give them, and handles.
 *
 * Here descriptors are the kernel's: what one does to a descriptor with close() or dup2() the
 * library does not see.
 */
#ifndef NTSHM_IO_H
#define NTSHM_IO_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * _get_osfhandle - a handle over a descriptor, with the rights that the descriptor has. The
 *   descriptor stays the program's, the handle belongs to the descriptor: it is good while that is
 *   open, is the same one each time, and must not be closed. CloseHandle on it leaves the
 *   descriptor open.
 * Return: a HANDLE; -1 (INVALID_HANDLE_VALUE) with errno EBADF, or ENOMEM.
 */
intptr_t _get_osfhandle(int fd);

/*
 * _open_osfhandle - a descriptor over a file handle, which passes over to the program: close() it,
 *   and do not use CloseHandle. Until then the handle can still be used; both share one position.
 * @osfhandle: a handle that CreateFile gave; not one for rights without data
 * @flags: not looked at; the descriptor is close-on-exec
 *   A file that was opened with FILE_FLAG_DELETE_ON_CLOSE loses its name at once, since nobody sees
 *   the close().
 * Return: the descriptor; -1 with errno EBADF.
 */
int _open_osfhandle(intptr_t osfhandle, int flags);

/* Modes of _setmode(). */
#ifndef _O_TEXT
#    define _O_TEXT   0x4000
#    define _O_BINARY 0x8000
#endif

/*
 * _setmode - how line ends are translated: they never are here.
 * @mode: _O_TEXT or _O_BINARY
 * Return: _O_BINARY, what it was and stays; -1 with errno EBADF, EINVAL.
 */
static __inline__ int _setmode(int fd, int mode)
{
    if (mode != _O_TEXT && mode != _O_BINARY) {
        errno = EINVAL;
        return -1;
    }
    return fcntl(fd, F_GETFD) < 0 ? -1 : _O_BINARY;
}

#ifdef __cplusplus
}
#endif
#endif
