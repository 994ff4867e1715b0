// SPDX-License-Identifier: MIT
/*
 * Who keeps the names: where the broker is, whether it answers, and whether one can be started.
 */
#include "tool/machine/doctor.h"

#include <windows.h>
#include <errno.h>
#include <ntshm/ntshm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The nearest directory above @path that is there, and what is wrong with it; NULL: nothing. */
static const char *parent_trouble(const char *path, char *parent, size_t size)
{
    struct stat status;
    char *slash;

    snprintf(parent, size, "%s", path);
    slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent ? 1 : 0] = '\0';
    if (stat(parent, &status) < 0)
        return "is not there";
    if (!S_ISDIR(status.st_mode))
        return "is no directory";
    if ((status.st_mode & 0002) && !(status.st_mode & S_ISVTX))
        return "can be changed by everybody: anybody may put another directory there";
    return access(parent, W_OK) < 0 ? "cannot be written" : NULL;
}

static void check_directory(struct nt_doctor *doctor, const struct ntshm_broker_place *place)
{
    struct stat status;
    const char *trouble;
    char parent[sizeof(place->directory)];

    if (lstat(place->directory, &status) == 0) {
        if (!S_ISDIR(status.st_mode) || (status.st_uid != geteuid() && status.st_uid != 0) ||
            (status.st_mode & 0022))
            nt_doctor_say(doctor, NT_HEALTH_BAD, "directory",
                          "remove it, or name another one in NTSHM_BROKER",
                          "%s is a link, belongs to user %u or is open to others: refused",
                          place->directory, (unsigned)status.st_uid);
        else
            nt_doctor_say(doctor, NT_HEALTH_OK, "directory", NULL, "%s", place->directory);
        return;
    }
    trouble = parent_trouble(place->directory, parent, sizeof(parent));
    if (trouble)
        nt_doctor_say(doctor, NT_HEALTH_BAD, "directory",
                      "repair it, or name another directory in NTSHM_BROKER", "%s %s", parent,
                      trouble);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "directory", NULL, "%s (made on first need)",
                      place->directory);
}

static void check_program(struct nt_doctor *doctor, const struct ntshm_broker_place *place)
{
    if (access(place->program, X_OK) == 0)
        nt_doctor_say(doctor, NT_HEALTH_OK, "broker", NULL,
                      "none runs; %s is started on first need", place->program);
    else
        nt_doctor_say(doctor, NT_HEALTH_BAD, "broker",
                      "install ntshm, or name its ntshmd in NTSHM_BROKER_PATH",
                      "%s cannot be started: %s", place->program, strerror(errno));
}

static void check_broker(struct nt_doctor *doctor, const struct ntshm_broker_place *place)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    DWORD error = ntshm_broker_statistics(&statistics) ? 0 : GetLastError();

    if (error == 0)
        nt_doctor_say(doctor, statistics.restarts ? NT_HEALTH_WARNING : NT_HEALTH_OK, "broker",
                      statistics.restarts ? "'ntshm broker log' tells why its workers died" : NULL,
                      "%s, pid %u, keeps %llu names; its worker was replaced %u times",
                      place->is_system ? "the machine's" : "this user's own", statistics.pid,
                      (unsigned long long)statistics.names, statistics.restarts);
    else if (error == ERROR_FILE_NOT_FOUND && !place->is_system)
        check_program(doctor, place);
    else
        nt_doctor_say(doctor, NT_HEALTH_BAD, "broker",
                      place->is_system ? "systemctl status ntshm.socket ntshm.service"
                                       : "'ntshm broker log' may tell why",
                      "the one in %s does not answer (error %u)", place->directory,
                      (unsigned)error);
}

static void check_runtime_directory(struct nt_doctor *doctor)
{
    const char *path = getenv("XDG_RUNTIME_DIR");
    struct stat status;

    if (!path || !path[0])
        nt_doctor_say(doctor, NT_HEALTH_OK, "XDG_RUNTIME_DIR", NULL,
                      "not set: 'ntshm run' uses /tmp");
    else if (stat(path, &status) < 0 || status.st_uid != geteuid())
        nt_doctor_say(doctor, NT_HEALTH_WARNING, "XDG_RUNTIME_DIR",
                      "log in anew, or unset it (su and sudo keep another user's)",
                      "%s is not there or not this user's: 'ntshm run' uses /tmp", path);
    else
        nt_doctor_say(doctor, NT_HEALTH_OK, "XDG_RUNTIME_DIR", NULL, "%s", path);
}

void nt_doctor_broker(struct nt_doctor *doctor)
{
    struct ntshm_broker_place place = {.size = sizeof(place)};

    if (!ntshm_broker_place(&place)) {
        nt_doctor_say(doctor, NT_HEALTH_BAD, "broker",
                      "NTSHM_BROKER and NTSHM_SYSTEM are absolute paths of at most 89 bytes",
                      "the environment names no place for it (error %u)", (unsigned)GetLastError());
        return;
    }
    if (!place.is_system)
        check_directory(doctor, &place);
    check_broker(doctor, &place);
    check_runtime_directory(doctor);
}
