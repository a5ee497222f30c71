# SPDX-License-Identifier: MIT
# Whatever a program does to itself, and wherever it lives, it fares with the hooks as without:
# same output, same status.  What can't be published any more is dropped, and said so.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
tools=$HT_TOP_BUILDDIR/tests/conformance
host=$tools/host_program

# publish COMMAND...: runs it published at once, its file kept.
publish() {
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'export HEAPTOP_TARGET=$$ LD_PRELOAD=$0; exec "$@"' "$preload" "$@" 2>&1
}

keep() {
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'export HEAPTOP_TARGET=$$ HEAPTOP_KEEP=$$ LD_PRELOAD=$0; exec "$@"' "$preload" "$@" 2>&1
}

# segments [DIRECTORY]: how many there are.
segments() {
	find "${1:-$HEAPTOP_DIR}" -type f -name '[0-9]*.[0-9]*.[0-9]*' | wc -l
}

# figure NAME FILE: that line of segment_print.
figure() {
	"$tools/segment_print" "$2" | sed -n "s/^$1=//p"
}

# same NAME COMMAND...: ends and prints as without the hooks, published at once or late.
same() {
	local name=$1 bare hooked late
	shift
	bare=$("$@" 2>&1)
	bare+=" status $?"
	hooked=$(publish "$@")
	hooked+=" status $?"
	late=$(LD_PRELOAD=$preload "$@" 2>&1)
	late+=" status $?"
	is "$name" "$hooked, $late" "$bare, $bare"
	rm -rf "${HEAPTOP_DIR:?}"/*
}

# in_place NAME SETUP SCRIPT: runs SCRIPT in a mount namespace of its own, after SETUP.
can_mount=no
unshare -m true 2>/dev/null && can_mount=yes
in_place() {
	local name=$1 output
	if [ "$can_mount" = no ]; then
		skip "$name" "mount namespaces are not permitted"
		return
	fi
	output=$(export -f publish keep segments figure && export preload host tools tmp &&
		unshare -m bash -c "mount --make-rprivate / && $2 && $3" 2>&1)
	is "$name" "$output" "$4"
}

plain='allocated
threads came and went
allocated'

# limited OPTION VALUE COMMAND...: in a process that may have so much.
cat >"$tmp/limited" <<'SH'
#!/bin/bash
ulimit "$1" "$2" && shift 2 && exec "$@"
SH
cat >"$tmp/grouped" <<'SH'
#!/bin/sh
echo $$ >"$1/cgroup.procs" && shift && exec "$@"
SH
chmod +x "$tmp/limited" "$tmp/grouped"

# Ways to live.
same "threads come and go" "$host" plain
same "all descriptors closed and their numbers used again" "$host" close-descriptors "$tmp/own"
is "the host's file is its own" "$(cat "$tmp/own")" "the host's own"
same "memory locked" "$host" lock-memory
same "a vfork child that allocates first" "$host" vfork-allocating
LD_PRELOAD=$preload "$host" vfork-allocating >/dev/null &
vforked=$!
wait "$vforked"
is "it is its parent that is published" \
	"$(find "$HEAPTOP_DIR" -type f -name "*.*.*" -printf '%f\n' | cut -d. -f2)" "$vforked"
rm -rf "${HEAPTOP_DIR:?}"/*
publish "$host" fork-after-threads
is "regress: a child expects no threads of its parent" \
	"$(figure backed_slots "$HEAPTOP_DIR"/*.*.*)" 3
rm -rf "${HEAPTOP_DIR:?}"/*
same "a trim in a thread that is cancelled" "$host" cancel
same "a fork in a signal handler at each instruction" "$host" fork-anywhere
# That user may be kept from where all this was built (a home of mode 0700): it gets copies.
shared() {
	chmod 711 "$tmp" && cp "$host" "$tmp/host_program" && cp "$preload" "$tmp/preload.so" &&
		chmod 755 "$tmp/host_program" "$tmp/preload.so" && chown 65534 "$HEAPTOP_DIR" &&
		"${unprivileged[@]}" sh -c 'exec <"$0" && exec <"$1"' "$tmp/host_program" "$tmp/preload.so"
}
little="little memory locked, by a user without privileges"
unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups)
if [ "$(id -u)" -ne 0 ]; then
	same "$little" "$tmp/limited" -l 8192 "$host" lock-little-memory
elif ! shared >"$tmp/out" 2>&1; then
	skip "$little" "no other user can use copies in $tmp: $(tr '\n' ' ' <"$tmp/out")"
else
	preload=$tmp/preload.so same "$little" \
		"$tmp/limited" -l 8192 "${unprivileged[@]}" "$tmp/host_program" lock-little-memory
fi
chown "$(id -u)" "$HEAPTOP_DIR"
if [ "$(id -u)" -eq 0 ]; then
	mkdir -p "$tmp/root"
	same "root changed and privileges dropped" "$host" change-root "$tmp/root"
else
	skip "root changed and privileges dropped" "not root"
fi
status_is "a filter lets the bare program live" 0 "$host" sandbox
same "a filter that kills, set by prctl" "$host" sandbox
same "a filter that kills, set by syscall for all threads" "$host" sandbox-by-syscall
same "a filter that kills, set by prctl without the C library" "$host" sandbox-by-bare-prctl
same "strict mode" "$host" sandbox-strict
same "a filter asked for in vain" "$host" probe-sandbox
publish "$host" probe-sandbox >"$tmp/out"
is "regress: after that it leaves in order" "$(segments)" 0

# Limits.
same "no byte of any file" "$tmp/limited" -f 0 "$host" plain
same "files of 32 KiB" "$tmp/limited" -f 32 "$host" plain
same "no further descriptors" "$host" no-descriptors
same "an address space of 30 MB" "$tmp/limited" -v 30000 "$host" single
same "an address space of 12 MB" "$tmp/limited" -v 12000 "$host" single
same "no locked memory" "$tmp/limited" -l 0 "$host" plain

# memory_group BYTES: makes a control group with that limit, its path in $group.
memory_group() {
	local parent
	for parent in /sys/fs/cgroup /sys/fs/cgroup/memory; do
		group=$parent/heaptop-test-$$
		[ -f "$parent/cgroup.procs" ] && mkdir "$group" 2>/dev/null || continue
		[ -f "$group/memory.max" ] && echo "$1" >"$group/memory.max" && return
		[ -f "$group/memory.limit_in_bytes" ] && echo "$1" >"$group/memory.limit_in_bytes" && return
		rmdir "$group"
	done
	return 1
}
if memory_group $((32 << 20)); then
	same "a control group of 32 MiB" "$tmp/grouped" "$group" "$host" plain
	rmdir "$group"
else
	skip "a control group of 32 MiB" "control groups are not writable"
fi

# Places.  $tmp is seen inside the namespaces too.
mkdir -m 700 "$tmp/place"
export HEAPTOP_DIR=$tmp/place
in_place "a full file system: not published" \
	'mount -t tmpfs -o size=256k,mode=700 none $HEAPTOP_DIR && head -c 256k /dev/zero >$HEAPTOP_DIR/all 2>/dev/null' \
	'publish $host plain && segments' "$plain
0"
# Who allocates while another one asks for room shares a slot for now, and would be counted the next time: its
# threads allocate once, so that on a busy machine few of them are.  What they allocated is counted in any case.
in_place "a file system that fills up: dropped threads are counted" \
	'mount -t tmpfs -o size=96k,mode=700 none $HEAPTOP_DIR' \
	'keep $host plain && test $(figure dropped_threads $HEAPTOP_DIR/*) -ge 1 && echo dropped &&
	test $(figure allocated_blocks $HEAPTOP_DIR/*) -ge 12300 && echo counted' "$plain
dropped
counted"
in_place "no inodes: not published" \
	'mount -t tmpfs -o nr_inodes=1,mode=700 none $HEAPTOP_DIR' \
	'publish $host plain && segments' "$plain
0"
in_place "a place that is read-only: not published" \
	'mount --bind $HEAPTOP_DIR $HEAPTOP_DIR && mount -o remount,bind,ro $HEAPTOP_DIR' \
	'publish $host plain && segments' "$plain
0"
mkdir -m 700 "$tmp/run"
in_place "/dev/shm read-only: published below XDG_RUNTIME_DIR" \
	'mount -t tmpfs -o mode=1777,ro none /dev/shm && unset HEAPTOP_DIR && export XDG_RUNTIME_DIR=$tmp/run' \
	'keep $host plain && segments $tmp/run/heaptop' "$plain
1"
in_place "/dev/shm absent: not published" \
	'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && unset HEAPTOP_DIR XDG_RUNTIME_DIR' \
	'publish $host plain' "$plain"

# Planted at the place: nothing is written there, nothing else happens.
planted() {
	local name=$1 setup=$2
	rm -rf "$tmp/planted" "$tmp/victim"
	mkdir -m 700 "$tmp/victim"
	(eval "$setup")
	is "$name" "$(HEAPTOP_DIR=$tmp/planted keep "$host" plain; find "$tmp/victim" "$tmp/planted" \
		-mindepth 1)" "$plain"
}
planted "a symlink to a directory" 'ln -s victim "$tmp/planted"'
planted "a symlink to nowhere" 'ln -s nowhere "$tmp/planted"'
planted "a file" ': >"$tmp/planted"'
planted "a FIFO" 'mkfifo "$tmp/planted"'
planted "a directory that others can write to" 'mkdir -m 777 "$tmp/planted"; chmod 777 "$tmp/planted"'
planted "a directory where no directory can be" 'true; rm -rf "$tmp/planted"; ln -s /proc/self "$tmp/planted"'
if [ "$(id -u)" -eq 0 ]; then
	planted "a directory of somebody else" 'mkdir -m 700 "$tmp/planted" && chown 65534 "$tmp/planted"'
else
	skip "a directory of somebody else" "not root"
fi

# squatted_by NAME COMMAND: COMMAND plants something at $path, the path of the very segment.
export preload host tmp
squatted_by() {
	local name=$1
	rm -rf "${HEAPTOP_DIR:?}"/* "$tmp/victim"
	echo "the victim's" >"$tmp/victim"
	cat >"$tmp/squat.sh" <<SH
start=\$(sed 's/.*) //' /proc/\$\$/stat | cut -d ' ' -f 20)
path=\$HEAPTOP_DIR/\$(stat -L -c %i /proc/self/ns/pid).\$\$.\$start
$2
export HEAPTOP_TARGET=\$\$ HEAPTOP_KEEP=\$\$ LD_PRELOAD=\$preload
exec "\$host" plain
SH
	is "$name" "$(sh "$tmp/squat.sh" 2>&1; cat "$tmp/victim")" "$plain
the victim's"
}
squatted_by "a symlink in the segment's place" 'ln -s "$tmp/victim" "$path"'
squatted_by "a hard link in the segment's place" 'ln "$tmp/victim" "$path"'
squatted_by "a FIFO in the segment's place" 'mkfifo "$path"'
squatted_by "a directory in the segment's place" 'mkdir "$path"'
squatted_by "a file that is no segment in the segment's place" 'echo junk >"$path"'
rm -rf "${HEAPTOP_DIR:?}"/*
