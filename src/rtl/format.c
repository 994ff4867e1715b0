// SPDX-License-Identifier: MIT
/*
 * Formats as the C library of Windows reads them; see format.h. Flags, widths, lengths and
 * everything but floating point are done here; each floating-point conversion is handed to
 * snprintf() by itself, in a format made here.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rtl/format.h"
#include "rtl/text.h"

/* A number of either kind has no more digits that are not 0 behind its point. */
#define MOST_DIGITS      1100
#define MOST_DIGITS_LONG 16500

enum length {
    LENGTH_NONE,
    LENGTH_CHAR,
    LENGTH_SHORT,
    LENGTH_32,      /* l, I32 */
    LENGTH_64,      /* ll, I64, I, j, z, t */
    LENGTH_DOUBLE,  /* L */
    LENGTH_WIDE,    /* w */
    LENGTH_NATURAL, /* T: the function's own width */
};

/* One conversion. */
struct conversion {
    bool left, plus, space, alternate, zero;
    int width;
    int precision; /* -1: none was given */
    enum length length;
    uint32_t letter;
};

/* A call. */
struct work {
    const struct nt_format *format;
    struct nt_format_arguments *arguments;
    struct nt_text_out *out;
    size_t at; /* in the format */
};

/* --- arguments ---------------------------------------------------------------------- */

static uint64_t from_array(struct nt_format_arguments *arguments)
{
    return arguments->at < arguments->n_array ? arguments->array[arguments->at++] : 0;
}

static int take_int(struct nt_format_arguments *arguments)
{
    return arguments->array ? (int)from_array(arguments) : va_arg(arguments->list, int);
}

static uint64_t take_64(struct nt_format_arguments *arguments)
{
    return arguments->array ? from_array(arguments) : va_arg(arguments->list, uint64_t);
}

static const void *take_pointer(struct nt_format_arguments *arguments)
{
    return arguments->array ? (const void *)(uintptr_t)from_array(arguments)
                            : va_arg(arguments->list, const void *);
}

/* --- reading a conversion ----------------------------------------------------------- */

/* The unit of the format @ahead of where we are; 0 at its end, behind which nobody looks. */
static uint32_t peek(const struct work *work, size_t ahead)
{
    const struct nt_format *format = work->format;

    return work->at + ahead < format->length
               ? nt_text_unit(format->text, format->width, work->at + ahead)
               : 0;
}

static void read_flags(struct work *work, struct conversion *conversion)
{
    for (;; work->at++) {
        switch (peek(work, 0)) {
        case '-':
            conversion->left = true;
            break;
        case '+':
            conversion->plus = true;
            break;
        case ' ':
            conversion->space = true;
            break;
        case '#':
            conversion->alternate = true;
            break;
        case '0':
            conversion->zero = true;
            break;
        default:
            return;
        }
    }
}

/* Digits or a star. */
static int read_number(struct work *work, int *ret_number)
{
    int number = 0;

    if (peek(work, 0) == '*') {
        work->at++;
        *ret_number = take_int(work->arguments);
        return 0;
    }
    for (; peek(work, 0) >= '0' && peek(work, 0) <= '9'; work->at++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (int)peek(work, 0) - '0', &number))
            return -EOVERFLOW;
    }
    *ret_number = number;
    return 0;
}

/* I64, I32 and I; the I has been seen. */
static enum length read_length_i(struct work *work)
{
    if (peek(work, 0) == '6' && peek(work, 1) == '4') {
        work->at += 2;
    } else if (peek(work, 0) == '3' && peek(work, 1) == '2') {
        work->at += 2;
        return LENGTH_32;
    }
    return LENGTH_64;
}

static enum length read_length(struct work *work)
{
    uint32_t first = peek(work, 0);
    bool is_double;

    if (first == 0 || first >= 0x80 || !strchr("hlIjztLwT", (int)first))
        return LENGTH_NONE;
    work->at++;
    is_double = peek(work, 0) == first;
    switch (first) {
    case 'h':
        work->at += is_double;
        return is_double ? LENGTH_CHAR : LENGTH_SHORT;
    case 'l':
        work->at += is_double;
        return is_double ? LENGTH_64 : LENGTH_32;
    case 'I':
        return read_length_i(work);
    case 'L':
        return LENGTH_DOUBLE;
    case 'w':
        return LENGTH_WIDE;
    case 'T':
        return LENGTH_NATURAL;
    default:
        return LENGTH_64;
    }
}

/* What stands behind the %. */
static int read_conversion(struct work *work, struct conversion *conversion)
{
    int r;

    *conversion = (struct conversion){.precision = -1};
    read_flags(work, conversion);
    r = read_number(work, &conversion->width);
    if (r < 0 || conversion->width == INT_MIN)
        return -EOVERFLOW;
    if (conversion->width < 0) {
        conversion->left = true;
        conversion->width = -conversion->width;
    }
    if (peek(work, 0) == '.') {
        work->at++;
        r = read_number(work, &conversion->precision);
        if (r < 0)
            return r;
        if (conversion->precision < 0)
            conversion->precision = -1;
    }
    conversion->length = read_length(work);
    conversion->letter = peek(work, 0);
    if (!conversion->letter)
        return -EINVAL;
    work->at++;
    return 0;
}

/* --- numbers ------------------------------------------------------------------------ */

/* A number as it is printed: sign or 0x, zeros, digits, zeros, the rest. */
struct parts {
    const char *prefix;
    size_t zeros;
    const char *head;
    size_t n_head;
    size_t more;
    const char *tail;
    size_t n_tail;
};

static void put_parts(struct work *work, const struct conversion *conversion, struct parts *parts)
{
    size_t n_prefix = strlen(parts->prefix);
    size_t length = n_prefix + parts->zeros + parts->n_head + parts->more + parts->n_tail;
    size_t padding = (size_t)conversion->width > length ? (size_t)conversion->width - length : 0;

    if (conversion->zero && !conversion->left) {
        parts->zeros += padding;
        padding = 0;
    }
    if (!conversion->left)
        nt_text_fill(work->out, ' ', padding);
    nt_text_put_ascii(work->out, parts->prefix, n_prefix);
    nt_text_fill(work->out, '0', parts->zeros);
    nt_text_put_ascii(work->out, parts->head, parts->n_head);
    nt_text_fill(work->out, '0', parts->more);
    nt_text_put_ascii(work->out, parts->tail, parts->n_tail);
    if (conversion->left)
        nt_text_fill(work->out, ' ', padding);
}

static const char *sign_of(const struct conversion *conversion, bool negative)
{
    return negative ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";
}

static uint64_t take_integer(struct work *work, enum length length, bool is_signed)
{
    uint64_t value;

    if (length == LENGTH_64)
        return take_64(work->arguments);
    value = (uint64_t)(int64_t)take_int(work->arguments);
    if (length == LENGTH_CHAR)
        return is_signed ? (uint64_t)(signed char)value : (unsigned char)value;
    if (length == LENGTH_SHORT)
        return is_signed ? (uint64_t)(short)value : (unsigned short)value;
    return is_signed ? value : (uint32_t)value;
}

/* The digits of @value at the end of @digits; returns how many. */
static size_t write_digits(uint64_t value, uint32_t letter, char digits[24])
{
    const char *set = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = letter == 'o' ? 8 : (letter | 32) == 'x' ? 16 : 10;
    size_t n = 0;

    for (; value; value /= base)
        digits[24 - ++n] = set[value % base];
    return n;
}

static void put_integer(struct work *work, struct conversion *conversion)
{
    uint32_t letter = conversion->letter;
    bool is_signed = letter == 'd' || letter == 'i';
    uint64_t value = take_integer(work, conversion->length, is_signed);
    struct parts parts = {.prefix = "", .tail = ""};
    char digits[24];

    if (is_signed) {
        bool negative = (int64_t)value < 0;

        value = negative ? 0 - value : value;
        parts.prefix = sign_of(conversion, negative);
    } else if ((letter | 32) == 'x' && conversion->alternate && value) {
        parts.prefix = letter == 'X' ? "0X" : "0x";
    }
    parts.n_head = write_digits(value, letter, digits);
    parts.head = digits + sizeof(digits) - parts.n_head;
    if (conversion->precision < 0)
        parts.zeros = parts.n_head == 0;
    else if ((size_t)conversion->precision > parts.n_head)
        parts.zeros = (size_t)conversion->precision - parts.n_head;
    if (letter == 'o' && conversion->alternate && parts.zeros == 0)
        parts.zeros = 1;
    if (conversion->precision >= 0)
        conversion->zero = false;
    put_parts(work, conversion, &parts);
}

static void put_pointer(struct work *work, struct conversion *conversion)
{
    struct parts parts = {.prefix = conversion->alternate ? "0X" : "", .tail = ""};
    uint64_t value = (uint64_t)(uintptr_t)take_pointer(work->arguments);
    char digits[24];

    parts.n_head = write_digits(value, 'X', digits);
    parts.head = digits + sizeof(digits) - parts.n_head;
    parts.zeros = 2 * sizeof(void *) - parts.n_head;
    conversion->zero = false;
    put_parts(work, conversion, &parts);
}

/* --- floating point ----------------------------------------------------------------- */

struct real {
    bool is_long;
    double value;
    long double long_value;
};

static struct real take_real(struct work *work, const struct conversion *conversion)
{
    struct nt_format_arguments *arguments = work->arguments;
    struct real real = {.is_long = conversion->length == LENGTH_DOUBLE};

    if (arguments->array) {
        uint64_t bits = from_array(arguments);

        memcpy(&real.value, &bits, sizeof(real.value));
        real.long_value = real.value;
    } else if (real.is_long) {
        real.long_value = va_arg(arguments->list, long double);
    } else {
        real.value = va_arg(arguments->list, double);
    }
    return real;
}

/* One conversion without sign, width and zeros by the C library; returns its length. */
static int print_real(char *text, size_t size, const struct conversion *conversion, int precision,
                      const struct real *real)
{
    char format[16];

    snprintf(format, sizeof(format), "%%%s%s%s%c", conversion->alternate ? "#" : "",
             precision < 0 ? "" : ".*", real->is_long ? "L" : "", (int)conversion->letter);
    if (real->is_long)
        return precision < 0 ? snprintf(text, size, format, real->long_value)
                             : snprintf(text, size, format, precision, real->long_value);
    return precision < 0 ? snprintf(text, size, format, real->value)
                         : snprintf(text, size, format, precision, real->value);
}

/* The same, in @text if it has @size for it, else in memory that the caller frees. */
static char *print_real_somewhere(char *text, size_t size, const struct conversion *conversion,
                                  int precision, const struct real *real)
{
    int length = print_real(text, size, conversion, precision, real);

    if (length < 0 || (size_t)length < size)
        return length < 0 ? NULL : text;
    text = malloc((size_t)length + 1);
    if (text)
        print_real(text, (size_t)length + 1, conversion, precision, real);
    return text;
}

/* Takes the sign away. */
static bool make_positive(struct real *real)
{
    bool negative = real->is_long ? signbit(real->long_value) : signbit(real->value);

    real->value = fabs(real->value);
    real->long_value = fabsl(real->long_value);
    return negative;
}

static int put_real(struct work *work, struct conversion *conversion)
{
    struct real real = take_real(work, conversion);
    bool is_finite = real.is_long ? isfinite(real.long_value) : isfinite(real.value);
    bool is_hex = is_finite && (conversion->letter | 32) == 'a';
    int most = real.is_long ? MOST_DIGITS_LONG : MOST_DIGITS;
    int precision = conversion->precision < most ? conversion->precision : most;
    char prefix[4], room[512], *text;
    struct parts parts = {.prefix = prefix};

    snprintf(prefix, sizeof(prefix), "%s%s", sign_of(conversion, make_positive(&real)),
             !is_hex                     ? ""
             : conversion->letter == 'A' ? "0X"
                                         : "0x");
    text = print_real_somewhere(room, sizeof(room), conversion, precision, &real);
    if (!text)
        return -ENOMEM;
    parts.head = is_hex ? text + 2 : text;
    parts.n_head = is_finite ? strcspn(parts.head, is_hex ? "pP" : "eE") : strlen(parts.head);
    parts.tail = parts.head + parts.n_head;
    parts.n_tail = strlen(parts.tail);
    /* %g leaves zeros at the end out. */
    if (is_finite && ((conversion->letter | 32) != 'g' || conversion->alternate))
        parts.more = (size_t)(conversion->precision - precision);
    if (!is_finite)
        conversion->zero = false;
    put_parts(work, conversion, &parts);
    if (text != room)
        free(text);
    return 0;
}

/* --- text --------------------------------------------------------------------------- */

/* The width of a %s, %c (lower case: the function's own) or %S, %C (the other one). */
static unsigned text_width(const struct work *work, const struct conversion *conversion)
{
    unsigned own = work->format->width, wide = work->format->wide;
    bool upper = conversion->letter == 'S' || conversion->letter == 'C';

    switch (conversion->length) {
    case LENGTH_SHORT:
        return 1;
    case LENGTH_32:
    case LENGTH_WIDE:
        return wide;
    case LENGTH_NATURAL:
        return own;
    default:
        return (own == 1) == upper ? wide : 1;
    }
}

static void put_text(struct work *work, const struct conversion *conversion, const void *text,
                     unsigned width, size_t end)
{
    size_t most = conversion->precision < 0 ? SIZE_MAX : (size_t)conversion->precision;
    struct nt_text_out measure = {.width = work->out->width};
    size_t length, padding;

    length = nt_text_put_text(&measure, text, width, end, most);
    padding = (size_t)conversion->width > length ? (size_t)conversion->width - length : 0;
    if (!conversion->left)
        nt_text_fill(work->out, conversion->zero ? '0' : ' ', padding);
    nt_text_put_text(work->out, text, width, end, most);
    if (conversion->left)
        nt_text_fill(work->out, ' ', padding);
}

static void put_string(struct work *work, const struct conversion *conversion)
{
    const void *text = take_pointer(work->arguments);

    if (text)
        put_text(work, conversion, text, text_width(work, conversion), SIZE_MAX);
    else
        put_text(work, conversion, "(null)", 1, 6);
}

static void put_character(struct work *work, const struct conversion *conversion)
{
    unsigned width = text_width(work, conversion);
    struct conversion plain = *conversion;
    uint32_t unit[1];

    plain.precision = -1;
    nt_text_set(unit, width, 0, (uint32_t)take_int(work->arguments));
    put_text(work, &plain, unit, width, 1);
}

/* ANSI_STRING and UNICODE_STRING: Length counts bytes. */
static void put_counted(struct work *work, const struct conversion *conversion)
{
    const struct {
        uint16_t length, most;
        const void *text;
    } *string = take_pointer(work->arguments);
    bool is_wide = conversion->length == LENGTH_WIDE || conversion->length == LENGTH_32;
    unsigned width = is_wide ? work->format->wide : 1;

    if (string && string->text)
        put_text(work, conversion, string->text, width, string->length / width);
    else
        put_text(work, conversion, "(null)", 1, 6);
}

/* --- the whole ---------------------------------------------------------------------- */

static int put_conversion(struct work *work, struct conversion *conversion)
{
    switch (conversion->letter) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        put_integer(work, conversion);
        return 0;
    case 'p':
        put_pointer(work, conversion);
        return 0;
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return put_real(work, conversion);
    case 's':
    case 'S':
        put_string(work, conversion);
        return 0;
    case 'c':
    case 'C':
        put_character(work, conversion);
        return 0;
    case 'Z':
        put_counted(work, conversion);
        return 0;
    default: /* %n too: nothing that a format says is written anywhere but to the result */
        return -EINVAL;
    }
}

int nt_format(const struct nt_format *format, struct nt_format_arguments *arguments,
              struct nt_text_out *out)
{
    struct work work = {.format = format, .arguments = arguments, .out = out};
    uint32_t unit;
    int r = 0;

    while (r == 0 && (unit = peek(&work, 0)) != 0) {
        struct conversion conversion;

        work.at++;
        if (unit != '%') {
            nt_text_put(out, unit);
        } else if (peek(&work, 0) == '%') {
            work.at++;
            nt_text_put(out, '%');
        } else {
            r = read_conversion(&work, &conversion);
            if (r == 0)
                r = put_conversion(&work, &conversion);
        }
        if (out->count > INT_MAX)
            r = -EOVERFLOW;
    }
    return r;
}
