"""A CPU-bound program as people write them: parses, counts and sorts text. One line in, "SECONDS"; one line out, passes made."""
import collections
import json
import re
import sys
import time

TEXT = " ".join(f"word{(i * i) % 997} the {i % 13}-th value={i}" for i in range(400))


def tokens(text):
    return [word.lower() for word in re.findall(r"[a-z0-9]+", text)]


def fold(node, depth):
    return {f"k{i}": fold(node, depth - 1) for i in range(2)} if depth else node


def one_pass():
    counted = collections.Counter(tokens(TEXT))
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return len(json.loads(json.dumps({"top": ranked[:50], "tree": fold(ranked[0], 6)})))


for line in sys.stdin:
    end = time.monotonic() + float(line)
    passes = 0
    while time.monotonic() < end:
        one_pass()
        passes += 1
    print(passes, flush=True)
