// SPDX-License-Identifier: MIT
/*
 * Copies, updates, Map and event queries of Direct3D 11.
 */
#include <string.h>

#include "d3d12/d3d11-kit.h"

#define SIZE 4096u

static void update(struct kit11 *kit, ID3D11Resource *resource, UINT subresource,
                   const D3D11_BOX *box, const void *data, UINT pitch)
{
    ID3D11DeviceContext4_UpdateSubresource(kit->context, resource, subresource, box, data, pitch,
                                           0);
}

TEST(d3d11_buffers_begin_and_change, "D18.5")
{
    unsigned char first[SIZE], second[SIZE];
    const D3D11_BOX box = {.left = 100, .right = 611, .bottom = 1, .back = 1};
    ID3D11Resource *a, *b, *immutable;
    struct kit11 kit;

    kit11_open(&kit);
    kit11_pattern(first, SIZE, 1);
    kit11_pattern(second, SIZE, 2);
    a = kit11_buffer(&kit, SIZE, D3D11_USAGE_DEFAULT, first);
    b = kit11_buffer(&kit, SIZE, D3D11_USAGE_DEFAULT, NULL);
    immutable = kit11_buffer(&kit, SIZE, D3D11_USAGE_IMMUTABLE, second);
    kit11_expect_buffer(&kit, a, first, SIZE);
    kit11_expect_buffer(&kit, immutable, second, SIZE);
    update(&kit, a, 0, &box, second, 0);
    memcpy(first + 100, second, 511);
    kit11_expect_buffer(&kit, a, first, SIZE);
    ID3D11DeviceContext4_CopyResource(kit.context, b, a);
    kit11_expect_buffer(&kit, b, first, SIZE);
    ID3D11DeviceContext4_CopySubresourceRegion(kit.context, b, 0, 3000, 0, 0, immutable, 0, &box);
    memcpy(first + 3000, second + 100, 511);
    kit11_expect_buffer(&kit, b, first, SIZE);
    /* Within one buffer, where nothing overlaps. */
    ID3D11DeviceContext4_CopySubresourceRegion(kit.context, b, 0, 611, 0, 0, b, 0, &box);
    memcpy(first + 611, first + 100, 511);
    kit11_expect_buffer(&kit, b, first, SIZE);
    kit_release_last(a);
    kit_release_last(b);
    kit_release_last(immutable);
    kit11_close(&kit);
}

static void fill_dynamic(struct kit11 *kit, ID3D11Resource *dynamic, D3D11_MAP type, UINT from,
                         UINT to, int byte)
{
    D3D11_MAPPED_SUBRESOURCE map = {0};

    ok_hr(ID3D11DeviceContext4_Map(kit->context, dynamic, 0, type, 0, &map), S_OK);
    require(map.pData);
    memset((unsigned char *)map.pData + from, byte, to - from);
    ID3D11DeviceContext4_Unmap(kit->context, dynamic, 0);
}

TEST(d3d11_dynamic_buffers_keep_the_order, "D18.5")
{
    unsigned char expected[SIZE];
    ID3D11Resource *dynamic, *copies[3];
    struct kit11 kit;

    kit11_open(&kit);
    dynamic = kit11_buffer(&kit, SIZE, D3D11_USAGE_DYNAMIC, NULL);
    /* None of them waits, and each copy sees what was mapped before it. */
    for (int i = 0; i < 3; i++) {
        copies[i] = kit11_buffer(&kit, SIZE, D3D11_USAGE_DEFAULT, NULL);
        fill_dynamic(&kit, dynamic, D3D11_MAP_WRITE_DISCARD, 0, SIZE, 0x10 + i);
        if (i == 2)
            fill_dynamic(&kit, dynamic, D3D11_MAP_WRITE_NO_OVERWRITE, 8, 16, 0x55);
        ID3D11DeviceContext4_CopyResource(kit.context, copies[i], dynamic);
    }
    for (int i = 0; i < 3; i++) {
        memset(expected, 0x10 + i, SIZE);
        if (i == 2)
            memset(expected + 8, 0x55, 8);
        kit11_expect_buffer(&kit, copies[i], expected, SIZE);
        kit_release_last(copies[i]);
    }
    kit_release_last(dynamic);
    kit11_close(&kit);
}

TEST(d3d11_map_checks_its_arguments, "D18.5")
{
    const D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(8, 8, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_USAGE_DYNAMIC);
    D3D11_MAPPED_SUBRESOURCE map = {.pData = (void *)1};
    ID3D11Resource *standard, *dynamic, *staging, *texture;
    D3D11_BUFFER_DESC one = kit11_buffer_desc(64, D3D11_USAGE_STAGING);
    ID3D11Buffer *readable = NULL;
    struct kit11 kit;

    kit11_open(&kit);
    standard = kit11_buffer(&kit, 64, D3D11_USAGE_DEFAULT, NULL);
    dynamic = kit11_buffer(&kit, 64, D3D11_USAGE_DYNAMIC, NULL);
    staging = kit11_buffer(&kit, 64, D3D11_USAGE_STAGING, NULL);
    texture = kit11_texture(&kit, &desc, NULL);
    one.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
    ok_hr(ID3D11Device5_CreateBuffer(kit.device, &one, NULL, &readable), S_OK);
#define MAP(resource, sub, type, flags, expected)                                              \
    do {                                                                                       \
        HRESULT hr_ = ID3D11DeviceContext4_Map(kit.context, (ID3D11Resource *)(resource), sub, \
                                               type, flags, &map);                             \
        ok_hr(hr_, expected);                                                                  \
        if (hr_ == S_OK)                                                                       \
            ID3D11DeviceContext4_Unmap(kit.context, (ID3D11Resource *)(resource), sub);        \
    } while (0)
    for (D3D11_MAP type = D3D11_MAP_READ; type <= D3D11_MAP_WRITE_NO_OVERWRITE; type++) {
        bool is_discard = type == D3D11_MAP_WRITE_DISCARD;
        bool is_append = type == D3D11_MAP_WRITE_NO_OVERWRITE;

        MAP(standard, 0, type, 0, E_INVALIDARG);
        MAP(staging, 0, type, 0, is_discard || is_append ? E_INVALIDARG : S_OK);
        MAP(dynamic, 0, type, 0, is_discard || is_append ? S_OK : E_INVALIDARG);
        MAP(texture, 0, type, 0, is_discard ? S_OK : E_INVALIDARG);
        MAP(readable, 0, type, 0, type == D3D11_MAP_READ ? S_OK : E_INVALIDARG);
        MAP(dynamic, 0, type, D3D11_MAP_FLAG_DO_NOT_WAIT, E_INVALIDARG);
        MAP(staging, 1, type, 0, E_INVALIDARG);
        MAP(staging, 0, type, 1, E_INVALIDARG);
    }
    MAP(NULL, 0, D3D11_MAP_READ, 0, E_INVALIDARG);
    ok_hr(ID3D11DeviceContext4_Map(kit.context, staging, 0, D3D11_MAP_READ, 0, NULL), E_INVALIDARG);
    ok_hr(ID3D11DeviceContext4_Map(kit.context, staging, 0, D3D11_MAP_READ, 0, &map), S_OK);
    ok_eq(map.RowPitch, 64);
    MAP(staging, 0, D3D11_MAP_READ, 0, E_INVALIDARG); /* it is mapped */
    ID3D11DeviceContext4_Unmap(kit.context, staging, 0);
    MAP(staging, 0, D3D11_MAP_READ, D3D11_MAP_FLAG_DO_NOT_WAIT, S_OK);
#undef MAP
    kit_release_last(standard);
    kit_release_last(dynamic);
    kit_release_last(staging);
    kit_release_last(texture);
    kit_release_last(readable);
    kit11_close(&kit);
}

/* A texture, written by UpdateSubresource in each of its subresources. */
static void check_format(struct kit11 *kit, DXGI_FORMAT format, UINT block, UINT block_bytes)
{
    static unsigned char bytes[6][64 * 64 * 16];
    D3D11_TEXTURE2D_DESC desc = kit11_texture_desc(64, 32, format, D3D11_USAGE_DEFAULT);
    ID3D11Resource *texture, *copy;

    desc.MipLevels = 3;
    desc.ArraySize = 2;
    texture = kit11_texture(kit, &desc, NULL);
    copy = kit11_texture(kit, &desc, NULL);
    for (UINT i = 0; i < 6; i++) {
        UINT row = (64u >> i % 3) / block * block_bytes;

        kit11_pattern(bytes[i], sizeof(bytes[i]), i + (UINT)format);
        update(kit, texture, i, NULL, bytes[i], row);
    }
    ID3D11DeviceContext4_CopyResource(kit->context, copy, texture);
    for (UINT i = 0; i < 6; i++) {
        UINT row = (64u >> i % 3) / block * block_bytes, n = (32u >> i % 3) / block;

        kit11_expect_texture(kit, copy, i, bytes[i], row, n);
    }
    kit_release_last(texture);
    kit_release_last(copy);
}

TEST_DEADLINE(d3d11_textures_of_many_formats, "D18.5 D3.6", 60)
{
    struct kit11 kit;

    kit11_open(&kit);
    check_format(&kit, DXGI_FORMAT_R8G8B8A8_UNORM, 1, 4);
    check_format(&kit, DXGI_FORMAT_B8G8R8A8_UNORM_SRGB, 1, 4);
    check_format(&kit, DXGI_FORMAT_R16G16B16A16_FLOAT, 1, 8);
    check_format(&kit, DXGI_FORMAT_R32G32B32A32_UINT, 1, 16);
    check_format(&kit, DXGI_FORMAT_R32G32B32_FLOAT, 1, 12);
    check_format(&kit, DXGI_FORMAT_R16G16_TYPELESS, 1, 4);
    check_format(&kit, DXGI_FORMAT_R8_UNORM, 1, 1);
    check_format(&kit, DXGI_FORMAT_R32_FLOAT, 1, 4);
    check_format(&kit, DXGI_FORMAT_BC1_UNORM, 4, 8);
    check_format(&kit, DXGI_FORMAT_BC7_UNORM, 4, 16);
    kit11_close(&kit);
}

TEST(d3d11_textures_begin_with_their_data, "D18.5")
{
    static unsigned char bytes[33 * 17 * 4 + 16 * 8 * 4];
    D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(33, 17, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_USAGE_IMMUTABLE);
    D3D11_SUBRESOURCE_DATA data[2] = {{.pSysMem = bytes, .SysMemPitch = 33 * 4},
                                      {.pSysMem = bytes + 33 * 17 * 4, .SysMemPitch = 16 * 4}};
    ID3D11Texture2D *none = NULL;
    ID3D11Resource *texture;
    struct kit11 kit;

    kit11_open(&kit);
    kit11_pattern(bytes, sizeof(bytes), 9);
    desc.MipLevels = 2;
    for (int i = 0; i < 2; i++) {
        texture = kit11_texture(&kit, &desc, data);
        kit11_expect_texture(&kit, texture, 0, bytes, 33 * 4, 17);
        kit11_expect_texture(&kit, texture, 1, bytes + 33 * 17 * 4, 16 * 4, 8);
        kit_release_last(texture);
        desc.Usage = D3D11_USAGE_STAGING;
        desc.BindFlags = 0;
        desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
    }
    data[1].pSysMem = NULL;
    ok_hr(ID3D11Device5_CreateTexture2D(kit.device, &desc, data, &none), E_INVALIDARG);
    kit11_close(&kit);
}

TEST(d3d11_boxes_of_textures, "D18.5 D3.6")
{
    enum { W = 32, H = 16 };
    static unsigned char in_a[H][W][4], in_b[H][W][4], patch[4][8][4];
    const D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(W, H, DXGI_FORMAT_R8G8B8A8_UINT, D3D11_USAGE_DEFAULT);
    const D3D11_BOX box = {.left = 5, .top = 3, .right = 13, .bottom = 7, .back = 1};
    ID3D11Resource *a, *b;
    struct kit11 kit;

    kit11_open(&kit);
    kit11_pattern(in_a, sizeof(in_a), 3);
    kit11_pattern(in_b, sizeof(in_b), 7);
    kit11_pattern(patch, sizeof(patch), 4);
    a = kit11_texture(&kit, &desc, NULL);
    b = kit11_texture(&kit, &desc, NULL);
    update(&kit, a, 0, NULL, in_a, sizeof(in_a[0]));
    update(&kit, b, 0, NULL, in_b, sizeof(in_b[0]));
    update(&kit, a, 0, &box, patch, sizeof(patch[0]));
    ID3D11DeviceContext4_CopySubresourceRegion(kit.context, b, 0, 20, 12, 0, a, 0, &box);
    /* Beside itself, within one texture. */
    ID3D11DeviceContext4_CopySubresourceRegion1(kit.context, b, 0, 14, 0, 0, b, 0, &box,
                                                D3D11_COPY_NO_OVERWRITE);
    for (int y = 0; y < 4; y++) {
        memcpy(in_a[y + 3][5], patch[y], sizeof(patch[y]));
        memcpy(in_b[y + 12][20], patch[y], sizeof(patch[y]));
        memcpy(in_b[y][14], in_b[y + 3][5], sizeof(patch[y]));
    }
    kit11_expect_texture(&kit, a, 0, in_a[0][0], W * 4, H);
    kit11_expect_texture(&kit, b, 0, in_b[0][0], W * 4, H);
    kit_release_last(a);
    kit_release_last(b);
    kit11_close(&kit);
}

TEST(d3d11_dynamic_and_staging_textures, "D18.5")
{
    enum { W = 20, H = 12, ROW = W / 4 * 8 };
    static unsigned char bytes[H / 4][ROW];
    D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(W, H, DXGI_FORMAT_BC1_UNORM, D3D11_USAGE_DYNAMIC);
    ID3D11Resource *dynamic, *staging, *standard;
    D3D11_MAPPED_SUBRESOURCE map = {0};
    struct kit11 kit;

    kit11_open(&kit);
    kit11_pattern(bytes, sizeof(bytes), 5);
    dynamic = kit11_texture(&kit, &desc, NULL);
    desc = kit11_texture_desc(W, H, DXGI_FORMAT_BC1_UNORM, D3D11_USAGE_STAGING);
    staging = kit11_texture(&kit, &desc, NULL);
    desc = kit11_texture_desc(W, H, DXGI_FORMAT_BC1_UNORM_SRGB, D3D11_USAGE_DEFAULT);
    standard = kit11_texture(&kit, &desc, NULL);
    ok_hr(ID3D11DeviceContext4_Map(kit.context, dynamic, 0, D3D11_MAP_WRITE_DISCARD, 0, &map),
          S_OK);
    require(map.pData);
    ok_eq(map.DepthPitch, map.RowPitch * (H / 4));
    for (int i = 0; i < H / 4; i++)
        memcpy((unsigned char *)map.pData + i * map.RowPitch, bytes[i], ROW);
    ID3D11DeviceContext4_Unmap(kit.context, dynamic, 0);
    kit11_expect_texture(&kit, dynamic, 0, bytes[0], ROW, H / 4);
    /* Staging memory is written by the CPU, copied to staging memory, and to a texture. */
    ok_hr(ID3D11DeviceContext4_Map(kit.context, staging, 0, D3D11_MAP_WRITE, 0, &map), S_OK);
    require(map.pData);
    kit11_pattern(bytes, sizeof(bytes), 6);
    for (int i = 0; i < H / 4; i++)
        memcpy((unsigned char *)map.pData + i * map.RowPitch, bytes[i], ROW);
    ID3D11DeviceContext4_Unmap(kit.context, staging, 0);
    kit11_expect_texture(&kit, staging, 0, bytes[0], ROW, H / 4);
    ID3D11DeviceContext4_CopyResource(kit.context, standard, staging);
    kit11_expect_texture(&kit, standard, 0, bytes[0], ROW, H / 4);
    kit_release_last(dynamic);
    kit_release_last(staging);
    kit_release_last(standard);
    kit11_close(&kit);
}

/* A mip of 10 x 6 texels is 3 x 2 blocks; boxes end at its edge, or at the blocks'. */
TEST(d3d11_edges_of_blocks, "D18.5 D3.6")
{
    static const D3D11_BOX boxes[] = {
        {.right = 10, .bottom = 6, .back = 1},
        {.left = 4, .top = 4, .right = 10, .bottom = 6, .back = 1},
        {.left = 8, .right = 12, .bottom = 8, .back = 1},
    };
    static unsigned char bytes[2][3 * 8], other[2][3 * 8], expected[2][3 * 8];
    D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(20, 12, DXGI_FORMAT_BC1_UNORM, D3D11_USAGE_DEFAULT);
    struct kit11 kit;

    kit11_open(&kit);
    kit11_pattern(bytes, sizeof(bytes), 1);
    kit11_pattern(other, sizeof(other), 2);
    for (unsigned pair = 0; pair < 4; pair++) {
        for (unsigned i = 0; i < 3; i++) {
            const D3D11_BOX *box = &boxes[i];
            ID3D11Resource *textures[2];

            for (unsigned side = 0; side < 2; side++) {
                D3D11_USAGE usage = pair >> side & 1 ? D3D11_USAGE_STAGING : D3D11_USAGE_DEFAULT;

                desc = kit11_texture_desc(20, 12, DXGI_FORMAT_BC1_UNORM, usage);
                desc.MipLevels = 3;
                textures[side] = kit11_texture(&kit, &desc, NULL);
                update(&kit, textures[side], 1, NULL, side ? other : bytes, 3 * 8);
            }
            ID3D11DeviceContext4_CopySubresourceRegion(kit.context, textures[1], 1, box->left,
                                                       box->top, 0, textures[0], 1, box);
            update(&kit, textures[0], 1, box, other[0], 3 * 8);
            memcpy(expected, other, sizeof(expected));
            for (UINT y = box->top / 4; y < (box->bottom + 3) / 4; y++)
                memcpy(&expected[y][box->left / 4 * 8], &bytes[y][box->left / 4 * 8],
                       ((box->right + 3) / 4 - box->left / 4) * 8);
            kit11_expect_texture(&kit, textures[1], 1, expected[0], 3 * 8, 2);
            kit_release_last(textures[0]);
            kit_release_last(textures[1]);
        }
    }
    kit11_close(&kit);
}

TEST(d3d11_wrong_copies_are_left_out, "D18.5 D19.8")
{
    static unsigned char bytes[SIZE];
    const D3D11_BOX outside = {.left = 4000, .right = 4097, .bottom = 1, .back = 1};
    const D3D11_BOX empty = {.left = 5, .right = 5, .bottom = 1, .back = 1};
    const D3D11_BOX most = {.right = 4000, .bottom = 1, .back = 1};
    const D3D11_BOX deep = {.right = 4, .bottom = 4, .back = 2};
    D3D11_TEXTURE2D_DESC desc =
        kit11_texture_desc(8, 8, DXGI_FORMAT_BC1_UNORM, D3D11_USAGE_DEFAULT);
    ID3D11Resource *buffer, *small, *immutable, *blocks, *texels, *foreign;
    D3D11_MAPPED_SUBRESOURCE map;
    struct kit11 kit, other;

    kit11_open(&kit);
    kit11_open(&other);
    kit11_pattern(bytes, SIZE, 1);
    buffer = kit11_buffer(&kit, SIZE, D3D11_USAGE_DEFAULT, bytes);
    small = kit11_buffer(&kit, 64, D3D11_USAGE_STAGING, NULL);
    immutable = kit11_buffer(&kit, SIZE, D3D11_USAGE_IMMUTABLE, bytes);
    foreign = kit11_buffer(&other, SIZE, D3D11_USAGE_DEFAULT, NULL);
    blocks = kit11_texture(&kit, &desc, NULL);
    desc.Format = DXGI_FORMAT_R16G16B16A16_UINT;
    texels = kit11_texture(&kit, &desc, NULL);
#define COPY(target, x, y, z, source, box) \
    ID3D11DeviceContext4_CopySubresourceRegion(kit.context, target, 0, x, y, z, source, 0, box)
    COPY(buffer, 0, 0, 0, foreign, NULL);
    COPY(foreign, 0, 0, 0, buffer, NULL);
    COPY(buffer, 0, 0, 0, NULL, NULL);
    COPY(buffer, 0, 0, 0, immutable, &outside);
    COPY(buffer, 0, 0, 0, immutable, &empty);
    COPY(buffer, 97, 0, 0, immutable, &most);
    COPY(buffer, UINT32_MAX, 0, 0, immutable, &most);
    COPY(buffer, 10, 0, 0, buffer, &most);
    COPY(buffer, 0, 1, 0, immutable, NULL);
    COPY(buffer, 0, 0, 1, immutable, NULL);
    COPY(buffer, 0, 0, 0, blocks, NULL);
    COPY(immutable, 0, 0, 0, buffer, NULL);
    COPY(blocks, 0, 0, 0, texels, NULL);
    COPY(texels, 0, 0, 0, blocks, &deep);
    COPY(blocks, 2, 0, 0, blocks, NULL);
    update(&kit, immutable, 0, NULL, bytes, 0);
    update(&kit, buffer, 1, NULL, bytes, 0);
    update(&kit, buffer, 0, &outside, bytes, 0);
    update(&kit, buffer, 0, NULL, NULL, 0);
    ID3D11DeviceContext4_CopyResource(kit.context, small, buffer);
    ID3D11DeviceContext4_CopyResource(kit.context, buffer, buffer);
    /* What is mapped takes part in nothing. */
    ok_hr(ID3D11DeviceContext4_Map(kit.context, small, 0, D3D11_MAP_READ_WRITE, 0, &map), S_OK);
    memset(map.pData, 0, 64);
    COPY(small, 0, 0, 0, buffer, &empty);
    COPY(buffer, 0, 0, 0, small, NULL);
    update(&kit, small, 0, NULL, bytes, 0);
    ID3D11DeviceContext4_Unmap(kit.context, small, 0);
#undef COPY
    kit11_expect_buffer(&kit, buffer, bytes, SIZE);
    kit11_expect_buffer(&kit, immutable, bytes, SIZE);
    ok_hr(ID3D11Device5_GetDeviceRemovedReason(kit.device), S_OK);
    kit_release_last(buffer);
    kit_release_last(small);
    kit_release_last(immutable);
    kit_release_last(blocks);
    kit_release_last(texels);
    kit_release_last(foreign);
    kit11_close(&other);
    kit11_close(&kit);
}

TEST(d3d11_released_resources_serve_commands_before, "D17.6")
{
    unsigned char bytes[SIZE];
    ID3D11Resource *target, *source;
    struct kit11 kit;

    kit11_open(&kit);
    target = kit11_buffer(&kit, SIZE, D3D11_USAGE_DEFAULT, NULL);
    for (unsigned i = 0; i < 20; i++) {
        kit11_pattern(bytes, SIZE, i);
        source = kit11_buffer(&kit, SIZE, D3D11_USAGE_DEFAULT, bytes);
        ID3D11DeviceContext4_CopyResource(kit.context, target, source);
        kit_release_last(source);
    }
    kit11_expect_buffer(&kit, target, bytes, SIZE);
    ok_hr(ID3D11Device5_GetDeviceRemovedReason(kit.device), S_OK);
    kit_release_last(target);
    kit11_close(&kit);
}

TEST_DEADLINE(d3d11_much_is_handed_over_at_once, "D18.5", 60)
{
    enum { BIG = 40 << 20 };
    unsigned char *bytes = malloc(BIG);
    ID3D11Resource *big, *small;
    uint32_t word = 0;
    struct kit11 kit;

    require(bytes);
    kit11_open(&kit);
    kit11_pattern(bytes, BIG, 8);
    big = kit11_buffer(&kit, BIG, D3D11_USAGE_DEFAULT, bytes);
    update(&kit, big, 0, NULL, bytes, 0);
    small = kit11_buffer(&kit, 4, D3D11_USAGE_DEFAULT, NULL);
    for (word = 0; word < 3000; word++)
        update(&kit, small, 0, NULL, &word, 0);
    word--;
    kit11_expect_buffer(&kit, small, &word, sizeof(word));
    kit11_expect_buffer(&kit, big, bytes, BIG);
    kit_release_last(big);
    kit_release_last(small);
    kit11_close(&kit);
    free(bytes);
}

static bool is_over(struct kit11 *kit, ID3D11Query *query)
{
    BOOL data = FALSE;
    HRESULT hr = ID3D11DeviceContext4_GetData(kit->context, (ID3D11Asynchronous *)query, &data,
                                              sizeof(data), 0);

    ok(hr == S_OK || hr == S_FALSE);
    ok_eq(data, hr == S_OK);
    return hr == S_OK;
}

TEST(d3d11_event_queries_tell_the_end, "D18.5")
{
    D3D11_QUERY_DESC desc = {D3D11_QUERY_EVENT, 0}, got;
    ID3D11Query *query = NULL;
    ID3D11Resource *buffer;
    struct kit11 kit;
    BOOL data = 7;

    kit11_open(&kit);
    ok_hr(ID3D11Device5_CreateQuery(kit.device, NULL, &query), E_INVALIDARG);
    desc.Query = D3D11_QUERY_TIMESTAMP;
    ok_hr(ID3D11Device5_CreateQuery(kit.device, &desc, &query), E_NOTIMPL);
    ok_ptr_eq(query, NULL);
    desc.Query = D3D11_QUERY_EVENT;
    ok_hr(ID3D11Device5_CreateQuery(kit.device, &desc, NULL), S_FALSE);
    ok_hr(ID3D11Device5_CreateQuery(kit.device, &desc, &query), S_OK);
    require(query);
    ID3D11Query_GetDesc(query, &got);
    ok_eq(got.Query, D3D11_QUERY_EVENT);
    ok_eq(ID3D11Query_GetDataSize(query), sizeof(BOOL));
#define DATA(data, size, flags) \
    ID3D11DeviceContext4_GetData(kit.context, (ID3D11Asynchronous *)query, data, size, flags)
    ok_hr(DATA(&data, sizeof(data), 0), DXGI_ERROR_INVALID_CALL);
    buffer = kit11_buffer(&kit, 4, D3D11_USAGE_DEFAULT, NULL);
    update(&kit, buffer, 0, NULL, "abc", 0);
    ID3D11DeviceContext4_Begin(kit.context, (ID3D11Asynchronous *)query);
    ID3D11DeviceContext4_End(kit.context, (ID3D11Asynchronous *)query);
    /* It was not handed over yet. */
    ok_hr(DATA(&data, sizeof(data), D3D11_ASYNC_GETDATA_DONOTFLUSH), S_FALSE);
    ok_eq(data, 7);
    ok_hr(DATA(&data, 3, 0), E_INVALIDARG);
    ok_hr(DATA(&data, sizeof(data), 2), E_INVALIDARG);
    ok(test_until(is_over(&kit, query), 20000));
    ok_hr(DATA(NULL, 0, D3D11_ASYNC_GETDATA_DONOTFLUSH), S_OK);
#undef DATA
    kit_release_last(query);
    kit_release_last(buffer);
    kit11_close(&kit);
}

struct worker {
    struct kit11 *kit;
    unsigned seed;
    bool is_good;
};

/* Everything from a thread of its own, also what only the context does. */
static void work(void *argument)
{
    struct worker *worker = argument;
    const D3D11_BUFFER_DESC staging_desc = kit11_buffer_desc(SIZE, D3D11_USAGE_STAGING);
    const D3D11_BUFFER_DESC desc = kit11_buffer_desc(SIZE, D3D11_USAGE_DEFAULT);
    D3D11_MAPPED_SUBRESOURCE map = {0};
    unsigned char bytes[SIZE];

    for (unsigned i = 0; i < 10; i++) {
        const D3D11_SUBRESOURCE_DATA data = {.pSysMem = bytes};
        ID3D11Buffer *buffer = NULL, *staging = NULL;

        kit11_pattern(bytes, SIZE, worker->seed + i);
        ID3D11Device5_CreateBuffer(worker->kit->device, &desc, &data, &buffer);
        ID3D11Device5_CreateBuffer(worker->kit->device, &staging_desc, NULL, &staging);
        if (!buffer || !staging)
            return;
        ID3D11DeviceContext4_CopyResource(worker->kit->context, (ID3D11Resource *)staging,
                                          (ID3D11Resource *)buffer);
        ID3D11Buffer_Release(buffer);
        if (ID3D11DeviceContext4_Map(worker->kit->context, (ID3D11Resource *)staging, 0,
                                     D3D11_MAP_READ, 0, &map) != S_OK ||
            memcmp(map.pData, bytes, SIZE))
            return;
        ID3D11DeviceContext4_Unmap(worker->kit->context, (ID3D11Resource *)staging, 0);
        ID3D11Buffer_Release(staging);
    }
    worker->is_good = true;
}

TEST_DEADLINE(d3d11_threads_share_the_context, "D18.5", 60)
{
    struct worker workers[3];
    struct test_thread threads[3];
    struct kit11 kit;

    kit11_open(&kit);
    for (unsigned i = 0; i < 3; i++) {
        workers[i] = (struct worker){&kit, 100 * i, false};
        test_thread_start(&threads[i], work, &workers[i]);
    }
    for (unsigned i = 0; i < 3; i++) {
        test_thread_join(&threads[i]);
        ok(workers[i].is_good);
    }
    kit11_close(&kit);
}
