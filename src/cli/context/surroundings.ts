import type { ProcessIo } from '../process-io.ts';

/** Environment, directories, stdin and signal of a command. */
export interface Surroundings extends Pick<ProcessIo, 'env' | 'stdin' | 'signal'> {
  /** absolute; `-C` applied */
  readonly cwd: string;
  /** null on a machine without a home directory */
  readonly home: string | null;
}
