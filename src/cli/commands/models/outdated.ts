import { defineCommand } from '../../define-command.ts';
import { flagOption } from '../../option.ts';

export const modelsOutdatedCommand = defineCommand({
  path: 'models outdated',
  group: 'Models',
  summary: 'Compare rma.lock with the current versions',
  description:
    'Resolves each locked model again, and compares locked images with those in their registries. Changes nothing.',
  examples: [
    { command: 'rma models outdated', does: 'list locked and current versions' },
    { command: 'rma models outdated --detailed-exitcode', does: 'exit with 10 if something is outdated' },
  ],
  arguments: {},
  options: {
    detailedExitcode: flagOption('--detailed-exitcode', 'exit with 10 if something is outdated'),
  },
  settings: true,
  mainSettings: ['profiles', 'hubEndpoint', 'hubTokenFile'],
  list: true,
  hosts: 'own',
  load: async () => (await import('./outdated-handler.ts')).listOutdated,
});
