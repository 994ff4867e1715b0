// SPDX-License-Identifier: MIT
/*
 * The kit: a broker for all users of the machine, under a user of its own; see kit.h.
 */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "broker/kit.h"
#include "harness/test.h"

#define MOST_ARGUMENTS 16

void kit_become_member(uid_t uid, const gid_t *groups, size_t n)
{
    require(setgroups(n, groups) == 0 && setresgid(uid, uid, uid) == 0 &&
                setresuid(uid, uid, uid) == 0,
            "cannot become user %u", (unsigned)uid);
    require(prctl(PR_SET_DUMPABLE, 1) == 0);
}

/* In the child: nothing of the case's but the end of the pipe. */
__attribute__((noreturn)) static void run(const struct kit_broker *broker, uid_t uid,
                                          const char *const *arguments, int ready_fd)
{
    char directory[sizeof(broker->directory) + 16];
    const char *argv[MOST_ARGUMENTS + 5] = {"ntshmd", "--system", "--ready=3", directory};
    const char *program = getenv("NTSHM_BROKER_PATH");
    size_t n = 4;

    snprintf(directory, sizeof(directory), "--directory=%s", broker->directory);
    while (arguments && *arguments && n < MOST_ARGUMENTS + 4)
        argv[n++] = *arguments++;
    if (program && dup2(ready_fd, 3) == 3 && setgroups(0, NULL) == 0 &&
        setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0) {
        syscall(SYS_close_range, 4u, ~0u, 0u);
        execv(program, (char *const *)argv);
    }
    _exit(127);
}

/* Others must be able to come this far, and to execute the broker. */
static void open_house_once(void)
{
    const char *program = getenv("NTSHM_BROKER_PATH");

    if (!program || strncmp(program, test_dir(), strlen(test_dir())) != 0)
        kit_open_house();
}

void kit_broker_start_system(struct kit_broker *broker, const char *name, uid_t uid,
                             const char *const *arguments)
{
    char where[sizeof(broker->directory) + 16];
    struct pollfd answer;
    char byte = 0;
    int ends[2];

    open_house_once();
    snprintf(broker->directory, sizeof(broker->directory), "%s/%s", test_dir(), name);
    require(mkdir(broker->directory, 0755) == 0 && chmod(broker->directory, 0755) == 0 &&
            chown(broker->directory, uid, uid) == 0);
    require(pipe2(ends, O_CLOEXEC) == 0);
    fflush(NULL);
    broker->pid = fork();
    if (broker->pid == 0)
        run(broker, uid, arguments, ends[1]);
    close(ends[1]);
    answer = (struct pollfd){.fd = ends[0], .events = POLLIN};
    while (poll(&answer, 1, 20000) < 0)
        ;
    require((answer.revents & POLLIN) && read(ends[0], &byte, 1) == 1 && byte == 'R',
            "no broker in %s", broker->directory);
    close(ends[0]);
    snprintf(where, sizeof(where), "system:%s", broker->directory);
    setenv("NTSHM_BROKER", where, 1);
}

void kit_add_bytes(struct kit_request *request, const void *bytes, size_t size)
{
    size_t fixed = nt_message_info(request->header.type)->request_size;
    size_t name = request->header.size - sizeof(request->header) - fixed;
    size_t padded = nt_ipc_padded(size);

    require(fixed + padded + name <= sizeof(request->bytes));
    memmove(request->bytes + fixed + padded, request->bytes + fixed, name);
    memset(request->bytes + fixed, 0, padded);
    memcpy(request->bytes + fixed, bytes, size);
    request->header.bytes_size = (uint32_t)size;
    request->header.size += (uint32_t)padded;
}
