/* SPDX-License-Identifier: MIT */
/*
 * The mouse: a click on a row selects it and a second one opens it, a heading sorts and then reverses, a tab and a
 * word of the footer act as their keys, the wheel moves.  What lies where is told by the grid that was drawn last.
 */
#ifndef HT_TUI_MOUSE_H
#define HT_TUI_MOUSE_H

#include "tui/screen.h"

enum ht_mouse_action { HT_MOUSE_CLICK, HT_MOUSE_WHEEL_UP, HT_MOUSE_WHEEL_DOWN };

/* Answers ACTION at that place of the terminal. */
enum ht_screen_wish ht_mouse_answer(
    struct ht_screen *screen, enum ht_mouse_action action, int row, int column);

#endif
