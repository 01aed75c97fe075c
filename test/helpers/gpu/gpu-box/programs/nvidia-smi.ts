// A stand-in for nvidia-smi. Its state is in the file RMA_STANDIN_GPUS, else in state.json next to it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { answer } from '../answer.ts';
import { claimedProcesses } from '../claims.ts';
import type { Answer } from '../csv.ts';
import { dockerProcesses } from '../docker-processes.ts';
import { SHAPES } from '../shapes.ts';
import type { GpuBoxState } from '../state.ts';

const DEFAULT_FACTOR = 0.97;

const statePath = process.env['RMA_STANDIN_GPUS'] ?? join(dirname(process.argv[1] ?? ''), 'state.json');
const state = JSON.parse(readFileSync(statePath, 'utf8')) as GpuBoxState;
const shape = SHAPES[state.shape];
const argv = process.argv.slice(2);
if (shape.kind === 'hang') hang();
else {
  const { exitCode, text } = tell();
  process.exitCode = exitCode;
  process.stdout.write(text);
}

function tell(): Answer {
  if (shape.kind === 'fault') return shape;
  if (shape.kind !== 'gpus') return { exitCode: 127, text: 'nvidia-smi: not installed\n' };
  if (state.brokenXml && argv.includes('-x')) return { exitCode: 0, text: '<nvidia_smi_log><gpu></nvidia' };
  const followed = state.followDocker ? dockerProcesses(state.factor ?? DEFAULT_FACTOR) : [];
  const claimed = state.claims === undefined ? [] : claimedProcesses(state.claims);
  return answer(shape, [...(state.foreign ?? []), ...followed, ...claimed], argv);
}

/** Hangs like a process waiting for its driver: it ignores signals, and exits when its directory is deleted. */
function hang(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  setInterval(() => {
    if (!existsSync(statePath)) process.exit(0);
  }, 200);
}
