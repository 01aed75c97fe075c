import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const GGUF = tinyGguf();
const FILE = 'hf:Org/Model:model.gguf';
const WHOLE = 'hf:Org/Other';
const MISSING = 'hf:org/none';

let dir = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  hub = await startHub({
    repos: {
      'Org/Model': { files: { 'model.gguf': GGUF, 'config.json': '{}' } },
      'Org/Other': { files: { 'model.gguf': GGUF, 'notes.txt': 'notes' } },
    },
  });
  onTestFinished(() => hub.close());
  expect(await rma(['models', 'pull', FILE, WHOLE])).toMatchObject({ exitCode: 0 });
  hub.log.clear();
});

async function rma(
  argv: readonly string[],
  { endpoint = hub.endpoint, env = {} }: { endpoint?: string; env?: Record<string, string> } = {},
) {
  const result = await runRma([...argv, '--dest', join(dir, 'store'), '--json'], {
    cwd: dir,
    env: { HOME: dir, HF_ENDPOINT: endpoint, ...env },
  });
  const text = result.exitCode === 0 || result.stdout !== '' ? result.stdout : result.stderr;
  return { exitCode: result.exitCode, document: JSON.parse(text) as Record<string, unknown> };
}

/** Returns the address of a port that refuses connections. */
const closed = async () => `http://127.0.0.1:${await freePort()}`;

/** Returns the address of a server that closes each connection without an answer. */
async function silent(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const COMMANDS: readonly (readonly [string, readonly string[], object])[] = [
  ['models pull', ['models', 'pull', FILE, WHOLE], { models: [{ state: 'present' }, { state: 'present' }] }],
  [
    'models pull by another case',
    ['models', 'pull', 'hf:org/MODEL:model.gguf'],
    { models: [{ state: 'present' }] },
  ],
  ['models ls', ['models', 'ls', FILE, WHOLE], { models: [{ state: 'present' }, { state: 'present' }] }],
  ['models path', ['models', 'path', FILE], { path: expect.stringMatching(/Org--Model.*model\.gguf$/) }],
];

describe('with a complete store and an unreachable hub', () => {
  it.each(COMMANDS)(
    '[case F14] [case F15] %s answers from the store and says so',
    async (_, argv, expected) => {
      const { exitCode, document } = await rma(argv, { endpoint: await closed() });
      expect({ exitCode, document }).toMatchObject({ exitCode: 0, document: expected });
      expect(document['warnings']).toMatchObject([
        {
          code: 'RMA_MODELS_FROM_STORE',
          text: expect.stringMatching(
            /ECONNREFUSED.*; using [12] models? from the store, .*recorded on \d{4}-\d\d-\d\d/,
          ),
        },
      ]);
    },
  );

  it('[case F14] a hub that breaks every connection counts as unreachable, as does one in maintenance', async () => {
    expect(await rma(['models', 'path', FILE], { endpoint: await silent() })).toMatchObject({ exitCode: 0 });
    hub.faults.add({ kind: 'status', status: 502 });
    expect(await rma(['models', 'path', WHOLE])).toMatchObject({
      exitCode: 0,
      document: { warnings: [{ code: 'RMA_MODELS_FROM_STORE' }] },
    });
  });

  it('[case F14] a model that the store lacks has the error of the hub', async () => {
    const { exitCode, document } = await rma(['models', 'pull', MISSING], { endpoint: await closed() });
    expect({ exitCode, document }).toMatchObject({
      exitCode: 1,
      document: { error: { code: 'RMA_HUB_UNREACHABLE' } },
    });
  });

  it('[case F14] a model that the hub refuses is not taken from the store', async () => {
    hub.faults.add({ kind: 'status', status: 401 });
    const { document } = await rma(['models', 'path', FILE]);
    expect(document).toMatchObject({ error: { code: 'RMA_HUB_UNAUTHORIZED' } });
  });
});

describe('offline', () => {
  it.each(COMMANDS)(
    '[case F14] [case F15] %s answers without a single request',
    async (_, argv, expected) => {
      const { exitCode, document } = await rma([...argv, '--offline']);
      expect({ exitCode, document }).toMatchObject({ exitCode: 0, document: expected });
      expect(document['warnings']).toBeUndefined();
      expect(hub.log.entries()).toEqual([]);
    },
  );

  it.each(['RMA_OFFLINE=1', 'RMA_OFFLINE=YES', 'HF_HUB_OFFLINE=ON'])(
    '[case F14] %s switches it on',
    async (text) => {
      const [name = '', value = ''] = text.split('=');
      expect(await rma(['models', 'pull', MISSING], { env: { [name]: value } })).toMatchObject({
        exitCode: 1,
      });
      expect(hub.log.entries()).toEqual([]);
    },
  );

  it.each(['HF_HUB_OFFLINE=0', 'HF_HUB_OFFLINE='])('[case F14] %s leaves it off', async (text) => {
    const [name = '', value = ''] = text.split('=');
    await rma(['models', 'pull', MISSING], { env: { [name]: value } });
    expect(hub.log.entries()).not.toEqual([]);
  });

  it('[case F14] a word that is neither true nor false is a usage error', async () => {
    const result = await rma(['models', 'pull', FILE], { env: { RMA_OFFLINE: 'ture' } });
    expect(result).toMatchObject({ exitCode: 2, document: { error: { code: 'RMA_CONFIG_INVALID' } } });
  });

  it('[case F14] RMA_OFFLINE=0 wins over HF_HUB_OFFLINE', async () => {
    const env = { RMA_OFFLINE: '0', HF_HUB_OFFLINE: '1' };
    expect(await rma(['models', 'ls', FILE], { env })).toMatchObject({ exitCode: 0 });
    expect(hub.log.entries()).not.toEqual([]);
  });

  it('[case F14] one error names all missing models and the way out', async () => {
    const { exitCode, document } = await rma(['models', 'pull', MISSING, 'ollama:llava', '--offline']);
    expect(exitCode).toBe(1);
    expect(document['error']).toMatchObject({
      code: 'RMA_OFFLINE_MISSING',
      message: `offline, and the store lacks ${MISSING}; ollama:llava`,
      hint: expect.stringContaining(`rma models pull ${MISSING} ollama:llava`),
    });
  });

  it('[case F14] the error names the missing files of a model that is only partly there', async () => {
    rmSync(join(dir, 'store/huggingface/hub/models--Org--Other/blobs'), { recursive: true });
    const { document } = await rma(['models', 'pull', WHOLE, '--offline']);
    expect(document['error']).toMatchObject({
      code: 'RMA_OFFLINE_MISSING',
      message: expect.stringMatching(/2 files of hf:Org\/Other \((model\.gguf|notes\.txt), /),
    });
    expect(hub.log.entries()).toEqual([]);
  });
});
