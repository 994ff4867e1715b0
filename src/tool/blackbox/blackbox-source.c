// SPDX-License-Identifier: MIT
/*
 * Where a black box is read from; see blackbox-source.h.
 *
 * A section of ours cannot shrink under its readers (it is sealed), so that a view may be read
 * without fear of SIGBUS. A file may: it is read with pread, never mapped.
 */
#include "tool/blackbox/blackbox-source.h"
#include "util/macro.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 65536u

__attribute__((format(printf, 2, 3))) static bool fail(char *why, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, NT_BLACKBOX_WHY, format, arguments);
    va_end(arguments);
    return false;
}

/* --- a name ---------------------------------------------------------------------------------- */

static bool explain_open(DWORD error, char *why)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
        return fail(why, "nobody has a file mapping of that name open");
    case ERROR_INVALID_HANDLE:
        return fail(why, "that name is no file mapping's");
    case ERROR_ACCESS_DENIED:
        return fail(why, "access denied");
    case ERROR_NO_UNICODE_TRANSLATION:
        return fail(why, "the name is not UTF-8");
    default:
        return fail(why, "it cannot be opened (error %u)", (unsigned)error);
    }
}

bool nt_blackbox_source_open_name(const char *name, struct nt_blackbox_source *source, char *why)
{
    struct nt_blackbox_source opened = {.title = name};
    MEMORY_BASIC_INFORMATION info;
    bool mapped;

    opened.section = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    if (!opened.section)
        return explain_open(GetLastError(), why);
    opened.view =
        MapViewOfFile3(opened.section, GetCurrentProcess(), NULL, 0, 0, 0, PAGE_READONLY, NULL, 0);
    mapped = opened.view && VirtualQuery(opened.view, &info, sizeof(info));
    if (!mapped)
        fail(why, "it cannot be mapped for reading (error %u)", (unsigned)GetLastError());
    else
        opened.size = info.RegionSize;
    if (!mapped || !nt_blackbox_source_copy(&opened, why)) {
        nt_blackbox_source_close(&opened);
        return false;
    }
    *source = opened;
    return true;
}

/* A list record whose generation is another one by now was copied while it changed. */
static void drop_changed_lists(const struct nt_blackbox_source *source,
                               const struct ntshm_blackbox_header *header, unsigned char *meta)
{
    for (uint32_t i = 0; i < header->lists.count; i++) {
        uint64_t at = header->lists.offset + (uint64_t)i * header->lists.entry_size +
                      offsetof(struct ntshm_blackbox_list_record, generation);
        uint32_t copied, now;

        now =
            __atomic_load_n((const uint32_t *)(const void *)(source->view + at), __ATOMIC_ACQUIRE);
        memcpy(&copied, meta + at, sizeof(copied));
        if (copied != now) {
            copied = 0;
            memcpy(meta + at, &copied, sizeof(copied));
        }
    }
}

bool nt_blackbox_source_copy(struct nt_blackbox_source *source, char *why)
{
    struct ntshm_blackbox_header header, copied;
    unsigned char *meta;

    if (!source->view)
        return true;
    if (source->size < NTSHM_BLACKBOX_HEADER_SIZE)
        return fail(why, "not a black box: only %llu bytes", (unsigned long long)source->size);
    memcpy(&header, source->view, sizeof(header));
    if (!nt_blackbox_check_header(&header, source->size, why))
        return false;
    meta = malloc(header.meta_size);
    if (!meta)
        return fail(why, "out of memory");
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    memcpy(meta, source->view, header.meta_size);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    /* Whoever can write there may have changed the header since: only the copy's own counts. */
    memcpy(&copied, meta, sizeof(copied));
    if (!nt_blackbox_check_header(&copied, source->size, why) ||
        copied.meta_size != header.meta_size) {
        free(meta);
        return fail(why, "damaged: the header changes while it is read");
    }
    drop_changed_lists(source, &copied, meta);
    free(source->meta);
    source->meta = meta;
    source->meta_size = header.meta_size;
    return true;
}

/* --- a file ---------------------------------------------------------------------------------- */

static bool read_whole(int fd, void *buffer, size_t size, uint64_t offset)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, (char *)buffer + done, size - done, (off_t)(offset + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool read_file(int fd, struct nt_blackbox_source *source, char *why)
{
    struct ntshm_blackbox_header header;
    struct stat info;

    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
        return fail(why, "not a regular file");
    source->size = (uint64_t)info.st_size;
    if (source->size < NTSHM_BLACKBOX_HEADER_SIZE)
        return fail(why, "not a black box: only %llu bytes", (unsigned long long)source->size);
    if (!read_whole(fd, &header, sizeof(header), 0))
        return fail(why, "it cannot be read");
    if (!nt_blackbox_check_header(&header, source->size, why))
        return false;
    source->meta = malloc(header.meta_size);
    if (!source->meta)
        return fail(why, "out of memory");
    source->meta_size = header.meta_size;
    if (!read_whole(fd, source->meta, header.meta_size, 0))
        return fail(why, "it cannot be read to the end of its tables");
    return true;
}

bool nt_blackbox_source_open_file(const char *path, struct nt_blackbox_source *source, char *why)
{
    struct nt_blackbox_source opened = {.title = path};
    NT_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return fail(why, "%s", strerror(errno));
    if (!read_file(fd, &opened, why)) {
        free(opened.meta);
        return false;
    }
    *source = opened;
    return true;
}

void nt_blackbox_source_leave(struct nt_blackbox_source *source)
{
    if (source->view)
        UnmapViewOfFile(source->view);
    if (source->section)
        CloseHandle(source->section);
    source->view = NULL;
    source->section = NULL;
}

void nt_blackbox_source_close(struct nt_blackbox_source *source)
{
    nt_blackbox_source_leave(source);
    free(source->meta);
    *source = (struct nt_blackbox_source){0};
}

/* --- saving ---------------------------------------------------------------------------------- */

static bool is_zero(const unsigned char *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* Writes all but what is zero: the file is as long as the box, and has holes. */
static bool write_sparse(int fd, const unsigned char *bytes, uint64_t size, uint64_t offset)
{
    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
        ssize_t written = (ssize_t)n;

        if (!is_zero(bytes + at, n))
            written = pwrite(fd, bytes + at, n, (off_t)(offset + at));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += (uint64_t)written;
    }
    return true;
}

static bool write_dump(int fd, const struct nt_blackbox_source *source, uint32_t reason,
                       uint64_t *ret_bytes)
{
    struct ntshm_blackbox_header header;
    struct timespec now;

    memcpy(&header, source->meta, sizeof(header));
    clock_gettime(CLOCK_REALTIME, &now);
    header.saved_unix_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    header.saved_reason = reason;
    header.saved_by_pid = (uint32_t)getpid();
    if (ftruncate(fd, (off_t)header.total_size) < 0 ||
        !write_sparse(fd, source->meta, header.meta_size, 0) ||
        !write_sparse(fd, source->view + header.meta_size, header.payload_size, header.meta_size) ||
        !write_sparse(fd, (const unsigned char *)&header, sizeof(header), 0) || fdatasync(fd) < 0)
        return false;
    *ret_bytes = header.total_size;
    return true;
}

bool nt_blackbox_source_save(struct nt_blackbox_source *source, const char *path, uint32_t reason,
                             uint64_t *ret_bytes, char *why)
{
    NT_CLEANUP(nt_freep) char *temporary = NULL;
    NT_CLEANUP(close_fd) int fd = -1;
    uint64_t bytes = 0;

    if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
        temporary = NULL;
        return fail(why, "out of memory");
    }
    fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return fail(why, "%s: %s", path, strerror(errno));
    if (!write_dump(fd, source, reason, &bytes) || rename(temporary, path) < 0) {
        fail(why, "%s: %s", path, strerror(errno));
        unlink(temporary);
        return false;
    }
    *ret_bytes = bytes;
    return true;
}
