import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const gpusCommand = defineCommand({
  path: 'gpus',
  group: 'Workers',
  summary: 'List GPUs and what uses them',
  description:
    'Reads nvidia-smi. Values that the driver does not report are "-" in the table and null in JSON. MEMORY is used/total, including the part reserved by the driver. A machine without GPUs is not an error.',
  examples: [
    { command: 'rma gpus', does: 'list GPUs and MIG devices with the services of all projects' },
    { command: 'rma gpus --processes', does: 'also list all processes' },
    { command: 'rma gpus --json', does: 'print JSON with full UUIDs and sizes in bytes' },
    { command: 'rma gpus -q', does: 'print UUIDs only' },
  ],
  arguments: {},
  options: { processes: flagOption('--processes', 'list the processes on each GPU') },
  settings: false,
  list: true,
  hosts: 'each',
  load: async () => (await import('./gpus-handler.ts')).showGpus,
});
