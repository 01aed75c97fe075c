import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Gpu, GpuInventory, GpuNotice } from '../../core/domain/gpu.ts';
import { type GpuList, readGpuList } from '../../core/gpu/from-list.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { GpuProbe } from '../../ports/gpu-probe.ts';
import { completeReading, hidesProcesses, type MachineMemory, withProcesses } from './complete-reading.ts';
import { APP_FIELDS, GPU_FIELDS, readAppRows, readComputeCaps, readGpuRows } from './from-csv.ts';
import { type DriverReading, readXmlLog } from './from-xml.ts';
import { readMeminfo } from './meminfo.ts';
import {
  failedNotice,
  faultNotices,
  garbageNotice,
  hangNotice,
  NO_DEVICE,
  NO_PROGRAM,
  notStarted,
} from './notices.ts';
import { type SmiAnswer, SmiSession } from './smi-session.ts';

interface NvidiaSmiOptions {
  /** for all questions of one probe together; 10 s unless told */
  readonly deadlineMs?: number;
  /** where WSL keeps the program, often outside PATH */
  readonly wslProgram?: string;
  readonly meminfo?: string;
}

const CSV = '--format=csv,noheader';
const BARE_CSV = '--format=csv,noheader,nounits';

/**
 * GPUs as `nvidia-smi` tells them: its XML log first, then its list (for MIG devices and lost GPUs) and its tables (for what the log
 * does not have, or in its place). Its manual page promises no stable output: whatever cannot be read stays unknown.
 */
export class NvidiaSmi implements GpuProbe {
  readonly #runner: CommandRunner;
  readonly #deadlineMs: number;
  readonly #wslProgram: string;
  readonly #meminfo: string;

  constructor(runner: CommandRunner, options: NvidiaSmiOptions = {}) {
    this.#runner = runner;
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    this.#wslProgram = options.wslProgram ?? '/usr/lib/wsl/lib/nvidia-smi';
    this.#meminfo = options.meminfo ?? '/proc/meminfo';
  }

  async probe(signal: AbortSignal): Promise<GpuInventory> {
    using smi = new SmiSession({
      runner: this.#runner,
      programs: ['nvidia-smi', this.#wslProgram],
      deadlineMs: this.#deadlineMs,
      signal,
    });
    const log = await smi.ask('-q', '-x');
    if (log.kind !== 'ended') return without(this.#unanswered(log));
    const found = (await readLog(log)) ?? (await this.#readOtherwise(smi, log));
    if ('code' in found) return without(found);
    return this.#complete(smi, found);
  }

  /** The log of the GPUs that the driver reaches, or its tables; else why there is nothing. */
  async #readOtherwise(smi: SmiSession, log: SmiAnswer & { kind: 'ended' }): Promise<Found | GpuNotice> {
    const list = await askList(smi);
    const lost = [...(list?.lost ?? []), ...readGpuList(log.output).lost];
    if (list === null || (list.gpus.length === 0 && lost.length === 0)) {
      return log.exitCode === 0 ? garbageNotice(log.output) : failedNotice(log.exitCode, log.output);
    }
    if (list.gpus.length === 0) return { ...NOTHING, list: { gpus: [], lost } };
    const chosen = reachable(list);
    const again = chosen.length > 0 ? await smi.ask('-q', '-x', ...chosen) : null;
    const read = again?.kind === 'ended' ? await readLog(again) : null;
    if (read !== null && !('code' in read)) return { ...read, list };
    const tables = await readTables(smi, chosen);
    return tables === null ? garbageNotice(log.output) : { ...tables, list };
  }

  async #complete(smi: SmiSession, found: Found): Promise<GpuInventory> {
    const { reading, processes } = found;
    const divided = reading.gpus.some(({ migEnabled, migDevices }) => migEnabled || migDevices.length > 0);
    const asked = divided || found.partial;
    const list = found.list ?? (asked ? await askList(smi) : null);
    const untold = reading.gpus.some(
      ({ computeCapability, fault }) => computeCapability === null && fault === null,
    );
    const caps = untold ? await smi.ask('--query-gpu=uuid,compute_cap', CSV, ...reachable(list)) : null;
    const computeCaps = readComputeCaps(caps?.kind === 'ended' && caps.exitCode === 0 ? caps.text : '');
    const shared = reading.gpus.some(({ memoryNotApplicable }) => memoryNotApplicable);
    const machine = shared ? await this.#machineMemory() : null;
    const complete = completeReading(reading.gpus, { list, computeCaps, machine });
    const gpus = complete.map((gpu) =>
      this.#hideProcesses(processes === null ? gpu : withProcesses(gpu, processes)),
    );
    const late = caps?.kind === 'hung' || (asked && list === null) ? [this.#hang()] : [];
    return {
      driverVersion: reading.driverVersion,
      cudaVersion: reading.cudaVersion,
      gpus,
      absence: gpus.length === 0 ? NO_DEVICE : null,
      warnings: [...late, ...faultNotices(gpus)],
    };
  }

  /** An empty list is no answer under WSL, where the driver shows no processes at all, or while memory is in use. */
  #hideProcesses(gpu: Gpu): Gpu {
    if (gpu.processes?.length !== 0) return gpu;
    return existsSync(this.#wslProgram) || hidesProcesses(gpu) ? { ...gpu, processes: null } : gpu;
  }

  #unanswered(answer: Exclude<SmiAnswer, { kind: 'ended' }>): GpuNotice {
    if (answer.kind === 'missing') return NO_PROGRAM;
    return answer.kind === 'hung' ? this.#hang() : notStarted(answer.reason);
  }

  #hang(): GpuNotice {
    return hangNotice(this.#deadlineMs / 1000);
  }

  async #machineMemory(): Promise<MachineMemory | null> {
    try {
      return readMeminfo(await readFile(this.#meminfo, 'utf8'));
    } catch {
      return null;
    }
  }
}

/** What one way of asking gave. */
interface Found {
  readonly reading: DriverReading;
  readonly list: GpuList | null;
  /** asked apart from the GPUs; null where the reading has them */
  readonly processes: ReturnType<typeof readAppRows> | null;
  /** the driver named GPUs that it cannot reach, beside what it told */
  readonly partial: boolean;
}

const NOTHING: Found = {
  reading: { driverVersion: null, cudaVersion: null, gpus: [] },
  list: null,
  processes: null,
  partial: false,
};

function without(absence: GpuNotice): GpuInventory {
  return { driverVersion: null, cudaVersion: null, gpus: [], absence, warnings: [] };
}

/** The log, whatever the exit code: a driver that reaches only some of its GPUs may end with one. null when it is none. */
async function readLog({ text, output, exitCode }: SmiAnswer & { kind: 'ended' }): Promise<Found | null> {
  const { parseXml } = await import('./parse-xml.ts');
  const reading = readXmlLog(parseXml(text));
  if (reading === null || (exitCode !== 0 && reading.gpus.length === 0)) return null;
  return { ...NOTHING, reading, partial: readGpuList(output).lost.length > 0 };
}

/** Arguments that keep a question to the GPUs that answer: one that is lost would fail it for all. */
function reachable(list: GpuList | null): readonly string[] {
  if (list === null || list.lost.length === 0 || list.gpus.length === 0) return [];
  return ['-i', list.gpus.map(({ uuid }) => uuid).join(',')];
}

async function askList(smi: SmiSession): Promise<GpuList | null> {
  const answer = await smi.ask('-L');
  return answer.kind === 'ended' ? readGpuList(answer.output) : null;
}

/** From the richest list of fields that the driver takes. */
async function readTables(smi: SmiSession, chosen: readonly string[]): Promise<Found | null> {
  for (const fields of GPU_FIELDS) {
    const answer = await smi.ask(`--query-gpu=${fields.join(',')}`, BARE_CSV, ...chosen);
    const reading =
      answer.kind === 'ended' && answer.exitCode === 0 ? readGpuRows(answer.text, fields) : null;
    if (reading === null) continue;
    const apps = await smi.ask(`--query-compute-apps=${APP_FIELDS.join(',')}`, BARE_CSV, ...chosen);
    const told = apps.kind === 'ended' && apps.exitCode === 0;
    return { ...NOTHING, reading, processes: told ? readAppRows(apps.text) : null };
  }
  return null;
}
