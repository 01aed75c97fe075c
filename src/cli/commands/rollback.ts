import { optionalNumberArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';
import { waitTimeoutOption } from '../wait-timeout-option.ts';

export const rollbackCommand = defineCommand({
  path: 'rollback',
  group: 'Workers',
  summary: 'Roll back to an earlier entry of rma history',
  description:
    'Applies the Compose file, the images and the models of an entry, and waits until every worker is ready. rma.yaml ' +
    'does not change: the next rma up applies it again. Secrets are not rolled back: the current ones are used.',
  examples: [
    { command: 'rma rollback', does: 'go back to the last state that was applied before' },
    { command: 'rma rollback 3', does: 'apply entry 3 of rma history' },
    { command: 'rma rollback --dry-run', does: 'show the plan' },
  ],
  arguments: {
    n: optionalNumberArgument(
      'number of an entry of rma history (default: the last one that was applied before the current state)',
    ),
  },
  options: {
    dryRun: flagOption('--dry-run', 'show the plan without changing anything'),
    waitTimeout: waitTimeoutOption(
      'how long to wait for the engines after the models are present (default 30m)',
      1800,
    ),
  },
  settings: false,
  list: false,
  // each host has a history of its own
  hosts: 'one',
  load: async () => (await import('./rollback-handler.ts')).runRollback,
});
