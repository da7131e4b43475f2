#!/bin/sh
# Runs every fuzzer for SECONDS, on what it knows from earlier runs and on seeds from this machine's files.
#
#     run.sh BUILD SECONDS
#
# An input that makes one fail stays in BUILD/findings, and the run ends with exit code 1.
set -eu
build=$1
seconds=$2
mkdir -p "$build/findings"
sh "$(dirname "$0")/seeds.sh" "$build/seeds"
failed=0
for fuzzer in "$build"/fuzz_*; do
	[ -x "$fuzzer" ] || continue
	name=${fuzzer##*/fuzz_}
	mkdir -p "$build/corpus/$name"
	log=$build/$name.log
	if "$fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=1000000 -print_final_stats=1 \
		-artifact_prefix="$build/findings/$name-" "$build/corpus/$name" "$build/seeds/$name" > "$log" 2>&1; then
		printf '%-12s %10s inputs, no finding\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")"
	else
		failed=1
		printf '%-12s FAILED, see %s\n' "$name" "$log"
		grep -m 12 -E 'ERROR|SUMMARY|runtime error|^ *#[0-9]+ 0x' "$log" || tail -n 5 "$log"
	fi
done
exit $failed
