/* SPDX-License-Identifier: MIT */
/*
 * iid.h - the IIDs that four files in two languages look at. All of them must see the same
 * values at the same addresses.
 */
#ifndef IID_H
#define IID_H

#define IID_COUNT 4
#define IID_LIST                                                               \
    {                                                                          \
        &IID_IUnknown, &IID_ID3D12Heap, &IID_ID3D12Device3, &IID_ID3D12Device5 \
    }

#ifdef __cplusplus
extern "C" {
#endif

extern const IID *const iid_seen_by_c_one[IID_COUNT];
extern const IID *const iid_seen_by_c_two[IID_COUNT];
extern const IID *const iid_seen_by_cxx[IID_COUNT];

#ifdef __cplusplus
}
#endif
#endif
