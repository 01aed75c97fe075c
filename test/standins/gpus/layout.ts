/** Where a container with a stand-in GPU finds what it got. */
export const INSIDE = {
  /** a file per device, in the driver's order */
  visible: '/usr/local/share/standin-gpus/visible',
  /** who uses how much, shared by all containers and the machine */
  claims: '/usr/local/share/standin-gpus/claims',
  smi: '/usr/bin/nvidia-smi',
} as const;

/** The folder that the engine is started with: RMA_ENGINE_GPUS of scripts/engine.sh. */
export const FOLDER = {
  hook: 'bin/nvidia-container-runtime-hook',
  hookProgram: 'lib/hook.cjs',
  spec: 'cdi/nvidia.json',
  /** for the PATH of rma */
  smi: 'smi',
  /** the one for containers */
  insideSmi: 'lib/nvidia-smi',
  devices: 'devices',
  claims: 'claims',
  settings: 'settings.json',
} as const;

/** Name of a device's file: sorts as the driver does. */
export const deviceFile = (place: number, uuid: string): string =>
  `${String(place).padStart(2, '0')}-${uuid}.json`;
