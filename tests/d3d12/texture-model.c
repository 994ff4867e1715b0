// SPDX-License-Identifier: MIT
/*
 * Random boxes between textures of all three orders, beside a model that knows only blocks: after
 * some hundred copies every block of every texture must be where the model has it.
 */
#include "d3d12/texture-kit.h"
#include "d3d12/tiles-kit.h"

#include <stdlib.h>
#include <string.h>

#include "d3d12/resource/resource.h"

#define N_TEXTURES 3
#define N_MIPS     2
#define N_COPIES   120

struct model {
    struct tiles_kit t;
    ID3D12Resource *textures[N_TEXTURES]; /* image, rows, tiles */
    ID3D12Heap *heap;
    struct kit_layout layout;
    UINT block_width, block_height, bytes;
    unsigned char *blocks[N_TEXTURES][N_MIPS];
    uint32_t state;
};

static uint32_t below(struct model *model, uint32_t n)
{
    model->state = model->state * 1664525u + 1013904223u;
    return (model->state >> 8) % n;
}

/* The size of a mip, in blocks. */
static UINT across(const struct model *model, UINT mip)
{
    return (UINT)(model->layout.row_sizes[mip] / model->bytes);
}

static size_t size_of(const struct model *model, UINT mip)
{
    return (size_t)model->layout.row_sizes[mip] * model->layout.rows[mip] *
           model->layout.places[mip].Footprint.Depth;
}

static unsigned char *block_of(const struct model *model, UINT texture, UINT mip, UINT x, UINT y,
                               UINT z)
{
    size_t row = (size_t)z * model->layout.rows[mip] + y;

    return model->blocks[texture][mip] + (row * across(model, mip) + x) * model->bytes;
}

static ID3D12Resource *reserved(struct model *model, D3D12_RESOURCE_DESC desc)
{
    ID3D12Resource *texture = NULL;
    UINT n;

    desc.Layout = D3D12_TEXTURE_LAYOUT_64KB_UNDEFINED_SWIZZLE;
    ok_hr(ID3D12Device_CreateReservedResource(model->t.kit.device, &desc,
                                              D3D12_RESOURCE_STATE_COMMON, NULL,
                                              &IID_ID3D12Resource, (void **)&texture),
          S_OK);
    require(texture);
    ID3D12Device_GetResourceTiling(model->t.kit.device, texture, &n, NULL, NULL, NULL, 0, NULL);
    model->heap = tiles_heap(model->t.kit.device, n);
    tiles_map(&model->t, texture, 0, n, model->heap, 0);
    return texture;
}

/* Every texture full of a pattern of its own. */
static void fill(struct model *model, UINT i)
{
    ID3D12Resource *upload =
        kit_buffer(model->t.kit.device, D3D12_HEAP_TYPE_UPLOAD, model->layout.total);
    unsigned char *bytes = kit_map(upload);

    kit_pattern(bytes, model->layout.total, i + 1);
    kit_upload(&model->t.kit, model->textures[i], upload, &model->layout);
    kit_run(&model->t.kit);
    for (UINT mip = 0; mip < N_MIPS; mip++) {
        const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *place = &model->layout.places[mip];
        UINT rows = model->layout.rows[mip] * place->Footprint.Depth;

        model->blocks[i][mip] = malloc(size_of(model, mip));
        require(model->blocks[i][mip]);
        for (UINT row = 0; row < rows; row++)
            memcpy(model->blocks[i][mip] + row * model->layout.row_sizes[mip],
                   bytes + place->Offset + (size_t)row * place->Footprint.RowPitch,
                   model->layout.row_sizes[mip]);
    }
    kit_release_last(upload);
}

static void open_model(struct model *model, const D3D12_RESOURCE_DESC *desc, UINT block, UINT bytes)
{
    *model = (struct model){.block_width = block, .block_height = block, .bytes = bytes};
    model->state = (uint32_t)desc->Format;
    tiles_open(&model->t, D3D12_COMMAND_LIST_TYPE_DIRECT);
    kit_layout_of(model->t.kit.device, desc, 1, &model->layout);
    model->textures[0] = kit_texture(model->t.kit.device, desc);
    model->textures[1] = kit_cpu_texture(model->t.kit.device, desc);
    model->textures[2] = reserved(model, *desc);
    ok_eq(nt_d3d_resource_from(model->textures[0])->surface->order, NT_D3D_IMAGE);
    ok_eq(nt_d3d_resource_from(model->textures[1])->surface->order, NT_D3D_ROWS);
    ok_eq(nt_d3d_resource_from(model->textures[2])->surface->order, NT_D3D_TILES);
    for (UINT i = 0; i < N_TEXTURES; i++)
        fill(model, i);
}

static void close_model(struct model *model)
{
    for (UINT i = 0; i < N_TEXTURES; i++) {
        kit_release_last(model->textures[i]);
        for (UINT mip = 0; mip < N_MIPS; mip++)
            free(model->blocks[i][mip]);
    }
    kit_release_last(model->heap);
    tiles_close(&model->t);
}

/* @n blocks of @all, from somewhere on. */
static UINT some(struct model *model, UINT all, UINT *ret_n)
{
    UINT start = below(model, all);

    *ret_n = 1 + below(model, all - start);
    return start;
}

static void copy_blocks(struct model *model, const UINT from[5], const UINT to[5], UINT nx, UINT ny,
                        UINT nz)
{
    for (UINT z = 0; z < nz; z++) {
        for (UINT y = 0; y < ny; y++)
            memcpy(block_of(model, to[0], to[1], to[2], to[3] + y, to[4] + z),
                   block_of(model, from[0], from[1], from[2], from[3] + y, from[4] + z),
                   (size_t)nx * model->bytes);
    }
}

/* One copy between two textures, of a box that fits into either. */
static void copy_one(struct model *model)
{
    UINT a = below(model, N_TEXTURES), b = (a + 1 + below(model, N_TEXTURES - 1)) % N_TEXTURES;
    UINT mip = below(model, N_MIPS), other = below(model, N_MIPS), nx, ny, nz;
    UINT from[5] = {a, mip}, to[5] = {b, other};
    const UINT depth = model->layout.places[other].Footprint.Depth;
    D3D12_TEXTURE_COPY_LOCATION target = kit_subresource(model->textures[b], other);
    D3D12_TEXTURE_COPY_LOCATION source = kit_subresource(model->textures[a], mip);
    D3D12_BOX box;

    from[2] = some(model, across(model, mip), &nx);
    from[3] = some(model, model->layout.rows[mip], &ny);
    from[4] = some(model, model->layout.places[mip].Footprint.Depth, &nz);
    if (nx > across(model, other))
        nx = across(model, other);
    if (ny > model->layout.rows[other])
        ny = model->layout.rows[other];
    if (nz > depth)
        nz = depth;
    to[2] = below(model, across(model, other) - nx + 1);
    to[3] = below(model, model->layout.rows[other] - ny + 1);
    to[4] = below(model, depth - nz + 1);
    box = (D3D12_BOX){
        from[2] * model->block_width,        from[3] * model->block_height,        from[4],
        (from[2] + nx) * model->block_width, (from[3] + ny) * model->block_height, from[4] + nz};
    ID3D12GraphicsCommandList_CopyTextureRegion(model->t.kit.list, &target,
                                                to[2] * model->block_width,
                                                to[3] * model->block_height, to[4], &source, &box);
    copy_blocks(model, from, to, nx, ny, nz);
}

/* The rows of a texture that are not the model's. */
static size_t wrong_rows(struct model *model, UINT i)
{
    ID3D12Resource *readback =
        kit_buffer(model->t.kit.device, D3D12_HEAP_TYPE_READBACK, model->layout.total);
    const unsigned char *bytes = kit_map(readback);
    size_t wrong = 0;

    kit_download(&model->t.kit, readback, model->textures[i], &model->layout);
    kit_run(&model->t.kit);
    for (UINT mip = 0; mip < N_MIPS; mip++) {
        const D3D12_PLACED_SUBRESOURCE_FOOTPRINT *place = &model->layout.places[mip];
        UINT rows = model->layout.rows[mip] * place->Footprint.Depth;

        for (UINT row = 0; row < rows; row++)
            wrong += memcmp(model->blocks[i][mip] + row * model->layout.row_sizes[mip],
                            bytes + place->Offset + (size_t)row * place->Footprint.RowPitch,
                            model->layout.row_sizes[mip]) != 0;
    }
    kit_release_last(readback);
    return wrong;
}

static void walk(const D3D12_RESOURCE_DESC *desc, UINT block, UINT bytes)
{
    struct model model;

    open_model(&model, desc, block, bytes);
    for (int i = 0; i < N_COPIES; i++) {
        copy_one(&model);
        if (i % 20 == 19)
            kit_run(&model.t.kit);
    }
    for (UINT i = 0; i < N_TEXTURES; i++)
        ok_eq(wrong_rows(&model, i), 0);
    close_model(&model);
}

TEST(random_boxes_of_texels, "D3.8 D4.5")
{
    const D3D12_RESOURCE_DESC desc = kit_texture_desc(
        D3D12_RESOURCE_DIMENSION_TEXTURE2D, DXGI_FORMAT_R8G8B8A8_UNORM, 301, 275, 1, N_MIPS);

    walk(&desc, 1, 4);
}

TEST(random_boxes_of_blocks, "D3.8 D4.5")
{
    /* The second mip is packed. */
    const D3D12_RESOURCE_DESC desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE2D,
                                                      DXGI_FORMAT_BC7_UNORM, 520, 264, 1, N_MIPS);

    walk(&desc, 4, 16);
}

TEST(random_boxes_of_volumes, "D3.8 D4.5")
{
    const D3D12_RESOURCE_DESC desc = kit_texture_desc(D3D12_RESOURCE_DIMENSION_TEXTURE3D,
                                                      DXGI_FORMAT_R16_UINT, 70, 65, 39, N_MIPS);

    walk(&desc, 1, 2);
}
