import { readdirSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../../src/core/inventory/inventory-text.ts';
import { readStoredAnswer } from '../../../src/core/source/stored-answer.ts';
import { readDescribed } from '../../../src/core/worker/described-models.ts';
import { readImportLine } from '../../../src/core/worker/import-lines.ts';
import { readWorkerFacts } from '../../../src/core/worker/read-worker-facts.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { oneOffWorker, TINY } from '../../helpers/worker/one-off-worker.ts';

const box = oneOffWorker();

describe('rma-worker facts', () => {
  it('prints host facts that the CLI of the same version can parse', async () => {
    const { code, stdout } = await box().run(['facts', '--json']);
    expect(code).toBe(0);
    expect(readWorkerFacts(stdout)).toMatchObject({
      memory: { totalBytes: totalmem() },
      kernel: release(),
      cores: cpus().length,
      disks: expect.arrayContaining([expect.objectContaining({ mount: '/' })]),
    });
    expect(stdout).not.toContain('"os"');
  });
});

describe('rma-worker recall', () => {
  const ask = async (request: object) => {
    const { code, stdout, stderr } = await box().run(
      ['recall'],
      { HF_ENDPOINT: 'http://hub.invalid' },
      JSON.stringify(request),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return readStoredAnswer(stdout, 'image');
  };

  it('[case F14] prints what references mean and the contents of headers, without a hub', async () => {
    await box().run(['fetch'], {}, JSON.stringify({ models: [box().pinned()] }));
    const known = await ask({ refs: [TINY, 'hf:org/none'], models: [] });
    expect([...known.models]).toEqual([
      [TINY, { model: box().pinned(), recordedAt: expect.any(String), missing: [] }],
    ]);
    const read = await ask({
      refs: [],
      models: [box().pinned(), { ...box().pinned(), ref: 'hf:org/x:y', repo: 'org/x' }],
    });
    expect([...read.geometry.keys()]).toEqual([TINY]);
    expect(read.geometry.get(TINY)).toMatchObject({ architecture: 'llama', layers: expect.any(Number) });
  });

  it('[case F14] returns nothing for an empty store and does not write to it', async () => {
    expect((await ask({ refs: [TINY], models: [box().pinned()] })).models.size).toBe(0);
    expect(readdirSync(box().store)).toEqual([]);
  });
});

describe('rma-worker inventory', () => {
  it('prints everything in the store, and writes nothing to an empty one', async () => {
    const read = async () => readInventory((await box().run(['inventory'])).stdout, 'image');
    expect(await read()).toMatchObject({ models: [], totalBytes: 0 });
    expect(readdirSync(box().store)).toEqual([]);
    await box().run(['fetch'], {}, JSON.stringify({ models: [box().pinned()] }));
    expect((await read()).models).toMatchObject([{ references: ['hf:org/tiny', expect.any(String), TINY] }]);
  });
});

describe('rma-worker describe', () => {
  it('prints the metadata in the files of models, and leaves out paths without a model', async () => {
    await box().run(['fetch'], {}, JSON.stringify({ models: [box().pinned()] }));
    const [model] = readInventory((await box().run(['inventory'])).stdout, 'image').models;
    const path = model?.path ?? '';
    const input = JSON.stringify({ paths: [path, 'gguf/none'] });
    const { code, stdout } = await box().run(['describe'], {}, input);
    expect(code).toBe(0);
    const found = readDescribed(stdout, 'image');
    expect([...found.keys()]).toEqual([path]);
    expect(found.get(path)).toMatchObject({ architecture: 'llama', contextLength: 2048, license: null });
    expect(found.get(path)?.parameters).toBeGreaterThan(300_000);
  });
});

describe('rma-worker remove', () => {
  const remove = (request: object) => box().run(['remove', '--json'], {}, JSON.stringify(request));

  it('removes the models at the paths on stdin, with their receipts, records and uses', async () => {
    await box().run(['fetch'], {}, JSON.stringify({ models: [box().pinned()] }));
    const [model] = readInventory((await box().run(['inventory'])).stdout, 'image').models;
    expect(readdirSync(join(box().store, '.rma/usage'))).toHaveLength(1);
    const paths = [model?.path ?? '', 'gguf/none'];
    expect(await remove({ paths, force: false })).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(box().store, 'huggingface/hub'))).toEqual([]);
    for (const folder of ['models', 'usage']) {
      expect(readdirSync(join(box().store, '.rma', folder))).toEqual([]);
    }
    expect(await remove({ paths, force: false })).toMatchObject({ code: 0 });
  });

  it('refuses a model that a worker needs, unless forced', async () => {
    const needs = { host: 'box', project: 'demo', profile: 'chat', refs: [TINY] };
    await box().run(['fetch'], {}, JSON.stringify({ models: [box().pinned()], needs }));
    const [model] = readInventory((await box().run(['inventory'])).stdout, 'image').models;
    const paths = [model?.path ?? ''];
    const refused = await remove({ paths, force: false });
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: 'RMA_MODEL_NEEDED',
      message: expect.stringContaining('demo/chat on box'),
    });
    expect((await remove({ paths, force: true })).code).toBe(0);
  });

  it.each([['remove'], ['describe']])('%s rejects an invalid request with exit code 2', async (command) => {
    const { code, stderr } = await box().run([command], {}, '{"paths":["x",1]}');
    expect(code).toBe(2);
    expect(stderr).toContain('$.paths[1] must be a non-empty string, not 1');
  });
});

describe('rma-worker fetch and check', () => {
  it('[case F14] fetch sends nothing offline, and names the missing files', async () => {
    const before = box().hub.log.entries().length;
    const result = await box().run(
      ['fetch'],
      { RMA_OFFLINE: '1' },
      JSON.stringify({ models: [box().pinned()] }),
    );
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      failure: {
        code: 'RMA_OFFLINE_MISSING',
        message: expect.stringContaining('1 file of hf:org/tiny:tiny.gguf (tiny.gguf)'),
      },
    });
    expect(box().hub.log.entries()).toHaveLength(before);
  });

  it('download the models given on stdin, report each step as a line of JSON, and record the needs of the worker', async () => {
    const request = {
      models: [box().pinned()],
      needs: { host: 'box', project: 'demo', profile: 'chat', refs: [TINY] },
    };
    const result = await box().run(['fetch'], {}, JSON.stringify(request));
    expect(result.code).toBe(0);
    const lines = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ schema: 'rma.worker-status/v1', state: 'checking' });
    expect(lines.map((line) => line.state)).toContain('downloading');
    expect(lines.at(-1)).toMatchObject({ failure: null, models: [{ ref: TINY, state: 'present' }] });
    expect(readdirSync(join(box().store, '.rma/projects'))).toEqual(['box-demo.chat.json']);
    const check = await box().run(['check'], {}, JSON.stringify(request));
    expect(JSON.parse(check.stdout)).toMatchObject({
      checks: [{ ref: TINY, state: 'present', missingBytes: 0 }],
      freeBytes: expect.any(Number),
    });
  });

  it('check an empty box().store without writing to it', async () => {
    const result = await box().run(['check'], {}, JSON.stringify({ models: [box().pinned()] }));
    expect(JSON.parse(result.stdout).checks).toMatchObject([{ state: 'missing' }]);
    expect(readdirSync(box().store)).toEqual([]);
  });

  it('report an error in the last line and in the exit code', async () => {
    const model = { ...box().pinned(), commit: 'f'.repeat(40) };
    const result = await box().run(['fetch'], {}, JSON.stringify({ models: [model] }));
    const last = JSON.parse(result.stdout.trimEnd().split('\n').at(-1)!);
    expect(last.state).toBe('failed');
    expect(last.failure.code).toMatch(/^RMA_HUB_/);
    expect(result.code).toBe(last.failure.exitCode);
  });

  it('reject an invalid request with exit code 2', async () => {
    const result = await box().run(['fetch'], {}, '{"models":[{"source":"ftp"}]}');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(
      '$.models[0].source must be one of hf, plain, url, ollama, ms, docling, not "ftp"',
    );
  });
});

describe('rma-worker import', () => {
  it('imports models from a directory into the store, and prints progress and outcomes', async () => {
    const { run, store } = box();
    await run(['fetch'], {}, JSON.stringify({ models: [box().pinned()] }));
    const other = tempFolder();
    const found = {
      kind: 'huggingface',
      directory: join(store, 'huggingface/hub'),
      model: box().pinned(),
      files: [{ path: 'tiny.gguf', from: `models--org--tiny/snapshots/${box().pinned().commit}/tiny.gguf` }],
      whole: true,
      listing: [],
    };
    const input = JSON.stringify({ models: [found] });
    const { code, stdout } = await run(['import'], { MODEL_CACHE_DIR: other }, input);
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => readImportLine(line, 'image'));
    expect(lines.at(-1)).toMatchObject({ outcomes: [{ ref: TINY, state: 'imported', error: null }] });
    expect(lines.slice(0, -1).every((line) => 'progress' in line)).toBe(true);
    const escaping = { ...found, files: [{ path: 'tiny.gguf', from: '../../etc/passwd' }] };
    const refused = await run(['import', '--json'], {}, JSON.stringify({ models: [escaping] }));
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('RMA_WORKER_REQUEST') });
  });
});
