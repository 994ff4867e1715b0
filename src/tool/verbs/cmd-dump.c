// SPDX-License-Identifier: MIT
/*
 * `ntshm dump`: the bytes of a section. Whoever writes it meanwhile is not stopped: each piece is
 * as it was when it was read.
 */
#include "tool/verbs/dump-print.h"
#include "tool/verbs/dump-source.h"
#include "tool/kit/number.h"
#include "tool/kit/output.h"
#include "tool/kit/process.h"
#include "tool/kit/text.h"
#include "tool/names/open.h"
#include "tool/tool.h"
#include "util/macro.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536u /* bytes that are read at once */

struct dump_options {
    struct nt_output output;
    const char *name;
    const char *path; /* -o; NULL: standard output */
    bool raw, hex, all;
    uint64_t offset, length;
    bool has_length;
};

struct dump {
    const struct dump_options *options;
    struct nt_dump_source source;
    struct nt_dump_printer printer;
    bool (*print)(struct nt_dump_printer *printer, uint64_t offset, const void *bytes,
                  const struct nt_dump_run *run);
    uint64_t end;                   /* of what is dumped */
    uint64_t bytes[NT_DUMP_STATES]; /* how much of each kind there was */
    uint64_t armed;                 /* when the deadline was set last */
    char *temporary;                /* that becomes the path when all is in it */
};

enum { KEY_HEX = 0x2000 };

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "write the bytes to FILE; holes stay holes", 0},
    {"raw", 'r', NULL, 0, "bytes as they are, to standard output", 0},
    {"hex", KEY_HEX, NULL, 0, "lines of hexadecimal and ASCII, also into a FILE", 0},
    {"all", 'a', NULL, 0, "print lines that repeat, too", 0},
    {"offset", 's', "BYTES", 0, "begin there: 64, 0x40, 4K", 0},
    {"length", 'n', "BYTES", 0, "and no more than this", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct dump_options *dump = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &dump->output;
        return 0;
    case 'o':
        dump->path = strcmp(argument, "-") == 0 ? NULL : argument;
        dump->raw |= !dump->path;
        return 0;
    case 'r':
        dump->raw = true;
        return 0;
    case KEY_HEX:
        dump->hex = true;
        return 0;
    case 'a':
        dump->all = true;
        return 0;
    case 's':
        if (!nt_number_parse_size(argument, &dump->offset))
            argp_error(state, "'%s' is no offset", argument);
        return 0;
    case 'n':
        dump->has_length = true;
        if (!nt_number_parse_size(argument, &dump->length))
            argp_error(state, "'%s' is no length", argument);
        return 0;
    case ARGP_KEY_ARG:
        if (dump->name)
            argp_error(state, "one NAME at a time");
        dump->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (!dump->name || !dump->name[0])
            argp_error(state, "which name?");
        if (dump->raw + dump->hex + dump->output.json > 1)
            argp_error(state, "one of --raw, --hex and --json");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- where it goes ---------------------------------------------------------------------------- */

static FILE *stream_of(int fd)
{
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "w");

    if (fd >= 0 && !stream)
        close(fd);
    return stream;
}

/* The half of a dump that a signal or the deadline would leave behind. */
static const char *volatile half_done;

static void remove_half(void)
{
    if (half_done)
        unlink(half_done);
}

static void end_by_signal(int number)
{
    remove_half();
    signal(number, SIG_DFL); /* delivered when this returns */
    raise(number);
}

/* @path: which; it has its last letters in place by the time it is there. */
static void leave_nothing(const char *path, bool on)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    if (on)
        half_done = path;
    for (size_t i = 0; i < NT_ARRAY_SIZE(ends); i++)
        if (signal(ends[i], on ? end_by_signal : SIG_DFL) == SIG_IGN)
            signal(ends[i], SIG_IGN); /* as nohup(1) wants it */
    nt_output_deadline_clean(on ? remove_half : NULL);
    if (!on)
        half_done = NULL;
}

/*
 * A file that is there is replaced when the dump is whole; where nothing can be made beside it, it
 * is written over, as a device or a pipe is, and what a link leads to: /dev/stdout is one. Memory
 * may hold secrets: nobody else reads a new file.
 */
static FILE *open_output(struct dump *dump)
{
    const char *path = dump->options->path;
    bool exists, regular, is_link;
    struct stat status;
    int fd;

    is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    exists = stat(path, &status) == 0;
    regular = !exists || S_ISREG(status.st_mode);
    dump->printer.sparse = regular;
    if (regular && !is_link && asprintf(&dump->temporary, "%s.XXXXXX", path) >= 0) {
        leave_nothing(dump->temporary, true);
        fd = mkostemp(dump->temporary, O_CLOEXEC);
        if (fd >= 0)
            return stream_of(fd);
        leave_nothing(NULL, false);
        free(dump->temporary);
    }
    dump->temporary = NULL;
    return exists ? stream_of(open(path, O_WRONLY | O_CLOEXEC | (regular ? O_TRUNC : 0))) : NULL;
}

static int prepare_output(struct dump *dump)
{
    const struct dump_options *to = dump->options;
    bool raw = to->raw || (to->path && !to->hex && !to->output.json);
    char clean[512];

    dump->printer.all = to->all;
    dump->printer.digits = dump->end >> 32 ? 12 : 8;
    dump->printer.out = to->path ? open_output(dump) : stdout;
    if (!dump->printer.out)
        return nt_tool_error("'%s' cannot be written: %s",
                             nt_output_clean(to->path, clean, sizeof(clean)), strerror(errno));
    dump->printer.styled = !to->path && nt_output_styled(&to->output, stdout);
    dump->print = raw ? nt_dump_print_raw : nt_dump_print_hex;
    if (to->output.json) {
        dump->print = nt_dump_print_json;
        dump->printer.ranges = json_object_new_array();
    } else if (raw && !to->path && isatty(STDOUT_FILENO)) {
        return nt_tool_error("raw bytes are nothing for a terminal: -o FILE, or a pipe");
    }
    return NT_TOOL_OK;
}

static int finish_json(struct dump *dump)
{
    const struct dump_options *to = dump->options;
    struct json_object *object = json_object_new_object();
    char clean[1024];

    json_object_object_add(object, "name",
                           json_object_new_string(nt_output_clean(to->name, clean, sizeof(clean))));
    json_object_object_add(object, "size", json_object_new_uint64(dump->source.size));
    json_object_object_add(object, "offset", json_object_new_uint64(to->offset));
    json_object_object_add(object, "length", json_object_new_uint64(dump->end - to->offset));
    json_object_object_add(object, "reserved_bytes",
                           json_object_new_uint64(dump->bytes[NT_DUMP_RESERVED]));
    json_object_object_add(object, "gone_bytes", json_object_new_uint64(dump->bytes[NT_DUMP_GONE]));
    json_object_object_add(object, "ranges", json_object_get(dump->printer.ranges));
    if (!to->path)
        return nt_tool_print_json(object);
    fputs(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY), dump->printer.out);
    fputc('\n', dump->printer.out);
    json_object_put(object);
    return NT_TOOL_OK;
}

/* The end of the text or file, which takes its name only now. */
static int finish_output(struct dump *dump)
{
    bool written = true;
    int status = NT_TOOL_OK;

    if (dump->print == nt_dump_print_json)
        status = finish_json(dump);
    else if (dump->print == nt_dump_print_hex)
        nt_dump_print_hex_end(&dump->printer, dump->end);
    else
        written = nt_dump_print_raw_end(&dump->printer);
    written &= fflush(dump->printer.out) == 0 && !ferror(dump->printer.out);
    if (written && status == NT_TOOL_OK && dump->temporary)
        written = rename(dump->temporary, dump->options->path) == 0;
    if (written && dump->temporary)
        leave_nothing(NULL, false);
    if (!written)
        return nt_tool_error("the dump could not be written: %s", strerror(errno));
    free(dump->temporary);
    dump->temporary = NULL;
    return status;
}

static void drop_output(struct dump *dump)
{
    if (dump->printer.out && dump->printer.out != stdout)
        fclose(dump->printer.out);
    if (dump->temporary) {
        unlink(dump->temporary);
        leave_nothing(NULL, false);
    }
    free(dump->temporary);
    json_object_put(dump->printer.ranges);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The deadline is for a broker or disk that does not answer, not for a section that is long. */
static void get_on(struct dump *dump)
{
    uint64_t now = nt_now_ms();

    if (dump->options->output.seconds && (!dump->armed || now - dump->armed >= 500)) {
        nt_output_deadline(dump->options->output.seconds);
        dump->armed = now;
    }
}

/* Nor for who reads it, and may take his time, nor for zeros without end. */
static void take_time(struct dump *dump, enum nt_dump_state state)
{
    if (dump->printer.sparse && state == NT_DUMP_DATA)
        return;
    nt_output_deadline(0);
    dump->armed = 0;
}

static int read_all(struct dump *dump)
{
    static unsigned char buffer[PIECE];
    uint64_t offset = dump->options->offset;
    struct nt_dump_run run;

    while (offset < dump->end) {
        uint64_t left = dump->end - offset;

        get_on(dump);
        if (!nt_dump_next(&dump->source, offset, buffer, left < PIECE ? (size_t)left : PIECE, &run))
            return nt_name_failed(dump->options->name, "read", GetLastError());
        if (run.size > left)
            run.size = left;
        dump->bytes[run.state] += run.size;
        take_time(dump, run.state);
        if (!dump->print(&dump->printer, offset, buffer, &run))
            return dump->print == nt_dump_print_json
                       ? nt_tool_error("this is too much for JSON: --offset, --length, or -o FILE")
                       : nt_tool_error("the dump could not be written: %s", strerror(errno));
        offset += run.size;
    }
    return NT_TOOL_OK;
}

/* What the file does not say of itself. */
static int tell_absent(const struct dump *dump)
{
    char number[32];

    if (dump->bytes[NT_DUMP_RESERVED] && dump->print == nt_dump_print_raw)
        nt_tool_error("%s bytes are only reserved: zeros stand for them",
                      nt_text_number(dump->bytes[NT_DUMP_RESERVED], number));
    if (!dump->bytes[NT_DUMP_GONE])
        return NT_TOOL_OK;
    return nt_tool_error("%s bytes are gone: the file was cut, or cannot be read%s",
                         nt_text_number(dump->bytes[NT_DUMP_GONE], number),
                         dump->print == nt_dump_print_raw ? "; zeros stand for them" : "");
}

static int dump_section(struct dump *dump, HANDLE section)
{
    const struct dump_options *to = dump->options;
    int status;

    if (!nt_dump_open(&dump->source, section))
        return nt_name_failed(to->name, "read", GetLastError());
    dump->end = dump->source.size;
    if (to->offset > dump->end)
        return nt_tool_error("it has only %llu bytes", (unsigned long long)dump->end);
    if (to->has_length && to->length < dump->end - to->offset)
        dump->end = to->offset + to->length;
    status = prepare_output(dump);
    if (status == NT_TOOL_OK)
        status = read_all(dump);
    if (status == NT_TOOL_OK)
        status = finish_output(dump);
    return status == NT_TOOL_OK ? tell_absent(dump) : status;
}

int nt_tool_dump(int argc, char **argv)
{
    static const struct argp_child children[] = {{&nt_output_argp, 0, NULL, 0}, {0}};
    static const struct argp argp = {
        options,
        parse,
        "NAME",
        "Print or save the bytes of a section.\vNothing is written, no page is made by looking, "
        "and "
        "a file that somebody cuts meanwhile is no harm. Pages that are only reserved, or gone, "
        "are "
        "said: as a line, and in a file as zeros. Lines that repeat are one star. "
        "Exit code 1 also when bytes are gone.",
        children,
        NULL,
        NULL};
    static const DWORD rights[NT_NAME_KINDS] = {
        [NT_KIND_SECTION] = FILE_MAP_READ | SECTION_QUERY,
    };
    struct dump_options to = {.name = NULL};
    struct dump dump = {.options = &to, .source.fd = -1};
    struct nt_named named;
    char clean[512];
    DWORD error;
    int status;

    argp_parse(&argp, argc, argv, 0, NULL, &to);
    error = nt_name_open_kinds(to.name, rights, &named);
    if (error)
        return nt_name_not_opened(to.name, error);
    status = named.kind == NT_KIND_SECTION
                 ? dump_section(&dump, named.handle)
                 : nt_tool_error("'%s' is no section but: %s",
                                 nt_output_clean(to.name, clean, sizeof(clean)),
                                 nt_name_kind(named.kind));
    drop_output(&dump);
    nt_dump_close(&dump.source);
    CloseHandle(named.handle);
    return status;
}
