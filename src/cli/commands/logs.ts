import { listArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption, parsedOption } from '../option.ts';

export const logsCommand = defineCommand({
  path: 'logs',
  group: 'Workers',
  summary: 'Show the logs of services',
  examples: [
    { command: 'rma logs', does: 'show the logs of all services' },
    { command: 'rma logs cpu-worker-worker -f', does: 'follow the logs of one service' },
    { command: 'rma logs --tail 50', does: 'show the last 50 lines of each service' },
  ],
  arguments: { service: listArgument('services (default: all)') },
  options: {
    follow: flagOption('-f, --follow', 'follow log output'),
    timestamps: flagOption('-t, --timestamps', 'show timestamps'),
    tail: parsedOption('-n, --tail <LINES>', 'number of lines to show from the end of each log', {
      parse: (text) => (/^\d+$/.test(text) ? text : null),
      expected: 'a number of lines',
      fallback: null,
    }),
  },
  settings: false,
  list: false,
  hosts: 'own',
  load: async () => (await import('./logs-handler.ts')).showLogs,
});
