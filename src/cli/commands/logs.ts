import { listArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption, parsedOption } from '../option.ts';

export const logsCommand = defineCommand({
  path: 'logs',
  group: 'Workers',
  summary: 'Show the logs of services',
  examples: [
    { command: 'rma logs', does: 'of every service' },
    { command: 'rma logs cpu-worker-worker --follow', does: 'of one service, as it goes on' },
    { command: 'rma logs --tail 50', does: 'the last 50 lines of each' },
  ],
  arguments: { service: listArgument('services; none: all of them') },
  options: {
    follow: flagOption('--follow', 'go on as new lines come'),
    timestamps: flagOption('-t, --timestamps', 'with the time of each line'),
    tail: parsedOption('-n, --tail <LINES>', 'only the last lines of each', {
      parse: (text) => (/^\d+$/.test(text) ? text : null),
      expected: 'a number of lines',
      fallback: null,
    }),
  },
  settings: false,
  list: false,
  load: async () => (await import('./logs-handler.ts')).showLogs,
});
