/* SPDX-License-Identifier: MIT */
/*
 * guiddef.h - GUIDs, and where their values live.
 *
 * On Windows an interface's IID comes from a library (dxguid.lib) or from INITGUID in one
 * file. Here every DEFINE_GUID is the definition itself, in every file that includes it: a
 * weak hidden symbol in C, an inline constant in C++. All copies in one program or shared
 * library become one; no library and no -D is needed, INITGUID changes nothing, and nothing
 * is exported. One file must not DEFINE_GUID one name twice.
 *
 * __uuidof(ID3D12Heap) finds the IID by name: DEFINE_GUID(IID_ID3D12Heap, ...) leaves, beside
 * the constant, a function overload that is chosen by a 64-bit hash of the text
 * "IID_ID3D12Heap"; __uuidof hashes "IID_" and the name of its type and calls that overload.
 * So it works for every interface whose IID is written with DEFINE_GUID, in any version of
 * the DirectX headers. An interface in a C++ namespace, or one without DEFINE_GUID, says
 * __CRT_UUID_DECL(type, ...) as with mingw. Needs C++14.
 */
#ifndef NTSHM_GUIDDEF_H
#define NTSHM_GUIDDEF_H

#include <stdint.h>
#include <string.h>

typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;

typedef GUID IID, CLSID, FMTID, UUID;
typedef GUID *LPGUID, *LPIID, *LPCLSID;
typedef const GUID *LPCGUID;

#ifdef __cplusplus
#    define REFGUID  const GUID &
#    define REFIID   const IID &
#    define REFCLSID const CLSID &
#    define REFFMTID const FMTID &
#else
#    define REFGUID  const GUID *
#    define REFIID   const IID *
#    define REFCLSID const CLSID *
#    define REFFMTID const FMTID *
#endif

#ifndef __cplusplus

#    define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)        \
        extern const GUID name;                                                 \
        const GUID name __attribute__((__weak__, __visibility__("hidden"))) = { \
            l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}

#    define InlineIsEqualGUID(a, b) (!memcmp((a), (b), sizeof(GUID)))
#    define IsEqualGUID(a, b)       (!memcmp((a), (b), sizeof(GUID)))
#    define __CRT_UUID_DECL(type, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)

#else

/* An overload of ntshm_uuid_find is chosen by this type; the hash is that of "IID_" TYPE. */
template <unsigned long long hash> struct ntshm_uuid_name {
};

/* FNV-1a, 64 bits, over @n characters, continuing from @h. */
constexpr unsigned long long ntshm_uuid_hash(const char *text, size_t n,
                                             unsigned long long h = 0xcbf29ce484222325ULL)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001b3ULL;
    return h;
}

/* The hash of "IID_" and the name of T, cut out of "... [with T = NAME]" or "[T = NAME; ...". */
template <typename T> constexpr unsigned long long ntshm_uuid_hash_of_type()
{
    const char *text = __PRETTY_FUNCTION__;
    size_t start = 0;
    size_t end = 0;

    while (!(text[start] == 'T' && text[start + 1] == ' ' && text[start + 2] == '='))
        start++;
    start += 4;
    for (end = start; text[end] != ']' && text[end] != ';'; end++)
        ;
    return ntshm_uuid_hash(text + start, end - start, ntshm_uuid_hash("IID_", 4));
}

template <typename T> struct ntshm_uuid_strip {
    typedef T type;
};
template <typename T> struct ntshm_uuid_strip<const T> : ntshm_uuid_strip<T> {
};
template <typename T> struct ntshm_uuid_strip<T *> : ntshm_uuid_strip<T> {
};
template <typename T> struct ntshm_uuid_strip<T &> : ntshm_uuid_strip<T> {
};

/* Specialised by __CRT_UUID_DECL; a template still, so that its value may stand in a header. */
template <typename T, typename unused> struct ntshm_uuid_value;

/* The GUID of T: what __CRT_UUID_DECL says, else the IID found by name. */
template <typename T> struct ntshm_uuid_of {
    static constexpr const GUID &get()
    {
        return ntshm_uuid_find(ntshm_uuid_name<ntshm_uuid_hash_of_type<T>()>());
    }
};

#    define __uuidof(x) (ntshm_uuid_of<typename ntshm_uuid_strip<__typeof__(x)>::type>::get())

#    if __cplusplus >= 201703L
#        define NTSHM_GUID_CONSTANT(name) \
            inline constexpr __attribute__((__visibility__("hidden"))) GUID name
#        define NTSHM_UUID_STORAGE(type)
#    else
#        define NTSHM_GUID_CONSTANT(name)                                               \
            extern __attribute__((__weak__, __visibility__("hidden"))) const GUID name; \
            const GUID name
#        define NTSHM_UUID_STORAGE(type) \
            template <typename unused> constexpr GUID ntshm_uuid_value<type, unused>::value;
#    endif

#    define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)           \
        extern "C" {                                                               \
        NTSHM_GUID_CONSTANT(name) = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}; \
        }                                                                          \
        extern "C++" {                                                             \
        constexpr inline const GUID &ntshm_uuid_find(                              \
            ntshm_uuid_name<ntshm_uuid_hash(#name, sizeof(#name) - 1)>) noexcept   \
        {                                                                          \
            return name;                                                           \
        }                                                                          \
        }                                                                          \
        struct ntshm_uuid_semicolon

#    define __CRT_UUID_DECL(type, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)             \
        extern "C++" {                                                                   \
        template <typename unused> struct ntshm_uuid_value<type, unused> {               \
            static constexpr GUID value = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}; \
        };                                                                               \
        NTSHM_UUID_STORAGE(type)                                                         \
        template <> struct ntshm_uuid_of<type> {                                         \
            static constexpr const GUID &get() noexcept                                  \
            {                                                                            \
                return ntshm_uuid_value<type, void>::value;                              \
            }                                                                            \
        };                                                                               \
        }

inline int InlineIsEqualGUID(REFGUID a, REFGUID b)
{
    return !memcmp(&a, &b, sizeof(GUID));
}

inline int IsEqualGUID(REFGUID a, REFGUID b)
{
    return !memcmp(&a, &b, sizeof(GUID));
}

inline bool operator==(REFGUID a, REFGUID b)
{
    return !memcmp(&a, &b, sizeof(GUID));
}

inline bool operator!=(REFGUID a, REFGUID b)
{
    return memcmp(&a, &b, sizeof(GUID)) != 0;
}

#endif

#define IsEqualIID(a, b)   IsEqualGUID(a, b)
#define IsEqualCLSID(a, b) IsEqualGUID(a, b)

#endif
