import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { shippedCatalog } from '../helpers/builders/shipped-catalog.ts';
import { goldenServices } from '../helpers/golden/golden-services.ts';
import { judgeHome } from '../helpers/judges/judges.ts';
import { type OllamaServer, startOllama } from '../helpers/judges/ollama-server.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { startHub } from '../hub/hub.ts';
import { tinyOllamaChat } from '../hub/ollama/tiny-models.ts';

const ENGINE = shippedCatalog().engines.get('ollama')!;
const RELEASE = join(import.meta.dirname, `../standins/engines/releases/ollama-${ENGINE.release}.txt`);
/** Each test server has its own. */
const PLACES = ['OLLAMA_HOST', 'OLLAMA_MODELS'];
const isSetting = (name: string): boolean => /^(OLLAMA|LLAMA_ARG)_/.test(name) && !PLACES.includes(name);

/** Returns the environments that the golden files give Ollama, each once. */
function goldenSettings(): readonly Readonly<Record<string, string>>[] {
  const all = goldenServices('ollama/ollama:').map(({ environment }) =>
    JSON.stringify(Object.fromEntries(Object.entries(environment).filter(([name]) => isSetting(name)))),
  );
  return [...new Set(all)].map((text) => JSON.parse(text) as Record<string, string>);
}

/** Returns the settings that the server logs when it starts: what it read from its environment. */
async function settingsOf(server: OllamaServer): Promise<Readonly<Record<string, string>>> {
  const [, map = ''] = await server.logged(/"server config" env="map\[(.*)\]"/);
  return Object.fromEntries(
    [...map.matchAll(/([A-Z_]+):(.*?)(?= \w+:|$)/gi)].map(([, name, value]) => [name, value]),
  );
}

/** What Ollama reads from a value: flags as booleans, a negative duration as the longest one. */
function meaning(name: string, value: string): string {
  if (name === 'OLLAMA_KEEP_ALIVE' && value === '-1') return '2562047h47m16.854775807s';
  return ['OLLAMA_NOPRUNE', 'OLLAMA_NO_CLOUD', 'OLLAMA_SCHED_SPREAD'].includes(name) ? 'true' : value;
}

describe('the real Ollama of the pinned release', () => {
  it('[case E08] reads every variable of the golden files as it is meant', async () => {
    const environments = goldenSettings();
    expect(environments.length).toBeGreaterThan(1);
    for (const env of environments) {
      const server = await startOllama(judgeHome(), { env });
      const meant = Object.entries(env).map(([name, value]) => [name, meaning(name, value)]);
      expect(await settingsOf(server)).toMatchObject(Object.fromEntries(meant));
    }
  });

  it('[case E08] is the release of the image, and reads the recorded variables and no others', async () => {
    const server = await startOllama(judgeHome(), { env: { OLLAMA_GPU_LAYERS: '99' } });
    expect(await server.get('/api/version')).toEqual({ version: ENGINE.release });
    const recorded = readFileSync(RELEASE, 'utf8').match(/^OLLAMA_\w+$/gm);
    const read = Object.keys(await settingsOf(server)).filter((name) => name.startsWith('OLLAMA_'));
    // read where a request is signed, and not logged
    expect([...read, 'OLLAMA_AUTH'].sort()).toEqual(recorded?.sort());
  });

  it('[case E01] gives its llama-server the whole context for each of the parallel requests', async () => {
    const server = await serverWithModel({ OLLAMA_CONTEXT_LENGTH: '512', OLLAMA_NUM_PARALLEL: '3' });
    await server.post('/api/generate', { model: 'tiny' });
    const [, flags] = await server.logged(/"starting llama-server" cmd="(.*?)"/);
    expect(flags).toMatch(/ -c 1536 -np 3( |$)/);
  });
});

/** Starts the server on a store of rma with the model `tiny`. */
async function serverWithModel(env: Readonly<Record<string, string>>): Promise<OllamaServer> {
  const hub = await startHub({ ollama: { 'library/tiny:latest': tinyOllamaChat() } });
  onTestFinished(() => hub.close());
  const root = judgeHome();
  const fetcher = testFetcher(root, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve('ollama:tiny')]);
  return startOllama(join(root, 'ollama'), { env });
}
