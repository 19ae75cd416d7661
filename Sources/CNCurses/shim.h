#pragma once
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <curses.h>

// Swift sees neither macros with side effects nor mutable globals: these give them names.
static inline int weir_colors(void) { return COLORS; }
static inline uint32_t weir_bold(void) { return A_BOLD; }
static inline uint32_t weir_dim(void) { return A_DIM; }
static inline uint32_t weir_underline(void) { return A_UNDERLINE; }
static inline uint32_t weir_reverse(void) { return A_REVERSE; }
static inline uint32_t weir_italic(void) { return A_ITALIC; }

/// Takes the character set from the environment, and only that: a decimal comma would reach the engine hosted here.
/// Where it is not UTF-8, curses works in C.UTF-8 and 0 is returned: draw in ASCII. 1 otherwise.
static inline int weir_locale_start(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return 1;
    setlocale(LC_CTYPE, "C.UTF-8");
    return 0;
}
/// Starts curses on the standard streams, with colours or without; -1 when the terminal is unknown.
/// Input stays ours: curses neither reads nor looks whether something waits.
static inline int weir_curses_start(int colours) {
    if (!newterm(NULL, stdout, stdin)) return -1;
    if (colours && has_colors()) {
        start_color();
        use_default_colors();
    }
    raw();
    noecho();
    nonl();
    typeahead(-1);
    keypad(stdscr, FALSE);
    curs_set(0);
    leaveok(stdscr, TRUE);
    return 0;
}
/// Gives the terminal back, as curses knows it.
static inline void weir_curses_stop(void) { endwin(); }
/// Takes the terminal again after `weir_curses_stop`; the next refresh paints all of it.
static inline void weir_curses_resume(void) {
    reset_prog_mode();
    clearok(curscr, TRUE);
    curs_set(0);
}
static inline void weir_curses_resize(int rows, int columns) {
    resizeterm(rows, columns);
    clearok(curscr, TRUE);
}
static inline void weir_curses_refresh(void) { refresh(); }

/// A pair for two colour indexes (-1: the terminal's own), shared by every caller that asks for the same two.
static inline int weir_pair(int fg, int bg) { return alloc_pair(fg, bg); }
/// Puts one cell's text at a place: a character of the given width and up to two combining marks (0: none). What the
/// C library measures differently is shown as '?', or curses and we would disagree about every column after it.
static inline void weir_put(int row, int column, uint32_t base, uint32_t mark, uint32_t second, int width,
                            uint32_t attributes, int pair) {
    wchar_t text[4] = {(wchar_t)base, (wchar_t)mark, (wchar_t)second, 0};
    if (wcwidth(text[0]) != width) {
        text[0] = L'?';
        text[1] = 0;
    }
    for (int i = 1; i < 3; i++)
        if (text[i] && wcwidth(text[i]) != 0) text[i] = 0;
    cchar_t cell;
    if (setcchar(&cell, text, (attr_t)attributes, 0, &pair) == ERR) return;
    mvadd_wch(row, column, &cell);
    if (width == 2 && text[0] == L'?') mvadd_wch(row, column + 1, &cell);
}
