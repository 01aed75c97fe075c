import { defineCommand } from '../../define-command.ts';
import { HUB_COMMAND_SETTINGS } from '../../main-settings.ts';
import { flagOption, type OptionSpec, textOption } from '../../option.ts';

const update: OptionSpec<readonly string[]> = {
  flags: '--update <MODEL>',
  description: 'resolve a model again (a name or reference; repeatable)',
  read: (texts) => texts.flatMap((text) => text.split(',')).filter((text) => text !== ''),
};

export const modelsLockCommand = defineCommand({
  path: 'models lock',
  group: 'Models',
  summary: 'Write rma.lock: exact models and images',
  description:
    'Writes rma.lock next to rma.yaml. It pins each model of the project, in all variants, by commit or digest, ' +
    'with size and hash of every file, and each local image by digest. With --frozen, commands use only these versions.',
  examples: [
    { command: 'rma models lock', does: 'lock what the project uses' },
    { command: 'rma models lock --update llava-7b', does: 'lock the current version of one model' },
    { command: 'rma up --frozen', does: 'run exactly what is locked' },
  ],
  arguments: {},
  options: {
    dest: textOption(
      '--dest <DIR>',
      'resolve from the store in a local directory if a hub cannot be reached',
    ),
    update,
    refresh: flagOption('--refresh', 'resolve all models again'),
    dryRun: flagOption('--dry-run', 'show what would change without writing'),
  },
  settings: true,
  mainSettings: HUB_COMMAND_SETTINGS,
  list: false,
  hosts: 'own',
  load: async () => (await import('./lock-handler.ts')).writeLock,
});
