// SPDX-License-Identifier: MIT
/*
 * Objects by their names; see open.h. Each kind is tried until one does not say that the name is
 * something else's; what no function of Win32's opens may still be a directory.
 */
#include "tool/names/open.h"

#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tool/kit/output.h"
#include "tool/names/names.h"
#include "tool/tool.h"

/* The functions are NULL where there is none with a Win32 name. */
static const struct {
    const char *word;
    HANDLE(WINAPI *open)(DWORD access, BOOL inherit, LPCWSTR name);
} kinds[NT_NAME_KINDS] = {
    [NT_KIND_SECTION] = {"section", OpenFileMappingW},
    [NT_KIND_EVENT] = {"event", OpenEventW},
    [NT_KIND_DIRECTORY] = {"directory", NULL},
    [NT_KIND_MUTANT] = {"mutex", OpenMutexW},
    [NT_KIND_SEMAPHORE] = {"semaphore", OpenSemaphoreW},
    [NT_KIND_TIMER] = {"timer", OpenWaitableTimerW},
    [NT_KIND_JOB] = {"job", OpenJobObjectW},
    [NT_KIND_D3D12] = {"shared", ntshm_open_sharedW},
};

const char *nt_name_kind(enum nt_kind kind)
{
    return kinds[kind].word;
}

/* Without a broker there are no names, and none is started to say so. */
static bool has_broker(void)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};

    return ntshm_broker_statistics(&statistics);
}

static DWORD rights_for(const DWORD *rights, enum nt_kind kind)
{
    return rights && rights[kind] ? rights[kind] : MAXIMUM_ALLOWED;
}

/* A name of another kind is an invalid handle: then the next kind may be it. */
static DWORD open_object(const wchar_t *wide, const DWORD *rights, struct nt_named *named)
{
    DWORD error = ERROR_INVALID_HANDLE;

    for (int i = 0; i < NT_NAME_KINDS && error == ERROR_INVALID_HANDLE; i++) {
        if (!kinds[i].open)
            continue;
        named->kind = (enum nt_kind)i;
        named->handle = kinds[i].open(rights_for(rights, named->kind), FALSE, wide);
        error = named->handle ? 0 : GetLastError();
    }
    return error;
}

static DWORD open_directory(const DWORD *rights, struct nt_named *named)
{
    named->kind = NT_KIND_DIRECTORY;
    named->handle = nt_name_open_directory(named->name, rights_for(rights, named->kind));
    return named->handle ? 0 : GetLastError();
}

DWORD nt_name_open_kinds(const char *name, const DWORD *rights, struct nt_named *ret_named)
{
    bool is_path = name[0] == '\\';
    char *other = is_path ? nt_name_win32(name) : NULL;
    wchar_t *wide = nt_name_wide(other ? other : name);
    DWORD error = wide ? ERROR_INVALID_HANDLE : GetLastError();

    *ret_named = (struct nt_named){.name = name};
    if (wide && !has_broker())
        error = GetLastError();
    else if (wide && (other || !is_path)) /* elsewhere no object can stand */
        error = open_object(wide, rights, ret_named);
    if (error == ERROR_INVALID_HANDLE)
        error = open_directory(rights, ret_named);
    free(wide);
    free(other);
    return error;
}

HANDLE nt_name_open_as(const char *name, DWORD access)
{
    DWORD rights[NT_NAME_KINDS], error;
    struct nt_named named;

    for (int i = 0; i < NT_NAME_KINDS; i++)
        rights[i] = access;
    error = nt_name_open_kinds(name, rights, &named);
    SetLastError(error);
    return named.handle;
}

HANDLE nt_name_open(const char *name)
{
    return nt_name_open_as(name, MAXIMUM_ALLOWED);
}

/* --- why not ---------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    char text[400]; /* the last error that the library told of */
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

void nt_name_hear(int level, const char *message, void *context)
{
    (void)context;
    if (level != NTSHM_LOG_ERROR)
        return;
    pthread_mutex_lock(&heard.lock);
    nt_output_clean(message, heard.text, sizeof(heard.text));
    pthread_mutex_unlock(&heard.lock);
}

/* What the error means for who typed the name; NULL: what the system says. */
static const char *why(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
        return has_broker() ? "nobody has a handle of this name"
                            : "nobody has a handle of this name: no broker runs";
    case ERROR_PATH_NOT_FOUND:
    case ERROR_BAD_PATHNAME:
        return "there is no such directory in the name space";
    case ERROR_ACCESS_DENIED:
        return "access is denied ('ntshm access' tells who may what)";
    case ERROR_INVALID_HANDLE:
        return "the name is another kind of object's";
    case ERROR_INVALID_NAME:
        return "this is not a name";
    case ERROR_NO_UNICODE_TRANSLATION:
        return "this is no UTF-8";
    case ERROR_CONNECTION_REFUSED:
    case ERROR_CONNECTION_ABORTED:
        return "the broker does not answer, or cannot be started ('ntshm doctor' may tell why)";
    default:
        return NULL;
    }
}

/* @reason: NULL for what the system says. */
static int failed(const char *name, const char *done, DWORD error, const char *reason)
{
    char text[256] = "no text for it", clean[512];

    nt_output_clean(name, clean, sizeof(clean));
    if (!reason)
        FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0,
                       text, sizeof(text), NULL);
    text[strcspn(text, "\r\n")] = '\0';
    pthread_mutex_lock(&heard.lock);
    nt_tool_error("'%s' cannot be %s: %s (error %u)%s%s", clean, done, reason ? reason : text,
                  (unsigned)error, heard.text[0] ? ": " : "", heard.text);
    pthread_mutex_unlock(&heard.lock);
    return NT_TOOL_FAILED;
}

int nt_name_failed(const char *name, const char *done, DWORD error)
{
    return failed(name, done, error, why(error));
}

int nt_name_not_opened(const char *name, DWORD error)
{
    return failed(name, "opened", error,
                  error == ERROR_NOT_SUPPORTED
                      ? "the broker that runs is older than this program, and cannot say: 'ntshm "
                        "broker stop' ends it when its names are gone"
                      : why(error));
}

int nt_name_file_not_opened(const char *path, DWORD error)
{
    return failed(path, "opened", error, NULL);
}
