// SPDX-License-Identifier: MIT
/*
 * The list of all regions: in parts as small as they may be it is the same list, and what another
 * process sends in its place is refused when it lies.
 */
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/memory/query.h"
#include "lib/memory/region.h"
#include "lib/memory/regions.h"

#define ROOM (sizeof(struct nt_region_record) + NT_REGIONS_NAME)

static void *reserve(size_t size)
{
    struct nt_allocation allocation = {
        .size = size, .type = MEM_RESERVE, .protect = PAGE_READWRITE};

    require(NT_SUCCESS(nt_memory_allocate(&allocation)));
    return allocation.base;
}

/* All records in parts of @room bytes; returns how many bytes. */
static size_t look(unsigned char *bytes, size_t most, size_t room, unsigned *ret_parts)
{
    struct nt_region_part part;
    uint64_t from = 1;
    size_t used = 0;

    *ret_parts = 0;
    do {
        unsigned char *some = malloc(room);

        part = (struct nt_region_part){.bytes = some, .room = room};
        require(some != NULL);
        nt_regions_look(from, &part);
        ok_status(nt_regions_check(from, &part), STATUS_SUCCESS);
        ok(part.changes != 0);
        require(used + part.used <= most);
        memcpy(bytes + used, some, part.used);
        used += part.used;
        from = part.next;
        ++*ret_parts;
        free(some);
    } while (from && *ret_parts < 1000);
    return used;
}

TEST(list_in_parts_is_the_same_list, "")
{
    static unsigned char whole[65536], parts[65536];
    void *memory[200];
    unsigned n_whole, n_parts;
    size_t size;

    for (unsigned i = 0; i < 200; i++)
        memory[i] = reserve(NT_GRANULARITY);
    size = look(whole, sizeof(whole), sizeof(whole), &n_whole);
    ok_eq(look(parts, sizeof(parts), ROOM, &n_parts), size);
    ok_mem_eq(parts, whole, size);
    ok_eq(n_whole, 1);
    ok(n_parts > 2);
    for (unsigned i = 0; i < 200; i++)
        ok_status(nt_memory_free(&memory[i], &(size_t){0}, MEM_RELEASE), STATUS_SUCCESS);
}

TEST(list_from_beyond_the_end_is_empty, "")
{
    static const uint64_t froms[] = {NT_KERNEL_END, NT_KERNEL_END + 4096, UINT64_MAX};
    unsigned char bytes[ROOM];

    for (size_t i = 0; i < 3; i++) {
        struct nt_region_part part = {.bytes = bytes, .room = sizeof(bytes)};

        nt_regions_look(froms[i], &part);
        ok_eq(part.used, 0);
        ok_eq(part.next, 0);
        ok(part.changes != 0);
    }
}

/* --- lies ------------------------------------------------------------------------------------- */

struct sent {
    struct nt_region_record first;
    char name[8];
    struct nt_region_record second;
};

static struct sent honest(void)
{
    return (struct sent){
        .first = {.base = 0x10000,
                  .size = 0x10000,
                  .allocation = 0x10000,
                  .state = MEM_COMMIT,
                  .n_name = 5},
        .name = "named",
        .second = {.base = 0x20000, .size = 0x1000, .allocation = 0x10000, .state = MEM_RESERVE},
    };
}

static NTSTATUS check(const struct sent *sent, size_t size, uint64_t from, uint64_t next)
{
    /* As long as it is said to be, so that a sanitizer sees who reads on. */
    struct nt_region_part part = {.bytes = malloc(size + 1), .used = size, .next = next};
    NTSTATUS status;

    require(part.bytes != NULL);
    memcpy(part.bytes, sent, size);
    status = nt_regions_check(from, &part);
    free(part.bytes);
    return status;
}

#define ok_lie(change)                                                  \
    do {                                                                \
        struct sent sent = honest();                                    \
        change;                                                         \
        ok_status(check(&sent, sizeof(sent), 1, 0), STATUS_DATA_ERROR); \
    } while (0)

TEST(list_that_lies_is_refused, "")
{
    struct sent sent = honest();

    ok_status(check(&sent, sizeof(sent), 1, 0), STATUS_SUCCESS);
    ok_status(check(&sent, sizeof(sent), 0x10000, 0x21000), STATUS_SUCCESS);
    ok_status(check(&sent, 0, 1, 0), STATUS_SUCCESS);
    ok_lie(sent.first.base = 0x10001);
    ok_lie(sent.first.size = 0);
    ok_lie(sent.first.size = 7);
    ok_lie(sent.first.size = UINT64_MAX - 0xFFFF);
    ok_lie(sent.first.base = UINT64_MAX - 0xFFF);
    ok_lie(sent.first.size = 0x20000); /* over the second */
    ok_lie(sent.first.allocation = 0x11000);
    ok_lie(sent.first.state = MEM_FREE);
    ok_lie(sent.first.n_name = 6); /* with a NUL in it */
    ok_lie(sent.second.n_name = 1);
    ok_lie(sent.second.n_name = UINT32_MAX);
    ok_lie(sent.second.n_name = NT_REGIONS_NAME + 1);
    ok_status(check(&sent, sizeof(sent) - 1, 1, 0), STATUS_DATA_ERROR);
    ok_status(check(&sent, sizeof(sent), 0x11000, 0), STATUS_DATA_ERROR);
    /* It would go on where it was already, or with nothing. */
    ok_status(check(&sent, sizeof(sent), 1, 0x20000), STATUS_DATA_ERROR);
    ok_status(check(&sent, 0, 1, 0x20000), STATUS_DATA_ERROR);
}
