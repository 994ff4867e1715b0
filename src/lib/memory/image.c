// SPDX-License-Identifier: MIT
/*
 * Making image sections: the file is parsed and copied into the layout. See image.h.
 *
 * The layout memfd holds the image, then on pages of their own the headers as they stand in the
 * file, then at its very end a note of where those are. Another process that is given the memfd
 * parses these headers again (nt_image_adopt()); the image's own first pages would not do, since
 * they end at SizeOfHeaders and that may be less than what was parsed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "lib/file/file.h"
#include "lib/memory/commit.h"
#include "lib/memory/image-parts.h"
#include "lib/memory/protect.h"
#include "os/file.h"
#include "os/file-more.h"
#include "os/os.h"
#include "os/system.h"
#include "util/macro.h"

#define NOTE_MAGIC    0x6E746D49ull
#define LEAST_HEADERS sizeof(IMAGE_DOS_HEADER)
#define COPY_BYTES    (256u << 10)

/* The last bytes of a layout. */
struct note {
    uint64_t magic;
    uint64_t file_size;    /* of the file it was made from */
    uint64_t header_bytes; /* how many lie right behind the image */
    uint64_t image_size;
};

/* --- parts -------------------------------------------------------------------------- */

static void add_part(struct nt_image *image, const struct nt_image_part *part)
{
    struct nt_image_part *added = &image->parts[image->n_parts++];

    *added = *part;
    if (image->no_execute)
        added->protect = nt_protect_without_execute(added->protect);
}

/* 14.7, 14.9: the headers, or all of it where memory is laid out as the file is. */
static struct nt_image_part first_part(const struct nt_image *image)
{
    const struct nt_pe *pe = &image->pe;
    uint64_t headers = nt_align_up(pe->size_of_headers ? pe->size_of_headers : 1, NT_PAGE_SIZE);

    if (pe->flat)
        return (struct nt_image_part){
            .size = (uint32_t)image->size,
            .filled = (uint32_t)(image->file_size < image->size ? image->file_size : image->size),
            .protect = PAGE_EXECUTE_WRITECOPY,
        };
    return (struct nt_image_part){
        .size = (uint32_t)headers,
        .filled = pe->size_of_headers,
        .protect = PAGE_READONLY,
    };
}

static void find_parts(struct nt_image *image)
{
    const struct nt_pe *pe = &image->pe;
    struct nt_image_part part = first_part(image);

    add_part(image, &part);
    for (uint32_t i = 0; i < pe->n_sections; i++) {
        const struct nt_pe_section *section = &pe->sections[i];

        if (section->virtual_size == 0)
            continue;
        part = (struct nt_image_part){
            .rva = section->rva,
            .size = section->virtual_size,
            .filled = section->raw_size,
            .source = section->raw_offset,
            .protect = section->protect,
        };
        add_part(image, &part);
    }
}

/* --- from the headers --------------------------------------------------------------- */

/* A section that every process is to see the writes of would silently be private here. */
static bool has_shared_writes(const struct nt_pe *pe)
{
    const uint32_t both = IMAGE_SCN_MEM_SHARED | IMAGE_SCN_MEM_WRITE;

    for (uint32_t i = 0; i < pe->n_sections; i++) {
        if ((pe->sections[i].characteristics & both) == both)
            return true;
    }
    return false;
}

static NTSTATUS make_image(const void *headers, size_t size, uint64_t file_size, bool no_execute,
                           struct nt_image **ret_image)
{
    struct nt_image *image = malloc(sizeof(*image));
    NTSTATUS status;

    if (!image)
        return STATUS_NO_MEMORY;
    status = nt_pe_parse(headers, size, file_size, &image->pe);
    if (NT_SUCCESS(status) && has_shared_writes(&image->pe))
        status = STATUS_NOT_SUPPORTED;
    if (!NT_SUCCESS(status)) {
        free(image);
        return status;
    }
    image->size = nt_align_up(image->pe.size_of_image, NT_PAGE_SIZE);
    image->file_size = file_size;
    image->charged = 0;
    image->file_fd = -1;
    image->no_execute = no_execute;
    image->n_parts = 0;
    find_parts(image);
    *ret_image = image;
    return STATUS_SUCCESS;
}

struct nt_image *nt_image_free(struct nt_image *image)
{
    if (image) {
        nt_os_close(image->file_fd);
        nt_commit_release(image->charged);
        free(image);
    }
    return NULL;
}

static void free_image(struct nt_image **image)
{
    nt_image_free(*image);
}

/* --- the file ----------------------------------------------------------------------- */

struct headers {
    unsigned char *bytes;
    size_t size;
};

static void free_headers(struct headers *headers)
{
    free(headers->bytes);
}

/* The first bytes of what is read at @offset of @fd, once; fewer where the file ends. */
static NTSTATUS read_headers(int fd, uint64_t offset, size_t size, struct headers *ret_headers)
{
    unsigned char *bytes = malloc(size ? size : 1);
    size_t done;
    int r;

    if (!bytes)
        return STATUS_NO_MEMORY;
    r = nt_os_file_read(fd, bytes, size, offset, &done);
    if (r < 0) {
        free(bytes);
        return nt_file_status(r);
    }
    *ret_headers = (struct headers){bytes, done};
    return STATUS_SUCCESS;
}

/* As many bytes as the headers of this file can have. */
static NTSTATUS read_file_headers(int fd, uint64_t file_size, struct headers *ret_headers)
{
    unsigned char start[LEAST_HEADERS];
    size_t done, room;
    int r;

    r = nt_os_file_read(fd, start, sizeof(start), 0, &done);
    if (r < 0)
        return nt_file_status(r);
    room = nt_pe_header_room(start, done);
    return read_headers(fd, 0, file_size < room ? file_size : room, ret_headers);
}

/* --- the layout --------------------------------------------------------------------- */

static NTSTATUS write_layout(int fd, const void *bytes, size_t size, uint64_t offset)
{
    size_t done = 0;
    int r = nt_os_file_write(fd, bytes, size, offset, &done);

    if (r < 0)
        return nt_commit_status(r);
    return done == size ? STATUS_SUCCESS : STATUS_COMMITMENT_LIMIT;
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/*
 * Copies what the file has for a part, less zeros, which the layout has without taking memory.
 * A file that became shorter meanwhile is damaged.
 */
static NTSTATUS copy_part(int file_fd, int layout_fd, const struct nt_image_part *part,
                          unsigned char *buffer)
{
    for (uint64_t at = 0; at < part->filled; at += COPY_BYTES) {
        size_t want = part->filled - at < COPY_BYTES ? part->filled - at : COPY_BYTES;
        size_t done;
        NTSTATUS status;
        int r = nt_os_file_read(file_fd, buffer, want, part->source + at, &done);

        if (r < 0)
            return nt_file_status(r);
        if (done < want)
            return STATUS_INVALID_IMAGE_FORMAT;
        if (is_zero(buffer, want))
            continue;
        status = write_layout(layout_fd, buffer, want, part->rva + at);
        if (!NT_SUCCESS(status))
            return status;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS copy_parts(const struct nt_image *image, int file_fd, int layout_fd)
{
    NT_CLEANUP(nt_freep) void *buffer = malloc(COPY_BYTES);
    NTSTATUS status = buffer ? STATUS_SUCCESS : STATUS_NO_MEMORY;

    for (uint32_t i = 0; i < image->n_parts && NT_SUCCESS(status); i++)
        status = copy_part(file_fd, layout_fd, &image->parts[i], buffer);
    return status;
}

/* The headers behind the image, and the note at the end. */
static NTSTATUS write_note(const struct nt_image *image, const struct headers *headers,
                           uint64_t layout_size, int fd)
{
    struct note note = {
        .magic = NOTE_MAGIC,
        .file_size = image->file_size,
        .header_bytes = headers->size,
        .image_size = image->size,
    };
    NTSTATUS status = write_layout(fd, headers->bytes, headers->size, image->size);

    if (NT_SUCCESS(status))
        status = write_layout(fd, &note, sizeof(note), layout_size - sizeof(note));
    return status;
}

static bool executes(const struct nt_image *image)
{
    for (uint32_t i = 0; i < image->n_parts; i++) {
        if (nt_image_part_executes(&image->parts[i]))
            return true;
    }
    return false;
}

/* What a layout takes of memory: its gaps and zeros take none until they are touched. */
static uint64_t bytes_to_commit(const struct nt_image *image, const struct headers *headers)
{
    uint64_t bytes = nt_align_up(headers->size + sizeof(struct note), NT_PAGE_SIZE);

    for (uint32_t i = 0; i < image->n_parts; i++)
        bytes += nt_align_up(image->parts[i].filled, NT_PAGE_SIZE);
    return bytes;
}

/* A memfd that is called after the file. */
static int make_layout(int file_fd, uint64_t size, enum nt_os_memfd_flags flags, int *ret_fd)
{
    NT_CLEANUP(nt_freep) char *path = NULL;
    char name[NT_IMAGE_MEMFD_SIZE] = NT_IMAGE_MEMFD;
    int r = nt_os_file_name(file_fd, &path);

    if (r < 0 && r != -ENOENT)
        return r;
    if (path && strlen(path) < sizeof(name) - strlen(NT_IMAGE_MEMFD))
        strcat(name, path);
    return nt_os_memfd_new(name, size, flags, ret_fd);
}

static NTSTATUS lay_out(struct nt_image *image, int file_fd, const struct headers *headers,
                        int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    uint64_t size = image->size + nt_align_up(headers->size + sizeof(struct note), NT_PAGE_SIZE);
    enum nt_os_memfd_flags flags = NT_OS_MEMFD_PRIVATE | NT_OS_MEMFD_FILL;
    NTSTATUS status;
    int r;

    status = nt_commit_check(bytes_to_commit(image, headers));
    if (!NT_SUCCESS(status))
        return status;
    image->charged = bytes_to_commit(image, headers);
    if (executes(image))
        flags |= NT_OS_MEMFD_EXEC;
    r = make_layout(file_fd, size, flags, &fd);
    if (r < 0)
        return nt_commit_status(r);
    status = copy_parts(image, file_fd, fd);
    if (NT_SUCCESS(status))
        status = write_note(image, headers, size, fd);
    if (!NT_SUCCESS(status))
        return status;
    r = nt_os_memfd_freeze(fd);
    if (r < 0)
        return nt_commit_status(r);
    *ret_fd = nt_steal_fd(&fd);
    return STATUS_SUCCESS;
}

NTSTATUS nt_image_new(int file_fd, bool no_execute, struct nt_image **ret_image, int *ret_fd)
{
    NT_CLEANUP(free_image) struct nt_image *image = NULL;
    NT_CLEANUP(free_headers) struct headers headers = {0};
    struct stat stat;
    NTSTATUS status;
    int r;

    r = nt_os_file_stat(file_fd, &stat);
    if (r < 0)
        return nt_file_status(r);
    status = read_file_headers(file_fd, (uint64_t)stat.st_size, &headers);
    if (NT_SUCCESS(status))
        status =
            make_image(headers.bytes, headers.size, (uint64_t)stat.st_size, no_execute, &image);
    /* 1.60: the copy would execute what its file system does not let execute. */
    if (NT_SUCCESS(status) && executes(image) && nt_os_is_noexec(file_fd))
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status))
        status = lay_out(image, file_fd, &headers, ret_fd);
    if (NT_SUCCESS(status))
        *ret_image = NT_STEAL(image);
    return status;
}

void nt_image_keep_file(struct nt_image *image, int fd)
{
    nt_os_close(image->file_fd);
    image->file_fd = fd;
}

int nt_image_file(const struct nt_image *image)
{
    return image->file_fd;
}

/* --- another process's layout ------------------------------------------------------- */

static NTSTATUS read_note(int fd, uint64_t layout_size, struct note *ret_note)
{
    struct note note;
    size_t done;
    int r;

    if (layout_size < sizeof(note) || layout_size > INT64_MAX)
        return STATUS_INVALID_IMAGE_FORMAT;
    r = nt_os_file_read(fd, &note, sizeof(note), layout_size - sizeof(note), &done);
    if (r < 0)
        return nt_file_status(r);
    if (done != sizeof(note) || note.magic != NOTE_MAGIC ||
        note.header_bytes > NT_PE_MOST_HEADERS || note.header_bytes > layout_size - sizeof(note) ||
        note.image_size > layout_size - sizeof(note) - note.header_bytes)
        return STATUS_INVALID_IMAGE_FORMAT;
    *ret_note = note;
    return STATUS_SUCCESS;
}

NTSTATUS nt_image_adopt(int layout_fd, uint64_t size, bool no_execute, struct nt_image **ret_image)
{
    NT_CLEANUP(free_image) struct nt_image *image = NULL;
    NT_CLEANUP(free_headers) struct headers headers = {0};
    struct note note = {0};
    struct stat stat;
    NTSTATUS status;
    int r;

    r = nt_os_file_stat(layout_fd, &stat);
    if (r < 0)
        return nt_file_status(r);
    if (!nt_os_memfd_is_frozen(layout_fd))
        return STATUS_INVALID_IMAGE_FORMAT;
    status = read_note(layout_fd, (uint64_t)stat.st_size, &note);
    if (NT_SUCCESS(status))
        status = read_headers(layout_fd, note.image_size, note.header_bytes, &headers);
    if (NT_SUCCESS(status))
        status = make_image(headers.bytes, headers.size, note.file_size, no_execute, &image);
    if (!NT_SUCCESS(status))
        return status;
    if (image->size != note.image_size || size == 0 || size > image->size)
        return STATUS_INVALID_IMAGE_FORMAT;
    *ret_image = NT_STEAL(image);
    return STATUS_SUCCESS;
}

/* --- what is told of it ------------------------------------------------------------- */

uint64_t nt_image_size(const struct nt_image *image)
{
    return image->size;
}

static bool contains_code(const struct nt_pe *pe)
{
    if (pe->size_of_code || pe->entry_rva || pe->flat)
        return true;
    for (uint32_t i = 0; i < pe->n_sections; i++) {
        if (pe->sections[i].characteristics & (IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE))
            return true;
    }
    return false;
}

void nt_image_describe(const struct nt_image *image, SECTION_IMAGE_INFORMATION *ret_information)
{
    const struct nt_pe *pe = &image->pe;
    SECTION_IMAGE_INFORMATION information;

    memset(&information, 0, sizeof(information)); /* the padding too: it goes to the caller */
    information.TransferAddress = (PVOID)(pe->preferred_base + pe->entry_rva);
    information.MaximumStackSize = pe->stack_reserve;
    information.CommittedStackSize = pe->stack_commit;
    information.SubSystemType = pe->subsystem;
    information.SubSystemMajorVersion = pe->subsystem_major;
    information.SubSystemMinorVersion = pe->subsystem_minor;
    information.MajorOperatingSystemVersion = pe->os_major;
    information.MinorOperatingSystemVersion = pe->os_minor;
    information.ImageCharacteristics = pe->characteristics;
    information.DllCharacteristics = pe->dll_characteristics;
    information.Machine = pe->machine;
    information.ImageContainsCode = contains_code(pe);
    information.ImageMappedFlat = pe->flat;
    information.LoaderFlags = pe->loader_flags;
    information.ImageFileSize = (ULONG)image->file_size;
    information.CheckSum = pe->checksum;
    memcpy(ret_information, &information, sizeof(information));
}
