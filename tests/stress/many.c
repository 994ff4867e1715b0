// SPDX-License-Identifier: MIT
/*
 * Many: a hundred thousand sections, mapped, in one process, and what a program sees at the limits
 * as they are. The limit of mappings is raised by the case and put back by it. Where the limit of
 * descriptors cannot be raised, as many sections as it allows keep their handles.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "harness/test.h"

#define MANY      100000u
#define SIZE      0x10000u
#define MAP_LIMIT "/proc/sys/vm/max_map_count"

static unsigned long read_number(const char *path)
{
    unsigned long value = 0;
    FILE *file = fopen(path, "re");

    if (file) {
        if (fscanf(file, "%lu", &value) != 1)
            value = 0;
        fclose(file);
    }
    return value;
}

static bool write_number(const char *path, unsigned long value)
{
    FILE *file = fopen(path, "we");
    bool good;

    if (!file)
        return false;
    good = fprintf(file, "%lu\n", value) > 0;
    return fclose(file) == 0 && good;
}

struct many {
    HANDLE *handles;
    void **views;
    unsigned n; /* how many of each there are */
    /* Sections from here on live by their views alone: a handle needs a descriptor, a view none. */
    unsigned n_kept;
};

static void new_many(struct many *many, unsigned room)
{
    many->handles = calloc(room, sizeof(*many->handles));
    many->views = calloc(room, sizeof(*many->views));
    many->n = 0;
    many->n_kept = room;
    require(many->handles && many->views);
}

/* Sections of 64 KiB, each mapped and touched, until @room or until something fails. */
static DWORD make_many(struct many *many, unsigned room)
{
    for (; many->n < room; many->n++) {
        HANDLE section =
            CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
        void *view;

        if (!section)
            return GetLastError();
        view = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
        if (!view) {
            DWORD error = GetLastError();

            CloseHandle(section);
            return error;
        }
        *(unsigned *)view = many->n;
        if (many->n >= many->n_kept && CloseHandle(section))
            section = NULL;
        many->handles[many->n] = section;
        many->views[many->n] = view;
    }
    return ERROR_SUCCESS;
}

static void check_and_drop_many(struct many *many)
{
    unsigned n_wrong = 0;

    for (unsigned i = 0; i < many->n; i++) {
        n_wrong += *(unsigned *)many->views[i] != i;
        n_wrong += !UnmapViewOfFile(many->views[i]);
        n_wrong += many->handles[i] && !CloseHandle(many->handles[i]);
    }
    ok_eq(n_wrong, 0);
    free(many->handles);
    free(many->views);
}

/* ThreadSanitizer needs several mappings for each that is watched, and ends without. */
static void need_mappings(void)
{
#ifdef __SANITIZE_THREAD__
    skip("ThreadSanitizer itself dies without mappings");
#endif
}

/* --- a hundred thousand ------------------------------------------------------------- */

static int hold_them_all(void *arg)
{
    struct rlimit limit = {MANY + 1000, MANY + 1000};
    MEMORY_BASIC_INFORMATION information;
    struct many many;

    (void)arg;
    new_many(&many, MANY);
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
        require(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max > 2000);
        many.n_kept = (unsigned)limit.rlim_max - 1000;
    }
    ok_eq(make_many(&many, MANY), ERROR_SUCCESS);
    ok_eq(many.n, MANY);
    if (many.n) {
        ok_eq(VirtualQuery(many.views[many.n / 2], &information, sizeof(information)),
              sizeof(information));
        ok_eq(information.RegionSize, SIZE);
    }
    check_and_drop_many(&many);
    return 0;
}

TEST_DEADLINE(a_hundred_thousand_sections_live_at_once, "", 240)
{
    unsigned long maps = read_number(MAP_LIMIT);
    struct test_child child;

    need_mappings();
    if (maps < MANY + 10000 && !write_number(MAP_LIMIT, MANY + 10000)) {
        skip("vm.max_map_count cannot be raised");
        return;
    }
    /* In a process of its own, so that the limit is put back whatever happens to it. */
    require(test_child_fork(&child, hold_them_all, NULL));
    ok_eq(test_child_wait(&child, 220000), 0);
    if (maps < MANY + 10000)
        ok(write_number(MAP_LIMIT, maps));
    ok_eq(read_number(MAP_LIMIT), maps);
}

/* --- at the limits ------------------------------------------------------------------ */

static char said[512];

static void hear(int level, const char *message, void *context)
{
    (void)context;
    if (level == NTSHM_LOG_ERROR)
        snprintf(said, sizeof(said), "%s", message);
}

/* Everything works again once @many are gone. */
static void check_recovery(struct many *many)
{
    struct many few;

    check_and_drop_many(many);
    new_many(&few, 100);
    ok_eq(make_many(&few, 100), ERROR_SUCCESS);
    check_and_drop_many(&few);
}

TEST_DEADLINE(without_descriptors_a_create_says_so, "", 120)
{
    struct rlimit limit, old;
    struct many many;
    DWORD error;

    require(getrlimit(RLIMIT_NOFILE, &old) == 0);
    limit = old;
    if (limit.rlim_max > 20000)
        limit.rlim_max = 20000;
    if (limit.rlim_cur > limit.rlim_max)
        limit.rlim_cur = limit.rlim_max;
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    ntshm_set_log(hear, NULL);
    new_many(&many, 30000);
    error = make_many(&many, 30000);
    ok_eq(error, ERROR_TOO_MANY_OPEN_FILES);
    /* The soft limit was raised to the hard one before it gave up. */
    ok(many.n > limit.rlim_max - 200 && many.n < limit.rlim_max, "%u of %lu", many.n,
       (unsigned long)limit.rlim_max);
    ok(strstr(said, "RLIMIT_NOFILE") != NULL, "said: %s", said);
    check_recovery(&many);
    ntshm_set_log(NULL, NULL);
}

TEST_DEADLINE(without_mappings_a_map_says_so, "", 120)
{
    need_mappings();

    unsigned long limit = read_number(MAP_LIMIT);
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NULL);
    unsigned room = 200000, n = 0;
    void **views = calloc(room, sizeof(*views));
    DWORD error = ERROR_SUCCESS;

    require(section != NULL && views != NULL);
    if (limit == 0 || limit + 1000 > room) {
        CloseHandle(section);
        free(views);
        skip("vm.max_map_count is too large to be reached");
        return;
    }
    ntshm_set_log(hear, NULL);
    while (n < room) {
        views[n] = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
        if (!views[n]) {
            error = GetLastError();
            break;
        }
        n++;
    }
    ok_eq(error, ERROR_NOT_ENOUGH_MEMORY);
    ok(n > limit - 1000 && n < limit, "%u of %lu", n, limit);
    ok(strstr(said, "vm.max_map_count") != NULL, "said: %s", said);
    /* What there is goes on working, and what goes makes room. */
    *(unsigned *)views[n - 1] = 7;
    ok_eq(*(unsigned *)views[0], 7);
    ok_succeeds(UnmapViewOfFile(views[--n]));
    ok_succeeds(UnmapViewOfFile(views[--n]));
    views[n] = MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, 0);
    ok(views[n] != NULL, "error %lu", (unsigned long)GetLastError());
    n += views[n] != NULL;
    while (n > 0)
        ok_succeeds(UnmapViewOfFile(views[--n]));
    ok_succeeds(CloseHandle(section));
    free(views);
    ntshm_set_log(NULL, NULL);
}
