import { filterFault } from '../../../core/cache/filter.ts';
import { defineCommand } from '../../define-command.ts';
import { STORE_SETTINGS } from '../../main-settings.ts';
import { choiceOption, repeatedOption, textOption } from '../../option.ts';

export const cacheLsCommand = defineCommand({
  path: 'cache ls',
  group: 'Models',
  summary: 'List what cache prune may remove, and why it keeps the rest',
  description: 'Lists models, leftovers and what is marked for deletion, least recently used last.',
  examples: [
    { command: 'rma cache ls', does: 'list all entries' },
    { command: "rma cache ls --filter 'accessed>30d' --filter 'size>1GB'", does: 'list large old models' },
    { command: 'rma cache ls --filter type=marked', does: 'list what is marked for deletion' },
  ],
  arguments: {},
  options: {
    dest: textOption('--dest <DIR>', 'use a local directory as the store, without Docker'),
    filter: repeatedOption(
      '--filter <EXPR>',
      'limit to entries that match, such as size>1GB, accessed>30d, type=model (repeatable)',
      filterFault,
    ),
    sort: choiceOption('--sort <KEY>', 'order: accessed, size or name (default accessed)', {
      choices: ['accessed', 'size', 'name'],
      fallback: 'accessed',
    }),
  },
  settings: true,
  mainSettings: STORE_SETTINGS,
  list: true,
  hosts: 'each',
  load: async () => (await import('./ls-handler.ts')).listCache,
});
