import { defineCommand } from '../define-command.ts';

export const versionCommand = defineCommand({
  path: 'version',
  group: 'About rma',
  summary: 'Show the versions of rma, Node.js, Docker and Compose, and the host',
  examples: [
    { command: 'rma version', does: 'print the versions, one per line' },
    { command: 'rma version --json', does: 'print JSON' },
  ],
  arguments: {},
  options: {},
  settings: false,
  list: false,
  load: async () => (await import('./version-handler.ts')).showVersions,
});
