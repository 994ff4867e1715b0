// SPDX-License-Identifier: MIT
/*
 * The broker's log; see log.h. The file is opened for each line: there are few, and a descriptor
 * that stays open would have to survive workers and upgrades. Whoever makes the broker complain a
 * thousand times a second fills no more than a few lines of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "broker/log.h"
#include "ipc/place.h"
#include "util/log.h"
#include "util/macro.h"

#define MOST_BYTES   65536
#define WINDOW_S     10
#define MOST_LINES   50 /* in a window */
#define LONGEST_LINE 640

static struct {
    char path[sizeof(((struct nt_place *)0)->directory) + 8]; /* "": no file */
    int most_level;                                           /* to standard error */
    time_t window;
    unsigned n_lines, n_lost;
} broker_log = {.most_level = -1};

static const char *const words[] = {"error", "warning", "info", "debug"};

/* --- the file --------------------------------------------------------------------------------- */

/* A file that was put there by somebody else is none of ours. */
static int open_log(void)
{
    int fd =
        open(broker_log.path,
             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    struct stat status;

    if (fd < 0)
        return -1;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid())
        return fd;
    close(fd);
    return -1;
}

/* Not the new one, when another process of the broker's was first. */
static void rotate(const struct stat *full)
{
    char older[sizeof(broker_log.path) + 2];
    struct stat now;

    if (lstat(broker_log.path, &now) < 0 || now.st_ino != full->st_ino)
        return;
    snprintf(older, sizeof(older), "%s.1", broker_log.path);
    (void)rename(broker_log.path, older);
}

static void write_file(const char *line, size_t size)
{
    int fd = open_log();
    struct stat status;

    if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size + (off_t)size > MOST_BYTES) {
        close(fd);
        rotate(&status);
        fd = open_log();
    }
    if (fd < 0)
        return;
    while (write(fd, line, size) < 0 && errno == EINTR)
        ;
    close(fd);
}

/* --- lines ------------------------------------------------------------------------------------ */

static void write_line(int level, const char *message)
{
    char line[LONGEST_LINE], when[32];
    time_t now = time(NULL);
    struct tm parts;
    int n;

    if (!gmtime_r(&now, &parts) || !strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &parts))
        when[0] = '\0';
    n = snprintf(line, sizeof(line) - 1, "%s %-7s %d %s", when, words[level], (int)getpid(),
                 message);
    if (n < 0)
        return;
    if ((size_t)n > sizeof(line) - 2)
        n = (int)sizeof(line) - 2;
    for (int i = 0; i < n; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    line[n++] = '\n';
    write_file(line, (size_t)n);
}

static void tell(int level, const char *message)
{
    if (level <= broker_log.most_level && broker_log.most_level < NT_LOG_DEBUG)
        fprintf(stderr, "ntshmd: %s\n", message);
    if (broker_log.path[0] && level <= NT_LOG_INFO)
        write_line(level, message);
}

/* Whether there is room for one more line; says how many had none. */
static bool has_room(void)
{
    struct timespec now;
    unsigned n_lost = broker_log.n_lost;
    char text[64];

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (broker_log.n_lines == 0 || now.tv_sec - broker_log.window >= WINDOW_S) {
        broker_log.window = now.tv_sec;
        broker_log.n_lines = broker_log.n_lost = 0;
        if (n_lost > 0) {
            snprintf(text, sizeof(text), "%u more messages were left out", n_lost);
            tell(NT_LOG_WARNING, text);
        }
    }
    if (broker_log.n_lines++ < MOST_LINES)
        return true;
    broker_log.n_lost++;
    return false;
}

static void take_message(int level, const char *message, void *context)
{
    (void)context;
    if (level < 0 || level >= (int)NT_ARRAY_SIZE(words))
        return;
    if (broker_log.most_level == NT_LOG_DEBUG) /* asked for all */
        fprintf(stderr, "ntshmd: %s\n", message);
    if (level <= (broker_log.path[0] ? NT_LOG_INFO : broker_log.most_level) && has_room())
        tell(level, message);
}

void nt_broker_log_init(const struct nt_options *options)
{
    struct nt_place place;

    broker_log.most_level = options->verbose ? NT_LOG_DEBUG : options->system ? NT_LOG_WARNING : -1;
    if (!options->system && nt_place_init(&place, options->directory, geteuid()) == 0)
        snprintf(broker_log.path, sizeof(broker_log.path), "%s/log", place.directory);
    nt_log_set(take_message, NULL);
}
