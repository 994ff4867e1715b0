// SPDX-License-Identifier: MIT
/*
 * Taking the map of a process: ask the library there, then the kernel, then the library whether
 * anything has changed meanwhile; if so, again, a few times. See map.h.
 *
 * Everything of one process is read through one descriptor of its directory in /proc, so that a
 * number that is given out again does not mix two processes.
 */
#include "tool/map/map.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool/map/map-parts.h"
#include "tool/kit/text.h"
#include "util/macro.h"

#define TRIES       4
#define MAX_THREADS 65536u

/* --- the process's directory ------------------------------------------------------------------ */

static void closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void fclosep(FILE **stream)
{
    if (*stream)
        fclose(*stream);
}

/* A file of the process; NULL with errno. */
static FILE *open_file(int directory, const char *name)
{
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;

    if (fd >= 0 && !stream)
        close(fd);
    return stream;
}

/* The first line of a small file, without its end; "" when it cannot be read. */
static const char *read_line(int directory, const char *name, char *text, size_t size)
{
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : 0;

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* 'T' or 't': it stands still until somebody lets it go on. */
static bool is_stopped(int directory)
{
    char line[512];
    const char *after = strrchr(read_line(directory, "stat", line, sizeof(line)), ')');

    return after && after[1] && (after[2] == 'T' || after[2] == 't');
}

/* --- stacks ----------------------------------------------------------------------------------- */

/* "0 0x3 0x7f.. ... SP PC", or "running": then nobody knows. */
static uint64_t stack_pointer(const char *line)
{
    const char *pc = strrchr(line, ' '), *sp = pc;

    while (sp && sp > line && sp[-1] != ' ')
        sp--;
    return sp && sp > line ? strtoull(sp, NULL, 16) : 0;
}

/* Where the kernel does not tell, a stack is private memory like other. */
static void read_stacks(int directory, struct nt_map_hints *hints)
{
    int fd = openat(directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *tasks = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    char name[300], line[256];

    if (fd >= 0 && !tasks)
        close(fd);
    hints->stacks = malloc(MAX_THREADS * sizeof(uint64_t));
    while (tasks && hints->stacks && hints->n_stacks < MAX_THREADS &&
           (entry = readdir(tasks)) != NULL) {
        uint64_t pointer;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "task/%s/syscall", entry->d_name);
        pointer = stack_pointer(read_line(directory, name, line, sizeof(line)));
        if (pointer)
            hints->stacks[hints->n_stacks++] = pointer;
        else
            hints->n_hidden++;
    }
    if (tasks)
        closedir(tasks);
}

/* --- the kernel's part ------------------------------------------------------------------------ */

static bool has_several_nodes(void)
{
    char line[64];

    read_line(AT_FDCWD, "/sys/devices/system/node/online", line, sizeof(line));
    return line[0] && strcmp(line, "0") != 0;
}

static void read_nodes(int directory, struct nt_map_vmas *vmas)
{
    NT_CLEANUP(fclosep) FILE *stream = NULL;

    if (has_several_nodes()) {
        stream = open_file(directory, "numa_maps");
        if (stream)
            nt_map_read_nodes(stream, vmas);
        return;
    }
    for (size_t i = 0; i < vmas->count; i++)
        if (vmas->entries[i].resident)
            vmas->entries[i].node = 0;
}

static int read_kernel(int directory, struct nt_map *map, struct nt_map_vmas *vmas)
{
    NT_CLEANUP(closep) int memory = openat(directory, "mem", O_RDONLY | O_CLOEXEC);
    struct nt_map_hints hints = {.memory = memory};
    NT_CLEANUP(fclosep) FILE *stream = open_file(directory, "smaps");
    int r;

    if (!stream)
        return errno == ENOENT ? -ESRCH : errno == EPERM ? -EACCES : -errno;
    setvbuf(stream, NULL, _IOFBF, 256u << 10);
    errno = 0;
    r = nt_map_read_smaps(stream, map, vmas);
    if (r < 0)
        return r;
    read_nodes(directory, vmas);
    read_stacks(directory, &hints);
    nt_map_kinds(vmas, &hints);
    free(hints.stacks);
    return vmas->count ? 0 : -ENODATA;
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool uses_library(const struct nt_map_vmas *vmas)
{
    for (size_t i = 0; i < vmas->count; i++) {
        const char *path = vmas->entries[i].path;
        const char *name = strrchr(path, '/');

        if ((name && strncmp(name, "/libntshm.so", 12) == 0) ||
            strncmp(path, "/memfd:ntshm", 12) == 0)
            return true;
    }
    return false;
}

static void say_why_not(struct nt_map *map, const struct nt_map_vmas *vmas)
{
    if (map->cooperated)
        map->why_not[0] = '\0';
    else if (!map->why_not[0])
        snprintf(map->why_not, sizeof(map->why_not), "%s",
                 uses_library(vmas) ? "uses the library, but runs no service thread "
                                      "(NTSHM_SERVICE_THREAD=1 starts one)"
                                    : "does not use the library");
}

/* Once: the library's regions, the kernel's mappings, and whether the first still hold. */
static int look(int directory, unsigned patience_ms, struct nt_map *map)
{
    struct nt_map_runs runs = {.count = 0};
    struct nt_map_vmas vmas = {.count = 0};
    NT_CLEANUP(closep) int pagemap = openat(directory, "pagemap", O_RDONLY | O_CLOEXEC);
    int r = 0;

    if (is_stopped(directory))
        snprintf(map->why_not, sizeof(map->why_not), "is stopped");
    else
        r = nt_map_ask_library(map, patience_ms, &runs);
    map->cooperated = r == 0 && !map->why_not[0] && runs.told;
    if (r == 0)
        r = read_kernel(directory, map, &vmas);
    map->consistent = !map->cooperated ||
                      (runs.changes && nt_map_library_changes(map, patience_ms) == runs.changes);
    if (r == 0) {
        say_why_not(map, &vmas);
        r = nt_map_join(map, &vmas, &runs, pagemap);
    }
    free(runs.entries);
    free(vmas.entries);
    return r;
}

/* What it was called as, without the folder, or what it calls itself; else the kernel's word. */
static void command_of(int directory, char *name, size_t size)
{
    char line[4096];
    const char *first = read_line(directory, "cmdline", line, sizeof(line));
    bool is_path = first[0] == '/' || first[0] == '.' || !strchr(first, ' ');
    const char *slash = is_path ? strrchr(first, '/') : NULL;

    if (first[0])
        snprintf(name, size, "%s", slash && slash[1] ? slash + 1 : first);
    else
        read_line(directory, "comm", name, size);
}

static void begin(struct nt_map *map, pid_t pid, int directory)
{
    struct timespec now;
    char name[64];

    clock_gettime(CLOCK_REALTIME, &now);
    *map = (struct nt_map){
        .pid = pid,
        .taken_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
    };
    command_of(directory, name, sizeof(name));
    nt_text_clean(name, strlen(name), map->command, sizeof(map->command));
}

int nt_map_take(pid_t pid, unsigned patience_ms, struct nt_map *ret_map)
{
    NT_CLEANUP(closep) int directory = -1;
    char path[32];
    int r = 0;

    memset(ret_map, 0, sizeof(*ret_map));
    if (pid <= 0)
        return -ESRCH;
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    for (unsigned i = 0; i < TRIES; i++) {
        nt_map_deinit(ret_map);
        begin(ret_map, pid, directory);
        r = look(directory, patience_ms, ret_map);
        if (r < 0 || ret_map->consistent)
            break;
    }
    if (r < 0)
        nt_map_deinit(ret_map);
    else
        nt_map_add_up(ret_map);
    return r;
}
