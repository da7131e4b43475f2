#!/bin/sh
# Sets random keys for about SECONDS, and prints how many were set.
#
#     load.sh PORT SECONDS
#
# redis-benchmark runs for a number of requests, not for a time; hence batches of requests until the time is over. What
# is printed is exactly what was answered between this script's start and end, which is the capture's window. The first
# call, which is the warm-up, fills the memory, so that every key set inside a capture evicts another one.
set -eu
port=$1
seconds=$2
batch=5000

set_keys() {
  redis-benchmark -q -p "$port" -c 8 -r 1000000 "$@" set key:__rand_int__ 0123456789abcdef0123456789abcdef >/dev/null
}

if redis-cli -p "$port" info stats | grep -q '^evicted_keys:0'; then
  set_keys -P 16 -n 40000
fi

end=$(awk -v now="$(date +%s%N)" -v seconds="$seconds" 'BEGIN { printf "%.0f", now + seconds * 1e9 }')
answered=0
while [ "$(date +%s%N)" -lt "$end" ]; do
  set_keys -n "$batch"
  answered=$((answered + batch))
done
echo "answered $answered"
