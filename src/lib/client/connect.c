// SPDX-License-Identifier: MIT
/*
 * Starts of a broker are serialised by a lock in its directory: whoever has it tries once more
 * to connect, and only then starts one and waits until it is ready. The broker's program is
 * the one that NTSHM_BROKER_PATH names, else the one beside this library, else the installed
 * one. A program that runs with raised privileges (AT_SECURE) sees no such variable and starts
 * none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ipc/place.h"
#include "lib/client/connect.h"
#include "os/os.h"
#include "util/log.h"
#include "util/macro.h"

#define START_DEADLINE_MS 10000
#define REBIND_TRIES      400

static bool nobody_listens(int r)
{
    return r == -ENOENT || r == -ECONNREFUSED;
}

/*
 * Whoever may put a socket into the directory is asked before anybody listens to him: one whose
 * queue is full would hold us for ever, and /tmp lets a stranger take any name.
 */
static int check_owner(const struct nt_place *place, uid_t uid)
{
    struct stat status;

    if (lstat(place->directory, &status) < 0)
        return -errno;
    if (!S_ISDIR(status.st_mode) || (status.st_uid != uid && status.st_uid != 0) ||
        (status.st_mode & 0022)) {
        nt_log(NT_LOG_ERROR, "%s is a link, belongs to user %u or is open to others: refused",
               place->directory, status.st_uid);
        return -EPERM;
    }
    return 0;
}

/* Connects, and sees that it is a broker of this user (or of root) that answers. */
static int connect_checked(const struct nt_place *place, uid_t uid, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    struct nt_os_peer peer;
    int r;

    r = check_owner(place, uid);
    if (r < 0)
        return r;
    r = nt_os_socket_connect(place->socket, &fd);
    if (r < 0)
        return r;
    r = nt_os_socket_peer(fd, &peer);
    if (r < 0)
        return r;
    if (peer.uid != uid && peer.uid != 0) {
        nt_log(NT_LOG_ERROR, "%s is served by user %u: refused", place->socket, peer.uid);
        return -EPERM;
    }
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

/* "ntshmd" in the directory that this library was loaded from. */
static bool beside_library(char *path, size_t size)
{
    Dl_info info;
    const char *slash;
    int n;

    if (!dladdr(__extension__(void *) nt_broker_connect_own, &info) || !info.dli_fname)
        return false;
    slash = strrchr(info.dli_fname, '/');
    if (!slash)
        return false;
    n = snprintf(path, size, "%.*s/ntshmd", (int)(slash - info.dli_fname), info.dli_fname);
    return n > 0 && (size_t)n < size && access(path, X_OK) == 0;
}

const char *nt_broker_program(char *path, size_t size)
{
    const char *chosen = secure_getenv("NTSHM_BROKER_PATH");

    if (chosen)
        return chosen;
    if (beside_library(path, size))
        return path;
    return NT_BROKER_INSTALL_PATH;
}

/* Waits for the byte that a broker writes when it listens (or finds that another does). */
static int wait_ready(int ready_fd)
{
    uint64_t deadline = nt_os_now_ns() + START_DEADLINE_MS * 1000000ull;

    for (;;) {
        struct pollfd poll_fd = {.fd = ready_fd, .events = POLLIN};
        uint64_t now = nt_os_now_ns();
        char byte;
        ssize_t n;

        if (now >= deadline)
            return -ETIMEDOUT;
        if (poll(&poll_fd, 1, (int)((deadline - now) / 1000000u) + 1) <= 0)
            continue;
        n = read(ready_fd, &byte, 1);
        if (n == 1)
            return 0;
        if (n == 0)
            return -ECONNREFUSED;
        if (errno != EINTR)
            return -errno;
    }
}

static int start(const struct nt_place *place)
{
    char beside[PATH_MAX];
    const char *program = nt_broker_program(beside, sizeof(beside));
    const char *argv[] = {program, "--directory", place->directory, "--ready", "3", NULL};
    NT_CLEANUP(nt_os_closep) int read_fd = -1;
    NT_CLEANUP(nt_os_closep) int write_fd = -1;
    int r;

    r = nt_os_pipe(&read_fd, &write_fd);
    if (r < 0)
        return r;
    r = nt_os_spawn_daemon(argv, write_fd);
    write_fd = nt_os_close(write_fd);
    if (r == 0)
        r = wait_ready(read_fd);
    if (r < 0)
        nt_log(NT_LOG_ERROR, "cannot start the broker %s: %s", program, strerror(-r));
    return r < 0 ? -ECONNREFUSED : 0;
}

/* The start lock, on the file that stands at the path now (a directory can be removed). */
static int lock_start(const struct nt_place *place, int *ret_fd)
{
    for (;;) {
        NT_CLEANUP(nt_os_closep) int fd = -1;
        struct stat locked, standing;
        int r = nt_os_lock_file(place->lock, true, &fd);

        if (r < 0)
            return r;
        if (fstat(fd, &locked) == 0 && stat(place->lock, &standing) == 0 &&
            locked.st_ino == standing.st_ino && locked.st_dev == standing.st_dev) {
            *ret_fd = nt_steal_fd(&fd);
            return 0;
        }
    }
}

/* After a start: the new broker listens, or the one whose directory was removed soon will. */
static int connect_started(const struct nt_place *place, uid_t uid, int *ret_fd)
{
    int r = -ECONNREFUSED;

    for (int i = 0; i < REBIND_TRIES; i++) {
        r = connect_checked(place, uid, ret_fd);
        if (!nobody_listens(r))
            return r;
        poll(NULL, 0, 5);
    }
    return r;
}

/* The directory is there, ours and nobody else's; what is wrong with it is told. */
static int check_directory(const struct nt_place *place)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    uid_t owner = 0;
    int r;

    r = nt_os_private_dir(place->directory, &owner, &fd);
    if (r == -EPERM)
        nt_log(NT_LOG_ERROR, "%s is a link, belongs to user %u or is open to others: refused",
               place->directory, owner);
    return r;
}

static int start_and_connect(const struct nt_place *place, uid_t uid, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int lock_fd = -1;
    int r;

    r = check_directory(place);
    if (r < 0)
        return r;
    r = lock_start(place, &lock_fd);
    if (r < 0)
        return r;
    r = connect_checked(place, uid, ret_fd);
    if (!nobody_listens(r))
        return r;
    r = start(place);
    return r < 0 ? r : connect_started(place, uid, ret_fd);
}

int nt_broker_connect_own(const struct nt_place *place, uid_t uid, bool may_start, int *ret_fd)
{
    int r = connect_checked(place, uid, ret_fd);

    if (r == -EACCES) /* a stranger's directory may not even be looked into */
        (void)check_directory(place);
    if (!nobody_listens(r))
        return r;
    if (!may_start)
        return -ENOENT;
    if (getauxval(AT_SECURE)) {
        nt_log(NT_LOG_ERROR, "no broker runs, and a privileged program starts none");
        return -ECONNREFUSED;
    }
    return start_and_connect(place, uid, ret_fd);
}
