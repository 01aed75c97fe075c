import { hostFault } from './host-fault.ts';

/** Error codes of a start that fails because the driver or its toolkit cannot provide a GPU. */
const GPU_CODES: ReadonlySet<string> = new Set([
  'RMA_GPU_TOOLKIT_MISSING',
  'RMA_GPU_CDI_STALE',
  'RMA_GPU_GONE',
  'RMA_GPU_NOT_READY',
]);

/** Returns whether the engine could not start a container because its GPU was not available; `error` is the engine's text. */
export function isGpuStartFault(error: string): boolean {
  const fault = hostFault(error);
  return fault !== null && GPU_CODES.has(fault.code);
}

/** Returns why the engine did not start a stopped container, in one line. */
export function startFaultText(error: string): string {
  if (isGpuStartFault(error)) return 'engine never started: GPU was not available at boot';
  return `its last start failed: ${hostFault(error)?.message ?? error.trim().split('\n').at(-1) ?? ''}`;
}
