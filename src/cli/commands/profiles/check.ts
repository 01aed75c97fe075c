import { optionalArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const profilesCheckCommand = defineCommand({
  path: 'profiles check',
  group: 'Configuration',
  summary: 'Check your own profiles, models and engines',
  examples: [
    { command: 'rma profiles check', does: 'check profiles/ and engines/ next to rma.yaml' },
    {
      command: 'rma profiles check drafts/ocr.yaml',
      does: 'also check this profile, models.yaml or engine',
    },
  ],
  arguments: { file: optionalArgument('an additional file, in any directory') },
  options: {},
  settings: true,
  list: false,
  load: async () => (await import('./check-handler.ts')).runProfilesCheck,
});
