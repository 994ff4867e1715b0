// SPDX-License-Identifier: MIT
/*
 * The world of the play: a broker, four clients, and what they have at hand; see play-world.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ntstatus.h>

#include "broker/kept.h"
#include "fuzz/play-world.h"
#include "os/pidfd.h"
#include "rtl/sddl.h"

struct play_world play_world;

/* Two users, one of them with two connections, and root. */
static uid_t uid_of(size_t i)
{
    static const uid_t uids[PLAY_N_CLIENTS] = {PLAY_UID, PLAY_UID, PLAY_UID + 1, 0};

    return uids[i];
}

/* --- the world ------------------------------------------------------------------------------- */

/* Descriptors are given lowest first, so that a leaked one shows here. */
static int lowest_free_fd(void)
{
    int fd = fcntl(play_world.broker.epoll_fd, F_DUPFD_CLOEXEC, 3);

    FUZZ_CHECK(fd >= 0);
    close(fd);
    return fd;
}

void play_check_world(void)
{
    const char *complaint;

    play_world.broker.objects.n_objects += play_world.n_planted;
    complaint = fixture_complaint(&play_world.broker);
    if (complaint)
        fprintf(stderr, "%s\n", complaint);
    FUZZ_CHECK(!complaint);
}

static int memfd_of(int seals)
{
    int fd = memfd_create("gift", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    FUZZ_CHECK(fd >= 0 && ftruncate(fd, 8192) == 0);
    FUZZ_CHECK(seals == 0 || fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

/* The regular files are memfds, opened anew: the broker looks at the kind of a description only. */
static void make_gifts(void)
{
    const int frozen = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    int ends[2];

    FUZZ_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    play_world.gifts[0] = memfd_of(0);
    FUZZ_CHECK(nt_os_reopen(play_world.gifts[0], O_RDONLY, &play_world.gifts[1]) == 0);
    play_world.gifts[2] = memfd_of(0);
    FUZZ_CHECK(nt_os_reopen(play_world.gifts[2], O_RDONLY, &play_world.gifts[3]) == 0);
    play_world.gifts[4] = memfd_of(frozen);
    play_world.gifts[5] = ends[0];
    play_world.gifts[6] = ends[1];
    play_world.gifts[7] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    play_world.gifts[8] = open("/", O_PATH | O_CLOEXEC);
    FUZZ_CHECK(nt_os_reopen(play_world.gifts[0], O_WRONLY, &play_world.gifts[9]) == 0);
    FUZZ_CHECK(nt_os_pidfd_open(getpid(), &play_world.gifts[SELF_GIFT]) == 0);
}

/* A job may come to end this process. */
static int nobody_is_ended(enum nt_os_call call)
{
    return call == NT_OS_KILL ? EPERM : 0;
}

/* The mailbox of a process lives as long as that does. */
static void drop_mailbox(void)
{
    const struct nt_directory mailboxes = {.kind = NT_STANDS_MAILBOX};
    struct nt_objects *objects = &play_world.broker.objects;
    struct nt_broker_object *mailbox = nt_kept_find(objects, &mailboxes, (uint64_t)getpid());

    if (mailbox)
        nt_objects_remove(objects, mailbox);
}

static void make_security(void)
{
    static const char *const texts[N_SECURITY] = {
        "D:(A;;GA;;;WD)",
        "D:",
        "D:NO_ACCESS_CONTROL",
        "O:BAG:SYD:(A;;GR;;;WD)(A;;GA;;;BA)",
        "O:S-1-22-1-1000G:S-1-22-2-1000D:(A;;GA;;;S-1-22-1-1000)",
        "D:(D;;0x2;;;S-1-22-1-1001)(A;;GA;;;WD)",
        "D:(A;;GR;;;S-1-3-4)(A;;GA;;;WD)",
        "D:(A;;GX;;;AU)S:(ML;;NW;;;LW)",
        "D:(A;;GA;;;WD)S:(ML;;NW;;;HI)",
        "D:(A;OICI;GA;;;WD)(A;IO;GA;;;BA)",
        "O:S-1-22-1-1001D:(A;;0x60001;;;WD)",
        "D:(A;;GA;;;WD)S:(AU;SA;GA;;;WD)",
    };

    for (size_t i = 0; i < N_SECURITY; i++)
        FUZZ_CHECK(nt_sddl_parse(texts[i], strlen(texts[i]), &play_world.security[i]) ==
                   STATUS_SUCCESS);
}

static void make_boundaries(void)
{
    static const char *const sids[N_BOUNDARIES] = {"WD", "S-1-22-1-1000", "S-1-22-1-1001", "WD",
                                                   "AU"};
    static const uint16_t units[] = {'b', 'c'};
    struct nt_sid sid;

    for (size_t i = 0; i < N_BOUNDARIES; i++) {
        FUZZ_CHECK(nt_boundary_new(units + i / 4, 1, &play_world.boundaries[i]) == STATUS_SUCCESS);
        FUZZ_CHECK(nt_sddl_sid(sids[i], strlen(sids[i]), &sid) == STATUS_SUCCESS);
        FUZZ_CHECK(nt_boundary_add_sid(&play_world.boundaries[i], &sid.sid) == STATUS_SUCCESS);
    }
    FUZZ_CHECK(nt_sddl_sid("HI", 2, &sid) == STATUS_SUCCESS);
    FUZZ_CHECK(nt_boundary_add_label(&play_world.boundaries[3], &sid.sid) == STATUS_SUCCESS);
}

static void connect_client(size_t i)
{
    const struct play_client before = play_world.clients[i];

    play_world.clients[i] = (struct play_client){.token = before.token, .number = before.number};
    stage_connect(&play_world.broker, i, uid_of(i));
}

void play_set_up(void)
{
    int write_fd, read_fd, reader_fd;

    if (play_world.is_ready)
        return;
    /* What the seam keeps open for speed is open from here on. */
    FUZZ_CHECK(nt_os_lease_new(&write_fd, &read_fd) == 0);
    FUZZ_CHECK(nt_os_lease_reader(write_fd, &reader_fd) == 0);
    nt_os_close(write_fd);
    nt_os_close(read_fd);
    nt_os_close(reader_fd);
    nt_os_set_fault(nobody_is_ended);
    make_gifts();
    make_security();
    make_boundaries();
    stage_set_up(&play_world.broker);
    for (size_t i = 0; i < PLAY_N_CLIENTS; i++)
        connect_client(i);
    play_world.is_ready = true;
}

void play_reconnect(size_t i)
{
    struct play_client *client = &play_world.clients[i];

    while (client->n_send_fds > 0)
        nt_os_close(client->send_fds[--client->n_send_fds]);
    stage_disconnect(&play_world.broker, i);
    connect_client(i);
}

/* The broker owns what it is given: a copy. */
void play_add_gift(size_t client, unsigned choice)
{
    struct play_client *to = &play_world.clients[client];

    if (to->n_send_fds < NT_IPC_MAX_REQUEST_FDS)
        FUZZ_CHECK(nt_os_dup(play_world.gifts[choice % N_GIFTS], &to->send_fds[to->n_send_fds++]) ==
                   0);
}

void play_drop_held(struct play_held *held)
{
    while (held->n_fds > 0)
        nt_os_close(held->fds[--held->n_fds]);
}

/* Keeps what came along, and lets go of what was kept longest. */
void play_hold(const struct play_reply *reply)
{
    struct play_held *place = &play_world.held[play_world.next_held++ % N_HELD];

    play_drop_held(place);
    memcpy(place->fds, reply->fds, sizeof(place->fds));
    place->n_fds = reply->n_fds;
}

/* Back to the beginning: when nobody holds anything, nothing is left. */
void play_tear_down(unsigned mode)
{
    play_world.last_id = 0;
    play_world.last_root = (struct nt_name_root){0};
    for (size_t i = 0; i < N_HELD; i++)
        play_drop_held(&play_world.held[i]);
    for (size_t i = 0; i < PLAY_N_CLIENTS; i++) {
        play_reconnect(i);
        play_world.clients[i].token = play_world.clients[i].number = 0;
    }
    stage_pass_time(&play_world.broker);
    drop_mailbox();
    play_check_world();
    FUZZ_CHECK(play_world.broker.objects.n_objects == 0 && play_world.broker.objects.n_fds == 0);
    if (!play_world.lowest_free_fd[mode])
        play_world.lowest_free_fd[mode] = lowest_free_fd();
    FUZZ_CHECK(lowest_free_fd() == play_world.lowest_free_fd[mode]);
}
