import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { hubForTest } from '../adapters/hub-server/hub-fixture.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import type { Hub } from '../hub/hub.ts';

let dir = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  const pickle = { content: Buffer.alloc(2000, 1), lfs: true };
  hub = await hubForTest({
    repos: {
      'org/pickled': { files: { 'config.json': '{}', 'pytorch_model.bin': pickle } },
      'org/safe': {
        files: { 'config.json': '{}', 'model.safetensors': pickle, 'pytorch_model.bin': pickle },
      },
    },
  });
  project();
});

/** Writes a project whose only model is pickled. */
function project(key = ''): void {
  writeTree(dir, {
    'rma.yaml': 'project: own\nprofiles: [own]\n',
    'profiles/models.yaml': `chat:\n  ref: hf:org/pickled\n  kind: chat\n${key}`,
    'profiles/own.yaml': 'description: own\nservices:\n  - { engine: llamacpp, gpus: 0, models: [chat] }\n',
  });
}

const rma = (...argv: readonly string[]) =>
  runRma(argv, {
    cwd: dir,
    env: { HOME: dir, HF_ENDPOINT: hub.endpoint, DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
  });
const pull = (...argv: readonly string[]) => rma('models', 'pull', ...argv, '--dest', join(dir, 'store'));
const isStored = (name: string) =>
  existsSync(join(dir, 'store/huggingface/hub', `models--org--${name}`, 'snapshots'));

describe('rma models pull', () => {
  it('[fail X7] downloads nothing of a repository with pickles only, until they are allowed', async () => {
    expectFault(await pull('hf:org/pickled'), {
      exitCode: 6,
      code: 'RMA_MODEL_PICKLE',
      words: ['pytorch_model.bin', '--allow-pickle'],
    });
    expectFault(await pull('hf:org/pickled', '--dry-run'), { exitCode: 6, code: 'RMA_MODEL_PICKLE' });
    expect(hub.log.contentRequests()).toEqual([]);
    expect(existsSync(join(dir, 'store'))).toBe(false);
    expect((await pull('hf:org/pickled', '--allow-pickle')).exitCode).toBe(0);
    expect(isStored('pickled')).toBe(true);
    // what is in the store stays usable
    expect((await pull('hf:org/pickled')).exitCode).toBe(0);
    expect((await rma('models', 'path', 'hf:org/pickled', '--dest', join(dir, 'store'))).exitCode).toBe(0);
  });

  it('[fail X7] downloads the others of several models, and exits with 8', async () => {
    const { exitCode, stdout, stderr } = await pull('hf:org/pickled', 'hf:org/safe');
    expect(exitCode).toBe(8);
    expect(stdout + stderr).toContain('RMA_MODEL_PICKLE');
    expect([isStored('pickled'), isStored('safe')]).toEqual([false, true]);
  });

  it('[fail X7] downloads what the catalog or rma.yaml allows', async () => {
    expect((await pull()).exitCode).toBe(6);
    project('  allow_pickle: true\n');
    expect((await pull()).exitCode).toBe(0);
    expect(isStored('pickled')).toBe(true);
  });

  it('[fail X7] needs no permission for a repository that has safetensors as well', async () => {
    expect((await pull('hf:org/safe')).exitCode).toBe(0);
    expect((await pull('hf:org/safe:*')).exitCode).toBe(6);
  });
});

it('[fail X7] rma compose render refuses a model with pickles', async () => {
  expectFault(await rma('compose', 'render'), {
    exitCode: 6,
    code: 'RMA_MODEL_PICKLE',
    words: ['hf:org/pickled'],
  });
});
