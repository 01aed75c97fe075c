import { EXIT, RmaError } from '../errors.ts';

/** Returns the error for a file or a program that only another user may change. */
export function scheduleDenied(path: string, reason: string): RmaError {
  return new RmaError('RMA_SCHEDULE_DENIED', `cannot write ${path} (${reason})`, {
    exitCode: EXIT.notReady,
    hint: 'it belongs to root: run the command again with sudo',
  });
}

/** Returns the error for a failed command of a scheduler. */
export function schedulerFailed(command: string, reason: string): RmaError {
  return new RmaError('RMA_SCHEDULE_FAILED', `${command} failed: ${reason}`, {
    hint: 'fix the cause, then run the command again; to use another program: --backend systemd|cron|container',
  });
}
