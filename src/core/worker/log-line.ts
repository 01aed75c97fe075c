import { redact } from '../redact.ts';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** The level that LOG_LEVEL names, in any case; null when it names none. */
export function parseLogLevel(value: string): LogLevel | null {
  return LOG_LEVELS.find((level) => level === value.trim().toUpperCase()) ?? null;
}

/** Whether a line of `level` is written at `threshold`. */
export function isLogged(level: LogLevel, threshold: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);
}

export interface LogEntry {
  /** wall clock, milliseconds */
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly scope: string;
  readonly text: string;
}

/** Returns a log line without its newline: `<RFC 3339, UTC> <level> [<scope>] <text>`, without secrets and line breaks. */
export function logLine({ timeMs, level, scope, text }: LogEntry): string {
  const clean = redact(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return `${new Date(timeMs).toISOString()} ${level.padEnd(5)} [${scope}] ${clean}`;
}
