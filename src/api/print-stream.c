// SPDX-License-Identifier: MIT
/*
 * ntshm/print.h: wide text and streams. A stream of the C library is wide or narrow once it has
 * been used, and refuses the other kind; Windows' are both. So text goes out as UTF-8 through
 * the narrow functions, and character by character where somebody has made the stream wide.
 */
#include <errno.h>
#include <stdlib.h>
#include <wchar.h>

#include <ntshm/print.h>

#include "api/print.h"
#include "api/wide16.h"
#include "rtl/text.h"

#define NATIVE sizeof(wchar_t)

/* --- writing ------------------------------------------------------------------------ */

static int put_to_wide_stream(FILE *stream, const void *text, unsigned width, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t point;

        at += nt_text_next(text, width, at, length, &point);
        if (fputwc((wchar_t)point, stream) != WEOF)
            continue;
        /* The locale has no such character. */
        if (errno != EILSEQ || fputwc(L'?', stream) == WEOF)
            return -1;
        clearerr(stream);
    }
    return 0;
}

static int put_utf8(FILE *stream, const void *text, size_t length)
{
    return fwrite(text, 1, length, stream) == length ? 0 : -1;
}

int nt_api_put_text(FILE *stream, const void *text, unsigned width, size_t length)
{
    char *utf8 = NULL;
    size_t count;
    int r = -1;

    flockfile(stream);
    if (fwide(stream, 0) > 0) {
        r = put_to_wide_stream(stream, text, width, length);
    } else if (width == 1) {
        r = put_utf8(stream, text, length);
    } else {
        utf8 = nt_text_new(text, width, length, 1, &count);
        if (utf8)
            r = put_utf8(stream, utf8, count);
    }
    funlockfile(stream);
    free(utf8);
    return r;
}

NT_EXPORT int ntshm_fputws(const wchar_t *text, FILE *stream)
{
    return nt_api_put_text(stream, text, NATIVE, nt_text_length(text, NATIVE, SIZE_MAX));
}

NT_TWIN(int, ntshm_fputws, const uint16_t *text, FILE *stream)
{
    return nt_api_put_text(stream, text, 2, nt_text_length(text, 2, SIZE_MAX));
}

NT_EXPORT wint_t ntshm_fputwc(wchar_t character, FILE *stream)
{
    return nt_api_put_text(stream, &character, NATIVE, 1) < 0 ? WEOF : (wint_t)character;
}

NT_TWIN(wint_t, ntshm_fputwc, uint16_t character, FILE *stream)
{
    return nt_api_put_text(stream, &character, 2, 1) < 0 ? WEOF : (wint_t)character;
}

/* --- reading ------------------------------------------------------------------------ */

/* One character; EOF at the end. The stream's lock is held. */
static int64_t get_character(FILE *stream)
{
    unsigned char bytes[5] = {0};
    uint32_t point;
    size_t need;
    int c;

    if (fwide(stream, 0) > 0) {
        wint_t wide = fgetwc(stream);

        return wide == WEOF ? EOF : (int64_t)wide;
    }
    c = getc(stream);
    if (c == EOF)
        return EOF;
    bytes[0] = (unsigned char)c;
    need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
    for (size_t n = 1; n < need; n++) {
        c = getc(stream);
        if ((c & 0xC0) != 0x80) { /* EOF too */
            ungetc(c, stream);
            break;
        }
        bytes[n] = (unsigned char)c;
    }
    nt_text_next(bytes, 1, 0, need, &point);
    return point;
}

/* Whether the next character may take two units of UTF-16. */
static bool next_is_long(FILE *stream)
{
    int c = fwide(stream, 0) > 0 ? 0 : getc(stream);

    if (c)
        ungetc(c, stream);
    return c >= 0xF0;
}

static void *get_line(void *buffer, unsigned width, int size, FILE *stream)
{
    struct nt_text_out out = {.units = buffer, .width = width};
    int64_t character = 0;

    if (!buffer || size <= 0) {
        errno = EINVAL;
        return NULL;
    }
    out.room = (size_t)size - 1;
    flockfile(stream);
    while (out.count < out.room && character != '\n') {
        uint32_t units[4];
        size_t count;

        /* A pair that does not fit waits for the next call, if there is anything to give now. */
        if (width == 2 && out.count && out.count + 2 > out.room && next_is_long(stream))
            break;
        character = get_character(stream);
        if (character == EOF)
            break;
        count = nt_text_encode((uint32_t)character, width, units);
        if (count > out.room - out.count)
            units[0] = NT_TEXT_REPLACEMENT, count = 1;
        for (size_t i = 0; i < count; i++)
            nt_text_put(&out, units[i]);
    }
    funlockfile(stream);
    if (out.count == 0 && out.room)
        return NULL;
    nt_text_set(buffer, width, out.count, 0);
    return buffer;
}

NT_EXPORT wchar_t *ntshm_fgetws(wchar_t *buffer, int size, FILE *stream)
{
    return get_line(buffer, NATIVE, size, stream);
}

NT_TWIN(uint16_t *, ntshm_fgetws, uint16_t *buffer, int size, FILE *stream)
{
    return get_line(buffer, 2, size, stream);
}

static wint_t get_one(FILE *stream)
{
    int64_t character;

    flockfile(stream);
    character = get_character(stream);
    funlockfile(stream);
    return character == EOF ? WEOF : (wint_t)character;
}

NT_EXPORT wint_t ntshm_fgetwc(FILE *stream)
{
    return get_one(stream);
}

NT_TWIN(wint_t, ntshm_fgetwc, FILE *stream)
{
    wint_t character = get_one(stream);

    return character != WEOF && character > 0xFFFF ? NT_TEXT_REPLACEMENT : character;
}
