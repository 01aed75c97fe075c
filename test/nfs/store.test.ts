import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { patternContent } from '../hub/content.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyOllamaChat } from '../hub/ollama/tiny-models.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';
import { type NfsServer, startNfsServer } from './nfs-server.ts';
import { freePort } from './port-answers.ts';
import { type CommandResult, HOST_ADDRESS, type RunningCommand, startVm, type Vm } from './vm.ts';

const MIB = 2 ** 20;
const WEIGHTS = patternContent(24 * MIB, 1);
const LARGE = patternContent(80 * MIB, 2);
const GGUF = tinyGguf();
const SNAPSHOT = 'huggingface/hub/models--org--name/snapshots';

let scratch: string;
let server: NfsServer;
let hub: Hub;
let vm: Vm;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'rma-nfs-'));
  server = await startNfsServer(scratch, await freePort());
  hub = await startHub({
    repos: {
      'org/name': { files: { 'config.json': '{}', 'model.safetensors': { content: WEIGHTS, lfs: true } } },
      'org/large': { files: { 'model.safetensors': { content: LARGE, lfs: true } } },
    },
    ollama: { 'library/tiny:latest': tinyOllamaChat() },
    files: { 'tiny.gguf': GGUF },
  });
  vm = await startVm(scratch, server.port);
});

afterAll(async () => {
  await vm?.stop();
  await hub?.close();
  await server?.kill();
  rmSync(scratch, { recursive: true });
});

beforeEach(() => {
  hub.faults.clear();
  hub.log.clear();
});

/** Starts rma in the VM on a store of one of the mounts. */
function start(store: string, ...args: readonly string[]): RunningCommand {
  return vm.start(['node', '/rma/dist/cli/main.js', ...args, '--dest', store], environment());
}

function environment(): Readonly<Record<string, string>> {
  const endpoint = `http://${HOST_ADDRESS}:${hub.port}`;
  return { HF_ENDPOINT: endpoint, RMA_OLLAMA_ENDPOINT: endpoint, HOME: '/tmp' };
}

const rma = (store: string, ...args: readonly string[]) => start(store, ...args).result;

/** Runs rma until its end. Returns its output. Fails with its error output if it fails. */
async function succeed(store: string, ...args: readonly string[]): Promise<string> {
  return succeeded(await rma(store, ...args));
}

function succeeded({ code, stdout, stderr }: CommandResult): string {
  expect({ code, errors: code === 0 ? '' : stderr }).toEqual({ code: 0, errors: '' });
  return stdout;
}

/** Path of a file of a store as the server sees it. */
const served = (store: string, ...path: readonly string[]) => join(server.directory, store, ...path);

/** Waits until a running download in a store has durable bytes. */
async function downloading(store: string, { result }: Pick<RunningCommand, 'result'>): Promise<void> {
  let ended: CommandResult | null = null;
  void result.then((found) => {
    ended = found;
  });
  while (durableRanges(store).length === 0) {
    expect(ended, 'the download ended before it had durable bytes').toBeNull();
    await setTimeout(50);
  }
}

type Range = readonly [start: number, end: number];

/** Synced ranges of the downloads in a store, by their journals. */
function durableRanges(store: string): readonly Range[] {
  return journalsIn(served(store, '.rma/staging')).flatMap(rangesIn);
}

/** Ranges of content that were requested from the hub; a request without one is for everything. */
function requestedRanges(): readonly Range[] {
  return hub.log.contentRequests().map(({ range }) => {
    const [, start, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    return [Number(start ?? 0), last ? Number(last) + 1 : Number.POSITIVE_INFINITY];
  });
}

const overlap = ([start, end]: Range, [from, to]: Range) => start < to && from < end;

function journalsIn(staging: string): readonly string[] {
  if (!existsSync(staging)) return [];
  const names = readdirSync(staging, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.json')).map((name) => join(staging, name));
}

function rangesIn(journal: string): readonly Range[] {
  try {
    return (JSON.parse(readFileSync(journal, 'utf8')) as { ranges: readonly Range[] }).ranges;
  } catch {
    return []; // being replaced
  }
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** Waits until the hub has sent nothing for two seconds: whoever downloads waits for something else. */
async function hubIsIdle(): Promise<void> {
  for (let sent = -1; sent !== sentBytes(); await setTimeout(2000)) sent = sentBytes();
}

const sentBytes = () => hub.log.contentRequests().reduce((total, { bytesSent }) => total + bytesSent, 0);

/** State of the only model in the output of `models pull --json`. */
function pulledState(output: string): string | undefined {
  const { models } = JSON.parse(output) as { models: readonly { state: string }[] };
  return models[0]?.state;
}

describe('a store on NFS', () => {
  it('holds a model of each source, byte for byte, and downloads nothing twice', async () => {
    const url = `http://${HOST_ADDRESS}:${hub.port}/files/tiny.gguf`;
    const refs = ['hf:org/name', 'ollama:tiny', url];
    await succeed('/one/each', 'models', 'pull', ...refs);
    const [commit = ''] = readdirSync(served('each', SNAPSHOT));
    const weights = readFileSync(served('each', SNAPSHOT, commit, 'model.safetensors'));
    expect(weights.equals(WEIGHTS.read(0, WEIGHTS.size))).toBe(true);
    expect(readFileSync(served('each', 'gguf/default/tiny.gguf')).equals(GGUF)).toBe(true);
    expect(readdirSync(served('each', 'ollama/manifests/registry.ollama.ai/library/tiny'))).toEqual([
      'latest',
    ]);
    hub.log.clear();
    await succeed('/two/each', 'models', 'pull', ...refs);
    expect(sentBytes()).toBe(0);
  });

  it('is read through a read-only mount, where a missing model is one clear error', async () => {
    const url = `http://${HOST_ADDRESS}:${hub.port}/files/tiny.gguf`;
    await succeed('/one/readonly', 'models', 'pull', url);
    await succeed('/readonly/readonly', 'models', 'pull', url);
    const missing = await rma('/readonly/readonly', 'models', 'pull', 'hf:org/large');
    expect(missing.stderr).toContain('RMA_STORE_');
    expect(missing.code).toBe(3);
  });

  it('downloads a model once for two clients that pull it at the same time', async () => {
    const outputs = await Promise.all(
      ['/one/both', '/two/both'].map((store) => succeed(store, 'models', 'pull', 'hf:org/large', '--json')),
    );
    expect(outputs.map(pulledState).toSorted()).toEqual(['fetched', 'present']);
  });

  it('resumes on one client what was killed on the other', async () => {
    const slow = hub.faults.add({ kind: 'slow', bytesPerSecond: 40 * MIB });
    const first = start('/one/killed', 'models', 'pull', 'hf:org/large');
    await downloading('killed', first);
    await first.kill('SIGKILL');
    expect(await first.result).toMatchObject({ signal: 'SIGKILL' });
    slow.remove();
    hub.log.clear();
    const durable = durableRanges('killed');
    await succeed('/two/killed', 'models', 'pull', 'hf:org/large');
    const repeated = requestedRanges().filter((range) => durable.some((each) => overlap(range, each)));
    expect({ durable: durable.length > 0, repeated }).toEqual({ durable: true, repeated: [] });
  });

  it('continues a download when the server crashed and came back', async () => {
    const slow = hub.faults.add({ kind: 'slow', bytesPerSecond: 40 * MIB });
    const pull = start('/one/crash', 'models', 'pull', 'hf:org/large');
    await downloading('crash', pull);
    await server.kill();
    await server.start();
    slow.remove();
    succeeded(await pull.result);
    const blobs = served('crash', 'huggingface/hub/models--org--large/blobs');
    expect(readdirSync(blobs).map((name) => statSync(join(blobs, name)).size)).toEqual([LARGE.size]);
  });

  // each host is a machine of its own to rma: by its name, its processes, its boot ID and its NFS client
  it('downloads a model once for two hosts that share it, and loses no synced byte if the server is killed meanwhile', async () => {
    const slow = hub.faults.add({ kind: 'slow', bytesPerSecond: 10 * MIB });
    // one connection: a second one could request again what another is slow with
    const env = { ...environment(), RMA_CONNECTIONS: '1' };
    const fetches = [
      vm.start(['/host', 'box1', '/one/fleet', 'rma-fetch', 'hf:org/large'], env),
      vm.start(['/host', 'box2', '/two/fleet', 'rma-fetch', 'hf:org/large'], env),
    ];
    await downloading('fleet', { result: Promise.race(fetches.map(({ result }) => result)) });
    await server.kill();
    await hubIsIdle();
    const durable = durableRanges('fleet');
    const inFlight = sentBytes() - durable.reduce((sum, [start, end]) => sum + end - start, 0);
    const first = hub.log.contentRequests().length;
    await server.start();
    slow.remove();
    const outputs = await Promise.all(fetches.map(async ({ result }) => succeeded(await result)));

    expect(outputs.filter((output) => output.includes('1 downloaded (80.0 MiB)'))).toHaveLength(1);
    expect(outputs.filter((output) => output.includes('1 already present'))).toHaveLength(1);
    const later = requestedRanges().slice(first);
    expect(later.filter((range) => durable.some((each) => overlap(range, each)))).toEqual([]);
    expect(sentBytes()).toBeLessThanOrEqual(LARGE.size + inFlight);
    const blobs = served('fleet', 'huggingface/hub/models--org--large/blobs');
    expect(readdirSync(blobs).map((name) => sha256(readFileSync(join(blobs, name))))).toEqual(
      readdirSync(blobs),
    );
  });

  it('lists and removes models, also while a file of one is open', async () => {
    const script = `const fs = require('node:fs'); fs.openSync('/one/each/gguf/default/tiny.gguf');
      console.log(require('node:child_process').spawnSync(process.execPath, ['/rma/dist/cli/main.js', 'models', 'rm',
        'gguf/default/tiny.gguf', '--yes', '--dest', '/one/each'], { encoding: 'utf8' }).status)`;
    const removal = await vm.start(['node', '-e', script]).result;
    expect(removal).toMatchObject({ stdout: '0\n' });
    const list = await succeed('/two/each', 'models', 'ls', '--json');
    const { models } = JSON.parse(list) as { models: readonly { references: readonly string[] }[] };
    expect(models.map(({ references }) => references[0]).toSorted()).toEqual(['hf:org/name', 'ollama:tiny']);
  });
});
