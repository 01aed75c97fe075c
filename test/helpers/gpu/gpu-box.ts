import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { tempFolder } from '../files/temp-folder.ts';
import { type GpuShape, SHAPES } from './gpu-box/shapes.ts';
import type { GpuBoxState } from './gpu-box/state.ts';

/** A machine with stand-in GPUs. */
export interface GpuBox {
  /** a directory with `nvidia-smi`, to prepend to PATH */
  readonly path: string;
  /** UUIDs of the GPUs, in index order */
  readonly uuids: readonly string[];
  /** UUIDs of the MIG devices, in GPU order */
  readonly migUuids: readonly string[];
  /** Changes the GPUs or what runs on them. */
  set(state: GpuBoxState): void;
}

const PROGRAM = fileURLToPath(new URL('gpu-box/programs/nvidia-smi.ts', import.meta.url));
let bundled: Promise<string> | null = null;

/** Puts a stand-in `nvidia-smi` into a temporary directory, or into that of the caller. */
export async function gpuBox(state: GpuBoxState, folder = tempFolder()): Promise<GpuBox> {
  bundled ??= bundle();
  const program = await bundled;
  let current = state;
  const set = (next: GpuBoxState): void => {
    current = next;
    place(folder, program, next);
  };
  set(state);
  return {
    path: folder,
    get uuids() {
      return gpusOf(current).map(({ uuid }) => uuid);
    },
    get migUuids() {
      return gpusOf(current).flatMap(({ mig = [] }) => mig.map(({ uuid }) => uuid));
    },
    set,
  };
}

function gpusOf({ shape }: GpuBoxState): GpuShape['gpus'] {
  const found = SHAPES[shape];
  return found.kind === 'gpus' ? found.gpus : [];
}

function place(folder: string, program: string, state: GpuBoxState): void {
  replace(join(folder, 'state.json'), JSON.stringify(state));
  replace(join(folder, 'nvidia-smi.cjs'), program);
  const command = join(folder, 'nvidia-smi');
  if (SHAPES[state.shape].kind === 'none') rmSync(command, { force: true });
  else replace(command, `#!/bin/sh\nexec "${process.execPath}" "${join(folder, 'nvidia-smi.cjs')}" "$@"\n`);
}

/** Writes atomically, because the stand-in may start at any time. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [PROGRAM],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
