import { parseVolume } from '../../core/config/value-parsers.ts';
import { optionalArgument } from '../argument.ts';
import { defineCommand } from '../define-command.ts';
import { flagOption, parsedOption, textsOption } from '../option.ts';

export const initCommand = defineCommand({
  path: 'init',
  group: 'Configuration',
  summary: 'Write an rma.yaml for this machine, or from Compose files',
  description:
    'Chooses a profile that fits the GPUs, and explains each setting in comments. Works without Docker and without a GPU. ' +
    'With --from-compose, converts the engines and workers of Compose files and lists each mistake that it corrected.',
  examples: [
    { command: 'rma init', does: 'write rma.yaml in this directory' },
    { command: 'rma init demo --profile ocr', does: 'write demo/rma.yaml for a profile' },
    { command: 'rma init --from-compose docker-compose.yml', does: 'convert a Compose file' },
    {
      command: 'rma init --from-compose compose.yaml --from-compose compose.gpu.yaml',
      does: 'convert a file with its override',
    },
  ],
  arguments: { directory: optionalArgument('directory of the project (default: this one)') },
  options: {
    fromCompose: textsOption(
      '--from-compose <FILE>',
      'convert this Compose file; repeat it for override files',
    ),
    profile: textsOption('--profile <NAME>', 'worker profile (default: the largest that fits)'),
    volume: parsedOption('--volume <SPEC>', 'model store: named:NAME, host:PATH or nfs:SERVER:/EXPORT', {
      parse: (text) => (parseVolume(text, { base: '/', home: '/' }).ok ? text : null),
      expected: 'named:NAME, host:PATH or nfs:SERVER:/EXPORT',
      fallback: null,
    }),
    force: flagOption('--force', 'replace existing files'),
  },
  settings: false,
  list: false,
  load: async () => (await import('./init-handler.ts')).initDirectory,
});
