import { type Answer, queryApps, queryGpu } from './csv.ts';
import { listGpus, lostLine } from './list.ts';
import { readings } from './readings.ts';
import type { GpuShape } from './shapes.ts';
import type { BoxProcess } from './state.ts';
import { xmlLog } from './xml.ts';

/** Returns the output of nvidia-smi with these GPUs for a command line. */
export function answer(shape: GpuShape, processes: readonly BoxProcess[], argv: readonly string[]): Answer {
  const asked = chosen(argv);
  const all = readings(shape, processes).filter(
    ({ gpu, index }) => asked === null || asked.includes(gpu.uuid) || asked.includes(String(index)),
  );
  if (asked !== null && all.length === 0) return noSuchGpu(asked);
  if (argv.includes('-L')) return { exitCode: 0, text: listGpus(all) };
  const gone = all.find(({ gpu }) => gpu.lost === 'fatal');
  if (gone !== undefined) return { exitCode: 15, text: `${lostLine(gone.gpu.busId)}\n` };
  if (argv.includes('-q') && argv.includes('-x')) return { exitCode: 0, text: xmlLog(shape, all) };
  const fields = (name: string) => option(argv, name)?.split(',');
  const format = option(argv, '--format') ?? '';
  const gpuFields = fields('--query-gpu');
  if (gpuFields !== undefined) return queryGpu(shape, all, { fields: gpuFields, format });
  const appFields = fields('--query-compute-apps');
  if (appFields !== undefined) return queryApps(all, appFields, format);
  const [unknown] = argv;
  return unknown?.startsWith('--') !== true
    ? error(2, `Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.`)
    : error(255, `ERROR: Option ${unknown} is not recognized. Please run 'nvidia-smi -h'.`);
}

/** Selects GPUs. An unknown index selects none; an unknown UUID is an invalid argument. */
function noSuchGpu(asked: readonly string[]): Answer {
  return asked.every((each) => /^\d+$/.test(each))
    ? { exitCode: 6, text: 'No devices were found\n' }
    : error(2, `ERROR: Option -i is not valid for this command. Please run 'nvidia-smi -h' for help.`);
}

function error(exitCode: number, line: string): Answer {
  return { exitCode, text: `${line}\n\n` };
}

function chosen(argv: readonly string[]): readonly string[] | null {
  const at = argv.indexOf('-i');
  return at < 0 ? null : (argv[at + 1] ?? '').split(',');
}

function option(argv: readonly string[], name: string): string | undefined {
  return argv.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
}
