import type { Gpu, GpuInventory, GpuNotice } from '../../core/domain/gpu.ts';
import { type GpuList, readGpuList } from '../../core/gpu/from-list.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { FileStore } from '../../ports/file-store.ts';
import type { GpuProbe } from '../../ports/gpu-probe.ts';
import { completeReading, hidesProcesses, type MachineMemory, withProcesses } from './complete-reading.ts';
import { APP_FIELDS, GPU_FIELDS, readAppRows, readComputeCaps, readGpuRows } from './from-csv.ts';
import { type DriverReading, readXmlLog } from './from-xml.ts';
import { readMeminfo } from './meminfo.ts';
import {
  failedNotice,
  faultNotices,
  hangNotice,
  NO_DEVICE,
  NO_PROGRAM,
  notStarted,
  recoveryNotices,
  unparsedNotice,
} from './notices.ts';
import { type SmiAnswer, SmiSession } from './smi-session.ts';

interface NvidiaSmiOptions {
  /** of the machine where the runner runs programs */
  readonly files: Pick<FileStore, 'read' | 'facts'>;
  /** shared by all nvidia-smi calls of one probe (default 10 s) */
  readonly deadlineMs?: number;
  /** path of the program under WSL, often outside PATH */
  readonly wslProgram?: string;
  readonly meminfo?: string;
}

const CSV = '--format=csv,noheader';
const BARE_CSV = '--format=csv,noheader,nounits';

/**
 * Reads the GPUs from `nvidia-smi`: its XML log first, then its list (for MIG devices and lost GPUs) and its CSV tables (for
 * values missing in the log, or instead of it). Its output format is not guaranteed: what cannot be parsed stays unknown.
 */
export class NvidiaSmi implements GpuProbe {
  readonly #runner: Pick<CommandRunner, 'run'>;
  readonly #files: Pick<FileStore, 'read' | 'facts'>;
  readonly #deadlineMs: number;
  readonly #wslProgram: string;
  readonly #meminfo: string;

  constructor(runner: Pick<CommandRunner, 'run'>, options: NvidiaSmiOptions) {
    this.#runner = runner;
    this.#files = options.files;
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
    const log = await smi.query('-q', '-x');
    if (log.kind !== 'exited') return without(this.#failed(log));
    const found = (await readLog(log)) ?? (await this.#readFallback(smi, log));
    if ('code' in found) return without(found);
    return this.#complete(smi, found);
  }

  /** Returns the log of the reachable GPUs, else the CSV tables, else the reason why there is nothing. */
  async #readFallback(smi: SmiSession, log: SmiAnswer & { kind: 'exited' }): Promise<Found | GpuNotice> {
    const list = withLost(await queryList(smi), readGpuList(log.output).lost);
    if (list === null || (list.gpus.length === 0 && list.lost.length === 0)) {
      return log.exitCode === 0 ? unparsedNotice(log.output) : failedNotice(log.exitCode, log.output);
    }
    if (list.gpus.length === 0) return { ...NOTHING, list };
    const chosen = reachable(list);
    const again = chosen.length > 0 ? await smi.query('-q', '-x', ...chosen) : null;
    const read = again?.kind === 'exited' ? await readLog(again) : null;
    if (read !== null && !('code' in read)) return { ...read, list };
    const tables = await readTables(smi, chosen);
    return tables === null ? unparsedNotice(log.output) : { ...tables, list };
  }

  async #complete(smi: SmiSession, found: Found): Promise<GpuInventory> {
    const { reading, processes } = found;
    const divided = reading.gpus.some(({ migEnabled, migDevices }) => migEnabled || migDevices.length > 0);
    const listNeeded = divided || found.partial;
    const list = withLost(found.list ?? (listNeeded ? await queryList(smi) : null), found.lost);
    const capabilityMissing = reading.gpus.some(
      ({ computeCapability, fault }) => computeCapability === null && fault === null,
    );
    const caps = capabilityMissing
      ? await smi.query('--query-gpu=uuid,compute_cap', CSV, ...reachable(list))
      : null;
    const computeCaps = readComputeCaps(caps?.kind === 'exited' && caps.exitCode === 0 ? caps.text : '');
    const shared = reading.gpus.some(({ memoryNotApplicable }) => memoryNotApplicable);
    const machine = shared ? await this.#machineMemory() : null;
    const complete = completeReading(reading.gpus, { list, computeCaps, machine });
    const gpus = await Promise.all(
      complete.map(async (gpu) =>
        this.#hideProcesses(processes === null ? gpu : withProcesses(gpu, processes)),
      ),
    );
    const late =
      caps?.kind === 'hung' || (listNeeded && (list === null || list.gpus.length === 0))
        ? [this.#hang()]
        : [];
    return {
      driverVersion: reading.driverVersion,
      cudaVersion: reading.cudaVersion,
      gpus,
      absence: gpus.length === 0 ? NO_DEVICE : null,
      warnings: [...late, ...faultNotices(gpus), ...recoveryNotices(reading.gpus, gpus)],
    };
  }

  /** Returns unknown processes for an empty list under WSL, where the driver never lists them, or while memory is in use. */
  async #hideProcesses(gpu: Gpu): Promise<Gpu> {
    if (gpu.processes?.length !== 0) return gpu;
    const isHidden = hidesProcesses(gpu) || (await this.#files.facts(this.#wslProgram)) !== null;
    return isHidden ? { ...gpu, processes: null } : gpu;
  }

  #failed(answer: Exclude<SmiAnswer, { kind: 'exited' }>): GpuNotice {
    if (answer.kind === 'missing') return NO_PROGRAM;
    return answer.kind === 'hung' ? this.#hang() : notStarted(answer.reason);
  }

  #hang(): GpuNotice {
    return hangNotice(this.#deadlineMs / 1000);
  }

  async #machineMemory(): Promise<MachineMemory | null> {
    try {
      return readMeminfo((await this.#files.read(this.#meminfo)) ?? '');
    } catch {
      return null;
    }
  }
}

/** The result of one way to query nvidia-smi. */
interface Found {
  readonly reading: DriverReading;
  readonly list: GpuList | null;
  /** queried separately; null if the reading contains them */
  readonly processes: ReturnType<typeof readAppRows> | null;
  /** the driver also reported GPUs that it cannot reach */
  readonly partial: boolean;
  /** those GPUs, as the log reports them */
  readonly lost: GpuList['lost'];
}

const NOTHING: Found = {
  reading: { driverVersion: null, cudaVersion: null, gpus: [] },
  list: null,
  processes: null,
  partial: false,
  lost: [],
};

function without(absence: GpuNotice): GpuInventory {
  return { driverVersion: null, cudaVersion: null, gpus: [], absence, warnings: [] };
}

/** Reads the log for any exit code: the driver may report a failure when it reaches only some GPUs. Null if it is not a log. */
async function readLog({ text, output, exitCode }: SmiAnswer & { kind: 'exited' }): Promise<Found | null> {
  const { parseXml } = await import('./parse-xml.ts');
  const reading = readXmlLog(parseXml(text));
  if (reading === null || (exitCode !== 0 && reading.gpus.length === 0)) return null;
  const { lost } = readGpuList(output);
  return { ...NOTHING, reading, partial: lost.length > 0, lost };
}

/** Returns arguments that limit a query to the reachable GPUs: a lost one would fail it for all. */
function reachable(list: GpuList | null): readonly string[] {
  if (list === null || list.lost.length === 0 || list.gpus.length === 0) return [];
  return ['-i', list.gpus.map(({ uuid }) => uuid).join(',')];
}

/** Adds lost GPUs that only the log reports to the list. */
function withLost(list: GpuList | null, lost: GpuList['lost']): GpuList | null {
  if (lost.length === 0) return list;
  const known = new Set(list?.lost.map(({ pciBusId }) => pciBusId));
  const more = lost.filter(({ pciBusId }) => !known.has(pciBusId));
  return { gpus: list?.gpus ?? [], lost: [...(list?.lost ?? []), ...more] };
}

async function queryList(smi: SmiSession): Promise<GpuList | null> {
  const answer = await smi.query('-L');
  return answer.kind === 'exited' ? readGpuList(answer.output) : null;
}

/** Reads the tables with the longest field list that the driver accepts. */
async function readTables(smi: SmiSession, chosen: readonly string[]): Promise<Found | null> {
  for (const fields of GPU_FIELDS) {
    const answer = await smi.query(`--query-gpu=${fields.join(',')}`, BARE_CSV, ...chosen);
    const reading =
      answer.kind === 'exited' && answer.exitCode === 0 ? readGpuRows(answer.text, fields) : null;
    if (reading === null) continue;
    const apps = await smi.query(`--query-compute-apps=${APP_FIELDS.join(',')}`, BARE_CSV, ...chosen);
    const succeeded = apps.kind === 'exited' && apps.exitCode === 0;
    return { ...NOTHING, reading, processes: succeeded ? readAppRows(apps.text) : null };
  }
  return null;
}
