// SPDX-License-Identifier: MIT
/*
 * Memory that was handed out read-only, in the hands of another user. A giver makes memory and a
 * lease as the broker makes them and sends the read-only description and the lease's read end to a
 * taker, who is another user and tries every known way to write. None may work; the memory is
 * compared after each.
 *
 * This is the boundary that a broker for all users stands on. That broker, in system mode, does not
 * exist yet: the case in which the taker gets his descriptors from it waits for it.
 */
#include "security/readonly.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <windows.h>

#include "broker/kit.h"
#include "harness/test.h"

/* --- the giver ------------------------------------------------------------------------------ */

static bool is_whole(const unsigned char *memory)
{
    for (size_t i = 0; i < LOOT_SIZE; i++) {
        if (memory[i] != LOOT_BYTE)
            return false;
    }
    return true;
}

CHILD(giver)
{
    int channel = atoi(argv[1]), write_fd = -1, read_fd = -1, lease_write = -1, lease_read = -1;
    bool is_private = strcmp(argv[2], "private") == 0;
    struct iovec part = {(void *)"take", 4};
    unsigned char *memory;
    char line[64];
    int fds[2];

    kit_become(KIT_NOBODY);
    /* The control: memory with the mode that the kernel gives by itself. */
    require(nt_os_memfd_new("payload", LOOT_SIZE, is_private ? NT_OS_MEMFD_PRIVATE : 0,
                            &write_fd) == 0);
    require(nt_os_reopen(write_fd, O_RDONLY, &read_fd) == 0);
    require(nt_os_lease_new(&lease_write, &lease_read) == 0);
    memory = mmap(NULL, LOOT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, write_fd, 0);
    require(memory != MAP_FAILED);
    memset(memory, LOOT_BYTE, LOOT_SIZE);
    fds[0] = read_fd;
    fds[1] = lease_read;
    require(nt_os_socket_send(channel, &part, 1, fds, 2, true) == 0);
    test_say("%d %llx", write_fd, (unsigned long long)(uintptr_t)memory);
    while (test_hear(line, sizeof(line), 30000) && strcmp(line, "look") == 0)
        test_say(is_whole(memory) ? "whole" : "changed");
    ok(!nt_os_lease_is_dead(lease_write));
    return 0;
}

/* --- the taker ------------------------------------------------------------------------------ */

static void take(struct loot *loot, char **argv)
{
    int channel = atoi(argv[1]), fds[NT_OS_MAX_FDS];
    size_t size, n_fds;
    char text[8];

    kit_become(KIT_STRANGER);
    require(nt_os_socket_recv(channel, text, sizeof(text), &size, fds, 2, &n_fds, NULL, true) == 0);
    require(n_fds == 2);
    loot->fd = fds[0];
    loot->lease = fds[1];
    loot->giver = (pid_t)atoi(argv[2]);
    loot->giver_fd = atoi(argv[3]);
    loot->giver_address = strtoull(argv[4], NULL, 16);
    loot->view = mmap(NULL, LOOT_SIZE, PROT_READ, MAP_SHARED, loot->fd, 0);
    require(loot->view != MAP_FAILED);
    require(is_whole(loot->view));
}

CHILD(taker)
{
    struct loot loot;

    take(&loot, argv);
    for (const struct attack *attack = attacks; attack->name; attack++) {
        bool got_in = attack->try(&loot);

        ok(!got_in, "%s", attack->name);
        ok(is_whole(loot.view), "%s changed it", attack->name);
    }
    munmap(loot.view, LOOT_SIZE);
    return 0;
}

/* The control: the first way that comes to mind. */
CHILD(easy_taker)
{
    struct loot loot;

    take(&loot, argv);
    ok(attacks[0].try(&loot));
    ok(!is_whole(loot.view));
    munmap(loot.view, LOOT_SIZE);
    return 0;
}

static void rob(const char *taker_name, const char *mode, const char *found)
{
    char channels[2][16], line[64], pid[16], fd[16], address[32];
    struct test_child giver, taker;
    int pair[2];

    kit_need_root();
    /* Both children inherit it. */
    require(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    snprintf(channels[0], sizeof(channels[0]), "%d", pair[0]);
    snprintf(channels[1], sizeof(channels[1]), "%d", pair[1]);
    require(test_child_start(&giver, "giver", channels[0], mode));
    require(test_child_read_line(&giver, line, sizeof(line), 20000));
    require(sscanf(line, "%15s %31s", fd, address) == 2);
    snprintf(pid, sizeof(pid), "%ld", giver.pid);
    require(test_child_start(&taker, taker_name, channels[1], pid, fd, address));
    ok_eq(test_child_wait(&taker, 30000), 0);
    test_child_write_line(&giver, "look");
    test_child_expect(&giver, found, 20000);
    test_child_write_line(&giver, "end");
    ok_eq(test_child_wait(&giver, 20000), 0);
    close(pair[0]);
    close(pair[1]);
}

TEST(another_user_cannot_write_what_it_may_read, "2.22")
{
    rob("taker", "private", "whole");
}

TEST(another_user_writes_where_the_mode_is_open, "")
{
    rob("easy_taker", "open", "changed");
}
