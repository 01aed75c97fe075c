import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { flagOption, textOption } from '../../option.ts';

export const modelsPullCommand = defineCommand({
  path: 'models pull',
  group: 'Models',
  summary: 'Fetch and verify what is missing of models',
  description:
    'Works in a container on the store volume, or with --dest on a folder of this machine without Docker. ' +
    'An interrupted pull goes on where it stopped.',
  examples: [
    { command: 'rma models pull', does: "the project's models" },
    {
      command: 'rma models pull all --dest /data/models',
      does: 'every model of every profile into a folder',
    },
    {
      command: 'rma models pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:*q4_k_m.gguf',
      does: 'files of one repository',
    },
  ],
  arguments: { model: listArgument('names or references; `all`: every model; none: those of the project') },
  options: {
    dest: textOption('--dest <DIR>', 'the store is this folder on this machine; Docker is not used'),
    dryRun: flagOption('--dry-run', 'show what would be fetched and change nothing'),
    refresh: flagOption('--refresh', 'ask the hub again what the references mean'),
  },
  settings: true,
  list: false,
  load: async () => (await import('./pull-handler.ts')).pullModels,
});
