// SPDX-License-Identifier: MIT
/*
 * Whose mailbox and whose job: one broker for several users, the protocol by hand, from processes
 * that really are these users. Nobody puts anything into another user's process, takes what is
 * another process's, brings another user's process into a job or ends one.
 */
#include <endian.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <ntstatus.h>
#include <windows.h>
#include <winternl.h>

#include "broker/kit.h"
#include "harness/test.h"
#include "os/pidfd.h"
#include "rtl/access.h"

#define BROKER 60001u
#define ALICE  60002u
#define BOB    60003u

#define MS     20000

/* --- a small language for children ------------------------------------------------------------ */

/*
 * A child is a user with one connection: "push PID", "fetch HANDLE", "job" (create one without a
 * name), "assign ID PID", "set ID LIMITS", "end ID", "query ID", "in PID", "bye". It answers with
 * the status and a number, both in hexadecimal.
 */
struct user {
    int fd;
    uint64_t number;
    int leases[8];
    size_t n_leases;
};

static void ask(struct user *user, unsigned type, const void *fixed, const void *bytes, size_t size,
                int pidfd)
{
    const struct nt_message_info *info = nt_message_info(type);
    struct nt_request_header header = {
        .size = (uint32_t)(sizeof(header) + info->request_size + nt_ipc_padded(size)),
        .type = (uint16_t)type,
        .number = ++user->number,
        .bytes_size = (uint32_t)size,
    };
    char padded[64] = {0};
    struct iovec parts[] = {{&header, sizeof(header)},
                            {(void *)fixed, info->request_size},
                            {padded, nt_ipc_padded(size)}};
    struct kit_reply reply = {.n_fds = 0};
    uint64_t value = 0;

    if (size > 0)
        memcpy(padded, bytes, size);
    require(nt_os_socket_send(user->fd, parts, size ? 3 : 2, &pidfd, pidfd >= 0, true) == 0);
    if (kit_receive(user->fd, &reply, MS) != 1) {
        test_say("gone");
        return;
    }
    if (reply.header.status == STATUS_SUCCESS)
        memcpy(&value, reply.bytes, sizeof(value));
    if (type == NT_MESSAGE_CREATE && reply.n_fds == 1 && user->n_leases < 8) {
        user->leases[user->n_leases++] = reply.fds[0];
        reply.n_fds = 0;
    }
    kit_reply_drop(&reply);
    test_say("%08x %llx", (unsigned)reply.header.status, (unsigned long long)value);
}

static int pidfd_of(const char *text)
{
    int pidfd = -1;

    require(nt_os_pidfd_open((pid_t)strtol(text, NULL, 10), &pidfd) == 0);
    return pidfd;
}

static void obey(struct user *user, char *line)
{
    const struct nt_create_request create = {.kind = NT_KIND_JOB, .access = JOB_OBJECT_ALL_ACCESS};
    char *verb = strtok(line, " "), *first = strtok(NULL, " "), *second = strtok(NULL, " ");
    /* What speaks of a job begins with its number. */
    struct nt_set_job_request about = {.id = first ? strtoull(first, NULL, 16) : 0};
    struct nt_push_request push = {0};
    int pidfd = -1;

    if (strcmp(verb, "push") == 0) {
        pidfd = pidfd_of(first);
        ask(user, NT_MESSAGE_PUSH, &push, "abc", 3, pidfd);
    } else if (strcmp(verb, "fetch") == 0) {
        ask(user, NT_MESSAGE_FETCH, &about.id, NULL, 0, -1);
    } else if (strcmp(verb, "drop") == 0) {
        ask(user, NT_MESSAGE_DROP, &about.id, NULL, 0, -1);
    } else if (strcmp(verb, "job") == 0) {
        ask(user, NT_MESSAGE_CREATE, &create, NULL, 0, -1);
    } else if (strcmp(verb, "assign") == 0) {
        pidfd = pidfd_of(second);
        ask(user, NT_MESSAGE_ASSIGN_JOB, &about.id, NULL, 0, pidfd);
    } else if (strcmp(verb, "in") == 0) {
        about.id = 0;
        pidfd = pidfd_of(first);
        ask(user, NT_MESSAGE_IS_IN_JOB, &about.id, NULL, 0, pidfd);
    } else if (strcmp(verb, "set") == 0) {
        about.limits = (uint32_t)strtoul(second, NULL, 16);
        ask(user, NT_MESSAGE_SET_JOB, &about, NULL, 0, -1);
    } else if (strcmp(verb, "end") == 0) {
        ask(user, NT_MESSAGE_TERMINATE_JOB, &about, NULL, 0, -1);
    } else {
        ask(user, NT_MESSAGE_QUERY_JOB, &about.id, NULL, 0, -1);
    }
    nt_os_close(pidfd);
}

/* "saved": its saved user is root's still, as a program's with the setuid bit may be. */
CHILD(kept_user)
{
    uid_t uid = (uid_t)atoi(argv[1]);
    struct user user = {.number = 0};
    struct kit_reply hello;
    char line[256];

    if (argc > 2)
        require(setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, 0) == 0);
    else if (uid != 0)
        kit_become(uid);
    user.fd = kit_connect(getenv("NTSHM_BROKER") + strlen("system:"));
    require(kit_hello(user.fd, 0, &hello));
    test_say("here");
    while (test_hear(line, sizeof(line), 60000) && strcmp(line, "bye") != 0)
        obey(&user, line);
    while (user.n_leases > 0)
        nt_os_close(user.leases[--user.n_leases]);
    close(user.fd);
    /* So that a sanitizer can look at what is left. */
    if (argc > 2)
        require(setresuid(0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
    return 0;
}

static void begin(struct test_child *child, uid_t uid, bool saved)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", (unsigned)uid);
    if (saved)
        require(test_child_start(child, "kept_user", text, "saved"));
    else
        require(test_child_start(child, "kept_user", text));
    test_child_expect(child, "here", MS);
}

static void end(struct test_child *child)
{
    test_child_write_line(child, "bye");
    ok_eq(test_child_wait(child, MS), 0);
}

/* The status of what @child was told to do. */
static NTSTATUS tell(struct test_child *child, const char *line, unsigned long long *ret_value)
{
    unsigned long long value = 0;
    unsigned status = 0;
    char answer[64];

    test_child_write_line(child, "%s", line);
    require(test_child_read_line(child, answer, sizeof(answer), MS));
    ok_eq(sscanf(answer, "%x %llx", &status, &value), 2);
    if (ret_value)
        *ret_value = value;
    return (NTSTATUS)status;
}

static NTSTATUS tell_about(struct test_child *child, const char *verb, unsigned long long number,
                           const struct test_child *whom)
{
    char line[128];

    if (whom)
        snprintf(line, sizeof(line), "%s %llx %ld", verb, number, whom->pid);
    else
        snprintf(line, sizeof(line), "%s %llx", verb, number);
    return tell(child, line, NULL);
}

static NTSTATUS push(struct test_child *child, const struct test_child *target,
                     unsigned long long *ret_handle)
{
    char line[64];

    snprintf(line, sizeof(line), "push %ld", target->pid);
    return tell(child, line, ret_handle);
}

TEST_DEADLINE(nobody_reaches_into_another_users_process, "12.25", 120)
{
    struct test_child alice, other, bob, root, saved;
    struct kit_broker broker;
    unsigned long long handle;

    kit_need_root();
    kit_broker_start_system(&broker, "kept", BROKER, NULL);
    begin(&alice, ALICE, false);
    begin(&other, ALICE, false);
    begin(&bob, BOB, false);
    begin(&root, 0, false);
    begin(&saved, ALICE, true);
    ok_status(push(&alice, &bob, &handle), STATUS_ACCESS_DENIED);
    ok_status(push(&alice, &root, &handle), STATUS_ACCESS_DENIED);
    ok_status(push(&alice, &saved, &handle), STATUS_ACCESS_DENIED);
    ok_status(push(&alice, &other, &handle), STATUS_SUCCESS);
    ok(handle >= 4ull * NT_MAILBOX_FIRST);
    /* It is that process's, and no other's, of its user or not. */
    ok_status(tell_about(&alice, "fetch", handle, NULL), STATUS_INVALID_HANDLE);
    ok_status(tell_about(&bob, "fetch", handle, NULL), STATUS_INVALID_HANDLE);
    ok_status(tell_about(&root, "fetch", handle, NULL), STATUS_INVALID_HANDLE);
    ok_status(tell_about(&bob, "drop", handle, NULL), STATUS_SUCCESS); /* and changes nothing */
    ok_status(tell_about(&other, "fetch", handle, NULL), STATUS_SUCCESS);
    ok_status(push(&root, &bob, &handle), STATUS_SUCCESS);
    ok_status(tell_about(&bob, "fetch", handle, NULL), STATUS_SUCCESS);
    end(&saved);
    end(&root);
    end(&bob);
    end(&other);
    end(&alice);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

TEST_DEADLINE(nobody_brings_in_or_ends_another_users_process, "", 120)
{
    struct test_child alice, other, bob, saved;
    struct kit_broker broker;
    unsigned long long job, in;
    char line[64];

    kit_need_root();
    kit_broker_start_system(&broker, "jobs", BROKER, NULL);
    begin(&alice, ALICE, false);
    begin(&other, ALICE, false);
    begin(&bob, BOB, false);
    begin(&saved, ALICE, true);
    ok_status(tell(&alice, "job", &job), STATUS_SUCCESS);
    ok_status(tell_about(&alice, "assign", job, &bob), STATUS_ACCESS_DENIED);
    ok_status(tell_about(&alice, "assign", job, &saved), STATUS_ACCESS_DENIED);
    ok_status(tell_about(&alice, "assign", job, &other), STATUS_SUCCESS);
    /* Whoever knows the number is asked for his rights. */
    ok_status(tell_about(&bob, "assign", job, &bob), STATUS_ACCESS_DENIED);
    ok_status(tell_about(&bob, "end", job, NULL), STATUS_ACCESS_DENIED);
    ok_status(tell_about(&bob, "query", job, NULL), STATUS_ACCESS_DENIED);
    snprintf(line, sizeof(line), "set %llx 8", job);
    ok_status(tell(&bob, line, NULL), STATUS_ACCESS_DENIED);
    snprintf(line, sizeof(line), "in %ld", other.pid);
    ok_status(tell(&bob, line, NULL), STATUS_ACCESS_DENIED);
    ok_status(tell(&alice, line, &in), STATUS_SUCCESS);
    ok_eq(in, 1);
    /* This broker may end nobody's processes, and says so before anybody relies on it. */
    snprintf(line, sizeof(line), "set %llx 2000", job);
    ok_status(tell(&alice, line, NULL), STATUS_NOT_SUPPORTED);
    ok_status(tell_about(&alice, "end", job, NULL), STATUS_ACCESS_DENIED);
    ok_eq(kill((pid_t)other.pid, 0), 0);
    end(&saved);
    end(&bob);
    end(&other);
    end(&alice);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* The broker's file has the one capability that the service gives it. */
static void give_cap_kill(void)
{
    const struct vfs_cap_data data = {
        .magic_etc = htole32(VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE),
        .data = {{.permitted = htole32(1u << CAP_KILL)}},
    };

    kit_open_house();
    if (setxattr(getenv("NTSHM_BROKER_PATH"), "security.capability", &data, sizeof(data), 0) < 0)
        skip("this file system keeps no capabilities");
}

TEST_DEADLINE(a_broker_that_may_end_processes_ends_a_jobs, "", 120)
{
    struct test_child alice, other, bob;
    struct kit_broker broker;
    unsigned long long job;
    char line[64];

    kit_need_root();
    give_cap_kill();
    kit_broker_start_system(&broker, "may", BROKER, NULL);
    begin(&alice, ALICE, false);
    begin(&other, ALICE, false);
    begin(&bob, BOB, false);
    ok_status(tell(&alice, "job", &job), STATUS_SUCCESS);
    snprintf(line, sizeof(line), "set %llx 2000", job);
    ok_status(tell(&alice, line, NULL), STATUS_SUCCESS);
    ok_status(tell_about(&alice, "assign", job, &bob), STATUS_ACCESS_DENIED);
    ok_status(tell_about(&alice, "assign", job, &other), STATUS_SUCCESS);
    ok_status(tell_about(&bob, "end", job, NULL), STATUS_ACCESS_DENIED);
    ok_eq(kill((pid_t)other.pid, 0), 0);
    end(&alice); /* and with it the last handle */
    ok(test_until(kit_is_gone((pid_t)other.pid), MS));
    ok_eq(test_child_wait(&other, MS), TEST_CHILD_KILLED);
    end(&bob);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}
