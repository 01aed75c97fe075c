import { optionalArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const profilesCheckCommand = defineCommand({
  path: 'profiles check',
  group: 'Configuration',
  summary: 'Check your own profiles, models and engines: every fault with file, line and column',
  examples: [
    { command: 'rma profiles check', does: 'profiles/ and engines/ beside rma.yaml' },
    {
      command: 'rma profiles check drafts/ocr.yaml',
      does: 'one more file: a profile, a models.yaml or an engine',
    },
  ],
  arguments: { file: optionalArgument('one more file, in any directory') },
  options: {},
  settings: true,
  list: false,
  load: async () => (await import('./check-handler.ts')).runProfilesCheck,
});
