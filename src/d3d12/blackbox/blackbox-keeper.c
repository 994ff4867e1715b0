// SPDX-License-Identifier: MIT
/*
 * Starting a keeper: `ntshm blackbox watch` in a session of its own.
 *
 * A name ends with its last handle, so that a program that is alone with its black box takes the
 * name along when it dies. The keeper opens it and stays. Two things tell how its start goes: an
 * event, which it sets once it has the name, and a lease (the read end of a pipe, which only the
 * keeper has), which is dead once the keeper is.
 */
#include "d3d12/blackbox/blackbox.h"
#include "os/os.h"
#include "util/macro.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READY_DEADLINE_NS UINT64_C(20000000000)
#define POLL_MS           20

static bool try_tool(char *path, int length)
{
    return length > 0 && length < PATH_MAX && access(path, X_OK) == 0;
}

/* Near this library: in its own folder, as built, as installed (also below lib/ARCHITECTURE). */
static bool find_beside(char *path)
{
    static const char *const places[] = {"ntshm", "../tool/ntshm", "../bin/ntshm",
                                         "../../bin/ntshm"};
    Dl_info info;
    const char *slash;

    if (!dladdr((void *)(uintptr_t)&ntshm_blackbox_start_keeper, &info) || !info.dli_fname)
        return false;
    slash = strrchr(info.dli_fname, '/');
    if (!slash)
        return false;
    for (size_t i = 0; i < NT_ARRAY_SIZE(places); i++)
        if (try_tool(path, snprintf(path, PATH_MAX, "%.*s%s", (int)(slash + 1 - info.dli_fname),
                                    info.dli_fname, places[i])))
            return true;
    return false;
}

static bool find_along_path(char *path)
{
    const char *dirs = secure_getenv("PATH");

    while (dirs && *dirs) {
        int length = (int)strcspn(dirs, ":");

        if (length > 0 && try_tool(path, snprintf(path, PATH_MAX, "%.*s/ntshm", length, dirs)))
            return true;
        dirs += length + (dirs[length] == ':');
    }
    return false;
}

static bool find_tool(char *path)
{
    const char *given = secure_getenv("NTSHM_TOOL_PATH");

    if (given) /* asked for by name: no other will do */
        return try_tool(path, snprintf(path, PATH_MAX, "%s", given));
    return find_beside(path) || find_along_path(path);
}

/* Waits for the keeper's word, or its end. */
static HRESULT wait_ready(HANDLE event, int lease)
{
    uint64_t deadline = nt_os_now_ns() + READY_DEADLINE_NS;

    for (;;) {
        if (WaitForSingleObject(event, POLL_MS) == WAIT_OBJECT_0)
            return S_OK;
        if (nt_os_lease_is_dead(lease)) /* it may have been ready and gone in one moment */
            return WaitForSingleObject(event, 0) == WAIT_OBJECT_0
                       ? S_OK
                       : HRESULT_FROM_WIN32(ERROR_SERVICE_NOT_ACTIVE);
        if (nt_os_now_ns() > deadline)
            return HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    }
}

static HRESULT start(const char *tool, const char *name, const char *dump, const char *event_name,
                     HANDLE event)
{
    const char *const argv[] = {tool,       "blackbox", "watch", "--daemon", "--ready-event",
                                event_name, "--output", dump,    "--quiet",  "--",
                                name,       NULL};
    NT_CLEANUP(nt_os_closep) int lease = -1;
    NT_CLEANUP(nt_os_closep) int keeper_end = -1;
    int error = nt_os_lease_new(&lease, &keeper_end);

    if (!error)
        error = nt_os_spawn_daemon(argv, keeper_end);
    if (error)
        return error == -ENOENT ? HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) : E_OUTOFMEMORY;
    keeper_end = nt_os_close(keeper_end);
    return wait_ready(event, lease);
}

NT_EXPORT HRESULT ntshm_blackbox_start_keeper(const char *name, const char *dump)
{
    char tool[PATH_MAX], path[PATH_MAX], event_name[64];
    uint64_t nonce[2];
    HANDLE event;
    HRESULT hr;

    if (!name || !name[0] || !dump || !dump[0])
        return E_INVALIDARG;
    /* The keeper's current directory is not ours. */
    if (dump[0] != '/') {
        char *here = getcwd(path, sizeof(path));

        if (!here || strlen(path) + 1 + strlen(dump) >= sizeof(path))
            return E_INVALIDARG;
        strcat(strcat(path, "/"), dump);
        dump = path;
    }
    if (!find_tool(tool))
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    if (nt_os_random(nonce, sizeof(nonce)))
        return E_FAIL;
    snprintf(event_name, sizeof(event_name), "Local\\ntshm-keeper-%016llx%016llx",
             (unsigned long long)nonce[0], (unsigned long long)nonce[1]);
    event = CreateEventA(NULL, TRUE, FALSE, event_name);
    if (!event)
        return HRESULT_FROM_WIN32(GetLastError());
    hr = start(tool, name, dump, event_name, event);
    CloseHandle(event);
    return hr;
}
