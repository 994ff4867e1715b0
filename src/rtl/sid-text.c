// SPDX-License-Identifier: MIT
/*
 * SIDs as text: "S-1-", the authority, and the sub-authorities in decimal. An authority that does
 * not fit 32 bits is written as twelve hexadecimal digits behind "0x".
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "rtl/sid.h"

#define MAX_DIGITS     10 /* of 32 bits in decimal */
#define MAX_HEX_DIGITS 12 /* of 48 bits */

void nt_sid_to_text(const SID *sid, char text[static NT_SID_TEXT_SIZE])
{
    const unsigned char *bytes = (const unsigned char *)sid;
    uint64_t authority = 0;
    size_t at;

    for (unsigned i = 0; i < 6; i++)
        authority = authority << 8 | bytes[2 + i];
    at = (size_t)snprintf(text, NT_SID_TEXT_SIZE,
                          authority > UINT32_MAX ? "S-%u-0x%012" PRIx64 : "S-%u-%" PRIu64,
                          (unsigned)bytes[0], authority);
    for (unsigned i = 0; i < bytes[1]; i++) {
        uint32_t sub;

        memcpy(&sub, bytes + nt_sid_length(i), sizeof(sub));
        at += (size_t)snprintf(text + at, NT_SID_TEXT_SIZE - at, "-%" PRIu32, sub);
    }
}

/* What is left of a text. */
struct text {
    const char *at;
    size_t left;
};

static bool take_char(struct text *text, char c)
{
    if (text->left == 0 || *text->at != c)
        return false;
    text->at++;
    text->left--;
    return true;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* A number that ends where its digits end; too many of them are no number. */
static bool take_number(struct text *text, unsigned base, size_t max_digits, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t n = 0;

    for (; n < text->left && (unsigned)digit_of(text->at[n]) < base; n++) {
        if (n == max_digits)
            return false;
        number = number * base + (unsigned)digit_of(text->at[n]);
    }
    if (n == 0)
        return false;
    text->at += n;
    text->left -= n;
    *ret_number = number;
    return true;
}

static bool take_authority(struct text *text, uint64_t *ret_authority)
{
    if (text->left > 1 && text->at[0] == '0' && (text->at[1] == 'x' || text->at[1] == 'X')) {
        text->at += 2;
        text->left -= 2;
        return take_number(text, 16, MAX_HEX_DIGITS, ret_authority);
    }
    return take_number(text, 10, MAX_DIGITS, ret_authority) && *ret_authority <= UINT32_MAX;
}

bool nt_sid_from_text(const char *text, size_t length, struct nt_sid *ret_sid, size_t *ret_used)
{
    struct text rest = {text, length};
    uint32_t sub[SID_MAX_SUB_AUTHORITIES];
    uint64_t revision, authority, number;
    unsigned n = 0;

    if (!take_char(&rest, 'S') && !take_char(&rest, 's'))
        return false;
    if (!take_char(&rest, '-') || !take_number(&rest, 10, MAX_DIGITS, &revision) ||
        revision != SID_REVISION || !take_char(&rest, '-') || !take_authority(&rest, &authority))
        return false;
    while (take_char(&rest, '-')) {
        if (n == SID_MAX_SUB_AUTHORITIES || !take_number(&rest, 10, MAX_DIGITS, &number) ||
            number > UINT32_MAX)
            return false;
        sub[n++] = (uint32_t)number;
    }
    /* Without one it would name nobody; Windows refuses it too. */
    if (n == 0)
        return false;
    nt_sid_make(ret_sid, authority, n, sub);
    *ret_used = length - rest.left;
    return true;
}
