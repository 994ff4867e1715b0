// SPDX-License-Identifier: MIT
/*
 * What a new worker finds. Memory and descriptors are as the last one left them, at any point of
 * any step, and nothing in the arena is believed: a record is kept when every number in it is in
 * its bounds, its chains are its own, and its descriptors are open and nobody else's. Whatever
 * no good record names is closed, client connections too, so that clients see the end and come
 * again. The broker's first start is the same with nothing to find.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "broker/broker.h"
#include "broker/kept.h"
#include "broker/recover.h"
#include "broker/step.h"
#include "os/os.h"
#include "os/peer.h"
#include "util/log.h"
#include "util/macro.h"

#define MOST_FDS     (1u << 24)
#define N_RECORD_FDS 6
#define N_POLLED     1024u

struct recovery {
    struct nt_arena *arena;
    unsigned char *open;   /* a bit for each descriptor that is open */
    unsigned char *fds;    /* and for each that somebody owns */
    unsigned char *blocks; /* a bit for each block that a record names */
    uint32_t n_fds;        /* no descriptor has a higher number */
    uint32_t n_lost;       /* records that are not good */
};

/* --- bits ----------------------------------------------------------------------------------- */

static bool has_bit(const unsigned char *bits, uint32_t index)
{
    return bits[index / 8] & (1u << index % 8);
}

static void set_bit(unsigned char *bits, uint32_t index)
{
    bits[index / 8] |= (unsigned char)(1u << index % 8);
}

static bool is_live(const struct nt_record *record)
{
    return (atomic_load(&record->word) & 0xff) == NT_RECORD_LIVE;
}

static void clear_bit(unsigned char *bits, uint32_t index)
{
    bits[index / 8] &= (unsigned char)~(1u << index % 8);
}

/* --- descriptors ---------------------------------------------------------------------------- */

static uint32_t highest_of(const struct recovery *recovery, const struct nt_record *record)
{
    const int fds[N_RECORD_FDS] = {record->lease_fd, record->second_lease_fd,
                                   record->write_fd, record->read_fd,
                                   record->extra_fd, record->extra_read_fd};
    uint32_t highest = 0;

    for (size_t i = 0; i < N_RECORD_FDS; i++) {
        if (fds[i] >= 0 && (uint32_t)fds[i] < recovery->n_fds && (uint32_t)fds[i] > highest)
            highest = (uint32_t)fds[i];
    }
    return highest;
}

/* Many at once: poll() says POLLNVAL of one that is not open, and looks no further here. */
static void look_at(struct recovery *recovery, uint32_t first, uint32_t n)
{
    struct pollfd polls[N_POLLED];

    for (uint32_t i = 0; i < n; i++)
        polls[i] = (struct pollfd){.fd = (int)(first + i)};
    while (poll(polls, n, 0) < 0 && errno == EINTR)
        ;
    for (uint32_t i = 0; i < n; i++) {
        if (!(polls[i].revents & POLLNVAL))
            set_bit(recovery->open, first + i);
    }
}

/* Which descriptors are open, as far up as the arena speaks of any. */
static void find_open(struct recovery *recovery)
{
    const struct nt_arena *arena = recovery->arena;
    const struct nt_arena_header *header = arena->header;
    const int own[] = {arena->fd,         header->leases_fd,    header->watch_fd,
                       header->listen_fd, header->incumbent_fd, header->ready_fd};
    uint32_t end = 0;

    for (size_t i = 0; i < NT_ARRAY_SIZE(own); i++) {
        if (own[i] >= 0 && (uint32_t)own[i] < recovery->n_fds && (uint32_t)own[i] >= end)
            end = (uint32_t)own[i] + 1;
    }
    for (uint32_t i = 0; i < arena->records_used_up_to; i++) {
        if (is_live(&arena->records[i]) && highest_of(recovery, &arena->records[i]) >= end)
            end = highest_of(recovery, &arena->records[i]) + 1;
    }
    for (uint32_t first = 0; first < end; first += N_POLLED)
        look_at(recovery, first, end - first < N_POLLED ? end - first : N_POLLED);
}

/* An open descriptor that nobody has claimed yet is somebody's from now on. */
static bool claim_fd(struct recovery *recovery, int fd)
{
    if (fd < 3 || (uint32_t)fd >= recovery->n_fds || !has_bit(recovery->open, (uint32_t)fd) ||
        has_bit(recovery->fds, (uint32_t)fd))
        return false;
    /* A keeper that executed another program kept them open by clearing this flag. */
    if (recovery->arena->header->is_kept_open && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return false;
    set_bit(recovery->fds, (uint32_t)fd);
    return true;
}

static void unclaim_fd(struct recovery *recovery, int fd)
{
    if (fd >= 0)
        clear_bit(recovery->fds, (uint32_t)fd);
}

static void keep_fd(struct recovery *recovery, int32_t *fd)
{
    if (*fd >= 0 && !claim_fd(recovery, *fd))
        *fd = -1;
}

/* Closes everything from 3 up that nobody has claimed. */
static void sweep(const struct recovery *recovery)
{
    uint32_t first = 3;

    for (uint32_t fd = 3; fd < recovery->n_fds; fd++) {
        if (!has_bit(recovery->fds, fd))
            continue;
        if (fd > first)
            syscall(SYS_close_range, first, fd - 1, 0);
        first = fd + 1;
    }
    syscall(SYS_close_range, first, ~0u, 0);
}

/* --- chains --------------------------------------------------------------------------------- */

static size_t n_blocks(size_t size)
{
    return (size + NT_BLOCK_BYTES - 1) / NT_BLOCK_BYTES;
}

static void release_chain(struct recovery *recovery, uint32_t block, size_t n)
{
    for (; n > 0; n--) {
        clear_bit(recovery->blocks, block);
        block = recovery->arena->blocks[block].next;
    }
}

/* A chain of exactly @size bytes, of blocks that are @owner's and nobody else's. */
static bool claim_chain(struct recovery *recovery, uint32_t owner, uint32_t first, size_t size)
{
    const struct nt_arena *arena = recovery->arena;
    size_t n = n_blocks(size), i = 0;
    uint32_t block = first;

    while (i < n && block < arena->blocks_used_up_to && arena->blocks[block].owner == owner &&
           !has_bit(recovery->blocks, block)) {
        set_bit(recovery->blocks, block);
        block = arena->blocks[block].next;
        i++;
    }
    if (i == n && block == NT_ARENA_NONE)
        return true;
    release_chain(recovery, first, i);
    return false;
}

static void release_chains(struct recovery *recovery, const struct nt_record *record)
{
    uint64_t security = atomic_load(&record->security);

    release_chain(recovery, record->name_block, n_blocks(record->name_units * sizeof(uint16_t)));
    if (security)
        release_chain(recovery, (uint32_t)(security >> 32),
                      n_blocks(nt_arena_chain_size(security)));
}

static bool claim_chains(struct recovery *recovery, uint32_t index)
{
    const struct nt_record *record = &recovery->arena->records[index];
    uint64_t security = atomic_load(&record->security);
    size_t name_size = record->name_units * sizeof(uint16_t);

    if (!claim_chain(recovery, index, record->name_block, name_size))
        return false;
    if (security == 0 ||
        claim_chain(recovery, index, (uint32_t)(security >> 32), nt_arena_chain_size(security)))
        return true;
    release_chain(recovery, record->name_block, n_blocks(name_size));
    return false;
}

/* --- records -------------------------------------------------------------------------------- */

/* What an object cannot be without. */
static bool has_its_fds(const struct nt_record *record)
{
    return record->kind != NT_KIND_D3D12 ||
           (nt_shared_is_type(record->attributes) && record->read_fd >= 0 &&
            (record->write_fd >= 0 || record->extra_fd < 0));
}

static bool is_in_bounds(const struct nt_record *record)
{
    uint64_t security = atomic_load(&record->security);

    return ((record->kind >= 1 && record->kind <= NT_KIND_LAST) || nt_kept_is(record)) &&
           record->directory_kind <= NT_STANDS_LAST &&
           nt_kept_is(record) == (record->directory_kind >= NT_STANDS_MAILBOX) &&
           record->name_units <= NT_IPC_MAX_BYTES / 2 &&
           nt_arena_chain_size(security) <= NT_IPC_MAX_BYTES && record->size <= INT64_MAX &&
           atomic_load(&record->unlinked) <= 1 && has_its_fds(record);
}

static bool is_pipe(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

static bool claim_fds(struct recovery *recovery, const struct nt_record *record)
{
    const int fds[N_RECORD_FDS] = {record->lease_fd, record->second_lease_fd,
                                   record->write_fd, record->read_fd,
                                   record->extra_fd, record->extra_read_fd};
    size_t n = 0, first = record->kind == NT_KEPT_PARCEL ? 0 : 1; /* that may be none */

    while (n < N_RECORD_FDS && (fds[n] == -1 ? n >= first : claim_fd(recovery, fds[n])))
        n++;
    if (n == N_RECORD_FDS && (record->second_lease_fd < 0 || is_pipe(record->second_lease_fd)))
        return true;
    while (n > 0)
        unclaim_fd(recovery, fds[--n]);
    return false;
}

/* A record that is no object's: its next user finds the generation, and nothing else. */
static void clear_record(struct nt_record *record)
{
    atomic_store_explicit(&record->word, atomic_load(&record->word) & ~0xffull,
                          memory_order_release);
    record->name_block = NT_ARENA_NONE;
    atomic_store(&record->security, 0);
}

static void check_record(struct recovery *recovery, uint32_t index)
{
    struct nt_arena *arena = recovery->arena;
    struct nt_record *record = &arena->records[index];

    if (is_live(record)) {
        if (is_in_bounds(record) && claim_chains(recovery, index)) {
            if (claim_fds(recovery, record))
                return;
            release_chains(recovery, record);
        }
        recovery->n_lost++;
    }
    clear_record(record);
    arena->free_records[arena->n_free_records++] = index;
}

static void check_marks(struct nt_arena *arena)
{
    arena->n_free_records = arena->n_free_blocks = 0;
    arena->records_used_up_to = arena->header->records_used_up_to < arena->n_records
                                    ? arena->header->records_used_up_to
                                    : arena->n_records;
    arena->blocks_used_up_to = arena->header->blocks_used_up_to < arena->n_blocks
                                   ? arena->header->blocks_used_up_to
                                   : arena->n_blocks;
}

static void check_records(struct recovery *recovery)
{
    struct nt_arena *arena = recovery->arena;

    for (uint32_t i = 0; i < arena->records_used_up_to; i++)
        check_record(recovery, i);
    for (uint32_t i = 0; i < arena->blocks_used_up_to; i++) {
        if (!has_bit(recovery->blocks, i))
            arena->free_blocks[arena->n_free_blocks++] = i;
    }
}

/* --- objects -------------------------------------------------------------------------------- */

/* In the set of leases, whether the set knows it already or not. */
static bool watch_lease(struct nt_objects *objects, const struct nt_record *record, uint32_t index)
{
    struct epoll_event event = {
        .data.u64 = (nt_record_generation(record) & UINT32_MAX) << 32 | index,
    };

    if (nt_kept_is(record)) {
        event.events = EPOLLIN;
        return !nt_kept_has_process(record) ||
               (nt_os_pidfd_is(record->lease_fd) &&
                (epoll_ctl(objects->leases_fd, EPOLL_CTL_MOD, record->lease_fd, &event) == 0 ||
                 epoll_ctl(objects->leases_fd, EPOLL_CTL_ADD, record->lease_fd, &event) == 0));
    }
    /* What is in there already was a lease. */
    if (epoll_ctl(objects->leases_fd, EPOLL_CTL_MOD, record->lease_fd, &event) == 0)
        return true;
    return is_pipe(record->lease_fd) &&
           epoll_ctl(objects->leases_fd, EPOLL_CTL_ADD, record->lease_fd, &event) == 0;
}

static struct nt_directory directory_of(const struct nt_record *record)
{
    if (atomic_load(&record->unlinked))
        return (struct nt_directory){.kind = NT_STANDS_NOWHERE, .id = record->secret};
    return (struct nt_directory){.kind = record->directory_kind,
                                 .uid = record->directory_uid,
                                 .session = record->directory_session,
                                 .id = record->directory_id};
}

/* The index node of a good record, and what it costs its owner. */
static int adopt(struct nt_objects *objects, uint32_t index)
{
    struct nt_record *record = &objects->arena.records[index];
    struct nt_broker_object *object =
        calloc(1, sizeof(*object) + record->name_units * sizeof(uint16_t));
    uint64_t amount[NT_CHARGE_COUNT];
    struct nt_user *user;

    if (!object)
        return -ENOMEM;
    user = nt_user_ref(objects->users, record->owner);
    if (!user) {
        free(object);
        return -ENOMEM;
    }
    object->index = index;
    object->directory = directory_of(record);
    object->n_units = record->name_units;
    nt_arena_load_name(&objects->arena, index, object->name);
    nt_object_amount(record, amount);
    nt_charge_anyway(objects->users, &object->charge, user, amount);
    nt_user_unref(objects->users, user);
    if (!watch_lease(objects, record, index) || !nt_objects_index(objects, object)) {
        nt_charge_refund(objects->users, &object->charge);
        free(object);
        return -EUCLEAN;
    }
    objects->n_bytes += nt_object_bytes(record);
    objects->n_fds += nt_payload_count(record);
    return 0;
}

/* A good record that is no object: its name is another's, or it cannot be watched. */
static void discard(struct nt_objects *objects, uint32_t index)
{
    struct nt_record fds = objects->arena.records[index];

    nt_arena_give(&objects->arena, index);
    nt_payload_close(&fds);
}

/* Those that belong to nothing else first (@parts false), then what belongs to one of these. */
static int adopt_some(struct nt_objects *objects, bool parts, uint32_t *n_lost)
{
    for (uint32_t i = 0; i < objects->arena.records_used_up_to; i++) {
        const struct nt_record *record = &objects->arena.records[i];
        int r = 0;

        if (!is_live(record) || nt_kept_is_part(record) != parts)
            continue;
        /* What it belonged to went, and the worker died before this could. */
        if (parts && !nt_kept_belongs(objects, i)) {
            discard(objects, i);
            continue;
        }
        r = adopt(objects, i);
        if (r == -EUCLEAN) {
            discard(objects, i);
            (*n_lost)++;
        } else if (r < 0) {
            return r;
        }
    }
    return 0;
}

static int adopt_all(struct nt_objects *objects, uint32_t *n_lost)
{
    int r = adopt_some(objects, false, n_lost);

    return r < 0 ? r : adopt_some(objects, true, n_lost);
}

/* The set of leases, or another one where the arena names none that is. */
static int find_leases(struct nt_objects *objects)
{
    struct nt_arena_header *header = objects->arena.header;
    struct epoll_event event;
    int r = 0;

    if (header->leases_fd >= 0 && epoll_wait(header->leases_fd, &event, 1, 0) < 0 && errno != EINTR)
        header->leases_fd = nt_os_close(header->leases_fd);
    if (header->leases_fd < 0)
        r = nt_os_adopt_fd(epoll_create1(EPOLL_CLOEXEC), &header->leases_fd);
    objects->leases_fd = header->leases_fd;
    return r;
}

/* --- all of it ------------------------------------------------------------------------------ */

static int recovery_init(struct recovery *recovery, struct nt_arena *arena)
{
    struct rlimit limit = {MOST_FDS, MOST_FDS};

    getrlimit(RLIMIT_NOFILE, &limit);
    *recovery = (struct recovery){
        .arena = arena,
        .n_fds = limit.rlim_cur < MOST_FDS ? (uint32_t)limit.rlim_cur : MOST_FDS,
    };
    recovery->open = calloc(1, recovery->n_fds / 8 + 1);
    recovery->fds = calloc(1, recovery->n_fds / 8 + 1);
    recovery->blocks = calloc(1, arena->n_blocks / 8 + 1);
    return recovery->open && recovery->fds && recovery->blocks ? 0 : -ENOMEM;
}

static void recovery_deinit(struct recovery *recovery)
{
    free(recovery->open);
    free(recovery->fds);
    free(recovery->blocks);
}

static void check_all(struct recovery *recovery)
{
    struct nt_arena_header *header = recovery->arena->header;

    check_marks(recovery->arena);
    find_open(recovery);
    claim_fd(recovery, recovery->arena->fd);
    keep_fd(recovery, &header->listen_fd);
    keep_fd(recovery, &header->incumbent_fd);
    keep_fd(recovery, &header->leases_fd);
    keep_fd(recovery, &header->watch_fd);
    keep_fd(recovery, &header->ready_fd);
    check_records(recovery);
    NT_STEP(recover_checked);
    header->is_kept_open = 0;
    sweep(recovery);
    NT_STEP(recover_swept);
}

int nt_recover(struct nt_broker *broker)
{
    struct nt_arena *arena = &broker->objects.arena;
    uint64_t begin = nt_os_now_ns();
    struct recovery recovery;
    int r;

    NT_STEP(recover_begun);
    nt_answer_recover(broker);
    NT_STEP(recover_redone);
    r = recovery_init(&recovery, arena);
    if (r == 0) {
        check_all(&recovery);
        r = find_leases(&broker->objects);
        if (r == 0)
            r = adopt_all(&broker->objects, &recovery.n_lost);
    }
    NT_STEP(recover_adopted);
    if (r == 0)
        nt_objects_reap_all(&broker->objects);
    NT_STEP(recover_reaped);
    if (recovery.n_lost > 0)
        nt_log(NT_LOG_ERROR, "%u records were damaged and are lost", recovery.n_lost);
    recovery_deinit(&recovery);
    arena->header->recovered_ns = nt_os_now_ns() - begin;
    if (broker->objects.n_objects > 0)
        nt_log(NT_LOG_WARNING, "took over %llu names in %llu us",
               (unsigned long long)broker->objects.n_objects,
               (unsigned long long)arena->header->recovered_ns / 1000);
    return r;
}
