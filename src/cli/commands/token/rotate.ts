import { defineCommand } from '../../define-command.ts';
import { flagOption } from '../../option.ts';
import { waitTimeoutOption } from '../../wait-timeout-option.ts';

export const tokenRotateCommand = defineCommand({
  path: 'token rotate',
  group: 'Workers',
  summary: 'Replace all tokens, and the key and certificates of the coordinator',
  description:
    'Creates a new key, certificate authority and certificate for the coordinator and derives new tokens from the key, ' +
    'for workers and readers. Workers drain, the coordinator and the workers restart, and the old tokens are rejected ' +
    'from then on. Engines keep running. Pending changes of rma.yaml are applied too, as by rma up.',
  examples: [
    { command: 'rma token rotate', does: 'replace all tokens' },
    { command: 'rma token rotate --dry-run', does: 'show the plan' },
  ],
  arguments: {},
  options: {
    dryRun: flagOption('--dry-run', 'show the plan without changing anything'),
    waitTimeout: waitTimeoutOption('how long to wait for the workers to be ready (default 30m)', 1800),
  },
  settings: true,
  list: false,
  hosts: 'own',
  load: async () => (await import('./rotate-handler.ts')).rotateTokens,
});
