// SPDX-License-Identifier: MIT
/*
 * What this process inherited; see inherit.h. It is taken before main(), and before the program's
 * own constructors, so that every handle is there when anything of the program asks.
 *
 * The environment is not believed: the descriptor must be the very memory that is named there, be
 * sealed, be of our own user, and hold the nonce; else nothing is touched. A program in between
 * that knows nothing of this (a shell) hands both on, or has closed the descriptors: then there are
 * no handles, and that is no error.
 */
#include "lib/process/inherit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/process/environment.h"
#include "lib/process/lock.h"
#include "lib/process/process-object.h"
#include "lib/process/service.h"
#include "os/file.h"
#include "os/memory-more.h"
#include "os/os.h"
#include "os/spawn.h"
#include "util/log.h"
#include "util/macro.h"

static struct nt_startup startup;

const struct nt_startup *nt_inherited_startup(void)
{
    return &startup;
}

/* The memory, mapped; NULL: nothing that one could believe. */
static const struct nt_inherit_header *open_memory(const struct nt_inherit_name *name,
                                                   size_t *ret_size)
{
    const struct nt_inherit_header *header;
    struct stat memory;
    void *bytes;

    if (nt_os_file_stat(name->fd, &memory) < 0 || memory.st_dev != name->device ||
        memory.st_ino != name->inode || memory.st_uid != geteuid() ||
        !nt_os_memfd_is_frozen(name->fd))
        return NULL;
    if (memory.st_size < (off_t)sizeof(*header) || (uint64_t)memory.st_size > NT_INHERIT_MAX)
        return NULL;
    *ret_size = (size_t)memory.st_size;
    if (nt_os_map(NULL, *ret_size, PROT_READ, MAP_PRIVATE, name->fd, 0, &bytes) < 0)
        return NULL;
    header = bytes;
    if (memcmp(header->nonce, name->nonce, NT_INHERIT_NONCE) == 0 &&
        nt_inherit_check(bytes, *ret_size))
        return header;
    nt_os_unmap(bytes, *ret_size);
    return NULL;
}

/* The page, if it is this process's; else another's, which handed everything on. */
static bool take_page(int fd)
{
    struct nt_process_page *page;
    uint64_t size;
    void *bytes;

    if (fd < 0 || nt_os_close_on_exec(fd) < 0)
        return false;
    if (nt_os_memfd_check(fd, &size) == 0 && size == NT_PAGE_SIZE &&
        nt_os_map(NULL, NT_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &bytes) == 0) {
        page = bytes;
        if (atomic_load(&page->pid) == (uint32_t)getpid()) {
            nt_process_use_page(page, fd);
            return true;
        }
        nt_os_unmap(bytes, NT_PAGE_SIZE);
    }
    nt_os_close(fd);
    return false;
}

static char *copy_text(const void *bytes, enum nt_inherit_text text)
{
    const char *value = nt_inherit_text(bytes, text);

    return value ? strdup(value) : NULL;
}

/* What is for this process alone, and not for what it might have handed on to. */
static void take_start(const struct nt_inherit_header *header)
{
    char *line = copy_text(header, NT_INHERIT_LINE);

    if (line)
        nt_command_line_set(line);
    startup.flags = header->startup_flags;
    startup.show = header->show;
    memcpy(startup.geometry, header->geometry, sizeof(startup.geometry));
    startup.title = copy_text(header, NT_INHERIT_TITLE);
    startup.desktop = copy_text(header, NT_INHERIT_DESKTOP);
}

static void take_handle(const struct nt_inherit_handle *record)
{
    NT_CLEANUP(nt_object_closep) struct nt_object *object = NULL;
    HANDLE handle = (HANDLE)(uintptr_t)record->handle;
    ACCESS_MASK access;
    ULONG attributes;
    NTSTATUS status;
    int fds[NT_PARCEL_FDS];

    for (uint32_t i = 0; i < record->n_fds; i++) {
        fds[i] = record->fds[i];
        if (nt_os_close_on_exec(fds[i]) < 0)
            fds[i] = -1; /* closed on the way here */
    }
    for (uint32_t i = 0; i < record->n_fds; i++) {
        if (fds[i] >= 0)
            continue;
        for (uint32_t j = 0; j < record->n_fds; j++)
            nt_os_close(fds[j]);
        return;
    }
    status = nt_parcel_unpack(record + 1, record->size, fds, record->n_fds, &object, &access,
                              &attributes);
    if (NT_SUCCESS(status))
        status = nt_handle_place(handle, object, access, attributes);
    if (!NT_SUCCESS(status))
        nt_log(NT_LOG_WARNING, "handle %p was not inherited: status 0x%08x", handle,
               (unsigned)status);
}

static void take_handles(const struct nt_inherit_header *header)
{
    const struct nt_inherit_handle *record = NULL;

    nt_move_begin();
    for (uint32_t i = 0; i < header->n_handles; i++) {
        record = nt_inherit_next(header, record);
        take_handle(record);
    }
    nt_move_end();
}

static bool receive(const struct nt_inherit_name *name)
{
    const struct nt_inherit_header *header;
    size_t size;
    bool is_child;

    header = open_memory(name, &size);
    if (!header)
        return false;
    is_child = take_page(header->page_fd);
    if (is_child)
        take_start(header);
    take_handles(header);
    nt_os_unmap((void *)(uintptr_t)header, size);
    nt_os_close(name->fd);
    return is_child;
}

/* Late among the constructors of the library: what it needs is there (lock.c). */
__attribute__((constructor)) static void receive_inheritance(void)
{
    const char *text = secure_getenv(NT_INHERIT_VARIABLE);
    struct nt_inherit_name name;
    bool is_child;

    if (!text)
        return;
    is_child = nt_inherit_name_parse(text, &name) && receive(&name);
    unsetenv(NT_INHERIT_VARIABLE);
    if (is_child)
        nt_service_start();
}
