// SPDX-License-Identifier: MIT
/*
 * winbase.h: FormatMessage. The texts of errors and the writing out of inserts are in rtl; here
 * are the sources, the buffers and the errors.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "api/wide16.h"
#include "rtl/message.h"
#include "rtl/messages.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)
#define SOURCES \
    (FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM)
#define MOST_UNITS 0xFFFF

/* One call, whatever its width. */
struct call {
    DWORD flags;
    const void *source;
    DWORD id, language;
    void *buffer;
    DWORD size;
    va_list *arguments;
    unsigned width, wide;
};

static DWORD failed(DWORD error)
{
    SetLastError(error);
    return 0;
}

/* The texts are in English: neutral, or English of any country. */
static bool speaks(DWORD language)
{
    return PRIMARYLANGID(language) == LANG_NEUTRAL || PRIMARYLANGID(language) == LANG_ENGLISH;
}

/* The text of an error with its line end, in the width of the call; NULL with the last error. */
static void *find_system_text(const struct call *call)
{
    const char *text = nt_message_of(call->id);
    char line[256];
    void *copy;
    size_t n;

    if (!text) {
        SetLastError(ERROR_MR_MID_NOT_FOUND);
        return NULL;
    }
    if (!speaks(call->language)) {
        SetLastError(ERROR_RESOURCE_LANG_NOT_FOUND);
        return NULL;
    }
    n = strlen(text);
    memcpy(line, text, n);
    memcpy(line + n, "\r\n", 3);
    copy = nt_text_new(line, 1, n + 2, call->width, NULL);
    if (!copy)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return copy;
}

/* Into the caller's buffer, or into a new one. */
static DWORD deliver(const struct call *call, const uint32_t *text, size_t count)
{
    void *target = call->buffer;
    size_t room;

    if (count == 0)
        return failed(ERROR_NO_WORK_DONE);
    if (count > MOST_UNITS && call->flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
        return failed(ERROR_MORE_DATA);
    if (call->flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        room = count + 1 > call->size ? count + 1 : call->size;
        target = LocalAlloc(LMEM_ZEROINIT, room * call->width);
        if (!target)
            return 0;
        memcpy(call->buffer, &target, sizeof(target));
    } else if (count >= call->size) {
        return failed(ERROR_INSUFFICIENT_BUFFER);
    }
    for (size_t i = 0; i < count; i++)
        nt_text_set(target, call->width, i, text[i]);
    nt_text_set(target, call->width, count, 0);
    return (DWORD)count;
}

static DWORD error_of(int r)
{
    return r == -ENOMEM ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER;
}

static DWORD write_out(const struct call *call, const void *text)
{
    struct nt_message message = {
        .text = text,
        .width = call->width,
        .wide = call->wide,
        .ignore_inserts = call->flags & FORMAT_MESSAGE_IGNORE_INSERTS,
        .line = call->flags & FORMAT_MESSAGE_MAX_WIDTH_MASK,
    };
    uint32_t *units = NULL;
    size_t count = 0;
    DWORD result;
    int r;

    /* Arguments that are not wanted may point anywhere. */
    if (message.ignore_inserts)
        message.array = NULL;
    else if (call->flags & FORMAT_MESSAGE_ARGUMENT_ARRAY)
        message.array = (const uint64_t *)(const void *)call->arguments;
    else
        message.list = call->arguments;
    r = nt_message_format(&message, &units, &count);
    if (r < 0)
        return failed(error_of(r));
    result = deliver(call, units, count);
    free(units);
    return result;
}

static DWORD format_message(const struct call *call)
{
    void *text;
    DWORD result;

    if (!call->buffer)
        return failed(call->flags & FORMAT_MESSAGE_ALLOCATE_BUFFER ? ERROR_NOT_ENOUGH_MEMORY
                                                                   : ERROR_INVALID_PARAMETER);
    if (call->flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
        memset(call->buffer, 0, sizeof(void *));
    if (call->flags & FORMAT_MESSAGE_FROM_STRING) {
        if (!call->source || call->flags & (SOURCES & ~FORMAT_MESSAGE_FROM_STRING))
            return failed(ERROR_INVALID_PARAMETER);
        return write_out(call, call->source);
    }
    if (!(call->flags & SOURCES))
        return failed(ERROR_INVALID_PARAMETER);
    /* No module here has a table of messages. */
    if (!(call->flags & FORMAT_MESSAGE_FROM_SYSTEM))
        return failed(ERROR_RESOURCE_TYPE_NOT_FOUND);
    text = find_system_text(call);
    if (!text)
        return 0;
    result = write_out(call, text);
    free(text);
    return result;
}

NT_EXPORT DWORD WINAPI FormatMessageA(DWORD flags, LPCVOID source, DWORD id, DWORD language,
                                      LPSTR buffer, DWORD size, va_list *arguments)
{
    return format_message(
        &(struct call){flags, source, id, language, buffer, size, arguments, 1, NATIVE});
}

NT_TWIN(DWORD, FormatMessageA, DWORD flags, LPCVOID source, DWORD id, DWORD language, LPSTR buffer,
        DWORD size, va_list *arguments)
{
    return format_message(
        &(struct call){flags, source, id, language, buffer, size, arguments, 1, 2});
}

NT_EXPORT DWORD WINAPI FormatMessageW(DWORD flags, LPCVOID source, DWORD id, DWORD language,
                                      LPWSTR buffer, DWORD size, va_list *arguments)
{
    return format_message(
        &(struct call){flags, source, id, language, buffer, size, arguments, NATIVE, NATIVE});
}

NT_TWIN(DWORD, FormatMessageW, DWORD flags, LPCVOID source, DWORD id, DWORD language,
        uint16_t *buffer, DWORD size, va_list *arguments)
{
    return format_message(
        &(struct call){flags, source, id, language, buffer, size, arguments, 2, 2});
}
