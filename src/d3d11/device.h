/* SPDX-License-Identifier: MIT */
/*
 * The Direct3D 11 device and its immediate context, over one ID3D12Device that nobody else has.
 *
 * The context is part of the device. It has a count of its own: while that is not 0 it holds the
 * device (object.c). Its methods may be called from any thread; the lock of the work that it
 * collects (work.h) keeps them apart, and is what ID3D11Multithread::Enter takes.
 */
#ifndef NT_D3D11_DEVICE_H
#define NT_D3D11_DEVICE_H

#include "d3d11/object.h"
#include "d3d11/work.h"

struct nt_d3d11_context {
    struct nt_d3d11_object object;
    const ID3D11MultithreadVtbl *multithread; /* the second table */
    _Atomic int is_protected;                 /* what SetMultithreadProtected said */
};

struct nt_d3d11_device {
    struct nt_d3d11_object object;
    struct nt_d3d11_context context;
    ID3D12Device5 *device;
    struct nt_d3d11_work work;
    D3D_FEATURE_LEVEL level;
    UINT flags; /* D3D11_CREATE_DEVICE_ */
    _Atomic UINT exceptions;
};

/**
 * nt_d3d11_device_create() - a device on @device
 * @device:     its reference is consumed, also when this fails
 * @ret_device: one reference
 */
HRESULT nt_d3d11_device_create(ID3D12Device5 *device, D3D_FEATURE_LEVEL level, UINT flags,
                               struct nt_d3d11_device **ret_device);

/** nt_d3d11_context_init() - the tables of the context; it has no reference yet */
void nt_d3d11_context_init(struct nt_d3d11_device *device);

/** nt_d3d11_features_check() - ID3D11Device::CheckFeatureSupport */
HRESULT nt_d3d11_features_check(struct nt_d3d11_device *device, D3D11_FEATURE feature, void *data,
                                UINT size);
/** nt_d3d11_format_support() - ID3D11Device::CheckFormatSupport */
HRESULT nt_d3d11_format_support(DXGI_FORMAT format, UINT *ret_support);
/** nt_d3d11_quality_levels() - ID3D11Device::CheckMultisampleQualityLevels */
HRESULT nt_d3d11_quality_levels(DXGI_FORMAT format, UINT n_samples, UINT *ret_levels);

#endif
