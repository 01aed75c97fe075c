export interface Command {
  /** program and arguments; never a shell string */
  readonly argv: readonly [string, ...string[]];
  /** the program's whole input; `open`: nothing comes, and it ends when the program or rma does */
  readonly stdin?: string | { readonly open: true };
  /** added to the environment of rma */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** milliseconds until the program is ended; none when absent */
  readonly timeoutMs?: number;
  /** called with each complete line while the program runs */
  readonly onStdout?: (line: string) => void;
  readonly onStderr?: (line: string) => void;
}

export interface CommandOutcome {
  readonly exitCode: number;
  /** empty where `onStdout` took the lines */
  readonly stdout: string;
  /** the last 64 KiB */
  readonly stderr: string;
}

/** Runs programs of this machine. */
export interface CommandRunner {
  /**
   * Resolves when the program ended, whatever its exit code.
   * @throws RmaError RMA_COMMAND_MISSING (3) when there is no such program, RMA_COMMAND_TIMEOUT (1) past `timeoutMs`
   */
  run(command: Command): Promise<CommandOutcome>;
  /** Runs with the terminal's own streams, for output that is the program's to format. Gives the exit code. */
  passThrough(command: Pick<Command, 'argv' | 'env' | 'signal'>): Promise<number>;
}
