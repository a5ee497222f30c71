# SPDX-License-Identifier: MIT
# What the library that goes into other programs shows and uses: its exports are those of its
# map, all it needs comes from the C library, and it calls nothing that could harm its host.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

map=$HT_TOP_SRCDIR/src/preload/heaptop-malloc.map

# The names between "global:" and "local:".
mapped() {
	sed -n '/^global:/,/^local:/{ s/^[[:space:]]*\([A-Za-z_][A-Za-z_0-9]*\);.*/\1/p }' "$map" | sort
}

exported() {
	nm -D --defined-only "$1" | awk '{ print $NF }' | sed 's/@.*//' | sort
}

used() {
	nm -D --undefined-only "$1" | awk '{ print $NF }' | sed 's/@.*//' | sort
}

# Names, in order, that print, end the process, wait, or start something; one a line.
harmful() {
	grep -xE '(v?[sf]?n?|vd|d|a)printf|(__)?[vsfnd]*printf_chk|f?puts|perror|f(open|close|write|flush|read)|.*exit|abort|(__)?assert_fail|pthread_(mutex|rwlock|spin|cond)_.*|sem_(timed)?wait|system|popen|posix_spawnp?|n?sleep|usleep|nanosleep|setlocale|setenv|putenv|signal|sigaction' |
		grep -vxE '__cxa_at_quick_exit|__cxa_atexit'
}

plan 5
is "the exports are the map's" "$(exported "$preload")" "$(mapped)"
like "the map is read" "$(mapped)" 'malloc_usable_size'
is "it calls nothing that harms its host" "$(used "$preload" | harmful)" ""
is "such calls would be found" \
	"$(printf '%s\n' memcpy printf __fprintf_chk pthread_mutex_lock read | harmful | wc -l)" 3
is "it needs the C library alone" \
	"$(readelf -d "$preload" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		grep -vE '^(libc|ld-linux.*|libdl|libpthread)\.so')" ""
