import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { patternContent } from '../hub/content.ts';
import { startHub } from '../hub/hub.ts';
import { type Measured, measure, printResults } from './contest.ts';

/** One client. Each fetch goes into an empty directory; a warm start finds the directory of an earlier fetch. */
interface Client {
  readonly name: string;
  readonly argv: (directory: string, endpoint: string) => readonly [string, ...string[]];
}

interface Task {
  readonly name: string;
  readonly warm: boolean;
  readonly clients: readonly Client[];
}

const RUNS = 3;
const FILE_MIB = 512;
const REPO = 'bench/model';
const FILE = 'model.safetensors';

const rma: Client = {
  name: 'rma models pull (verified)',
  argv: (directory) => [
    process.execPath,
    'dist/cli/main.js',
    'models',
    'pull',
    `hf:${REPO}`,
    '--dest',
    directory,
    '-q',
  ],
};
const hf: Client = {
  name: 'hf download (not verified)',
  argv: (directory) => [hfProgram(), 'download', REPO, '--cache-dir', directory, '--quiet'],
};
const curl: Client = {
  name: 'curl (not verified)',
  argv: (directory, endpoint) => [
    'curl',
    '-sSL',
    '-o',
    join(directory, FILE),
    `${endpoint}/${REPO}/resolve/main/${FILE}`,
  ],
};

const TASKS: readonly Task[] = [
  { name: `fetch one file of ${FILE_MIB} MiB`, warm: false, clients: [rma, hf, curl] },
  { name: 'warm start: everything is present', warm: true, clients: [rma, hf] },
];

/** Compares downloads and warm starts with the peers, against a hub on loopback. */
export async function compareDownloads(): Promise<void> {
  const content = patternContent(FILE_MIB * 2 ** 20);
  const hub = await startHub({ repos: { [REPO]: { files: { [FILE]: { content, lfs: true } } } } });
  try {
    for (const task of TASKS) await compare(task, hub.endpoint);
  } finally {
    await hub.close();
  }
}

/** The clients take turns, so that other load on the machine affects all of them. */
async function compare({ name, warm, clients }: Task, endpoint: string): Promise<void> {
  const results = new Map<string, Measured[]>(clients.map((client) => [client.name, []]));
  const kept = new Map(clients.map((client) => [client.name, temporaryDirectory()]));
  if (warm) for (const client of clients) await fetchOnce(client, kept.get(client.name) ?? '', endpoint);
  for (let round = 0; round < RUNS; round++) {
    for (const client of clients) {
      const directory = warm ? (kept.get(client.name) ?? '') : temporaryDirectory();
      results.get(client.name)?.push(await fetchOnce(client, directory, endpoint));
      if (!warm) rmSync(directory, { recursive: true });
    }
  }
  for (const directory of kept.values()) rmSync(directory, { recursive: true });
  printResults(`${name} (median of ${RUNS}, min-max)`, results);
}

async function fetchOnce({ name, argv }: Client, directory: string, endpoint: string): Promise<Measured> {
  const env = {
    ...process.env,
    HF_ENDPOINT: endpoint,
    HF_HUB_DISABLE_XET: '1',
    HF_HUB_DISABLE_UPDATE_CHECK: '1',
  };
  return measure({ name, argv: argv(directory, endpoint), env });
}

function hfProgram(): string {
  const [pin = ''] = readFileSync('scripts/judges/hf2.txt', 'utf8').split('\n');
  return resolve('.judges', `hf2-${pin.split('==')[1]}`, 'bin/hf');
}

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'rma-bench-'));
}
