// SPDX-License-Identifier: MIT
/*
 * Looks at /proc/self before and after a case.
 *
 * Mappings are compared as address ranges, not as lines of /proc/self/maps, because the kernel
 * merges neighbours.  Left out are the heap, the stack, the kernel's own pages, this executable and
 * files of the system and shared objects.  The runner keeps the rest quiet: malloc() is told to use
 * the heap only, and glibc not to cache stacks of ended threads.  Sanitizers map memory as they
 * please, so there mappings are not compared.
 *
 * The snapshots are kept in malloc() memory, which is the heap, so they do not see themselves.
 */
#include "harness/leaks.h"
#include "harness/core.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen_fd {
    int fd;
    dev_t dev;
    ino_t ino;
    char target[96];
};

struct seen_map {
    uintptr_t start, end;
    char prot[5];
    char path[96];
};

struct test_snapshot {
    struct seen_fd *fds;
    size_t n_fds;
    struct seen_map *maps;
    size_t n_maps;
    size_t n_threads;
};

static void die(const char *what)
{
    fprintf(stderr, "harness: %s: %s\n", what, strerror(errno));
    _exit(TEST_EXIT_FAIL);
}

/* Makes room for one more element and gives it: 16 at first, then twice as many when full. */
static void *grow(void **array, size_t *n, size_t element)
{
    bool is_full = *n == 0 || (*n >= 16 && (*n & (*n - 1)) == 0);

    if (is_full) {
        void *bigger = realloc(*array, (*n ? *n * 2 : 16) * element);

        if (!bigger)
            die("no memory for a snapshot");
        *array = bigger;
    }
    return (char *)*array + (*n)++ * element;
}

static void look_at_fd(struct test_snapshot *s, int fd)
{
    struct seen_fd *seen;
    struct stat st;
    char path[64];
    ssize_t n;

    if (fstat(fd, &st) < 0)
        return;
    seen = grow((void **)&s->fds, &s->n_fds, sizeof(*seen));
    *seen = (struct seen_fd){.fd = fd, .dev = st.st_dev, .ino = st.st_ino};
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    n = readlink(path, seen->target, sizeof(seen->target) - 1);
    seen->target[n < 0 ? 0 : n] = '\0';
}

static void look_at_fds(struct test_snapshot *s)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    if (!dir)
        die("/proc/self/fd");
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
            look_at_fd(s, atoi(entry->d_name));
    closedir(dir);
}

static bool map_counts(const char *path)
{
    static char self[256];

    if (!self[0]) {
        ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

        self[n < 0 ? 0 : n] = '\0';
    }
    if (strncmp(path, "[anon", 5) == 0)
        return true;
    if (path[0] == '[' || strcmp(path, self) == 0 || strstr(path, ".so"))
        return false;
    return strncmp(path, "/usr/", 5) != 0 && strncmp(path, "/lib", 4) != 0;
}

static void look_at_map(struct test_snapshot *s, const char *line)
{
    unsigned long start, end;
    struct seen_map *seen;
    char prot[5];
    int at = 0;

    if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %n", &start, &end, prot, &at) < 3 || at == 0)
        return;
    if (!map_counts(line + at))
        return;
    seen = grow((void **)&s->maps, &s->n_maps, sizeof(*seen));
    *seen = (struct seen_map){.start = start, .end = end};
    memcpy(seen->prot, prot, sizeof(prot));
    snprintf(seen->path, sizeof(seen->path), "%.*s", (int)sizeof(seen->path) - 1, line + at);
}

static void look_at_maps(struct test_snapshot *s)
{
    FILE *file = fopen("/proc/self/maps", "re");
    char line[1024];

    if (!file)
        die("/proc/self/maps");
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        look_at_map(s, line);
    }
    fclose(file);
}

static size_t count_threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    struct dirent *entry;
    size_t n = 0;

    if (!dir)
        die("/proc/self/task");
    while ((entry = readdir(dir)))
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

struct test_snapshot *test_snapshot_new(void)
{
    struct test_snapshot *s = calloc(1, sizeof(*s));

    if (!s)
        die("no memory for a snapshot");
    look_at_fds(s);
    look_at_maps(s);
    s->n_threads = count_threads();
    return s;
}

struct test_snapshot *test_snapshot_free(struct test_snapshot *s)
{
    if (s) {
        free(s->fds);
        free(s->maps);
        free(s);
    }
    return NULL;
}

static void leaked(const char *fmt, ...) TEST_PRINTF(1, 2);
static void leaked(const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    test_assertion(test_current->file, test_current->line, false, "%s", text);
}

static const struct seen_fd *find_fd(const struct test_snapshot *s, const struct seen_fd *like)
{
    for (size_t i = 0; i < s->n_fds; i++)
        if (s->fds[i].fd == like->fd && s->fds[i].dev == like->dev && s->fds[i].ino == like->ino)
            return &s->fds[i];
    return NULL;
}

static void check_fds(const struct test_snapshot *before, const struct test_snapshot *after)
{
    for (size_t i = 0; i < after->n_fds; i++)
        if (!find_fd(before, &after->fds[i]))
            leaked("leaked descriptor %d (%s)", after->fds[i].fd, after->fds[i].target);
    for (size_t i = 0; i < before->n_fds; i++)
        if (!find_fd(after, &before->fds[i]))
            leaked("descriptor %d (%s) was closed or replaced", before->fds[i].fd,
                   before->fds[i].target);
}

/* Both lists are in the order of addresses; @i is where to look first in @before. */
static void check_map(const struct test_snapshot *before, size_t *i, const struct seen_map *map)
{
    uintptr_t at = map->start;

    while (*i < before->n_maps && before->maps[*i].end <= at)
        (*i)++;
    for (size_t k = *i; at < map->end; k++) {
        uintptr_t end = map->end;

        if (k < before->n_maps && before->maps[k].start < end)
            end = before->maps[k].start > at ? before->maps[k].start : at;
        if (at < end)
            leaked("leaked mapping %#lx-%#lx (%lu KiB) %s %s", (unsigned long)at,
                   (unsigned long)end, (unsigned long)(end - at) >> 10, map->prot, map->path);
        if (k >= before->n_maps || end == map->end)
            break;
        at = before->maps[k].end;
    }
}

static void check_threads(const struct test_snapshot *before)
{
    /* A joined thread is still listed for a moment. */
    if (!test_until(count_threads() <= before->n_threads, 5000))
        leaked("leaked %zu threads", count_threads() - before->n_threads);
}

unsigned test_leaks_possible(void)
{
    return TEST_SANITIZED ? TEST_LEAK_ALL & ~TEST_LEAK_MAPPINGS : TEST_LEAK_ALL;
}

void test_snapshot_check(const struct test_snapshot *before, unsigned mask)
{
    struct test_snapshot *after;
    size_t i = 0;

    mask &= test_leaks_possible();
    if (mask & TEST_LEAK_THREADS)
        check_threads(before);
    after = test_snapshot_new();
    if (mask & TEST_LEAK_FDS)
        check_fds(before, after);
    for (size_t k = 0; (mask & TEST_LEAK_MAPPINGS) && k < after->n_maps; k++)
        check_map(before, &i, &after->maps[k]);
    test_snapshot_free(after);
}
