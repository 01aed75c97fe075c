import { parseBytes } from '../../../../core/units.ts';
import { listArgument, requiredArgument } from '../../../argument.ts';
import { defineCommand } from '../../../define-command.ts';
import { flagOption, parsedOption, textOption } from '../../../option.ts';

export const bundleExportCommand = defineCommand({
  path: 'models bundle export',
  group: 'Models',
  summary: 'Write models to a bundle for a machine without internet',
  description:
    'Writes complete models of the store with their pinned files and hashes: to a directory, to a tar file if TARGET ends in .tar or with --split, or to stdout (-). An incomplete bundle in a directory is completed. With --images, the bundle also contains the images of the services, the worker image, rma itself (an npm package without dependencies), and the files of the project; files with secrets are left out.',
  examples: [
    {
      command: 'rma models bundle export /media/usb/models',
      does: 'write all models of the store to a directory',
    },
    { command: 'rma models bundle export models.tar ollama:llava:7b', does: 'write one model to a tar file' },
    { command: 'rma models bundle export models.tar --split 4GB', does: 'write parts that fit on FAT32' },
    {
      command: 'rma models bundle export /media/usb/box --images',
      does: 'write everything that a machine without internet needs',
    },
    {
      command: 'rma models bundle export - | ssh box rma models bundle import -',
      does: 'copy all models to another machine',
    },
  ],
  arguments: {
    target: requiredArgument('a directory, a file that ends in .tar, or - for stdout'),
    model: listArgument('names or references (default: all models of the store)'),
  },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    split: parsedOption('--split <SIZE>', 'write a tar file in parts of this size: TARGET.001, ...', {
      parse: partSize,
      expected: 'a size of at least 1MB, such as 4GB',
      fallback: null,
    }),
    images: flagOption('--images', 'add the images of the project, rma itself, rma.yaml and rma.lock'),
  },
  settings: true,
  mainSettings: ['profiles', 'store', 'owner'],
  list: false,
  hosts: 'one',
  load: async () => (await import('./export-handler.ts')).exportModels,
});

function partSize(text: string): number | null {
  const bytes = parseBytes(text);
  return bytes !== null && bytes >= 1_000_000 ? bytes : null;
}
