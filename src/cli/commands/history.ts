import { defineCommand } from '../define-command.ts';

export const historyCommand = defineCommand({
  path: 'history',
  group: 'Workers',
  summary: 'List what rma up and rma rollback applied',
  description:
    'The newest entry is the last one. rma rollback applies an earlier one again. The last 20 entries are kept, next ' +
    'to the generated files; they contain no secrets.',
  examples: [
    { command: 'rma history', does: 'list the entries with their results and changes' },
    {
      command: "rma history --format '{{number}} {{result}}'",
      does: 'print chosen values, one entry a line',
    },
    { command: 'rma history --json', does: 'print them as JSON, with models and images' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: true,
  hosts: 'each',
  load: async () => (await import('./history-handler.ts')).showHistory,
});
