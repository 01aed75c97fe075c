import { RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import { type ProjectOptions, withProject } from './command-line.ts';

/** How a command reaches the store, for the commands that it suggests. */
export interface StoreOptions {
  /** `--dest` */
  readonly dest: string | null;
  readonly project: ProjectOptions;
}

/** Commands of hints that list or change the store of the command at hand, up to the end of their clause. */
const STORE_COMMANDS =
  /(?<!machine: |there first: )\brma (?:models ls --stored|models rm [^;]+|cache ls[^;]*|(?:models repair|models pull(?: (?:[^;,]|,(?! ))+)?|cache prune --dry-run)(?=[;,]|$))/g;

/** Returns a command of rma for the same store. */
export function onStore(command: string, { dest, project }: StoreOptions): string {
  return withProject(dest === null ? command : `${command} ${shell`--dest ${dest}`}`, project);
}

/** Returns a hint whose commands are for the same store. */
export function hintOnStore(hint: string, store: StoreOptions): string {
  return hint.replace(STORE_COMMANDS, (command) =>
    command.includes(' --dest ') ? command : onStore(command, store),
  );
}

/** Store options of the command at hand. */
interface CommandStore extends StoreOptions {
  /** whether it can use a directory instead of Docker */
  readonly acceptsDest: boolean;
}

/** Returns an error whose hint names commands for the same store, or a store without Docker; any other error as it is. */
export function errorOnStore(error: unknown, store: CommandStore): unknown {
  if (!(error instanceof RmaError) || error.hint === undefined) return error;
  const offersDirectory = error.code === 'RMA_DOCKER_UNREACHABLE' && store.acceptsDest && store.dest === null;
  const directory = offersDirectory ? '; to use a store in a directory, without Docker: --dest DIR' : '';
  const hint = hintOnStore(error.hint, store) + directory;
  if (hint === error.hint) return error;
  const { code, message, exitCode, details } = error;
  return new RmaError(code, message, {
    exitCode,
    hint,
    ...(details !== undefined && { details }),
    cause: error,
  });
}
