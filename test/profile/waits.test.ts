import { describe, expect, test } from '@jest/globals';
import type { Frame, Profile, Sample } from '../../src/profile/model.js';
import { type WaitKind, waitKind } from '../../src/profile/waitKind.js';
import { waitTable } from '../../src/profile/waits.js';

/**
 * A profile out of lines `thread milliseconds count functions…`, outermost first. What ends in `()` is the C library's,
 * what ends in `[k]` the kernel's, `[…]` a marker, and `name@lib.so` is another file's; the rest is the project's own.
 */
function profile(...lines: string[]): Profile {
  const frames: Frame[] = [];
  const samples = lines.map((line): Sample => {
    const [tid, milliseconds, count, ...functions] = line.split(' ');
    const stack = functions.reverse().map((name) => frames.push(frameOf(name)) - 1);
    const labels = { pid: 1, tid: Number(tid), state: 'interruptible' };
    return { stack, count: Number(count), nanoseconds: Number(milliseconds) * 1e6, labels };
  });
  return { frames, samples, startedAtNanoseconds: 0n, durationNanoseconds: 1e9, periodNanoseconds: 0 };
}

function frameOf(written: string): Frame {
  const [name = '', library] = written.replace(/\(\)$|\[k\]$/, '').split('@');
  const mapping = written.endsWith('[k]')
    ? '[kernel.kallsyms]'
    : written.endsWith('()')
      ? '/usr/lib/x86_64-linux-gnu/libc.so.6'
      : (library ?? '/src/service');
  const isOwn = mapping === '/src/service' && !name.startsWith('[');
  return { name, systemName: name, file: isOwn ? `/src/${name}.c` : '', line: isOwn ? 7 : 0, mapping };
}

/** Waits as `kind function`, with `for work` where that is what threads wait for. */
function places(waits: Profile, cpu: Profile, units = 1000): string[] {
  return waitTable(waits, cpu, '/src', units).paths.map(
    ({ place: { kind, name }, forWork }) => `${kind} ${name}${forWork ? ' for work' : ''}`,
  );
}

describe('a wait belongs to', () => {
  test('the innermost function of the project, whatever library it waits in', () => {
    const waits = profile(
      '1 9 1 main handle query PQexec@libpq.so poll@libpq.so poll() do_sys_poll[k]',
      '1 8 1 main handle pthread_mutex_lock() futex_wait[k]',
      '1 7 1 loop@libev.so std::condition_variable::wait@libstdc++.so pthread_cond_wait() futex_wait[k]',
    );
    const { paths } = waitTable(waits, profile(), '/src', 1000);
    expect(paths.map(({ place }) => [place.name, place.file, place.line, place.kind])).toEqual([
      ['query', 'query.c', 7, 'event'],
      ['handle', 'handle.c', 7, 'lock'],
      ['loop', null, null, 'condition'],
    ]);
    expect(paths[0]?.callers).toEqual(['handle', 'main']);
  });

  test('nobody without a stack of the program', () => {
    const waits = profile(
      '1 5 1 [blocked_since_before_the_capture] futex_wait[k]',
      '1 3 1 main read() ksys_read[k]',
    );
    expect(waitTable(waits, profile(), '/src', 1000)).toMatchObject({
      nanoseconds: 8e6,
      untracedNanoseconds: 5e6,
      paths: [{ nanoseconds: 3e6, count: 1 }],
    });
  });

  test('one place by one key in another worktree, told apart by how threads come there', () => {
    const { paths } = waitTable(
      profile('1 2 1 main a lock pthread_mutex_lock()', '2 1 1 main b lock pthread_mutex_lock()'),
      profile(),
      '/src',
      1000,
    );
    expect(new Set(paths.map(({ place }) => place.key)).size).toBe(1);
    expect(new Set(paths.map(({ key }) => key)).size).toBe(2);
  });
});

describe('threads wait for work', () => {
  test('in the queue of a pool and for the next request, not in what they then do', () => {
    const waits = profile(
      '1 500 1000 work next pthread_cond_wait()',
      '1 300 1000 work serve handle sleep_a_bit nanosleep()',
      '1 90 900 work serve handle ask recv() sk_wait_data[k]',
      '1 5 20 work serve handle pthread_mutex_lock()',
      '1 3 10 work next pthread_mutex_lock()',
    );
    const cpu = profile('1 20 20 work next', '1 80 80 work serve handle compute');
    expect(places(waits, cpu)).toEqual([
      'condition next for work',
      'sleep sleep_a_bit',
      'receive ask',
      'lock handle',
      'lock next',
    ]);
  });

  test('in the connection they serve, and in the rare wait for the next one', () => {
    const waits = profile(
      '1 500 1000 work serve read() ksys_read[k]',
      '1 200 1000 work serve handle nanosleep()',
      '1 90 3 work next pthread_cond_wait()',
    );
    const cpu = profile('1 80 80 work serve handle compute');
    expect(places(waits, cpu)).toEqual(['receive serve for work', 'sleep handle', 'condition next for work']);
  });

  test('in each of two loops, where a connection brings a few requests', () => {
    const waits = profile(
      '1 500 34 work serve read() ksys_read[k]',
      '1 60 32 work serve handle nanosleep()',
      '1 90 90 work serve handle ask recv()',
      '1 40 4 work next pthread_cond_wait()',
    );
    const cpu = profile('1 8 8 work serve handle compute', '1 1 1 work serve handle ask');
    expect(places(waits, cpu, 32)).toEqual([
      'receive serve for work',
      'receive ask',
      'sleep handle',
      'condition next for work',
    ]);
  });

  test('in their event loop, however rarely it has to wait', () => {
    const waits = profile(
      '1 900 1000 main run poll_events on_request handle pthread_cond_timedwait()',
      '1 1 1 main run poll_events epoll_wait() do_epoll_wait[k]',
      '1 1 5 main run timers flush pthread_cond_wait()',
    );
    const cpu = profile('1 80 80 main run poll_events on_request handle');
    expect(places(waits, cpu)).toEqual(['condition handle', 'event poll_events for work', 'condition flush']);
  });

  test('each thread by its own loop, though all start alike', () => {
    const waits = profile(
      '1 900 1000 start@lib.so work take pthread_cond_wait()',
      '1 90 1000 start@lib.so work handle nanosleep()',
      '2 950 20 start@lib.so tick usleep() hrtimer_nanosleep[k]',
    );
    const cpu = profile('1 80 80 start@lib.so work handle');
    expect(places(waits, cpu)).toEqual(['sleep tick for work', 'condition take for work', 'sleep handle']);
  });

  test('when only the scheduler of Go is on the stack', () => {
    const waits = profile(
      '1 900 10 runtime.mcall@go runtime.findRunnable@go runtime.futexsleep@go runtime.futex@go',
      '1 80 10 runtime.mcall@go runtime.findRunnable@go runtime.netpoll@go internal/runtime/syscall.EpollWait@go',
    );
    expect(waitTable(waits, profile(), '/src', 1000).paths.map(({ forWork }) => forWork)).toEqual([
      true,
      true,
    ]);
  });

  test('by threads that an interpreter has in common, apart from one another', () => {
    const waits = profile(
      // The server's threads; a timer, which waits in the interpreter itself.
      '1 400 1000 entry@jit Interpreter@jit take pthread_cond_wait()',
      '1 300 1000 entry@jit Interpreter@jit serve nanosleep()',
      '2 1000 60 entry@jit Interpreter@jit pthread_cond_wait()',
    );
    const cpu = profile(
      '1 300 300 entry@jit Interpreter@jit serve',
      '1 10 10 entry@jit Interpreter@jit take',
      '2 1 1 entry@jit Interpreter@jit',
    );
    expect(places(waits, cpu)).toEqual([
      'condition Interpreter for work',
      'condition take for work',
      'sleep serve',
    ]);
  });

  test('never in threads that live as long as a unit of work, but always for child processes', () => {
    const waits = profile('1 900 1 main read_all read()', '2 800 1 main wait_all wait4() do_wait[k]');
    expect(places(waits, profile(), 2)).toEqual(['receive read_all', 'child wait_all for work']);
  });

  test('unknown where the stack is incomplete', () => {
    const waits = profile('1 900 10 [truncated] serve read()');
    expect(waitTable(waits, profile(), '/src', 1000).paths[0]?.forWork).toBeNull();
  });
});

test.each<[WaitKind, string]>([
  ['lock', '__x64_sys_futex __lll_lock_wait ___pthread_mutex_lock'],
  ['condition', 'futex_wait __futex_abstimed_wait_common __pthread_cond_wait'],
  ['sleep', 'do_nanosleep __GI___clock_nanosleep'],
  ['receive', 'wait_woken __sys_recvfrom __libc_recv'],
  ['send', 'sock_sendmsg __x64_sys_sendto'],
  ['event', 'do_epoll_wait __x64_sys_epoll_pwait'],
  ['connection', 'inet_csk_accept __x64_sys_accept4'],
  ['child', 'do_wait kernel_wait4 __x64_sys_wait4'],
  ['condition', 'futex_wait do_futex __x64_sys_futex'],
  ['lock', 'futex_wait syscall std::sys::sync::mutex::futex::Mutex::lock_contended'],
  [
    'sleep',
    'pthread_cond_timedwait os::PlatformEvent::park(long) JavaThread::sleep(long) JVM_Sleep java.lang.Thread.sleep',
  ],
  [
    'lock',
    'pthread_cond_wait os::PlatformEvent::park() ObjectMonitor::EnterI(JavaThread*) ObjectMonitor::enter(JavaThread*)',
  ],
  [
    'condition',
    'pthread_cond_wait Parker::park(bool) Unsafe_Park java.util.concurrent.locks.LockSupport.park',
  ],
  [
    'lock',
    'Unsafe_Park java.util.concurrent.locks.LockSupport.park java.util.concurrent.locks.AbstractQueuedSynchronizer.acquire java.util.concurrent.locks.ReentrantLock.lock',
  ],
  ['condition', 'pthread_cond_wait ObjectMonitor::wait(long) JVM_MonitorWait java.lang.Object.wait'],
  ['other', 'schedule do_syscall_64'],
])('%s is read from %s', (kind, names) => {
  expect(waitKind(names.split(' '), 'interruptible')).toBe(kind);
  expect(waitKind(names.split(' '), 'uninterruptible')).toBe('disk');
});
