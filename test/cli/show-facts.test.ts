import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { writeTree } from '../helpers/files/write-tree.ts';
import { COMMIT, ollamaManifest, plantFile, plantSnapshot, sha } from '../helpers/store/foreign-store.ts';
import { encodeGguf } from '../hub/gguf-file.ts';

const CARD = '---\nlicense: mit\n---\n# Model\n';

let dir = '';
let store = '';
beforeEach(() => {
  dir = tempFolder();
  store = join(dir, 'store');
});

async function show(name: string): Promise<Record<string, unknown>> {
  const { stdout, exitCode } = await runRma(['models', 'show', name, '--dest', store, '--json'], {
    cwd: dir,
    env: { HOME: dir, HF_ENDPOINT: 'http://hub.invalid' },
  });
  expect(exitCode).toBe(0);
  return JSON.parse(stdout).models[0];
}

function gguf(elements: number): Uint8Array {
  return encodeGguf(
    [
      ['general.architecture', { type: 'string', value: 'llama' }],
      ['general.license', { type: 'string', value: 'llama3.2' }],
      ['llama.context_length', { type: 'u32', value: 4096 }],
    ],
    [{ name: 'a', shape: [elements], data: new Float32Array(elements) }],
  );
}

function safetensors(shape: readonly number[]): Buffer {
  const json = Buffer.from(JSON.stringify({ a: { dtype: 'F16', shape, data_offsets: [0, 0] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

describe('models show', () => {
  it('has the license of the model card, and sums the parameters of all parts of safetensors', async () => {
    const path = 'modelscope/org/name';
    plantFile(store, `${path}/README.md`, CARD);
    const config = { architectures: ['Qwen2ForCausalLM'], max_position_embeddings: 32768 };
    plantFile(store, `${path}/config.json`, JSON.stringify(config));
    plantFile(store, `${path}/model-00001-of-00002.safetensors`, safetensors([10, 10]));
    plantFile(store, `${path}/model-00002-of-00002.safetensors`, safetensors([50]));
    expect(await show('ms:org/name')).toMatchObject({
      license: 'mit',
      architecture: 'Qwen2ForCausalLM',
      parameters: 150,
      contextLength: 32768,
    });
  });

  it('has the license and the parameters of a split GGUF model', async () => {
    plantFile(store, 'gguf/default/big-00001-of-00002.gguf', Buffer.from(gguf(96)));
    plantFile(store, 'gguf/default/big-00002-of-00002.gguf', Buffer.from(gguf(32)));
    expect(await show('gguf/default/big-00001-of-00002.gguf')).toMatchObject({
      license: 'llama3.2',
      architecture: 'llama',
      parameters: 128,
      contextLength: 4096,
    });
  });

  it('has no source for a file of the user', async () => {
    plantFile(store, 'gguf/default/mine.gguf', Buffer.from(gguf(96)));
    expect(await show('gguf/default/mine.gguf')).toMatchObject({ source: null });
    const { stdout } = await runRma(['models', 'show', 'gguf/default/mine.gguf', '--dest', store]);
    expect(stdout).toMatch(/^Source: +unknown$/m);
  });

  it('reads the weights of an Ollama model from its largest blob', async () => {
    const weights = Buffer.from(gguf(96));
    plantFile(store, `ollama/blobs/sha256-${sha('3')}`, weights);
    plantFile(store, `ollama/blobs/sha256-${sha('4')}`, 'x'.repeat(75));
    const manifest = ollamaManifest([sha('3')], sha('4')).replace('"size":75', `"size":${weights.length}`);
    const layers = JSON.parse(manifest);
    layers.config.size = 75;
    layers.layers[0].size = weights.length;
    plantFile(store, 'ollama/manifests/registry.ollama.ai/library/a/latest', JSON.stringify(layers));
    expect(await show('a:latest')).toMatchObject({ license: 'llama3.2', parameters: 96 });
  });

  it('prints no facts of files that are broken or missing', async () => {
    plantSnapshot(
      store,
      { repo: 'org/name', commit: COMMIT },
      { 'w.gguf': sha('1'), 'config.json': sha('2') },
    );
    expect(await show(`org/name@${COMMIT}`)).toMatchObject({
      license: null,
      architecture: null,
      parameters: null,
      contextLength: null,
    });
  });

  it('finds a model by its name in the catalog, with the license there', async () => {
    plantFile(store, 'modelscope/org/name/README.md', CARD);
    plantFile(store, 'modelscope/org/name/config.json', '{}');
    writeTree(dir, {
      'rma.yaml': 'project: own\n',
      'profiles/models.yaml':
        'mine:\n  ref: ms:org/name\n  kind: chat\n  license: cc-by-4.0\n  description: a model\n',
    });
    expect(await show('mine')).toMatchObject({ reference: 'ms:org/name', license: 'cc-by-4.0' });
    const { stdout } = await runRma(['models', 'rm', 'mine', '--dest', store, '--dry-run'], {
      cwd: dir,
      env: { HOME: dir },
    });
    expect(stdout).toContain('ms:org/name: would be removed\n');
  });
});
