import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** One program in a comparison. */
export interface Contestant {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

export interface Measured {
  readonly seconds: number;
  /** largest resident set, MiB */
  readonly memory: number;
}

/** Runs a program once to its end. Throws when it fails. */
export async function measure({ name, argv, env }: Contestant): Promise<Measured> {
  const [program, ...args] = argv;
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  let memory = 0;
  const sampling = setInterval(() => {
    memory = Math.max(memory, residentMib(child.pid));
  }, 20);
  const [code] = await once(child, 'close');
  clearInterval(sampling);
  if (code !== 0) throw new Error(`${name} exited with ${code}`);
  return { seconds: (performance.now() - started) / 1000, memory };
}

/** VmHWM of /proc/PID/status; 0 when the process has exited. */
function residentMib(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Prints medians, spread and the ratio to the first contestant. */
export function printResults(title: string, results: ReadonlyMap<string, readonly Measured[]>): void {
  const rows = [...results].map(([contestant, runs]) => {
    const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b);
    return {
      contestant,
      median: median(seconds),
      least: seconds[0] ?? 0,
      most: seconds.at(-1) ?? 0,
      memory: Math.max(...runs.map((run) => run.memory)),
    };
  });
  const base = rows[0]?.median ?? 1;
  const width = Math.max(...rows.map(({ contestant }) => contestant.length));
  process.stdout.write(`\n${title}\n`);
  for (const { contestant, median: middle, least, most, memory } of rows) {
    const spread = `${least.toFixed(3)}-${most.toFixed(3)}`;
    process.stdout.write(
      `  ${contestant.padEnd(width)} ${middle.toFixed(3).padStart(7)} s  ${spread.padEnd(15)} x${(middle / base).toFixed(2)}  ${memory.toFixed(0)} MiB\n`,
    );
  }
}

function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? 0;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
