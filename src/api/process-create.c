// SPDX-License-Identifier: MIT
/*
 * CreateProcess and GetStartupInfo, written once for all widths of text: STARTUPINFO has one layout
 * whatever its texts are made of.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <ntstatus.h>
#include <windows.h>

#include "api/error.h"
#include "api/process-attributes.h"
#include "api/wide16.h"
#include "lib/file/descriptor.h"
#include "lib/process/create.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

_Static_assert(sizeof(STARTUPINFOA) == sizeof(STARTUPINFOW), "one layout");

static BOOL failed(DWORD error)
{
    SetLastError(error);
    return FALSE;
}

/* --- what is asked -----------------------------------------------------------------------------
 */

/* The texts of a request in UTF-8. */
struct texts {
    char *application, *line, *directory, *environment, *title, *desktop;
};

static void texts_deinit(struct texts *texts)
{
    free(texts->application);
    free(texts->line);
    free(texts->directory);
    free(texts->environment);
    free(texts->title);
    free(texts->desktop);
}

/* NULL stays NULL; false without memory. */
static bool take_text(const void *text, unsigned width, char **ret_utf8)
{
    *ret_utf8 = text ? nt_text_new(text, width, SIZE_MAX, 1, NULL) : NULL;
    return !text || *ret_utf8;
}

/* Each text of a block, up to the empty one. */
static bool take_block(const void *block, unsigned width, char **ret_utf8)
{
    size_t end = 0;

    *ret_utf8 = NULL;
    if (!block)
        return true;
    while (nt_text_unit(block, width, end) || (end && nt_text_unit(block, width, end - 1)))
        end++;
    if (end == 0) { /* an empty block is one NUL, or two */
        *ret_utf8 = calloc(1, 2);
        return *ret_utf8;
    }
    *ret_utf8 = nt_text_new(block, width, end, 1, NULL);
    return *ret_utf8;
}

struct asked {
    const void *application, *line, *environment, *directory;
    unsigned width;
    const SECURITY_ATTRIBUTES *process, *thread;
    BOOL inherit;
    DWORD flags;
    const STARTUPINFOW *startup;
};

static NTSTATUS take_texts(const struct asked *asked, struct texts *texts)
{
    unsigned width = asked->width;
    unsigned of_environment = asked->flags & CREATE_UNICODE_ENVIRONMENT ? width : 1;

    /* Of the A function a wide environment has the native width. */
    if (asked->flags & CREATE_UNICODE_ENVIRONMENT && width == 1)
        of_environment = NATIVE;
    if (take_text(asked->application, width, &texts->application) &&
        take_text(asked->line, width, &texts->line) &&
        take_text(asked->directory, width, &texts->directory) &&
        take_text(asked->startup->lpTitle, width, &texts->title) &&
        take_text(asked->startup->lpDesktop, width, &texts->desktop) &&
        take_block(asked->environment, of_environment, &texts->environment))
        return STATUS_SUCCESS;
    return STATUS_NO_MEMORY;
}

static NTSTATUS check_flags(DWORD flags)
{
    if ((flags & DETACHED_PROCESS) && (flags & CREATE_NEW_CONSOLE))
        return STATUS_INVALID_PARAMETER;
    if (flags & (DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS | CREATE_PROTECTED_PROCESS))
        return STATUS_NOT_SUPPORTED;
    return STATUS_SUCCESS;
}

static NTSTATUS take_attributes(const struct asked *asked, struct nt_program_request *request)
{
    const STARTUPINFOEXW *startup = (const STARTUPINFOEXW *)asked->startup;
    const struct nt_process_attribute *list;

    if (!(asked->flags & EXTENDED_STARTUPINFO_PRESENT))
        return STATUS_SUCCESS;
    if (startup->StartupInfo.cb != sizeof(*startup))
        return STATUS_INVALID_PARAMETER;
    list = nt_api_attribute(startup->lpAttributeList, PROC_THREAD_ATTRIBUTE_HANDLE_LIST);
    if (!list)
        return STATUS_SUCCESS;
    if (!asked->inherit)
        return STATUS_INVALID_PARAMETER;
    request->list = list->value;
    request->n_list = list->size / sizeof(HANDLE);
    return STATUS_SUCCESS;
}

static void take_startup(const STARTUPINFOW *given, const struct texts *texts,
                         struct nt_program_request *request)
{
    request->startup = (struct nt_startup){
        .flags = given->dwFlags,
        .show = given->wShowWindow,
        .geometry = {given->dwX, given->dwY, given->dwXSize, given->dwYSize, given->dwXCountChars,
                     given->dwYCountChars, given->dwFillAttribute},
        .title = texts->title,
        .desktop = texts->desktop,
    };
    request->use_standard = given->dwFlags & STARTF_USESTDHANDLES;
    request->standard[0] = given->hStdInput;
    request->standard[1] = given->hStdOutput;
    request->standard[2] = given->hStdError;
}

static void take_security(const SECURITY_ATTRIBUTES *given, const void **ret_security,
                          ULONG *ret_attributes)
{
    *ret_security = given ? given->lpSecurityDescriptor : NULL;
    *ret_attributes = given && given->bInheritHandle ? OBJ_INHERIT : 0;
}

static NTSTATUS create(const struct asked *asked, struct nt_created *ret_created)
{
    NT_CLEANUP(texts_deinit) struct texts texts = {0};
    struct nt_program_request request = {.inherit = asked->inherit, .flags = asked->flags};
    NTSTATUS status = check_flags(asked->flags);

    if (NT_SUCCESS(status))
        status = take_attributes(asked, &request);
    if (NT_SUCCESS(status))
        status = take_texts(asked, &texts);
    if (!NT_SUCCESS(status))
        return status;
    request.application = texts.application;
    request.line = texts.line;
    request.environment = texts.environment;
    request.directory = texts.directory;
    take_startup(asked->startup, &texts, &request);
    take_security(asked->process, &request.process_security, &request.process_attributes);
    take_security(asked->thread, &request.thread_security, &request.thread_attributes);
    return nt_process_create(&request, ret_created);
}

static BOOL create_process(const struct asked *asked, PROCESS_INFORMATION *information)
{
    struct nt_created created;

    if (!asked->startup || !information)
        return failed(ERROR_INVALID_PARAMETER);
    if (!nt_api_result(create(asked, &created)))
        return FALSE;
    *information = (PROCESS_INFORMATION){
        .hProcess = created.process,
        .hThread = created.thread,
        .dwProcessId = created.process_id,
        .dwThreadId = created.thread_id,
    };
    return TRUE;
}

NT_EXPORT BOOL WINAPI CreateProcessA(LPCSTR application, LPSTR line, LPSECURITY_ATTRIBUTES process,
                                     LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags,
                                     LPVOID environment, LPCSTR directory, LPSTARTUPINFOA startup,
                                     LPPROCESS_INFORMATION information)
{
    const struct asked asked = {application, line,   environment, directory, 1,
                                process,     thread, inherit,     flags,     (void *)startup};

    return create_process(&asked, information);
}

NT_EXPORT BOOL WINAPI CreateProcessW(LPCWSTR application, LPWSTR line,
                                     LPSECURITY_ATTRIBUTES process, LPSECURITY_ATTRIBUTES thread,
                                     BOOL inherit, DWORD flags, LPVOID environment,
                                     LPCWSTR directory, LPSTARTUPINFOW startup,
                                     LPPROCESS_INFORMATION information)
{
    const struct asked asked = {application, line,   environment, directory, NATIVE,
                                process,     thread, inherit,     flags,     startup};

    return create_process(&asked, information);
}

NT_TWIN(BOOL, CreateProcessW, const uint16_t *application, uint16_t *line,
        LPSECURITY_ATTRIBUTES process, LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags,
        LPVOID environment, const uint16_t *directory, LPSTARTUPINFOW startup,
        LPPROCESS_INFORMATION information)
{
    const struct asked asked = {application, line,   environment, directory, 2,
                                process,     thread, inherit,     flags,     startup};

    return create_process(&asked, information);
}

/* --- what was asked --------------------------------------------------------------------------- */

/* Texts in each width, made once. */
static void *titles[5], *desktops[5];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *in_width(const char *text, unsigned width)
{
    return text ? nt_text_new(text, 1, SIZE_MAX, width, NULL) : NULL;
}

static void make_texts(void)
{
    const struct nt_startup *startup = nt_inherited_startup();

    for (unsigned width = 1; width <= 4; width *= 2) {
        titles[width] = in_width(startup->title, width);
        desktops[width] = in_width(startup->desktop, width);
    }
}

static HANDLE standard(unsigned index)
{
    HANDLE handle = NULL;

    return NT_SUCCESS(nt_std_handle(index, &handle)) ? handle : NULL;
}

static void get_startup(STARTUPINFOW *information, unsigned width)
{
    const struct nt_startup *startup = nt_inherited_startup();
    const uint32_t *geometry = startup->geometry;

    pthread_once(&once, make_texts);
    *information = (STARTUPINFOW){
        .cb = sizeof(*information),
        .lpDesktop = desktops[width],
        .lpTitle = titles[width],
        .dwX = geometry[0],
        .dwY = geometry[1],
        .dwXSize = geometry[2],
        .dwYSize = geometry[3],
        .dwXCountChars = geometry[4],
        .dwYCountChars = geometry[5],
        .dwFillAttribute = geometry[6],
        .dwFlags = startup->flags,
        .wShowWindow = (WORD)startup->show,
        .hStdInput = standard(0),
        .hStdOutput = standard(1),
        .hStdError = standard(2),
    };
}

NT_EXPORT void WINAPI GetStartupInfoA(LPSTARTUPINFOA information)
{
    get_startup((STARTUPINFOW *)information, 1);
}

NT_EXPORT void WINAPI GetStartupInfoW(LPSTARTUPINFOW information)
{
    get_startup(information, NATIVE);
}

NT_TWIN(void, GetStartupInfoW, LPSTARTUPINFOW information)
{
    get_startup(information, 2);
}
