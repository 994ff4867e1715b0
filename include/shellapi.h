/* SPDX-License-Identifier: MIT */
/*
 * shellapi.h - taking a command line apart.
 */
#ifndef NTSHM_SHELLAPI_H
#define NTSHM_SHELLAPI_H

#include "minwindef.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * CommandLineToArgvW - the arguments of a command line: spaces and tabs part them, quotes hold
 * them together, and a backslash takes the meaning from a quote.
 * @lpCmdLine: the line; an empty one gives the path of the program
 * @pNumArgs: receives how many there are
 * Return: an array that ends with NULL; LocalFree frees it and the texts. NULL with
 * ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY.
 */
LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR lpCmdLine, int *pNumArgs) NTSHM_WIDE(CommandLineToArgvW);

#ifdef __cplusplus
}
#endif
#endif
