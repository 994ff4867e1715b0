/* SPDX-License-Identifier: MIT */
/*
 * DRED, Device Removed Extended Data: what the device was doing when it was removed (D2.2).
 *
 * Switched on for the process (ID3D12DeviceRemovedExtendedDataSettings, from
 * D3D12GetDebugInterface) before a device is made, off otherwise: it costs barriers. A list then
 * notes each method that gives the device work, as one more command (NT_D3D_CRUMB). Each execution
 * of the list has a word of its own that the device writes: how many of the noted methods are done.
 * A removal keeps the executions that were not over, with their words, for whoever asks the device
 * for ID3D12DeviceRemovedExtendedData.
 *
 * Page faults: a list that names memory which is gone removes the device before anything is
 * touched; its address is kept, with what was released there, if it had a name or not. A driver
 * with VK_EXT_device_fault is asked after a loss.
 */
#ifndef NT_D3D12_DRED_H
#define NT_D3D12_DRED_H

#include <d3d12.h>

#include "d3d12/device/object.h"

struct nt_d3d_crumbs;
struct nt_d3d_device;
struct nt_d3d_dred;
struct nt_d3d_list;
struct nt_d3d_memory;
struct nt_d3d_queue;
struct nt_d3d_stream;

/** nt_d3d_dred_settings() - the process's settings; false when they have no interface @riid */
bool nt_d3d_dred_settings(REFIID riid, void **ret);

/**
 * nt_d3d_dred_init() - what the settings ask for, for a device whose engine is made
 *
 * device->dred stays NULL when nothing is switched on. Return: S_OK; E_OUTOFMEMORY.
 */
HRESULT nt_d3d_dred_init(struct nt_d3d_device *device);

/** nt_d3d_dred_deinit() - the device's work is over, its Vulkan device still there */
void nt_d3d_dred_deinit(struct nt_d3d_device *device);

/** nt_d3d_dred_facet() - ID3D12DeviceRemovedExtendedData of the device; NULL for another @riid */
void *nt_d3d_dred_facet(struct nt_d3d_device *device, REFIID riid);

/** nt_d3d_dred_note() - the list has just recorded @op, without fault or not */
void nt_d3d_dred_note(struct nt_d3d_list *list, D3D12_AUTO_BREADCRUMB_OP op);

/** nt_d3d_dred_begin() - for one execution of @stream; NULL when nothing is noted */
struct nt_d3d_crumbs *nt_d3d_dred_begin(struct nt_d3d_queue *queue, struct nt_d3d_list *list,
                                        struct nt_d3d_stream *stream);

/** nt_d3d_dred_word() - where the device writes: the memory, and the offset in it */
struct nt_d3d_memory *nt_d3d_dred_word(const struct nt_d3d_crumbs *crumbs, uint64_t *ret_offset);

/** nt_d3d_dred_end() - that execution is over, or never began; NULL is allowed */
void nt_d3d_dred_end(struct nt_d3d_crumbs *crumbs);

/** nt_d3d_dred_removed() - keep what was not over; the engine's lock is held */
void nt_d3d_dred_removed(struct nt_d3d_device *device);

/** nt_d3d_dred_released() - @object's last public reference is gone; its name is still there */
void nt_d3d_dred_released(struct nt_d3d_object *object);

/** nt_d3d_dred_fault() - work at @address removes the device */
void nt_d3d_dred_fault(struct nt_d3d_device *device, uint64_t address);

#endif
