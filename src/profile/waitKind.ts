/** What a thread waits for, by the functions between it and the scheduler. */

export const waitKinds = [
  'lock',
  'condition',
  'sleep',
  'receive',
  'send',
  'disk',
  'event',
  'connection',
  'child',
  'other',
] as const;

/**
 * `lock`: a mutex or the like; `condition`: that another thread signals; `event`: any of several descriptors, a
 * signal; `connection`: a new one; `receive` and `send`: one descriptor; `child`: that a process ends; `disk`: not to be interrupted.
 */
export type WaitKind = (typeof waitKinds)[number];

/** What Java waits by: the JVM's own functions between a method and the C library, and the JDK's between the two. */
const java: readonly (readonly [WaitKind, RegExp])[] = [
  [
    'lock',
    /^((ObjectMonitor|ObjectSynchronizer)::\w*(enter|EnterI)\w*|\w*Runtime1?::\w*monitor_?enter\w*|monitorenter_\w+ Runtime1 stub|complete_monitor_locking_Java|SharedRuntime::\w*monitor_locking\w*|java\.util\.concurrent\.locks\.(Reentrant\w*Lock(\$\w+)?\.lock|StampedLock\.(read|write)Lock)\w*)/,
  ],
  ['sleep', /^(JVM_Sleep|JavaThread::sleep|java\.lang\.Thread\.sleep\w*)/],
  [
    'condition',
    /^((ObjectMonitor|ObjectSynchronizer)::wait|JVM_MonitorWait|java\.lang\.Object\.wait\w*|Unsafe_Park|Parker::park|(os::)?Platform(Event::park|Monitor::wait)|(jdk\.internal|sun)\.misc\.Unsafe\.park|java\.util\.concurrent\.locks\.(LockSupport|AbstractQueued\w+)\b|java\.util\.concurrent\.ForkJoinPool\.(un)?managedBlock)/,
  ],
];

/** By names of C libraries, runtimes and system calls, all without what `plain` takes off. */
const byName: readonly (readonly [WaitKind, RegExp])[] = [
  ...java,
  [
    'lock',
    /^(pthread_(mutex|rwlock|spin)_\w*lock\w*|lll_lock_wait\w*|uv_(mutex|rwlock)_\w*lock|take_gil|runtime\.lock\w*|v8::base::(Recursive|Shared)?Mutex::Lock|std::(__1::)?(shared_)?mutex::lock|std::sys::.*::(lock_contended|lock_slow)|parking_lot::raw_(mutex|rwlock)::.*lock_slow)/,
  ],
  [
    'condition',
    /^(pthread_(cond_\w*wait\w*|\w*join\w*|barrier_wait)|sem_\w*wait|uv_(cond_\w*wait|sem_wait|barrier_wait|thread_join)|v8::base::(ConditionVariable|Semaphore)::Wait|std::(__1::)?(condition_variable|__condvar|thread::join|thread::park)|PyThread_acquire_lock\w*|parking_lot::condvar|runtime\.(note\w*sleep\w*|mPark|futexsleep))/,
  ],
  [
    'sleep',
    /^((clock_)?nanosleep|usleep|sleep|thrd_sleep|runtime\.usleep|(common_nsleep|hrtimer_nanosleep))\b/,
  ],
  [
    'event',
    /^(epoll_\w*wait\w*|do_epoll_\w*wait|p?poll|do_sys_poll|do_poll|p?select6?|do_select|sig\w*wait\w*|sigsuspend|rt_sig\w+|pause|io_uring_\w+|io_cqring_wait|io_getevents\w*|kevent)\b/,
  ],
  ['connection', /^(accept4?|inet_csk_accept)$/],
  ['child', /^(wait(4|id|pid)?|do_wait|kernel_wait4|kernel_waitid|vfork)$/],
  ['receive', /^(p?readv?2?(64)?|recv|recvfrom|recvm?msg|ksys_p?read(64)?|vfs_readv?)$/],
  ['send', /^(p?writev?2?(64)?|send|sendto|sendm?msg|sendfile(64)?|connect|ksys_p?write(64)?|vfs_writev?)$/],
  ['disk', /^(f(data)?sync|msync|syncfs|openat?2?|unlink(at)?|rename(at2?)?|vfs_fsync\w*)$/],
  ['condition', /^(futex\w*|do_futex)$/],
];

/** `__GI___libc_read`, `__x64_sys_read`, `read@@GLIBC_2.2.5` → `read`; `v8::base::Mutex::Lock()` → without arguments. */
function plain(name: string): string {
  return name
    .replace(/@.*$/, '')
    .replace(/\(.*$/s, '')
    .replace(/^_*(GI_)?_*(libc_|sys_|(x64|ia32|arm64|se)_(compat_)?sys_)?_*/, '');
}

/**
 * @param names functions from the scheduler outwards, kernel first, up to the one that waits
 * @param state as the scheduler sees the thread: `interruptible`, `uninterruptible`, `stopped`
 */
export function waitKind(names: readonly string[], state: string): WaitKind {
  if (state === 'uninterruptible') return 'disk';
  const plainNames = names.map(plain);
  // The outer ones know more: a mutex, where the kernel only sees a futex.
  for (const name of plainNames.reverse()) {
    const found = byName.find(([, pattern]) => pattern.test(name));
    if (found) return found[0];
  }
  return 'other';
}

/** Where the C library and the loader are; what lies there waits on behalf of its caller. */
const systemLibrary =
  /^(libc|libpthread|librt|libuClibc|ld-linux|ld-musl|ld|libstdc\+\+|libc\+\+|libgcc_s|linux-vdso)([-.].*)?$|^\[(vdso|vsyscall)\]$/;

/** Base names of mappings whose functions wait for others. */
export function isSystemLibrary(mapping: string): boolean {
  return systemLibrary.test(mapping.slice(mapping.lastIndexOf('/') + 1));
}

/** Whether a function does nothing but wait for its caller, wherever it is linked. */
export function isWaitWrapper(name: string): boolean {
  const simple = plain(name);
  return /^(futex_\w*wait\w*|syscall)$/.test(simple) || byName.some(([, pattern]) => pattern.test(simple));
}
