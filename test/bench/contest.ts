import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** One program in a comparison. */
export interface Contestant {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** process ID of a server that does the work for the program; measured with it */
  readonly server?: number | undefined;
}

export interface Measured {
  readonly seconds: number;
  /** CPU time, user and system */
  readonly cpuSeconds: number;
  /** largest resident set, MiB */
  readonly memory: number;
}

/** A comparison; the first program is the one that the others are compared with. */
export interface Comparison {
  readonly title: string;
  /** bytes that each program fetches or reads; null: CPU time is given per run */
  readonly bytes: number | null;
  readonly results: ReadonlyMap<string, readonly Measured[]>;
}

const GIB = 2 ** 30;
/** CPU time in /proc is counted in this unit, on all Linux architectures of today. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 20;

/** Runs a program once to its end. Throws when it fails. */
export async function measure({ name, argv, env, server }: Contestant): Promise<Measured> {
  const [program, ...args] = argv;
  const before = server === undefined ? 0 : cpuSeconds(server);
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const pids = [child.pid, server].filter((pid) => pid !== undefined);
  let memory = 0;
  let cpu = 0;
  const sampling = setInterval(() => {
    memory = Math.max(memory, sum(pids.map(residentMib)));
    cpu = Math.max(cpu, sum(pids.map(cpuSeconds)));
  }, SAMPLE_MS);
  const [code] = await once(child, 'close');
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampling);
  if (code !== 0) throw new Error(`${name} exited with ${code}: ${log}`);
  return { seconds, cpuSeconds: cpu - before, memory };
}

/** VmHWM of /proc/PID/status; 0 when the process has exited. */
function residentMib(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(procFile(pid, 'status'))?.[1] ?? 0) / 1024;
}

/** User and system time of /proc/PID/stat, with that of children that ended; 0 when the process has exited. */
function cpuSeconds(pid: number): number {
  const stat = procFile(pid, 'stat');
  // the name of the program, in parentheses, may contain spaces
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return sum(fields.slice(11, 15).map(Number)) / TICKS_PER_SECOND;
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

/** Prints a comparison as a Markdown table: medians, spread, and how many times faster the first program is. */
export function printComparison({ title, bytes, results }: Comparison): void {
  const rows = [...results].map(([program, runs]) => ({
    program,
    seconds: runs.map((run) => run.seconds).sort((a, b) => a - b),
    cpu: median(runs.map((run) => run.cpuSeconds)) / (bytes === null ? 1 : bytes / GIB),
    memory: Math.max(...runs.map((run) => run.memory)),
  }));
  const base = median(rows[0]?.seconds ?? []);
  const cells = rows.map(({ program, seconds, cpu, memory }) => [
    program,
    `${median(seconds).toFixed(2)} s`,
    `${(seconds[0] ?? 0).toFixed(2)}-${(seconds.at(-1) ?? 0).toFixed(2)}`,
    `${(median(seconds) / base).toFixed(2)}`,
    cpu.toFixed(2),
    `${memory.toFixed(0)} MiB`,
  ]);
  const perGib = bytes === null ? 'CPU s' : 'CPU s/GiB';
  const head = ['program', 'median', 'min-max', 'time, as a multiple', perGib, 'peak memory'];
  process.stdout.write(`\n${title}\n\n${markdown([head, head.map(() => '---'), ...cells])}\n`);
}

function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`)
    .join('\n');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Returns the middle one of the values, or the mean of the two in the middle; 0 without any. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? 0;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
