/** Paths in a container with a stand-in GPU. */
export const INSIDE = {
  /** a file per device, in driver order */
  visible: '/usr/local/share/standin-gpus/visible',
  /** memory use, shared by all containers and the machine */
  claims: '/usr/local/share/standin-gpus/claims',
  smi: '/usr/bin/nvidia-smi',
} as const;

/** The directory RMA_ENGINE_GPUS of scripts/engine.sh. */
export const FOLDER = {
  hook: 'bin/nvidia-container-runtime-hook',
  hookProgram: 'lib/hook.cjs',
  spec: 'cdi/nvidia.json',
  /** for the PATH of rma */
  smi: 'smi',
  /** for containers */
  insideSmi: 'lib/nvidia-smi',
  devices: 'devices',
  claims: 'claims',
  settings: 'settings.json',
} as const;

/** Returns the file name of a device, which sorts in driver order. */
export const deviceFile = (place: number, uuid: string): string =>
  `${String(place).padStart(2, '0')}-${uuid}.json`;
