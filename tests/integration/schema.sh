# SPDX-License-Identifier: MIT
# What is written as JSON is what heaptop-1.schema.json says: every key of both, types, null only where it may be.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need python3
python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>"$tmp/err" ||
	skip_all "python3-jsonschema (4 or later) is not installed"

# check.py SCHEMA FILE [strict]: each line of FILE, or all of it, against the schema.  Strict: every key of an object is
# in the schema, and, but for lists that are there on request, every key of the schema in the object.
cat >"$tmp/check.py" <<'PYTHON'
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
lists = {"threads", "exited_threads", "size_classes", "events", "memory", "maps"}
if sys.argv[3:] == ["strict"]:
    for part in [schema] + [d for d in schema["$defs"].values() if "properties" in d]:
        part["additionalProperties"] = False
        part["required"] = [key for key in part["properties"] if key not in lists or "sites" in part["properties"]]
text = open(sys.argv[2], encoding="utf-8").read()
samples = [json.loads(text)] if text.startswith("{\n") else [json.loads(line) for line in text.splitlines()]
validator = Draft202012Validator(schema)
errors = ["%s: %.200s" % (list(e.absolute_path), e.message) for s in samples for e in validator.iter_errors(s)]
sys.exit("\n".join(errors[:20]) or (0 if samples else "no sample"))
PYTHON

# holds NAME FILE [strict]
schema=$HT_TOP_SRCDIR/src/export/heaptop-1.schema.json
holds() {
	ok "$1" python3 "$tmp/check.py" "$schema" "$2" "${@:3}"
}

# metrics.py SCHEMA METRICS.DEF: every metric has its key and type in the schema.
cat >"$tmp/metrics.py" <<'PYTHON'
import csv, json, re, sys
parts = json.load(open(sys.argv[1]))["$defs"]
names = {"HOST": "host", "PROCESS": "process", "HEAP": "heap", "THREAD": "thread", "CLASS": "size_class",
         "EVENT": "event", "MAP": "map"}
lines = re.findall(r"^HT_METRIC\((.*)\)$", open(sys.argv[2]).read(), re.M)
wrong = [] if lines else ["no metric at all"]
for scope, _, _, key, _, kind, unit, _ in csv.reader(lines, skipinitialspace=True):
    wanted = "#/$defs/" + ("real" if kind == "RATE" or unit == "PERCENT" else "count")
    found = parts[names[scope]]["properties"].get(key)
    if found != {"$ref": wanted}:
        wrong.append("%s.%s is %s, not %s" % (names[scope], key, found, wanted))
sys.exit("\n".join(wrong) or 0)
PYTHON
metrics=$HT_TOP_SRCDIR/include/heaptop/metrics.def
ok "every metric is in the schema, with its type" python3 "$tmp/metrics.py" "$schema" "$metrics"
{ cat "$metrics" && echo 'HT_METRIC(HEAP, NEW, "new", "new_bytes", "NEW", GAUGE, BYTES, "planted")'; } >"$tmp/metrics.def"
status_is "one that isn't would be found" 1 python3 "$tmp/metrics.py" "$schema" "$tmp/metrics.def"

spawn "$heaptop" run "$HT_TOP_BUILDDIR/examples/heaptop-demo-pool" --workers 3 >/dev/null
target=$pid
ok "the pool is published" wait_until "'$heaptop' check 'live > 0 and alloc_rate > 0' -p $target"
cp /bin/sleep "$tmp/killed-sleep"
spawn "$heaptop" run "$tmp/killed-sleep" 600
ok "one more is" wait_until "'$heaptop' check 'live > 0' -p $pid"
killed=$pid
spawn sleep 600
plain=$pid
stop "$killed" KILL

everything=threads,size_classes,events,allocator,maps
"$heaptop" snapshot --format json >"$tmp/all"
holds "all processes" "$tmp/all" strict
"$heaptop" snapshot --format json --detail "$everything" -p "$target,$plain" >"$tmp/details"
holds "every list" "$tmp/details" strict
ok "they are there" python3 -c 'import json, sys
first = json.load(open(sys.argv[1]))["processes"][0]
sys.exit(not all(first[key] for key in ("heap", "threads", "exited_threads", "size_classes", "memory", "maps")))' "$tmp/details"
"$heaptop" snapshot --format json --dead --detail "$everything" -p "$killed" >"$tmp/dead"
holds "a program that was killed" "$tmp/dead" strict
"$heaptop" snapshot --format ndjson -n 3 -d 50ms --detail events -p "$target" >"$tmp/series"
holds "a series" "$tmp/series" strict
is "of three" "$(wc -l <"$tmp/series")" 3
"$heaptop" snapshot --format json --fields live,res,name -p "$target" >"$tmp/fields"
holds "picked fields" "$tmp/fields"

# mutated NAME PYTHON: what a change makes of a good sample is refused.
mutated() {
	python3 -c 'import json, sys
sample = json.load(open(sys.argv[1]))
process = sample["processes"][0]
exec(sys.argv[2])
json.dump(sample, open(sys.argv[3], "w"))' "$tmp/details" "$2" "$tmp/mutated"
	status_is "refused: $1" 1 python3 "$tmp/check.py" "$schema" "$tmp/mutated"
}
mutated "another schema" 'sample["schema"] = "heaptop/2"'
mutated "a figure as text" 'process["resident_bytes"] = "12"'
mutated "a negative figure" 'process["heap"]["live_bytes"] = -1'
mutated "a part of a byte" 'process["heap"]["live_bytes"] = 1.5'
mutated "a local time" 'sample["time"] = "2026-11-22 09:00:00"'
mutated "no pid" 'del process["pid"]'
mutated "an unknown where none may be" 'process["threads"] = None'
mutated "a thread without its name's key" 'del process["threads"][0]["name"]'
mutated "an address as a number" 'process["maps"][0]["start"] = 4096'
python3 -c 'import json, sys
sample = json.load(open(sys.argv[1]))
sample["processes"][0]["heap"]["new"] = sample["new"] = 1
json.dump(sample, open(sys.argv[2], "w"))' "$tmp/details" "$tmp/more"
holds "a key that is new is no error" "$tmp/more"
status_is "but one that the schema lacks is told here" 1 python3 "$tmp/check.py" "$schema" "$tmp/more" strict
