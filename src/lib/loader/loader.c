// SPDX-License-Identifier: MIT
/*
 * The modules and what they export. See loader.h. Handles of our own modules point into a table
 * here, so that an address compared with the library's own places says whose it is; the
 * program's is the address of its first byte, as on Windows.
 *
 * d3d12, d3d11 and dxcore are one shared object, libntshm-d3d12, and three modules: each is loaded
 * and freed for itself and shows its own functions only.
 *
 * No lock: the loads are counted in atomics, and the dynamic loader serialises itself.
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
#define TWIN_PREFIX     "ntshm16_"

struct nt_module {
    const char *name;     /* without ".dll" */
    const char *entry;    /* a function that it surely has; NULL: a module of libntshm */
    const char *prefixes; /* of the names that it exports, each followed by a blank */
};

static const struct nt_module modules[] = {
    {"kernelbase", NULL, NULL},
    {"kernel32", NULL, NULL},
    {"ntdll", NULL, NULL},
    {"advapi32", NULL, NULL},
    {"user32", NULL, NULL},
    {"psapi", NULL, NULL},
    {"d3d11", "D3D11CreateDevice", "D3D11 "},
    {"dxcore", "DXCoreCreateAdapterFactory", "DXCore "},
    {"d3d12", "D3D12CreateDevice", "D3D12 ntshm_ "},
};
#define KERNELBASE (&modules[0])
#define KERNEL32   (&modules[1])
#define D3D12      (&modules[NT_ARRAY_SIZE(modules) - 1])

/* Of a module of libntshm-d3d12. */
static struct {
    _Atomic unsigned loads; /* how often the program has loaded it and not yet freed it */
    _Atomic bool is_pinned;
} states[NT_ARRAY_SIZE(modules)];
/* libntshm-d3d12 was there before the program asked: the program is linked with it. */
static _Atomic bool d3d12_is_linked;
/* We have loaded it once: it does not leave memory then, so that no driver is unloaded. */
static _Atomic bool d3d12_kept;

static bool is_graphics(const struct nt_module *module)
{
    return module->entry != NULL;
}

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
    size_t index = (size_t)(module - modules);

    if (!is_graphics(module) || atomic_load(&d3d12_is_linked) ||
        atomic_load(&states[index].is_pinned) || atomic_load(&states[index].loads))
        return true;
    return !atomic_load(&d3d12_kept) && is_d3d12_in_memory();
}

static NTSTATUS load_graphics(const struct nt_module *module)
{
    if (!atomic_load(&d3d12_kept)) {
        if (is_d3d12_in_memory())
            atomic_store(&d3d12_is_linked, true);
        if (!open_d3d12())
            return STATUS_DLL_NOT_FOUND;
        atomic_store(&d3d12_kept, true);
    }
    atomic_fetch_add(&states[module - modules].loads, 1);
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
    if (is_graphics(module))
        status = load_graphics(module);
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
    return is_graphics(module) ? load_graphics(module) : STATUS_SUCCESS;
}

NTSTATUS nt_module_pin(HMODULE handle)
{
    const struct nt_module *module = module_of(handle);
    NTSTATUS status = nt_module_ref(handle);

    if (NT_SUCCESS(status) && module && is_graphics(module))
        atomic_store(&states[module - modules].is_pinned, true);
    return status;
}

NTSTATUS nt_module_free(HMODULE handle)
{
    const struct nt_module *module = module_of(handle);
    _Atomic unsigned *counter;
    unsigned loads;

    if (!module)
        return handle && handle == program_module() ? STATUS_SUCCESS : STATUS_DLL_NOT_FOUND;
    if (!is_loaded(module))
        return STATUS_DLL_NOT_FOUND;
    if (!is_graphics(module))
        return STATUS_SUCCESS;
    counter = &states[module - modules].loads;
    loads = atomic_load(counter);
    while (loads && !atomic_compare_exchange_weak(counter, &loads, loads - 1)) {
    }
    return STATUS_SUCCESS;
}

/* Whether @module shows a function of the name @name. */
static bool shows(const struct nt_module *module, const char *name)
{
    const char *prefix = module->prefixes;

    while (prefix && *prefix) {
        size_t length = strcspn(prefix, " ");

        if (strncmp(name, prefix, length) == 0)
            return true;
        prefix += length + 1;
    }
    return false;
}

/* The module of libntshm-d3d12 that the function @name belongs to; d3d12 when it has no name. */
static const struct nt_module *graphics_with(const char *name)
{
    for (size_t i = 0; name && i < NT_ARRAY_SIZE(modules); i++) {
        if (shows(&modules[i], name))
            return &modules[i];
    }
    return D3D12;
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
    else if (!module && object == object_at(d3d12_symbol(D3D12->entry), &own))
        module = graphics_with(at.dli_sname);
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

    if (is_graphics(module))
        return d3d12_symbol(name);
    library = own_library();
    return library ? dlvsym(library, name, LIBRARY_VERSION) : NULL;
}

static void *module_symbol(const struct nt_module *module, const char *name, bool wide16)
{
    char twin[160];
    void *symbol = NULL;

    /* The twins are found under the names of the functions only. */
    if (strncmp(name, TWIN_PREFIX, strlen(TWIN_PREFIX)) == 0 ||
        (is_graphics(module) && !shows(module, name)))
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
        const void *symbol = is_graphics(module) ? d3d12_symbol(D3D12->entry) : modules;

        if (!symbol || !object_at(symbol, &info))
            return STATUS_DLL_NOT_FOUND;
        *ret_path = realpath(info.dli_fname, NULL);
        if (!*ret_path) /* its file is gone: what it was loaded from */
            *ret_path = strdup(info.dli_fname);
    }
    return *ret_path ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
