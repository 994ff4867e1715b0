// SPDX-License-Identifier: MIT
/*
 * Writing pictures; see svg.h.
 */
#include "tool/kit/svg.h"
#include "tool/kit/text.h"

#include <errno.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

/* What both kinds of pictures share. The widths below are those of the first fonts named here. */
static const char common_style[] =
    "text{font-family:system-ui,'Segoe UI','DejaVu Sans',Arial,sans-serif;fill:#1b1f24;"
    "white-space:pre;pointer-events:none}\n"
    ".t0{font-size:11px}.t1{font-size:12px}.t2{font-size:12px;font-weight:bold}"
    ".t3{font-size:20px;font-weight:bold}"
    ".t4{font-size:11px;font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}"
    ".t5{font-size:11px;font-weight:bold}\n"
    ".dim{fill:#59636e}.page{fill:#ffffff}.field{fill:#f3f4f6}.hair{stroke:#d0d5db}"
    ".rule{stroke:#59636e}\n";
static const char common_dark_style[] = "@media (prefers-color-scheme:dark){"
                                        "text{fill:#e6e9ed}.dim{fill:#9aa4af}.page{fill:#14171c}"
                                        ".field{fill:#20252c}.hair{stroke:#3a414b}"
                                        ".rule{stroke:#9aa4af}}\n";

/* --- numbers --------------------------------------------------------------------------------- */

const char *nt_svg_number(double value, char *text)
{
    long long hundredths = (long long)(value * 100 + (value < 0 ? -0.5 : 0.5));
    unsigned long long size =
        hundredths < 0 ? 0 - (unsigned long long)hundredths : (unsigned long long)hundredths;
    int n = snprintf(text, NT_SVG_NUMBER, "%s%llu.%02llu", hundredths < 0 ? "-" : "", size / 100,
                     size % 100);

    while (n > 0 && text[n - 1] == '0')
        text[--n] = 0;
    if (n > 0 && text[n - 1] == '.')
        text[--n] = 0;
    return text;
}

/* --- the document ---------------------------------------------------------------------------- */

void nt_svg_begin(FILE *stream, double width, double height, const char *title, const char *about,
                  const char *style, bool embedded)
{
    if (!embedded)
        fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", stream);
    fprintf(stream,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" "
            "viewBox=\"0 0 %s %s\" role=\"img\" aria-labelledby=\"title about\">\n",
            NT_SVG_N(width), NT_SVG_N(height), NT_SVG_N(width), NT_SVG_N(height));
    fputs("<title id=\"title\">", stream);
    nt_svg_escape(stream, title);
    fputs("</title>\n<desc id=\"about\">", stream);
    nt_svg_escape(stream, about);
    fprintf(stream, "</desc>\n<style>\n%s%s%s</style>\n", common_style, common_dark_style, style);
    nt_svg_rect(stream, "page", 0, 0, width, height);
}

int nt_svg_flush(FILE *stream)
{
    errno = 0;
    if (fflush(stream) != 0 || ferror(stream))
        return errno ? -errno : -EIO;
    return 0;
}

int nt_svg_end(FILE *stream)
{
    fputs("</svg>\n", stream);
    return nt_svg_flush(stream);
}

void nt_svg_rect(FILE *stream, const char *style, double x, double y, double width, double height)
{
    fprintf(stream, "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n", style,
            NT_SVG_N(x), NT_SVG_N(y), NT_SVG_N(width), NT_SVG_N(height));
}

void nt_svg_line(FILE *stream, const char *style, double x1, double y1, double x2, double y2)
{
    fprintf(stream, "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n", style,
            NT_SVG_N(x1), NT_SVG_N(y1), NT_SVG_N(x2), NT_SVG_N(y2));
}

/* --- text ------------------------------------------------------------------------------------ */

/* Whether XML may hold the character at all. */
static bool is_xml(uint32_t character)
{
    return character == '\t' || character == '\n' ||
           (character >= 0x20 && character != 0x7f && (character < 0x80 || character >= 0xa0) &&
            character != 0xfffe && character != 0xffff);
}

/* Marks that are drawn over the character before them. */
static bool is_combining(uint32_t character)
{
    return (character >= 0x300 && character <= 0x36f) ||
           (character >= 0x483 && character <= 0x489) ||
           (character >= 0x1ab0 && character <= 0x1aff) ||
           (character >= 0x1dc0 && character <= 0x1dff) ||
           (character >= 0x20d0 && character <= 0x20ff) ||
           (character >= 0xfe20 && character <= 0xfe2f);
}

/* Scripts whose letters every font has at about the same width; the rest is set to its width. */
static bool is_plain(uint32_t character)
{
    return character < 0x530 || character == 0x2026 || character == 0x2013 || character == 0xfffd;
}

static void put_escaped(FILE *stream, const char *text, size_t length, uint32_t character)
{
    switch (character) {
    case '&':
        fputs("&amp;", stream);
        break;
    case '<':
        fputs("&lt;", stream);
        break;
    case '>':
        fputs("&gt;", stream);
        break;
    case '"':
        fputs("&quot;", stream);
        break;
    case '\'':
        fputs("&#39;", stream);
        break;
    default:
        if (is_xml(character))
            fwrite(text, 1, length, stream);
        else
            fputs("\xef\xbf\xbd", stream);
    }
}

void nt_svg_escape(FILE *stream, const char *text)
{
    size_t length = strlen(text);

    for (size_t at = 0, step; at < length; at += step) {
        uint32_t character = nt_text_decode(text + at, length - at, &step);

        put_escaped(stream, text + at, step, character);
    }
}

/* Hundredths of the size, as DejaVu Sans has them: hardly a font is wider. */
static double character_width(uint32_t character, enum nt_svg_font font)
{
    static const unsigned char plain[] = {
        32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37,  32, 34, 64, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64,
        58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64,  62, 74, 69, 99, 69,
        62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36,  64, 64, 28, 28, 58,
        28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60,  53, 64, 34, 64, 84};

    static const double sizes[] = {11, 12, 12, 20, 11, 11};
    bool bold = font == NT_SVG_BOLD || font == NT_SVG_HEAD || font == NT_SVG_STRONG;
    double size = sizes[font];

    if (is_combining(character))
        return 0;
    if (character >= 0x20 && character < 0x7f)
        return size * (font == NT_SVG_MONO ? 0.61 : plain[character - 0x20] * (bold ? .0115 : .01));
    return size * (character == 0x2013 ? 0.61 : 1.1) * (bold ? 1.15 : 1);
}

double nt_svg_width(const char *text, enum nt_svg_font font)
{
    size_t length = strlen(text);
    double width = 0;

    for (size_t at = 0, step; at < length; at += step)
        width += character_width(nt_text_decode(text + at, length - at, &step), font);
    return width;
}

/* A text cut to its room: the first @head bytes, an ellipsis, and from @tail on. */
struct cut {
    size_t head, tail, length;
    double width;
};

/* Bytes of the text from @at on that take at most @room; @ret_width is what they take. */
static size_t fitting(const char *text, size_t length, enum nt_svg_font font, double room,
                      double *ret_width)
{
    size_t at = 0, step;

    *ret_width = 0;
    while (at < length) {
        double width = character_width(nt_text_decode(text + at, length - at, &step), font);

        if (*ret_width + width > room)
            break;
        *ret_width += width;
        at += step;
    }
    return at;
}

/* The start of the shortest rest of the text that is longer than @room, plus one character. */
static size_t tail_of(const char *text, size_t length, enum nt_svg_font font, double room,
                      double *ret_width)
{
    double all = nt_svg_width(text, font);
    size_t at = 0, step;

    while (at < length && all > room) {
        uint32_t character = nt_text_decode(text + at, length - at, &step);

        all -= character_width(character, font);
        at += step;
        /* A mark stays with the letter before it. */
        while (at < length && is_combining(nt_text_decode(text + at, length - at, &step)))
            at += step;
    }
    *ret_width = at < length ? all : 0;
    return at;
}

/* How the text is cut; false when hardly anything of it would be left. */
static bool cut_text(const struct nt_svg_place *place, const char *text, struct cut *cut)
{
    size_t length = strlen(text), step, second = 0;
    double dots = character_width(0x2026, place->font), head, tail = 0;

    *cut = (struct cut){.head = length, .tail = length, .length = length};
    cut->width = nt_svg_width(text, place->font);
    if (place->room <= 0 || cut->width <= place->room)
        return length > 0;
    if (place->keep_end && place->room > 4 * dots)
        cut->tail = tail_of(text, length, place->font, (place->room - dots) * 0.45, &tail);
    cut->head = fitting(text, length, place->font, place->room - dots - tail, &head);
    cut->width = head + dots + tail;
    nt_text_decode(text, length, &step);
    if (step < length)
        nt_text_decode(text + step, length - step, &second);
    return cut->head >= step + second && cut->width <= place->room;
}

/* Letters of a script that fonts differ in, set to the width that was counted for them. */
static size_t put_exotic(FILE *stream, const char *text, size_t length, enum nt_svg_font font)
{
    size_t end = 0, step;
    bool after_mark = false;
    double width = 0;

    while (end < length) {
        uint32_t character = nt_text_decode(text + end, length - end, &step);

        if (is_plain(character) && !is_combining(character))
            break;
        width += character_width(character, font);
        end += step;
    }
    fprintf(stream, "<tspan textLength=\"%s\" lengthAdjust=\"spacingAndGlyphs\">", NT_SVG_N(width));
    for (size_t at = 0; at < end; at += step) {
        uint32_t character = nt_text_decode(text + at, end - at, &step);

        if (!is_combining(character) || !after_mark)
            put_escaped(stream, text + at, step, character);
        after_mark = is_combining(character);
    }
    fputs("</tspan>", stream);
    return end;
}

/* The characters; of several marks on one letter only the first. */
static void put_label(FILE *stream, const char *text, size_t length, enum nt_svg_font font)
{
    bool after_mark = false;

    for (size_t at = 0, step; at < length; at += step) {
        uint32_t character = nt_text_decode(text + at, length - at, &step);

        if (!is_plain(character))
            step = put_exotic(stream, text + at, length - at, font);
        else if (!is_combining(character) || !after_mark)
            put_escaped(stream, text + at, step, character == '\n' ? 0 : character);
        after_mark = is_combining(character);
    }
}

static double put_text(FILE *stream, const struct nt_svg_place *place, const char *text,
                       const struct cut *cut)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};

    fprintf(stream, "<text class=\"t%u%s%s\" x=\"%s\" y=\"%s\"%s>", (unsigned)place->font,
            place->style && place->style[0] ? " " : "", place->style ? place->style : "",
            NT_SVG_N(place->x), NT_SVG_N(place->y), anchors[place->anchor]);
    put_label(stream, text, cut->head, place->font);
    if (cut->head < cut->length) {
        fputs(ELLIPSIS, stream);
        put_label(stream, text + cut->tail, cut->length - cut->tail, place->font);
    }
    fputs("</text>\n", stream);
    return cut->width;
}

double nt_svg_text(FILE *stream, const struct nt_svg_place *place, const char *text)
{
    struct cut cut;

    return cut_text(place, text, &cut) ? put_text(stream, place, text, &cut) : 0;
}

double nt_svg_whole_text(FILE *stream, const struct nt_svg_place *place, const char *text)
{
    struct cut cut;

    return cut_text(place, text, &cut) && cut.head == cut.length
               ? put_text(stream, place, text, &cut)
               : 0;
}
