// SPDX-License-Identifier: MIT
/*
 * ntshm/print.h: formats as Windows reads them, into buffers and to streams. A stream gets a text
 * that has been made in memory, whole, so that lines of two threads do not mix. Each function
 * exists for both widths of wchar_t, the narrow ones too: %ls is a string of that width.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <ntshm/print.h>

#include "api/print.h"
#include "api/wide16.h"
#include "rtl/format.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

int nt_api_print(void *buffer, size_t size, const void *format, unsigned width, unsigned wide,
                 va_list arguments)
{
    struct nt_format what = {.text = format, .length = SIZE_MAX, .width = width, .wide = wide};
    struct nt_text_out out = {.units = buffer, .room = size ? size - 1 : 0, .width = width};
    struct nt_format_arguments list = {0};
    int r;

    if (!format) {
        errno = EINVAL;
        return -1;
    }
    va_copy(list.list, arguments);
    r = nt_format(&what, &list, &out);
    va_end(list.list);
    if (size)
        nt_text_set(buffer, width, out.count < out.room ? out.count : out.room, 0);
    if (r == 0)
        return (int)out.count;
    errno = -r;
    return -1;
}

/* --- buffers ------------------------------------------------------------------------ */

NT_EXPORT int ntshm_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
    return nt_api_print(buffer, size, format, 1, NATIVE, arguments);
}

NT_TWIN(int, ntshm_vsnprintf, char *buffer, size_t size, const char *format, va_list arguments)
{
    return nt_api_print(buffer, size, format, 1, 2, arguments);
}

NT_EXPORT int ntshm_vsnwprintf(wchar_t *buffer, size_t size, const wchar_t *format,
                               va_list arguments)
{
    return nt_api_print(buffer, size, format, NATIVE, NATIVE, arguments);
}

NT_TWIN(int, ntshm_vsnwprintf, uint16_t *buffer, size_t size, const uint16_t *format,
        va_list arguments)
{
    return nt_api_print(buffer, size, format, 2, 2, arguments);
}

/* --- streams ------------------------------------------------------------------------ */

/* Prints to @stream; the text is made in @room if it is short. */
static int print_to(FILE *stream, const void *format, unsigned width, unsigned wide,
                    va_list arguments)
{
    uint32_t room[256];
    void *text = room;
    int length = nt_api_print(room, sizeof(room) / width, format, width, wide, arguments);
    int r;

    if (length < 0)
        return -1;
    if ((size_t)length >= sizeof(room) / width) {
        text = malloc(((size_t)length + 1) * width);
        if (!text)
            return -1;
        length = nt_api_print(text, (size_t)length + 1, format, width, wide, arguments);
    }
    r = nt_api_put_text(stream, text, width, (size_t)length);
    if (text != room)
        free(text);
    return r < 0 ? -1 : length;
}

NT_EXPORT int ntshm_vfprintf(FILE *stream, const char *format, va_list arguments)
{
    return print_to(stream, format, 1, NATIVE, arguments);
}

NT_TWIN(int, ntshm_vfprintf, FILE *stream, const char *format, va_list arguments)
{
    return print_to(stream, format, 1, 2, arguments);
}

NT_EXPORT int ntshm_vfwprintf(FILE *stream, const wchar_t *format, va_list arguments)
{
    return print_to(stream, format, NATIVE, NATIVE, arguments);
}

NT_TWIN(int, ntshm_vfwprintf, FILE *stream, const uint16_t *format, va_list arguments)
{
    return print_to(stream, format, 2, 2, arguments);
}
