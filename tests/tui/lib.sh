# SPDX-License-Identifier: MIT
# A real terminal for tests of the screen: a tmux server of its own, one pane of a fixed size.
# Sourced by bash, in place of tests/lib.sh:
#
#	. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"
#	screen_start 80 24 xterm-256color "$fake" mixed
#	ok "it draws" screen_shows 'COMMAND'
#	screen_keys j Enter
#
# The program runs between two looks at the terminal's modes; screen_ended waits for its end.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

need tmux

# The screen over made-up frames (fake_screen.c).
# shellcheck disable=SC2034 # used by the tests
fake=$HT_TOP_BUILDDIR/tests/tui/fake_screen

screen_socket=$tmp/tmux
screen_shell=$tmp/pane.sh
# With job control, as a person's shell starts it: in the foreground of its terminal.
cat >"$screen_shell" <<'END'
#!/bin/bash
set -m
stty -g >"$PANE/before"
TERM=$PANE_TERM "$@"
echo $? >"$PANE/status.new"
stty -g >"$PANE/after"
mv "$PANE/status.new" "$PANE/status"
exec sleep 1000
END
chmod +x "$screen_shell"

screen_tmux() {
	env -u TMUX tmux -S "$screen_socket" -f /dev/null "$@"
}

# screen_start WIDTH HEIGHT TERM COMMAND [ARG...]: starts the command in a new terminal.
screen_start() {
	local width=$1 height=$2 term=$3
	shift 3
	screen_stop
	rm -f "$tmp/before" "$tmp/after" "$tmp/status"
	screen_tmux new-session -d -x "$width" -y "$height" \
		-e PANE="$tmp" -e PANE_TERM="$term" -e HEAPTOP_DIR="$HEAPTOP_DIR" \
		"$(printf '%q ' "$screen_shell" "$@")" \; \
		set-option -g status off \; set-option -g window-size manual \; \
		set-option -g escape-time 0 \; resize-window -x "$width" -y "$height"
}

screen_stop() {
	[ ! -S "$screen_socket" ] || screen_tmux kill-server 2>/dev/null
	rm -f "$screen_socket"
}

# What stands on the screen; with -e, its attributes, too.
# shellcheck disable=SC2120 # the tests pass them
screen_text() {
	screen_tmux capture-pane -p "$@"
}

# screen_shows REGEX [SECONDS]: waits until a line is like it.
screen_shows() {
	wait_until "screen_text | grep -qE -- $(printf %q "$1")" "${2:-30}" || {
		screen_text
		return 1
	}
}

# screen_lacks REGEX: waits until no line is like it.
screen_lacks() {
	wait_until "! screen_text | grep -qE -- $(printf %q "$1")" || {
		screen_text
		return 1
	}
}

# screen_keys KEY...: as tmux's send-keys names them.
screen_keys() {
	screen_tmux send-keys "$@"
}

screen_resize() {
	screen_tmux resize-window -x "$1" -y "$2"
}

# The pid of the program under test.
screen_pid() {
	pgrep -P "$(screen_tmux display-message -p '#{pane_pid}')" -n
}

# screen_ended STATUS: waits for the program's end: with that status, and the terminal as it was.
screen_ended() {
	wait_until 'test -s "$tmp/status"' || return 1
	echo "status $(cat "$tmp/status"), modes $(cat "$tmp/before") then $(cat "$tmp/after")"
	[ "$(cat "$tmp/status")" = "$1" ] && cmp "$tmp/before" "$tmp/after" &&
		[ "$(screen_tmux display-message -p '#{alternate_on}#{cursor_flag}')" = 01 ]
}

screen_end() {
	local status=$?
	screen_stop
	return "$status"
}
trap 'screen_end; ht_end' EXIT
