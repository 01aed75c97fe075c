import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { diskFiles } from '../../../src/adapters/files/disk-files.ts';
import { NvidiaSmi } from '../../../src/adapters/nvidia/nvidia-smi.ts';
import type { GpuInventory } from '../../../src/core/domain/gpu.ts';
import type { GpuBoxState } from './gpu-box/state.ts';
import { type GpuBox, gpuBox } from './gpu-box.ts';

type Options = Partial<ConstructorParameters<typeof NvidiaSmi>[1]>;

/** Probes the GPUs of a stand-in machine like rma; PATH contains only its `nvidia-smi`. */
export async function probe(box: Pick<GpuBox, 'path'>, options: Options = {}): Promise<GpuInventory> {
  const runner = new LocalRunner({ PATH: box.path });
  const smi = new NvidiaSmi(runner, { files: diskFiles, wslProgram: '/nonexistent/nvidia-smi', ...options });
  return smi.probe(new AbortController().signal);
}

export async function probeShape(state: GpuBoxState, options: Options = {}): Promise<GpuInventory> {
  return probe(await gpuBox(state), options);
}
