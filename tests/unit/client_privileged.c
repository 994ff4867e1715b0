// SPDX-License-Identifier: MIT
/*
 * lib/client in a program that runs with raised privileges (a set-user-ID bit): whoever started it
 * must not choose its broker, nor the program that is started as one, by the environment.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ntstatus.h>

#include "harness/test.h"
#include "lib/client/client.h"
#include "util/log.h"
#include "util/macro.h"

#define RAISED_UID  65521u /* whose program it is; nobody has it */
#define STARTER_UID 65522u

static char told[1024];

static void listen_to_log(int level, const char *message, void *context)
{
    (void)level;
    (void)context;
    snprintf(told, sizeof(told), "%s", message);
}

static NTSTATUS create_event(void)
{
    struct nt_create_request request = {.kind = NT_KIND_EVENT, .access = EVENT_ALL_ACCESS};
    struct nt_client_reply got;
    struct nt_object_name name;
    NTSTATUS status;

    nt_object_name_from_utf8(&name, "Local\\x", 0);
    status = nt_client_create(&name, &request, NULL, 0, &got);
    nt_client_reply_deinit(&got);
    nt_object_name_deinit(&name);
    return status;
}

CHILD(privileged)
{
    bool raised = strcmp(argv[1], "raised") == 0;

    require(prctl(PR_SET_DUMPABLE, 1) == 0);
    if (raised && !getauxval(AT_SECURE))
        return 77; /* the file system does not heed the bit */
    ok_eq(getauxval(AT_SECURE) != 0, raised);
    nt_log_set(listen_to_log, NULL);
    ok_status(create_event(), STATUS_CONNECTION_REFUSED);
    nt_log_set(NULL, NULL);
    /* Both variables of the place lead elsewhere, where something stands that does not answer. */
    ok(strstr(told, raised ? "a privileged program starts none" : argv[2]) != NULL, "told: \"%s\"",
       told);
    /* One user again, whom a sanitizer can look at. */
    require(setresuid(geteuid(), geteuid(), geteuid()) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
    return 0;
}

static void copy_this_program(const char *to)
{
    int source = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    ssize_t n = -1;

    require(source >= 0 && target >= 0, "%s: %s", to, strerror(errno));
    while ((n = sendfile(target, source, NULL, 1 << 20)) > 0 || (n < 0 && errno == EINTR))
        continue;
    require(n == 0 && fchown(target, RAISED_UID, RAISED_UID) == 0);
    close(source);
    close(target);
}

struct start {
    char program[160], machines[160];
    const char *how;
};

static int start_program(void *argument)
{
    struct start *start = argument;

    require(setgroups(0, NULL) == 0 && setresgid(STARTER_UID, STARTER_UID, STARTER_UID) == 0 &&
            setresuid(STARTER_UID, STARTER_UID, STARTER_UID) == 0);
    execl(start->program, "test", "--child", "privileged", start->how, start->machines,
          (char *)NULL);
    return 127;
}

static int run(struct start *start, const char *how, mode_t mode)
{
    struct test_child child;

    start->how = how;
    require(chmod(start->program, mode) == 0);
    require(test_child_fork(&child, start_program, start));
    return test_child_wait(&child, 20000);
}

TEST(a_privileged_program_heeds_no_variable, "")
{
    struct start start;
    char path[192];
    int code;

    if (geteuid() != 0)
        skip("root only");
    snprintf(path, sizeof(path), "%s/..", test_dir());
    require(chmod(path, 0711) == 0 && chmod(test_dir(), 0711) == 0);
    snprintf(start.program, sizeof(start.program), "%s/program", test_dir());
    copy_this_program(start.program);
    /* What stands for the machine's broker is a file. */
    snprintf(start.machines, sizeof(start.machines), "%s/machine", test_dir());
    snprintf(path, sizeof(path), "%s/broker", start.machines);
    require(mkdir(start.machines, 0755) == 0 && mknod(path, S_IFREG, 0) == 0 &&
            chmod(path, 0666) == 0);
    setenv("NTSHM_SYSTEM", start.machines, 1);
    setenv("NTSHM_BROKER_PATH", "/nonexistent/ntshmd", 1);
    /* The control: this is where the variables lead. */
    ok_eq(run(&start, "plain", 0755), 0);
    code = run(&start, "raised", 04755);
    if (code == 77)
        skip("no set-user-ID programs here");
    ok_eq(code, 0);
    unsetenv("NTSHM_SYSTEM");
    snprintf(path, sizeof(path), "system:%s", start.machines);
    setenv("NTSHM_BROKER", path, 1);
    ok_eq(run(&start, "plain", 0755), 0);
    ok_eq(run(&start, "raised", 04755), 0);
}
