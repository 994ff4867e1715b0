// SPDX-License-Identifier: MIT
/*
 * Files by their names: making and removing directories, taking names away, permission bits,
 * and the current directory. See file.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/fault.h"
#include "os/file.h"
#include "util/macro.h"

int nt_os_file_unlink(const char *path)
{
    NT_OS_FAULT(NT_OS_UNLINK);
    return unlinkat(AT_FDCWD, path, 0) < 0 ? -errno : 0;
}

int nt_os_directory_make(const char *path)
{
    NT_OS_FAULT(NT_OS_MKDIR);
    return mkdirat(AT_FDCWD, path, 0777) < 0 ? -errno : 0;
}

int nt_os_directory_remove(const char *path)
{
    NT_OS_FAULT(NT_OS_UNLINK);
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int nt_os_file_chmod(const char *path, mode_t mode)
{
    NT_OS_FAULT(NT_OS_CHMOD);
    return fchmodat(AT_FDCWD, path, mode, 0) < 0 ? -errno : 0;
}

int nt_os_directory_current(char **ret_path)
{
    char *path;

    NT_OS_FAULT(NT_OS_CWD);
    path = getcwd(NULL, 0);
    if (!path)
        return -errno;
    if (path[0] != '/') {
        /* "(unreachable)...": outside the process's root. */
        free(path);
        return -ENOENT;
    }
    *ret_path = path;
    return 0;
}

int nt_os_directory_change(const char *path)
{
    NT_OS_FAULT(NT_OS_CWD);
    return chdir(path) < 0 ? -errno : 0;
}
