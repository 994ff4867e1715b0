/* SPDX-License-Identifier: MIT */
/*
 * What the error codes mean, for a person to read.
 */
#ifndef NT_RTL_MESSAGES_H
#define NT_RTL_MESSAGES_H

#include <stdint.h>

/**
 * nt_message_of() - the text of a Win32 error or an HRESULT of include/winerror.h
 * @code: HRESULTs made of Win32 errors (0x8007xxxx) have the error's text
 *
 * Return: one line of ASCII without a newline and without inserts; NULL for an unknown code.
 */
const char *nt_message_of(uint32_t code);

#endif
