import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { longAnswer, WHOLE } from '../helpers/stack/long-answer.ts';
import { ENGINE, GGUF, MODEL, REPO, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

// Large enough that a long response takes seconds and is in flight during the drain.
const SLOW_MODEL = tinyGguf({ bytes: 8 * 1024 * 1024 });
const PATIENT = ['--drain-timeout', '2m'];

test('a changed model is downloaded while the old stack keeps serving and finishes the request in flight', async () => {
  const files = { [GGUF]: SLOW_MODEL, 'v2.gguf': tinyGguf({ seed: 2 }) };
  const stack = await startStack({ hub: { repos: { [REPO]: { files } } } });
  await useOneThread(stack);
  await stack.up(...PATIENT);
  const before = await stack.containers();
  await useFile(stack, 'v2.gguf');
  const stall = stack.hub.faults.add({ kind: 'stall', path: '*v2.gguf', port: 'cdn', bytes: 500_000 });

  const up = stack.rma('up', ...PATIENT);
  await stall.reached();
  expect(await stack.docker('ps', '--quiet', '--filter', `label=rma.one-off=${stack.project}`)).not.toBe('');
  expect(await stack.containers()).toEqual(before);
  const log = stack.logs(WORKER, '--follow');
  const answer = await longAnswer(stack.ports.engine, MODEL);
  stall.remove();

  expect(await answer.end()).toEqual(WHOLE);
  expect(await log).toContain('draining: requests in flight: 1');
  expect(await up).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('letting requests in flight finish'),
  });
  const after = await stack.containers();
  expect(after['coordinator']).toBe(before['coordinator']);
  expect(after[WORKER]).not.toBe(before[WORKER]);
  expect(after[ENGINE]).not.toBe(before[ENGINE]);
  expect((await stack.chat()).status).toBe(200);
  const command = await stack.docker('inspect', '--format', '{{json .Args}}', await stack.container(ENGINE));
  expect(command).toContain('/v2.gguf');
});

test('rma down finishes the request in flight before anything stops', async () => {
  const stack = await startStack({ hub: { repos: { [REPO]: { files: { [GGUF]: SLOW_MODEL } } } } });
  await useOneThread(stack);
  await stack.up(...PATIENT);
  const log = stack.logs(WORKER, '--follow');
  const answer = await longAnswer(stack.ports.engine, MODEL);
  const down = stack.rma('down');
  await vi.waitFor(async () => expect(await stack.listed()).toEqual([]), PATIENCE);
  expect(await answer.end()).toEqual(WHOLE);
  expect(await down).toMatchObject({ code: 0 });
  expect(await log).toMatch(/draining: requests in flight: 1[\s\S]*drained: no requests in flight/);
  expect(await stack.containers()).toEqual({});
});

/** Changes the file of the model in the catalog. */
async function useFile({ dir }: Stack, file: string): Promise<void> {
  const entry = `${MODEL}:\n  ref: hf:${REPO}:${file}\n  kind: chat\n  license: apache-2.0\n  description: another file\n`;
  await writeFile(join(dir, 'profiles', 'models.yaml'), entry);
}

/** Uses one thread: with several, a long response takes minutes on a busy machine. */
async function useOneThread({ dir }: Stack): Promise<void> {
  await mkdir(join(dir, 'profiles'));
  const service = `  - engine: llamacpp\n    models: [${MODEL}]\n    flags: [--threads, "1"]\n    gpus: 0\n`;
  await writeFile(join(dir, 'profiles', 'cpu-worker.yaml'), `description: One thread\nservices:\n${service}`);
}
