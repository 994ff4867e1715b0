// SPDX-License-Identifier: MIT
/*
 * Where a run takes place: two processors, a directory of its own, and in it one broker that all
 * lines with names share (but those that measure its start).
 */
#include "bench/bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int cpus[2];
static unsigned n_cpus;
static char directory[64];
static pid_t broker; /* the one that was started: the keeper, whose child serves */
static pid_t worker;

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    bench_machine_deinit();
    exit(1);
}

uint64_t bench_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

unsigned long bench_read_number(const char *path)
{
    unsigned long number = 0;
    FILE *file = fopen(path, "re");

    if (!file)
        return 0;
    if (fscanf(file, "%lu", &number) != 1)
        number = 0;
    fclose(file);
    return number;
}

unsigned bench_n_cpus(void)
{
    return n_cpus;
}

pid_t bench_broker(void)
{
    return worker;
}

const char *bench_directory(void)
{
    return directory;
}

const char *bench_place_name(enum bench_place place, unsigned n_threads)
{
    static char text[64];

    if (n_threads > 1)
        snprintf(text, sizeof(text), "a thread on CPU %d, one on CPU %d", cpus[0], cpus[1]);
    else if (place == BENCH_ONE_CPU)
        snprintf(text, sizeof(text), "CPU %d", cpus[0]);
    else if (place == BENCH_SAME_CPU)
        snprintf(text, sizeof(text), "both on CPU %d", cpus[0]);
    else
        snprintf(text, sizeof(text), "CPU %d and CPU %d", cpus[0], cpus[1]);
    return text;
}

void bench_pin(pid_t pid, enum bench_place place, bool second)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(second && place == BENCH_TWO_CPUS ? cpus[1] : cpus[0], &set);
    if (sched_setaffinity(pid, sizeof(set), &set) < 0)
        fprintf(stderr, "bench: not pinned: %s\n", strerror(errno));
}

/* The first two processors that we may run on. */
static void choose_cpus(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        die("sched_getaffinity");
    for (int cpu = 0; cpu < CPU_SETSIZE && n_cpus < 2; cpu++) {
        if (CPU_ISSET(cpu, &set))
            cpus[n_cpus++] = cpu;
    }
    if (n_cpus == 1)
        cpus[1] = cpus[0];
}

static void run_broker(int ready_fd)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/broker", directory);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (ready_fd != 3)
        dup2(ready_fd, 3);
    execl(bench_options.broker, bench_options.broker, "--directory", path, "--ready", "3",
          "--linger", "86400000", (char *)NULL);
    fprintf(stderr, "bench: %s: %s\n", bench_options.broker, strerror(errno));
    _exit(127);
}

/* The parent of a process; 0 when it is gone. */
static pid_t parent_of(const char *pid)
{
    char path[64], line[256] = "";
    int parent = 0;
    char *end;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (!fgets(line, sizeof(line), file))
        line[0] = 0;
    fclose(file);
    end = strrchr(line, ')'); /* behind the program's name */
    return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static pid_t find_worker(void)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;

    while (processes && !found && (entry = readdir(processes))) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
            parent_of(entry->d_name) == broker)
            found = (pid_t)atol(entry->d_name);
    }
    if (processes)
        closedir(processes);
    return found;
}

/* A broker of our own, so that its processor can be chosen; ready when it wrote its byte. */
static void start_broker(void)
{
    char path[PATH_MAX];
    int ends[2];
    char byte;

    snprintf(path, sizeof(path), "%s/broker", directory);
    if (mkdir(path, 0700) < 0 || pipe(ends) < 0)
        die("broker");
    setenv("NTSHM_BROKER", path, 1);
    setenv("NTSHM_BROKER_PATH", bench_options.broker, 1);
    broker = fork();
    if (broker < 0)
        die("fork");
    if (broker == 0)
        run_broker(ends[1]);
    close(ends[1]);
    if (read(ends[0], &byte, 1) != 1)
        die("the broker did not start");
    close(ends[0]);
    worker = find_worker();
    if (!worker)
        die("the broker has no worker");
}

/* A broker that the library starts is executed from another directory. */
static void find_broker(void)
{
    static char path[PATH_MAX];

    if (!realpath(bench_options.broker, path))
        die(bench_options.broker);
    bench_options.broker = path;
}

void bench_machine_init(void)
{
    choose_cpus();
    find_broker();
    strcpy(directory, "/tmp/ntshm-bench-XXXXXX");
    if (!mkdtemp(directory)) {
        directory[0] = 0;
        die("mkdtemp");
    }
    start_broker();
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *level)
{
    (void)info, (void)type, (void)level;
    return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

void bench_machine_deinit(void)
{
    if (broker > 0) {
        kill(broker, SIGTERM);
        while (waitpid(broker, NULL, 0) < 0 && errno == EINTR)
            ;
        broker = 0;
    }
    if (directory[0])
        nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    directory[0] = 0;
}
