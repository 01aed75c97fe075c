import type { Readable, Writable } from 'node:stream';

/** A stream to print to. `isTTY` and `columns` are there on terminals. */
export type OutStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** Streams, arguments, environment and signal of the process. Tests pass their own. */
export interface ProcessIo {
  /** without node and the script */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  /** aborted by SIGINT and SIGTERM, with the RmaError that carries the exit code as its reason */
  readonly signal: AbortSignal;
}
