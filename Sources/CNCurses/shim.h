#pragma once
#define NCURSES_WIDECHAR 1
#include <wchar.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <curses.h>

// Swift sees neither macros with side effects nor mutable globals: these give them names.
static inline WINDOW *weir_stdscr(void) { return stdscr; }
static inline int weir_colors(void) { return COLORS; }
static inline int weir_rows(void) { return LINES; }
static inline int weir_columns(void) { return COLS; }

/// Starts curses on the given descriptors' streams; 0 when it could, -1 when the terminal is unknown.
static inline int weir_curses_start(void) {
    setlocale(LC_ALL, "");
    if (!newterm(NULL, stdout, stdin)) return -1;
    start_color();
    use_default_colors();
    raw();
    noecho();
    nonl();
    keypad(stdscr, FALSE);
    curs_set(0);
    leaveok(stdscr, TRUE);
    return 0;
}
/// A pair for two colour indexes (-1: the terminal's own), shared by every caller that asks for the same two.
static inline int weir_pair(int fg, int bg) { return alloc_pair(fg, bg); }
/// Puts one cell's text (up to `CCHARW_MAX` code points) at a place.
static inline int weir_put(int row, int column, const uint32_t *scalars, int count, uint32_t attributes, int pair) {
    wchar_t text[CCHARW_MAX + 1];
    if (count > CCHARW_MAX) count = CCHARW_MAX;
    for (int i = 0; i < count; i++) text[i] = (wchar_t)scalars[i];
    text[count] = 0;
    cchar_t cell;
    if (setcchar(&cell, text, (attr_t)attributes, 0, &pair) == ERR) return -1;
    return mvadd_wch(row, column, &cell);
}
static inline uint32_t weir_bold(void) { return A_BOLD; }
static inline uint32_t weir_dim(void) { return A_DIM; }
static inline uint32_t weir_underline(void) { return A_UNDERLINE; }
static inline uint32_t weir_reverse(void) { return A_REVERSE; }
static inline uint32_t weir_italic(void) { return A_ITALIC; }
