import { describe, expect, it } from 'vitest';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import { pickleFault } from '../../../src/core/profile/check-pickles.ts';
import { pickles } from '../../../src/core/reference/pickles.ts';
import { selectFiles } from '../../../src/core/reference/select-files.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { REPOSITORY_SOURCES } from '../../../src/core/source/repository-sources.ts';
import { catalogOf, configOf, pinnedFile } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const REF = 'hf:org/chat';
const config = configOf({ profiles: [] });
const catalog = catalogOf({}, []);

function faultOf(paths: readonly string[], rules: Partial<Parameters<typeof pickleFault>[2]> = {}) {
  const model = pinnedFile(REF, { files: paths.map((path) => ({ path, bytes: 1, digest: null })) });
  return pickleFault(REF, model, { config, catalog, ...rules });
}

describe('a model with pickles', () => {
  it('[fail X7] is refused, with the names of the files and the way out', () => {
    const parts = [1, 2, 3, 4].map((n) => `pytorch_model-0000${n}-of-00004.bin`);
    expect(faultOf(['config.json', ...parts])).toMatchObject({
      code: 'RMA_MODEL_PICKLE',
      exitCode: 6,
      message:
        'hf:org/chat contains pickles, which can run code in the engine that loads them: pytorch_model-00001-of-00004.bin, pytorch_model-00002-of-00004.bin, pytorch_model-00003-of-00004.bin and 1 more',
      hint: 'use a repository with safetensors or GGUF; or if you trust its authors: --allow-pickle, or allow_pickle: true in profiles/models.yaml',
      details: { files: parts },
    });
  });

  it('[fail X7] can be used without them if it has safetensors', () => {
    expect(faultOf(['model.safetensors', '2_Dense/pytorch_model.bin'])?.hint).toMatch(
      /^to download its safetensors only: hf:org\/chat:safetensors; or/,
    );
  });

  it('[fail X7] is allowed by a setting, or by its entry in the catalog', () => {
    const paths = ['pytorch_model.bin'];
    const allowing = { ...config, hub: { ...config.hub, allowPickle: true } } as const;
    expect(faultOf(paths, { config: allowing })).toBeNull();
    const listed = (allowPickle: boolean) =>
      buildCatalog([
        {
          kind: 'models',
          name: 'models',
          file: 'profiles/models.yaml',
          text: `chat: { ref: "${REF}", kind: chat, allow_pickle: ${allowPickle} }`,
        },
      ]);
    expect(faultOf(paths, { catalog: listed(true) })).toBeNull();
    expect(faultOf(paths, { catalog: listed(false) })?.code).toBe('RMA_MODEL_PICKLE');
  });
});

/** Files of the repositories in the catalog, as the hub lists them, but for those of configuration. */
const LISTINGS: Readonly<Record<string, readonly string[]>> = {
  'mistralai/Mistral-7B-Instruct-v0.2': [
    'model-00001-of-00003.safetensors',
    'model-00002-of-00003.safetensors',
    'model-00003-of-00003.safetensors',
    'model.safetensors.index.json',
    'pytorch_model-00001-of-00003.bin',
    'pytorch_model-00002-of-00003.bin',
    'pytorch_model-00003-of-00003.bin',
    'pytorch_model.bin.index.json',
    'tokenizer.model',
  ],
  'TheBloke/Mistral-7B-Instruct-v0.2-GPTQ': ['model.safetensors', 'quantize_config.json', 'tokenizer.model'],
  'sentence-transformers/all-MiniLM-L6-v2': [
    '1_Pooling/config.json',
    'model.safetensors',
    'onnx/model.onnx',
    'openvino/openvino_model.bin',
    'openvino/openvino_model.xml',
    'pytorch_model.bin',
    'rust_model.ot',
    'tf_model.h5',
    'train_script.py',
  ],
  'Qwen/Qwen2.5-0.5B-Instruct-GGUF': ['qwen2.5-0.5b-instruct-q4_k_m.gguf', 'qwen2.5-0.5b-instruct-q8_0.gguf'],
};

it('[fail X7] no model of the catalog that rma ships needs pickles', () => {
  const { models } = shippedCatalog();
  const refs = [...models.values()].map(({ ref }) => parseModelRef(ref));
  const repositories = refs.filter(({ source }) => REPOSITORY_SOURCES.includes(source));
  expect(repositories.map(({ repo }) => repo).sort()).toEqual(Object.keys(LISTINGS).sort());
  for (const { repo, pattern } of repositories) {
    const listing = (LISTINGS[String(repo)] ?? []).map((path) => ({ path }));
    const { files } = selectFiles(listing, typeof pattern === 'string' ? pattern : null);
    expect(files.length).toBeGreaterThan(0);
    expect(pickles(files.map(({ path }) => path))).toEqual([]);
  }
});
