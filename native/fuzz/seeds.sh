#!/bin/sh
# Makes small inputs for the fuzzers out of real files, one folder a fuzzer below DIR: what is not installed is left out.
#
#     seeds.sh DIR
set -eu
out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in elf eh_frame code go jitdump perf_map maps perf_record demangle; do mkdir -p "$out/$name"; done

cat > "$work/a.c" <<'C'
struct pair { int first, second; };
static inline int twice(int x) { return 2 * x; }
__attribute__((noinline)) int work(struct pair *pair) { return twice(pair->first) + pair->second; }
int main(int count, char **words) { struct pair pair = { count, 3 }; char big[count * 16]; big[0] = work(&pair); return big[0]; }
C
number=0
for flags in "-O2 -g" "-O0 -gdwarf-4" "-O2 -gdwarf-5 -gz" "-O2 -fno-omit-frame-pointer -static-pie -nostdlib -Wl,-e,main" \
	"-O2 -g -fno-asynchronous-unwind-tables -gdwarf-5"; do
	number=$((number + 1))
	gcc $flags -o "$out/elf/linked-$number" "$work/a.c"
	gcc $flags -c -o "$out/elf/object-$number" "$work/a.c"
done
strip -o "$out/elf/stripped" "$out/elf/linked-1"
for file in "$out"/elf/linked-* /bin/true /bin/sh; do
	objcopy -O binary -j .eh_frame "$file" "$out/eh_frame/$(basename "$file")" 2>/dev/null || :
	objcopy -O binary -j .text "$file" "$out/code/$(basename "$file")" 2>/dev/null || :
done

if command -v go >/dev/null; then
	printf 'package main\nfunc main() { println("x") }\n' > "$work/a.go"
	(cd "$work" && GOFLAGS=-mod=mod go build -ldflags=-w -o a.out a.go)
	objcopy -j .gopclntab -j .go.module -j .noptrdata "$work/a.out" "$out/go/program" 2>/dev/null
fi
if command -v node >/dev/null; then
	(cd "$work" && node --perf-prof --perf-basic-prof -e 'for (let i = 0; i < 1e6; i++) Math.sqrt(i)' && cat jit-*.dump | head -c 40000) > "$out/jitdump/node"
	(cd "$work" && rm -f /tmp/perf-"$(ls jit-*.dump | tr -cd 0-9)".map)
fi
if command -v java >/dev/null; then
	agent=$(cd "$(dirname "$0")/.." && pwd)/build/profbound-java.so
	(cd "$work" && sh -c 'echo $$ > pid; exec java -agentpath:"$1" -Xcomp -XX:TieredStopAtLevel=1 -version' sh "$agent" 2>/dev/null >/dev/null) || :
	head -c 40000 /tmp/jit-"$(cat "$work/pid")".dump > "$out/jitdump/java" && rm -f /tmp/jit-"$(cat "$work/pid")".dump
fi
printf '7f0010 20 JS:*f /srv/a.js:1:2\n7f0010 10 LazyCompile:~g file:///srv/b.mjs:3:4\n400 8 py::h:/srv/c.py\n' > "$out/perf_map/lines"
cat /proc/self/maps > "$out/maps/self"
number=0
nm -D --defined-only "$(gcc -print-file-name=libstdc++.so)" | awk '{ print $3 }' | grep ^_Z | awk 'NR % 60 == 0' | head -n 100 | while read -r name; do
	number=$((number + 1))
	printf %s "${name%%@*}" > "$out/demangle/cxx-$number"
done
printf %s _ZN4core3ptr13drop_in_place17h0123456789abcdefE > "$out/demangle/rust-legacy"
printf %s _RNvNtCs1234_7mycrate3foo3barINtNtC3std3vec3VecyE > "$out/demangle/rust-v0"
