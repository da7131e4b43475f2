"""Run by gdb: prints every frame of the thread that spins as file offset and file, leaf first."""

import gdb


def mappings(pid):
    for line in open(f"/proc/{pid}/maps"):
        fields = line.split(None, 5)
        if "x" in fields[1]:
            start, end = (int(part, 16) for part in fields[0].split("-"))
            yield start, end, int(fields[2], 16), fields[5].strip() if len(fields) > 5 else ""


def main():
    areas = list(mappings(gdb.selected_inferior().pid))
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        frame = gdb.newest_frame()
        if frame.name() != "spin":
            continue
        while frame is not None:
            # An inlined function has no frame of its own on the stack.
            pc = frame.pc() if frame.type() != gdb.INLINE_FRAME else 0
            for start, end, offset, path in areas:
                if start <= pc < end:
                    print(f"FRAME {pc - start + offset} {path}")
            frame = frame.older()
        return


main()
