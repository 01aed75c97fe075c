import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const planCommand = defineCommand({
  path: 'plan',
  group: 'Workers',
  summary: 'Show what up would write, build, fetch and start',
  description: 'Looks at Docker, the store and the hub, and changes nothing.',
  examples: [
    { command: 'rma plan --profile cpu-worker', does: 'what that profile would need on this machine' },
    { command: 'rma plan --profile gpu-worker --explain', does: 'why which service gets which GPU' },
    { command: 'rma plan --detailed-exitcode', does: 'exit 10 when changes are pending, for scripts' },
    { command: 'rma plan --json', does: 'the plan as JSON' },
  ],
  arguments: {},
  options: {
    explain: flagOption('--explain', 'also tell why each GPU and each variant was taken or refused'),
    detailedExitcode: flagOption('--detailed-exitcode', 'exit 10 when something would change'),
    refresh: flagOption('--refresh', 'ask the hub again what the model references mean'),
    removeOrphans: flagOption('--remove-orphans', 'remove services of profiles that are no longer wanted'),
  },
  settings: true,
  list: false,
  load: async () => (await import('./plan-handler.ts')).showPlan,
});
