import { execFileSync } from 'node:child_process';
import type { BoxProcess } from './state.ts';

const MIB = 1024 * 1024;

interface Inspected {
  readonly Path: string;
  readonly State: { readonly Pid: number };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
}

/** Returns a process for each GPU of each running container with the label `rma.gpus`, from Docker in PATH. */
export function dockerProcesses(factor: number): readonly BoxProcess[] {
  const ids = docker('ps', '--quiet', '--no-trunc', '--filter', 'label=rma.gpus')
    .split('\n')
    .filter((id) => id !== '');
  if (ids.length === 0) return [];
  const containers = JSON.parse(docker('inspect', ...ids) || '[]') as readonly Inspected[];
  return containers.flatMap(({ Path, State, Config: { Labels } }) =>
    (Labels['rma.gpus'] ?? '')
      .split(' ')
      .filter((gpu) => gpu !== '' && State.Pid > 0)
      .map((gpu) => ({
        pid: State.Pid,
        name: Path,
        mib: Math.round((Number(Labels['rma.memory'] ?? 0) * factor) / MIB),
        gpu,
      })),
  );
}

/** A stopped engine has no containers that use a GPU. */
function docker(...args: readonly string[]): string {
  try {
    return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
