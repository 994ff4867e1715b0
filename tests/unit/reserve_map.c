// SPDX-License-Identifier: MIT
/*
 * The commit map against a plain array, across the borders of words and blocks; how little of it
 * is touched; and what a peer can give that is not believed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/reserve.h"
#include "os/memory-more.h"
#include "os/os.h"

#define PAGE 4096ull

struct kit {
    uint64_t size;
    int memory_fd, map_fd;
    struct nt_reserve *reserve;
};

static struct kit open_kit(uint64_t size)
{
    struct kit kit = {.size = size, .memory_fd = -1, .map_fd = -1};

    require(nt_os_memfd_new("memory", 0, NT_OS_MEMFD_GROWABLE, &kit.memory_fd) == 0);
    require(nt_os_memfd_new("map", nt_reserve_map_size(size), 0, &kit.map_fd) == 0);
    ok_status(nt_reserve_new(size, kit.memory_fd, kit.map_fd, &kit.reserve), STATUS_SUCCESS);
    return kit;
}

static void close_kit(struct kit *kit)
{
    kit->reserve = nt_reserve_free(kit->reserve);
    nt_os_close(kit->memory_fd);
    nt_os_close(kit->map_fd);
}

static uint64_t size_of(int fd)
{
    struct stat stat;

    require(fstat(fd, &stat) == 0);
    return (uint64_t)stat.st_size;
}

static uint64_t memory_of(int fd)
{
    struct stat stat;

    require(fstat(fd, &stat) == 0);
    return (uint64_t)stat.st_blocks * 512;
}

/* What nt_reserve_at() says of every page, run by run, is what @model says. */
static void check_model(const struct kit *kit, const unsigned char *model)
{
    uint64_t n_pages = kit->size / PAGE, end;

    for (uint64_t page = 0; page < n_pages; page = end) {
        bool state = nt_reserve_at(kit->reserve, page, n_pages, &end);
        uint64_t same = page;

        while (same < n_pages && model[same] == model[page])
            same++;
        if (!ok_eq(state, model[page]) || !ok_eq(end, same))
            return;
    }
}

TEST(commit_map_is_what_single_pages_would_be, "6.3 6.4")
{
    uint64_t n_pages = 3 * NT_RESERVE_BLOCK + 77;
    struct kit kit = open_kit(n_pages * PAGE);
    unsigned char *model = calloc(1, n_pages);
    static const struct {
        uint64_t first, count;
    } steps[] = {
        {5, 1},
        {63, 2},
        {0, 64},
        {NT_RESERVE_BLOCK - 1, 2},
        {3 * NT_RESERVE_BLOCK, 77},
        {NT_RESERVE_BLOCK, NT_RESERVE_BLOCK},
        {200, 1},
        {2 * NT_RESERVE_BLOCK + 100, 64 * 9},
        {2 * NT_RESERVE_BLOCK, NT_RESERVE_BLOCK},
        {0, NT_RESERVE_BLOCK},
    };

    require(model != NULL);
    check_model(&kit, model);
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        ok_status(nt_reserve_commit(kit.reserve, steps[i].first, steps[i].count), STATUS_SUCCESS);
        memset(model + steps[i].first, 1, steps[i].count);
        check_model(&kit, model);
        ok_eq(size_of(kit.memory_fd) >= (steps[i].first + steps[i].count) * PAGE, true);
    }
    ok_eq(size_of(kit.memory_fd), n_pages * PAGE);
    free(model);
    close_kit(&kit);
}

TEST(limit_of_a_question_bounds_the_answer, "6.4")
{
    struct kit kit = open_kit(1000 * PAGE);
    uint64_t end = 0;

    ok_status(nt_reserve_commit(kit.reserve, 100, 100), STATUS_SUCCESS);
    ok(!nt_reserve_at(kit.reserve, 10, 50, &end));
    ok_eq(end, 50);
    ok(nt_reserve_at(kit.reserve, 150, 160, &end));
    ok_eq(end, 160);
    ok(nt_reserve_at(kit.reserve, 150, 5000, &end));
    ok_eq(end, 200);
    ok(!nt_reserve_at(kit.reserve, 200, 5000, &end));
    ok_eq(end, 1000);
    ok_status(nt_reserve_commit(kit.reserve, 999, 2), STATUS_INVALID_PARAMETER);
    ok_status(nt_reserve_commit(kit.reserve, 1, UINT64_MAX), STATUS_INVALID_PARAMETER);
    close_kit(&kit);
}

#define RACED 20000u

static _Atomic uint64_t raced;

static void commit_one_by_one(void *arg)
{
    struct nt_reserve *reserve = arg;

    for (uint64_t page = 0; page < RACED; page++) {
        atomic_store(&raced, page);
        ok(NT_SUCCESS(nt_reserve_commit(reserve, page, 1)));
    }
    atomic_store(&raced, RACED);
}

TEST(page_that_is_committed_meanwhile_is_told_of_one_way_or_the_other, "6.4 8.11")
{
    struct kit kit = open_kit(RACED * PAGE);
    struct test_thread thread;
    uint64_t page, end = 0, empty = 0;

    test_thread_start(&thread, commit_one_by_one, kit.reserve);
    while ((page = atomic_load(&raced)) < RACED) {
        (void)nt_reserve_at(kit.reserve, page, RACED, &end);
        empty += end <= page;
    }
    test_thread_join(&thread);
    ok_eq(empty, 0);
    close_kit(&kit);
}

TEST(huge_section_is_cheap_to_ask_about, "6.1")
{
    struct kit kit = open_kit(16ull << 40);
    uint64_t n_pages = (16ull << 40) / PAGE, end;

    ok(!nt_reserve_at(kit.reserve, 0, n_pages, &end));
    ok_eq(end, n_pages);
    ok(!nt_reserve_at(kit.reserve, n_pages / 2 + 3, n_pages, &end));
    ok_eq(end, n_pages);
    ok(memory_of(kit.map_fd) <= 8 * PAGE, "%llu bytes touched",
       (unsigned long long)memory_of(kit.map_fd));
    ok_status(nt_reserve_commit(kit.reserve, n_pages - 1, 1), STATUS_SUCCESS);
    ok(!nt_reserve_at(kit.reserve, 0, n_pages, &end));
    ok_eq(end, n_pages - 1);
    ok(memory_of(kit.map_fd) <= 9 * PAGE);
    ok_eq(memory_of(kit.memory_fd), 0);
    close_kit(&kit);
}

TEST(peers_of_a_section_share_its_commitment, "6.4 6.16")
{
    struct kit kit = open_kit(1000 * PAGE);
    struct nt_reserve *peer = NULL;
    uint64_t end;

    ok_status(nt_reserve_new(kit.size, kit.memory_fd, kit.map_fd, &peer), STATUS_SUCCESS);
    ok_status(nt_reserve_commit(kit.reserve, 7, 3), STATUS_SUCCESS);
    ok(nt_reserve_at(peer, 7, 1000, &end));
    ok_eq(end, 10);
    /* The other one has grown the memory further: that this would be smaller is no error. */
    ok_status(nt_reserve_commit(peer, 500, 1), STATUS_SUCCESS);
    ok_status(nt_reserve_commit(kit.reserve, 300, 1), STATUS_SUCCESS);
    ok_eq(size_of(kit.memory_fd), 501 * PAGE);
    nt_reserve_free(peer);
    close_kit(&kit);
}

TEST(scribbled_commit_map_takes_no_memory_away, "6.4")
{
    struct kit kit = open_kit(1000 * PAGE);
    unsigned char *map = mmap(NULL, nt_reserve_map_size(kit.size), PROT_READ | PROT_WRITE,
                              MAP_SHARED, kit.map_fd, 0);

    require(map != MAP_FAILED);
    memset(map, 0xFF, nt_reserve_map_size(kit.size));
    /* It says that all is committed; the memory is made all the same. */
    ok_status(nt_reserve_commit(kit.reserve, 7, 3), STATUS_SUCCESS);
    ok_eq(size_of(kit.memory_fd), 10 * PAGE);
    munmap(map, nt_reserve_map_size(kit.size));
    close_kit(&kit);
}

TEST(descriptors_of_a_peer_are_not_believed, "")
{
    struct kit kit = open_kit(1000 * PAGE);
    struct nt_reserve *reserve = NULL;
    int loose = memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    require(loose >= 0 && ftruncate(loose, 1 << 20) == 0);
    ok_status(nt_reserve_new(kit.size, loose, kit.map_fd, &reserve), STATUS_ACCESS_DENIED);
    ok_status(nt_reserve_new(kit.size, kit.memory_fd, loose, &reserve), STATUS_ACCESS_DENIED);
    /* Sealed, but too small for a section of this size. */
    ok_status(nt_reserve_new(1ull << 40, kit.memory_fd, kit.map_fd, &reserve),
              STATUS_ACCESS_DENIED);
    ok_status(nt_reserve_new(UINT64_MAX / 2, kit.memory_fd, kit.map_fd, &reserve),
              STATUS_SECTION_TOO_BIG);
    ok_ptr_eq(reserve, NULL);
    close(loose);
    close_kit(&kit);
}

static int reopen_read_only(int fd)
{
    int fresh = -1;

    require(nt_os_reopen(fd, O_RDONLY, &fresh) == 0);
    return fresh;
}

static int refuse_reopen(enum nt_os_call call)
{
    return call == NT_OS_REOPEN ? EACCES : 0;
}

TEST(read_only_descriptions_are_opened_anew_to_commit, "6.3")
{
    struct kit kit = open_kit(1000 * PAGE);
    int memory_fd = reopen_read_only(kit.memory_fd), map_fd = reopen_read_only(kit.map_fd);
    struct nt_reserve *reader = NULL;
    uint64_t end;

    ok_status(nt_reserve_new(kit.size, memory_fd, map_fd, &reader), STATUS_SUCCESS);
    nt_os_set_fault(refuse_reopen);
    ok_status(nt_reserve_commit(reader, 1, 1), STATUS_ACCESS_DENIED);
    nt_os_set_fault(NULL);
    ok(!nt_reserve_at(kit.reserve, 1, 1000, &end));
    ok_status(nt_reserve_commit(reader, 1, 1), STATUS_SUCCESS);
    ok(nt_reserve_at(kit.reserve, 1, 1000, &end));
    ok_eq(end, 2);
    nt_reserve_free(reader);
    nt_os_close(memory_fd);
    nt_os_close(map_fd);
    close_kit(&kit);
}

static unsigned n_calls, fail_at;

static int fail_one(enum nt_os_call call)
{
    (void)call;
    return ++n_calls == fail_at ? ENOMEM : 0;
}

TEST(reserve_that_cannot_be_made_leaves_nothing, "")
{
    struct kit kit = open_kit(1000 * PAGE);
    struct nt_reserve *reserve = NULL;
    NTSTATUS status;

    for (fail_at = 1;; fail_at++) {
        n_calls = 0;
        nt_os_set_fault(fail_one);
        status = nt_reserve_new(kit.size, kit.memory_fd, kit.map_fd, &reserve);
        nt_os_set_fault(NULL);
        if (NT_SUCCESS(status))
            break;
        ok_status(status, STATUS_NO_MEMORY);
        ok_ptr_eq(reserve, NULL);
    }
    ok(fail_at >= 4);
    nt_reserve_free(reserve);
    close_kit(&kit);
}
