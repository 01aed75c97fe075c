import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { textOption } from '../../option.ts';

export const cacheUndoCommand = defineCommand({
  path: 'cache undo',
  group: 'Models',
  summary: 'Restore what cache prune marked for deletion',
  description:
    'Works until a later cache prune deletes the marked entries, by default 24 hours after marking.',
  examples: [
    { command: 'rma cache undo', does: 'restore everything' },
    { command: 'rma cache undo ollama:llava:7b', does: 'restore one model' },
  ],
  arguments: { entry: listArgument('references, paths or IDs of marked entries (default: all)') },
  options: { dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker') },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./undo-handler.ts')).undoPrune,
});
