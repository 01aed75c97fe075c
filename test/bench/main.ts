import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { patternContent } from '../hub/content.ts';
import { startHub } from '../hub/hub.ts';

/** One client on one task: a fresh folder each time for a fetch, the same one for a warm start. */
interface Contestant {
  readonly name: string;
  readonly argv: (folder: string, endpoint: string) => readonly string[];
}

interface Task {
  readonly name: string;
  readonly warm: boolean;
  readonly contestants: readonly [Contestant, ...Contestant[]];
}

interface Measured {
  readonly seconds: number;
  /** largest resident set, MiB */
  readonly memory: number;
}

const RUNS = 3;
const FILE_MIB = 512;
const REPO = 'bench/model';
const FILE = 'model.safetensors';

const [version = ''] = readFileSync('scripts/judges/hf2.txt', 'utf8').split('\n');
const HF = resolve('.judges', `hf2-${version.split('==')[1]}`, 'bin/hf');

const rma: Contestant = {
  name: 'rma models pull (verified)',
  argv: (folder) => [
    process.execPath,
    'dist/cli/main.js',
    'models',
    'pull',
    `hf:${REPO}`,
    '--dest',
    folder,
    '-q',
  ],
};
const hf: Contestant = {
  name: 'hf download (not verified)',
  argv: (folder) => [HF, 'download', REPO, '--cache-dir', folder, '--quiet'],
};
const curl: Contestant = {
  name: 'curl (not verified)',
  argv: (folder, endpoint) => [
    'curl',
    '-sSL',
    '-o',
    join(folder, FILE),
    `${endpoint}/${REPO}/resolve/main/${FILE}`,
  ],
};

const TASKS: readonly Task[] = [
  { name: `fetch one file of ${FILE_MIB} MiB`, warm: false, contestants: [rma, hf, curl] },
  { name: 'start again with everything there', warm: true, contestants: [rma, hf] },
];

const content = patternContent(FILE_MIB * 2 ** 20);
const hub = await startHub({ repos: { [REPO]: { files: { [FILE]: { content, lfs: true } } } } });
try {
  for (const task of TASKS) await run(task);
} finally {
  await hub.close();
}

/** The contestants take turns, so that whatever else the machine does meets them all. */
async function run({ name, warm, contestants }: Task): Promise<void> {
  const results = new Map<string, Measured[]>(contestants.map((contestant) => [contestant.name, []]));
  const kept = new Map(contestants.map((contestant) => [contestant.name, folder()]));
  if (warm) for (const contestant of contestants) await once(contestant, kept.get(contestant.name) ?? '');
  for (let round = 0; round < RUNS; round++) {
    for (const contestant of contestants) {
      const place = warm ? (kept.get(contestant.name) ?? '') : folder();
      results.get(contestant.name)?.push(await once(contestant, place));
      if (!warm) rmSync(place, { recursive: true });
    }
  }
  for (const place of kept.values()) rmSync(place, { recursive: true });
  print(name, results);
}

async function once({ name, argv }: Contestant, place: string): Promise<Measured> {
  const [program = '', ...args] = argv(place, hub.endpoint);
  const env = {
    ...process.env,
    HF_ENDPOINT: hub.endpoint,
    HF_HUB_DISABLE_XET: '1',
    HF_HUB_DISABLE_UPDATE_CHECK: '1',
  };
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, residentMib(child.pid));
  }, 20);
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  clearInterval(watch);
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  return { seconds: (performance.now() - started) / 1000, memory };
}

/** VmHWM of /proc/PID/status; 0 when the process is gone already. */
function residentMib(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function print(name: string, results: ReadonlyMap<string, readonly Measured[]>): void {
  const rows = [...results].map(([contestant, runs]) => {
    const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b);
    return {
      contestant,
      median: seconds[Math.floor(seconds.length / 2)] ?? 0,
      least: seconds[0] ?? 0,
      most: seconds.at(-1) ?? 0,
      memory: Math.max(...runs.map((run) => run.memory)),
    };
  });
  const base = rows[0]?.median ?? 1;
  process.stdout.write(`\n${name} (median of ${RUNS}, least to most)\n`);
  for (const { contestant, median, least, most, memory } of rows) {
    const spread = `${least.toFixed(2)}-${most.toFixed(2)}`;
    const ratio = (median / base).toFixed(2);
    process.stdout.write(
      `  ${contestant.padEnd(28)} ${median.toFixed(2).padStart(6)} s  ${spread.padEnd(12)} x${ratio}  ${memory.toFixed(0)} MiB\n`,
    );
  }
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'rma-bench-'));
}
