#!/bin/sh
# Asks for random fields of one big hash for about SECONDS, and prints how many answers there were.
#
#     load.sh PORT SECONDS
#
# Pipelined, so that the server is busy with its own work and not with being woken up. redis-benchmark runs for a number
# of requests, not for a time; hence batches of requests until the time is over. What is printed is exactly what was
# answered between this script's start and end, which is the capture's window. The hash is filled by the first call,
# which is the warm-up: never inside a capture.
set -eu
port=$1
seconds=$2
fields=1000
batch=20000

if [ "$(redis-cli -p "$port" exists big)" = 0 ]; then
  seq 0 $((fields - 1)) | awk '{ printf "field:%012d value:%d\n", $1, $1 }' | xargs redis-cli -p "$port" hset big >/dev/null
fi

end=$(awk -v now="$(date +%s%N)" -v seconds="$seconds" 'BEGIN { printf "%.0f", now + seconds * 1e9 }')
answered=0
while [ "$(date +%s%N)" -lt "$end" ]; do
  # __rand_int__ becomes 12 digits below -r: each of the fields, equally often.
  redis-benchmark -q -p "$port" -c 8 -P 16 -n "$batch" -r "$fields" hget big field:__rand_int__ >/dev/null
  answered=$((answered + batch))
done
echo "answered $answered"
