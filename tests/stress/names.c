// SPDX-License-Identifier: MIT
/*
 * As many names as one broker can keep: 9,000 where its descriptors allow 20,000, two for each
 * name, and 100,000 where there are more and there is time. Create, open and close take about what
 * they take among a hundred names, which is told and not asserted; at the end of what the broker
 * may have a create says ERROR_NOT_ENOUGH_QUOTA, and then it serves as before; when the holders are
 * gone, nothing is left.
 */
#include "stress/rounds.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define N_HOLDERS  8u
#define N_MEASURED 500u
#define FEW        96u
#ifdef NT_TEST_FULL
#    define MOST 100000u
#else
#    define MOST 9000u
#endif

static bool ask_broker(struct ntshm_broker_statistics *statistics)
{
    memset(statistics, 0, sizeof(*statistics));
    statistics->size = sizeof(*statistics);
    return ntshm_broker_statistics(statistics);
}

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
}

static void name_of(char *name, size_t size, unsigned holder, unsigned i)
{
    snprintf(name, size, "%s-%u-%u", A_("many"), holder, i);
}

/* Creates from argv[2] to argv[3] and says "held N E": how many, and the error that stopped it. */
CHILD(names_holder)
{
    unsigned holder = (unsigned)atoi(argv[1]);
    unsigned n = (unsigned)atoi(argv[2]), held = 0;
    DWORD error = ERROR_SUCCESS;
    char name[96], line[64];

    for (; held < n && error == ERROR_SUCCESS; held += error == ERROR_SUCCESS) {
        name_of(name, sizeof(name), holder, held);
        if (!create(name))
            error = GetLastError();
    }
    snprintf(line, sizeof(line), "held %u %u", held, (unsigned)error);
    test_say(line);
    test_hear(line, sizeof(line), 300000);
    return 0;
}

struct holders {
    struct test_child children[N_HOLDERS];
    unsigned n, held;
    DWORD error; /* the last one that was met */
};

static void start_holder(struct holders *holders, unsigned n)
{
    char number[16], count[16], line[64];
    unsigned held, error;
    struct test_child *child = &holders->children[holders->n];

    snprintf(number, sizeof(number), "%u", holders->n);
    snprintf(count, sizeof(count), "%u", n);
    require(test_child_start(child, "names_holder", number, count));
    require(test_child_read_line(child, line, sizeof(line), 300000));
    require(sscanf(line, "held %u %u", &held, &error) == 2, "%s", line);
    holders->n++;
    holders->held += held;
    if (error)
        holders->error = error;
}

static void end_holders(struct holders *holders)
{
    for (unsigned i = 0; i < holders->n; i++) {
        test_child_write_line(&holders->children[i], "go");
        ok_eq(test_child_wait(&holders->children[i], 120000), 0);
    }
}

/* --- what a call costs ---------------------------------------------------------------------- */

struct costs {
    double create_us, open_us, close_us;
};

static int compare_times(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median_us(uint64_t *times)
{
    qsort(times, N_MEASURED, sizeof(times[0]), compare_times);
    return (double)times[N_MEASURED / 2] / 1000;
}

static struct costs measure(void)
{
    static uint64_t create_times[N_MEASURED], open_times[N_MEASURED], close_times[N_MEASURED];

    for (unsigned i = 0; i < N_MEASURED; i++) {
        uint64_t start = nt_os_now_ns(), created, opened;
        HANDLE section = create(A_("measured"));
        HANDLE again;

        created = nt_os_now_ns();
        again = OpenFileMappingA(FILE_MAP_READ, FALSE, A_("measured"));
        opened = nt_os_now_ns();
        require(section && again, "error %u", (unsigned)GetLastError());
        CloseHandle(again);
        CloseHandle(section);
        close_times[i] = nt_os_now_ns() - opened;
        create_times[i] = created - start;
        open_times[i] = opened - created;
    }
    return (struct costs){median_us(create_times), median_us(open_times), median_us(close_times)};
}

static long resident_kib(unsigned pid)
{
    char path[64], line[256];
    long kib = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%u/status", pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    }
    if (file)
        fclose(file);
    return kib;
}

static void tell(unsigned n, struct costs few, struct costs many, long kib)
{
    fprintf(stderr,
            "%u names: create %.1f us (%.2f of among %u), open %.1f us (%.2f), close of both "
            "%.1f us (%.2f); the broker has %ld bytes a name\n",
            n, many.create_us, many.create_us / few.create_us, FEW, many.open_us,
            many.open_us / few.open_us, many.close_us, many.close_us / few.close_us,
            kib * 1024 / (long)n);
}

/* How many the broker's descriptors allow, with some left for its own. */
static unsigned choose_count(void)
{
    struct rlimit limit;

    require(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (limit.rlim_max > 2u * MOST + 1000)
        return MOST;
    return limit.rlim_max > 4000 ? (unsigned)(limit.rlim_max - 1000) / 2 : 0;
}

TEST_DEADLINE(a_broker_keeps_as_many_names_as_its_descriptors_allow, "", 900)
{
    struct holders few = {.n = 0}, many = {.n = 0};
    struct ntshm_broker_statistics statistics, full;
    struct costs among_few, among_many;
    unsigned n = choose_count();
    HANDLE section;
    long before;

    if (n == 0)
        skip("RLIMIT_NOFILE is below 4,000");
    start_holder(&few, FEW);
    among_few = measure();
    end_holders(&few);
    ok(test_until(ask_broker(&statistics) && statistics.names == 0, 20000));
    before = resident_kib(statistics.worker);

    for (unsigned i = 0; i < N_HOLDERS; i++)
        start_holder(&many, n / N_HOLDERS);
    ok_eq(many.held, n / N_HOLDERS * N_HOLDERS);
    ok_eq(many.error, ERROR_SUCCESS);
    among_many = measure();
    require(ask_broker(&full));
    ok_eq(full.names, many.held);
    /* Two for each: the lease and the memory. */
    ok_eq(full.fds, 2 * (uint64_t)many.held);
    tell(many.held, among_few, among_many, resident_kib(full.worker) - before);
    end_holders(&many);

    ok(test_until(ask_broker(&statistics) && statistics.names == 0 && statistics.fds == 0, 60000));
    section = create(A_("after"));
    ok_succeeds(section);
    CloseHandle(section);
}

TEST_DEADLINE(at_the_end_of_its_descriptors_a_broker_says_so, "", 300)
{
    struct holders holders = {.n = 0};
    struct ntshm_broker_statistics statistics;
    struct kit_broker broker;
    HANDLE section;

    kit_broker_start_small(&broker, "small", 60000, 1024);
    start_holder(&holders, 2000);
    ok_eq(holders.error, ERROR_NOT_ENOUGH_QUOTA);
    ok(holders.held > 250 && holders.held < 512, "%u held", holders.held);
    ok_fails(create(A_("one-more")), ERROR_NOT_ENOUGH_QUOTA);
    end_holders(&holders);
    ok(test_until(ask_broker(&statistics) && statistics.names == 0, 20000));
    section = create(A_("one-more"));
    ok_succeeds(section);
    CloseHandle(section);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
