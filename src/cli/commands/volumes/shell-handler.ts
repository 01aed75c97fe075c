import { volumeShell } from '../../../app/volumes/volume-shell.ts';
import type { VolumeEntry } from '../../../core/volume/volume-entry.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

interface ShellInput {
  readonly volume: string | null;
  readonly command: readonly string[];
  readonly write: boolean;
}

/** Opens a shell on a volume, or runs a command there; with `--json` its output is in the document. @throws RmaError as volumeShell */
export async function openShell(input: ShellInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const { globals, isTerminal, reporter } = context;
  const { volume, command, write } = input;
  const outcome = await volumeShell(await context.host(), await context.invocation(), {
    config,
    name: volume ?? 'store',
    command,
    writable: write,
    tty: isTerminal,
    captured: globals.json,
    onOpen: (entry, path) =>
      reporter.emit({ type: 'step', id: 'volume', state: 'done', text: openText(entry, path, write) }),
  });
  const { exitCode, stdout, stderr } = outcome;
  const output = globals.json ? { stdout, stderr } : {};
  return {
    json: { schema: 'rma.volumes-shell/v1', volume: volume ?? 'store', exitCode, ...output },
    human: () => '',
    exitCode,
  };
}

function openText({ name, location, kind }: VolumeEntry, path: string, writable: boolean): string {
  const access = writable ? 'writable' : 'read-only, --write makes it writable';
  const where =
    location === null || kind === 'host' ? '' : `; ${kind === 'nfs' ? 'export' : 'on the host'}: ${location}`;
  return `${name} is at ${path} (${access})${where}`;
}
