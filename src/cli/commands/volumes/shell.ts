import { listArgument, optionalArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { VOLUME_SETTINGS } from '../../main-settings.ts';
import { flagOption } from '../../option.ts';

export const volumesShellCommand = defineCommand({
  path: 'volumes shell',
  group: 'Models',
  summary: 'Open a shell in a container on a volume',
  description:
    'Runs a shell, or the command after --, in a container of the worker image without a network, as the user who writes to the volume. ' +
    'The volume is read-only without --write. Exits with the exit code of the command.',
  examples: [
    { command: 'rma volumes shell', does: 'open a shell in the store' },
    { command: 'rma volumes shell store -- ls -lh huggingface/hub', does: 'list a directory of the store' },
    { command: 'rma volumes shell --write cache -- rm -r vllm', does: 'delete a directory of the cache' },
  ],
  arguments: {
    volume: optionalArgument('`store`, `cache` or a name, as in `rma volumes ls` (default: store)'),
    command: { ...listArgument('the command and its arguments (default: sh)'), read: commandOf },
  },
  options: { write: flagOption('--write', 'mount the volume writable') },
  settings: true,
  mainSettings: VOLUME_SETTINGS,
  list: false,
  passThrough: true,
  hosts: 'one',
  load: async () => (await import('./shell-handler.ts')).openShell,
});

/** Returns the command without the `--` in front of it. */
function commandOf(texts: readonly string[]): readonly string[] {
  return texts[0] === '--' ? texts.slice(1) : texts;
}
