/* SPDX-License-Identifier: MIT */
/*
 * combaseapi.h - the words in which COM interfaces are written, for C and C++.
 *
 * There is no COM runtime here: no CoCreateInstance, no apartments. An interface is a table
 * of functions in the platform's own calling convention.
 */
#ifndef NTSHM_COMBASEAPI_H
#define NTSHM_COMBASEAPI_H

#include "windef.h"
#include "winerror.h"
#include "guiddef.h"

#ifndef interface
#    define interface struct
#endif

#define STDMETHODCALLTYPE
#define STDMETHODVCALLTYPE
#define STDAPICALLTYPE
#define STDAPI              EXTERN_C HRESULT STDAPICALLTYPE
#define STDAPI_(type)       EXTERN_C type STDAPICALLTYPE
#define STDMETHODIMP        HRESULT STDMETHODCALLTYPE
#define STDMETHODIMP_(type) type STDMETHODCALLTYPE

#ifndef BEGIN_INTERFACE
#    define BEGIN_INTERFACE
#    define END_INTERFACE
#endif

#ifdef CONST_VTABLE
#    define CONST_VTBL const
#else
#    define CONST_VTBL
#endif

#if defined(__cplusplus) && !defined(CINTERFACE)
#    define STDMETHOD(method)        virtual HRESULT STDMETHODCALLTYPE method
#    define STDMETHOD_(type, method) virtual type STDMETHODCALLTYPE method
#    define PURE                     = 0
#    define THIS_
#    define THIS                            void
#    define DECLARE_INTERFACE(iface)        interface DECLSPEC_NOVTABLE iface
#    define DECLARE_INTERFACE_(iface, base) interface DECLSPEC_NOVTABLE iface : public base
#else
#    define STDMETHOD(method)        HRESULT(STDMETHODCALLTYPE *method)
#    define STDMETHOD_(type, method) type(STDMETHODCALLTYPE *method)
#    define PURE
#    define THIS_ INTERFACE *This,
#    define THIS  INTERFACE *This
#    define DECLARE_INTERFACE(iface)               \
        typedef interface iface {                  \
            CONST_VTBL struct iface##Vtbl *lpVtbl; \
        } iface;                                   \
        typedef struct iface##Vtbl iface##Vtbl;    \
        struct iface##Vtbl
#    define DECLARE_INTERFACE_(iface, base) DECLARE_INTERFACE(iface)
#endif
#define IFACEMETHOD(method)        STDMETHOD(method)
#define IFACEMETHOD_(type, method) STDMETHOD_(type, method)

/* IID_PPV_ARGS(&p) gives the two arguments "IID of *p, void **" of a QueryInterface call. */
#if defined(__cplusplus) && !defined(CINTERFACE)
struct IUnknown;
extern "C++" {
template <typename T> inline void **IID_PPV_ARGS_Helper(T **pp)
{
    (void)static_cast<IUnknown *>(*pp);
    return reinterpret_cast<void **>(pp);
}
}
#    define IID_PPV_ARGS(pp) __uuidof(**(pp)), IID_PPV_ARGS_Helper(pp)
#endif

#endif
