import { openSync, writeSync } from 'node:fs';
import { networkReason } from '../../adapters/engine/http-request.ts';
import { isLogged, parseLogLevel } from '../../core/worker/log-line.ts';
import type { Clock } from '../../ports/clock.ts';
import { createLog, type Log, type LogSink } from './log.ts';

/** Log file unless LOG_FILE is set. */
const DEFAULT_LOG_FILE = '/var/log/model-download.log';

export interface LogTarget {
  readonly clock: Pick<Clock, 'now'>;
  readonly scope: () => string;
  /** where lines below WARN go: `docker logs | grep` reads stdout only; stderr if stdout is for a program */
  readonly progress: 'stdout' | 'stderr';
}

/**
 * Opens the log: the process's output, and the file of LOG_FILE (empty: none), from LOG_LEVEL up. Warnings and errors go to
 * stderr. A file that cannot be written causes one warning, never a failure.
 */
export function openLog(env: NodeJS.ProcessEnv, { clock, scope, progress }: LogTarget): Log {
  const warnings: string[] = [];
  const configured = env['LOG_LEVEL'] || 'INFO';
  const level = parseLogLevel(configured);
  if (level === null) warnings.push(`invalid LOG_LEVEL "${configured}" (DEBUG|INFO|WARN|ERROR); using INFO`);
  const sinks: LogSink[] = [
    (line, each) => process[isLogged(each, 'WARN') ? 'stderr' : progress].write(`${line}\n`),
  ];
  const file = env['LOG_FILE'] ?? DEFAULT_LOG_FILE;
  const lost = (reason: string) =>
    warnings.push(`cannot write LOG_FILE ${file} (${reason}); logging continues without it`);
  if (file !== '') {
    const sink = fileSink(file, lost, (reason) =>
      log.warn(`cannot write LOG_FILE ${file}: ${reason}; logging continues without it`),
    );
    if (sink !== null) sinks.push(sink);
  }
  const log = createLog({ clock, threshold: level ?? 'INFO', scope, sinks });
  for (const warning of warnings) log.warn(warning);
  return log;
}

function fileSink(
  file: string,
  unopened: (reason: string) => void,
  broken: (reason: string) => void,
): LogSink | null {
  let descriptor: number | null;
  try {
    descriptor = openSync(file, 'a');
  } catch (error) {
    unopened(networkReason(error));
    return null;
  }
  return (line) => {
    if (descriptor === null) return;
    try {
      writeSync(descriptor, `${line}\n`);
    } catch (error) {
      descriptor = null;
      broken(networkReason(error));
    }
  };
}
