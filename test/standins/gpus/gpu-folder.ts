import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { SHAPES } from '../../helpers/gpu/gpu-box/shapes.ts';
import type { GpuBoxState } from '../../helpers/gpu/gpu-box/state.ts';
import { type GpuBox, gpuBox } from '../../helpers/gpu/gpu-box.ts';
import { cdiSpec } from './cdi-spec.ts';
import { type Device, devicesOf } from './devices.ts';
import { FOLDER } from './layout.ts';

/** The GPU support of a machine for its engine, and for stand-in engines in containers. */
export interface Offer {
  /** the engine supports `driver: nvidia`, which it detects at startup */
  readonly hook?: boolean;
  /** the engine supports `driver: cdi` */
  readonly cdi?: boolean;
  /** a fault: a request for the first GPU gets the second */
  readonly instead?: Readonly<Record<string, string>>;
  /** simulated MiB of models, by served name, because their files are tiny */
  readonly needs?: Readonly<Record<string, number>>;
}

/** A machine with stand-in GPUs that a real engine can give to containers. */
export interface GpuFolder {
  /** for RMA_ENGINE_GPUS */
  readonly folder: string;
  /** its `path` is prepended to the PATH of rma */
  readonly box: GpuBox;
  /** full names of the devices in its CDI specification, one of which is new after each change */
  readonly cdiDevices: readonly string[];
  /** Changes the machine. Running containers keep their devices. */
  set(state: GpuBoxState, offer?: Offer): void;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Fills a directory, whose path must not contain quotes, for `RMA_ENGINE_GPUS=… scripts/engine.sh up`. */
export async function gpuFolder(folder: string, state: GpuBoxState, offer?: Offer): Promise<GpuFolder> {
  for (const name of ['bin', 'cdi', 'lib', FOLDER.smi, FOLDER.devices, FOLDER.claims]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  // any user of any container declares its memory there
  chmodSync(join(folder, FOLDER.claims), 0o1777);
  place(join(folder, FOLDER.hookProgram), await bundled());
  place(join(folder, FOLDER.insideSmi), readFileSync(here('nvidia-smi.sh'), 'utf8'));
  const claims = join(folder, FOLDER.claims);
  const box = await gpuBox({ ...state, claims }, join(folder, FOLDER.smi));
  let cdiDevices: readonly string[] = [];
  const set = (next: GpuBoxState, kit: Offer = { hook: true, cdi: true }): void => {
    box.set({ ...next, claims });
    cdiDevices = describe(folder, next, kit);
  };
  set(state, offer);
  return {
    folder,
    box,
    get cdiDevices() {
      return cdiDevices;
    },
    set,
  };
}

function devicesOfState(state: GpuBoxState): readonly Device[] {
  const shape = SHAPES[state.shape];
  return shape.kind === 'gpus' ? devicesOf(shape) : [];
}

/** Writes the description of the GPUs. Returns the full names of the CDI devices. */
function describe(
  folder: string,
  state: GpuBoxState,
  { hook, cdi, instead = {}, needs = {} }: Offer,
): readonly string[] {
  const devices = devicesOfState(state);
  for (const device of devices) {
    place(join(folder, FOLDER.devices, `${device.uuid}.json`), JSON.stringify(device));
  }
  // the stand-ins also read the memory of others there
  place(join(folder, FOLDER.claims, 'foreign.json'), JSON.stringify(state.foreign ?? []));
  place(join(folder, FOLDER.claims, '.needs'), JSON.stringify(needs));
  place(join(folder, FOLDER.settings), JSON.stringify({ devices, instead }));
  const program = join(folder, FOLDER.hookProgram);
  const script = `#!/bin/sh\nexec "${process.execPath}" "${program}" "${folder}"\n`;
  put(join(folder, FOLDER.hook), hook ? script : null);
  // written in place, because the engine does not detect a file moved into the directory
  const path = join(folder, FOLDER.spec);
  const spec = cdi && devices.length > 0 ? cdiSpec(folder, { devices, instead }, randomUUID()) : null;
  if (spec === null) rmSync(path, { force: true });
  else writeFileSync(path, spec.text);
  return spec?.names ?? [];
}

function put(path: string, text: string | null): void {
  if (text === null) rmSync(path, { force: true });
  else place(path, text);
}

/** Writes atomically, because an engine or a container may be reading. */
function place(path: string, text: string): void {
  const beside = join(dirname(path), '..', '.new');
  writeFileSync(beside, text);
  chmodSync(beside, 0o755);
  renameSync(beside, path);
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('programs/nvidia-container-runtime-hook.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
