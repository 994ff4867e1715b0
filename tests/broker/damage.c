// SPDX-License-Identifier: MIT
/*
 * A worker that goes wrong may write anything into the arena before it dies. The next one believes
 * nothing: a record that is not right is lost with all that was its own, and nothing else is. The
 * arena of a real broker is damaged here between two workers.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>

#include "broker/arena.h"
#include "broker/kit.h"
#include "harness/test.h"
#include "util/macro.h"

#define SIZE    65536
#define N_NAMES 8
#define VICTIM  3
#define PATIENT 20000

static void name_of(char *name, size_t size, unsigned i)
{
    /* Longer than one block of the arena. */
    snprintf(name, size, "%s-%0180u", A_("damage"), i);
}

/* What VICTIM is: a section, or what another library shares, with three descriptors. */
static bool is_shared;

static HANDLE create_shared(const char *name)
{
    struct ntshm_shared shared = {.type = NTSHM_SHARED_FENCE, .n_fds = 3};
    HANDLE handle;
    wchar_t wide[300];

    for (unsigned i = 0; i < 3; i++)
        require((shared.fds[i] = memfd_create("damage", MFD_CLOEXEC)) >= 0);
    for (size_t i = 0; i <= strlen(name); i++)
        wide[i] = (unsigned char)name[i];
    handle = ntshm_create_sharedW(NULL, wide, &shared);
    for (unsigned i = 0; i < 3; i++)
        close(shared.fds[i]);
    return handle;
}

static HANDLE open_shared(const char *name)
{
    wchar_t wide[300];

    for (size_t i = 0; i <= strlen(name); i++)
        wide[i] = (unsigned char)name[i];
    return ntshm_open_sharedW(GENERIC_ALL, FALSE, wide);
}

static HANDLE create(unsigned i)
{
    char name[300];

    name_of(name, sizeof(name), i);
    if (is_shared && i == VICTIM)
        return create_shared(name);
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
}

static bool is_found(unsigned i)
{
    HANDLE section;
    char name[300];

    name_of(name, sizeof(name), i);
    section = is_shared && i == VICTIM ? open_shared(name)
                                       : OpenFileMappingA(FILE_MAP_WRITE, FALSE, name);
    if (!section)
        ok_error(ERROR_FILE_NOT_FOUND);
    CloseHandle(section);
    return section != NULL;
}

/* The arena of the broker, mapped here too. */
static void map_arena(pid_t keeper, struct nt_arena *arena)
{
    const struct dirent *entry;
    char path[300], link[64];
    int fd = -1;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)keeper);
    dir = opendir(path);
    while (dir && fd < 0 && (entry = readdir(dir))) {
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int)keeper, entry->d_name);
        n = readlink(path, link, sizeof(link) - 1);
        if (n > 0 && strncmp(link, "/memfd:ntshm-arena", strlen("/memfd:ntshm-arena")) == 0)
            fd = open(path, O_RDWR | O_CLOEXEC);
    }
    if (dir)
        closedir(dir);
    require(fd >= 0 && nt_arena_attach(arena, fd) == 0);
}

static uint32_t index_of(const struct nt_arena *arena, unsigned i)
{
    char name[300];
    uint16_t units[300];

    name_of(name, sizeof(name), i);
    for (uint32_t at = 0; at < arena->header->records_used_up_to; at++) {
        size_t n = arena->records[at].name_units;
        bool same = (arena->records[at].word & 0xff) == NT_RECORD_LIVE && n <= 300;

        if (same)
            nt_arena_load_name(arena, at, units);
        /* The library puts no directory in front of a plain name's units here. */
        for (size_t u = 0; same && u < n; u++)
            same = units[n - 1 - u] == (unsigned char)name[strlen(name) - 1 - u];
        if (same)
            return at;
    }
    require(false, "no record of name %u", i);
    return 0;
}

/* --- what can be wrong ---------------------------------------------------------------------- */

struct scene {
    struct nt_arena arena;
    struct nt_record *victim, *other;
    uint32_t index;
};

#define DAMAGE(name) static void name(struct scene *scene)

DAMAGE(kind_none)
{
    scene->victim->kind = 0;
}
DAMAGE(kind_unknown)
{
    scene->victim->kind = 99;
}
DAMAGE(place_unknown)
{
    scene->victim->directory_kind = 77;
}
DAMAGE(size_huge)
{
    scene->victim->size = UINT64_MAX;
}
DAMAGE(name_huge)
{
    scene->victim->name_units = UINT32_MAX;
}
DAMAGE(name_shorter)
{
    scene->victim->name_units = 3;
}
DAMAGE(name_longer)
{
    scene->victim->name_units += 500;
}
DAMAGE(name_nowhere)
{
    scene->victim->name_block = NT_ARENA_NONE - 5;
}
DAMAGE(name_of_another)
{
    scene->victim->name_block = scene->other->name_block;
}
DAMAGE(name_in_a_ring)
{
    scene->arena.blocks[scene->victim->name_block].next = scene->victim->name_block;
}
DAMAGE(name_not_its_own)
{
    scene->arena.blocks[scene->victim->name_block].owner++;
}
DAMAGE(security_nowhere)
{
    scene->victim->security = (uint64_t)1 << 60 | 100;
}
DAMAGE(security_in_the_name)
{
    scene->victim->security = (uint64_t)scene->victim->name_block << 32 | 400;
}
DAMAGE(security_huge)
{
    scene->victim->security = UINT32_MAX;
}
DAMAGE(lease_none)
{
    scene->victim->lease_fd = -1;
}
DAMAGE(lease_negative)
{
    scene->victim->lease_fd = -5;
}
DAMAGE(lease_huge)
{
    scene->victim->lease_fd = INT32_MAX;
}
DAMAGE(lease_of_another)
{
    scene->victim->lease_fd = scene->other->lease_fd;
}
DAMAGE(lease_is_standard_input)
{
    scene->victim->lease_fd = 0;
}
DAMAGE(lease_is_memory)
{
    scene->victim->lease_fd = scene->victim->write_fd;
    scene->victim->write_fd = -1;
}
DAMAGE(memory_closed)
{
    scene->victim->write_fd = 4999;
}
DAMAGE(memory_is_the_arena)
{
    scene->victim->write_fd = 3;
    scene->victim->read_fd = 3;
}
DAMAGE(memory_twice)
{
    scene->victim->read_fd = scene->victim->write_fd;
}
DAMAGE(unlinked_strangely)
{
    scene->victim->unlinked = 1234;
}

/* Of what another library shares. */
DAMAGE(sort_unknown)
{
    scene->victim->attributes = 3;
}
DAMAGE(sort_none)
{
    scene->victim->attributes = 0;
}
DAMAGE(first_none)
{
    scene->victim->read_fd = -1;
}
DAMAGE(second_none)
{
    scene->victim->write_fd = -1;
}
DAMAGE(first_is_second)
{
    scene->victim->read_fd = scene->victim->write_fd;
}
DAMAGE(third_closed)
{
    scene->victim->extra_fd = 4999;
}

static const struct {
    const char *name;
    void (*damage)(struct scene *scene);
} fatal[] = {
#define D(name)     \
    {               \
#        name, name \
    }
    D(kind_none),
    D(kind_unknown),
    D(place_unknown),
    D(size_huge),
    D(name_huge),
    D(name_shorter),
    D(name_longer),
    D(name_nowhere),
    D(name_in_a_ring),
    D(name_not_its_own),
    D(security_nowhere),
    D(security_in_the_name),
    D(security_huge),
    D(lease_none),
    D(lease_negative),
    D(lease_huge),
    D(lease_is_standard_input),
    D(lease_is_memory),
    D(memory_closed),
    D(memory_is_the_arena),
    D(memory_twice),
    D(unlinked_strangely),
    D(name_of_another),
    D(lease_of_another),
};

static const struct {
    const char *name;
    void (*damage)(struct scene *scene);
} fatal_to_shared[] = {
    D(sort_unknown), D(sort_none),       D(first_none),      D(second_none),
    D(third_closed), D(first_is_second), D(lease_is_memory), D(memory_twice),
};

/* These cost nothing: what belongs to no record is found or made anew. */
DAMAGE(head_records)
{
    scene->arena.header->records_used_up_to = UINT32_MAX;
}
DAMAGE(head_blocks)
{
    scene->arena.header->blocks_used_up_to = UINT32_MAX;
}
DAMAGE(head_clients)
{
    scene->arena.header->clients_used_up_to = UINT32_MAX;
}
DAMAGE(head_leases)
{
    scene->arena.header->leases_fd = -1;
}
DAMAGE(head_leases_wrong)
{
    scene->arena.header->leases_fd = scene->arena.header->watch_fd;
}
DAMAGE(head_listen)
{
    scene->arena.header->listen_fd = 1234;
}
DAMAGE(head_incumbent)
{
    scene->arena.header->incumbent_fd = scene->arena.header->leases_fd;
}
DAMAGE(head_watch)
{
    scene->arena.header->watch_fd = scene->arena.header->listen_fd;
}
DAMAGE(head_ready)
{
    scene->arena.header->ready_fd = 1;
}
DAMAGE(head_service)
{
    scene->arena.header->service_client = UINT64_MAX;
}
DAMAGE(head_redo)
{
    scene->arena.header->redo.valid = 1;
    scene->arena.header->redo.offset = UINT64_MAX - 3;
}
DAMAGE(head_redo_client)
{
    scene->arena.header->redo.valid = 1;
    scene->arena.header->redo.client = UINT32_MAX;
    scene->arena.header->redo.offset = 4096;
}
DAMAGE(head_tokens)
{
    memset(scene->arena.clients, 0xff, 4096);
}

static const struct {
    const char *name;
    void (*damage)(struct scene *scene);
} harmless[] = {
    D(head_records), D(head_blocks), D(head_clients),     D(head_leases), D(head_leases_wrong),
    D(head_listen),  D(head_watch),  D(head_incumbent),   D(head_ready),  D(head_service),
    D(head_redo),    D(head_tokens), D(head_redo_client),
};

/* --- the cases ------------------------------------------------------------------------------ */

/* Between two workers. */
static void damage_arena(const struct kit_broker *broker, void (*damage)(struct scene *scene))
{
    pid_t worker = kit_worker_of(broker->pid);
    struct scene scene;

    kill(broker->pid, SIGSTOP);
    kill(worker, SIGKILL);
    ok(test_until(kit_is_gone(worker), PATIENT));
    map_arena(broker->pid, &scene.arena);
    scene.index = index_of(&scene.arena, VICTIM);
    scene.victim = &scene.arena.records[scene.index];
    scene.other = &scene.arena.records[index_of(&scene.arena, VICTIM + 1)];
    damage(&scene);
    nt_arena_deinit(&scene.arena);
    kill(broker->pid, SIGCONT);
}

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

/* @n_lost: of the names from VICTIM on */
static void one_damage(const char *what, void (*damage)(struct scene *scene), unsigned most_lost)
{
    struct ntshm_broker_statistics before, after;
    HANDLE sections[N_NAMES], again;
    struct kit_broker broker;
    unsigned n_lost = 0;

    kit_broker_start(&broker, what, 60000);
    for (unsigned i = 0; i < N_NAMES; i++)
        sections[i] = create(i);
    before = ask();
    damage_arena(&broker, damage);
    for (unsigned i = 0; i < N_NAMES; i++) {
        bool found = is_found(i);

        /* Of two records that claim one thing the first one has it. */
        ok(found || i == VICTIM || (most_lost > 1 && i == VICTIM + 1), "%s: name %u is lost", what,
           i);
        n_lost += !found;
    }
    ok(n_lost == (most_lost ? 1 : 0), "%s: %u are lost", what, n_lost);
    after = ask();
    ok(after.names == N_NAMES - n_lost, "%s: %u names", what, (unsigned)after.names);
    ok(after.fds == before.fds - n_lost * (is_shared ? 4 : 2), "%s: %u descriptors", what,
       (unsigned)after.fds);
    ok_eq(after.instance, before.instance);
    ok_eq(after.pid, broker.pid);

    /* The name is free, and the next death is an ordinary one. */
    again = create(VICTIM);
    ok_succeeds(again);
    kill((pid_t)after.worker, SIGKILL);
    ok(is_found(VICTIM));
    CloseHandle(again);
    for (unsigned i = 0; i < N_NAMES; i++)
        CloseHandle(sections[i]);
    ok_eq(ask().names, 0);
    ok_eq(ask().fds, 0);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(a_damaged_record_is_lost_alone, "", 120)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(fatal); i++)
        one_damage(fatal[i].name, fatal[i].damage, strstr(fatal[i].name, "of_another") ? 2 : 1);
}

TEST_DEADLINE(a_damaged_record_of_shared_memory_is_lost_alone, "", 120)
{
    is_shared = true;
    for (size_t i = 0; i < NT_ARRAY_SIZE(fatal_to_shared); i++)
        one_damage(fatal_to_shared[i].name, fatal_to_shared[i].damage, 1);
}

TEST_DEADLINE(damage_outside_the_records_loses_no_name, "", 120)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(harmless); i++)
        one_damage(harmless[i].name, harmless[i].damage, 0);
}
