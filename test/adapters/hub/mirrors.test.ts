import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { hubSources } from '../../../src/adapters/hub/hub-source.ts';
import { HttpTransfer } from '../../../src/adapters/store/transfer/transfer.ts';
import { fetchModels } from '../../../src/app/fetch/fetch-models.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { testStore, testUses } from '../../helpers/store/store-fixture.ts';
import { quick, testHttp } from '../../helpers/store/test-http.ts';
import { patternContent } from '../../hub/content.ts';
import { type Hub, type HubOptions, startHub } from '../../hub/hub.ts';
import { tinyOllamaEmbedder } from '../../hub/ollama/tiny-models.ts';

const FILES = {
  'config.json': '{}',
  'model.safetensors': { content: patternContent(300_000), lfs: true },
};
const REPOS = { repos: { 'org/name': { files: FILES } } };

async function hubs(...each: readonly HubOptions[]): Promise<readonly Hub[]> {
  const started = await Promise.all(each.map((options) => startHub(options)));
  onTestFinished(async () => {
    for (const hub of started) await hub.close();
  });
  return started;
}

/** A closed port: each connection is refused. */
async function downEndpoint(): Promise<string> {
  const hub = await startHub();
  await hub.close();
  return hub.endpoint;
}

function client(endpoints: readonly string[], token: string | null = null) {
  const parts = { http: testHttp(), clock: new JumpingClock(), random: () => 0 };
  const sources = hubSources({
    ...parts,
    endpoints: { hf: endpoints.join(',') },
    environment: {},
    hubToken: () => token,
  });
  const store = testStore(join(tempFolder(), 'store'));
  const sourceOf = (text: string) => {
    const ref = parseModelRef(text);
    const source = sources.find((each) => each.source === ref.source);
    if (source === undefined) throw new Error(text);
    return { ref, source };
  };
  return {
    resolve: async (text: string) => {
      const { ref, source } = sourceOf(text);
      return source.resolve(ref);
    },
    locations: async (text: string) => {
      const { ref, source } = sourceOf(text);
      const model = await source.resolve(ref);
      const file = model.files.at(-1);
      return file === undefined ? [] : (source.locations?.(model, file) ?? []);
    },
    pull: async (text: string) => {
      const { ref, source } = sourceOf(text);
      const model = await source.resolve(ref);
      const transfer = new HttpTransfer({ ...quick, http: parts.http });
      const signal = new AbortController().signal;
      return fetchModels([model], {
        store,
        uses: testUses(store.root),
        sources,
        transfer,
        clock: systemClock,
        signal,
        onProgress: () => undefined,
      });
    },
  };
}

describe('a list of addresses of a hub', () => {
  test('is tried in order: the next one only if the first cannot be reached', async () => {
    const [first, second] = await hubs(REPOS, REPOS);
    if (first === undefined || second === undefined) throw new Error('no hubs');
    expect(await client([first.endpoint, second.endpoint]).pull('hf:org/name')).toMatchObject([
      { state: 'present', fetchedBytes: 300_002 },
    ]);
    expect(second.log.entries()).toEqual([]);
    expect(await client([await downEndpoint(), second.endpoint]).pull('hf:org/name')).toMatchObject([
      { state: 'present', fetchedBytes: 300_002 },
    ]);
  });

  test.each([429, 500, 503])('falls through on HTTP %i after retries', async (status) => {
    const [first, second] = await hubs(REPOS, REPOS);
    first?.faults.add({ kind: 'status', path: '/api/*', status });
    const pulled = await client([first?.endpoint ?? '', second?.endpoint ?? '']).resolve('hf:org/name');
    expect(pulled.files).toHaveLength(2);
    expect(first?.log.entries().length).toBeGreaterThan(1);
  });

  test('does not fall through when the first one denies or lacks the model', async () => {
    const [gated, missing, full] = await hubs(
      { repos: { 'org/name': { files: FILES, private: true } } },
      {},
      REPOS,
    );
    for (const [hub, code] of [
      [gated, 'RMA_HUB_UNAUTHORIZED'],
      [missing, /RMA_HUB_(UNAUTHORIZED|NOT_FOUND)/],
    ] as const) {
      const fault = await client([hub?.endpoint ?? '', full?.endpoint ?? ''])
        .resolve('hf:org/name')
        .catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: typeof code === 'string' ? code : expect.stringMatching(code) });
    }
    expect(full?.log.entries()).toEqual([]);
  });

  test('names every address in the error when none answers, with the code of the first', async () => {
    const [empty] = await hubs({});
    const down = await downEndpoint();
    await expect(client([down, empty?.endpoint ?? '']).resolve('hf:org/name')).rejects.toMatchObject({
      code: 'RMA_HUB_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1:\d+.*; then .*org\/name/),
    });
  });

  test('serves the content from the next address when the first stops in the middle of a file', async () => {
    const [first, second] = await hubs(REPOS, REPOS);
    first?.faults.add({ kind: 'cut', path: '*model.safetensors', offset: 100_000 });
    const pulled = await client([first?.endpoint ?? '', second?.endpoint ?? '']).pull('hf:org/name');
    expect(pulled).toMatchObject([{ state: 'present' }]);
    const sent = second?.log.contentRequests().reduce((sum, { bytesSent }) => sum + bytesSent, 0) ?? 0;
    expect(sent).toBeGreaterThan(0);
  });

  test('tries the address that could not be reached last for the rest of the command', async () => {
    const [second] = await hubs(REPOS);
    const down = await downEndpoint();
    const [location] = await client([down, second?.endpoint ?? '']).locations('hf:org/name');
    expect(location?.url.startsWith(`${second?.endpoint}/`)).toBe(true);
  });

  test('serves download links and hf.co models of the Ollama protocol', async () => {
    const [mirror] = await hubs({ ...REPOS, ollama: { 'org/name:Q4_K_M': tinyOllamaEmbedder() } });
    const { pull } = client([await downEndpoint(), mirror?.endpoint ?? '']);
    const link = 'https://huggingface.co/org/name/resolve/main/model.safetensors#as=m.safetensors';
    expect(await pull(link)).toMatchObject([{ state: 'present' }]);
    expect(await pull('ollama:hf.co/org/name:Q4_K_M')).toMatchObject([{ state: 'present' }]);
  });
});

describe('[req L08] the token', () => {
  const tokens = { tokens: { hf_secret_1234: 'me' } };

  test('goes to the first of several addresses only', async () => {
    const [first, second] = await hubs({ ...REPOS, ...tokens }, { ...REPOS, ...tokens });
    await client([first?.endpoint ?? '', second?.endpoint ?? ''], 'hf_secret_1234').pull('hf:org/name');
    expect(first?.log.entries().some(({ authorized }) => authorized)).toBe(true);
    const down = client([await downEndpoint(), second?.endpoint ?? ''], 'hf_secret_1234');
    expect(await down.pull('hf:org/name')).toMatchObject([{ state: 'present' }]);
    expect(second?.log.entries().some(({ authorized }) => authorized)).toBe(false);
  });

  test('goes to the hub itself if it is in the list, and to none of its mirrors', async () => {
    const [mirror] = await hubs({ ...REPOS, ...tokens });
    const both = client([mirror?.endpoint ?? '', 'https://huggingface.co'], 'hf_secret_1234');
    const locations = await both.locations('hf:org/name');
    expect(locations.map(({ url, authorization }) => [new URL(url).host, authorization])).toEqual([
      [new URL(mirror?.endpoint ?? '').host, null],
      ['huggingface.co', 'Bearer hf_secret_1234'],
    ]);
    expect(mirror?.log.entries().some(({ authorized }) => authorized)).toBe(false);
  });
});
