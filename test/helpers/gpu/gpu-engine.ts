import { expect, inject, onTestFinished, vi } from 'vitest';
import { type GpuFolder, gpuFolder, type Offer } from '../../standins/gpus/gpu-folder.ts';
import { PATIENCE } from '../patience.ts';
import { engineEnv } from '../stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../stack/engine-script.ts';
import type { GpuBoxState } from './gpu-box/state.ts';

export const BOTH: Offer = { hook: true, cdi: true };

/** Gives the machine of the engine these GPUs until the end of the test. */
export async function machine(state: GpuBoxState, offer: Offer = BOTH): Promise<GpuFolder> {
  const gpus = await gpuFolder(inject('gpuFolder'), state, offer);
  onTestFinished(() => gpus.set({ shape: '1x24' }, BOTH));
  const expected = [...gpus.cdiDevices].sort();
  await vi.waitFor(async () => expect(await cdiDevices()).toEqual(expected), PATIENCE);
  return gpus;
}

/** Returns the GPUs among the CDI devices that the engine has read, sorted; it reads a change a moment later. */
async function cdiDevices(): Promise<readonly string[]> {
  const format = '{{range .DiscoveredDevices}}{{.ID}} {{end}}';
  const { stdout } = await runProgram('docker', ['info', '--format', format], engineEnv());
  const names = stdout.trim().split(' ');
  return names.filter((name) => name.startsWith('nvidia.com/gpu=')).sort();
}

/** Restarts the engine with the current GPUs, and with it the containers with a restart policy. */
export async function restartEngine(): Promise<void> {
  const env = engineEnv({ RMA_ENGINE_GPUS: inject('gpuFolder') });
  const { code, stdout, stderr } = await runProgram(`${CHECKOUT}/scripts/engine.sh`, ['restart'], env);
  if (code !== 0) throw new Error(`scripts/engine.sh restart failed: ${stdout}${stderr}`);
}
