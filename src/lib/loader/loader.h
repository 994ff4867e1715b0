/* SPDX-License-Identifier: MIT */
/*
 * Modules, as GetModuleHandle and GetProcAddress see them. The library stands for the system
 * modules that programs ask for by name (kernel32, kernelbase, ntdll, ...): each has a handle of
 * its own, and each finds every function that the library exports, because programs written for
 * different Windows versions look for one function in different modules. Those modules are
 * always loaded. d3d12, d3d11 and dxcore come and go: they are libntshm-d3d12, and the functions of
 * each are found in it alone. The program itself is a module too.
 *
 * Only names in our own version scripts are found, never what else the process has loaded:
 * dlvsym() asks for the version that the scripts give.
 */
#ifndef NT_LIB_LOADER_LOADER_H
#define NT_LIB_LOADER_LOADER_H

#include <stdbool.h>

#include <windows.h>
#include <winternl.h>

/**
 * nt_module_find() - a loaded module by name
 * @name: UTF-8; a path before it counts for nothing; compared without case; ".dll" is added
 *        when it has no dot; NULL is the program
 *
 * Return: STATUS_SUCCESS; STATUS_DLL_NOT_FOUND.
 */
NTSTATUS nt_module_find(const char *name, HMODULE *ret_module);

/** nt_module_load() - the same, and loads it; give it back with nt_module_free() */
NTSTATUS nt_module_load(const char *name, HMODULE *ret_module);

/** nt_module_ref() - one more load of a module that is loaded; STATUS_DLL_NOT_FOUND */
NTSTATUS nt_module_ref(HMODULE module);

/** nt_module_pin() - it stays for as long as the process; STATUS_DLL_NOT_FOUND */
NTSTATUS nt_module_pin(HMODULE module);

/**
 * nt_module_free() - give back one load
 *
 * Modules that are always there stay. Return: STATUS_SUCCESS; STATUS_DLL_NOT_FOUND.
 */
NTSTATUS nt_module_free(HMODULE module);

/** nt_module_at() - the module whose code or data is at @address; STATUS_DLL_NOT_FOUND */
NTSTATUS nt_module_at(const void *address, HMODULE *ret_module);

/**
 * nt_module_symbol() - an exported function
 * @module: NULL is the program
 * @wide16: the caller's wchar_t has two bytes: a function's 16-bit twin comes first
 *
 * Return: STATUS_SUCCESS; STATUS_DLL_NOT_FOUND; STATUS_PROCEDURE_NOT_FOUND.
 */
NTSTATUS nt_module_symbol(HMODULE module, const char *name, bool wide16, void **ret_symbol);

/**
 * nt_module_path() - the file of a module: the program, or the library that stands for it
 * @ret_path: free() it
 *
 * Return: STATUS_SUCCESS; STATUS_DLL_NOT_FOUND; STATUS_NO_MEMORY.
 */
NTSTATUS nt_module_path(HMODULE module, char **ret_path);

/** nt_api_set_is_known() - whether we have functions of that API set (api-ms-win-core-x-lA-B-C) */
bool nt_api_set_is_known(const char *name);

#endif
