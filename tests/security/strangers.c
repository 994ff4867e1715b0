// SPDX-License-Identifier: MIT
/*
 * Other users, and a user who becomes another. The broker's directory must be its user's alone,
 * a broker must be this user's or root's, and a client is who it is now.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, name);
}

/* What the library told. */
static char told[1024];

static void listen_to_log(int level, const char *message, void *context)
{
    (void)level;
    (void)context;
    snprintf(told, sizeof(told), "%s", message);
}

/* A named create in @directory fails as it must, the log says @word, and nothing was started. */
static void expect_refusal(const char *directory, const char *word)
{
    told[0] = '\0';
    setenv("NTSHM_BROKER", directory, 1);
    ntshm_set_log(listen_to_log, NULL);
    ok_fails(create(A_("name")), ERROR_ACCESS_DENIED);
    ntshm_set_log(NULL, NULL);
    ok(strstr(told, word) != NULL, "told: \"%s\", not \"%s\"", told, word);
    ok(strstr(told, directory) != NULL, "told: \"%s\"", told);
    ok_eq(kit_count_brokers(directory), 0);
    /* What needs no broker works. */
    ok_succeeds(CloseHandle(create(NULL)));
}

TEST(a_strangers_directory_is_refused_and_his_uid_told, "")
{
    kit_need_root();
    expect_refusal(kit_room_of(KIT_NOBODY), "65534");
}

CHILD(outsider)
{
    kit_become((uid_t)atoi(argv[1]));
    expect_refusal(argv[2], "65533");
    return 0;
}

/* Who is not root cannot even look into it, and is told whose it is all the same. */
TEST(a_strangers_closed_directory_is_refused_and_his_uid_told, "")
{
    const char *room;
    struct test_child child;

    kit_need_root();
    kit_open_house();
    room = kit_room_of(KIT_STRANGER);
    require(test_child_start(&child, "outsider", "65534", room));
    ok_eq(test_child_wait(&child, 20000), 0);
}

TEST(a_directory_that_is_open_to_others_is_refused, "")
{
    static const mode_t modes[] = {0755, 0701, 0770, 0777, 01777};
    char path[128];

    snprintf(path, sizeof(path), "%s/open", test_dir());
    require(mkdir(path, 0700) == 0);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        require(chmod(path, modes[i]) == 0);
        expect_refusal(path, "open to others");
    }
    /* The control: it is the mode alone. */
    require(chmod(path, 0700) == 0);
    ok_succeeds(CloseHandle(create(A_("name"))));
}

TEST(a_link_to_a_directory_is_refused, "")
{
    char target[128], path[128];

    snprintf(target, sizeof(target), "%s/good", test_dir());
    snprintf(path, sizeof(path), "%s/link", test_dir());
    require(mkdir(target, 0700) == 0 && symlink(target, path) == 0);
    expect_refusal(path, "refused");
}

TEST(a_file_in_the_place_of_the_directory_is_refused, "")
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/file", test_dir());
    file = fopen(path, "we");
    require(file != NULL);
    fclose(file);
    setenv("NTSHM_BROKER", path, 1);
    SetLastError(0);
    ok_ptr_eq(create(A_("name")), NULL);
    ok_ne(GetLastError(), 0);
    ok_eq(kit_count_brokers(path), 0);
}

TEST(a_broker_serves_no_strangers_directory, "")
{
    const char *program = getenv("NTSHM_BROKER_PATH");
    const char *directory;
    int status = -1;
    pid_t pid;

    kit_need_root();
    directory = kit_room_of(KIT_NOBODY);
    pid = fork();
    if (pid == 0) {
        close(STDERR_FILENO);
        execl(program, program, "--directory", directory, (char *)NULL);
        _exit(127);
    }
    ok(test_until(waitpid(pid, &status, WNOHANG) == pid, 20000));
    ok(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %#x", (unsigned)status);
}

/* --- a stranger's broker -------------------------------------------------------------------- */

CHILD(false_broker)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[64];
    int fd;

    kit_become((uid_t)atoi(argv[1]));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/broker", argv[2]);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    require(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            listen(fd, 10) == 0);
    test_say("listens");
    while (test_hear(line, sizeof(line), 20000) && strcmp(line, "count") == 0) {
        char bytes[256];
        ssize_t n = 0;
        int client;

        while ((client = accept(fd, NULL, NULL)) >= 0) {
            ssize_t got = recv(client, bytes, sizeof(bytes), MSG_DONTWAIT);

            n += got > 0 ? got : 0;
            close(client);
        }
        test_say("%zd bytes", n);
    }
    close(fd);
    return 0;
}

TEST(a_strangers_broker_is_refused_and_hears_nothing, "")
{
    struct test_child child;
    const char *room;

    kit_need_root();
    kit_open_house();
    room = kit_room_of(KIT_STRANGER);
    require(test_child_start(&child, "false_broker", "65533", room));
    test_child_expect(&child, "listens", 20000);
    expect_refusal(room, "65533");
    /* Nor if he got it into a directory of ours. */
    require(chown(room, 0, 0) == 0);
    expect_refusal(room, "65533");
    test_child_write_line(&child, "count");
    test_child_expect(&child, "0 bytes", 20000);
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, 20000), 0);
}

/* A listener that accepts nobody and whose queue is full: whoever connects there waits for ever. */
CHILD(silent_listener)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener, callers[8];
    size_t n = 0;
    char line[16];

    kit_become((uid_t)atoi(argv[1]));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/broker", argv[2]);
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    require(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
            chmod(address.sun_path, 0777) == 0 && chmod(argv[2], 0755) == 0 &&
            listen(listener, 1) == 0);
    do {
        require(n < sizeof(callers) / sizeof(callers[0]));
        callers[n] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    } while (connect(callers[n++], (struct sockaddr *)&address, sizeof(address)) == 0);
    require(errno == EAGAIN);
    test_say("listens");
    test_hear(line, sizeof(line), 60000);
    while (n > 0)
        close(callers[--n]);
    close(listener);
    return 0;
}

TEST(a_stranger_who_does_not_answer_holds_nobody_up, "")
{
    struct test_child child;
    const char *room;

    kit_need_root();
    kit_open_house();
    room = kit_room_of(KIT_STRANGER);
    require(test_child_start(&child, "silent_listener", "65533", room));
    test_child_expect(&child, "listens", 20000);
    expect_refusal(room, "65533");
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, 20000), 0);
}

/* Nor whoever looks there whether his own broker runs, before he goes to the machine's. */
TEST(a_stranger_in_the_place_of_ones_own_broker_holds_nobody_up, "")
{
    struct kit_broker system;
    struct test_child child;
    const char *room;

    kit_need_root();
    kit_open_house();
    kit_broker_start_system(&system, "system", 65530, NULL);
    setenv("NTSHM_SYSTEM", system.directory, 1);
    room = kit_room_of(KIT_STRANGER);
    setenv("NTSHM_BROKER", room, 1);
    require(test_child_start(&child, "silent_listener", "65533", room));
    test_child_expect(&child, "listens", 20000);
    ok_succeeds(CloseHandle(create(A_("name"))));
    ntshm_quiesce();
    test_child_write_line(&child, "end");
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_eq(kit_broker_end(&system, SIGTERM), 0);
}

/* A broker of root is everybody's in principle; one in user mode serves its own user. */
CHILD(unwanted)
{
    kit_become((uid_t)atoi(argv[1]));
    setenv("NTSHM_BROKER", argv[2], 1);
    SetLastError(0);
    ok_ptr_eq(create(A_("name")), NULL);
    ok(GetLastError() == ERROR_CONNECTION_ABORTED || GetLastError() == ERROR_ACCESS_DENIED,
       "error %u", (unsigned)GetLastError());
    return 0;
}

TEST(a_broker_of_one_user_serves_no_other, "")
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    struct kit_broker broker;
    struct test_child child;
    char path[128];

    kit_need_root();
    kit_open_house();
    kit_broker_start(&broker, "roots", 60000);
    /* The directory would keep him out. Without it the broker itself must. */
    snprintf(path, sizeof(path), "%s/broker", broker.directory);
    require(chmod(broker.directory, 0755) == 0 && chmod(path, 0777) == 0);
    require(test_child_start(&child, "unwanted", "65534", broker.directory));
    ok_eq(test_child_wait(&child, 20000), 0);
    ok_succeeds(ntshm_broker_statistics(&statistics));
    ok_eq(statistics.names, 0);
    ok_eq(statistics.clients, 1);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
}

/* --- a user who becomes another ------------------------------------------------------------- */

CHILD(changer)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    HANDLE before = create(A_("before")), after;
    uint64_t first;
    uint32_t *view;

    ok_succeeds(before);
    ok_succeeds(ntshm_broker_statistics(&statistics));
    first = statistics.instance;
    setenv("NTSHM_BROKER", argv[2], 1);
    kit_become((uid_t)atoi(argv[1]));

    /* The connection is root's; the next request goes out on one that is ours. */
    after = create(A_("after"));
    ok_succeeds(after);
    ok_succeeds(ntshm_broker_statistics(&statistics));
    ok_ne(statistics.instance, first);
    ok_eq(statistics.names, 1);
    /* What it holds it holds. */
    view = MapViewOfFile(before, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    ok_succeeds(view);
    UnmapViewOfFile(view);
    CloseHandle(before);
    CloseHandle(after);
    return 0;
}

TEST(who_becomes_another_user_connects_anew, "")
{
    struct test_child child;

    kit_need_root();
    kit_open_house();
    require(test_child_start(&child, "changer", "65534", kit_room_of(KIT_NOBODY)));
    ok_eq(test_child_wait(&child, 20000), 0);
}

CHILD(locked_out)
{
    HANDLE before = create(A_("before"));

    ok_succeeds(before);
    kit_become((uid_t)atoi(argv[1]));
    /* Root's broker stands in root's directory: there is nothing for us. */
    ok_fails(create(A_("after")), ERROR_ACCESS_DENIED);
    ok_fails(OpenFileMappingA(FILE_MAP_READ, FALSE, A_("before")), ERROR_ACCESS_DENIED);
    ok_succeeds(CloseHandle(before));
    return 0;
}

TEST(who_becomes_another_user_loses_the_old_ones_names, "")
{
    struct test_child child;

    kit_need_root();
    kit_open_house();
    require(test_child_start(&child, "locked_out", "65534"));
    ok_eq(test_child_wait(&child, 20000), 0);
}

/* A daemon that works as a user for a while: its effective user is another than its real one. */
CHILD(masked)
{
    HANDLE section;

    require(seteuid((uid_t)atoi(argv[1])) == 0);
    setenv("NTSHM_BROKER", argv[2], 1);
    section = create(A_("masked"));
    ok_succeeds(section);
    CloseHandle(section);
    require(seteuid(0) == 0);
    return 0;
}

TEST(who_works_as_another_user_for_a_while_is_that_user, "")
{
    struct test_child child;

    kit_need_root();
    kit_open_house();
    require(test_child_start(&child, "masked", "65534", kit_room_of(KIT_NOBODY)));
    ok_eq(test_child_wait(&child, 20000), 0);
}
