import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { standinEngine } from '../helpers/stack/standin-engine.ts';
import { startHub } from '../hub/hub.ts';

let dir = '';
let env: Readonly<Record<string, string>> = {};
beforeEach(async () => {
  dir = tempFolder();
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin/docker'), '#!/bin/sh\necho 2.40.3\n');
  chmodSync(join(dir, 'bin/docker'), 0o755);
  const containers = [{ service: 'a-worker', project: 'demo', store: 'rma-models' }];
  const volumes = [{ name: 'rma-models', labels: { 'rma.project': 'demo' } }];
  const { endpoint } = await standinEngine({ containers, volumes });
  env = { HOME: dir, DOCKER_HOST: endpoint, PATH: `${join(dir, 'bin')}:/usr/bin:/bin` };
});

const rma = (...argv: readonly string[]) => runRma(argv, { cwd: dir, env });

describe('rma volumes', () => {
  it('[req R15] ls shows what is known without the worker image', async () => {
    const { stdout, exitCode } = await rma('volumes', 'ls');
    expect({ exitCode, lines: stdout.trimEnd().split('\n') }).toEqual({
      exitCode: 0,
      lines: [
        'NAME         HOLDS   KIND    OWNER   USED   FREE   USED BY                LOCATION',
        'rma-models   store   named   -          -      -   demo                   -',
        'rma-cache    cache   named   -          -      -   (does not exist yet)   -',
        'Owner and sizes are unknown: the worker image is not built. rma volumes check builds it.',
      ],
    });
    expect((await rma('volumes', 'ls', '-q')).stdout).toBe('rma-models\n');
  });

  it('[req R15] ls lists the mounts as JSON, with their access', async () => {
    const { stdout } = await rma('volumes', 'ls', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'rma.volumes/v1',
      volumes: [
        {
          name: 'rma-models',
          mounts: [{ container: 'demo-a-worker-1', service: 'a-worker', path: '/models', readOnly: false }],
        },
        { name: 'rma-cache', exists: false, usedBytes: null },
      ],
    });
  });

  it('[req R76] rm refuses a volume in use, and one that must be confirmed by its name', async () => {
    expectFault(await rma('volumes', 'rm', 'store', '--yes', '--force'), {
      exitCode: 3,
      code: 'RMA_VOLUME_IN_USE',
      words: ['demo-a-worker-1', 'rma down --project demo'],
    });
    const { endpoint } = await standinEngine({ volumes: [{ name: 'rma-models' }] });
    env = { ...env, DOCKER_HOST: endpoint };
    for (const flags of [[], ['--yes'], ['--force']]) {
      expectFault(await rma('volumes', 'rm', 'store', ...flags), {
        exitCode: 2,
        code: 'RMA_USAGE_NOT_CONFIRMED',
        words: ['rma-models', '--yes --force'],
      });
    }
    expect(await rma('volumes', 'rm', 'store', '--yes', '--force')).toMatchObject({
      exitCode: 0,
      stdout: 'Removed the volume rma-models.\n',
    });
    expect((await rma('volumes', 'ls', '-q')).stdout).toBe('');
  });

  it.each([
    ['volumes inspect stor', 'RMA_VOLUME_UNKNOWN', 'did you mean "store"'],
    ['volumes check stroe', 'RMA_USAGE_INVALID_VALUE', 'did you mean "store"'],
    ['volumes shell -- ls', 'RMA_VOLUME_UNKNOWN', 'unknown volume "ls"'],
  ])('%s suggests what was meant', async (line, code, words) => {
    expectFault(await rma(...line.split(' ')), { exitCode: 2, code, words: [words] });
  });
});

it('[req L12] rma models path --relative never contains where the store is mounted', async () => {
  const hub = await startHub({
    repos: { 'org/name': { files: { 'config.json': '{}', 'tokenizer.json': '{}' } } },
  });
  onTestFinished(() => hub.close());
  env = { ...env, HF_ENDPOINT: hub.endpoint };
  const dest = join(dir, 'mnt/huggingface/cache');
  const flags = ['hf:org/name', '--dest', dest, '--progress', 'none'];
  expect(await rma('models', 'pull', ...flags)).toMatchObject({ exitCode: 0 });
  const { stdout } = await rma('models', 'path', ...flags, '--relative');
  expect(stdout).toMatch(/^huggingface\/hub\/models--org--name\/snapshots\/[0-9a-f]{40}\n$/);
  expect((await rma('models', 'path', ...flags)).stdout).toBe(`${dest}/${stdout}`);
});
