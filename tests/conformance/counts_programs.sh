# SPDX-License-Identifier: MIT
# The counts of six real programs are those of two allocators below the hooks, exactly.
#
# glibc's libmemusage.so counts calls.  A call of malloc, calloc or realloc that didn't fail is a
# block allocated, a realloc(p, 0) excepted, which it lists as "free".  Of frees it tells too little: not how
# many were of NULL.  It has no usable sizes either, so the bytes are unknown, which must be said.
#
# oracle.so counts blocks and bytes, allocated and freed.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
tools=$HT_TOP_BUILDDIR/tests/conformance
bytes_unknown=2

# publish LIBRARIES COMMAND...: runs the command with the libraries behind ours; afterwards $counts
# holds its segment's figures as an associative array.
declare -A counts
publish() {
	local libraries=$1 figure value
	shift
	rm -f "$tmp/oracle" "$HEAPTOP_DIR"/*
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'export HEAPTOP_TARGET=$$ HEAPTOP_KEEP=$$ ORACLE_PID=$$ LD_PRELOAD=$0; exec "$@"' \
		"$preload:$libraries" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || return
	counts=([segments]=$(find "$HEAPTOP_DIR" -type f | wc -l))
	[ "${counts[segments]}" -eq 1 ] || return
	while IFS='=' read -r figure value; do
		counts[$figure]=$value
	done < <("$tools/segment_print" "$HEAPTOP_DIR"/*)
}

# What memusage's table adds up to.
memusage_blocks() {
	sed 's/\x1b\[[0-9;]*m//g' "$tmp/err" | awk '
		/^ *(malloc|realloc|calloc)\|/ { blocks += $2 - $4 }
		/^ *realloc\|/ { sub(/.*free:/, ""); blocks -= $0 + 0 }
		END { print blocks + 0 }'
}

# The oracle's four figures: allocated bytes and blocks, freed bytes and blocks.
oracle_totals() {
	od -A n -t u8 -v "$tmp/oracle" | xargs
}

# compare NAME COMMAND...
compare() {
	local name=$1
	shift
	if ! command -v "$1" >/dev/null; then
		skip "$name: libmemusage counts the same" "$1 is not installed"
		skip "$name: the oracle counts the same" "$1 is not installed"
		return
	fi
	if ! env LD_PRELOAD=libmemusage.so true 2>&1 | grep -q 'Memory usage'; then
		skip "$name: libmemusage counts the same" "libmemusage.so is not installed"
	elif publish libmemusage.so "$@"; then
		is "$name: libmemusage counts the same" \
			"${counts[allocated_blocks]}, bytes unknown: $((counts[flags] & bytes_unknown))" \
			"$(memusage_blocks), bytes unknown: $bytes_unknown"
	else
		not_ok "$name: libmemusage counts the same" "$(tail -n 5 "$tmp/err")"
	fi
	if ORACLE_FILE=$tmp/oracle publish "$tools/.libs/oracle.so" "$@"; then
		is "$name: the oracle counts the same" \
			"${counts[allocated_bytes]} ${counts[allocated_blocks]} ${counts[freed_bytes]} ${counts[freed_blocks]}" \
			"$(oracle_totals)"
	else
		not_ok "$name: the oracle counts the same" "$(tail -n 5 "$tmp/err")"
	fi
}

awk 'BEGIN {
	for (i = 0; i < 200; i++)
		printf "struct s%d { int a[%d]; double b; }; int f%d(struct s%d *p) { return p->a[0] + %d; }\n", i, i + 1, i, i, i
}' >"$tmp/many.c"
cat >"$tmp/script.sql" <<'SQL'
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000)
	insert into t select i, hex(zeroblob(i % 50)) from n;
create index x on t(b);
select count(*), sum(length(b)) from t where b like '%00';
SQL
(
	cd "$tmp" && export GIT_CONFIG_NOSYSTEM=1 HOME=$tmp && git init -q repository && cd repository &&
		cp ../many.c . && git add many.c &&
		git -c user.name=t -c user.email=t@localhost commit -qm one
) >"$tmp/out" 2>&1
python=$(command -v /usr/bin/python3 || command -v python3)
compiler=$(gcc -print-prog-name=cc1 2>/dev/null)

plan 12
compare sqlite3 sqlite3 :memory: ".read $tmp/script.sql"
compare "a C compiler" "${compiler:-cc1}" -quiet -O2 "$tmp/many.c" -o "$tmp/many.s"
compare perl perl -e 'my %h; $h{$_ % 777} .= "x$_" for 1 .. 30000; print length(join ",", values %h)'
PYTHONMALLOC=malloc PYTHONHASHSEED=0 compare python3 "${python:-python3}" -S -c \
	'import json; print(len(json.dumps([{str(i): list(range(i % 9))} for i in range(3000)])))'
compare git git -C "$tmp/repository" --no-pager log -p
compare awk gawk 'BEGIN { for (i = 0; i < 30000; i++) a[i % 999] = a[i % 999] i; print length(a[7]) }'
