import { inject, onTestFinished, vi } from 'vitest';
import { type GpuFolder, gpuFolder, type Offer } from '../../standins/gpus/gpu-folder.ts';
import { engineEnv } from '../stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../stack/engine-script.ts';
import type { GpuBoxState } from './gpu-box/state.ts';

export const BOTH: Offer = { hook: true, cdi: true };

/** Gives the machine of the engine these GPUs until the end of the test. */
export async function machine(state: GpuBoxState, offer: Offer = BOTH): Promise<GpuFolder> {
  const gpus = await gpuFolder(inject('gpuFolder'), state, offer);
  onTestFinished(() => gpus.set({ shape: '1x24' }, BOTH));
  await vi.waitFor(async () => {
    const known = await cdiDevices();
    const missing = gpus.cdiDevices.filter((name) => !known.includes(name));
    if (missing.length > 0) throw new Error(`the engine has not read its CDI devices yet: ${missing}`);
  }, 10_000);
  return gpus;
}

/** Returns the CDI devices that the engine has read; it reads changed specifications a moment later. */
async function cdiDevices(): Promise<readonly string[]> {
  const format = '{{range .DiscoveredDevices}}{{.ID}} {{end}}';
  const { stdout } = await runProgram('docker', ['info', '--format', format], engineEnv());
  return stdout.trim().split(' ');
}

/** Restarts the engine with the current GPUs, and with it the containers with a restart policy. */
export async function restartEngine(): Promise<void> {
  const env = engineEnv({ RMA_ENGINE_GPUS: inject('gpuFolder') });
  const { code, stdout, stderr } = await runProgram(`${CHECKOUT}/scripts/engine.sh`, ['restart'], env);
  if (code !== 0) throw new Error(`scripts/engine.sh restart failed: ${stdout}${stderr}`);
}
