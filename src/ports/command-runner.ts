export interface Command {
  /** program and arguments; never a shell string */
  readonly argv: readonly [string, ...string[]];
  /**
   * the whole input of the program; `open`: an empty input that ends with the program or with rma; `bytes`: read at the
   * pace of the program, and their error stops the program and is thrown
   */
  readonly stdin?: string | { readonly open: true } | { readonly bytes: AsyncIterable<Uint8Array> };
  /** added to the environment of rma */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** milliseconds until the program is stopped; no limit by default */
  readonly timeoutMs?: number;
  /** called with each complete line while the program runs */
  readonly onStdout?: (line: string) => void;
  readonly onStderr?: (line: string) => void;
  /** reads the output of the program as bytes, at its own pace; its fault stops the program and is thrown */
  readonly readStdout?: (bytes: AsyncIterable<Uint8Array>) => Promise<void>;
}

export interface CommandOutcome {
  readonly exitCode: number;
  /** empty when `onStdout` or `readStdout` is given */
  readonly stdout: string;
  /** the last 64 KiB */
  readonly stderr: string;
}

/** A program on the terminal's own streams. */
export interface TerminalCommand extends Pick<Command, 'argv' | 'env' | 'signal' | 'readStdout'> {
  /** the program needs a terminal, which one on another machine gets there */
  readonly tty?: boolean;
}

/** Runs programs of one machine. */
export interface CommandRunner {
  /**
   * Runs a program until it ends, whatever its exit code.
   * @throws RmaError RMA_COMMAND_MISSING (3) when the program is not installed, the system's error (EACCES) when it is not
   *   executable, RMA_COMMAND_TIMEOUT (1) after `timeoutMs`
   */
  run(command: Command): Promise<CommandOutcome>;
  /** Runs a program on the terminal's own streams, apart from an output that is read. Returns its exit code. */
  passThrough(command: TerminalCommand): Promise<number>;
}
