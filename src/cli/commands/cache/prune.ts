import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { flagOption, textOption } from '../../option.ts';
import { POLICY_OPTIONS } from './policy-options.ts';

export const cachePruneCommand = defineCommand({
  path: 'cache prune',
  group: 'Models',
  summary: 'Remove unused data from the store',
  description:
    'Without options, removes leftovers only: old partial downloads, content without a model and quarantined files. Models that are pinned, needed by a worker or being downloaded are kept, and so are unknown files. A run marks entries for deletion, and a later run deletes them; until then `rma cache undo` restores them.',
  examples: [
    { command: 'rma cache prune --dry-run', does: 'show what would be removed, and why' },
    { command: 'rma cache prune --keep 30d --max-size 200GB', does: 'remove models by age and total size' },
    { command: "rma cache prune --filter 'size>10GB' --dry-run", does: 'select models as hf cache ls does' },
  ],
  arguments: {},
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    dryRun: flagOption('--dry-run', 'show what would be removed without changing anything'),
    ...POLICY_OPTIONS,
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./prune-handler.ts')).pruneCache,
});
