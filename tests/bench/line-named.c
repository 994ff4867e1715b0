// SPDX-License-Identifier: MIT
/*
 * Lines of named sections, beside an ideal broker (ideal.h says what it does), beside the same
 * broker with the duties of ours, which tells what our promises cost and what we do, and beside
 * shm_open, which needs no second process but leaks a name when its user dies.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/ideal.h"

/* --- shm_open ----------------------------------------------------------------------- */

struct posix_name {
    char name[64];
    size_t digits;
    unsigned long counter;
};

static void *posix_begin(unsigned parameter)
{
    struct posix_name *name = calloc(1, sizeof(*name));
    int fd;

    (void)parameter;
    if (!name)
        bench_fail("no memory");
    name->digits =
        (size_t)snprintf(name->name, sizeof(name->name), "/ntshm-bench-%d-", (int)getpid());
    strcpy(name->name + name->digits, "00000000");
    fd = shm_open(name->name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        bench_skip("shm_open: %s", strerror(errno));
    bench_must(ftruncate(fd, BENCH_SECTION_SIZE), "ftruncate");
    close(fd);
    return name;
}

static void posix_end(void *state)
{
    struct posix_name *name = state;

    strcpy(name->name + name->digits, "00000000");
    shm_unlink(name->name);
}

static uint64_t posix_create(void *state, unsigned n)
{
    struct posix_name *name = state;

    for (unsigned i = 0; i < n; i++) {
        unsigned long number = ++name->counter;
        int fd;

        for (int digit = 7; digit >= 0; digit--, number /= 10)
            name->name[name->digits + (size_t)digit] = (char)('0' + number % 10);
        fd = shm_open(name->name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0 || ftruncate(fd, BENCH_SECTION_SIZE) < 0 || close(fd) < 0 ||
            shm_unlink(name->name) < 0)
            bench_fail("shm_open of a fresh name: errno %d", errno);
    }
    return 0;
}

static uint64_t posix_open_as(struct posix_name *name, unsigned n, int flags)
{
    strcpy(name->name + name->digits, "00000000");
    for (unsigned i = 0; i < n; i++) {
        int fd = shm_open(name->name, flags | O_CLOEXEC, 0);

        if (fd < 0 || close(fd) < 0)
            bench_fail("shm_open: errno %d", errno);
    }
    return 0;
}

static uint64_t posix_open(void *state, unsigned n)
{
    return posix_open_as(state, n, O_RDWR);
}

static uint64_t posix_open_read(void *state, unsigned n)
{
    return posix_open_as(state, n, O_RDONLY);
}

static uint64_t posix_missing(void *state, unsigned n)
{
    struct posix_name *name = state;

    strcpy(name->name + name->digits, "missing");
    for (unsigned i = 0; i < n; i++) {
        if (shm_open(name->name, O_RDWR | O_CLOEXEC, 0) >= 0 || errno != ENOENT)
            bench_fail("shm_open of a missing name: errno %d", errno);
    }
    return 0;
}

/* clang-format off */
#define NAMED_LINE(id_, title_, place_, work_, ideal_, posix_, target_, wine_)                     \
    {                                                                                              \
        .id = id_, .title = title_, .place = place_, .ratio_target = target_, .wine = wine_,       \
        .subjects = {                                                                              \
            {.name = "ours", .work = work_, .partner = BENCH_BROKER},                              \
            {.name = "ideal broker", .partner = BENCH_OWN_PARTNER, .begin = bench_ideal_begin,     \
             .run = ideal_, .check = bench_ideal_check},                                           \
            {.name = "with our duties", .partner = BENCH_OWN_PARTNER, .begin = bench_dutiful_begin,\
             .run = ideal_, .check = bench_ideal_check},                                           \
            {.name = "shm_open", .begin = posix_begin, .run = posix_, .end = posix_end},           \
        },                                                                                         \
    }
#define NAMED_LINES(id_, title_, work_, ideal_, posix_, target_)                                   \
    NAMED_LINE(id_ "_same", title_, BENCH_SAME_CPU, work_, ideal_, posix_, target_, work_),        \
    NAMED_LINE(id_ "_cross", title_, BENCH_TWO_CPUS, work_, ideal_, posix_, target_, NULL)

const struct bench_line bench_named_lines[] = {
    NAMED_LINES("named_create", "named section: create a fresh name, close", "named_create",
                bench_ideal_create_run, posix_create, 1.2),
    NAMED_LINES("named_open", "named section: open to write, close", "named_open",
                bench_ideal_open_run, posix_open, 1.2),
    NAMED_LINES("named_open_read", "named section: open to read, close", "named_open_read",
                bench_ideal_open_run, posix_open_read, 1.2),
    NAMED_LINES("named_missing", "named section: open a missing name", "named_missing",
                bench_ideal_missing_run, posix_missing, 1.2),
    {.id = NULL},
};
/* clang-format on */
