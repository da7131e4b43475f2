/** Why something is missing in a profile. Made from native/src/profile/causes.def by npm run generate:causes. */
export const causes = {
  lost: {
    ring_full: {
      meaning: 'the buffer between kernel and collector was full',
      cure: 'lower capture.rate or give the collector a CPU of its own',
    },
    task_storage_full: {
      meaning: 'the kernel had no memory to remember a thread by',
      cure: 'free memory on the runner',
    },
    program_busy: {
      meaning: 'a sample came while another was being taken on the same CPU',
      cure: 'lower capture.rate',
    },
    throttled: {
      meaning: 'the kernel held sampling back, because it took too much of the CPU',
      cure: 'lower capture.rate or raise kernel.perf_cpu_time_max_percent',
    },
    unreadable_record: {
      meaning: "a line of another profiler's file is not of its format",
      cure: 'let the profiler write nothing else into its file, and all of it',
    },
  },
  incomplete: {
    frame_pointer_chain_ended: {
      meaning: 'frame pointers led no further',
      cure: 'build with -fno-omit-frame-pointer, or keep .eh_frame and use the bpf backend',
    },
    no_unwind_information: {
      meaning: 'the file does not say where the caller is, or not in a way that can be followed',
      cure: 'build without -fno-asynchronous-unwind-tables and keep .eh_frame when stripping',
    },
    stack_not_rising: {
      meaning: "the caller's frame would lie below its callee's: the stack was switched or is damaged",
      cure: 'mark the code that switches stacks as outermost in its .cfi directives',
    },
    stack_unreadable: {
      meaning: "the stack's memory was not there to be read",
      cure: 'nothing, where it is rare; else keep the stack from being swapped out',
    },
    no_mapping: {
      meaning: 'nothing executable is known where the next frame would be',
      cure: 'nothing, where it is rare; else the code was unmapped while it ran',
    },
    no_unwind_tables: {
      meaning: 'the process ended before the tables of its files were made',
      cure: 'capture a command that runs longer, or warm it up',
    },
    no_user_stack: {
      meaning: 'the thread was in the kernel and had no user stack, as while a program starts or ends',
      cure: "nothing: it is the kernel's work for the process",
    },
    process_gone: {
      meaning: 'the process ended before its mappings were read',
      cure: 'use the bpf backend, or a command that runs longer',
    },
  },
  unresolved: {
    no_symbol: {
      meaning: 'the file has no symbol at the address',
      cure: "keep symbols (no strip, no -s), or install the file's debug symbols (Debian: find-dbgsym-packages FILE names the package)",
    },
    file_unreadable: {
      meaning: 'the file could not be opened, or is not well-formed',
      cure: 'let the collector read it (run it as root or grant it capabilities, as the doctor says)',
    },
    anonymous_memory: {
      meaning: 'generated code that its runtime did not describe',
      cure: 'let the runtime describe it (node --perf-basic-prof --interpreted-frames-native-stack, java -XX:+PreserveFramePointer and jcmd PID Compiler.perfmap, python -X perf from 3.12 on, DOTNET_PerfMapEnabled=1)',
    },
    map_stale: {
      meaning: 'generated code whose map is older than the program, or of another user',
      cure: 'remove /tmp/perf-PID.map and /tmp/jit-PID.dump (PID and /tmp as the program sees them), and let its runtime write one anew',
    },
    no_mapping: {
      meaning: 'nothing executable was mapped at the address',
      cure: 'nothing, where it is rare; else the code was unmapped while it ran',
    },
    process_gone: {
      meaning: 'the process ended before its mappings were read',
      cure: 'use the bpf backend, or a command that runs longer',
    },
    kernel_symbols: {
      meaning: "the kernel's symbols are hidden from the collector",
      cure: 'grant it CAP_SYSLOG, or sysctl kernel.kptr_restrict=0',
    },
  },
  untraced: {
    not_taken: {
      meaning: 'no stack was taken at this place',
      cure: 'nothing: such places are rare and short',
    },
    blocked_before: {
      meaning: 'the thread waited since before the capture',
      cure: 'nothing: it did not wake in the capture',
    },
    short: {
      meaning: 'blocks shorter than --off-cpu-min',
      cure: 'lower --off-cpu-min',
    },
    too_many_places: {
      meaning: 'there were more places to wait than are told apart',
      cure: 'capture fewer processes at once',
    },
  },
} as const;
