// SPDX-License-Identifier: MIT
/*
 * Messages of 64 bytes from one process to another: through the ring of examples/ring.h, which
 * costs no system call while both are at work; beside the same ring of bare system calls (memfd,
 * two mmap, futex), the copy alone, and a pipe and a socket, where each message is a system call on
 * both sides. An operation is a message, and a batch is over when the other process has taken all
 * of them.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>

#include "bench/bench.h"
#include "ring.h"

#define MESSAGE 64

/* The words of the bare ring; a side sleeps on its own. */
struct bare_words {
    _Alignas(64) _Atomic uint64_t written;
    _Atomic uint32_t writer_sleeps;
    _Alignas(64) _Atomic uint64_t taken;
    _Atomic uint32_t reader_sleeps;
};

struct channel {
    struct ring ring;
    char name[64];
    int write_fd;
    pid_t reader;
    uint64_t sent;
    _Atomic uint64_t *taken; /* shared with the reader */
    unsigned char *copy;     /* RING_SIZE bytes; of the bare ring twice */
    struct bare_words *words;
    uint64_t mine, other;
};

static struct channel *new_channel(void)
{
    struct channel *channel = calloc(1, sizeof(*channel));

    if (!channel)
        bench_fail("no memory");
    channel->taken = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (channel->taken == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    channel->write_fd = -1;
    return channel;
}

/* A message is its number, and the number's low byte for the rest. */
static void fill(unsigned char *message, uint64_t number)
{
    memset(message, (int)(number & 0xFF), MESSAGE);
    memcpy(message, &number, sizeof(number));
}

static bool is_number(const unsigned char *message, uint64_t number)
{
    return memcmp(message, &number, sizeof(number)) == 0 &&
           message[MESSAGE - 1] == (unsigned char)(number & 0xFF);
}

static void end_channel(void *state)
{
    struct channel *channel = state;

    kill(channel->reader, SIGKILL);
    while (waitpid(channel->reader, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void check_channel(void *state)
{
    struct channel *channel = state;

    if (atomic_load(channel->taken) != channel->sent)
        bench_fail("messages are lost");
}

/* --- the ring ----------------------------------------------------------------------- */

static void read_ring(struct channel *channel)
{
    uint32_t size, tag;

    if (!ring_open(&channel->ring, channel->name, FALSE))
        _exit(1);
    for (uint64_t number = 0;; number++) {
        if (!is_number(ring_next(&channel->ring, &size, &tag), number) || size != MESSAGE)
            _exit(1);
        atomic_store_explicit(channel->taken, number + 1, memory_order_relaxed);
        ring_release(&channel->ring, size);
    }
}

static void *begin_ring(unsigned parameter)
{
    struct channel *channel = new_channel();

    (void)parameter;
    snprintf(channel->name, sizeof(channel->name), "BenchRing.%d", (int)getpid());
    channel->reader = bench_fork();
    if (channel->reader == 0)
        read_ring(channel);
    if (!ring_open(&channel->ring, channel->name, TRUE))
        bench_fail("the ring cannot be opened (%u)", (unsigned)GetLastError());
    bench_set_partner(channel->reader);
    return channel;
}

static uint64_t run_ring(void *state, unsigned n)
{
    struct channel *channel = state;

    for (unsigned i = 0; i < n; i++) {
        fill(ring_begin(&channel->ring, MESSAGE, 0), channel->sent++);
        ring_commit(&channel->ring);
    }
    ring_drain(&channel->ring);
    return 0;
}

static void end_ring(void *state)
{
    struct channel *channel = state;

    ring_close(&channel->ring);
    end_channel(channel);
}

/* --- the same of bare system calls -------------------------------------------------- */

static void *map_shared(void *place, size_t size, int flags, int fd)
{
    void *mapped = mmap(place, size, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);

    if (mapped == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    return mapped;
}

static unsigned char *map_bare_twice(void)
{
    int fd = (int)bench_must(memfd_create("bench", MFD_CLOEXEC), "memfd");
    unsigned char *place;

    bench_must(ftruncate(fd, RING_SIZE), "ftruncate");
    place = mmap(NULL, 2 * RING_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        bench_fail("mmap: errno %d", errno);
    map_shared(place, RING_SIZE, MAP_FIXED, fd);
    map_shared(place + RING_SIZE, RING_SIZE, MAP_FIXED, fd);
    close(fd);
    return place;
}

static void publish(_Atomic uint64_t *word, uint64_t value, _Atomic uint32_t *other_sleeps)
{
    atomic_exchange(word, value);
    if (atomic_load_explicit(other_sleeps, memory_order_relaxed) &&
        atomic_exchange(other_sleeps, 0))
        syscall(SYS_futex, other_sleeps, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static uint64_t await_change(_Atomic uint64_t *word, uint64_t seen, _Atomic uint32_t *sleeps)
{
    uint64_t now = atomic_load(word);

    for (unsigned i = 0; i < 200 && now == seen; i++) {
        YieldProcessor();
        now = atomic_load(word);
    }
    while (now == seen) {
        atomic_store(sleeps, 1);
        now = atomic_load(word);
        if (now != seen)
            break;
        syscall(SYS_futex, sleeps, FUTEX_WAIT, 1, NULL, NULL, 0);
        now = atomic_load(word);
    }
    return now;
}

static void read_bare(struct channel *channel)
{
    struct bare_words *words = channel->words;

    for (uint64_t number = 0;; number++) {
        const unsigned char *place = channel->copy + channel->mine % RING_SIZE;
        uint32_t size;

        while (channel->mine == channel->other)
            channel->other = await_change(&words->written, channel->other, &words->reader_sleeps);
        memcpy(&size, place, sizeof(size));
        if (size != MESSAGE || !is_number(place + 8, number))
            _exit(1);
        atomic_store_explicit(channel->taken, number + 1, memory_order_relaxed);
        channel->mine += size + 8;
        publish(&words->taken, channel->mine, &words->writer_sleeps);
    }
}

static void *begin_bare(unsigned parameter)
{
    struct channel *channel = new_channel();

    (void)parameter;
    channel->copy = map_bare_twice();
    channel->words = map_shared(NULL, sizeof(*channel->words), MAP_ANONYMOUS, -1);
    channel->reader = bench_fork();
    if (channel->reader == 0)
        read_bare(channel);
    bench_set_partner(channel->reader);
    return channel;
}

static void await_room(struct channel *channel, uint64_t room)
{
    struct bare_words *words = channel->words;

    while (channel->mine + room - channel->other > RING_SIZE)
        channel->other = await_change(&words->taken, channel->other, &words->writer_sleeps);
}

static uint64_t run_bare(void *state, unsigned n)
{
    struct channel *channel = state;
    const uint32_t size = MESSAGE;

    for (unsigned i = 0; i < n; i++) {
        unsigned char *place = channel->copy + channel->mine % RING_SIZE;

        await_room(channel, size + 8);
        memcpy(place, &size, sizeof(size));
        fill(place + 8, channel->sent++);
        channel->mine += size + 8;
        publish(&channel->words->written, channel->mine, &channel->words->reader_sleeps);
    }
    await_room(channel, RING_SIZE);
    return 0;
}

/* --- the copy alone ----------------------------------------------------------------- */

static void *begin_copy(unsigned parameter)
{
    struct channel *channel = new_channel();

    (void)parameter;
    channel->copy = calloc(1, RING_SIZE);
    if (!channel->copy)
        bench_fail("no memory");
    return channel;
}

static uint64_t run_copy(void *state, unsigned n)
{
    struct channel *channel = state;
    unsigned char message[MESSAGE];

    for (unsigned i = 0; i < n; i++) {
        unsigned char *place = channel->copy + channel->sent * MESSAGE % RING_SIZE;

        fill(message, channel->sent);
        memcpy(place, message, MESSAGE);
        __asm__ volatile("" : : "r"(place) : "memory");
        channel->sent++;
    }
    return 0;
}

/* --- what the kernel carries -------------------------------------------------------- */

static void read_messages(struct channel *channel, int fd)
{
    unsigned char message[MESSAGE];

    for (uint64_t number = 0;; number++) {
        if (read(fd, message, MESSAGE) != MESSAGE || !is_number(message, number))
            _exit(1);
        atomic_store_explicit(channel->taken, number + 1, memory_order_release);
    }
}

static void *begin_fds(int read_fd, int write_fd)
{
    struct channel *channel = new_channel();

    channel->write_fd = write_fd;
    channel->reader = bench_fork();
    if (channel->reader == 0)
        read_messages(channel, read_fd);
    close(read_fd);
    bench_set_partner(channel->reader);
    return channel;
}

static void *begin_pipe(unsigned parameter)
{
    int ends[2];

    (void)parameter;
    bench_must(pipe(ends), "pipe");
    return begin_fds(ends[0], ends[1]);
}

static void *begin_socket(unsigned parameter)
{
    int ends[2];

    (void)parameter;
    bench_must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "socketpair");
    return begin_fds(ends[0], ends[1]);
}

static uint64_t run_fd(void *state, unsigned n)
{
    struct channel *channel = state;
    unsigned char message[MESSAGE];

    for (unsigned i = 0; i < n; i++) {
        fill(message, channel->sent++);
        if (write(channel->write_fd, message, MESSAGE) != MESSAGE)
            bench_fail("write: errno %d", errno);
    }
    while (atomic_load_explicit(channel->taken, memory_order_acquire) != channel->sent)
        sched_yield();
    return 0;
}

/* clang-format off */
const struct bench_line bench_ring_lines[] = {
    {
        .id = "ring", .title = "a message of 64 bytes through a mirrored ring",
        .place = BENCH_TWO_CPUS, .unit = BENCH_NS, .batch = 20000, .ratio_target = 1.1,
        .subjects = {
            {.name = "ours", .partner = BENCH_OWN_PARTNER, .begin = begin_ring, .run = run_ring,
             .check = check_channel, .end = end_ring},
            {.name = "bare ring", .partner = BENCH_OWN_PARTNER, .begin = begin_bare,
             .run = run_bare, .check = check_channel, .end = end_channel},
            {.name = "memcpy alone", .begin = begin_copy, .run = run_copy},
            {.name = "pipe", .partner = BENCH_OWN_PARTNER, .begin = begin_pipe, .run = run_fd,
             .check = check_channel, .end = end_channel},
            {.name = "UNIX socket", .partner = BENCH_OWN_PARTNER, .begin = begin_socket,
             .run = run_fd, .check = check_channel, .end = end_channel},
        },
    },
    {.id = NULL},
};
/* clang-format on */
