// SPDX-License-Identifier: MIT
/*
 * Copies of boxes of texels, by the device and by the CPU, and those that must be refused; and
 * what barriers and discards do to textures.
 */
#include "d3d12/texture-kit.h"

#include <string.h>

#define SIDE 16u

/* 16 x 16 texels of 4 bytes: 16 rows of 256 bytes. */
struct square {
    struct kit kit;
    ID3D12Resource *textures[2], *upload, *readback;
    uint32_t *from, *to;
    D3D12_PLACED_SUBRESOURCE_FOOTPRINT place;
};

static void square_open(struct square *square)
{
    const D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R32_UINT, SIDE, SIDE);
    struct kit_layout layout;

    kit_open(&square->kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    square->textures[0] = kit_texture(square->kit.device, &desc);
    square->textures[1] = kit_cpu_texture(square->kit.device, &desc);
    square->upload = kit_buffer(square->kit.device, D3D12_HEAP_TYPE_UPLOAD, 64 * KIB);
    square->readback = kit_buffer(square->kit.device, D3D12_HEAP_TYPE_READBACK, 64 * KIB);
    square->from = kit_map(square->upload);
    square->to = kit_map(square->readback);
    kit_layout_of(square->kit.device, &desc, 1, &layout);
    square->place = layout.places[0];
}

static void square_close(struct square *square)
{
    kit_release_last(square->textures[0]);
    kit_release_last(square->textures[1]);
    kit_release_last(square->upload);
    kit_release_last(square->readback);
    kit_close(&square->kit);
}

/* Every texel is its place; @base in the upper half. */
static void square_fill(struct square *square, ID3D12Resource *texture, uint32_t base)
{
    D3D12_TEXTURE_COPY_LOCATION target = kit_subresource(texture, 0);
    D3D12_TEXTURE_COPY_LOCATION source = kit_footprint(square->upload, &square->place);

    for (uint32_t y = 0; y < SIDE; y++) {
        for (uint32_t x = 0; x < SIDE; x++)
            square->from[y * 64 + x] = base << 16 | y << 8 | x;
    }
    ID3D12GraphicsCommandList_CopyTextureRegion(square->kit.list, &target, 0, 0, 0, &source, NULL);
    kit_run(&square->kit);
}

static void square_read(struct square *square, ID3D12Resource *texture)
{
    D3D12_TEXTURE_COPY_LOCATION target = kit_footprint(square->readback, &square->place);
    D3D12_TEXTURE_COPY_LOCATION source = kit_subresource(texture, 0);

    ID3D12GraphicsCommandList_CopyTextureRegion(square->kit.list, &target, 0, 0, 0, &source, NULL);
    kit_run(&square->kit);
}

/* Texels that are not: @box of one square at @x, @y of another. */
static size_t square_wrong(const struct square *square, uint32_t inner, uint32_t outer,
                           const D3D12_BOX *box, uint32_t x0, uint32_t y0)
{
    size_t wrong = 0;

    for (uint32_t y = 0; y < SIDE; y++) {
        for (uint32_t x = 0; x < SIDE; x++) {
            bool inside = x >= x0 && x < x0 + box->right - box->left && y >= y0 &&
                          y < y0 + box->bottom - box->top;
            uint32_t want = inside ? inner << 16 | (y - y0 + box->top) << 8 | (x - x0 + box->left)
                                   : outer << 16 | y << 8 | x;

            wrong += square->to[y * 64 + x] != want;
        }
    }
    return wrong;
}

TEST(boxes_go_where_they_are_sent, "D4.5")
{
    static const D3D12_BOX box = {3, 5, 0, 9, 12, 1};
    struct square square;

    square_open(&square);
    for (int from = 0; from < 2; from++) {
        for (int to = 0; to < 2; to++) {
            ID3D12Resource *same = square.textures[to];
            D3D12_TEXTURE_COPY_LOCATION target = kit_subresource(same, 0);
            D3D12_TEXTURE_COPY_LOCATION source = kit_subresource(square.textures[from], 0);

            square_fill(&square, square.textures[1 - to], 1);
            square_fill(&square, same, 2);
            /* Within one texture the two boxes do not meet. */
            ID3D12GraphicsCommandList_CopyTextureRegion(square.kit.list, &target, 10, 1, 0, &source,
                                                        &box);
            kit_run(&square.kit);
            square_read(&square, same);
            ok(!square_wrong(&square, from == to ? 2 : 1, 2, &box, 10, 1), "%d to %d", from, to);
        }
    }
    square_close(&square);
}

/* From a footprint's inside into a texture, and from one footprint into another. */
TEST(boxes_of_footprints, "D3.6 D4.5")
{
    static const D3D12_BOX box = {3, 5, 0, 9, 12, 1};
    struct square square;
    D3D12_TEXTURE_COPY_LOCATION target, source;

    square_open(&square);
    for (int i = 0; i < 2; i++) {
        square_fill(&square, square.textures[i], 2);
        square_fill(&square, square.textures[1 - i], 1);
        target = kit_subresource(square.textures[i], 0);
        source = kit_footprint(square.upload, &square.place);
        ID3D12GraphicsCommandList_CopyTextureRegion(square.kit.list, &target, 10, 1, 0, &source,
                                                    &box);
        kit_run(&square.kit);
        square_read(&square, square.textures[i]);
        ok(!square_wrong(&square, 1, 2, &box, 10, 1), "footprint to texture %d", i);
    }
    square_fill(&square, square.textures[0], 2);
    square_read(&square, square.textures[0]);
    square_fill(&square, square.textures[1], 1);
    target = kit_footprint(square.readback, &square.place);
    source = kit_footprint(square.upload, &square.place);
    ID3D12GraphicsCommandList_CopyTextureRegion(square.kit.list, &target, 10, 1, 0, &source, &box);
    kit_run(&square.kit);
    ok(!square_wrong(&square, 1, 2, &box, 10, 1), "footprint to footprint");
    square_close(&square);
}

/* An empty box copies nothing and is no fault. */
TEST(empty_boxes_copy_nothing, "D4.5")
{
    static const D3D12_BOX empty = {4, 4, 0, 4, 8, 1}, turned = {9, 4, 0, 4, 8, 1};
    static const D3D12_BOX none = {0, 0, 0, 0, 0, 1};
    struct square square;
    D3D12_TEXTURE_COPY_LOCATION target, source;

    square_open(&square);
    square_fill(&square, square.textures[0], 1);
    square_fill(&square, square.textures[1], 2);
    target = kit_subresource(square.textures[1], 0);
    source = kit_subresource(square.textures[0], 0);
    ID3D12GraphicsCommandList_CopyTextureRegion(square.kit.list, &target, 0, 0, 0, &source, &empty);
    ID3D12GraphicsCommandList_CopyTextureRegion(square.kit.list, &target, 0, 0, 0, &source,
                                                &turned);
    kit_run(&square.kit);
    square_read(&square, square.textures[1]);
    ok_eq(square_wrong(&square, 1, 2, &none, 0, 0), 0);
    square_close(&square);
}

TEST(boxes_that_do_not_fit_spoil_the_list, "D0.5 D4.5")
{
    static const D3D12_BOX wide = {0, 0, 0, SIDE + 1, 4, 1}, deep = {0, 0, 0, 4, 4, 2};
    static const D3D12_BOX high = {0, 4, 0, 4, UINT32_MAX, 1}, good = {0, 0, 0, 4, 4, 1};
    struct square square;
    D3D12_TEXTURE_COPY_LOCATION target, source, bad;
    struct kit *kit = &square.kit;

    square_open(&square);
    target = kit_subresource(square.textures[1], 0);
    source = kit_subresource(square.textures[0], 0);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &source, NULL), S_OK);
    ok_hr(kit_try_copy(kit, &target, 12, 12, 0, &source, &good), S_OK);
    ok_hr(kit_try_copy(kit, &target, 13, 12, 0, &source, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, 12, 13, 0, &source, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 1, &source, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, UINT32_MAX, 0, 0, &source, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, UINT32_MAX - 3, 0, 0, &source, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &source, &wide), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &source, &high), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &source, &deep), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, NULL, 0, 0, 0, &source, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, NULL, &good), E_INVALIDARG);
    bad = kit_subresource(square.textures[0], 1);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &bad, &good), E_INVALIDARG);
    bad = kit_subresource(square.upload, 0);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &bad, &good), E_INVALIDARG);
    bad = kit_subresource(NULL, 0);
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &bad, &good), E_INVALIDARG);
    bad.pResource = square.textures[0];
    bad.Type = (D3D12_TEXTURE_COPY_TYPE)7;
    ok_hr(kit_try_copy(kit, &target, 0, 0, 0, &bad, &good), E_INVALIDARG);
    /* Onto itself. */
    ok_hr(kit_try_copy(kit, &target, 3, 3, 0, &target, &good), E_INVALIDARG);
    ok_hr(kit_try_copy(kit, &target, 4, 3, 0, &target, &good), S_OK);
    square_close(&square);
}

TEST(footprints_that_do_not_fit_spoil_the_list, "D0.5 D3.6")
{
    struct square square;
    D3D12_TEXTURE_COPY_LOCATION target, good, bad;

    square_open(&square);
    target = kit_subresource(square.textures[0], 0);
    good = kit_footprint(square.upload, &square.place);
    ok_hr(kit_try_copy(&square.kit, &target, 0, 0, 0, &good, NULL), S_OK);
#define BAD(change)                                                                   \
    do {                                                                              \
        bad = good;                                                                   \
        bad.PlacedFootprint.change;                                                   \
        ok_hr(kit_try_copy(&square.kit, &target, 0, 0, 0, &bad, NULL), E_INVALIDARG); \
    } while (0)
    BAD(Offset = 256);
    BAD(Offset = 64 * KIB - 512);
    BAD(Offset = UINT64_MAX - 511);
    BAD(Footprint.RowPitch = 128);
    BAD(Footprint.RowPitch = 0);
    BAD(Footprint.Width = 0);
    BAD(Footprint.Width = 65);
    BAD(Footprint.Width = UINT32_MAX);
    BAD(Footprint.Height = 0);
    BAD(Footprint.Height = 17);
    BAD(Footprint.Height = 300);
    BAD(Footprint.Depth = 0);
    BAD(Footprint.Depth = UINT32_MAX);
    BAD(Footprint.Format = DXGI_FORMAT_UNKNOWN);
    BAD(Footprint.Format = DXGI_FORMAT_R8G8B8A8_UNORM);
    BAD(Footprint.Format = DXGI_FORMAT_D24_UNORM_S8_UINT);
    BAD(Footprint.Format = (DXGI_FORMAT)9999);
#undef BAD
    bad = good;
    bad.pResource = square.textures[1];
    ok_hr(kit_try_copy(&square.kit, &target, 0, 0, 0, &bad, NULL), E_INVALIDARG);
    bad = good; /* of the same family is good */
    bad.PlacedFootprint.Footprint.Format = DXGI_FORMAT_R32_TYPELESS;
    ok_hr(kit_try_copy(&square.kit, &target, 0, 0, 0, &bad, NULL), S_OK);
    /* Two footprints over the same bytes. */
    ok_hr(kit_try_copy(&square.kit, &good, 0, 0, 0, &good, NULL), E_INVALIDARG);
    square_close(&square);
}

/* --- the edges of buffers -------------------------------------------------------------------- */

/* Up into @texture and down again, and through an image of the driver's on the way. */
static void cross(struct kit *kit, ID3D12Resource *texture)
{
    D3D12_RESOURCE_DESC desc = ID3D12Resource_GetDesc(texture);
    D3D12_RESOURCE_DESC plain = kit_texture2d_desc(desc.Format, desc.Width, desc.Height);
    ID3D12Resource *upload, *readback, *image;
    struct kit_layout layout;

    kit_layout_of(kit->device, &plain, 1, &layout);
    upload = kit_buffer(kit->device, D3D12_HEAP_TYPE_UPLOAD, layout.total);
    readback = kit_buffer(kit->device, D3D12_HEAP_TYPE_READBACK, layout.total);
    image = kit_texture(kit->device, &plain);
    for (uint32_t i = 0; i < 2; i++) {
        kit_pattern(kit_map(upload), layout.total, i);
        memset(kit_map(readback), 0, layout.total);
        if (i) { /* image to rows to image */
            kit_upload(kit, image, upload, &layout);
            ID3D12GraphicsCommandList_CopyResource(kit->list, texture, image);
            ID3D12GraphicsCommandList_CopyResource(kit->list, image, texture);
            kit_download(kit, readback, image, &layout);
        } else {
            kit_upload(kit, texture, upload, &layout);
            kit_download(kit, readback, texture, &layout);
        }
        kit_run(kit);
        ok_eq(kit_rows_that_differ(&layout, kit_map(upload), kit_map(readback)), 0);
    }
    kit_release_last(upload);
    kit_release_last(readback);
    kit_release_last(image);
}

/* Rows that begin in one buffer of the memory and end in the next. */
TEST(rows_cross_from_buffer_to_buffer, "D5.1 D5.10")
{
    D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_R8G8B8A8_UNORM, 1000, 60);
    ID3D12Resource *texture = NULL;
    ID3D12Heap *heap = NULL;
    struct kit kit;
    HANDLE section;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    section = kit_section(GIB + MIB, NULL);
    ok_hr(ID3D12Device3_OpenExistingHeapFromFileMapping(kit.device, section, &IID_ID3D12Heap,
                                                        (void **)&heap),
          S_OK);
    require(heap);
    desc.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
    desc.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
    ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, GIB - 128 * KIB, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&texture),
          S_OK);
    require(texture);
    cross(&kit, texture);
    kit_release_last(texture);
    kit_release_last(heap);
    kit_close(&kit);
    ok_succeeds(CloseHandle(section));
}

/* An image cannot lie across two imports: its texels are rows then. */
TEST(textures_cross_from_import_to_import, "D3.4 D5.1")
{
    const D3D12_RESOURCE_DESC desc = kit_texture2d_desc(DXGI_FORMAT_BC1_UNORM, 1000, 800);
    D3D12_HEAP_DESC heap_desc = kit_heap_desc(GIB + MIB, D3D12_HEAP_TYPE_DEFAULT);
    ID3D12Resource *texture = NULL;
    ID3D12Heap *heap = NULL;
    struct kit kit;

    heap_desc.Flags = D3D12_HEAP_FLAG_CREATE_NOT_ZEROED;
    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    ok_hr(ID3D12Device_CreateHeap(kit.device, &heap_desc, &IID_ID3D12Heap, (void **)&heap), S_OK);
    require(heap);
    ok_hr(ID3D12Device_CreatePlacedResource(kit.device, heap, GIB - 128 * KIB, &desc,
                                            D3D12_RESOURCE_STATE_COMMON, NULL, &IID_ID3D12Resource,
                                            (void **)&texture),
          S_OK);
    require(texture);
    cross(&kit, texture);
    kit_release_last(texture);
    kit_release_last(heap);
    kit_close(&kit);
}

/* --- the CPU -------------------------------------------------------------------------------- */

TEST(cpu_reads_and_writes_boxes_of_texels, "D3.7")
{
    static const D3D12_BOX box = {3, 5, 0, 9, 12, 1}, wide = {3, 5, 0, 17, 12, 1};
    struct square square;
    uint32_t texels[7][8]; /* 6 x 7, with a pitch of 8 */

    square_open(&square);
    square_fill(&square, square.textures[1], 2);
    memset(texels, 0xff, sizeof(texels));
    ok_hr(ID3D12Resource_ReadFromSubresource(square.textures[1], texels, 32, 0, 0, &box), S_OK);
    for (uint32_t y = 0; y < 7; y++) {
        for (uint32_t x = 0; x < 8; x++)
            ok_eq(texels[y][x], x < 6 ? 2u << 16 | (y + 5) << 8 | (x + 3) : UINT32_MAX);
    }
    for (uint32_t y = 0; y < 7; y++) {
        for (uint32_t x = 0; x < 6; x++)
            texels[y][x] = 1u << 16 | (y + 5) << 8 | (x + 3);
    }
    ok_hr(ID3D12Resource_WriteToSubresource(square.textures[1], 0, &box, texels, 32, 0), S_OK);
    square_read(&square, square.textures[1]);
    ok_eq(square_wrong(&square, 1, 2, &box, 3, 5), 0);
    ok_hr(ID3D12Resource_WriteToSubresource(square.textures[1], 0, &wide, texels, 32, 0),
          E_INVALIDARG);
    ok_hr(ID3D12Resource_WriteToSubresource(square.textures[1], 1, &box, texels, 32, 0),
          E_INVALIDARG);
    ok_hr(ID3D12Resource_WriteToSubresource(square.textures[1], 0, &box, NULL, 32, 0),
          E_INVALIDARG);
    ok_hr(ID3D12Resource_ReadFromSubresource(square.textures[0], texels, 32, 0, 0, &box),
          E_INVALIDARG);
    square_close(&square);
}

TEST(cpu_reads_slices_of_a_volume, "D3.7")
{
    const D3D12_RESOURCE_DESC desc =
        kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D, DXGI_FORMAT_R16_UINT, 6, 4, 8, 1);
    static const D3D12_BOX box = {1, 1, 2, 5, 3, 5};
    static const D3D12_BOX beyond[] = {{0, 0, 7, 6, 4, 9}, {0, 3, 0, 6, 5, 1}, {5, 0, 0, 7, 4, 1},
                                       {0, 0, 2, 6, 4, 1}, {0, 2, 0, 6, 1, 1}, {2, 0, 0, 1, 4, 1}};
    uint16_t in[8][4][6], out[3][2][4];
    struct kit kit;
    ID3D12Resource *texture;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_COPY);
    texture = kit_cpu_texture(kit.device, &desc);
    kit_pattern(in, sizeof(in), 1);
    ok_hr(ID3D12Resource_WriteToSubresource(texture, 0, NULL, in, sizeof(in[0][0]), sizeof(in[0])),
          S_OK);
    ok_hr(ID3D12Resource_ReadFromSubresource(texture, out, sizeof(out[0][0]), sizeof(out[0]), 0,
                                             &box),
          S_OK);
    for (int z = 0; z < 3; z++) {
        for (int y = 0; y < 2; y++)
            ok_mem_eq(out[z][y], &in[z + 2][y + 1][1], sizeof(out[z][y]));
    }
    for (size_t i = 0; i < sizeof(beyond) / sizeof(*beyond); i++) {
        ok_hr(ID3D12Resource_WriteToSubresource(texture, 0, &beyond[i], in, 0, 0), E_INVALIDARG);
        ok_hr(ID3D12Resource_ReadFromSubresource(texture, in, 0, 0, 0, &beyond[i]), E_INVALIDARG);
    }
    kit_release_last(texture);
    kit_close(&kit);
}

/* --- discards and barriers -------------------------------------------------------------------- */

TEST(textures_are_discarded_and_written_anew, "D4.5")
{
    const D3D12_DISCARD_REGION whole = {0, NULL, 0, 1}, beyond = {0, NULL, 1, 1};
    struct square square;
    D3D12_BOX all = {0, 0, 0, SIDE, SIDE, 1};

    square_open(&square);
    square_fill(&square, square.textures[0], 1);
    ID3D12GraphicsCommandList_DiscardResource(square.kit.list, square.textures[0], NULL);
    square_fill(&square, square.textures[0], 2);
    ID3D12GraphicsCommandList_DiscardResource(square.kit.list, square.textures[0], &whole);
    ID3D12GraphicsCommandList_DiscardResource(square.kit.list, square.textures[1], &whole);
    square_fill(&square, square.textures[0], 3);
    square_read(&square, square.textures[0]);
    ok_eq(square_wrong(&square, 3, 3, &all, 0, 0), 0);
    ID3D12GraphicsCommandList_DiscardResource(square.kit.list, square.textures[0], &beyond);
    ok_hr(ID3D12GraphicsCommandList_Close(square.kit.list), E_INVALIDARG);
    square_close(&square);
}

static HRESULT try_barrier(struct kit *kit, const D3D12_RESOURCE_BARRIER *barrier)
{
    HRESULT hr;

    ID3D12GraphicsCommandList_ResourceBarrier(kit->list, 1, barrier);
    hr = ID3D12GraphicsCommandList_Close(kit->list);
    ok_hr(ID3D12CommandAllocator_Reset(kit->allocator), S_OK);
    ok_hr(ID3D12GraphicsCommandList_Reset(kit->list, kit->allocator, NULL), S_OK);
    return hr;
}

TEST(barriers_name_subresources, "D4.5")
{
    const D3D12_RESOURCE_DESC desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                                      DXGI_FORMAT_D24_UNORM_S8_UINT, 16, 16, 3, 2);
    D3D12_RESOURCE_BARRIER barrier = {.Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION};
    ID3D12Resource *texture;
    struct kit kit;

    kit_open(&kit, D3D12_COMMAND_LIST_TYPE_DIRECT);
    texture = kit_texture(kit.device, &desc);
    barrier.Transition.pResource = texture;
    barrier.Transition.StateAfter = D3D12_RESOURCE_STATE_COPY_DEST;
    barrier.Transition.Subresource = 11; /* 2 mips x 3 slices x 2 planes */
    ok_hr(try_barrier(&kit, &barrier), S_OK);
    barrier.Transition.Subresource = 12;
    ok_hr(try_barrier(&kit, &barrier), E_INVALIDARG);
    barrier.Transition.Subresource = D3D12_RESOURCE_BARRIER_ALL_SUBRESOURCES;
    ok_hr(try_barrier(&kit, &barrier), S_OK);
    barrier = (D3D12_RESOURCE_BARRIER){.Type = D3D12_RESOURCE_BARRIER_TYPE_ALIASING,
                                       .Aliasing = {NULL, texture}};
    ok_hr(try_barrier(&kit, &barrier), S_OK);
    kit_release_last(texture);
    kit_close(&kit);
}
