// SPDX-License-Identifier: MIT
/*
 * The modules and what they export. See loader.h. Handles of our own modules point into a table
 * here, so that an address compared with the library's own places says whose it is; the
 * program's is the address of its first byte, as on Windows.
 *
 * No lock: d3d12's loads are counted in one atomic, and the dynamic loader serialises itself.
 */
#include "lib/loader/loader.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <ntstatus.h>

#include "util/log.h"
#include "util/macro.h"

#define LIBRARY_VERSION "NTSHM_0.1"
#define D3D12_VERSION   "NTSHM_D3D12_0.1"
#define D3D12_LIBRARY   "libntshm-d3d12.so.0"
#define D3D12_ENTRY     "D3D12CreateDevice"
#define TWIN_PREFIX     "ntshm16_"

struct nt_module {
    const char *name; /* without ".dll" */
    bool d3d12;
};

static const struct nt_module modules[] = {
    {"kernelbase", false}, {"kernel32", false}, {"ntdll", false}, {"advapi32", false},
    {"user32", false},     {"psapi", false},    {"d3d12", true},
};
#define KERNELBASE (&modules[0])
#define KERNEL32   (&modules[1])
#define D3D12      (&modules[NT_ARRAY_SIZE(modules) - 1])

/* How often the program has loaded d3d12 and not yet freed it. */
static _Atomic unsigned d3d12_loads;
/* It was there before the program asked, or is pinned: it stays. */
static _Atomic bool d3d12_stays;
/* We have loaded it once: it does not leave memory then, so that no driver is unloaded. */
static _Atomic bool d3d12_kept;

/* --- the shared objects --------------------------------------------------------------- */

/* Where the object that holds @address begins; NULL when none does. */
static const void *object_at(const void *address, Dl_info *info)
{
    return dladdr(address, info) ? info->dli_fbase : NULL;
}

static const void *own_object(Dl_info *info)
{
    return object_at(modules, info);
}

/* The handle of this library, for dlvsym(). It never leaves memory, so one is kept. */
static void *own_library(void)
{
    static _Atomic(void *) kept;
    void *library = atomic_load(&kept);
    Dl_info info;

    if (!library && own_object(&info)) {
        library = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
        atomic_store(&kept, library);
    }
    return library;
}

/* The handle of libntshm-d3d12, when it is in memory; dlclose() it. */
static void *loaded_d3d12(void)
{
    return dlopen(D3D12_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
}

static bool is_d3d12_in_memory(void)
{
    void *library = loaded_d3d12();

    if (library)
        dlclose(library);
    return library;
}

/* What libntshm-d3d12 exports under @name; NULL also when it is not in memory. */
static void *d3d12_symbol(const char *name)
{
    void *library = loaded_d3d12();
    void *symbol = library ? dlvsym(library, name, D3D12_VERSION) : NULL;

    if (library)
        dlclose(library);
    return symbol;
}

/* libntshm-d3d12 from the folder of libntshm, else from where the system looks. */
static void *open_d3d12(void)
{
    const int mode = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
    char *path = NULL;
    void *library = NULL;
    const char *slash;
    Dl_info info;

    if (own_object(&info) && info.dli_fname && (slash = strrchr(info.dli_fname, '/')) != NULL &&
        asprintf(&path, "%.*s/%s", (int)(slash - info.dli_fname), info.dli_fname, D3D12_LIBRARY) >=
            0) {
        library = dlopen(path, mode);
        free(path);
    }
    if (!library)
        library = dlopen(D3D12_LIBRARY, mode);
    if (!library)
        nt_log(NT_LOG_WARNING, "loader: %s", dlerror());
    return library;
}

struct program {
    const char *first;
};

static int look_at_first(struct dl_phdr_info *info, size_t size, void *context)
{
    struct program *program = context;

    (void)size;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD) {
            program->first = (const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            break;
        }
    }
    return 1; /* the program is the first that the dynamic loader tells of */
}

/* Where the program lies: its first byte, the ELF header. */
static HMODULE program_module(void)
{
    struct program program = {NULL};

    dl_iterate_phdr(look_at_first, &program);
    return (HMODULE)(uintptr_t)program.first;
}

/* --- names ----------------------------------------------------------------------------- */

static const char *last_part(const char *name)
{
    const char *last = name;

    for (; *name; name++) {
        if (*name == '/' || *name == '\\')
            last = name + 1;
    }
    return last;
}

/* The path of the program's file; free() it. */
static char *program_path(void)
{
    size_t size = 256;

    for (;;) {
        char *path = malloc(size);
        ssize_t length = path ? readlink("/proc/self/exe", path, size) : -1;

        if (length >= 0 && (size_t)length < size) {
            path[length] = '\0';
            return path;
        }
        free(path);
        if (length < 0 || size > 1u << 20)
            return NULL;
        size *= 4;
    }
}

/* Whether @part names the program's file, as it is or with ".exe". */
static bool is_program(const char *part)
{
    char *path = program_path();
    const char *own = path ? last_part(path) : "";
    size_t length = strlen(own);
    bool same = length && strncasecmp(part, own, length) == 0 &&
                (part[length] == '\0' || strcasecmp(part + length, ".exe") == 0);

    free(path);
    return same;
}

static const struct nt_module *module_named(const char *name)
{
    const char *part = last_part(name), *dot = strrchr(part, '.');
    size_t length = dot ? (size_t)(dot - part) : strlen(part);
    char stem[64];

    if ((dot && strcasecmp(dot, ".dll") != 0) || length >= sizeof(stem))
        return NULL;
    memcpy(stem, part, length);
    stem[length] = '\0';
    for (size_t i = 0; i < NT_ARRAY_SIZE(modules); i++) {
        if (strcasecmp(stem, modules[i].name) == 0)
            return &modules[i];
    }
    return nt_api_set_is_known(stem) ? KERNELBASE : NULL;
}

/* --- handles ---------------------------------------------------------------------------- */

static HMODULE handle_of(const struct nt_module *module)
{
    return (HMODULE)(uintptr_t)module;
}

static const struct nt_module *module_of(HMODULE handle)
{
    for (size_t i = 0; i < NT_ARRAY_SIZE(modules); i++) {
        if (handle == handle_of(&modules[i]))
            return &modules[i];
    }
    return NULL;
}

static bool is_loaded(const struct nt_module *module)
{
    if (!module->d3d12 || atomic_load(&d3d12_stays) || atomic_load(&d3d12_loads))
        return true;
    return !atomic_load(&d3d12_kept) && is_d3d12_in_memory();
}

static NTSTATUS load_d3d12(void)
{
    if (!atomic_load(&d3d12_kept)) {
        if (is_d3d12_in_memory())
            atomic_store(&d3d12_stays, true);
        if (!open_d3d12())
            return STATUS_DLL_NOT_FOUND;
        atomic_store(&d3d12_kept, true);
    }
    atomic_fetch_add(&d3d12_loads, 1);
    return STATUS_SUCCESS;
}

NTSTATUS nt_module_find(const char *name, HMODULE *ret_module)
{
    const struct nt_module *module = name ? module_named(name) : NULL;

    if (!name || (!module && is_program(last_part(name)))) {
        *ret_module = program_module();
        return STATUS_SUCCESS;
    }
    if (!module || !is_loaded(module))
        return STATUS_DLL_NOT_FOUND;
    *ret_module = handle_of(module);
    return STATUS_SUCCESS;
}

NTSTATUS nt_module_load(const char *name, HMODULE *ret_module)
{
    const struct nt_module *module = module_named(name);
    NTSTATUS status = STATUS_SUCCESS;

    if (!module)
        return nt_module_find(name, ret_module);
    if (module->d3d12)
        status = load_d3d12();
    if (NT_SUCCESS(status))
        *ret_module = handle_of(module);
    return status;
}

NTSTATUS nt_module_ref(HMODULE handle)
{
    const struct nt_module *module = module_of(handle);

    if (!module)
        return handle == program_module() ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
    if (!is_loaded(module))
        return STATUS_DLL_NOT_FOUND;
    return module->d3d12 ? load_d3d12() : STATUS_SUCCESS;
}

NTSTATUS nt_module_pin(HMODULE handle)
{
    NTSTATUS status = nt_module_ref(handle);

    if (NT_SUCCESS(status) && handle == handle_of(D3D12))
        atomic_store(&d3d12_stays, true);
    return status;
}

NTSTATUS nt_module_free(HMODULE handle)
{
    const struct nt_module *module = module_of(handle);
    unsigned loads;

    if (!module)
        return handle && handle == program_module() ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
    if (!is_loaded(module))
        return STATUS_DLL_NOT_FOUND;
    if (!module->d3d12)
        return STATUS_SUCCESS;
    loads = atomic_load(&d3d12_loads);
    while (loads && !atomic_compare_exchange_weak(&d3d12_loads, &loads, loads - 1)) {
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_module_at(const void *address, HMODULE *ret_module)
{
    Dl_info at, own;
    const void *object = object_at(address, &at);
    const struct nt_module *module = module_of((HMODULE)(uintptr_t)address);

    if (!object)
        return STATUS_DLL_NOT_FOUND;
    if (!module && object == own_object(&own))
        module = KERNEL32;
    else if (!module && is_loaded(D3D12) && object == object_at(d3d12_symbol(D3D12_ENTRY), &own))
        module = D3D12;
    if (module) {
        if (!is_loaded(module))
            return STATUS_DLL_NOT_FOUND;
        *ret_module = handle_of(module);
        return STATUS_SUCCESS;
    }
    if (object != (const void *)program_module())
        return STATUS_DLL_NOT_FOUND;
    *ret_module = program_module();
    return STATUS_SUCCESS;
}

/* --- what they export -------------------------------------------------------------------- */

static void *exported(const struct nt_module *module, const char *name)
{
    void *library;

    if (module->d3d12)
        return d3d12_symbol(name);
    library = own_library();
    return library ? dlvsym(library, name, LIBRARY_VERSION) : NULL;
}

static void *module_symbol(const struct nt_module *module, const char *name, bool wide16)
{
    char twin[160];
    void *symbol = NULL;

    /* The twins are found under the names of the functions only. */
    if (strncmp(name, TWIN_PREFIX, strlen(TWIN_PREFIX)) == 0)
        return NULL;
    if (wide16 && snprintf(twin, sizeof(twin), TWIN_PREFIX "%s", name) < (int)sizeof(twin))
        symbol = exported(module, twin);
    return symbol ? symbol : exported(module, name);
}

/* What the program itself exports (-rdynamic), not what it has from libraries. */
static void *own_export(const char *name)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);
    Dl_info info;

    if (!symbol || !dladdr(symbol, &info) || info.dli_saddr != symbol)
        return NULL;
    return info.dli_fbase == (void *)program_module() ? symbol : NULL;
}

NTSTATUS nt_module_symbol(HMODULE handle, const char *name, bool wide16, void **ret_symbol)
{
    const struct nt_module *module = module_of(handle);
    void *symbol;

    if (!module && handle && handle != program_module())
        return STATUS_DLL_NOT_FOUND;
    if (module && !is_loaded(module))
        return STATUS_DLL_NOT_FOUND;
    symbol = module ? module_symbol(module, name, wide16) : own_export(name);
    if (!symbol)
        return STATUS_PROCEDURE_NOT_FOUND;
    *ret_symbol = symbol;
    return STATUS_SUCCESS;
}

NTSTATUS nt_module_path(HMODULE handle, char **ret_path)
{
    const struct nt_module *module = module_of(handle);
    Dl_info info;

    if (!module && handle && handle != program_module())
        return STATUS_DLL_NOT_FOUND;
    if (module && !is_loaded(module))
        return STATUS_DLL_NOT_FOUND;
    if (!module) {
        *ret_path = program_path();
    } else {
        const void *symbol = module->d3d12 ? d3d12_symbol(D3D12_ENTRY) : modules;

        if (!symbol || !object_at(symbol, &info))
            return STATUS_DLL_NOT_FOUND;
        *ret_path = realpath(info.dli_fname, NULL);
        if (!*ret_path) /* its file is gone: what it was loaded from */
            *ret_path = strdup(info.dli_fname);
    }
    return *ret_path ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
