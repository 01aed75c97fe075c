import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCatalog } from '../../../src/adapters/data/read-catalog.ts';

const shipped = join(import.meta.dirname, '../../..');
let own: string;

beforeEach(async () => {
  own = await mkdtemp(join(tmpdir(), 'rma-data-'));
});
afterEach(async () => {
  await rm(own, { recursive: true });
});

describe('readCatalog', () => {
  it('[req R02] reads the shipped data without errors', async () => {
    const { profiles, engines, models } = await readCatalog({ shipped });
    expect(profiles.get('cpu-worker')?.variants[0].services).toMatchObject([
      { engine: 'llamacpp', models: ['qwen2.5-0.5b-instruct'], flags: [], memoryBytes: 2 * 2 ** 30 },
    ]);
    expect(models.get('qwen2.5-0.5b-instruct')?.ref).toBe(
      'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf',
    );
    expect(engines.get('llamacpp')?.cpuImage).toMatch(/^ghcr\.io\/ggml-org\/llama\.cpp:server-b\d+$/);
  });

  it('replaces a profile by a user profile of the same name, and adds new profiles and models', async () => {
    await writeFile(
      join(own, 'cpu-worker.yaml'),
      'description: Mine\nservices:\n  - engine: llamacpp\n    models: [tiny]\n',
    );
    await writeFile(
      join(own, 'extra.yml'),
      'description: Extra\nservices:\n  - engine: llamacpp\n    models: [qwen2.5-0.5b-instruct]\n',
    );
    await writeFile(join(own, 'models.yaml'), 'tiny: {ref: "https://host/tiny.gguf", kind: chat}\n');
    await writeFile(join(own, 'README.md'), 'not data');
    const { profiles, models } = await readCatalog({ shipped, own: { profilesDir: own, enginesDir: null } });
    expect(profiles.get('cpu-worker')?.description).toBe('Mine');
    expect(profiles.get('extra')?.description).toBe('Extra');
    expect(models.get('tiny')?.ref).toBe('https://host/tiny.gguf');
    expect(models.has('qwen2.5-0.5b-instruct')).toBe(true);
  });

  it('replaces an engine by a user engine of the same name, and adds new engines', async () => {
    const engines = join(own, 'engines');
    await mkdir(engines);
    const engine = (image: string) =>
      `image: ${image}\nport: 9000\ncommand: [serve]\nhealth_path: /h\nmodels_path: /m\nhealth_test: [CMD, "true"]\n`;
    await writeFile(join(engines, 'llamacpp.yaml'), engine('example/mine:1'));
    await writeFile(join(engines, 'sglang.yml'), engine('example/sglang:1'));
    await writeFile(join(own, 'p.yaml'), 'description: P\nservices: [{engine: sglang, models: []}]\n');
    const catalog = await readCatalog({ shipped, own: { profilesDir: own, enginesDir: engines } });
    expect(catalog.engines.get('llamacpp')?.image).toBe('example/mine:1');
    expect(catalog.engines.get('sglang')?.image).toBe('example/sglang:1');
    expect(catalog.engines.has('vllm')).toBe(true);
    expect(catalog.engineOrigins.get('llamacpp')).toEqual({
      file: join(engines, 'llamacpp.yaml'),
      own: true,
      replaces: join(shipped, 'compose/engines/llamacpp.yaml'),
    });
    expect(catalog.profiles.get('p')?.variants[0].services[0]?.engine).toBe('sglang');
  });

  it('reports file, line and column of an error in a user file', async () => {
    await writeFile(
      join(own, 'bad.yaml'),
      'description: Bad\nservices:\n  - engine: lamacpp\n    models: []\n',
    );
    await expect(readCatalog({ shipped, own: { profilesDir: own, enginesDir: null } })).rejects.toMatchObject(
      {
        code: 'RMA_DATA_INVALID',
        exitCode: 2,
        message: expect.stringContaining(
          `${join(own, 'bad.yaml')}:3:13: unknown engine "lamacpp"; did you mean "llamacpp"?`,
        ) as string,
      },
    );
  });

  it('rejects two files with the same name', async () => {
    await writeFile(join(own, 'a.yaml'), '');
    await writeFile(join(own, 'a.yml'), '');
    await expect(readCatalog({ shipped, own: { profilesDir: own, enginesDir: null } })).rejects.toMatchObject(
      {
        code: 'RMA_DATA_INVALID',
        message: `${join(own, 'a.yaml')} and ${join(own, 'a.yml')} have the same name`,
      },
    );
  });

  it('reports the file that cannot be read', async () => {
    await mkdir(join(own, 'folder.yaml'));
    await expect(readCatalog({ shipped, own: { profilesDir: own, enginesDir: null } })).rejects.toMatchObject(
      {
        code: 'RMA_DATA_UNREADABLE',
        exitCode: 2,
        message: `cannot read ${join(own, 'folder.yaml')} (EISDIR)`,
      },
    );
  });
});
