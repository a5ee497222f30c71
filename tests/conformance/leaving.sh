# SPDX-License-Identifier: MIT
# Who leaves in order leaves nothing behind; who is killed leaves its last picture, of which the newest
# sixteen stay; a setuid program is never published.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
tools=$HT_TOP_BUILDDIR/tests/conformance
host=$tools/host_program

# publish COMMAND...: runs it published at once, in a shell that may be told of its death.
publish() {
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'export HEAPTOP_TARGET=$$ LD_PRELOAD=$0; exec "$@"' "$preload" "$@" >"$tmp/out" 2>&1
}

segments() {
	find "$HEAPTOP_DIR" -type f | wc -l
}

# leaves WAY STATUS SEGMENTS: ending that way gives that status and leaves so many segments.
leaves() {
	rm -f "$HEAPTOP_DIR"/*
	ulimit -c 0
	publish "$host" "$1" 2>/dev/null
	is "$1 leaves $3" "status $?, $(segments) left" "status $2, $3 left"
}

leaves exit 21 0
leaves _exit 22 0
leaves _Exit 23 0
leaves quick_exit 24 0
leaves pthread_exit 0 0
leaves exec 0 0
is "exec's program ran" "$(tail -n 1 "$tmp/out")" "another program"
leaves abort 134 1
leaves kill 137 1
is "its state is live" "$("$tools/segment_print" "$HEAPTOP_DIR"/* | grep '^state=')" "state=1"

# The dead are collected on both kinds of file system: only tmpfs tells how many there are.
collects() {
	export HEAPTOP_DIR=$1
	for _ in {1..20}; do
		publish "$host" kill
	done 2>/dev/null
	touch "$HEAPTOP_DIR/1.2" "$HEAPTOP_DIR/1.2.3" "$HEAPTOP_DIR/1.2.3.4" "$HEAPTOP_DIR/readme"
	publish "$host" exit
	is "of twenty dead at most sixteen stay in $(stat -f -c %T "$1")" \
		"$(($(find "$HEAPTOP_DIR" -type f -size +1 | wc -l) <= 16))" 1
	is "what is no segment stays" "$(find "$HEAPTOP_DIR" -type f -size 0 | wc -l)" 4
	rm -rf "${HEAPTOP_DIR:?}"
}
mkdir -m 700 "$tmp/disk"
collects "$tmp/disk"
collects "$ht_segments"
mkdir -m 700 "$ht_segments"

# Linked with the library, because the dynamic linker takes no LD_PRELOAD for a setuid program.
setuid_program() {
	local compiler=${CC:-cc}
	printf '%s\n' '#include <stdio.h>' '#include <stdlib.h>' '#include <unistd.h>' \
		'int main(void) { for (int i = 0; i < 1000; i++) free(malloc(1000));' \
		'printf("%d\n", (int)geteuid()); return 0; }' >"$tmp/setuid.c"
	# A copy, since another user may not reach the build directory.
	cp "$preload" "$tmp/libheaptop-malloc.so" || return
	# shellcheck disable=SC2086 # a compiler may have arguments
	$compiler -fno-builtin -o "$tmp/setuid" "$tmp/setuid.c" -Wl,--no-as-needed \
		"$tmp/libheaptop-malloc.so" -Wl,-rpath,"$tmp" || return
	chmod 711 "$tmp" && chown 0 "$tmp/setuid" && chmod 4755 "$tmp/setuid"
	chown 65534 "$HEAPTOP_DIR"
	# shellcheck disable=SC2016 # for the inner shell
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		sh -c 'export HEAPTOP_TARGET=$$ HEAPTOP_KEEP=$$; exec "$0"' "$tmp/setuid" >"$tmp/out" 2>&1
}
if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
	skip "a setuid program works and is not published" "not root, or no setpriv"
elif ! setuid_program && ! grep -q '^0$' "$tmp/out"; then
	skip "a setuid program works and is not published" "$(head -n 1 "$tmp/out")"
else
	is "a setuid program works and is not published" "$(cat "$tmp/out") $(segments)" "0 0"
	chmod 755 "$tmp/setuid"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		sh -c 'export HEAPTOP_TARGET=$$ HEAPTOP_KEEP=$$; exec "$0"' "$tmp/setuid" >"$tmp/out" 2>&1
	is "the same program without the bit is" "$(cat "$tmp/out") $(segments)" "65534 1"
fi
