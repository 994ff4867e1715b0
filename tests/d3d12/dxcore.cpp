// SPDX-License-Identifier: MIT
/*
 * DXCore through the shared library, as a C++ program has it: which adapters there are, what is
 * told of them, and a device on the one that was chosen.
 */
#include <windows.h>

#include <d3d12.h>
#include <dxcore.h>
#include <ntshm/d3d12.h>

#include <cstdlib>
#include <cstring>

#include "harness/test.h"

static IDXCoreAdapterFactory *make_factory()
{
    IDXCoreAdapterFactory *factory = nullptr;

    require(DXCoreCreateAdapterFactory(&factory) == S_OK && factory);
    return factory;
}

static IDXCoreAdapterList *make_list(IDXCoreAdapterFactory *factory)
{
    const GUID attributes[] = {DXCORE_ADAPTER_ATTRIBUTE_D3D12_CORE_COMPUTE};
    IDXCoreAdapterList *list = nullptr;

    require(factory->CreateAdapterList(1, attributes, &list) == S_OK && list);
    require(list->GetAdapterCount() > 0, "no adapter is listed");
    return list;
}

/* The CPU driver's adapter. */
static IDXCoreAdapter *find_cpu(IDXCoreAdapterList *list)
{
    for (uint32_t i = 0; i < list->GetAdapterCount(); i++) {
        IDXCoreAdapter *adapter = nullptr;
        bool is_hardware = true;

        require(list->GetAdapter(i, &adapter) == S_OK);
        ok_hr(adapter->GetProperty(DXCoreAdapterProperty::IsHardware, &is_hardware), S_OK);
        if (!is_hardware)
            return adapter;
        adapter->Release();
    }
    return nullptr;
}

TEST(adapters_are_listed, "D4.1 D4.8")
{
    IDXCoreAdapterFactory *factory = make_factory(), *again = nullptr;
    IDXCoreAdapterList *list = make_list(factory), *other = make_list(factory);
    IDXCoreAdapter *one = nullptr, *same = nullptr;

    /* One factory, and one object for each adapter, from whatever list. */
    ok_hr(list->GetFactory(&again), S_OK);
    ok_ptr_eq(again, factory);
    again->Release();
    ok_eq(list->GetAdapterCount(), other->GetAdapterCount());
    ok_hr(list->GetAdapter(0, &one), S_OK);
    ok_hr(other->GetAdapter(0, &same), S_OK);
    ok_ptr_eq(one, same);
    ok(one->IsValid());
    ok(!list->IsStale());
    ok_hr(one->GetFactory(&again), S_OK);
    ok_ptr_eq(again, factory);
    again->Release();
    same->Release();
    ok_eq(other->Release(), 0);
    ok_eq(list->Release(), 0);
    /* The adapter outlives its lists. */
    ok(one->IsValid());
    ok_eq(one->Release(), 0);
    factory->Release();
}

TEST(dxcore_checks_its_arguments, "D13.3")
{
    const GUID graphics[] = {DXCORE_ADAPTER_ATTRIBUTE_D3D12_GRAPHICS,
                             DXCORE_ADAPTER_ATTRIBUTE_D3D11_GRAPHICS};
    const GUID unknown[] = {DXCORE_ADAPTER_ATTRIBUTE_D3D12_GRAPHICS, IID_ID3D12Heap};
    IDXCoreAdapterFactory *factory = make_factory();
    IDXCoreAdapterList *list = nullptr;
    const LUID nobody = {0x12345678, 0x7abcdef0};
    void *out = &list;

    ok_hr(DXCoreCreateAdapterFactory(IID_IDXCoreAdapter, &out), E_NOINTERFACE);
    ok_ptr_eq(out, nullptr);
    ok_hr(DXCoreCreateAdapterFactory(IID_IDXCoreAdapterFactory, static_cast<void **>(nullptr)),
          E_POINTER);
    ok_hr(factory->CreateAdapterList(0, graphics, &list), E_INVALIDARG);
    ok_hr(factory->CreateAdapterList(1, nullptr, &list), E_INVALIDARG);
    ok_hr(factory->CreateAdapterList(1, graphics, IID_IDXCoreAdapterList, nullptr), E_POINTER);
    out = &list;
    ok_hr(factory->CreateAdapterList(1, graphics, IID_IDXCoreAdapter, &out), E_NOINTERFACE);
    ok_ptr_eq(out, nullptr);
    /* Nobody has an attribute that nobody knows; the list is there and empty. */
    ok_hr(factory->CreateAdapterList(2, unknown, &list), S_OK);
    ok_eq(list->GetAdapterCount(), 0);
    out = &list;
    ok_hr(list->GetAdapter(0, IID_IDXCoreAdapter, &out), E_INVALIDARG);
    ok_ptr_eq(out, nullptr);
    ok_eq(list->Release(), 0);
    ok_hr(factory->CreateAdapterList(2, graphics, &list), S_OK);
    ok(list->GetAdapterCount() > 0);
    out = &list;
    ok_hr(list->GetAdapter(0, IID_IDXCoreAdapterList, &out), E_NOINTERFACE);
    ok_ptr_eq(out, nullptr);
    ok_hr(list->GetAdapter(0, IID_IDXCoreAdapter, nullptr), E_POINTER);
    ok_hr(list->GetAdapter(UINT32_MAX, IID_IDXCoreAdapter, &out), E_INVALIDARG);
    ok_eq(list->Release(), 0);
    ok_hr(factory->GetAdapterByLuid(nobody, IID_IDXCoreAdapter, &out), E_INVALIDARG);
    ok_ptr_eq(out, nullptr);
    factory->Release();
}

TEST(adapter_properties, "D4.1")
{
    struct {
        DXCoreAdapterProperty property;
        size_t size;
    } sizes[] = {{DXCoreAdapterProperty::InstanceLuid, sizeof(LUID)},
                 {DXCoreAdapterProperty::DriverVersion, sizeof(uint64_t)},
                 {DXCoreAdapterProperty::HardwareID, sizeof(DXCoreHardwareID)},
                 {DXCoreAdapterProperty::HardwareIDParts, sizeof(DXCoreHardwareIDParts)},
                 {DXCoreAdapterProperty::DedicatedAdapterMemory, sizeof(uint64_t)},
                 {DXCoreAdapterProperty::DedicatedSystemMemory, sizeof(uint64_t)},
                 {DXCoreAdapterProperty::SharedSystemMemory, sizeof(uint64_t)},
                 {DXCoreAdapterProperty::AcgCompatible, sizeof(bool)},
                 {DXCoreAdapterProperty::IsHardware, sizeof(bool)},
                 {DXCoreAdapterProperty::IsIntegrated, sizeof(bool)},
                 {DXCoreAdapterProperty::IsDetachable, sizeof(bool)}};
    IDXCoreAdapterFactory *factory = make_factory();
    IDXCoreAdapterList *list = make_list(factory);
    IDXCoreAdapter *adapter = find_cpu(list);
    unsigned char bytes[512];
    uint64_t memory = 1;
    size_t size = 0;

    require(adapter != nullptr, "there is no CPU driver");
    for (auto &expected : sizes) {
        ok(adapter->IsPropertySupported(expected.property));
        ok_hr(adapter->GetPropertySize(expected.property, &size), S_OK);
        ok_eq(size, expected.size);
        ok_hr(adapter->GetProperty(expected.property, size - 1, bytes), E_INVALIDARG);
        ok_hr(adapter->GetProperty(expected.property, size, bytes), S_OK);
        ok_hr(adapter->GetProperty(expected.property, size, nullptr), E_POINTER);
    }
    ok_hr(adapter->GetPropertySize(DXCoreAdapterProperty::DriverDescription, &size), S_OK);
    ok_hr(adapter->GetProperty(DXCoreAdapterProperty::DriverDescription, sizeof(bytes), bytes),
          S_OK);
    ok_eq(strlen(reinterpret_cast<char *>(bytes)) + 1, size);
    ok(strstr(reinterpret_cast<char *>(bytes), "llvmpipe") != nullptr);
    ok_eq(bytes[sizeof(bytes) - 1], 0);
    /* A CPU driver has no memory of its own. */
    ok_hr(adapter->GetProperty(DXCoreAdapterProperty::DedicatedAdapterMemory, &memory), S_OK);
    ok_eq(memory, 0);
    ok_hr(adapter->GetProperty(DXCoreAdapterProperty::SharedSystemMemory, &memory), S_OK);
    ok(memory > 0);
    ok(adapter->IsAttributeSupported(DXCORE_ADAPTER_ATTRIBUTE_D3D12_CORE_COMPUTE));
    ok(!adapter->IsAttributeSupported(IID_ID3D12Heap));
    ok_eq(adapter->Release(), 1); /* the list's */
    ok_eq(list->Release(), 0);
    factory->Release();
}

TEST(what_an_adapter_does_not_know_it_says, "D4.3")
{
    const auto beyond = static_cast<DXCoreAdapterProperty>(1000);
    const auto no_state = static_cast<DXCoreAdapterState>(1000);
    IDXCoreAdapterFactory *factory = make_factory();
    IDXCoreAdapterList *list = make_list(factory);
    DXCoreAdapterMemoryBudget budget;
    IDXCoreAdapter *adapter = nullptr;
    uint64_t value;
    uint32_t cookie = 7;
    size_t size;

    require(list->GetAdapter(0, &adapter) == S_OK);
    ok(!adapter->IsPropertySupported(DXCoreAdapterProperty::KmdModelVersion));
    ok_hr(adapter->GetProperty(DXCoreAdapterProperty::KmdModelVersion, &value),
          DXGI_ERROR_UNSUPPORTED);
    ok_hr(adapter->GetPropertySize(DXCoreAdapterProperty::ComputePreemptionGranularity, &size),
          DXGI_ERROR_UNSUPPORTED);
    ok(!adapter->IsPropertySupported(beyond));
    ok_hr(adapter->GetProperty(beyond, &value), DXGI_ERROR_INVALID_CALL);
    ok_hr(adapter->GetPropertySize(beyond, &size), DXGI_ERROR_INVALID_CALL);
    ok_hr(adapter->GetPropertySize(beyond, nullptr), E_POINTER);
    ok(!adapter->IsQueryStateSupported(DXCoreAdapterState::AdapterMemoryBudget));
    ok_hr(adapter->QueryState(DXCoreAdapterState::AdapterMemoryBudget, &budget),
          DXGI_ERROR_UNSUPPORTED);
    ok_hr(adapter->QueryState(no_state, &budget), DXGI_ERROR_INVALID_CALL);
    ok(!adapter->IsSetStateSupported(DXCoreAdapterState::AdapterMemoryBudget));
    ok_hr(adapter->SetState(DXCoreAdapterState::AdapterMemoryBudget, &value, &value),
          DXGI_ERROR_UNSUPPORTED);
    ok_hr(adapter->SetState(no_state, &value, &value), DXGI_ERROR_INVALID_CALL);
    ok(!factory->IsNotificationTypeSupported(DXCoreNotificationType::AdapterListStale));
    ok_hr(factory->RegisterEventNotification(
              list, DXCoreNotificationType::AdapterListStale,
              [](DXCoreNotificationType, IUnknown *, void *) {}, nullptr, &cookie),
          DXGI_ERROR_INVALID_CALL);
    ok_eq(cookie, 0);
    ok_hr(factory->RegisterEventNotification(list, DXCoreNotificationType::AdapterListStale,
                                             nullptr, nullptr, &cookie),
          E_POINTER);
    ok_hr(factory->UnregisterEventNotification(1), E_INVALIDARG);
    adapter->Release();
    ok_eq(list->Release(), 0);
    factory->Release();
}

TEST(adapters_are_sorted, "D4.1")
{
    const DXCoreAdapterPreference all[] = {DXCoreAdapterPreference::HighPerformance,
                                           DXCoreAdapterPreference::MinimumPower,
                                           DXCoreAdapterPreference::Hardware};
    const auto beyond = static_cast<DXCoreAdapterPreference>(77);
    IDXCoreAdapterFactory *factory = make_factory();
    IDXCoreAdapterList *list = make_list(factory);
    bool last_was_hardware = true;

    ok_hr(list->Sort(0, all), E_INVALIDARG);
    ok_hr(list->Sort(1, nullptr), E_INVALIDARG);
    ok_hr(list->Sort(3, all), S_OK);
    ok_hr(list->Sort(1, &beyond), S_OK);
    ok(list->IsAdapterPreferenceSupported(DXCoreAdapterPreference::Hardware));
    ok(!list->IsAdapterPreferenceSupported(beyond));
    ok_hr(list->Sort(1, &all[2]), S_OK);
    for (uint32_t i = 0; i < list->GetAdapterCount(); i++) {
        IDXCoreAdapter *adapter = nullptr;
        bool is_hardware = false;

        ok_hr(list->GetAdapter(i, &adapter), S_OK);
        ok_hr(adapter->GetProperty(DXCoreAdapterProperty::IsHardware, &is_hardware), S_OK);
        ok(last_was_hardware || !is_hardware);
        last_was_hardware = is_hardware;
        adapter->Release();
    }
    ok_eq(list->Release(), 0);
    factory->Release();
}

/* Somebody else's adapter object, which can only be counted. */
struct foreign_adapter : public IUnknown {
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void **out) override
    {
        *out = nullptr;
        return E_NOINTERFACE;
    }
    ULONG STDMETHODCALLTYPE AddRef() override
    {
        return 2;
    }
    ULONG STDMETHODCALLTYPE Release() override
    {
        return 1;
    }
};

TEST(device_is_made_on_the_adapter, "D4.1 D7.1")
{
    IDXCoreAdapterFactory *factory = make_factory();
    IDXCoreAdapterList *list = make_list(factory);
    IDXCoreAdapter *adapter = find_cpu(list), *found = nullptr;
    ID3D12Device *device = nullptr;
    foreign_adapter foreign;
    LUID luid = {}, own = {};

    /* The environment does not choose when the program does. */
    setenv("NTSHM_D3D12_ADAPTER", "no such adapter", 1);
    ok_hr(D3D12CreateDevice(nullptr, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&device)),
          DXGI_ERROR_UNSUPPORTED);
    ok_hr(D3D12CreateDevice(adapter, D3D_FEATURE_LEVEL_11_0, __uuidof(ID3D12Device), nullptr),
          S_FALSE);
    ok_hr(D3D12CreateDevice(adapter, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&device)), S_OK);
    require(device != nullptr);
    ok_hr(adapter->GetProperty(DXCoreAdapterProperty::InstanceLuid, &luid), S_OK);
    own = device->GetAdapterLuid();
    ok_mem_eq(&luid, &own, sizeof(luid));
    ok_hr(factory->GetAdapterByLuid(own, &found), S_OK);
    ok_ptr_eq(found, adapter);
    found->Release();
    ok_eq(device->Release(), 0);
    /* An object that is not ours says nothing, and the environment chooses. */
    ok_hr(D3D12CreateDevice(&foreign, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&device)),
          DXGI_ERROR_UNSUPPORTED);
    setenv("NTSHM_D3D12_ADAPTER", "llvmpipe", 1);
    ok_hr(D3D12CreateDevice(&foreign, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(&device)), S_OK);
    ok_eq(device->Release(), 0);
    adapter->Release();
    ok_eq(list->Release(), 0);
    factory->Release();
}
