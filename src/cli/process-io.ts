import type { Readable, Writable } from 'node:stream';

/** An output stream. `isTTY`, `columns` and `rows` are set on terminals. */
export type OutStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** An input stream; a terminal has `setRawMode`, with which keys arrive one by one, also Ctrl-C. */
export type InStream = Readable & {
  readonly isTTY?: boolean;
  readonly setRawMode?: (isRaw: boolean) => unknown;
};

/** Streams, arguments, environment and signal of the process. Tests pass their own. */
export interface ProcessIo {
  /** arguments without node and the script */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: InStream;
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  /** aborted by SIGINT and SIGTERM; the reason is an RmaError with the exit code */
  readonly signal: AbortSignal;
  /** called by a command that runs until the user stops it, such as `logs -f`: a signal then causes no message */
  readonly onFollow?: () => void;
  /** called when the error of the command was printed */
  readonly onError?: () => void;
}
