// SPDX-License-Identifier: MIT
/*
 * /proc/self/maps, for kernels that cannot be asked about one address. Finding an address means
 * reading all lines before it, and a walk over the address space would read the square of them; so
 * where there are many, a few descriptors are kept as cursors in the midst of the text.
 *
 * A cursor rests inside a line that was told before. The kernel makes each line when it is read,
 * and remembers only the address where the next one is to begin; so what is read from a cursor is
 * what is mapped now, but for the rest of the line in which it rests, and but for what may have
 * been mapped since just behind it, before that address. Therefore its answer counts only when
 * the first line made now begins at or below the address that is asked for. Lines are read no
 * further than needed, in pieces so small that the kernel does not make a second line in advance.
 */
#include "os/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/fault.h"
#include "util/macro.h"

#define N_CURSORS    4u
#define LAG          16u         /* cursors within so many lines follow the same walk */
#define MAX_STEPS    2000u       /* further away the text is read from its beginning */
#define MANY         (32u << 10) /* bytes of text before it is worth a cursor */
#define LINES_BEFORE 5u          /* where a new cursor rests: so many lines before the answer */
#define LEAST        40u         /* bytes that every line has before its newline */
#define FIELDS       100u        /* more than a line takes up to its name */
#define LONGEST      20000u      /* a name of PATH_MAX newlines, each written as four characters */

struct cursor {
    int fd;           /* 0 for none: a kept descriptor is above 2 */
    uint64_t behind;  /* the end of the mapping in whose line it rests */
    uint64_t n_lines; /* up to that one */
    unsigned used;
};

static atomic_flag busy = ATOMIC_FLAG_INIT; /* whose holder may use the cursors */
static struct cursor cursors[N_CURSORS];
static unsigned uses;

/* By the holder of @busy, or in a forked child, where nobody else is. */
static void close_cursors(void)
{
    for (unsigned i = 0; i < N_CURSORS; i++) {
        if (cursors[i].fd)
            nt_os_close(cursors[i].fd);
        cursors[i].fd = 0;
    }
    atomic_flag_clear(&busy);
}

void nt_os_maps_text_forget(void)
{
    close_cursors();
}

void nt_os_maps_text_drop(void)
{
    /* Another thread that reads keeps what it has. */
    if (!atomic_flag_test_and_set(&busy))
        close_cursors();
}

static bool parse(const char *line, struct nt_os_vma *ret_vma)
{
    unsigned long long start, end, offset, inode;
    unsigned major, minor;
    char mode[5];

    if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu", &start, &end, mode, &offset, &major, &minor,
               &inode) != 7)
        return false;
    *ret_vma = (struct nt_os_vma){
        .start = start,
        .end = end,
        .readable = mode[0] == 'r',
        .writable = mode[1] == 'w',
        .executable = mode[2] == 'x',
        .shared = mode[3] == 's',
        .inode = inode,
        .device_major = major,
        .device_minor = minor,
        .offset = offset,
    };
    return true;
}

/* --- cursors; the caller has them for itself -------------------------------------------------- */

static void drop_cursor(struct cursor *cursor)
{
    nt_os_close(cursor->fd);
    cursor->fd = 0;
}

static ssize_t read_some(int fd, char *buffer, size_t size)
{
    ssize_t n;

    do {
        n = read(fd, buffer, size);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* Skips the rest of the old line. The number of bytes of the next that came with it, or < 0. */
static ssize_t skip_line(int fd, char *line)
{
    for (;;) {
        ssize_t n = read_some(fd, line, LEAST);
        char *newline = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;

        if (n <= 0)
            return -1;
        if (newline) {
            size_t rest = (size_t)(line + n - (newline + 1));

            memmove(line, newline + 1, rest);
            return (ssize_t)rest;
        }
    }
}

/* True when the fields up to the inode, and the blank behind it, are there. */
static bool has_fields(const char *line, size_t length)
{
    unsigned blanks = 0;

    for (size_t i = 0; i < length; i++)
        blanks += line[i] == ' ';
    return blanks >= 5;
}

/* The line behind the one in which the cursor rests. False, and the cursor is gone: no more. */
static bool next_line(struct cursor *cursor, struct nt_os_vma *ret_vma)
{
    char line[FIELDS + 1];
    ssize_t n = skip_line(cursor->fd, line);
    size_t length = n < 0 ? 0 : (size_t)n;

    while (n >= 0 && !has_fields(line, length) && length < FIELDS) {
        n = read_some(cursor->fd, line + length, length < LEAST ? LEAST - length : 1);
        if (n <= 0)
            n = -1;
        else
            length += (size_t)n;
    }
    line[length] = '\0';
    if (n < 0 || !parse(line, ret_vma)) {
        drop_cursor(cursor);
        return false;
    }
    cursor->behind = ret_vma->end;
    cursor->n_lines++;
    return true;
}

/* The most belated cursor of those that follow a walk which comes by @address, or NULL. */
static struct cursor *choose_cursor(uint64_t address)
{
    struct cursor *nearest = NULL, *chosen;

    for (unsigned i = 0; i < N_CURSORS; i++) {
        struct cursor *cursor = &cursors[i];

        if (cursor->fd && cursor->behind <= address &&
            (!nearest || cursor->n_lines > nearest->n_lines))
            nearest = cursor;
    }
    chosen = nearest;
    for (unsigned i = 0; nearest && i < N_CURSORS; i++) {
        struct cursor *cursor = &cursors[i];

        if (cursor->fd && cursor->behind <= address && cursor->n_lines < chosen->n_lines &&
            cursor->n_lines + LAG >= nearest->n_lines)
            chosen = cursor;
    }
    return chosen;
}

/* 0, or -EAGAIN when the cursors do not know. */
static int ask_cursors(uint64_t address, struct nt_os_vma *ret_vma)
{
    struct cursor *cursor = choose_cursor(address);

    if (!cursor)
        return -EAGAIN;
    cursor->used = ++uses;
    for (unsigned i = 0; i < MAX_STEPS; i++) {
        if (!next_line(cursor, ret_vma) || (i == 0 && ret_vma->start > address))
            return -EAGAIN;
        if (ret_vma->end > address)
            return 0;
    }
    return -EAGAIN;
}

/* --- from the beginning ------------------------------------------------------------------------
 */

/* Where the last lines before the answer begin. */
struct trail {
    struct {
        uint64_t offset, behind;
    } lines[LINES_BEFORE + 1];
    uint64_t n_lines;
};

/* The text, read line by line without stdio and its heap: a child of a raw clone may ask too. */
struct text {
    int fd;
    size_t at, have;
    char buffer[4096];
};

/* The next line up to @size - 1 bytes; the rest of it is skipped. Its length, 0 at the end. */
static int read_line(struct text *text, char *line, size_t size, size_t *ret_length)
{
    size_t length = 0;
    char last = '\0';

    while (last != '\n') {
        if (text->at == text->have) {
            ssize_t n = read_some(text->fd, text->buffer, sizeof(text->buffer));

            if (n < 0)
                return -errno;
            if (n == 0)
                break;
            text->at = 0;
            text->have = (size_t)n;
        }
        last = text->buffer[text->at++];
        if (length < size - 1)
            line[length] = last;
        length++;
    }
    line[length < size - 1 ? length : size - 1] = '\0';
    *ret_length = length;
    return 0;
}

/* Reads up to the mapping that ends above @address. */
static int scan(struct text *text, uint64_t address, struct trail *trail, char *line, size_t size,
                struct nt_os_vma *ret_vma)
{
    uint64_t offset = 0;
    size_t length = 0;
    int r;

    while ((r = read_line(text, line, size, &length)) == 0 && length > 0) {
        char *dash;
        uint64_t end;

        (void)strtoull(line, &dash, 16);
        end = *dash == '-' ? strtoull(dash + 1, NULL, 16) : 0;
        if (end > address)
            return parse(line, ret_vma) ? 0 : -EIO;
        offset += length;
        trail->lines[trail->n_lines % NT_ARRAY_SIZE(trail->lines)].offset = offset;
        trail->lines[trail->n_lines % NT_ARRAY_SIZE(trail->lines)].behind = end;
        trail->n_lines++;
    }
    return r < 0 ? r : -ENOENT;
}

/* A cursor in the newline of a line a little before the answer. */
static void place_cursor(const struct trail *trail)
{
    struct cursor *oldest = &cursors[0];
    uint64_t n_lines = trail->n_lines - LINES_BEFORE;
    unsigned i = (unsigned)((n_lines - 1) % NT_ARRAY_SIZE(trail->lines));
    int fd;

    for (unsigned k = 1; k < N_CURSORS; k++) {
        if (!cursors[k].fd || (oldest->fd && cursors[k].used < oldest->used))
            oldest = &cursors[k];
    }
    if (oldest->fd)
        drop_cursor(oldest);
    if (nt_os_open("/proc/self/maps", O_RDONLY, 0, &fd) < 0)
        return;
    if (lseek(fd, (off_t)(trail->lines[i].offset - 1), SEEK_SET) < 0) {
        nt_os_close(fd);
        return;
    }
    *oldest = (struct cursor){
        .fd = fd, .behind = trail->lines[i].behind, .n_lines = n_lines, .used = ++uses};
}

static int scan_all(uint64_t address, struct trail *trail, char *line, size_t size,
                    struct nt_os_vma *ret_vma)
{
    struct text text;
    int r = nt_os_open("/proc/self/maps", O_RDONLY, 0, &text.fd);

    if (r < 0)
        return r;
    text.at = text.have = 0;
    r = scan(&text, address, trail, line, size, ret_vma);
    nt_os_close(text.fd);
    return r;
}

int nt_os_maps_text(uint64_t address, struct nt_os_vma *ret_vma)
{
    struct trail trail = {.n_lines = 0};
    char line[FIELDS + 1];
    bool mine = !atomic_flag_test_and_set(&busy);
    int r = mine ? ask_cursors(address, ret_vma) : -EAGAIN;

    if (r == -EAGAIN) {
        r = scan_all(address, &trail, line, sizeof(line), ret_vma);
        if (r == 0 && mine && trail.n_lines > MANY / LEAST)
            place_cursor(&trail);
    }
    if (mine)
        atomic_flag_clear(&busy);
    return r;
}

/* --- names -------------------------------------------------------------------------------------
 */

/* The kernel writes a newline in a name as \012. */
static void unescape(char *name)
{
    char *to = name;

    for (const char *from = name; *from; to++) {
        bool newline = strncmp(from, "\\012", 4) == 0;

        *to = newline ? '\n' : *from;
        from += newline ? 4 : 1;
    }
    *to = '\0';
}

int nt_os_maps_parse_line(char *line, struct nt_os_vma *ret_vma, char **ret_name)
{
    char *name;

    if (!parse(line, ret_vma))
        return -EIO;
    if (!ret_name)
        return 0;
    *ret_name = NULL;
    /* The name begins with the first slash behind the fields, which have none. */
    name = strchr(line, '/');
    if (!ret_vma->inode || !name)
        return 0;
    name[strcspn(name, "\n")] = '\0';
    unescape(name);
    return nt_os_copy_text(name, ret_name);
}

int nt_os_maps_text_name(uint64_t address, struct nt_os_vma *ret_vma, char **ret_name)
{
    NT_CLEANUP(nt_freep) char *line = malloc(LONGEST);
    struct trail trail = {.n_lines = 0};
    int r = line ? scan_all(address, &trail, line, LONGEST, ret_vma) : -ENOMEM;

    if (r < 0)
        return r;
    if (ret_vma->start > address)
        return -ENOENT;
    return nt_os_maps_parse_line(line, ret_vma, ret_name);
}
