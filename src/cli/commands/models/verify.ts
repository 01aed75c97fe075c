import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { maxRateOption } from '../../max-rate-option.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsVerifyCommand = defineCommand({
  path: 'models verify',
  group: 'Models',
  summary: 'Check that the models in the store are complete and correct',
  description:
    'Compares sizes, receipts, links, manifests and headers; with --deep, reads and hashes all content. Contacts no hub and changes no model. Exits with 6 if a file is corrupt or missing.',
  examples: [
    { command: 'rma models verify', does: 'check the whole store without reading all content' },
    { command: 'rma models verify --deep', does: 'hash all content; run again to continue' },
    { command: 'rma models verify --deep --max-rate 200MiB', does: 'limit the load on the disk' },
    {
      command: 'rma models verify ollama:llava:7b --dest /data/models',
      does: 'check one model in a directory',
    },
  ],
  arguments: {
    model: listArgument('names, references or paths, as in `rma models ls --stored` (default: all models)'),
  },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    deep: flagOption('--deep', 'read and hash all content; the next run resumes an interrupted one'),
    maxRate: maxRateOption('read at most this much per second, such as 200MiB'),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./verify-handler.ts')).verifyModels,
});
