import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { SpawnedDockerCli } from '../../src/adapters/docker-cli/docker-cli.ts';
import { LocalRunner } from '../../src/adapters/exec/local-runner.ts';
import { gpusInside } from '../../src/app/observe/gpus-inside.ts';
import { SHAPES } from '../helpers/gpu/gpu-box/shapes.ts';
import { BOTH, machine } from '../helpers/gpu/gpu-engine.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import type { GpuFolder, Offer } from '../standins/gpus/gpu-folder.ts';

const [FIRST = '', SECOND = ''] = SHAPES['2x24'].gpus.map(({ uuid }) => uuid);
const WAYS = {
  hook: (uuid: string) => ['--gpus', `"device=${uuid}","capabilities=compute,utility"`],
  CDI: (uuid: string) => ['--device', `nvidia.com/gpu=${uuid}`],
} as const;

/** Returns the GPUs that the check after the start finds in a container with the first GPU. */
async function seen(way: keyof typeof WAYS, change: (gpus: GpuFolder) => Promise<unknown>) {
  await change(await machine({ shape: '2x24' }));
  const env = engineEnv();
  const name = `rma-e2e-seen-${randomUUID().slice(0, 8)}`;
  onTestFinished(async () => {
    await runProgram('docker', ['rm', '--force', name], env);
  });
  const asked = ['--pull', 'never', '--name', name, ...WAYS[way](FIRST)];
  const command = [env['RMA_WORKER_BASE'] ?? '', 'sleep', '600'];
  expect(await runProgram('docker', ['run', '--detach', ...asked, ...command], env)).toMatchObject({
    code: 0,
  });
  const docker = new SpawnedDockerCli(new LocalRunner(env));
  return gpusInside({ docker }, { signal: new AbortController().signal }, name);
}

const wrong: Offer = { ...BOTH, instead: { [FIRST]: SECOND } };

test.each(['hook', 'CDI'] as const)('detects the planned GPU in a container by %s', async (way) => {
  const found = await seen(way, async () => undefined);
  expect(found).toEqual({ how: 'names', uuids: [FIRST] });
});

test.each(['hook', 'CDI'] as const)('detects another GPU than planned in a container by %s', async (way) => {
  const found = await seen(way, () => machine({ shape: '2x24' }, wrong));
  expect(found).toEqual({ how: 'names', uuids: [SECOND] });
});
