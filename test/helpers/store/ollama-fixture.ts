import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hubForTest } from '../../adapters/hub-server/hub-fixture.ts';
import { patternContent } from '../../hub/content.ts';
import type { Hub } from '../../hub/hub.ts';
import type { OllamaModelSpec } from '../../hub/ollama/models.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { testFetcher } from './store-fixture.ts';

export const WEIGHTS = patternContent(300_000);
/** Returns a model that differs from the others in 13 bytes of parameters. */
export const modelOf = (params: string): OllamaModelSpec => ({
  layers: [
    { kind: 'model', content: WEIGHTS },
    { kind: 'license', content: 'free' },
    { kind: 'params', content: params },
  ],
  config: { model_format: 'gguf' },
});
export const ollama = {
  'library/tiny:latest': modelOf('{"num_ctx":1}'),
  'library/tiny:two': modelOf('{"num_ctx":2}'),
  'me/other:latest': modelOf('{"num_ctx":3}'),
};

/** Creates a hub with three models that share blobs and an empty store, and resolves one model. */
export async function setUpOllama(ref = 'ollama:tiny') {
  const hub = await hubForTest({ ollama });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const model = await fetcher.resolve(ref);
  const manifest = hub.publishOllama('library/tiny:latest', ollama['library/tiny:latest']);
  hub.log.clear();
  const blob = (kind: string) => join(root, 'ollama/blobs', `sha256-${manifest.sha256[kind]}`);
  return { hub, root, fetcher, model, blob, manifest: manifest.manifest };
}

export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
/** Returns the names of the downloaded blobs. */
export const fetched = (hub: Hub) =>
  hub.log.contentRequests().map(({ path }) => path.replace(/.*sha256:/, 'sha256-'));
export const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Writes a store like Ollama: manifest and blobs, without rma records. */
export function writeLikeOllama(root: string, manifest: string, spec: OllamaModelSpec): void {
  const contents = [JSON.stringify(spec.config), ...spec.layers.map(({ content }) => content)];
  const put = (path: string, content: Uint8Array | string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  for (const content of contents) {
    const bytes = content === WEIGHTS ? WEIGHTS.read(0, WEIGHTS.size) : Buffer.from(String(content));
    put(`ollama/blobs/sha256-${createHash('sha256').update(bytes).digest('hex')}`, bytes);
  }
  put('ollama/manifests/registry.ollama.ai/library/tiny/latest', manifest);
}
