// SPDX-License-Identifier: MIT
/*
 * Payloads; see payload.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <ntstatus.h>

#include "broker/kept.h"
#include "broker/payload.h"
#include "ipc/sync-words.h"
#include "os/carried.h"
#include "os/large-pages.h"
#include "os/os.h"
#include "rtl/reserve-map.h"
#include "rtl/status.h"
#include "util/macro.h"

/* To ask for the state of an event, a mutant, a semaphore or a timer. */
#define QUERY_STATE 1

static bool shows_file(uint32_t kind, uint32_t attributes)
{
    return kind == NT_KIND_SECTION && (attributes & SEC_FILE);
}

/* Its creator takes the pages, and they are charged to him. */
static bool has_large_pages(uint32_t kind, uint32_t attributes)
{
    return kind == NT_KIND_SECTION && (attributes & SEC_LARGE_PAGES);
}

static bool is_reserved(uint32_t kind, uint32_t attributes)
{
    return kind == NT_KIND_SECTION && (attributes & (SEC_FILE | SEC_RESERVE)) == SEC_RESERVE;
}

/* Views of it can write to the file. */
static bool writes_file(uint32_t protection, uint32_t attributes)
{
    return !(attributes & SEC_IMAGE) &&
           (protection == PAGE_READWRITE || protection == PAGE_EXECUTE_READWRITE);
}

unsigned nt_payload_n_fds(const struct nt_create_request *create, size_t n_fds)
{
    switch (create->kind) {
    case NT_KIND_DIRECTORY:
    case NT_KIND_JOB:
        return 1; /* the lease */
    case NT_KEPT_MAILBOX:
    case NT_KEPT_PARCEL:
    case NT_KEPT_MEMBER:
        return (unsigned)n_fds;
    case NT_KIND_NAMESPACE:
        return 2; /* both leases */
    case NT_KIND_D3D12:
        return 1 + (unsigned)n_fds;
    case NT_KIND_SECTION:
        if (n_fds > 0)
            return 1 + (unsigned)n_fds;
        return is_reserved(create->kind, create->attributes) ? 3 : 2;
    default:
        return 2;
    }
}

/* --- what comes from outside ---------------------------------------------------------------- */

/* A regular file that was really opened, not only named. */
static bool is_regular(int fd, int flags, struct stat *ret_stat)
{
    return flags >= 0 && !(flags & O_PATH) && fstat(fd, ret_stat) == 0 &&
           S_ISREG(ret_stat->st_mode);
}

/* One that was opened in exactly this way. */
static bool is_file(int fd, int mode, struct stat *ret_stat)
{
    int flags = fcntl(fd, F_GETFL);

    return (flags & O_ACCMODE) == mode && is_regular(fd, flags, ret_stat);
}

/* A memfd that nobody can write to, shorten or make longer any more, however it was opened. */
static bool is_layout(int fd, struct stat *ret_stat)
{
    const int needed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
    int seals = fcntl(fd, F_GET_SEALS);

    return seals >= 0 && (seals & needed) == needed && is_regular(fd, fcntl(fd, F_GETFL), ret_stat);
}

static NTSTATUS check_data(const struct nt_create_request *create, const int *fds, size_t n_fds)
{
    struct stat read, write;

    if (n_fds != (writes_file(create->protection, create->attributes) ? 2u : 1u))
        return STATUS_INVALID_PARAMETER;
    if (!is_file(fds[0], O_RDONLY, &read))
        return STATUS_INVALID_FILE_FOR_SECTION;
    if (n_fds == 2 && (!is_file(fds[1], O_RDWR, &write) || write.st_dev != read.st_dev ||
                       write.st_ino != read.st_ino))
        return STATUS_INVALID_FILE_FOR_SECTION;
    return create->size > (uint64_t)read.st_size ? STATUS_SECTION_TOO_BIG : STATUS_SUCCESS;
}

static NTSTATUS check_image(const struct nt_create_request *create, const int *fds, size_t n_fds)
{
    struct stat layout, file;

    if (n_fds != 2)
        return STATUS_INVALID_PARAMETER;
    if (!is_layout(fds[0], &layout) || !is_file(fds[1], O_RDONLY, &file))
        return STATUS_INVALID_FILE_FOR_SECTION;
    return create->size > (uint64_t)layout.st_size ? STATUS_SECTION_TOO_BIG : STATUS_SUCCESS;
}

/* Nothing but large pages of exactly that size, which nobody can shorten or make longer. */
static NTSTATUS check_large(const struct nt_create_request *create, const int *fds, size_t n_fds)
{
    NTSTATUS status;
    uint64_t size;

    if (create->attributes & (SEC_FILE | SEC_IMAGE | SEC_RESERVE))
        return STATUS_INVALID_PARAMETER;
    status = check_data(create, fds, n_fds);
    if (!NT_SUCCESS(status))
        return status;
    if (!nt_os_large_memfd_is(fds[0], nt_os_large_page_size(), &size))
        return STATUS_INVALID_FILE_FOR_SECTION;
    return size == create->size ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* Another library's: no more is asked than that keeping and closing them does no harm. */
static NTSTATUS check_carried(const int *fds, size_t n_fds)
{
    if (n_fds < 1 || n_fds > NTSHM_SHARED_FDS)
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < n_fds; i++) {
        int r = nt_os_carried_check(fds[i]);

        if (r < 0)
            return nt_status_from_errno(r);
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_payload_check(const struct nt_create_request *create, const int *fds, size_t n_fds)
{
    if (create->kind == NT_KIND_D3D12)
        return check_carried(fds, n_fds);
    if (has_large_pages(create->kind, create->attributes))
        return check_large(create, fds, n_fds);
    if (!shows_file(create->kind, create->attributes))
        return n_fds == 0 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    return create->attributes & SEC_IMAGE ? check_image(create, fds, n_fds)
                                          : check_data(create, fds, n_fds);
}

/* --- a record's descriptors ----------------------------------------------------------------- */

static bool has_words(uint32_t kind)
{
    return kind == NT_KIND_EVENT || kind == NT_KIND_MUTANT || kind == NT_KIND_SEMAPHORE ||
           kind == NT_KIND_TIMER;
}

/* What one waits on has its words on a page of its own. */
static int make_page(const struct nt_create_request *create, int *ret_fd)
{
    NT_CLEANUP(nt_os_closep) int fd = -1;
    void *page;
    int r;

    r = nt_os_memfd_new("ntshm-words", NT_PAGE_SIZE, NT_OS_MEMFD_PRIVATE, &fd);
    if (r < 0)
        return r;
    if (has_words(create->kind) && create->initial_state) {
        r = nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &page);
        if (r < 0)
            return r;
        nt_sync_words_init((void *)((char *)page + NT_SYNC_PLACE), (enum nt_kind)create->kind,
                           create->initial_state);
        nt_os_unmap(page, NT_PAGE_SIZE);
    }
    *ret_fd = nt_steal_fd(&fd);
    return 0;
}

static int make_memory(struct nt_record *record, const struct nt_create_request *create)
{
    enum nt_os_memfd_flags flags = NT_OS_MEMFD_PRIVATE;
    int r;

    if (nt_protection_executes(create->protection))
        flags |= NT_OS_MEMFD_EXEC;
    if (!is_reserved(create->kind, create->attributes))
        return nt_os_memfd_new("ntshm", create->size, flags, &record->write_fd);
    r = nt_os_memfd_new("ntshm", 0, flags | NT_OS_MEMFD_GROWABLE, &record->write_fd);
    if (r < 0)
        return r;
    return nt_os_memfd_new("ntshm-commit", nt_reserve_map_size(create->size), NT_OS_MEMFD_PRIVATE,
                           &record->extra_fd);
}

/* A pidfd first, but for a parcel. */
static void open_kept(struct nt_record *record, int *fds, size_t n_fds)
{
    int32_t *places[] = {&record->lease_fd, &record->write_fd, &record->read_fd, &record->extra_fd,
                         &record->extra_read_fd};
    size_t first = record->kind == NT_KEPT_PARCEL;

    for (size_t i = 0; i < n_fds && first + i < NT_ARRAY_SIZE(places); i++)
        *places[first + i] = nt_steal_fd(&fds[i]);
}

/* In the order in which they go out again. */
static void take_carried(struct nt_record *record, int *fds, size_t n_fds)
{
    int32_t *places[] = {&record->read_fd, &record->write_fd, &record->extra_fd};

    for (size_t i = 0; i < n_fds && i < NT_ARRAY_SIZE(places); i++)
        *places[i] = nt_steal_fd(&fds[i]);
}

int nt_payload_open(struct nt_record *record, const struct nt_create_request *create, int *fds,
                    size_t n_fds)
{
    if (nt_kept_is(record)) {
        open_kept(record, fds, n_fds);
        return 0;
    }
    if (create->kind == NT_KIND_DIRECTORY || create->kind == NT_KIND_NAMESPACE ||
        create->kind == NT_KIND_JOB)
        return 0;
    if (create->kind == NT_KIND_D3D12) {
        take_carried(record, fds, n_fds);
        return 0;
    }
    if (create->kind != NT_KIND_SECTION)
        return make_page(create, &record->write_fd);
    if (n_fds == 0)
        return make_memory(record, create);
    record->read_fd = nt_steal_fd(&fds[0]);
    if (n_fds == 2 && (create->attributes & SEC_IMAGE))
        record->extra_fd = nt_steal_fd(&fds[1]);
    else if (n_fds == 2)
        record->write_fd = nt_steal_fd(&fds[1]);
    return 0;
}

void nt_payload_close(struct nt_record *record)
{
    int32_t *fds[] = {&record->extra_read_fd, &record->extra_fd,        &record->read_fd,
                      &record->write_fd,      &record->second_lease_fd, &record->lease_fd};

    for (size_t i = 0; i < NT_ARRAY_SIZE(fds); i++)
        *fds[i] = nt_kept_is(record) && *fds[i] >= 0 ? nt_os_close_foreign(*fds[i])
                                                     : nt_os_close(*fds[i]);
}

unsigned nt_payload_count(const struct nt_record *record)
{
    return (record->lease_fd >= 0) + (record->write_fd >= 0) + (record->read_fd >= 0) +
           (record->extra_fd >= 0) + (record->extra_read_fd >= 0) + (record->second_lease_fd >= 0);
}

/* --- what goes out -------------------------------------------------------------------------- */

/* The read-only description: made once per section and shared by all who may only read. */
static int read_only(int from, int *fd)
{
    return *fd >= 0 ? 0 : nt_os_reopen(from, O_RDONLY, fd);
}

static void add(struct nt_payload_choice *choice, enum nt_payload payload, int fd)
{
    choice->payload |= payload;
    choice->fds[choice->n_fds++] = fd;
}

static int choose_reading(struct nt_record *record, struct nt_payload_choice *choice)
{
    bool map = is_reserved(record->kind, record->attributes);
    int r = read_only(record->write_fd, &record->read_fd);

    if (r == 0 && map)
        r = read_only(record->extra_fd, &record->extra_read_fd);
    if (r < 0)
        return r;
    add(choice, NT_PAYLOAD_READ, record->read_fd);
    if (record->extra_fd >= 0)
        add(choice, NT_PAYLOAD_EXTRA, map ? record->extra_read_fd : record->extra_fd);
    return 0;
}

/* All of it or nothing (D12.5). */
static void choose_carried(const struct nt_record *record, ACCESS_MASK granted,
                           struct nt_payload_choice *choice)
{
    const ACCESS_MASK all = nt_kind_rights(NT_KIND_D3D12)->all;

    if ((granted & all) != all)
        return;
    add(choice, NT_PAYLOAD_READ, record->read_fd);
    if (record->write_fd >= 0)
        add(choice, NT_PAYLOAD_WRITE, record->write_fd);
    if (record->extra_fd >= 0)
        add(choice, NT_PAYLOAD_EXTRA, record->extra_fd);
}

int nt_payload_choose(struct nt_record *record, ACCESS_MASK granted,
                      struct nt_payload_choice *ret_choice)
{
    ACCESS_MASK write = SECTION_MAP_WRITE;
    ACCESS_MASK read = SECTION_MAP_READ | SECTION_MAP_EXECUTE | SECTION_MAP_WRITE;

    *ret_choice = (struct nt_payload_choice){.payload = 0};
    if (record->kind == NT_KIND_D3D12) {
        choose_carried(record, granted, ret_choice);
        return 0;
    }
    if (record->kind != NT_KIND_SECTION) {
        /* Waiting writes, so there is only open or not open; to ask for a state takes no page. */
        write = SYNCHRONIZE | (SPECIFIC_RIGHTS_ALL & ~(ACCESS_MASK)QUERY_STATE);
        read = 0;
    } else if (shows_file(record->kind, record->attributes)) {
        write |= SECTION_EXTEND_SIZE;
    }
    /* Where the section's protection forbids writing there is no such description (2.23). */
    if ((granted & write) && record->write_fd >= 0) {
        add(ret_choice, NT_PAYLOAD_WRITE, record->write_fd);
        if (record->extra_fd >= 0)
            add(ret_choice, NT_PAYLOAD_EXTRA, record->extra_fd);
        return 0;
    }
    return granted & read ? choose_reading(record, ret_choice) : 0;
}

NTSTATUS nt_payload_grow(const struct nt_record *record, uint64_t size)
{
    struct stat info;

    if (!shows_file(record->kind, record->attributes) ||
        !writes_file(record->protection, record->attributes))
        return STATUS_SECTION_NOT_EXTENDED;
    if (size > record->size &&
        (fstat(record->write_fd, &info) < 0 || size > (uint64_t)info.st_size))
        return STATUS_SECTION_TOO_BIG;
    return STATUS_SUCCESS;
}
