import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { pinnedBytes } from '../../src/core/domain/pinned-model.ts';
import { NOTHING_RESOLVED } from '../../src/core/domain/resolved-models.ts';
import { formatResolved } from '../../src/core/source/resolved-file.ts';
import { pinnedFile } from '../helpers/builders/render-builders.ts';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { type Hub, startHub } from '../hub/hub.ts';

const QWEN = 'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf';

let dir = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  hub = await startHub({});
  onTestFinished(() => hub.close());
});

const catalog = (...args: readonly string[]) =>
  runRma(['models', 'ls', '--catalog', ...args], {
    cwd: dir,
    env: { HOME: dir, HF_ENDPOINT: hub.endpoint, RMA_OLLAMA_ENDPOINT: hub.endpoint },
  });

describe('[req R02] rma models ls --catalog', () => {
  it('lists every named model with its kind and profiles, without a request to hub or Docker', async () => {
    const { exitCode, stdout, stderr } = await catalog();
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'NAME                        KIND        SOURCE   SIZE   GPU MEMORY   SETS                            PROFILES                           LICENSE      REFERENCE',
      'all-minilm-l6-v2            embedding   hf          -      1.1 GiB   -                               embedding                          apache-2.0   hf:sentence-transformers/all-MiniLM-L6-v2',
      'codellama-7b-instruct       chat        url         -      6.5 GiB   enterprise                      -                                  llama2       https://huggingface.co/TheBloke/CodeLlama-7B-Instruct-GGUF/resolve/main/codellama-7b-instruct.Q4_K_M.gguf',
    ]);
    expect(stdout).toMatch(
      /^llava-7b +vision +ollama +- +5\.9 GiB +- +gpu-worker,ocr +apache-2\.0 +ollama:llava:7b$/m,
    );
    expect(stdout).toMatch(/^llava-next-34b \(optional\) +vision /m);
    expect(hub.log.entries()).toEqual([]);
  });

  it('includes the size of resolved models, and models of the user', async () => {
    mkdirSync(join(dir, 'profiles'));
    writeFileSync(
      join(dir, 'profiles/models.yaml'),
      'tiny:\n  ref: https://example.org/tiny.gguf\n  kind: chat\n  license: mit\n  description: Mine\n',
    );
    writeFileSync(join(dir, 'rma.yaml'), 'profiles: []\n');
    mkdirSync(join(dir, '.rma'));
    const known = pinnedFile(QWEN);
    const resolved = formatResolved({ ...NOTHING_RESOLVED, pinned: new Map([[QWEN, known]]) });
    writeFileSync(join(dir, '.rma/resolved.json'), resolved);
    const { models } = JSON.parse((await catalog('--json')).stdout);
    expect(models).toContainEqual({
      name: 'tiny',
      ref: 'https://example.org/tiny.gguf',
      kind: 'chat',
      license: 'mit',
      description: 'Mine',
      gpuMemoryBytes: null,
      optional: false,
      source: 'url',
      bytes: null,
      usedBy: [],
    });
    expect(models).toContainEqual(expect.objectContaining({ ref: QWEN, bytes: pinnedBytes(known) }));
  });

  it.each([[['llava-7b']], [['--dest', 'store']], [['--refresh']]])('rejects %j', async (args) => {
    expectFault(await catalog(...args), { exitCode: 2, code: 'RMA_USAGE_INVALID' });
  });
});
