import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHub } from '../hub/hub.ts';
import { type Contestant, type Measured, measure, printComparison } from './contest.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const RUNS = 5;
const MODELS = 200;
const FILES = 100;
const LARGE_MODELS = 1000;
const LARGE_FILES = 1000;

const WARM = `The check of ${MODELS} models with ${MODELS * FILES} files that are present`;
const SCAN = `The scan of a million files before a prune`;

/** Compares work on stores with many files. `only`: those whose title contains one of the texts. */
export async function compareStores(only: readonly string[]): Promise<void> {
  const isChosen = (title: string) => only.length === 0 || only.some((text) => title.includes(text));
  if (isChosen(WARM)) await compareWarmChecks();
  if (isChosen(SCAN)) await compareScans();
}

/** The files are in the cache already, as `hf` leaves them; the first pull checks them, the measured ones find its receipts. */
async function compareWarmChecks(): Promise<void> {
  const repos = Object.fromEntries(
    Array.from({ length: MODELS }, (_, model) => [
      `bench/model-${model}`,
      {
        files: Object.fromEntries(
          Array.from({ length: FILES }, (_each, n) => [
            `part-${n}.safetensors`,
            { content: text(model, n), lfs: true },
          ]),
        ),
      },
    ]),
  );
  const hub = await startHub({ repos });
  const store = temporaryDirectory();
  try {
    const refs = Object.keys(repos).map((repo) => `hf:${repo}`);
    const [one = ''] = refs;
    for (const repo of Object.keys(repos)) writeCache(store, repo, hub.commit(repo).sha);
    const pull = ['models', 'pull', ...refs, '--dest', store, '-q'];
    const env = { ...process.env, HF_ENDPOINT: hub.endpoint };
    await measure(rma('the first pull', pull, env));
    const results = await takeTurns([
      rma('rma models pull --offline', [...pull, '--offline'], env),
      rma('of one model', ['models', 'pull', one, '--dest', store, '-q', '--offline'], env),
      rma('rma --version', ['--version'], env),
    ]);
    printComparison({ title: WARM, bytes: null, results });
  } finally {
    await hub.close();
    rmSync(store, { recursive: true });
  }
}

async function compareScans(): Promise<void> {
  const store = temporaryDirectory();
  try {
    for (let model = 0; model < LARGE_MODELS; model++)
      writeModel(join(store, 'local/bench', `model-${model}`));
    const results = await takeTurns([
      rma('rma cache prune --dry-run', [
        'cache',
        'prune',
        '--keep',
        '30d',
        '--dry-run',
        '--dest',
        store,
        '-q',
      ]),
      { name: 'du -s', argv: ['du', '-s', store], env: process.env },
    ]);
    printComparison({ title: SCAN, bytes: null, results });
  } finally {
    rmSync(store, { recursive: true });
  }
}

/** The programs take turns, so that other load on the machine affects all of them. */
async function takeTurns(programs: readonly Contestant[]): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const results = new Map<string, Measured[]>(programs.map(({ name }) => [name, []]));
  for (let round = 0; round < RUNS; round++) {
    for (const program of programs) results.get(program.name)?.push(await measure(program));
  }
  return results;
}

function rma(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Contestant {
  return { name, argv: [process.execPath, 'dist/cli/main.js', ...args], env };
}

/** A snapshot in the Hugging Face cache: blobs by hash, and links to them. */
function writeCache(store: string, repo: string, commit: string): void {
  const folder = join(store, 'huggingface/hub', `models--${repo.replace('/', '--')}`);
  const snapshot = join(folder, 'snapshots', commit);
  for (const each of [snapshot, join(folder, 'blobs'), join(folder, 'refs')])
    mkdirSync(each, { recursive: true });
  writeFileSync(join(folder, 'refs/main'), commit);
  const model = Number(repo.split('-').at(-1));
  for (let n = 0; n < FILES; n++) {
    const content = text(model, n);
    const sha256 = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(folder, 'blobs', sha256), content);
    symlinkSync(`../../blobs/${sha256}`, join(snapshot, `part-${n}.safetensors`));
  }
}

function writeModel(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < LARGE_FILES; n++) writeFileSync(join(folder, `part-${n}.safetensors`), '');
}

function text(model: number, file: number): string {
  return `file ${file} of model ${model}\n`;
}
