import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { patternContent } from '../hub/content.ts';
import { startHub } from '../hub/hub.ts';
import type { FileSpecs } from '../hub/repos.ts';
import { type Measured, measure, printResults } from './contest.ts';

/** What a client is to fetch. */
interface Request {
  readonly endpoint: string;
  readonly repo: string;
}

/** One client. Each fetch goes into an empty directory; a warm start finds the directory of an earlier fetch. */
interface Client {
  readonly name: string;
  readonly argv: (directory: string, task: Request) => readonly [string, ...string[]];
}

interface Task {
  readonly name: string;
  readonly repo: string;
  /** of the hub, ms */
  readonly delayMs: number;
  readonly warm: boolean;
  readonly clients: readonly Client[];
}

const RUNS = 3;
const FILE_MIB = 512;
const FILE = 'model.safetensors';
const LARGE = 'bench/large';
const MANY = 'bench/many';
const FILES = 1000;

const rma: Client = {
  name: 'rma models pull (verified)',
  argv: (directory, { repo }) => [
    process.execPath,
    'dist/cli/main.js',
    'models',
    'pull',
    `hf:${repo}`,
    '--dest',
    directory,
    '-q',
  ],
};
const hf: Client = {
  name: 'hf download (not verified)',
  argv: (directory, { repo }) => [hfProgram(), 'download', repo, '--cache-dir', directory, '--quiet'],
};
const curl: Client = {
  name: 'curl (not verified)',
  argv: (directory, { endpoint, repo }) => [
    'curl',
    '-sSL',
    '-o',
    join(directory, FILE),
    `${endpoint}/${repo}/resolve/main/${FILE}`,
  ],
};

const TASKS: readonly Task[] = [
  {
    name: `fetch one file of ${FILE_MIB} MiB`,
    repo: LARGE,
    delayMs: 0,
    warm: false,
    clients: [rma, hf, curl],
  },
  {
    name: `fetch ${FILES} files of 64 KiB, 30 ms per request`,
    repo: MANY,
    delayMs: 30,
    warm: false,
    clients: [rma, hf],
  },
  { name: 'warm start: everything is present', repo: LARGE, delayMs: 0, warm: true, clients: [rma, hf] },
];

/** Compares downloads and warm starts with the peers, against a hub on loopback. */
export async function compareDownloads(): Promise<void> {
  for (const task of TASKS) {
    const hub = await startHub({
      repos: { [task.repo]: { files: filesOf(task.repo) } },
      delayMs: task.delayMs,
    });
    try {
      await compare(task, hub.endpoint);
    } finally {
      await hub.close();
    }
  }
}

function filesOf(repo: string): FileSpecs {
  if (repo === LARGE) return { [FILE]: { content: patternContent(FILE_MIB * 2 ** 20), lfs: true } };
  const names = Array.from({ length: FILES }, (_, n) => `part-${n}.bin`);
  // every file has its own content: what is the same is fetched once
  return Object.fromEntries(names.map((name, n) => [name, { content: numbered(n), lfs: true }]));
}

function numbered(n: number): Uint8Array {
  const content = Buffer.alloc(64 * 1024);
  content.writeUInt32BE(n);
  return content;
}

/** The clients take turns, so that other load on the machine affects all of them. */
async function compare({ name, repo, warm, clients }: Task, endpoint: string): Promise<void> {
  const request = { endpoint, repo };
  const results = new Map<string, Measured[]>(clients.map((client) => [client.name, []]));
  const kept = new Map(clients.map((client) => [client.name, temporaryDirectory()]));
  if (warm) for (const client of clients) await fetchOnce(client, kept.get(client.name) ?? '', request);
  for (let round = 0; round < RUNS; round++) {
    for (const client of clients) {
      const directory = warm ? (kept.get(client.name) ?? '') : temporaryDirectory();
      results.get(client.name)?.push(await fetchOnce(client, directory, request));
      if (!warm) rmSync(directory, { recursive: true });
    }
  }
  for (const directory of kept.values()) rmSync(directory, { recursive: true });
  printResults(`${name} (median of ${RUNS}, min-max)`, results);
}

async function fetchOnce({ name, argv }: Client, directory: string, request: Request): Promise<Measured> {
  const env = {
    ...process.env,
    HF_ENDPOINT: request.endpoint,
    HF_HUB_DISABLE_XET: '1',
    HF_HUB_DISABLE_UPDATE_CHECK: '1',
  };
  return measure({ name, argv: argv(directory, request), env });
}

function hfProgram(): string {
  const [pin = ''] = readFileSync('scripts/judges/hf2.txt', 'utf8').split('\n');
  return resolve('.judges', `hf2-${pin.split('==')[1]}`, 'bin/hf');
}

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'rma-bench-'));
}
