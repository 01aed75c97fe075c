import { defineCommand } from '../define-command.ts';
import { flagOption } from '../option.ts';

export const gpusCommand = defineCommand({
  path: 'gpus',
  group: 'Workers',
  summary: 'Show the GPUs of this machine and what uses them',
  description:
    'Reads nvidia-smi. What the driver does not tell is shown as "-" and is null in JSON, never zero. MEMORY is what is taken, the part reserved by the driver included, of the total. A machine without GPUs is no error.',
  examples: [
    { command: 'rma gpus', does: 'GPUs and their MIG devices, with the services of all projects on them' },
    { command: 'rma gpus --processes', does: 'also every process that the driver sees' },
    { command: 'rma gpus --json', does: 'all of it with full UUIDs and sizes in bytes' },
    { command: 'rma gpus -q', does: 'UUIDs only' },
  ],
  arguments: {},
  options: { processes: flagOption('--processes', 'list the processes on each GPU') },
  settings: false,
  list: true,
  load: async () => (await import('./gpus-handler.ts')).showGpus,
});
