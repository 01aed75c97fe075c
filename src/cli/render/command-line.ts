import { ALL_SETTINGS } from '../../core/config/settings.ts';
import { shellQuote } from '../../core/shell-quote.ts';

/** Returns the command with the settings of the current command line, quoted for the shell. */
export function withSettings(command: string, settings: ReadonlyMap<string, readonly string[]>): string {
  const options = ALL_SETTINGS.flatMap(({ key, flags }) => {
    const name = /--[a-z-]+/.exec(flags ?? '')?.[0];
    if (name === undefined) return [];
    const values = settings.get(key) ?? [];
    if (flags?.includes('<') !== true) return values.length > 0 ? [name] : [];
    return values.map((value) => `${name} ${shellQuote(value)}`);
  });
  return [command, ...options].join(' ');
}

/** The options that select a project. */
export interface ProjectOptions {
  readonly dir: string | null;
  readonly file: string | null;
  readonly project: string | null;
}

/** Returns a command of rma with the hosts that `--host` selected for this one; any other text, and one with hosts of its own, as it is. */
export function withHosts(command: string, hosts: readonly string[]): string {
  if (!command.startsWith('rma ') || command.includes(' --host ')) return command;
  return [command, ...hosts.map((word) => `--host ${shellQuote(word)}`)].join(' ');
}

/** Returns a command of rma with the options that selected the project of this one; any other text as it is. */
export function withProject(command: string, { dir, file, project }: ProjectOptions): string {
  if (!command.startsWith('rma ')) return command;
  const options = [
    ...(dir === null ? [] : [`--dir ${shellQuote(dir)}`]),
    ...(file === null ? [] : [`--file ${shellQuote(file)}`]),
    ...(project === null || command.includes(' --project ') ? [] : [`--project ${shellQuote(project)}`]),
  ];
  return [command, ...options].join(' ');
}
