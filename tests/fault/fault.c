// SPDX-License-Identifier: MIT
/*
 * The walk. What a failure leaves is looked for in the process itself: open descriptors, and
 * mapped memory but for the heap and the stacks.
 */
#include "fault/fault.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/test.h"

#define MAX_POINTS 200u

static struct {
    _Atomic uint32_t thread; /* whose points count; 0 for nobody's */
    unsigned nth, n, failed;
    int error;
    uint64_t ignored;
    bool stays;
    unsigned passed[FAULT_KINDS];
} armed;

const char *fault_name(unsigned kind)
{
    static const char *const names[] = {
#define X(name) #name,
        NT_OS_CALLS(X)
#undef X
            "allocation"};

    return kind < FAULT_KINDS ? names[kind] : "nothing";
}

/* Whether this point fails. */
static bool meet(unsigned kind)
{
    if (atomic_load(&armed.thread) == 0 || atomic_load(&armed.thread) != nt_os_tid() ||
        (armed.ignored >> kind & 1))
        return false;
    armed.passed[kind]++;
    if (armed.stays && armed.failed == kind)
        return true;
    if (armed.n++ != armed.nth)
        return false;
    armed.failed = kind;
    return true;
}

static int on_call(enum nt_os_call call)
{
    return meet(call) ? armed.error : 0;
}

void fault_arm(unsigned nth, int error)
{
    memset(armed.passed, 0, sizeof(armed.passed));
    armed.n = 0;
    armed.nth = nth;
    armed.error = error;
    armed.failed = FAULT_KINDS;
    nt_os_set_fault(on_call);
    atomic_store(&armed.thread, nt_os_tid());
}

void fault_follow(void)
{
    atomic_store(&armed.thread, nt_os_tid());
}

void fault_rules(uint64_t ignored, bool stays)
{
    armed.ignored = ignored;
    armed.stays = stays;
}

unsigned fault_disarm(void)
{
    atomic_store(&armed.thread, 0);
    nt_os_set_fault(NULL);
    return armed.failed;
}

unsigned fault_passed(unsigned kind)
{
    return armed.passed[kind];
}

/* --- allocations: the linker sends every call of this program's own objects here ----------------
 */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

static bool fails_to_allocate(void)
{
    if (!meet(FAULT_ALLOCATION))
        return false;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails_to_allocate() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_to_allocate() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_to_allocate() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return fails_to_allocate() ? NULL : __real_aligned_alloc(align, size);
}

/* --- what is there ------------------------------------------------------------------------------
 */

struct inventory {
    unsigned n_fds;
    uint64_t mapped;
};

static unsigned count_fds(void)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry;
    unsigned n = 0;

    while (directory && (entry = readdir(directory)))
        n += entry->d_name[0] != '.';
    if (directory)
        closedir(directory);
    return n;
}

/* A sanitizer maps as it pleases. */
static uint64_t count_mapped(void)
{
    uint64_t start, end, sum = 0;
    char line[512];
    FILE *file;

    if (test_slowness() > 1)
        return 0;
    file = fopen("/proc/self/maps", "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (!strstr(line, "[heap]") && !strstr(line, "[stack") &&
            sscanf(line, "%lx-%lx", &start, &end) == 2)
            sum += end - start;
    }
    if (file)
        fclose(file);
    return sum;
}

static struct inventory take_inventory(void)
{
    return (struct inventory){count_fds(), count_mapped()};
}

static void nothing_is_left(const struct fault_operation *operation, const struct inventory *before)
{
    struct inventory after;

    if (operation->is_clean)
        ok(operation->is_clean(operation->context), "%s left something", operation->name);
    after = take_inventory();
    ok(after.n_fds == before->n_fds, "%u descriptors, %u before", after.n_fds, before->n_fds);
    ok(after.mapped == before->mapped, "%llu bytes are mapped, %llu before",
       (unsigned long long)after.mapped, (unsigned long long)before->mapped);
}

/* --- the walk ------------------------------------------------------------------------------------
 */

static void prepare(const struct fault_operation *operation)
{
    if (operation->prepare)
        operation->prepare(operation->context);
}

static bool is_listed(const uint32_t *list, uint32_t error)
{
    for (; *list; list++) {
        if (*list == error)
            return true;
    }
    return false;
}

/* One run with one failure. Returns the kind that failed. */
static unsigned run_once(const struct fault_operation *operation, unsigned nth, int error)
{
    struct inventory before;
    unsigned kind;
    uint32_t got;

    prepare(operation);
    before = take_inventory();
    fault_arm(nth, error);
    got = operation->run(operation->context);
    kind = fault_disarm();
    test_note("%s: point %u is %s, errno %d: gives %#x", operation->name, nth, fault_name(kind),
              error, got);
    if (kind == FAULT_KINDS || (got == 0 && (operation->may_survive >> kind & 1))) {
        ok(got == 0, "%s gives %#x without a failure", operation->name, got);
        operation->undo(operation->context);
        return kind;
    }
    ok(got != 0, "%s succeeds although %s failed", operation->name, fault_name(kind));
    if (got == 0) {
        operation->undo(operation->context);
    } else {
        ok(is_listed(operation->errors(kind, error), got),
           "%s gives %#x when %s fails with errno %d", operation->name, got, fault_name(kind),
           error);
        nothing_is_left(operation, &before);
    }

    /* Asked again it works, and leaves as much as if nothing had happened. */
    fault_arm(UINT_MAX, 0);
    got = operation->run(operation->context);
    fault_disarm();
    ok(got == 0, "%s gives %#x when asked again", operation->name, got);
    operation->undo(operation->context);
    return kind;
}

static void list_points(const struct fault_operation *operation, const unsigned *n_failed)
{
    char text[400];
    int n = snprintf(text, sizeof(text), "%s:", operation->name);

    for (unsigned kind = 0; kind < FAULT_KINDS; kind++) {
        if (n_failed[kind])
            n += snprintf(text + n, sizeof(text) - (size_t)n, " %s %u", fault_name(kind),
                          n_failed[kind]);
        ok(!(operation->must_meet >> kind & 1) || n_failed[kind] > 0, "%s never met %s",
           operation->name, fault_name(kind));
    }
    test_note("%s", text);
}

/* For the sweep, which adds up what all operations met: "operation<tab>kind<tab>count". */
static void tell_sweep(const struct fault_operation *operation, const unsigned *n_failed)
{
    const char *path = getenv("NTSHM_FAULT_LIST");
    FILE *file = path ? fopen(path, "ae") : NULL;

    if (!file)
        return;
    for (unsigned kind = 0; kind < FAULT_KINDS; kind++) {
        if (n_failed[kind])
            fprintf(file, "%s\t%s\t%u\n", operation->name, fault_name(kind), n_failed[kind]);
    }
    fclose(file);
}

void fault_walk(const struct fault_operation *operation, const int *errors)
{
    fault_rules(operation->ignored, operation->stays);
    for (; *errors; errors++) {
        unsigned n_failed[FAULT_KINDS] = {0};
        unsigned nth = 0, kind;

        while ((kind = run_once(operation, nth, *errors)) != FAULT_KINDS && nth < MAX_POINTS) {
            n_failed[kind]++;
            nth++;
        }
        ok(nth < MAX_POINTS, "%s never ran through", operation->name);
        list_points(operation, n_failed);
        tell_sweep(operation, n_failed);
    }
}
