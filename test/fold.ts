/** What `perf script` prints as collapsed stacks, outermost function first, as stackcollapse-perf writes them: a filter for a shell. */
export const foldPerfScript = `awk '
/^[^\\t]/ { stack = "" }
/^\\t/ { sub(/^[ \\t]+[0-9a-f]+ /, ""); sub(/\\+0x.*$/, ""); stack = stack == "" ? $0 : $0 ";" stack }
/^$/ { if (stack != "") count[stack]++; stack = "" }
END { for (stack in count) print stack, count[stack] }'`;
