// SPDX-License-Identifier: MIT
/*
 * A broker as a service manager runs it: the socket is bound for it and passed on (LISTEN_FDS), it
 * tells when it serves and which process is the main one (NOTIFY_SOCKET), and it is asked for an
 * upgrade by root. The test is the service manager.
 */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#define SIZE    65536
#define PATIENT 20000

struct manager {
    struct kit_broker broker;
    char socket[120], notify[120];
    int listen_fd, notify_fd;
};

static int bind_at(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    require(fd >= 0 && strlen(path) < sizeof(address.sun_path));
    strcpy(address.sun_path, path);
    require(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && chmod(path, 0666) == 0);
    return fd;
}

/* In the child: the broker's own user, the socket as the descriptor 3, and nothing else. */
__attribute__((noreturn)) static void run(const struct manager *manager, int passed_fd)
{
    const char *program = getenv("NTSHM_BROKER_PATH");
    char directory[120], number[16];

    snprintf(directory, sizeof(directory), "--directory=%s", manager->broker.directory);
    snprintf(number, sizeof(number), "%d", (int)getpid());
    setenv("LISTEN_PID", number, 1);
    setenv("LISTEN_FDS", "1", 1);
    setenv("NOTIFY_SOCKET", manager->notify, 1);
    if (program && dup2(passed_fd, 3) == 3 && setgroups(0, NULL) == 0 &&
        setresgid(KIT_STRANGER, KIT_STRANGER, KIT_STRANGER) == 0 &&
        setresuid(KIT_STRANGER, KIT_STRANGER, KIT_STRANGER) == 0) {
        syscall(SYS_close_range, 4u, ~0u, 0u);
        execl(program, program, "--system", directory, (char *)NULL);
    }
    _exit(127);
}

/* The next word from the broker is that @pid is the main process and serves. */
static void expect_ready(const struct manager *manager, pid_t pid)
{
    struct pollfd told = {.fd = manager->notify_fd, .events = POLLIN};
    char text[256], wanted[64];
    ssize_t n;

    snprintf(wanted, sizeof(wanted), "READY=1\nMAINPID=%d", (int)pid);
    if (!ok(test_until(poll(&told, 1, 0) == 1, PATIENT), "nothing was told"))
        return;
    n = recv(manager->notify_fd, text, sizeof(text) - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    ok_str_eq(text, wanted);
}

/* @passed_fd: what it gets; -1: the socket at its place */
static void manage(struct manager *manager, int passed_fd)
{
    struct kit_broker *broker = &manager->broker;
    char where[120];

    kit_need_root();
    kit_open_house();
    snprintf(broker->directory, sizeof(broker->directory), "%s/service", test_dir());
    snprintf(manager->socket, sizeof(manager->socket), "%s/broker", broker->directory);
    snprintf(manager->notify, sizeof(manager->notify), "%s/notify", test_dir());
    require(mkdir(broker->directory, 0755) == 0 && chmod(broker->directory, 0755) == 0 &&
            chown(broker->directory, KIT_STRANGER, KIT_STRANGER) == 0);
    manager->notify_fd = bind_at(manager->notify, SOCK_DGRAM);
    manager->listen_fd = -1;
    if (passed_fd < 0) {
        manager->listen_fd = passed_fd = bind_at(manager->socket, SOCK_SEQPACKET);
        require(listen(passed_fd, 16) == 0);
    }
    fflush(NULL);
    broker->pid = fork();
    if (broker->pid == 0)
        run(manager, passed_fd);
    snprintf(where, sizeof(where), "system:%s", broker->directory);
    setenv("NTSHM_BROKER", where, 1);
    expect_ready(manager, broker->pid);
}

static void leave(struct manager *manager)
{
    close(manager->listen_fd);
    close(manager->notify_fd);
    unlink(manager->socket);
    unlink(manager->notify);
}

static HANDLE create(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name);
}

static bool is_there(const char *name)
{
    HANDLE section = OpenFileMappingA(FILE_MAP_READ, FALSE, name);

    CloseHandle(section);
    return section != NULL;
}

static struct ntshm_broker_statistics ask(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    ok_succeeds(ntshm_broker_statistics(&statistics));
    return statistics;
}

static ino_t inode_of(const char *path)
{
    struct stat status = {.st_ino = 0};

    (void)stat(path, &status);
    return status.st_ino;
}

/* Its exit status; root asks. */
static int reexec(const struct manager *manager)
{
    const char *program = getenv("NTSHM_BROKER_PATH");
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        execl(program, program, "--system", "--directory", manager->broker.directory, "--reexec",
              (char *)NULL);
        _exit(127);
    }
    status = kit_reap(pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_passed_socket_is_served_over_every_death, "")
{
    struct manager manager;
    HANDLE section;
    ino_t inode;
    pid_t heir;

    manage(&manager, -1);
    inode = inode_of(manager.socket);
    section = create(A_("kept"));
    ok_succeeds(section);
    ok_eq(ask().pid, (uint32_t)manager.broker.pid);

    kill(kit_worker_of(manager.broker.pid), SIGKILL);
    ok(is_there(A_("kept")));
    expect_ready(&manager, manager.broker.pid);

    ok_eq(reexec(&manager), 0);
    ok(is_there(A_("kept")));
    expect_ready(&manager, manager.broker.pid);

    heir = kit_worker_of(manager.broker.pid);
    kill(manager.broker.pid, SIGKILL);
    ok_eq(kit_broker_await(&manager.broker, PATIENT), 128 + SIGKILL);
    /* The main process is another one now. */
    expect_ready(&manager, heir);
    ok(is_there(A_("kept")));
    ok_eq(ask().names, 1);
    ok_eq(ask().pid, (uint32_t)heir);

    CloseHandle(section);
    ntshm_quiesce();
    kill(heir, SIGTERM);
    ok(test_until(kit_is_gone(heir), PATIENT));
    /* The socket is the service manager's: it is where it was. */
    ok_ne(inode, 0);
    ok_eq(inode_of(manager.socket), inode);
    leave(&manager);
}

/* What was passed is no socket that listens: the broker makes its own, and removes it. */
TEST(a_useless_descriptor_is_not_served, "")
{
    struct manager manager;
    HANDLE section;
    int ends[2];

    kit_need_root();
    require(pipe2(ends, O_CLOEXEC) == 0);
    manage(&manager, ends[0]);
    section = create(A_("kept"));
    ok_succeeds(section);
    /* A cleaner takes it away: it is made again. */
    require(unlink(manager.socket) == 0);
    ok(test_until(inode_of(manager.socket) != 0, PATIENT));
    ok(is_there(A_("kept")));
    CloseHandle(section);
    ntshm_quiesce();
    ok_eq(kit_broker_end(&manager.broker, SIGTERM), 0);
    ok_eq(inode_of(manager.socket), 0);
    close(ends[0]);
    close(ends[1]);
    leave(&manager);
}
