import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const MODELS = `
chat: { ref: "hf:org/chat:tiny.gguf", kind: chat }
rare: { ref: "hf:org/chat@v9:tiny.gguf", kind: chat, optional: true }
`;
/** References that the hub lacks, and what it lacks. */
const ABSENT = [
  ['hf:org/chat@v9:tiny.gguf', 'RMA_HUB_REVISION_NOT_FOUND'],
  ['hf:org/chat:other-*.gguf', 'RMA_HUB_NO_MATCH'],
  // anonymous users get 401 for a repository that does not exist
  ['hf:org/none:tiny.gguf', 'RMA_HUB_UNAUTHORIZED'],
  ['ms:org/none:tiny.gguf', 'RMA_HUB_NOT_FOUND'],
] as const;
const PROFILE = `
description: a chat model, and one that may not exist
services:
  - { engine: llamacpp, models: [chat] }
  - { engine: llamacpp, models: [rare] }
`;

let dir = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  hub = await startHub({ repos: { 'org/chat': { files: { 'tiny.gguf': tinyGguf() } } } });
  onTestFinished(() => hub.close());
  mkdirSync(join(dir, 'profiles'));
  writeFileSync(join(dir, 'profiles/models.yaml'), MODELS);
  writeFileSync(join(dir, 'profiles/own.yaml'), PROFILE);
  writeFileSync(join(dir, 'rma.yaml'), 'profiles: [own]\n');
});

const pull = (...args: readonly string[]) =>
  runRma(['models', 'pull', ...args, '--profile', 'own', '--dest', join(dir, 'store')], {
    cwd: dir,
    env: { HOME: dir, HF_ENDPOINT: hub.endpoint, MODELSCOPE_ENDPOINT: hub.endpoint },
  });

it.each([[[]], [['-q']], [['all']], [['all', '-q']]])(
  '[case S10] a missing optional model causes a warning: models pull %j',
  async (args) => {
    const { exitCode, stderr } = await pull(...args);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^warning: optional model skipped: .*\bv9\b.* \(RMA_HUB_REVISION_NOT_FOUND\)$/m);
  },
);

it.each(ABSENT)('[case S10] an optional model may be %s, which the hub lacks', async (ref, code) => {
  const models = MODELS.replace('hf:org/chat@v9:tiny.gguf', ref);
  writeFileSync(join(dir, 'profiles/models.yaml'), models);
  const { exitCode, stderr } = await pull('all', '-q');
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(new RegExp(`^warning: optional model skipped: .* \\(${code}\\)$`, 'm')),
  });
  expect((await pull('--strict')).exitCode).toBe(8);
});

it.each([[['--strict']], [['all', '--strict', '-q']]])(
  '[case S10] a missing optional model is a failure of a part: models pull %j',
  async (args) => {
    expect((await pull(...args)).exitCode).toBe(8);
  },
);

it('[case S10] [req T11] a missing optional model is a failure if it is named', async () => {
  const { exitCode, stderr } = await pull('rare');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('RMA_HUB_REVISION_NOT_FOUND');
  expect((await pull('rare', 'chat')).exitCode).toBe(8);
});

it('[case S10] an optional model that cannot be reached is a failure', async () => {
  hub.faults.add({ kind: 'status', status: 403, path: '*/v9*' });
  expect((await pull()).exitCode).toBe(8);
});
