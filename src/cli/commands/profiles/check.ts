import { optionalArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const profilesCheckCommand = defineCommand({
  path: 'profiles check',
  group: 'Configuration',
  summary: 'Check profiles and models of your own: every fault with its file, line and column',
  examples: [
    { command: 'rma profiles check', does: 'the profiles/ folder beside rma.yaml' },
    {
      command: 'rma profiles check drafts/ocr.yaml',
      does: 'one more file: a profile, a models.yaml or an engine',
    },
  ],
  arguments: { file: optionalArgument('one file that is not in profiles/ yet') },
  options: {},
  settings: true,
  list: false,
  load: async () => (await import('./check-handler.ts')).runProfilesCheck,
});
