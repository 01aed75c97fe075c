import type { Clock } from '../../ports/clock.ts';
import { type HostResult, onHosts } from './project-host.ts';

/** The latest result of a host that is polled. */
export interface HostView<T> {
  readonly host: string;
  /** its last response; null before the first */
  readonly result: HostResult<T> | null;
  /** how long the current request has been running, milliseconds; 0 between two requests */
  readonly waitedMs: number;
}

export interface HostWatch<T> {
  readonly names: readonly string[];
  readonly poll: (name: string) => Promise<T>;
  /** gets the views of all hosts, in the order of their names, after each response and in each interval */
  readonly show: (views: readonly HostView<T>[]) => void;
  /** pause between a response of a host and the next request to it */
  readonly intervalMs: number;
  /** that after a fault: a server may block an address with many failed logins */
  readonly retryMs: number;
  readonly clock: Clock;
  /** ends the watch; requests without a response are abandoned */
  readonly signal: AbortSignal;
}

/** Polls hosts until the signal is aborted, each on its own. A fault is a result too. */
export async function watchHosts<T>(watch: HostWatch<T>): Promise<void> {
  const { names, poll, intervalMs, retryMs, clock, signal } = watch;
  const results = new Map<string, HostResult<T>>();
  const startedAt = new Map<string, number>();
  const show = (): void => watch.show(names.map((host) => viewOf(host)));
  const viewOf = (host: string): HostView<T> => {
    const started = startedAt.get(host);
    const waitedMs = started === undefined ? 0 : clock.monotonic() - started;
    return { host, result: results.get(host) ?? null, waitedMs };
  };
  const follow = async (name: string): Promise<void> => {
    while (!signal.aborted) {
      startedAt.set(name, clock.monotonic());
      const [result] = await onHosts([name], poll);
      if (signal.aborted) return;
      startedAt.delete(name);
      if (result !== undefined) results.set(name, result);
      show();
      await clock.sleep(result?.ok === false ? retryMs : intervalMs, signal);
    }
  };
  const refresh = async (): Promise<void> => {
    while (!signal.aborted) {
      show();
      await clock.sleep(intervalMs, signal);
    }
  };
  try {
    await Promise.race([refresh(), ...names.map(follow)]);
  } catch (error) {
    // sleeping ends with the signal
    if (!signal.aborted) throw error;
  }
}
