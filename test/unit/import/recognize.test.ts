import { describe, expect, it } from 'vitest';
import { defaultDirectories } from '../../../src/core/import/default-directories.ts';
import { recognize } from '../../../src/core/import/recognize.ts';

describe('the program that keeps models in a directory', () => {
  it.each([
    ['rma', ['.rma/version', 'huggingface/hub/models--a--b/refs', 'ollama/blobs']],
    ['bundle', ['contents', 'manifest.json']],
    ['huggingface', ['CACHEDIR.TAG', 'models--org--name/blobs', 'models--org--name/snapshots']],
    ['ollama', ['blobs', 'manifests']],
    ['llamacpp', ['manifest=org=repo=latest.json', 'org_repo_a.gguf']],
    ['llamacpp', ['org_repo_a.gguf', 'org_repo_a.gguf.etag']],
    ['modelscope', ['models/org--name/snapshots']],
    ['modelscope', ['hub/models/org/name/.msc']],
    ['modelscope', ['hub/org/name/.mdl']],
    ['lmstudio', ['publisher/repo/name.Q4_K_M.gguf']],
    [null, ['snapshots/0123456789abcdef0123456789abcdef01234567/a.gguf']],
    [null, ['blobs/0123/a.gguf', 'refs/pr/1.gguf']],
    [null, ['datasets--org--name/snapshots/a.gguf']],
    [null, ['0123456789abcdef0123456789abcdef01234567/sub/a.gguf']],
    [null, ['a.gguf', 'README.md']],
    [null, ['models/publisher/repo/name.gguf']],
    [null, []],
  ] as const)('is %s for %j', (kind, names) => {
    expect(recognize(names)).toBe(kind);
  });
});

describe('the default directories of models', () => {
  it('are below the home, and that of the service of Ollama', () => {
    expect(defaultDirectories({}, '/home/me')).toEqual([
      '/home/me/.cache/huggingface/hub',
      '/home/me/.ollama/models',
      '/usr/share/ollama/.ollama/models',
      '/home/me/.cache/llama.cpp',
      '/home/me/.cache/modelscope',
      '/home/me/.lmstudio/models',
      '/home/me/.cache/lm-studio/models',
    ]);
  });

  it('are those that the variables of the programs name', () => {
    const environment = {
      HF_HOME: '/data/hf',
      OLLAMA_MODELS: '/data/ollama',
      LLAMA_CACHE: '/data/llama',
      MODELSCOPE_CACHE: '/data/ms',
    };
    expect(defaultDirectories(environment, null)).toEqual([
      '/data/hf/hub',
      '/data/ollama',
      '/usr/share/ollama/.ollama/models',
      '/data/llama',
      '/data/ms',
    ]);
  });
});
