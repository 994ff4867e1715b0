// SPDX-License-Identifier: MIT
/*
 * Another process, as the kernel lets one look at it: poll(), /proc/PID, process_vm_readv(), and
 * the threads that this library needs of its own.
 */
#include "os/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "os/fault.h"
#include "os/maps.h"
#include "os/system.h"
#include "util/macro.h"

/* --- waiting ---------------------------------------------------------------------------- */

static struct timespec time_left(uint64_t deadline_ns)
{
    uint64_t now = nt_os_now_ns();
    uint64_t left = deadline_ns > now ? deadline_ns - now : 0;

    return (struct timespec){(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
}

int nt_os_poll(struct pollfd *entries, size_t count, uint64_t deadline_ns)
{
    int cancel_state, n;

    NT_OS_FAULT(NT_OS_POLL);
    for (size_t i = 0; i < count; i++)
        entries[i].revents = 0;
    cancel_state = nt_os_hold_cancel();
    do {
        struct timespec left = time_left(deadline_ns);

        n = ppoll(entries, count, deadline_ns == UINT64_MAX ? NULL : &left, NULL);
    } while (n < 0 && errno == EINTR);
    nt_os_allow_cancel(cancel_state);
    return n < 0 ? -errno : 0;
}

void nt_os_socket_refuse(int listen_fd)
{
    shutdown(listen_fd, SHUT_RDWR);
}

/* --- /proc ------------------------------------------------------------------------------ */

#define FIELD_STATE   3 /* of /proc/PID/stat, from 1 */
#define FIELD_THREADS 20
#define FIELD_BEGAN   22
#define FIELD_SIZE    23 /* of its memory */

/* A field of /proc/PID/stat. The second is a name with anything in it, in parentheses. */
static const char *stat_field(const char *text, unsigned field)
{
    const char *at = strrchr(text, ')');

    for (unsigned i = 2; at && i < field; i++)
        at = strchr(at + 1, ' ');
    return at ? at + 1 : NULL;
}

static int read_field(pid_t pid, unsigned field, uint64_t *ret_value)
{
    char path[32], text[1024];
    const char *at;
    int r;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    r = nt_os_read_text(path, text, sizeof(text));
    if (r < 0)
        return r == -ENOENT ? -ESRCH : r;
    at = stat_field(text, field);
    if (!at)
        return -EIO;
    *ret_value = strtoull(at, NULL, 10);
    return 0;
}

int nt_os_process_began(pid_t pid, uint64_t *ret_ticks)
{
    return read_field(pid, FIELD_BEGAN, ret_ticks);
}

/* Its memory goes before its descriptors. */
bool nt_os_process_is_ending(pid_t pid)
{
    uint64_t size;
    int r = read_field(pid, FIELD_SIZE, &size);

    return r == -ESRCH || (r == 0 && size == 0);
}

int nt_os_process_threads(bool *ret_first_ended, unsigned *ret_others)
{
    const char *state, *threads;
    char text[1024];
    int r = nt_os_read_text("/proc/self/stat", text, sizeof(text));

    if (r < 0)
        return r;
    state = stat_field(text, FIELD_STATE);
    threads = stat_field(text, FIELD_THREADS);
    if (!threads)
        return -EIO;
    /* It stays in the count as long as there are others. */
    *ret_first_ended = *state == 'Z';
    *ret_others = (unsigned)strtoul(threads, NULL, 10) - 1;
    return 0;
}

/* The line of the mapping in a maps file; -ENOENT behind the last. */
static int find_line(FILE *file, uint64_t address, char **line, size_t *room)
{
    while (getline(line, room, file) > 0) {
        char *dash;
        uint64_t end;

        (void)strtoull(*line, &dash, 16);
        end = *dash == '-' ? strtoull(dash + 1, NULL, 16) : 0;
        if (end > address)
            return 0;
    }
    return ferror(file) ? -EIO : -ENOENT;
}

static int open_maps_of(pid_t pid, FILE **ret_file)
{
    char path[32];
    int fd, r;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    r = nt_os_open(path, O_RDONLY, 0, &fd);
    if (r < 0)
        return r == -ENOENT ? -ESRCH : r;
    *ret_file = fdopen(fd, "r");
    if (*ret_file)
        return 0;
    nt_os_close(fd);
    return -ENOMEM;
}

int nt_os_process_vma(pid_t pid, uint64_t address, struct nt_os_vma *ret_vma, char **ret_name)
{
    NT_CLEANUP(nt_freep) char *line = NULL;
    int cancel_state = nt_os_hold_cancel();
    size_t room = 0;
    FILE *file;
    int r;

    r = -nt_os_faulted(NT_OS_PROCMAP);
    if (r == 0)
        r = open_maps_of(pid, &file);
    if (r == 0) {
        r = find_line(file, address, &line, &room);
        fclose(file);
    }
    nt_os_allow_cancel(cancel_state);
    return r < 0 ? r : nt_os_maps_parse_line(line, ret_vma, ret_name);
}

/* --- copying ---------------------------------------------------------------------------- */

#define PIECES 256u

/* As many pages as one call takes, one piece each: then a count says where it stopped. */
static size_t cut_pages(uint64_t there, size_t size, struct iovec *pieces, size_t *ret_bytes)
{
    size_t n = 0, bytes = 0;

    while (n < PIECES && bytes < size) {
        size_t piece = NT_PAGE_SIZE - ((there + bytes) & (NT_PAGE_SIZE - 1));

        if (piece > size - bytes)
            piece = size - bytes;
        pieces[n++] = (struct iovec){(void *)(there + bytes), piece};
        bytes += piece;
    }
    *ret_bytes = bytes;
    return n;
}

int nt_os_copy_process(pid_t pid, uint64_t there, void *here, size_t size, bool write,
                       size_t *ret_done)
{
    struct iovec remote[PIECES], local;
    size_t done = 0;

    *ret_done = 0;
    NT_OS_FAULT(NT_OS_COPY_PROCESS);
    while (done < size) {
        size_t bytes, n = cut_pages(there + done, size - done, remote, &bytes);
        ssize_t copied;

        local = (struct iovec){(char *)here + done, bytes};
        copied = write ? process_vm_writev(pid, &local, 1, remote, n, 0)
                       : process_vm_readv(pid, &local, 1, remote, n, 0);
        if (copied < 0 && errno == EINTR)
            continue;
        if (copied > 0)
            done += (size_t)copied;
        *ret_done = done;
        if (copied <= 0)
            return copied < 0 ? -errno : -EFAULT;
    }
    return 0;
}

/* --- threads ---------------------------------------------------------------------------- */

/* What an instruction raises ends the process when it is blocked, whatever handler there is. */
static void all_from_outside(sigset_t *set)
{
    static const int from_inside[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

    sigfillset(set);
    for (unsigned i = 0; i < NT_ARRAY_SIZE(from_inside); i++)
        sigdelset(set, from_inside[i]);
}

int nt_os_helper_start(const char *name, size_t stack, void *(*function)(void *argument),
                       void *argument, pthread_t *ret_thread)
{
    pthread_attr_t attributes;
    sigset_t blocked, before;
    int r;

    NT_OS_FAULT(NT_OS_SPAWN);
    if (pthread_attr_init(&attributes) != 0)
        return -ENOMEM;
    r = pthread_attr_setstacksize(&attributes, stack);
    if (r == 0) {
        all_from_outside(&blocked);
        pthread_sigmask(SIG_BLOCK, &blocked, &before);
        r = pthread_create(ret_thread, &attributes, function, argument);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    if (r == 0)
        pthread_setname_np(*ret_thread, name);
    return -r;
}
