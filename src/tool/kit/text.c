// SPDX-License-Identifier: MIT
/*
 * Text for people; see text.h.
 */
#include "tool/kit/text.h"
#include "util/macro.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define REPLACEMENT "\xef\xbf\xbd"

uint32_t nt_text_decode(const char *bytes, size_t length, size_t *ret_length)
{
    const unsigned char *text = (const unsigned char *)bytes;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = text[0] < 0x80   ? 1
               : text[0] < 0xc2 ? 0
               : text[0] < 0xe0 ? 2
               : text[0] < 0xf0 ? 3
                                : 4;
    uint32_t character;

    *ret_length = 1;
    if (n == 0 || n > length || text[0] > 0xf4)
        return 0;
    if (n == 1)
        return text[0];
    character = text[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (text[i] & 0x3fu);
    }
    if (character < smallest[n] || character > 0x10ffff ||
        (character >= 0xd800 && character < 0xe000))
        return 0;
    *ret_length = n;
    return character;
}

static bool is_harmless(uint32_t character)
{
    if (character < 0x20 || (character >= 0x7f && character < 0xa0))
        return false;
    if (character == 0x61c || character == 0x200e || character == 0x200f)
        return false;
    return !(character >= 0x2028 && character <= 0x202e) &&
           !(character >= 0x2066 && character <= 0x2069);
}

const char *nt_text_clean(const char *text, size_t length, char *clean, size_t size)
{
    size_t used = 0;

    for (size_t at = 0, step; at < length && text[at]; at += step) {
        uint32_t character = nt_text_decode(text + at, length - at, &step);
        bool harmless = is_harmless(character);
        size_t n = harmless ? step : sizeof(REPLACEMENT) - 1;

        if (used + n + 1 > size)
            break;
        memcpy(clean + used, harmless ? text + at : REPLACEMENT, n);
        used += n;
    }
    clean[used] = 0;
    return clean;
}

const char *nt_text_number(uint64_t number, char *text)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    char *out = text;

    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = 0;
    return text;
}

const char *nt_text_size(uint64_t bytes, char *text)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned unit = 0;
    uint64_t rest, whole;

    while (unit + 1 < NT_ARRAY_SIZE(units) && bytes >> (10 * (unit + 1)))
        unit++;
    whole = bytes >> (10 * unit);
    rest = bytes - (whole << (10 * unit));
    if (rest == 0)
        snprintf(text, 32, "%llu %s", (unsigned long long)whole, units[unit]);
    else
        snprintf(text, 32, "%llu.%llu %s", (unsigned long long)whole,
                 (unsigned long long)(rest * 10 >> (10 * unit)), units[unit]);
    return text;
}

const char *nt_text_time(uint64_t unix_ns, char *text)
{
    time_t seconds = (time_t)(unix_ns / 1000000000u);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(text, 40, "%Y-%m-%d %H:%M:%S UTC", &tm);
    return text;
}

const char *nt_text_removed_reason(uint32_t hresult)
{
    switch (hresult) {
    case 0x887a0001:
        return "DXGI_ERROR_INVALID_CALL";
    case 0x887a0005:
        return "DXGI_ERROR_DEVICE_REMOVED";
    case 0x887a0006:
        return "DXGI_ERROR_DEVICE_HUNG";
    case 0x887a0007:
        return "DXGI_ERROR_DEVICE_RESET";
    case 0x887a0020:
        return "DXGI_ERROR_DRIVER_INTERNAL_ERROR";
    default:
        return "unknown reason";
    }
}
