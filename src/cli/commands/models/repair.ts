import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { DOWNLOAD_SETTINGS } from '../../main-settings.ts';
import { maxRateOption } from '../../max-rate-option.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsRepairCommand = defineCommand({
  path: 'models repair',
  group: 'Models',
  summary: 'Download corrupt and missing files of stored models again',
  description:
    'Hashes the models, except content that a verification found correct in the last 24 hours, and downloads only what is corrupt or missing. Corrupt files are kept in .rma/quarantine.',
  examples: [
    { command: 'rma models repair --dry-run', does: 'show what would be repaired' },
    { command: 'rma models repair', does: 'repair the whole store' },
    { command: 'rma models repair hf:org/repo --dest /data/models', does: 'repair one model in a directory' },
  ],
  arguments: {
    model: listArgument('names, references or paths, as in `rma models ls --stored` (default: all models)'),
  },
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    dryRun: flagOption('--dry-run', 'show what would be repaired without changing anything'),
    maxRate: maxRateOption('read at most this much per second, such as 200MiB'),
  },
  settings: true,
  mainSettings: DOWNLOAD_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./repair-handler.ts')).repairModels,
});
