import type { CliHost } from '../process-io.ts';

/** What is around a command, as values. */
export interface World extends Pick<CliHost, 'env' | 'stdin' | 'signal'> {
  /** absolute; `-C` counted in */
  readonly cwd: string;
  /** null on a machine without a home folder */
  readonly home: string | null;
}
