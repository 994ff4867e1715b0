// SPDX-License-Identifier: MIT
/*
 * What the descriptors of a shared heap, resource or fence are, as the kernel tells; of a heap's or
 * resource's the label says more (ntshm/shared.h). Nothing of it is believed further than to be
 * printed.
 */
#include "tool/names/names.h"

#include <fcntl.h>
#include <ntshm/shared.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tool/kit/text.h"
#include "util/macro.h"

#define DMABUF_SYSTEM 0x444d4142

/* As ntshm/d3d12.h numbers them. */
static const char *const memory_kinds[] = {
    NULL,
    "the driver's own",
    "the driver's, exported",
    "a sealed memfd",
    "a sealed memfd, as a dma-buf",
    "a section",
    "the application's memory",
    "pages of the library's",
};

static bool read_label(int fd, struct ntshm_shared_label *ret_label)
{
    const int frozen = F_SEAL_WRITE | F_SEAL_SHRINK;
    int seals = fcntl(fd, F_GET_SEALS);

    return seals >= 0 && (seals & frozen) == frozen &&
           pread(fd, ret_label, sizeof(*ret_label), 0) == (ssize_t)sizeof(*ret_label) &&
           ret_label->magic == NTSHM_SHARED_LABEL_MAGIC;
}

static const char *kind_of(int fd, const struct stat *status)
{
    struct statfs system;

    if (S_ISREG(status->st_mode))
        return fcntl(fd, F_GET_SEALS) >= 0 ? "memory" : "file";
    if (S_ISFIFO(status->st_mode))
        return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ? "pipe, to read" : "pipe, to write";
    if (S_ISCHR(status->st_mode))
        return "device";
    return fstatfs(fd, &system) == 0 && system.f_type == DMABUF_SYSTEM ? "dma-buf" : "unknown";
}

static const char *seals_of(int fd)
{
    int seals = fcntl(fd, F_GET_SEALS);

    if (seals < 0)
        return "";
    if (seals & F_SEAL_WRITE)
        return ", sealed for good";
    return seals & F_SEAL_SHRINK ? ", sealed" : ", not sealed";
}

/* What the kernel calls it: a path, or the name that a memfd was given. */
static const char *link_of(int fd, char *clean, size_t size)
{
    char path[32], link[256];
    ssize_t n;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    n = readlink(path, link, sizeof(link) - 1);
    return nt_text_clean(link, n > 0 ? (size_t)n : 0, clean, size);
}

static struct json_object *describe(int fd)
{
    struct json_object *entry = json_object_new_object();
    char link[800], number[32], text[1000];
    struct stat status;
    const char *kind;

    if (!entry || fstat(fd, &status) < 0)
        return entry;
    kind = kind_of(fd, &status);
    link_of(fd, link, sizeof(link));
    if (status.st_size > 0)
        snprintf(text, sizeof(text), "%s, %s bytes%s (%s)", kind,
                 nt_text_number((uint64_t)status.st_size, number), seals_of(fd), link);
    else
        snprintf(text, sizeof(text), "%s (%s)", kind, link);
    json_object_object_add(entry, "kind", json_object_new_string(kind));
    json_object_object_add(entry, "bytes", json_object_new_int64(status.st_size));
    json_object_object_add(entry, "link", json_object_new_string(link));
    json_object_object_add(entry, "text", json_object_new_string(text));
    return entry;
}

static void add_label(struct json_object *facts, int fd)
{
    struct ntshm_shared_label label;
    const char *memory = "of an unknown kind";

    if (!read_label(fd, &label))
        return;
    json_object_object_add(facts, "what",
                           json_object_new_string(label.type == NTSHM_SHARED_LABEL_HEAP ? "a heap"
                                                  : label.type == NTSHM_SHARED_LABEL_RESOURCE
                                                      ? "a resource"
                                                      : "unknown"));
    if (label.memory_kind < NT_ARRAY_SIZE(memory_kinds) && memory_kinds[label.memory_kind])
        memory = memory_kinds[label.memory_kind];
    json_object_object_add(facts, "memory", json_object_new_string(memory));
}

void nt_carried_facts(struct json_object *facts, const struct ntshm_shared *shared)
{
    struct json_object *descriptors = json_object_new_array();

    if (shared->type == NTSHM_SHARED_FENCE)
        json_object_object_add(facts, "what", json_object_new_string("a fence"));
    else
        add_label(facts, shared->fds[0]);
    for (UINT i = 0; descriptors && i < shared->n_fds; i++)
        json_object_array_add(descriptors, describe(shared->fds[i]));
    json_object_object_add(facts, "descriptors", descriptors);
}
