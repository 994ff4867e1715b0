// SPDX-License-Identifier: MIT
/*
 * The Wine column: the works as a Windows program, run once, on the first processor together with
 * its wineserver, which is Wine's best case. Taken in the same run as all else, but not in the
 * same rounds.
 */
#include "bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_RUNS 64

static struct {
    char work[32];
    unsigned parameter;
    struct bench_sample ns;
} runs[MAX_RUNS];
static unsigned n_runs;
static char note[200] = "not asked for";
static const char *loader, *server;

static const char *first_of(const char *const *paths)
{
    while (*paths && access(*paths, X_OK) < 0)
        paths++;
    return *paths;
}

static bool find_wine(void)
{
    static const char *const loaders[] = {"/usr/lib/wine/wine64", "/usr/bin/wine64",
                                          "/usr/bin/wine", NULL};
    static const char *const servers[] = {"/usr/lib/wine/wineserver64", "/usr/bin/wineserver",
                                          NULL};

    loader = first_of(loaders);
    server = first_of(servers);
    return loader && server;
}

static void set_environment(void)
{
    char prefix[PATH_MAX];

    if (!realpath(bench_options.wine_prefix, prefix))
        _exit(127);
    setenv("WINEPREFIX", prefix, 1);
    setenv("WINEDEBUG", "-all", 1);
    setenv("WINEDLLOVERRIDES", "mscoree,mshtml=", 1);
    setenv("WINEARCH", "win64", 1);
    setenv("WINELOADER", loader, 1);
    setenv("WINESERVER", server, 1);
    unsetenv("DISPLAY");
}

/* Runs @argv with Wine's environment, its output to @output_fd; gives the exit code. */
static int run(const char *const *argv, int output_fd)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        bench_pin(0, BENCH_SAME_CPU, false);
        set_environment();
        dup2(null, 0);
        dup2(output_fd < 0 ? null : output_fd, 1);
        dup2(null, 2);
        execv(argv[0], (char **)argv);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void take_results(FILE *file)
{
    char line[256];

    while (fgets(line, sizeof(line), file) && n_runs < MAX_RUNS) {
        struct bench_sample *ns = &runs[n_runs].ns;

        if (sscanf(line, "%31s %u %lf %lf %lf", runs[n_runs].work, &runs[n_runs].parameter,
                   &ns->median, &ns->min, &ns->max) == 5)
            n_runs++;
    }
}

static const char *file_system_of_tmp(void)
{
    struct statfs info;

    if (statfs("/tmp", &info) < 0)
        return "an unknown file system";
    switch (info.f_type) {
    case 0x01021994:
        return "tmpfs";
    case 0xef53:
        return "ext4";
    default:
        return "a disk file system";
    }
}

static void measure(void)
{
    const char *boot[] = {loader, "wineboot", "--init", NULL};
    const char *works[] = {loader, bench_options.wine_program, NULL};
    const char *end[] = {server, "-k", NULL};
    char path[PATH_MAX];
    FILE *file = tmpfile();

    mkdir(bench_options.wine_prefix, 0700);
    snprintf(path, sizeof(path), "%s/system.reg", bench_options.wine_prefix);
    if (!file || (access(path, F_OK) < 0 && run(boot, -1) != 0)) {
        snprintf(note, sizeof(note), "its prefix could not be made");
        if (file)
            fclose(file);
        return;
    }
    run(works, fileno(file));
    run(end, -1);
    rewind(file);
    take_results(file);
    fclose(file);
    snprintf(note, sizeof(note),
             "the same source built with mingw, client and server both on the first processor, "
             "server directory on %s",
             file_system_of_tmp());
    if (n_runs == 0)
        snprintf(note, sizeof(note), "it ran nothing");
}

void bench_wine_init(void)
{
    if (bench_options.check_runs)
        return;
    if (!bench_options.wine_program || !bench_options.wine_prefix)
        snprintf(note, sizeof(note), "skipped, mingw was not there when this was built");
    else if (!find_wine())
        snprintf(note, sizeof(note), "skipped, it is not installed");
    else
        measure();
}

const char *bench_wine_note(void)
{
    return note;
}

bool bench_wine_find(const char *work, unsigned parameter, struct bench_sample *ret_ns)
{
    for (unsigned i = 0; i < n_runs; i++) {
        if (strcmp(runs[i].work, work) == 0 && runs[i].parameter == parameter) {
            *ret_ns = runs[i].ns;
            return true;
        }
    }
    return false;
}
