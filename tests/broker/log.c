// SPDX-License-Identifier: MIT
/*
 * The log of a broker: what is in it, how long it gets, and what it does not touch.
 */
#include <windows.h>
#include <ntshm/ntshm.h>

#include "broker/kit.h"
#include "harness/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST    65536
#define REFUSED 300

static const char *path_of(const char *leaf)
{
    static char path[2][256];
    static unsigned n;
    const char *directory = getenv("NTSHM_BROKER");

    n = !n;
    directory += strncmp(directory, "system:", 7) == 0 ? 7 : 0;
    snprintf(path[n], sizeof(path[n]), "%s/%s", directory, leaf);
    return path[n];
}

/* What is in a file now; static. */
static const char *text_at(const char *path)
{
    static char text[2 * MOST];
    FILE *file = fopen(path, "re");
    size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

    if (file)
        fclose(file);
    text[n] = 0;
    return text;
}

static const char *text_of(const char *leaf)
{
    return text_at(path_of(leaf));
}

static unsigned count_of(const char *text, const char *what)
{
    unsigned n = 0;

    for (; (text = strstr(text, what)); text++)
        n++;
    return n;
}

static void fill(const char *leaf, size_t size)
{
    int fd = open(path_of(leaf), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    char line[64];

    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    require(fd >= 0);
    for (size_t done = 0; done < size; done += sizeof(line))
        require(write(fd, line, sizeof(line)) == (ssize_t)sizeof(line));
    close(fd);
}

static HANDLE start_broker(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, L_("secret name"));

    require(event != NULL, "error %u", (unsigned)GetLastError());
    return event;
}

TEST(log_tells_of_begin_and_death_and_of_no_name, "")
{
    struct ntshm_broker_statistics is = {.size = sizeof(is)};
    HANDLE event = start_broker();
    struct stat status;

    require(stat(path_of("log"), &status) == 0);
    ok_eq(status.st_mode & 07777, 0600);
    ok(strstr(text_of("log"), " serves ") != NULL, "%s", text_of("log"));
    require(ntshm_broker_statistics(&is));
    ok_eq(kill((pid_t)is.worker, SIGKILL), 0);
    ok(test_until(strstr(text_of("log"), "the worker died") &&
                      strstr(text_of("log"), "goes on serving"),
                  20000),
       "%s", text_of("log"));
    ok(!strstr(text_of("log"), "secret"));
    ok(strstr(text_of("log"), "Z error ") != NULL);
    CloseHandle(event);
}

TEST(log_is_turned_over_when_it_is_full, "")
{
    HANDLE event;
    struct stat status;

    fill("log", MOST - 32);
    fill("log.1", 64);
    event = start_broker();
    require(stat(path_of("log.1"), &status) == 0);
    ok(status.st_size > 1024, "%lld", (long long)status.st_size);
    require(stat(path_of("log"), &status) == 0);
    ok(status.st_size > 0 && status.st_size < 1024, "%lld", (long long)status.st_size);
    CloseHandle(event);
}

/* Whatever stands in its place: nothing is followed, waited for or written to. */
TEST(log_is_written_to_no_file_of_others, "")
{
    struct stat status;
    HANDLE event;

    fill("victim", 64);
    require(symlink(path_of("victim"), path_of("log")) == 0);
    event = start_broker();
    require(stat(path_of("victim"), &status) == 0);
    ok_eq(status.st_size, 64);
    require(unlink(path_of("log")) == 0 && mkfifo(path_of("log"), 0600) == 0);
    CloseHandle(event);
    event = start_broker(); /* a broker that waited for a reader would not answer */
    ok(event != NULL);
    CloseHandle(event);
}

TEST(log_that_is_another_users_is_left_alone, "")
{
    struct stat status;
    HANDLE event;

    if (geteuid() != 0) {
        skip("takes root");
        return;
    }
    fill("log", 64);
    require(chown(path_of("log"), 4711, 4711) == 0);
    event = start_broker();
    require(stat(path_of("log"), &status) == 0);
    ok_eq(status.st_size, 64);
    CloseHandle(event);
}

/* Somebody whom the broker throws out. */
static void be_refused(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    char byte = 'x';
    ssize_t n;

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path_of("broker"));
    require(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    require(write(fd, &byte, 1) == 1);
    do
        n = read(fd, &byte, 1);
    while (n > 0 || (n < 0 && errno == EINTR));
    close(fd);
}

TEST(log_is_not_filled_by_who_makes_the_broker_complain, "")
{
    HANDLE event = start_broker();
    unsigned n;

    for (unsigned i = 0; i < REFUSED; i++)
        be_refused();
    n = count_of(text_of("log"), " dropped: ");
    ok(n >= 10, "%u lines", n);
    ok(n < REFUSED, "%u lines", n);
    CloseHandle(event);
}

/* What goes to standard error neither: whoever reads it may be slow. */
TEST_DEADLINE(machines_broker_complains_no_more_often, "", 120)
{
    struct kit_broker broker;
    char path[300];
    int own, file;
    unsigned n;

    kit_need_root();
    snprintf(path, sizeof(path), "%s/words", test_dir());
    own = dup(STDERR_FILENO);
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    require(own >= 0 && file >= 0 && dup2(file, STDERR_FILENO) == STDERR_FILENO);
    kit_broker_start_system(&broker, "machine", 60001, NULL);
    require(dup2(own, STDERR_FILENO) == STDERR_FILENO);
    for (unsigned i = 0; i < REFUSED; i++)
        be_refused();
    n = count_of(text_at(path), " dropped: ");
    ok(n >= 10, "%u lines", n);
    ok(n < REFUSED, "%u lines", n);
    ok_eq(kit_broker_end(&broker, SIGTERM), 0);
    close(file);
    close(own);
}
