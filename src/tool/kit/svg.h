/* SPDX-License-Identifier: MIT */
/*
 * Writing pictures: SVG 1.1 documents that stand alone and look right wherever they are opened.
 *
 * A picture of memory is full of names that somebody else chose, and it is opened with fonts that
 * we do not know. So all text goes through here: it is escaped, what XML forbids is replaced, and
 * it is measured with the widths of a wide font and cut before it could reach its neighbour.
 * Characters whose width nobody can know (other scripts, emoji) are set to the measured width.
 *
 * Colours are classes: one style sheet for a light and a dark page, in each document.
 */
#ifndef NT_TOOL_SVG_H
#define NT_TOOL_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The classes of text; each has a size and a weight in the style sheet. */
enum nt_svg_font {
    NT_SVG_SMALL,  /* 11 */
    NT_SVG_TEXT,   /* 12 */
    NT_SVG_BOLD,   /* 12, bold */
    NT_SVG_HEAD,   /* 20, bold */
    NT_SVG_MONO,   /* 11, of one width: addresses */
    NT_SVG_STRONG, /* 11, bold */
};

enum nt_svg_anchor {
    NT_SVG_START,
    NT_SVG_MIDDLE,
    NT_SVG_END,
};

/* Where text stands; x, y is on its base line. */
struct nt_svg_place {
    double x, y;
    double room; /* units at most; 0: as long as it is */
    enum nt_svg_font font;
    enum nt_svg_anchor anchor;
    const char *style; /* more classes, "" or NULL for none: "dim" ... */
    bool keep_end;     /* cut in the middle: names that belong together differ at their ends */
};

#define NT_SVG_NUMBER 32 /* room for a number */
/** nt_svg_number() - a coordinate as text, whatever the locale. Return: @text. */
const char *nt_svg_number(double value, char *text);
/** NT_SVG_N() - the same; it lives as long as the block */
#define NT_SVG_N(value) nt_svg_number((value), (char[NT_SVG_NUMBER]){0})

/**
 * nt_svg_begin() - the head of a document, a background and the style sheet
 * @title, @about: for those who cannot see it, and for window titles
 * @style:         more of the style sheet, in CSS
 * @embedded:      part of an HTML page: no XML declaration
 */
void nt_svg_begin(FILE *stream, double width, double height, const char *title, const char *about,
                  const char *style, bool embedded);
/** nt_svg_end() - Return: 0, or -errno when something could not be written */
int nt_svg_end(FILE *stream);

/** nt_svg_escape() - text as content of an element or of an attribute, of XML and of HTML */
void nt_svg_escape(FILE *stream, const char *text);

/** nt_svg_width() - how long text will be at most */
double nt_svg_width(const char *text, enum nt_svg_font font);

/**
 * nt_svg_text() - write text, cut with an ellipsis when there is no room for all of it
 *
 * Where there is no room for the ellipsis and two characters nothing is written.
 * Return: the room it takes.
 */
double nt_svg_text(FILE *stream, const struct nt_svg_place *place, const char *text);
/** nt_svg_whole_text() - the same, or nothing when it does not fit whole */
double nt_svg_whole_text(FILE *stream, const struct nt_svg_place *place, const char *text);

/** nt_svg_rect() - a rectangle of a class, without hover text */
void nt_svg_rect(FILE *stream, const char *style, double x, double y, double width, double height);
/** nt_svg_line() - likewise */
void nt_svg_line(FILE *stream, const char *style, double x1, double y1, double x2, double y2);

/** nt_svg_flush() - Return: 0, or -errno when something could not be written so far */
int nt_svg_flush(FILE *stream);

#endif
