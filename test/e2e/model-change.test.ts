import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { keepAnswering } from '../helpers/stack/long-answer.ts';
import { ENGINE, GGUF, MODEL, REPO, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

// Large enough that a response is in flight for long, compared with the time to request the next one.
const SLOW_MODEL = tinyGguf({ bytes: 8 * 1024 * 1024 });
const PATIENT = ['--drain-timeout', '5m'];
const DRAINING = /draining: requests in flight: [1-9]/;

test('[req N18] a changed model is downloaded while the old stack keeps serving and finishes the requests in flight', async () => {
  const files = { [GGUF]: SLOW_MODEL, 'v2.gguf': tinyGguf({ seed: 2 }) };
  const stack = await startStack({ hub: { repos: { [REPO]: { files } } } });
  await useOneThread(stack);
  await stack.up(...PATIENT);
  const before = await stack.containers();
  await useFile(stack, 'v2.gguf');
  const stall = stack.hub.faults.add({ kind: 'stall', path: '*v2.gguf', port: 'cdn', offset: 500_000 });

  const up = stack.rma('up', ...PATIENT);
  await stall.reached();
  expect(await stack.docker('ps', '--quiet', '--filter', `label=rma.one-off=${stack.project}`)).not.toBe('');
  expect(await stack.containers()).toEqual(before);
  const log = stack.follow('logs', '--follow', await stack.container(WORKER));
  const answers = await keepAnswering(stack.ports.engine, MODEL, log.line(DRAINING));
  stall.remove();

  expect(await answers.incomplete()).toEqual([]);
  expect(await up).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('letting requests in flight finish'),
  });
  await log.line('drained: no requests in flight');
  const after = await stack.containers();
  expect(after['coordinator']).toBe(before['coordinator']);
  expect(after[WORKER]).not.toBe(before[WORKER]);
  expect(after[ENGINE]).not.toBe(before[ENGINE]);
  expect((await stack.chat()).status).toBe(200);
  const command = await stack.docker('inspect', '--format', '{{json .Args}}', await stack.container(ENGINE));
  expect(command).toContain('/v2.gguf');
});

test('rma down finishes the requests in flight before anything stops', async () => {
  const stack = await startStack({ hub: { repos: { [REPO]: { files: { [GGUF]: SLOW_MODEL } } } } });
  await useOneThread(stack);
  await stack.up(...PATIENT);
  const events = stack.events();
  const log = stack.follow('logs', '--follow', await stack.container(WORKER));
  const unlisted = log.line(DRAINING).then(() => expect.poll(() => stack.listed(), PATIENCE).toEqual([]));
  const answers = await keepAnswering(stack.ports.engine, MODEL, unlisted);
  const down = stack.rma('down');
  expect(await answers.incomplete()).toEqual([]);
  expect(await down).toMatchObject({ code: 0 });
  await log.line('drained: no requests in flight');
  expect(await stack.containers()).toEqual({});
  await Promise.all([WORKER, ENGINE, 'coordinator'].map((each) => events.line(`${each}: destroy`)));
  const first = (action: string) => events.lines.find((line) => line.endsWith(`: ${action}`));
  expect([first('kill'), first('die')]).toEqual([`${WORKER}: kill`, `${WORKER}: die`]);
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
