import type { GpuShape, ShapeGpu, ShapeMig } from './shapes.ts';
import type { BoxProcess } from './state.ts';

interface Memory {
  readonly total: number | null;
  readonly reserved: number | null;
  readonly used: number | null;
  readonly free: number | null;
}

interface MigReading {
  readonly shape: ShapeMig;
  readonly index: number;
  readonly memory: Memory;
}

/** The current values of one GPU; sizes in MiB. */
export interface Reading {
  readonly gpu: ShapeGpu;
  readonly index: number;
  readonly memory: Memory;
  readonly mig: readonly MigReading[];
  readonly processes: readonly BoxProcess[];
  readonly busy: boolean;
}

const UNTOLD: Memory = { total: null, reserved: null, used: null, free: null };

/** A shape with these processes running on it. */
export function readings({ gpus }: GpuShape, processes: readonly BoxProcess[]): readonly Reading[] {
  return gpus.map((gpu, index) => {
    const slices = gpu.mig ?? [];
    const own = processes.filter(
      (process) => process.gpu === gpu.uuid || slices.some(({ uuid }) => uuid === process.gpu),
    );
    return {
      gpu,
      index,
      memory: wholeMemory(gpu, own),
      mig: slices.map((shape, at) => ({ shape, index: at, memory: sliceMemory(shape, own) })),
      processes: own,
      busy: own.length > 0,
    };
  });
}

/** A GPU in MIG mode reports its size, but not its use. */
function wholeMemory(gpu: ShapeGpu, own: readonly BoxProcess[]): Memory {
  const { totalMib, reservedMib, idleMib, mig, perProcessMib = 0 } = gpu;
  if (totalMib === null) return UNTOLD;
  if (mig !== undefined) return { ...UNTOLD, total: totalMib, reserved: reservedMib };
  return filled(totalMib, reservedMib, idleMib + sum(own) + own.length * perProcessMib);
}

function sliceMemory({ uuid, totalMib }: ShapeMig, own: readonly BoxProcess[]): Memory {
  return filled(totalMib, 0, 12 + sum(own.filter(({ gpu }) => gpu === uuid)));
}

function filled(total: number, reserved: number, wanted: number): Memory {
  const used = Math.min(wanted, total - reserved);
  return { total, reserved, used, free: total - reserved - used };
}

function sum(processes: readonly BoxProcess[]): number {
  return processes.reduce((total, { mib }) => total + mib, 0);
}
