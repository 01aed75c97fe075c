import { defineCommand } from '../../define-command.ts';

export const profilesLsCommand = defineCommand({
  path: 'profiles ls',
  group: 'Configuration',
  summary: 'List the worker profiles',
  description: 'A file in profiles/ next to rma.yaml overrides the built-in profile of the same name.',
  examples: [
    { command: 'rma profiles ls', does: 'list all profiles with their variants' },
    { command: 'rma profiles ls -q', does: 'print names only' },
  ],
  arguments: {},
  options: {},
  settings: true,
  list: true,
  load: async () => (await import('./ls-handler.ts')).runProfilesLs,
});
