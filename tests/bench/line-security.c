// SPDX-License-Identifier: MIT
/*
 * Lines of names with descriptors, beside an ideal broker that checks nothing (ideal.h): what a
 * descriptor, a private namespace and a right more cost above the round trip. What needs no round
 * trip stands beside the nearest that the kernel or the C library does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/ideal.h"

/* What a handle of an event shows itself: a page, mapped while it is open. */
static void map_and_unmap(int fd)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (page == MAP_FAILED || munmap(page, 4096) < 0)
        bench_fail("mmap: errno %d", errno);
}

/* A name made, opened by its maker, and both closed. */
static uint64_t ideal_create_open(void *state, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int made[2], opened[2];

        bench_ideal_create(state, made);
        if (!bench_ideal_open(state, "kept", opened))
            bench_fail("the ideal broker does not know its name");
        map_and_unmap(made[0]);
        map_and_unmap(opened[0]);
        for (unsigned k = 0; k < 2; k++) {
            close(made[k]);
            close(opened[k]);
        }
    }
    return 0;
}

/* --- the kernel's own check ------------------------------------------------------------------- */

static void *memory_begin(unsigned parameter)
{
    static int fd;

    (void)parameter;
    fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd_create");
    return &fd;
}

/* May who I am effectively read and write that file? No path is walked. */
static uint64_t kernel_check(void *state, unsigned n)
{
    int fd = *(const int *)state;

    for (unsigned i = 0; i < n; i++) {
        if (syscall(SYS_faccessat2, fd, "", R_OK | W_OK, AT_EACCESS | AT_EMPTY_PATH) < 0)
            bench_skip("faccessat2: %s", strerror(errno));
    }
    return 0;
}

/* Another description of a file that is open. */
static uint64_t kernel_reopen(void *state, unsigned n)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", *(const int *)state);
    for (unsigned i = 0; i < n; i++) {
        int fd = open(path, O_RDWR | O_CLOEXEC);

        if (fd < 0 || close(fd) < 0)
            bench_fail("%s: errno %d", path, errno);
    }
    return 0;
}

/* --- a text read once ------------------------------------------------------------------------- */

static void *text_begin(unsigned parameter)
{
    static const char text[] = "O:BAG:SYD:(D;;0x10;;;WD)(A;;0xf000f;;;BA)(A;;0xf000f;;;WD)";

    (void)parameter;
    return (void *)text;
}

static uint64_t text_run(void *state, unsigned n)
{
    static volatile unsigned sum;

    for (unsigned i = 0; i < n; i++) {
        char *copy = strdup(state);

        if (!copy)
            bench_fail("no memory");
        for (const char *c = copy; *c; c++)
            sum += (unsigned char)*c;
        free(copy);
    }
    return 0;
}

/* clang-format off */
#define BROKER_LINE(id_, title_, place_, work_, ideal_, target_, wine_)                            \
    {                                                                                              \
        .id = id_, .title = title_, .place = place_, .ratio_target = target_, .wine = wine_,       \
        .subjects = {                                                                              \
            {.name = "ours", .work = work_, .partner = BENCH_BROKER},                              \
            {.name = "ideal broker", .partner = BENCH_OWN_PARTNER, .begin = bench_ideal_begin,     \
             .run = ideal_, .check = bench_ideal_check},                                           \
            {.name = "with our duties", .partner = BENCH_OWN_PARTNER,                              \
             .begin = bench_dutiful_begin, .run = ideal_, .check = bench_ideal_check},             \
        },                                                                                         \
    }
#define BROKER_LINES(id_, title_, work_, ideal_, target_)                                          \
    BROKER_LINE(id_ "_same", title_, BENCH_SAME_CPU, work_, ideal_, target_, work_),               \
    BROKER_LINE(id_ "_cross", title_, BENCH_TWO_CPUS, work_, ideal_, target_, NULL)

const struct bench_line bench_security_lines[] = {
    BROKER_LINES("secure_create", "named section with a descriptor: create, close",
                 "secure_create", bench_ideal_create_run, 1.2),
    BROKER_LINES("secure_open", "named section with a descriptor: open, close", "secure_open",
                 bench_ideal_open_run, 1.2),
    BROKER_LINE("space_open", "section in a private namespace: open, close", BENCH_SAME_CPU,
                "space_open", bench_ideal_open_run, 1.2, "space_open"),
    BROKER_LINE("event_create_open", "named event: create, open, close both", BENCH_SAME_CPU,
                "event_create_open", ideal_create_open, 1.2, "event_create_open"),
    BROKER_LINE("get_security", "GetKernelObjectSecurity of a named section", BENCH_SAME_CPU,
                "get_security", bench_ideal_missing_run, 1.2, "get_security"),
    BROKER_LINE("widen_named", "DuplicateHandle to more rights, named section", BENCH_SAME_CPU,
                "widen_named", bench_ideal_open_run, 1.2, "widen_named"),
    {
        .id = "widen_unnamed", .title = "DuplicateHandle to more rights, unnamed section",
        .ratio_target = 1.2, .wine = "widen_unnamed",
        .subjects = {
            {.name = "ours", .work = "widen_unnamed"},
            {.name = "open of /proc", .begin = memory_begin, .run = kernel_reopen},
        },
    },
    {
        .id = "access_check", .title = "AccessCheck, three entries", .unit = BENCH_NS,
        .time_target = 1000, .wine = "access_check",
        .subjects = {
            {.name = "ours", .work = "access_check"},
            {.name = "faccessat2", .begin = memory_begin, .run = kernel_check},
        },
    },
    {
        .id = "sddl_parse", .title = "a descriptor from its text, three entries",
        .unit = BENCH_NS, .time_target = 2000, .wine = "sddl_parse",
        .subjects = {
            {.name = "ours", .work = "sddl_parse"},
            {.name = "strdup and a look", .begin = text_begin, .run = text_run},
        },
    },
    {.id = NULL},
};
/* clang-format on */
