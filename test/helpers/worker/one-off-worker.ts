import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { PinnedHfModel } from '../../../src/core/source/huggingface.ts';
import { patternContent, sha256Of } from '../../hub/content.ts';
import { type Hub, startHub } from '../../hub/hub.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';
import { bundleEntry } from '../process/bundle-entry.ts';
import { type ProcessResult, runWithInput } from '../process/run-process.ts';

/** The bundled worker with a hub, and profiles of its own: `cpu-worker`, `ocr`, `rare` (an optional model), `broken`. */
export interface OneOffWorker {
  readonly hub: Hub;
  /** an empty directory for each test */
  readonly store: string;
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    input?: string,
  ) => Promise<ProcessResult>;
  /** the bundled script, and the environment of `run` */
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  readonly contentRequests: () => number;
  /** the model of `TINY`, with its commit and hash */
  readonly pinned: () => PinnedHfModel;
}

export const TINY = 'hf:org/tiny:tiny.gguf';

/** Registers the hooks that prepare a worker for one-off commands. Returns it as it is during a test. */
export function oneOffWorker(): () => OneOffWorker {
  let dir = '';
  let bundle = '';
  let hub: Hub;
  let store = '';

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'rma-one-off-'));
    bundle = await bundleEntry('worker', dir);
    const files = { 'tiny.gguf': tinyGguf(), 'README.md': 'read me' };
    hub = await startHub({
      repos: { 'org/tiny': { files }, 'org/big': { files: { 'a.bin': patternContent(5000) } } },
    });
    writeData(join(dir, 'data'));
  });

  beforeEach(() => {
    store = mkdtempSync(join(dir, 'store-'));
  });

  afterAll(async () => {
    await hub.close();
    rmSync(dir, { recursive: true });
  });

  return () => {
    const env = {
      MODEL_CACHE_DIR: store,
      HF_ENDPOINT: hub.endpoint,
      RMA_DATA_DIR: join(dir, 'data'),
      LOG_FILE: join(dir, 'model-download.log'),
      HOME: dir,
    };
    return {
      hub,
      store,
      bundle,
      env,
      run: (args, more = {}, input = '') =>
        runWithInput([process.execPath, bundle, ...args], input, { ...env, ...more }),
      contentRequests: () => hub.log.entries().filter((entry) => entry.bytesSent > 0).length,
      pinned: () => pinnedTiny(hub),
    };
  };
}

function pinnedTiny(hub: Hub): PinnedHfModel {
  const { sha, files } = hub.commit('org/tiny');
  const content = files.get('tiny.gguf')!.content;
  return {
    source: 'hf',
    ref: TINY,
    repo: 'org/tiny',
    revision: 'main',
    commit: sha,
    complete: false,
    files: [
      { path: 'tiny.gguf', bytes: content.size, digest: { algorithm: 'sha256', hex: sha256Of(content) } },
    ],
  };
}

function writeData(data: string): void {
  for (const directory of ['profiles', 'compose/engines'])
    mkdirSync(join(data, directory), { recursive: true });
  writeFileSync(join(data, 'compose/engines/llamacpp.yaml'), readFileSync('compose/engines/llamacpp.yaml'));
  const models = { 'cpu-worker': TINY, ocr: 'hf:org/big', broken: 'hf:org/none', rare: 'rare' };
  for (const [name, model] of Object.entries(models)) {
    const services = `services:\n  - engine: llamacpp\n    models: ['${model}']\n`;
    writeFileSync(join(data, `profiles/${name}.yaml`), `description: one\n${services}`);
  }
  const rare = 'rare: { ref: "hf:org/tiny@v9", kind: chat, optional: true }\n';
  writeFileSync(join(data, 'profiles/models.yaml'), rare);
}
