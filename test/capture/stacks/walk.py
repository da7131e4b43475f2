"""Run by gdb: prints every frame of the thread that spins, or waits there, as file offset and file, leaf first."""

import gdb


def mappings(pid):
    for line in open(f"/proc/{pid}/maps"):
        fields = line.split(None, 5)
        if "x" in fields[1]:
            start, end = (int(part, 16) for part in fields[0].split("-"))
            yield start, end, int(fields[2], 16), fields[5].strip() if len(fields) > 5 else ""


def is_on_stack(frame):
    """Not so what gdb infers besides: inlined functions, and those that left by a tail call."""
    return frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME)


def spins(frame):
    while frame is not None:
        if frame.name() == "spin":
            return True
        frame = frame.older()
    return False


def main():
    areas = list(mappings(gdb.selected_inferior().pid))
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        frame = gdb.newest_frame()
        if not spins(frame):
            continue
        while frame is not None:
            for start, end, offset, path in areas:
                if is_on_stack(frame) and start <= frame.pc() < end:
                    print(f"FRAME {frame.pc() - start + offset} {path}")
            frame = frame.older()
        return


main()
