import { isLogged, type LogLevel, logLine } from '../../core/worker/log-line.ts';
import type { Clock } from '../../ports/clock.ts';

/** A destination of log lines; receives each line without its newline. */
export type LogSink = (line: string, level: LogLevel) => void;

/** The worker's log: lines with time, level and scope (the worker's state, or the command). */
export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

export interface LogOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly threshold: LogLevel;
  /** called for each line */
  readonly scope: () => string;
  readonly sinks: readonly LogSink[];
}

/** Returns a log that writes to all sinks, from `threshold` up. */
export function createLog({ clock, threshold, scope, sinks }: LogOptions): Log {
  const write = (level: LogLevel) => (text: string) => {
    if (!isLogged(level, threshold)) return;
    const line = logLine({ timeMs: clock.now(), level, scope: scope(), text });
    for (const sink of sinks) sink(line, level);
  };
  return { debug: write('DEBUG'), info: write('INFO'), warn: write('WARN'), error: write('ERROR') };
}
