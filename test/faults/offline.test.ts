import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hubHosts } from '../helpers/stack/hub-hosts.ts';
import { startStack, WORKER } from '../helpers/stack/stack.ts';
import { startHub } from '../hub/hub.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';

async function filledVolume() {
  const hub = await startHub({ repos: quickstartRepos(), hosts: await hubHosts() });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await hub.close();
    isOpen = false;
  };
  onTestFinished(close);
  const first = await startStack({ sharedHub: hub });
  const empty = await first.rma('plan', '--offline');
  expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('RMA_OFFLINE_MISSING') });
  expect(hub.log.entries()).toEqual([]);
  await first.up();
  expect(await first.rma('down')).toMatchObject({ code: 0 });
  hub.log.clear();
  return { hub, close, first };
}

test('[case F14] a new project over a complete store gets ready without a hub, and its worker restarts without one', async () => {
  const { hub, close, first } = await filledVolume();
  await close();
  const second = await startStack({ sharedHub: hub, volume: first.volume });
  const plan = await second.rma('plan', '--json');
  expect(plan).toMatchObject({ code: 0 });
  expect(JSON.parse(plan.stdout)).toMatchObject({ warnings: [{ code: 'RMA_MODELS_FROM_STORE' }] });
  expect((await second.up()).changed).toBe(true);
  expect((await second.chat()).status).toBe(200);
  const pulled = await second.rma('models', 'pull', '--json');
  expect(JSON.parse(pulled.stdout)).toMatchObject({ models: [{ state: 'present' }] });
  await second.docker('restart', await second.container(WORKER));
  await second.ready();
  expect((await second.up()).changed).toBe(false);
});

test('[case F14] --offline sends nothing to the hub, and the workers that it starts may download later', async () => {
  const { hub, first } = await filledVolume();
  const second = await startStack({ sharedHub: hub, volume: first.volume });
  expect((await second.up('--offline')).changed).toBe(true);
  expect((await second.chat()).status).toBe(200);
  for (const verb of ['ls', 'pull']) {
    expect(await second.rma('models', verb, '--offline')).toMatchObject({ code: 0 });
  }
  const missing = await second.rma('models', 'pull', 'hf:org/none', '--offline');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('RMA_OFFLINE_MISSING') });
  expect(hub.log.entries()).toEqual([]);
  expect(await readFile(join(second.dir, '.rma/compose.yaml'), 'utf8')).not.toContain('RMA_OFFLINE');
});
