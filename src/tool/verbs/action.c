// SPDX-License-Identifier: MIT
/*
 * Objects by their names, for commands that do something with them; see action.h.
 */
#include "tool/verbs/action.h"

#include <errno.h>
#include <ntshm/ntshm.h>
#include <ntshm/shared.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/names/names.h"
#include "tool/kit/output.h"
#include "tool/tool.h"
#include "util/macro.h"

static const struct {
    const char *word;
    HANDLE(WINAPI *open)(DWORD access, BOOL inherit, LPCWSTR name);
} kinds[NT_KIND_COUNT] = {
    [NT_KIND_SECTION] = {"section", OpenFileMappingW},
    [NT_KIND_EVENT] = {"event", OpenEventW},
    [NT_KIND_MUTEX] = {"mutex", OpenMutexW},
    [NT_KIND_SEMAPHORE] = {"semaphore", OpenSemaphoreW},
    [NT_KIND_TIMER] = {"timer", OpenWaitableTimerW},
    [NT_KIND_JOB] = {"job", OpenJobObjectW},
    [NT_KIND_SHARED] = {"shared", ntshm_open_sharedW},
};

const char *nt_kind_word(enum nt_kind kind)
{
    return kinds[kind].word;
}

wchar_t *nt_action_wide(const char *text)
{
    size_t count = strlen(text) + 1;
    wchar_t *wide = count > INT_MAX ? NULL : calloc(count, sizeof(*wide));

    if (wide && MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, (int)count) > 0)
        return wide;
    free(wide);
    return NULL;
}

DWORD nt_action_open(const char *name, const DWORD *rights, struct nt_named *ret_named)
{
    struct ntshm_broker_statistics statistics = {.size = sizeof(statistics)};
    char *other = name[0] == '\\' ? nt_name_win32(name) : NULL;
    wchar_t *wide = nt_action_wide(other ? other : name);
    DWORD error = ERROR_INVALID_HANDLE;

    free(other);
    *ret_named = (struct nt_named){.name = name};
    if (!wide)
        return ERROR_INVALID_NAME;
    if (!ntshm_broker_statistics(&statistics))
        error = GetLastError();
    /* A name of another kind is an invalid handle: then the next kind may be it. */
    for (int i = 0; i < NT_KIND_COUNT && error == ERROR_INVALID_HANDLE; i++) {
        ret_named->kind = (enum nt_kind)i;
        ret_named->handle = kinds[i].open(rights[i] ? rights[i] : MAXIMUM_ALLOWED, FALSE, wide);
        error = ret_named->handle ? 0 : GetLastError();
    }
    free(wide);
    return error;
}

/* --- why not ---------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    char text[400]; /* the last error that the library told of */
} heard = {.lock = PTHREAD_MUTEX_INITIALIZER};

void nt_action_hear(int level, const char *message, void *context)
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
        return "nobody has a handle of this name";
    case ERROR_PATH_NOT_FOUND:
        return "there is no such directory in the name space";
    case ERROR_ACCESS_DENIED:
        return "access is denied ('ntshm access' tells who may what)";
    case ERROR_INVALID_HANDLE:
        return "the name is another kind of object's";
    case ERROR_INVALID_NAME:
        return "this is no UTF-8";
    case ERROR_CONNECTION_REFUSED:
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

int nt_action_failed(const char *name, const char *done, DWORD error)
{
    return failed(name, done, error, why(error));
}

int nt_action_file_failed(const char *path, DWORD error)
{
    return failed(path, "opened", error, NULL);
}

bool nt_action_number(const char *text, uint64_t most, uint64_t *ret_number)
{
    unsigned long long number;
    char *end;

    errno = 0;
    number = strtoull(text, &end, 10);
    if (errno || end == text || *end || text[0] < '0' || text[0] > '9' || number > most)
        return false;
    *ret_number = number;
    return true;
}

bool nt_action_size(const char *text, uint64_t *ret_bytes)
{
    static const char units[] = "KMGTPE";
    unsigned long long number;
    unsigned shift = 0;
    const char *unit;
    char *end;

    errno = 0;
    number = strtoull(text, &end, 0);
    if (errno || end == text || text[0] < '0' || text[0] > '9')
        return false;
    if (*end > ' ' && (unit = strchr(units, *end & ~0x20))) {
        shift = 10 * (unsigned)(unit - units + 1);
        end += strncmp(end + 1, "iB", 2) == 0 ? 3 : 1;
    }
    if (*end || number << shift >> shift != number)
        return false;
    *ret_bytes = number << shift;
    return true;
}
