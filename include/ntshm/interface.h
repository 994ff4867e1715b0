/* SPDX-License-Identifier: MIT */
/*
 * interface.h: how our own headers write down a COM interface, once for C and C++. The methods of
 * an interface are a macro, in the order of its table and in the words of combaseapi.h; C repeats
 * those of its bases, C++ inherits them.
 */
#ifndef NTSHM_INTERFACE_H
#define NTSHM_INTERFACE_H

#include "../unknwn.h"

#define NTSHM_IUNKNOWN_METHODS                                           \
    STDMETHOD(QueryInterface)(THIS_ REFIID riid, void **ppvObject) PURE; \
    STDMETHOD_(ULONG, AddRef)(THIS) PURE;                                \
    STDMETHOD_(ULONG, Release)(THIS) PURE;

/* INTERFACE must be defined as @iface: it is the type of This. */
#if defined(__cplusplus) && !defined(CINTERFACE)
#    define NTSHM_INTERFACE(iface, base, inherited, own) \
        interface iface : public base                    \
        {                                                \
            own                                          \
        };
#else
#    define NTSHM_INTERFACE(iface, base, inherited, own) \
        typedef struct iface##Vtbl {                     \
            inherited own                                \
        } iface##Vtbl;                                   \
        interface iface                                  \
        {                                                \
            CONST_VTBL struct iface##Vtbl *lpVtbl;       \
        };
#endif

#endif
