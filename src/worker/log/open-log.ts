import { openSync, writeSync } from 'node:fs';
import { networkReason } from '../../adapters/engine/http-request.ts';
import { parseLogLevel } from '../../core/worker/log-line.ts';
import type { Clock } from '../../ports/clock.ts';
import { createLog, type Log, type LogSink } from './log.ts';

/** Where the log file is unless LOG_FILE says otherwise. */
const DEFAULT_LOG_FILE = '/var/log/model-download.log';

/**
 * The log that the environment asks for: stderr, and the file of LOG_FILE (empty: none), from LOG_LEVEL on.
 * A file that cannot be written costs one warning, never the work.
 */
export function openLog(env: NodeJS.ProcessEnv, clock: Pick<Clock, 'now'>, scope: () => string): Log {
  const warnings: string[] = [];
  const asked = env['LOG_LEVEL'] || 'INFO';
  const level = parseLogLevel(asked);
  if (level === null) warnings.push(`LOG_LEVEL is "${asked}", not DEBUG, INFO, WARN or ERROR: INFO is used`);
  const sinks: LogSink[] = [(line) => process.stderr.write(`${line}\n`)];
  const file = env['LOG_FILE'] ?? DEFAULT_LOG_FILE;
  const lost = (reason: string) =>
    warnings.push(`LOG_FILE ${file} cannot be written (${reason}): stderr only`);
  if (file !== '') {
    const sink = fileSink(file, lost, (reason) => log.warn(`LOG_FILE ${file} is lost: ${reason}`));
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
