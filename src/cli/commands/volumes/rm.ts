import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { VOLUME_SETTINGS } from '../../main-settings.ts';
import { flagOption } from '../../option.ts';

export const volumesRmCommand = defineCommand({
  path: 'volumes rm',
  group: 'Models',
  summary: 'Delete a Docker volume of rma with everything in it',
  description:
    'Prompts for the name of the volume. Refuses volumes that containers use. Files on an NFS server are kept, and directories of the host are never removed.',
  examples: [
    { command: 'rma volumes rm cache', does: 'delete the compile caches of the engines' },
    { command: 'rma volumes rm store', does: 'delete all models of the store' },
    { command: 'rma volumes rm rma-models --yes --force', does: 'delete it without a prompt' },
  ],
  arguments: { volume: requiredArgument('`store`, `cache` or a name, as in `rma volumes ls`') },
  options: { force: flagOption('--force', 'with --yes: do not ask for the name') },
  settings: true,
  mainSettings: VOLUME_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./rm-handler.ts')).deleteVolume,
});
