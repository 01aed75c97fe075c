import { defineCommand } from '../../define-command.ts';
import { waitOption } from './wait-option.ts';

export const bootRunCommand = defineCommand({
  path: 'boot run',
  group: 'Workers',
  summary: 'Wait for the GPUs, and start the services whose start failed',
  description:
    'The unit runs it at boot. Services that were stopped by hand stay stopped. It logs what it waits for.',
  examples: [{ command: 'rma boot run', does: 'start the services whose start failed' }],
  arguments: {},
  options: { waitTimeout: waitOption },
  settings: false,
  list: false,
  load: async () => (await import('./run-handler.ts')).runBoot,
});
