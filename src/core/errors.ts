import { redact } from './redact.ts';

/** The documented exit codes of rma (`rma help exit-codes`). */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notReady: 3,
  denied: 4,
  doesNotFit: 5,
  badContent: 6,
  waitedTooLong: 7,
  partial: 8,
  changesPending: 10,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type ErrorCode = `RMA_${string}`;

export interface RmaErrorOptions {
  readonly exitCode?: ExitCode;
  /** The command or edit that fixes it. */
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error for users: what failed, on which object, why, and how to fix it. Secrets are redacted on creation. */
export class RmaError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: RmaErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RmaError';
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.hint = options.hint === undefined ? undefined : redact(options.hint);
    this.details = options.details;
  }
}

/** A declined confirmation: the user's choice, not a fault. */
export class CanceledError extends RmaError {
  constructor() {
    super('RMA_USAGE_NOT_CONFIRMED', 'canceled', { exitCode: EXIT.usage });
  }
}

/** An error in `--json` output, worker status and logs. */
export interface ErrorDocument {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: ExitCode;
}

/** Returns an error as plain data; any error other than RmaError becomes `RMA_INTERNAL_FAULT` with its message. */
export function toErrorDocument(error: unknown): ErrorDocument {
  if (error instanceof RmaError) {
    const { code, message, hint, exitCode } = error;
    return hint === undefined ? { code, message, exitCode } : { code, message, hint, exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'RMA_INTERNAL_FAULT', message: redact(message), exitCode: EXIT.failed };
}
