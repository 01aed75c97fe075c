import { defineCommand } from '../../define-command.ts';

export const profilesLsCommand = defineCommand({
  path: 'profiles ls',
  group: 'Configuration',
  summary: 'List the worker profiles: those that rma ships, and your own',
  description:
    'A file of the same name in your own profiles/, beside rma.yaml, takes the place of a shipped one.',
  examples: [
    { command: 'rma profiles ls', does: 'every profile, its variants best first' },
    { command: 'rma profiles ls -q', does: 'only their names' },
  ],
  arguments: {},
  options: {},
  settings: true,
  list: true,
  load: async () => (await import('./ls-handler.ts')).runProfilesLs,
});
