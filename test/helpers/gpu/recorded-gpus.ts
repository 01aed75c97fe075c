import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '../files/temp-folder.ts';

/** What was running on the H100 when its output was recorded: test/standins/gpus/recorded/README.md. */
export type RecordedMoment = 'idle' | 'processes' | 'busy' | 'nearly-full' | 'full' | 'other-pid-namespace';

/** `log`: the XML log is damaged. `newest-fields`: the driver rejects the fields that old drivers lack. */
type Refusal = 'log' | 'newest-fields';

interface RecordedAnswer {
  readonly exitCode: number;
  readonly text: string;
}

interface Failures {
  readonly refused: readonly (RecordedAnswer & { readonly argv: readonly string[] })[];
  readonly faults: Readonly<
    Record<string, { readonly log: RecordedAnswer; readonly list: RecordedAnswer } | undefined>
  >;
}

const RECORDED = fileURLToPath(new URL('../../standins/gpus/recorded/h100-80gb', import.meta.url));
const NEWEST =
  'index,uuid,pci.bus_id,driver_version,memory.total,memory.reserved,memory.used,memory.free,utilization.gpu,temperature.gpu,mig.mode.current,compute_cap,name';
const OLD =
  'index,uuid,pci.bus_id,driver_version,memory.total,memory.used,memory.free,utilization.gpu,temperature.gpu,name';

/** The recorded command lines of nvidia-smi, by file name. */
export const RECORDED_ARGV = {
  'log.xml': '-q -x',
  'list.txt': '-L',
  'capabilities.csv': '--query-gpu=uuid,compute_cap --format=csv,noheader',
  'gpus.csv': `--query-gpu=${NEWEST} --format=csv,noheader,nounits`,
  'gpus-old-fields.csv': `--query-gpu=${OLD} --format=csv,noheader,nounits`,
  'processes.csv': '--query-compute-apps=gpu_uuid,pid,used_memory,process_name --format=csv,noheader,nounits',
} as const;

/** Returns what the machine printed to stdout. */
export function recordedAnswer(moment: RecordedMoment, file: keyof typeof RECORDED_ARGV): string {
  return readFileSync(join(RECORDED, moment, file), 'utf8');
}

/** Returns the recorded failures: rejected command lines, and answers without driver, device files or library. */
export function recordedFailures(): Failures {
  return JSON.parse(readFileSync(join(RECORDED, 'failures.json'), 'utf8')) as Failures;
}

/**
 * Creates a directory for PATH with an `nvidia-smi` that replays one moment, or the output of `scripts/record-gpu.sh` in a
 * directory, and rejects any other command line.
 */
export function recordedBox(
  recording: RecordedMoment | { readonly folder: string },
  refusals: readonly Refusal[] = [],
): { readonly path: string } {
  const path = tempFolder();
  const folder = typeof recording === 'string' ? join(RECORDED, recording) : recording.folder;
  const cases = Object.entries(RECORDED_ARGV).map(([file, argv]) => {
    if (file === 'log.xml' && refusals.includes('log')) {
      return `'${argv}') echo '<nvidia_smi_log><gpu></nvidia'; exit 0 ;;`;
    }
    if (argv.includes('compute_cap') && refusals.includes('newest-fields')) {
      return `'${argv}') echo 'Field "compute_cap" is not a valid field to query.'; echo; exit 2 ;;`;
    }
    return `'${argv}') exec /bin/cat '${join(folder, file)}' ;;`;
  });
  const program = join(path, 'nvidia-smi');
  const unknown = `echo "ERROR: Option $1 is not recognized. Please run 'nvidia-smi -h'."; echo; exit 255`;
  writeFileSync(program, `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\nesac\n${unknown}\n`);
  chmodSync(program, 0o755);
  return { path };
}
