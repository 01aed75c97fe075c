import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHAPES } from '../helpers/gpu/gpu-box/shapes.ts';
import { type GpuStack, startGpuStack } from '../helpers/gpu/gpu-stack.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { startRma } from '../helpers/stack/running-rma.ts';

const [GPU = ''] = SHAPES['1x24'].gpus.map(({ uuid }) => uuid);
const TEI = 'solo-tei';
const PROFILE = `description: An exclusive service
services:
  - { engine: tei, models: [all-minilm-l6-v2], gpus: 1, exclusive: true }
`;

/** Returns a project with one exclusive service on a machine with one GPU. */
async function project(): Promise<GpuStack> {
  const config = `ports: { ${TEI}: ${await freePort()} }\n`;
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['solo'], config });
  await mkdir(join(stack.dir, 'profiles'));
  await writeFile(join(stack.dir, 'profiles/solo.yaml'), PROFILE);
  return stack;
}

test('[case S02] of two projects that start exclusive services at once on one GPU, one gets it', async () => {
  const stacks = [await project(), await project()];
  const ends = await Promise.all(stacks.map(async (stack) => stack.rma('--json', 'up')));
  expect(ends.map(({ code }) => code).sort()).toEqual([0, 5]);
  const refused = ends.find(({ code }) => code === 5);
  expect(refused?.stderr).toContain('RMA_GPU_NO_FIT');
  expect(refused?.stderr).toContain(TEI);
  const services = await Promise.all(stacks.map(async (stack) => stack.services()));
  expect(services.flat().filter((name) => name === TEI)).toHaveLength(1);
  // the winner can plan afterwards
  const winner = stacks[ends.findIndex(({ code }) => code === 0)];
  expect(await winner?.rma('up')).toMatchObject({ code: 0, stdout: expect.stringContaining('No changes') });
});

test('[case S02] the GPU of a project that still downloads is reserved, also after its up was killed', async () => {
  const [first, second] = [await project(), await project()];
  // the plan reads the header of the weights, so another file is not available
  const missing = first.hub.faults.add({ kind: 'status', status: 503, path: '*1_Pooling/config.json' });
  const up = startRma(first, 'up', '--progress', 'plain');
  await up.line(/waiting for|downloading/);
  expect(await first.services()).not.toContain(TEI);

  const refused = async () => {
    const { code, stderr } = await second.rma('plan');
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringContaining(`is used exclusively by ${first.project}/${TEI}`),
    });
  };
  await refused();
  const { stdout } = await second.rma('gpus');
  expect(stdout).toContain(`${first.project}/${TEI} (reserved)`);

  up.child.kill('SIGKILL');
  await up.ended;
  await refused();

  missing.remove();
  expect(await first.rma('up')).toMatchObject({ code: 0 });
  expect((await first.promised(TEI)).gpus).toEqual([GPU]);
  expect(await first.docker('volume', 'ls', '--quiet', '--filter', 'label=rma.nonce')).toBe('');
  await refused();
  expect(await first.rma('down')).toMatchObject({ code: 0 });
  expect(await second.rma('plan')).toMatchObject({ code: 0 });
});
