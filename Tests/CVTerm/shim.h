#pragma once
#include <stdint.h>
#include <vterm.h>
#include <wchar.h>

/// A cell's colour as 0xRRGGBB, or -1 where it is the terminal's own. Swift does not see through VTermColor's union.
static inline int32_t weir_vterm_rgb(const VTermScreen *screen, VTermColor color) {
    if (VTERM_COLOR_IS_DEFAULT_FG(&color) || VTERM_COLOR_IS_DEFAULT_BG(&color)) return -1;
    vterm_screen_convert_color_to_rgb(screen, &color);
    return (color.rgb.red << 16) | (color.rgb.green << 8) | color.rgb.blue;
}
/// How many columns the C library gives a character in the current locale; -1 when it doesn't know it.
static inline int weir_library_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
