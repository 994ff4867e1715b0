/* SPDX-License-Identifier: MIT */
/*
 * unknwnbase.h - IUnknown, the base of every interface.
 */
#ifndef NTSHM_UNKNWNBASE_H
#define NTSHM_UNKNWNBASE_H

#include "rpc.h"
#include "rpcndr.h"

#ifndef __IUnknown_FWD_DEFINED__
#    define __IUnknown_FWD_DEFINED__
typedef interface IUnknown IUnknown;
#endif
typedef IUnknown *LPUNKNOWN;

DEFINE_GUID(IID_IUnknown, 0x00000000, 0x0000, 0x0000, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            0x46);

#ifndef __IUnknown_INTERFACE_DEFINED__
#    define __IUnknown_INTERFACE_DEFINED__

/*
 * QueryInterface - give another interface of the object, one more reference: S_OK;
 * E_NOINTERFACE; E_POINTER. AddRef, Release - change the reference count and return the new
 * one, for debugging only.
 */
#    if defined(__cplusplus) && !defined(CINTERFACE)
extern "C++" {
MIDL_INTERFACE("00000000-0000-0000-C000-000000000046") IUnknown
{
  public:
    virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **ppvObject) = 0;
    virtual ULONG STDMETHODCALLTYPE AddRef(void) = 0;
    virtual ULONG STDMETHODCALLTYPE Release(void) = 0;

    template <typename Q> HRESULT STDMETHODCALLTYPE QueryInterface(Q * *pp)
    {
        return QueryInterface(__uuidof(Q), reinterpret_cast<void **>(pp));
    }
};
}
#    else
typedef struct IUnknownVtbl {
    HRESULT(STDMETHODCALLTYPE *QueryInterface)(IUnknown *This, REFIID riid, void **ppvObject);
    ULONG(STDMETHODCALLTYPE *AddRef)(IUnknown *This);
    ULONG(STDMETHODCALLTYPE *Release)(IUnknown *This);
} IUnknownVtbl;

interface IUnknown
{
    CONST_VTBL struct IUnknownVtbl *lpVtbl;
};

#        ifdef COBJMACROS
#            define IUnknown_QueryInterface(This, riid, ppvObject) \
                ((This)->lpVtbl->QueryInterface(This, riid, ppvObject))
#            define IUnknown_AddRef(This)  ((This)->lpVtbl->AddRef(This))
#            define IUnknown_Release(This) ((This)->lpVtbl->Release(This))
#        endif
#    endif

#endif
#endif
