import { requiredArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const profilesShowCommand = defineCommand({
  path: 'profiles show',
  group: 'Configuration',
  summary: 'Show the whole recipe of a worker profile',
  examples: [
    { command: 'rma profiles show gpu-worker', does: 'its variants, engines and models' },
    { command: 'rma profiles show ocr --json', does: 'the same for a program' },
  ],
  arguments: { profile: requiredArgument('name of the profile') },
  options: {},
  settings: true,
  list: false,
  load: async () => (await import('./show-handler.ts')).runProfilesShow,
});
