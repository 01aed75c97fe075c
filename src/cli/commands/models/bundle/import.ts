import { requiredArgument } from '../../../argument.ts';
import { defineCommand } from '../../../define-command.ts';
import { STORE_SETTINGS } from '../../../main-settings.ts';
import { flagOption, textOption } from '../../../option.ts';

export const bundleImportCommand = defineCommand({
  path: 'models bundle import',
  group: 'Models',
  summary: 'Import the models of a bundle',
  description:
    'Imports what `rma models bundle export` wrote. The store shows nothing of the bundle before all of its content is verified. Models that the store has are skipped. Images that Docker does not have yet are loaded into it.',
  examples: [
    { command: 'rma models bundle import /media/usb/models', does: 'import a bundle from a directory' },
    {
      command: 'rma models bundle import models.tar',
      does: 'import a tar file, or its parts models.tar.001, ...',
    },
    { command: 'rma models bundle import - --dest ./models < models.tar', does: 'import from stdin' },
  ],
  arguments: { source: requiredArgument('the directory, the tar file, or - for stdin') },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    images: flagOption('--images', 'with --dest: load the images of the bundle into Docker too'),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'one',
  load: async () => (await import('./import-handler.ts')).importBundle,
});
