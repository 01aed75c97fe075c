import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { textOption } from '../../option.ts';

export const cacheUndoCommand = defineCommand({
  path: 'cache undo',
  group: 'Models',
  summary: 'Move back what cache prune marked for deletion',
  description:
    'Works until a later cache prune deletes the marked entries, 24 hours after the mark by default.',
  examples: [
    { command: 'rma cache undo', does: 'move everything back' },
    { command: 'rma cache undo ollama:llava:7b', does: 'move one model back' },
  ],
  arguments: { entry: listArgument('references, paths or IDs of marked entries (default: all)') },
  options: { dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker') },
  settings: true,
  list: false,
  load: async () => (await import('./undo-handler.ts')).undoPrune,
});
