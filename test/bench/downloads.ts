import { rmSync } from 'node:fs';
import { type Content, contentOf, patternContent } from '../hub/content.ts';
import { startHub } from '../hub/hub.ts';
import { aria2, type Client, curl, hf, hfXet, hubJs, ollama, rma, rmaOllama, sha256 } from './clients.ts';
import { type ContentServer, type Line, startContentServer } from './content-server.ts';
import { type Measured, printComparison } from './contest.ts';
import { temporaryDirectory } from './temporary-directory.ts';

interface Task {
  readonly title: string;
  readonly line: Line | 'hub';
  readonly repo: string;
  /** time before each response of the hub, ms */
  readonly delayMs: number;
  /** each client finds the directory of its own earlier fetch */
  readonly warm: boolean;
  readonly runs: number;
  readonly clients: readonly Client[];
}

const MIB = 2 ** 20;
const LARGE = patternContent(2048 * MIB, 1);
const SHARDS = [11, 12, 13, 14].map((seed) => patternContent(512 * MIB, seed));
const SMALL = Array.from({ length: 1000 }, (_, n) => patternContent(MIB / 16, 100 + n));

const REPOS: Readonly<Record<string, readonly Content[]>> = {
  'bench/large': [LARGE],
  'bench/medium': SHARDS.slice(0, 1),
  'bench/shards': SHARDS,
  'bench/small': SMALL,
};
const LAYER = 'library/bench';
const CONFIGURATION = {};

const DEFAULTS = { delayMs: 0, warm: false, runs: 3, line: 'open', repo: 'bench/large' } as const;
const URLS = [curl, aria2];

const TASKS: readonly Task[] = [
  {
    ...DEFAULTS,
    title: 'One file of 2 GiB, open line',
    clients: [rma, hf, hfXet, hubJs, ...URLS, sha256],
  },
  { ...DEFAULTS, title: 'One file of 2 GiB, open line, TLS', line: 'tls', clients: [rma, hf, ...URLS] },
  { ...DEFAULTS, title: 'One layer of 2 GiB, open line', repo: LAYER, clients: [rmaOllama, ollama] },
  {
    ...DEFAULTS,
    title: 'One file of 512 MiB, 50 MiB/s per connection',
    line: 'capped',
    repo: 'bench/medium',
    clients: [rma, hf, ...URLS],
  },
  {
    ...DEFAULTS,
    title: 'Four files of 512 MiB, 50 MiB/s per connection',
    line: 'capped',
    repo: 'bench/shards',
    clients: [rma, hf, ...URLS],
  },
  {
    ...DEFAULTS,
    title: '1,000 files of 64 KiB, 30 ms per request',
    line: 'hub',
    repo: 'bench/small',
    delayMs: 30,
    clients: [rma, hf],
  },
  { ...DEFAULTS, title: 'One file of 2 GiB that is present', warm: true, clients: [rma, hf] },
];

/** Compares downloads and warm starts with other programs. `only`: those whose title contains one of the texts. */
export async function compareDownloads(only: readonly string[]): Promise<void> {
  const chosen = TASKS.filter(({ title }) => only.length === 0 || only.some((text) => title.includes(text)));
  if (chosen.length === 0) return;
  const scratch = temporaryDirectory();
  const content = await startContentServer(scratch, [
    LARGE,
    ...SHARDS,
    contentOf(JSON.stringify(CONFIGURATION)),
  ]);
  try {
    for (const task of chosen) await runTask(task, content);
  } finally {
    await content.close();
    rmSync(scratch, { recursive: true });
  }
}

async function runTask(task: Task, { origins, authority, fileOf }: ContentServer): Promise<void> {
  const { line, delayMs, repo } = task;
  const hub = await startHub({
    repos: Object.fromEntries(
      Object.entries(REPOS).map(([name, contents]) => [name, { files: filesOf(contents) }]),
    ),
    ollama: { [`${LAYER}:latest`]: { layers: [{ kind: 'model', content: LARGE }], config: CONFIGURATION } },
    ...(line === 'hub' ? {} : { contentOrigin: origins[line] }),
    delayMs,
  });
  const contents = REPOS[repo] ?? [LARGE];
  const files = contents.map((_, n) => fileName(n));
  try {
    const results = await compare(task, {
      endpoint: hub.endpoint,
      repo,
      files,
      servedFile: fileOf(contents[0] ?? LARGE),
      authority,
    });
    const bytes = contents.reduce((total, { size }) => total + size, 0);
    printComparison({ title: task.title, bytes: task.warm ? null : bytes, results });
  } finally {
    await hub.close();
  }
}

/** The clients take turns, so that other load on the machine affects all of them. */
async function compare(
  { warm, runs, clients }: Task,
  request: Parameters<Client['fetch']>[1],
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const results = new Map<string, Measured[]>(clients.map(({ name }) => [name, []]));
  const kept = new Map(clients.map(({ name }) => [name, temporaryDirectory()]));
  if (warm) for (const client of clients) await client.fetch(kept.get(client.name) ?? '', request);
  for (let round = 0; round < runs; round++) {
    for (const client of clients) {
      const directory = warm ? (kept.get(client.name) ?? '') : temporaryDirectory();
      results.get(client.name)?.push(await client.fetch(directory, request));
      if (!warm) rmSync(directory, { recursive: true });
    }
  }
  for (const directory of kept.values()) rmSync(directory, { recursive: true });
  return results;
}

function filesOf(contents: readonly Content[]) {
  return Object.fromEntries(contents.map((content, n) => [fileName(n), { content, lfs: true }]));
}

function fileName(n: number): string {
  return `part-${n}.safetensors`;
}
