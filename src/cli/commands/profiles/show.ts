import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const profilesShowCommand = defineCommand({
  path: 'profiles show',
  group: 'Configuration',
  summary: 'Show the details of a worker profile',
  examples: [
    { command: 'rma profiles show gpu-worker', does: 'show variants, engines and models' },
    { command: 'rma profiles show ocr --json', does: 'print JSON' },
  ],
  arguments: { profile: requiredArgument('profile name') },
  options: {},
  settings: true,
  list: false,
  load: async () => (await import('./show-handler.ts')).runProfilesShow,
});
