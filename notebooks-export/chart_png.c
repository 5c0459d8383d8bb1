/* See chart_png.h. The SVG is drawn by librsvg, so that there is one drawing and not two.
 *
 * The library is loaded with dlopen when a chart is wanted, not linked: it brings forty-five others along, which would
 * double the start of every command. What is used of it, and of cairo behind it, has been stable since librsvg 2.46
 * (2019); the handful of prototypes stands here so that building needs none of their headers. */
#include "notebooks-export/chart_png.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/outfile.h"
#include "notebooks-export/pixels.h"

#define MAX_SVG_BYTES ((size_t)64 << 20)
enum { SCALE = 2, MAX_SIDE = 4096, LARGEST = 30000, CAIRO_FORMAT_RGB24 = 1, CAIRO_OK = 0 };

typedef struct svg_handle svg_handle;
typedef struct surface surface;
typedef struct painter painter;
typedef struct rectangle {
    double x, y, width, height;
} rectangle;
struct csi_png_renderer {
    void *library;
    svg_handle *(*svg_new)(const unsigned char *bytes, unsigned long n, void **error);
    int (*svg_size)(svg_handle *svg, double *width, double *height);
    int (*svg_draw)(svg_handle *svg, painter *on, const rectangle *viewport, void **error);
    void (*svg_free)(void *svg);
    surface *(*surface_new)(int format, int width, int height);
    int (*surface_status)(surface *s);
    void (*surface_flush)(surface *s);
    int (*surface_width)(surface *s);
    int (*surface_height)(surface *s);
    int (*surface_stride)(surface *s);
    const unsigned char *(*surface_pixels)(surface *s);
    void (*surface_free)(surface *s);
    painter *(*painter_new)(surface *on);
    void (*painter_scale)(painter *p, double x, double y);
    void (*painter_free)(painter *p);
};

/* ISO C knows no way from an object's pointer to a function's; POSIX promises that the bytes are the same. */
static bool find(const csi_png_renderer *r, const char *name, void *function)
{
    void *const found = dlsym(r->library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static bool find_all(csi_png_renderer *r)
{
    return find(r, "rsvg_handle_new_from_data", &r->svg_new) &&
           find(r, "rsvg_handle_get_intrinsic_size_in_pixels", &r->svg_size) &&
           find(r, "rsvg_handle_render_document", &r->svg_draw) && find(r, "g_object_unref", &r->svg_free) &&
           find(r, "cairo_image_surface_create", &r->surface_new) && find(r, "cairo_surface_status", &r->surface_status) &&
           find(r, "cairo_surface_flush", &r->surface_flush) &&
           find(r, "cairo_image_surface_get_width", &r->surface_width) &&
           find(r, "cairo_image_surface_get_height", &r->surface_height) &&
           find(r, "cairo_image_surface_get_stride", &r->surface_stride) &&
           find(r, "cairo_image_surface_get_data", &r->surface_pixels) &&
           find(r, "cairo_surface_destroy", &r->surface_free) && find(r, "cairo_create", &r->painter_new) &&
           find(r, "cairo_scale", &r->painter_scale) && find(r, "cairo_destroy", &r->painter_free);
}

csi_status csi_png_renderer_new(csi_diag *diag, csi_png_renderer **renderer)
{
    *renderer = NULL;
    csi_png_renderer *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return csi_diag_no_memory(diag, "drawing charts");
    }
    r->library = dlopen("librsvg-2.so.2", RTLD_LAZY | RTLD_LOCAL);
    if (r->library == NULL || !find_all(r)) {
        csi_diag_note(diag, NULL, "charts as SVG only: librsvg, which draws them as PNG, is not installed (librsvg2-2)");
        csi_png_renderer_free(r);
        return CSI_OK;
    }
    *renderer = r;
    return CSI_OK;
}

/* The library stays: GLib cannot be unloaded. */
void csi_png_renderer_free(csi_png_renderer *renderer)
{
    free(renderer);
}

/* The drawing on a surface of its own; NULL when it cannot be drawn. A chart that would be larger than slides can hold
 * keeps its own size. */
static surface *draw(const csi_png_renderer *r, svg_handle *svg)
{
    double width = 0, height = 0;
    if (!r->svg_size(svg, &width, &height) || !(width >= 1) || !(height >= 1) || fmax(width, height) > LARGEST) {
        return NULL;
    }
    const int scale = fmax(width, height) * SCALE > MAX_SIDE ? 1 : SCALE;
    surface *const s = r->surface_new(CAIRO_FORMAT_RGB24, (int)ceil(width * scale), (int)ceil(height * scale));
    painter *const p = r->painter_new(s);
    r->painter_scale(p, scale, scale);
    const rectangle whole = {0, 0, width, height};
    const bool is_drawn = r->svg_draw(svg, p, &whole, NULL) != 0;
    r->painter_free(p);
    r->surface_flush(s);
    if (!is_drawn || r->surface_status(s) != CAIRO_OK) {
        r->surface_free(s);
        return NULL;
    }
    return s;
}

static csi_status write_surface(const csi_png_renderer *r, surface *s, const char *directory, const char *png,
                                csi_diag *diag)
{
    const csi_pixels pixels = {.width = (size_t)r->surface_width(s), .height = (size_t)r->surface_height(s),
                               .stride = (size_t)r->surface_stride(s), .bytes = r->surface_pixels(s)};
    csi_outfile *file = NULL;
    csi_status status;
    CSI_TRY(csi_outfile_open(directory, png, CSI_PLAIN, diag, &file));
    status = csi_pixels_write(&pixels, file, diag);
    if (status != CSI_OK) {
        csi_outfile_abandon(file);
        return status;
    }
    status = csi_outfile_commit(file, diag, NULL);
out:
    return status;
}

csi_status csi_png_write(const csi_png_renderer *r, const char *directory, const char *svg, const char *png,
                         csi_diag *diag)
{
    char *path = NULL, *bytes = NULL;
    size_t n = 0;
    svg_handle *handle = NULL;
    surface *drawn = NULL;
    csi_status status;
    csi_arena *const arena = csi_arena_new();
    path = arena == NULL ? NULL : csi_arena_format(arena, "%s/%s", directory, svg);
    if (path == NULL) {
        CSI_TRY(csi_diag_no_memory(diag, "drawing charts"));
    }
    CSI_TRY(csi_file_read(path, MAX_SVG_BYTES, diag, &bytes, &n));
    handle = r->svg_new((const unsigned char *)bytes, n, NULL);
    drawn = handle == NULL ? NULL : draw(r, handle);
    if (drawn == NULL) {
        CSI_TRY(csi_diag_error(diag, CSI_ERR_SYSTEM, NULL, "librsvg cannot draw %s", svg));
    }
    CSI_TRY(write_surface(r, drawn, directory, png, diag));
out:
    if (drawn != NULL) {
        r->surface_free(drawn);
    }
    if (handle != NULL) {
        r->svg_free(handle);
    }
    free(bytes);
    csi_arena_free(arena);
    return status;
}
