// SPDX-License-Identifier: MIT
/*
 * `ntshm run -- COMMAND`: a name space of its own for a command, and nothing left behind.
 *
 * The broker of this name space is started by whoever needs it first, in a directory that was made
 * for it, and every process that comes of the command stays below ours: between the tool and the
 * command stands a warden, a subreaper, to whom orphans and the broker come. When the command has
 * ended the warden ends who is left, and the directory goes. Two processes know of the directory,
 * so that either may be killed: a warden whose tool has died ends everything, and a tool whose
 * warden has died removes what it finds.
 */
#include "tool/kit/child.h"
#include "tool/kit/deadline.h"
#include "tool/verbs/keep.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/kit/process.h"

#define PATIENCE_MS 3000 /* from SIGTERM to SIGKILL for who is left */
#define MOST_MS     6000 /* and to giving up: who is another user, or held by the kernel */
#define LOOK_MS     10

struct run {
    char **command;
    char directory[80];
    pid_t warden;
    int life;        /* the tool's end of a pipe; the warden sees it close */
    sigset_t before; /* the signal mask of who started us */
};

/* --- the directory ---------------------------------------------------------------------------- */

/* A socket's path is short, so the directory's must be. */
static int make_directory(struct run *run)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    struct stat status;

    if (!base || strlen(base) > 40 || base[0] != '/' || stat(base, &status) < 0 ||
        status.st_uid != geteuid())
        base = "/tmp";
    snprintf(run->directory, sizeof(run->directory), "%s/ntshm-run-XXXXXX", base);
    if (!mkdtemp(run->directory))
        return nt_tool_error("no directory in %s: %s", base, strerror(errno));
    return NT_TOOL_OK;
}

/* The broker keeps nothing but plain files there. */
static void remove_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    while (directory && (entry = readdir(directory)))
        unlinkat(fd, entry->d_name, 0);
    if (directory)
        closedir(directory);
    else if (fd >= 0)
        close(fd);
    rmdir(path);
}

/* --- who is left ------------------------------------------------------------------------------ */

static pid_t parent_of(pid_t pid)
{
    char path[40], text[512];
    const char *field;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    field = strrchr(text, ')'); /* a name may hold anything */
    return field && strlen(field) > 4 ? (pid_t)strtol(field + 4, NULL, 10) : -1;
}

/* All of our children, who were others' before. */
static void signal_children(int number)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;

    while (processes && (entry = readdir(processes))) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (pid > 0 && parent_of(pid) == getpid())
            kill(pid, number);
    }
    if (processes)
        closedir(processes);
}

/* Each that ends leaves its own children to us: until there are none that can be ended. */
static void end_children(void)
{
    uint64_t begin = nt_now_ms(), said = 0;

    for (;;) {
        uint64_t now = nt_now_ms();
        pid_t pid = waitpid(-1, NULL, WNOHANG);

        if (pid > 0)
            said = 0; /* whoever has become ours hears it too */
        else if ((pid < 0 && errno != EINTR) || now - begin > MOST_MS)
            return;
        if (now - said >= 100) {
            signal_children(now - begin < PATIENCE_MS ? SIGTERM : SIGKILL);
            if (now - begin < PATIENCE_MS)
                signal_children(SIGCONT); /* one that was stopped hears nothing */
            said = now;
        }
        poll(NULL, 0, pid > 0 ? 0 : LOOK_MS);
    }
}

/* --- the warden ------------------------------------------------------------------------------- */

static pid_t start_command(const struct run *run)
{
    pid_t warden = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* without a warden nobody would clean up behind it */
    if (getppid() != warden)
        _exit(NT_TOOL_FAILED);
    setenv("NTSHM_BROKER", run->directory, 1);
    unsetenv("NTSHM_SYSTEM");
    nt_child_exec(run->command, &run->before);
}

/* Whether @pid has ended; who else has come to us and ended is forgotten. */
static bool has_ended(pid_t pid, int *ret_code)
{
    pid_t ended;
    int status;

    while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
        if (ended != pid)
            continue;
        *ret_code = nt_child_code(status);
        return true;
    }
    return false;
}

/* Until the command has ended, or the tool has. */
static int watch_command(pid_t pid, int signals, int life)
{
    struct pollfd entries[2] = {{.fd = signals, .events = POLLIN}, {.fd = life, .events = POLLIN}};
    int code = NT_TOOL_FAILED;

    while (!has_ended(pid, &code)) {
        struct signalfd_siginfo told;
        siginfo_t info;

        if (poll(entries, 2, -1) < 0)
            continue;
        if (entries[1].revents)
            return code;
        if (read(signals, &told, sizeof(told)) != (ssize_t)sizeof(told))
            continue;
        info.si_signo = (int)told.ssi_signo;
        info.si_code = told.ssi_code;
        nt_child_forward(pid, &info);
    }
    return code;
}

_Noreturn static void be_warden(const struct run *run, const sigset_t *blocked, int life)
{
    int signals = signalfd(-1, blocked, SFD_CLOEXEC | SFD_NONBLOCK), code;
    pid_t pid;

    prctl(PR_SET_NAME, "ntshm-run");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid = start_command(run);
    code = pid < 0 || signals < 0 ? nt_tool_error("no process for the command: %s", strerror(errno))
                                  : watch_command(pid, signals, life);
    end_children();
    remove_directory(run->directory);
    _exit(code);
}

/* --- the tool --------------------------------------------------------------------------------- */

static int start_warden(struct run *run, const sigset_t *blocked)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return nt_tool_error("no pipe: %s", strerror(errno));
    fflush(NULL);
    run->warden = fork();
    if (run->warden == 0) {
        close(ends[1]);
        be_warden(run, blocked, ends[0]);
    }
    close(ends[0]);
    run->life = ends[1];
    return run->warden > 0 ? NT_TOOL_OK : nt_tool_error("no process: %s", strerror(errno));
}

/* A signal that was sent to us alone; those of the terminal came to everybody. */
static int wait_for_warden(const struct run *run, const sigset_t *blocked)
{
    siginfo_t info;
    int status;

    for (;;) {
        pid_t ended = waitpid(run->warden, &status, WNOHANG);

        if (ended == run->warden)
            break;
        if (ended < 0 && errno != EINTR)
            return nt_tool_error("the command is lost: %s", strerror(errno));
        if (sigwaitinfo(blocked, &info) > 0)
            nt_child_forward(run->warden, &info);
    }
    /* Killed: the command died with it, and what it had to clean up is ours. */
    if (WIFSIGNALED(status)) {
        end_children();
        remove_directory(run->directory);
    }
    return nt_child_code(status);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct run *run = state->input;

    if (key == ARGP_KEY_ARG)
        argp_error(state, "what is '%s' for? The command comes after --", argument);
    if (key == ARGP_KEY_END && !run->command)
        argp_error(state, "which command? It comes after --");
    return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

int nt_tool_run(int argc, char **argv)
{
    static const struct argp argp = {
        NULL,
        parse,
        "-- COMMAND [ARGUMENT...]",
        "Run a command with a name space of its own.\vNames that the command and its children "
        "create and open meet only each other: they have a broker of their own, in a new "
        "directory. "
        "When the command has ended, or this process has, by whatever cause, all processes that "
        "came "
        "of it are ended (SIGTERM, after 3 seconds SIGKILL), and the directory is removed.\n\n"
        "The exit code is the command's; 128 and the signal's number when one ended it; 126 and "
        "127 "
        "when it could not be run.",
        NULL,
        NULL,
        NULL};
    struct run run = {.life = -1};
    sigset_t blocked;
    int code;

    run.command = nt_keep_command(&argc, argv);
    argp_parse(&argp, argc, argv, 0, NULL, &run);
    /* From here on a signal is the command's: nothing that ends us leaves the directory. */
    nt_child_signals(&blocked, &run.before);
    if (make_directory(&run) != NT_TOOL_OK)
        return NT_TOOL_FAILED;
    /* Should the warden be killed, its children come to us. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    code = start_warden(&run, &blocked);
    if (code == NT_TOOL_OK)
        code = wait_for_warden(&run, &blocked);
    else
        remove_directory(run.directory);
    close(run.life);
    return code;
}
