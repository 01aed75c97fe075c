import { defineCommand } from '../../define-command.ts';
import { flagOption, textOption } from '../../option.ts';

export const exportSwarmCommand = defineCommand({
  path: 'export swarm',
  group: 'Configuration',
  summary: 'Write the stack that runs the project on Docker Swarm',
  description:
    'Writes a stack file and its configs to a directory, for `docker stack deploy`. Needs neither Docker nor a GPU: the ' +
    'settings describe the nodes. Secrets are external: the commands that create them are at the top of the stack file. ' +
    'What Swarm cannot express is reported as warnings.',
  examples: [
    { command: 'rma export swarm --profile cpu-worker -o swarm', does: 'write the stack to swarm/' },
    {
      command: 'rma export swarm --profile vllm --gpu-memory 24GB -o swarm',
      does: 'for nodes with 24 GB GPUs',
    },
  ],
  arguments: {},
  options: {
    output: textOption('-o, --output <DIR>', 'directory to write to (empty, or an earlier export)'),
    refresh: flagOption('--refresh', 'resolve model references again'),
  },
  settings: true,
  mainSettings: ['profiles', 'store', 'gpuMemory', 'workerImage'],
  list: false,
  load: async () => (await import('./swarm-handler.ts')).exportStack,
});
