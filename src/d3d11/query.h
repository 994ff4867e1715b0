/* SPDX-License-Identifier: MIT */
/*
 * ID3D11Query of the one kind that is built: D3D11_QUERY_EVENT, which is over when all commands
 * before its End are.
 */
#ifndef NT_D3D11_QUERY_H
#define NT_D3D11_QUERY_H

#include "d3d11/object.h"

/** nt_d3d11_query_create() - ID3D11Device::CreateQuery */
HRESULT nt_d3d11_query_create(struct nt_d3d11_device *device, const D3D11_QUERY_DESC *desc,
                              ID3D11Query **ret);

/** nt_d3d11_query_end() - ID3D11DeviceContext::End */
void nt_d3d11_query_end(struct nt_d3d11_device *device, ID3D11Asynchronous *pointer);

/** nt_d3d11_query_get() - ID3D11DeviceContext::GetData */
HRESULT nt_d3d11_query_get(struct nt_d3d11_device *device, ID3D11Asynchronous *pointer, void *data,
                           UINT size, UINT flags);

#endif
