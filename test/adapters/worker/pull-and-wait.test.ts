import { execFileSync } from 'node:child_process';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WorkerConfig } from '../../../src/core/domain/worker-config.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { oneOffWorker, TINY } from '../../helpers/worker/one-off-worker.ts';
import { workerConfig } from '../../helpers/worker/worker-config.ts';

const box = oneOffWorker();

/** Writes the configuration of a worker with the model of the box and one engine that serves it. */
function configFile(over: Partial<WorkerConfig> = {}): string {
  const file = join(tempFolder(), 'worker.json');
  const engine = {
    service: 'chat-llm',
    engine: 'llm',
    url: 'http://chat-llm:8080',
    endpoint: 'http://chat-llm.demo:8080',
    healthPath: '/health',
    modelsPath: '/v1/models',
    inFlight: null,
    loaded: null,
    models: [{ ref: TINY, name: 'tiny', kind: 'chat' as const }],
  };
  writeFileSync(file, JSON.stringify(workerConfig({ models: [box().pinned()], engines: [engine], ...over })));
  return file;
}

const OFFLINE = { HF_ENDPOINT: 'http://hub.invalid' };

describe('rma-worker pull', () => {
  it('downloads the models of all workers once, and records what each needs', async () => {
    const files = [configFile(), configFile({ profile: 'other' })];
    const first = await box().run(['pull', ...files]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain(`Downloading ${TINY}`);
    expect(first.stdout).toMatch(/\[pull\] all models are in the store \S+: 1\n$/);
    expect(readdirSync(join(box().store, '.rma/projects'))).toHaveLength(2);
    const again = await box().run(['pull', ...files], OFFLINE);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).not.toContain('Downloading');
  });

  it('[req N01 K8s] downloads the models of one engine only', async () => {
    const other = { ...box().pinned(), ref: 'hf:org/none:x.gguf', repo: 'org/none' };
    const file = configFile({ models: [box().pinned(), other] });
    const { code, stdout } = await box().run(['pull', '--service', 'chat-llm', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[pull\] all models are in the store \S+: 1\n$/);
  });

  it('ends with the exit code of a permanent fault', async () => {
    const missing = { ...box().pinned(), ref: 'hf:org/none:x.gguf', repo: 'org/none' };
    const { code, stderr } = await box().run(['pull', configFile({ models: [missing] })]);
    expect(code).toBe(4);
    expect(stderr).toContain('RMA_HUB_');
  });
});

describe('rma-worker wait', () => {
  it('[req D16 K8s] ends once the models are verified, without a hub', async () => {
    const file = configFile();
    const waiting = box().run(['wait', '--service', 'chat-llm', file], OFFLINE);
    await box().run(['pull', file]);
    const { code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[wait\] all models are verified in the store \S+: 1\n$/);
  });

  it('[req N03 K8s] checks once a store that was copied by a layer of an image, which keeps whole seconds', async () => {
    const file = configFile();
    await box().run(['pull', file]);
    const layer = join(tempFolder(), 'layer.tar');
    const copy = tempFolder();
    // ustar, like layers, has no fractions of a second
    execFileSync('tar', ['--format=ustar', '-C', box().store, '-cf', layer, '.']);
    execFileSync('tar', ['-C', copy, '-xf', layer]);
    const args = ['wait', '--service', 'chat-llm', '--once', file];
    const env = { ...OFFLINE, MODEL_CACHE_DIR: copy };
    expect(await box().run(args, env)).toMatchObject({ code: 0, stderr: '' });
    const blobs = join(copy, 'huggingface/hub/models--org--tiny/blobs');
    for (const name of readdirSync(blobs)) utimesSync(join(blobs, name), 1, 1);
    const { code, stderr } = await box().run(args, env);
    expect(code).toBe(3);
    expect(stderr).toContain(`${TINY} (1 file)`);
    expect(stderr).toContain('RMA_WORKER_MODELS');
  });

  it('rejects a service that the worker does not have', async () => {
    const { code, stderr } = await box().run(['wait', '--service', 'chat-lm', configFile()]);
    expect(code).toBe(2);
    expect(stderr).toContain('RMA_WORKER_SERVICE');
    expect(stderr).toContain('did you mean "chat-llm"?');
  });
});
