// SPDX-License-Identifier: MIT
/*
 * Looking through /proc; see scan.h. Processes come and go meanwhile: one that is gone is skipped,
 * and only one that is there and may not be looked into is counted as hidden.
 */
#include "tool/names/scan.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tool/kit/process.h"

#define KERNEL_THREAD 0x00200000u /* PF_KTHREAD */

/* --- one process ------------------------------------------------------------------------------ */

static FILE *open_proc(pid_t pid, const char *file)
{
    char path[330];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    return fopen(path, "re");
}

/* Has it anything that could be hidden? Kernel threads and what has ended have nothing. */
static bool could_hide(pid_t pid)
{
    char line[1024] = "", state = 0;
    FILE *stream = open_proc(pid, "stat");
    unsigned flags = 0;
    const char *rest;

    if (!stream)
        return false;
    rest = fgets(line, sizeof(line), stream) ? strrchr(line, ')') : NULL;
    fclose(stream);
    if (!rest || sscanf(rest, ") %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2)
        return false;
    return state != 'Z' && state != 'X' && !(flags & KERNEL_THREAD);
}

static bool is_denied(int error)
{
    return error == EACCES || error == EPERM;
}

/* What stands behind @key in /proc/PID/fdinfo/FD; @base 8 for flags. */
static bool fd_info(pid_t pid, const char *fd, const char *key, int base, uint64_t *ret_value)
{
    char file[300], line[128];
    bool found = false;
    FILE *stream;

    snprintf(file, sizeof(file), "fdinfo/%s", fd);
    stream = open_proc(pid, file);
    while (stream && !found && fgets(line, sizeof(line), stream)) {
        if (strncmp(line, key, strlen(key)) == 0) {
            *ret_value = strtoull(line + strlen(key), NULL, base);
            found = true;
        }
    }
    if (stream)
        fclose(stream);
    return found;
}

/* O_RDONLY, O_WRONLY, O_RDWR; -1 when it is gone. */
static int fd_mode(pid_t pid, const char *fd)
{
    uint64_t flags;

    return fd_info(pid, fd, "flags:", 8, &flags) ? (int)(flags & O_ACCMODE) : -1;
}

/*
 * Gives each descriptor's link to @each. Return: false when the process may not be looked into.
 */
static bool each_fd(pid_t pid, void (*each)(pid_t pid, const char *fd, const char *link, void *to),
                    void *to)
{
    char path[64], link[256];
    struct dirent *entry;
    DIR *directory;
    ssize_t n;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    directory = opendir(path);
    if (!directory)
        return !is_denied(errno) || !could_hide(pid);
    while ((entry = readdir(directory))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        n = readlinkat(dirfd(directory), entry->d_name, link, sizeof(link) - 1);
        if (n <= 0)
            continue;
        link[n] = 0;
        each(pid, entry->d_name, link, to);
    }
    closedir(directory);
    return true;
}

static uint64_t pipe_inode(const char *link)
{
    return strncmp(link, "pipe:[", 6) == 0 ? strtoull(link + 6, NULL, 10) : 0;
}

/* --- all processes ---------------------------------------------------------------------------- */

static int each_process(void (*each)(pid_t pid, void *to), void *to)
{
    DIR *directory = opendir("/proc");
    struct dirent *entry;

    if (!directory)
        return -errno;
    while ((entry = readdir(directory))) {
        long pid = strtol(entry->d_name, NULL, 10);

        if (pid > 0 && pid != getpid())
            each((pid_t)pid, to);
    }
    closedir(directory);
    return 0;
}

/* --- counting --------------------------------------------------------------------------------- */

struct counting {
    struct nt_lease_count *leases;
    size_t n;
    unsigned hidden;
    bool is_broker; /* the process in work has a write end */
};

static int compare_leases(const void *a, const void *b)
{
    const struct nt_lease_count *left = a, *right = b;

    return (left->inode > right->inode) - (left->inode < right->inode);
}

const struct nt_lease_count *nt_scan_find(const struct nt_lease_count *leases, size_t n,
                                          uint64_t inode)
{
    const struct nt_lease_count key = {.inode = inode};

    return inode && n ? bsearch(&key, leases, n, sizeof(*leases), compare_leases) : NULL;
}

static void count_fd(pid_t pid, const char *fd, const char *link, void *to)
{
    struct counting *counting = to;
    uint64_t inode = pipe_inode(link);
    struct nt_lease_count *lease;
    int mode;

    lease = (struct nt_lease_count *)(uintptr_t)nt_scan_find(counting->leases, counting->n, inode);
    mode = lease ? fd_mode(pid, fd) : -1;
    counting->is_broker |= mode == O_WRONLY || mode == O_RDWR;
    if (mode != O_RDONLY)
        return;
    if (lease->last_holder != pid) {
        lease->last_holder = pid;
        lease->last_handles = 0;
        lease->holders++;
    }
    lease->last_handles++;
    lease->handles++;
}

static void count_process(pid_t pid, void *to)
{
    struct counting *counting = to;

    counting->is_broker = false;
    counting->hidden += !each_fd(pid, count_fd, counting);
    for (size_t i = 0; counting->is_broker && i < counting->n; i++) {
        struct nt_lease_count *lease = &counting->leases[i];

        if (lease->last_holder == pid) {
            lease->handles -= lease->last_handles;
            lease->holders--;
            lease->last_holder = 0;
        }
    }
}

int nt_scan_leases(struct nt_lease_count *leases, size_t n, unsigned *ret_hidden)
{
    struct counting counting = {.leases = leases, .n = n};
    int r;

    if (n > 0)
        qsort(leases, n, sizeof(*leases), compare_leases);
    r = each_process(count_process, &counting);
    *ret_hidden = counting.hidden;
    return r;
}

/* --- one object ------------------------------------------------------------------------------- */

struct search {
    const struct nt_scan_key *key;
    struct nt_scan *scan;
    struct nt_scan_holder found; /* of the process in work */
    int error;
};

static void look_at_lease(struct search *search, pid_t pid, const char *fd)
{
    int mode = fd_mode(pid, fd);

    search->found.handles += mode == O_RDONLY;
    search->found.keeps |= mode == O_WRONLY || mode == O_RDWR;
}

/* The inode of a file is one of its file system's: the names in the maps settle the rest. */
static bool is_memory(const struct nt_scan_key *key, pid_t pid, const char *fd, const char *link)
{
    bool memfd = strncmp(link, "/memfd:", 7) == 0 || strncmp(link, "/dev/zero", 9) == 0;
    uint64_t inode;

    return key->memory_inode && link[0] == '/' && memfd == key->is_memory &&
           fd_info(pid, fd, "ino:", 10, &inode) && inode == key->memory_inode;
}

static void look_at_fd(pid_t pid, const char *fd, const char *link, void *to)
{
    struct search *search = to;

    if (search->key->lease_inode && pipe_inode(link) == search->key->lease_inode) {
        look_at_lease(search, pid, fd);
    } else if (is_memory(search->key, pid, fd, link)) {
        int mode = fd_mode(pid, fd);

        search->found.readable += mode == O_RDONLY;
        search->found.writable += mode == O_RDWR || mode == O_WRONLY;
    }
}

static bool parse_map(const char *line, struct nt_scan_view *view, uint64_t *ret_device,
                      uint64_t *ret_inode)
{
    unsigned long long begin, end, offset, inode;
    unsigned major_number, minor_number;

    if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu", &begin, &end, view->access, &offset,
               &major_number, &minor_number, &inode) != 7)
        return false;
    view->base = begin;
    view->size = end - begin;
    view->offset = offset;
    *ret_device = makedev(major_number, minor_number);
    *ret_inode = inode;
    return true;
}

static int add_view(struct nt_scan_holder *holder, const struct nt_scan_view *view)
{
    struct nt_scan_view *views =
        reallocarray(holder->views, holder->n_views + 1, sizeof(*holder->views));

    if (!views)
        return -ENOMEM;
    views[holder->n_views++] = *view;
    holder->views = views;
    return 0;
}

/* Lines longer than the buffer, with long paths, are read in pieces: the rest of one is skipped. */
static bool next_line(FILE *stream, char *line, size_t size)
{
    int c;

    if (!fgets(line, (int)size, stream))
        return false;
    if (!strchr(line, '\n'))
        while ((c = getc(stream)) != EOF && c != '\n')
            ;
    return true;
}

static void look_at_maps(struct search *search, pid_t pid)
{
    FILE *stream = search->key->map_inode ? open_proc(pid, "maps") : NULL;
    struct nt_scan_view view;
    uint64_t device, inode;
    char line[512];

    if (!stream) {
        search->found.views_hidden = search->key->map_inode && is_denied(errno);
        return;
    }
    while (next_line(stream, line, sizeof(line)) && search->error == 0) {
        if (parse_map(line, &view, &device, &inode) && inode == search->key->map_inode &&
            device == search->key->map_device)
            search->error = add_view(&search->found, &view);
    }
    fclose(stream);
}

static uid_t uid_of(pid_t pid)
{
    struct stat status;
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    return stat(path, &status) == 0 ? status.st_uid : (uid_t)-1;
}

/* What was found of a process comes to the others. */
static int add_holder(struct nt_scan *scan, struct nt_scan_holder *found)
{
    struct nt_scan_holder *holders =
        reallocarray(scan->holders, scan->n_holders + 1, sizeof(*scan->holders));

    if (!holders)
        return -ENOMEM;
    found->uid = uid_of(found->pid);
    nt_process_name(found->pid, found->command);
    scan->holders = holders;
    scan->holders[scan->n_holders++] = *found;
    found->views = NULL;
    return 0;
}

static void look_at_process(pid_t pid, void *to)
{
    struct search *search = to;
    const struct nt_scan_holder *found = &search->found;
    bool seen;

    if (search->error)
        return;
    search->found = (struct nt_scan_holder){.pid = pid};
    seen = each_fd(pid, look_at_fd, search);
    if (seen)
        look_at_maps(search, pid);
    search->scan->hidden += !seen;
    if (search->error == 0 &&
        (found->handles || found->readable || found->writable || found->n_views || found->keeps))
        search->error = add_holder(search->scan, &search->found);
    free(search->found.views);
    search->found.views = NULL;
}

int nt_scan_object(const struct nt_scan_key *key, struct nt_scan *ret_scan)
{
    struct search search = {.key = key, .scan = ret_scan};
    int r;

    *ret_scan = (struct nt_scan){.proc_hides = access("/proc/1", F_OK) < 0};
    r = each_process(look_at_process, &search);
    if (r == 0)
        r = search.error;
    if (r < 0)
        nt_scan_deinit(ret_scan);
    return r;
}

void nt_scan_deinit(struct nt_scan *scan)
{
    for (size_t i = 0; i < scan->n_holders; i++)
        free(scan->holders[i].views);
    free(scan->holders);
    *scan = (struct nt_scan){.holders = NULL};
}

bool nt_scan_map_of(const void *address, uint64_t *ret_device, uint64_t *ret_inode)
{
    FILE *stream = fopen("/proc/self/maps", "re");
    struct nt_scan_view view;
    bool found = false;
    char line[512];

    while (stream && !found && next_line(stream, line, sizeof(line)))
        found = parse_map(line, &view, ret_device, ret_inode) &&
                (uintptr_t)address - view.base < view.size && (uintptr_t)address >= view.base;
    if (stream)
        fclose(stream);
    return found;
}
