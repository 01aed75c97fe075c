import type { Clock } from '../../ports/clock.ts';
import { type HostResult, onHosts } from './project-host.ts';

/** What is known of a host that is asked again and again. */
export interface HostView<T> {
  readonly host: string;
  /** its last answer; null before the first */
  readonly result: HostResult<T> | null;
  /** how long the answer to the current question takes so far, milliseconds; 0 between two questions */
  readonly waitedMs: number;
}

export interface HostWatch<T> {
  readonly names: readonly string[];
  readonly ask: (name: string) => Promise<T>;
  /** gets the views of all hosts, in the order of their names, after each answer and in each interval */
  readonly show: (views: readonly HostView<T>[]) => void;
  /** pause of a host between an answer and the next question */
  readonly intervalMs: number;
  readonly clock: Clock;
  /** ends the watch; questions without an answer are abandoned */
  readonly signal: AbortSignal;
}

/** Asks hosts for the same again and again until the signal is aborted, each at its own pace. A fault is an answer. */
export async function watchHosts<T>(watch: HostWatch<T>): Promise<void> {
  const { names, ask, intervalMs, clock, signal } = watch;
  const results = new Map<string, HostResult<T>>();
  const askedAt = new Map<string, number>();
  const show = (): void => watch.show(names.map((host) => viewOf(host)));
  const viewOf = (host: string): HostView<T> => {
    const asked = askedAt.get(host);
    const waitedMs = asked === undefined ? 0 : clock.monotonic() - asked;
    return { host, result: results.get(host) ?? null, waitedMs };
  };
  const follow = async (name: string): Promise<void> => {
    while (!signal.aborted) {
      askedAt.set(name, clock.monotonic());
      const [result] = await onHosts([name], ask);
      if (signal.aborted) return;
      askedAt.delete(name);
      if (result !== undefined) results.set(name, result);
      show();
      await clock.sleep(intervalMs, signal);
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
