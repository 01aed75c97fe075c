import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import engineSetup from '../e2e/global-setup.ts';
import { CHECKOUT, engineScript, evaluatedEnv } from '../helpers/stack/engine-script.ts';
import { gpuFolder } from '../standins/gpus/gpu-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The RMA_ENGINE_GPUS of the running engine. */
    readonly gpuFolder: string;
  }
}

/** Starts the private engine like the end-to-end tests, on a machine with stand-in GPUs. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env['RMA_TEST_ENGINE'] === 'user') {
    throw new Error('the tests in test/gpu need an engine with stand-in GPUs: unset RMA_TEST_ENGINE');
  }
  const folder = join(CHECKOUT, '.engine/gpus');
  await gpuFolder(folder, { shape: '1x24' }, { hook: true, cdi: true });
  process.env['RMA_ENGINE_GPUS'] = folder;
  const undo = await engineSetup(project);
  const images = await engineScript(CHECKOUT, 'images', '--gpu', '--yes');
  if (images.code !== 0) throw new Error(`scripts/engine.sh images --gpu failed: ${images.stderr}`);
  // sets the names of the images
  project.provide('engineEnv', await evaluatedEnv(CHECKOUT, 'env'));
  project.provide('gpuFolder', folder);
  return async () => {
    delete process.env['RMA_ENGINE_GPUS'];
    await undo();
    // an engine that was running is restored
    if ((await engineScript(CHECKOUT, 'status')).code === 0) await engineScript(CHECKOUT, 'up', '--yes');
  };
}
