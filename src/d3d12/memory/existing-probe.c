// SPDX-License-Identifier: MIT
/*
 * The trial imports of a new device: a driver's word about what it can import is worth nothing
 * (D5.3), so each kind of memory is imported and written once.
 */
#include <sys/mman.h>

#include "d3d12/memory/existing.h"
#include "d3d12/memory/memory.h"
#include "os/os.h"
#include "util/log.h"

#define PROBE_SIZE  ((size_t)65536)
#define PROBE_VALUE 0x6e747368u

/* Imports and fills @pages, and looks for it through @witness, a second mapping or the same. */
static bool probe(struct nt_d3d_device *device, void *pages, const volatile uint32_t *witness)
{
    struct nt_d3d_memory *memory = NULL;
    bool is_good;

    if (FAILED(nt_d3d_memory_import(device, pages, PROBE_SIZE, NULL, &memory)))
        return false;
    is_good = SUCCEEDED(nt_d3d_engine_fill(&device->engine, memory, PROBE_VALUE)) &&
              witness[0] == PROBE_VALUE && witness[PROBE_SIZE / 4 - 1] == PROBE_VALUE;
    nt_d3d_memory_drop(memory);
    return is_good;
}

static bool probe_shared(struct nt_d3d_device *device)
{
    void *pages = NULL, *witness = NULL;
    bool is_good = false;
    int fd = -1;

    if (nt_os_memfd_new("ntshm-d3d12-probe", PROBE_SIZE, 0, &fd) < 0)
        return false;
    if (nt_os_map(NULL, PROBE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0, &pages) == 0) {
        if (nt_os_map(NULL, PROBE_SIZE, PROT_READ, MAP_SHARED, fd, 0, &witness) == 0) {
            is_good = probe(device, pages, witness);
            nt_os_unmap(witness, PROBE_SIZE);
        }
        nt_os_unmap(pages, PROBE_SIZE);
    }
    nt_os_close(fd);
    return is_good;
}

static bool probe_private(struct nt_d3d_device *device)
{
    void *pages = NULL;
    bool is_good;

    if (nt_os_map(NULL, PROBE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0,
                  &pages) < 0)
        return false;
    is_good = probe(device, pages, pages);
    nt_os_unmap(pages, PROBE_SIZE);
    return is_good;
}

void nt_d3d_existing_probe(struct nt_d3d_device *device)
{
    struct nt_d3d_vulkan *vulkan = &device->vulkan;

    if (vulkan->import_alignment && PROBE_SIZE % vulkan->import_alignment == 0) {
        vulkan->imports_shared = probe_shared(device);
        vulkan->imports_private = probe_private(device);
    }
    nt_log(NT_LOG_INFO, "d3d12: %s (%s): imports of shared memory %s, of private memory %s",
           vulkan->properties.deviceName, vulkan->driver.driverInfo,
           vulkan->imports_shared ? "work" : "do not work",
           vulkan->imports_private ? "work" : "do not work");
}
