/* SPDX-License-Identifier: MIT */
/*
 * versionhelpers.h - which Windows this is, in words. It is 10.0.20348, a server (winbase.h).
 */
#ifndef NTSHM_VERSIONHELPERS_H
#define NTSHM_VERSIONHELPERS_H

#include "windows.h"

#define NTSHM_IS_VERSION(name, major, minor, pack)            \
    FORCEINLINE BOOL name(void)                               \
    {                                                         \
        return IsWindowsVersionOrGreater(major, minor, pack); \
    }

/* IsWindowsVersionOrGreater - whether this version is at least the one given. */
FORCEINLINE BOOL IsWindowsVersionOrGreater(WORD wMajorVersion, WORD wMinorVersion,
                                           WORD wServicePackMajor)
{
    OSVERSIONINFOEXW wanted;
    DWORDLONG mask = 0;

    memset(&wanted, 0, sizeof(wanted));
    wanted.dwOSVersionInfoSize = sizeof(wanted);
    wanted.dwMajorVersion = wMajorVersion;
    wanted.dwMinorVersion = wMinorVersion;
    wanted.wServicePackMajor = wServicePackMajor;
    VER_SET_CONDITION(mask, VER_MAJORVERSION, VER_GREATER_EQUAL);
    VER_SET_CONDITION(mask, VER_MINORVERSION, VER_GREATER_EQUAL);
    VER_SET_CONDITION(mask, VER_SERVICEPACKMAJOR, VER_GREATER_EQUAL);
    return VerifyVersionInfoW(&wanted, VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR,
                              mask);
}

NTSHM_IS_VERSION(IsWindowsXPOrGreater, 5, 1, 0)
NTSHM_IS_VERSION(IsWindowsXPSP1OrGreater, 5, 1, 1)
NTSHM_IS_VERSION(IsWindowsXPSP2OrGreater, 5, 1, 2)
NTSHM_IS_VERSION(IsWindowsXPSP3OrGreater, 5, 1, 3)
NTSHM_IS_VERSION(IsWindowsVistaOrGreater, 6, 0, 0)
NTSHM_IS_VERSION(IsWindowsVistaSP1OrGreater, 6, 0, 1)
NTSHM_IS_VERSION(IsWindowsVistaSP2OrGreater, 6, 0, 2)
NTSHM_IS_VERSION(IsWindows7OrGreater, 6, 1, 0)
NTSHM_IS_VERSION(IsWindows7SP1OrGreater, 6, 1, 1)
NTSHM_IS_VERSION(IsWindows8OrGreater, 6, 2, 0)
NTSHM_IS_VERSION(IsWindows8Point1OrGreater, 6, 3, 0)
NTSHM_IS_VERSION(IsWindowsThresholdOrGreater, 10, 0, 0)
NTSHM_IS_VERSION(IsWindows10OrGreater, 10, 0, 0)

FORCEINLINE BOOL IsWindowsServer(void)
{
    OSVERSIONINFOEXW wanted;

    memset(&wanted, 0, sizeof(wanted));
    wanted.dwOSVersionInfoSize = sizeof(wanted);
    wanted.wProductType = VER_NT_WORKSTATION;
    return !VerifyVersionInfoW(&wanted, VER_PRODUCT_TYPE,
                               VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL));
}

#endif
