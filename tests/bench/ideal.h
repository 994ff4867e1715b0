/* SPDX-License-Identifier: MIT */
/*
 * An ideal broker: the least that a process can do which makes named memory for another one and
 * learns when it is no longer used. It is a floor, not a design: it has one name, no users, no
 * access check, no quota, no event loop, and does not look whether anybody still holds the name.
 *
 *   create   recvmsg; close the two descriptors kept of the object before; memfd_create,
 *            ftruncate, fcntl (seals), pipe2; sendmsg with the memory and the pipe's read end;
 *            close that end
 *   open     recvmsg; sendmsg with the memory and a read end that it kept
 *   missing  recvmsg; sendmsg
 *
 * Each is one round trip over a SOCK_SEQPACKET pair. The client adds sendmsg, recvmsg and, on
 * success, the close of the two descriptors.
 *
 * With duties it also does, in the fewest calls, what our broker promises and the floor does not:
 * it waits in epoll for more than one client and is told when a name's last holder is gone, looks
 * whether the last reply was read (ioctl), receives the sender's credentials, keeps other users
 * from reopening the memory or writing into the pipe (fchmod, fchmod), takes one page of the
 * user's pipe quota instead of sixteen (fcntl), polls the pipe before it opens a name, and gives
 * each opener a read end of its own (openat, close). Its client looks who its thread is (geteuid,
 * getegid, getgroups) and says so with each message. What we take beyond that is our own fault.
 */
#ifndef NTSHM_BENCH_IDEAL_H
#define NTSHM_BENCH_IDEAL_H

#include <stdbool.h>
#include <stdint.h>

struct bench_ideal {
    int fd;
    bool duties;
    unsigned long counter;
    char name[48];
};

/** bench_ideal_start() - the broker as a partner of this subject, and a connection to it */
struct bench_ideal *bench_ideal_start(bool duties);
/** bench_ideal_create() - a fresh name; gives memory and read end */
void bench_ideal_create(struct bench_ideal *ideal, int ret_fds[2]);
/** bench_ideal_open() - false when there is no such name */
bool bench_ideal_open(struct bench_ideal *ideal, const char *name, int ret_fds[2]);

/* For the subjects of lines: begin without and with duties, operations, and whether they work. */
void *bench_ideal_begin(unsigned parameter);
void *bench_dutiful_begin(unsigned parameter);
uint64_t bench_ideal_create_run(void *state, unsigned n);
uint64_t bench_ideal_open_run(void *state, unsigned n);
uint64_t bench_ideal_missing_run(void *state, unsigned n);
void bench_ideal_check(void *state);

#endif
