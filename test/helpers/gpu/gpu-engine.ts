import { inject, onTestFinished, vi } from 'vitest';
import { type GpuFolder, gpuFolder, type Offer } from '../../standins/gpus/gpu-folder.ts';
import { engineEnv } from '../stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../stack/engine-script.ts';
import type { GpuBoxState } from './gpu-box/state.ts';

export const BOTH: Offer = { hook: true, cdi: true };

/** The machine of the tests' engine gets these GPUs, for the length of a test. */
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

/** What the engine can give by CDI: it reads the specifications when they change, a moment later. */
async function cdiDevices(): Promise<readonly string[]> {
  const format = '{{range .DiscoveredDevices}}{{.ID}} {{end}}';
  const { stdout } = await runProgram('docker', ['info', '--format', format], engineEnv());
  return stdout.trim().split(' ');
}

/** The engine starts again, with the GPUs that its machine has now; so do the containers whose restart policy says it. */
export async function restartEngine(): Promise<void> {
  const env = engineEnv({ RMA_ENGINE_GPUS: inject('gpuFolder') });
  const { code, stdout, stderr } = await runProgram(`${CHECKOUT}/scripts/engine.sh`, ['restart'], env);
  if (code !== 0) throw new Error(`scripts/engine.sh restart failed: ${stdout}${stderr}`);
}
