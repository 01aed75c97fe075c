/** Values as printed by the driver; sizes in MiB. */
export interface ShapeMig {
  readonly uuid: string;
  readonly profile: string;
  readonly gpuInstance: number;
  readonly totalMib: number;
}

export interface ShapeGpu {
  readonly uuid: string;
  readonly name: string;
  readonly brand: string;
  readonly architecture: string;
  readonly busId: string;
  readonly computeCap: string;
  /** null: no memory of its own */
  readonly totalMib: number | null;
  readonly reservedMib: number;
  /** reserved by the driver */
  readonly idleMib: number;
  readonly mig?: readonly ShapeMig[];
  /** supports MIG, which is disabled */
  readonly migDisabled?: boolean;
  /** added by the driver to the memory of each process; default 0 */
  readonly perProcessMib?: number;
  /** `told`: every value is an error; `fatal`: any query that includes this GPU fails */
  readonly lost?: 'told' | 'fatal';
}

export interface GpuShape {
  readonly kind: 'gpus';
  readonly schema: 'v11' | 'v12' | 'v13';
  readonly driver: string;
  readonly cuda: string;
  /** fields of `--query-gpu` that this driver does not support */
  readonly unknownFields?: readonly string[];
  readonly gpus: readonly ShapeGpu[];
}

/** Prints this for any command line. */
interface FaultShape {
  readonly kind: 'fault';
  readonly exitCode: number;
  readonly text: string;
}

type Shape = GpuShape | FaultShape | { readonly kind: 'none' } | { readonly kind: 'hang' };

const GEFORCE = { brand: 'GeForce', reservedMib: 450, idleMib: 1 } as const;
const NEW_DRIVER = { kind: 'gpus', schema: 'v13', driver: '580.95.05', cuda: '13.0' } as const;
const DRIVER = { kind: 'gpus', schema: 'v12', driver: '550.127.08', cuda: '12.4' } as const;

const rtx4090 = (uuid: string, bus: string): ShapeGpu => ({
  ...GEFORCE,
  uuid,
  name: 'NVIDIA GeForce RTX 4090',
  architecture: 'Ada Lovelace',
  busId: `00000000:${bus}:00.0`,
  computeCap: '8.9',
  totalMib: 24_564,
});
const FIRST_4090 = rtx4090('GPU-5f1c2a9e-0d4b-4c56-9a11-3e2f6b7c8d90', '01');
const SECOND_4090 = rtx4090('GPU-c07d11b2-93aa-8e01-4f6d-71b20c95e3fa', '41');
const RTX_3070: ShapeGpu = {
  ...GEFORCE,
  uuid: 'GPU-2b9e4c71-6f18-d3a5-0c72-98e1b4d65f03',
  name: 'NVIDIA GeForce RTX 3070',
  architecture: 'Ampere',
  busId: '00000000:61:00.0',
  computeCap: '8.6',
  totalMib: 8192,
  reservedMib: 217,
};
const H100_BUSES = ['0F', '1A', '44', '53', '87', '9C', 'C6', 'DB'] as const;
const h100 = (bus: string, index: number): ShapeGpu => ({
  uuid: `GPU-${'d4'.repeat(3)}${index}0-7e35-12c9-b806-5a9f3c41e2${index}7`,
  name: 'NVIDIA H100 80GB HBM3',
  brand: 'NVIDIA',
  architecture: 'Hopper',
  busId: `00000000:${bus}:00.0`,
  computeCap: '9.0',
  totalMib: 81_559,
  reservedMib: 575,
  idleMib: 4,
});
/** As recorded: test/standins/gpus/recorded/h100-80gb. */
const RECORDED_H100: ShapeGpu = {
  uuid: 'GPU-7c1f9a52-4d0e-b38a-91c6-e05d2a7743bf',
  name: 'NVIDIA H100 80GB HBM3',
  brand: 'NVIDIA',
  architecture: 'Hopper',
  busId: '00000000:00:06.0',
  computeCap: '9.0',
  totalMib: 81_559,
  reservedMib: 480,
  idleMib: 0,
  migDisabled: true,
  perProcessMib: 9,
};
const A100_MIG: ShapeGpu = {
  uuid: 'GPU-91be7f30-52d6-4a08-e7c3-06fd2b8a4c15',
  name: 'NVIDIA A100-SXM4-40GB',
  brand: 'NVIDIA',
  architecture: 'Ampere',
  busId: '00000000:07:00.0',
  computeCap: '8.0',
  totalMib: 40_960,
  reservedMib: 665,
  idleMib: 25,
  mig: [
    {
      uuid: 'MIG-3d0a6b94-1f27-5c8e-a461-b92e70d35f8c',
      profile: '3g.20gb',
      gpuInstance: 1,
      totalMib: 19_968,
    },
    {
      uuid: 'MIG-e85c1d42-70ba-5936-8d0f-24a7c6193be5',
      profile: '3g.20gb',
      gpuInstance: 2,
      totalMib: 19_968,
    },
  ],
};
const GB10: ShapeGpu = {
  uuid: 'GPU-0a7c94d6-e1b8-3f52-6d09-c45f87e2b31a',
  name: 'NVIDIA GB10',
  brand: 'NVIDIA',
  architecture: 'Blackwell',
  busId: '0000000F:01:00.0',
  computeCap: '12.1',
  totalMib: null,
  reservedMib: 0,
  idleMib: 0,
};
const TWICE_24: GpuShape = { ...NEW_DRIVER, gpus: [FIRST_4090, SECOND_4090] };

/** Machines for tests. Error messages and exit codes are those of nvidia-smi. */
export const SHAPES = {
  'none-installed': { kind: 'none' },
  'driver-not-loaded': {
    kind: 'fault',
    exitCode: 9,
    text: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n\n",
  },
  'no-device': { kind: 'fault', exitCode: 6, text: 'No devices were found\n' },
  'nvml-missing': {
    kind: 'fault',
    exitCode: 12,
    text: "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA Display Driver is properly installed and present in your system.\nPlease also try adding directory that contains libnvidia-ml.so to your system PATH.\n",
  },
  'version-mismatch': {
    kind: 'fault',
    exitCode: 18,
    text: 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95\n',
  },
  'no-permission': {
    kind: 'fault',
    exitCode: 4,
    text: 'Failed to initialize NVML: Insufficient Permissions\n',
  },
  'unknown-error': { kind: 'fault', exitCode: 255, text: 'Failed to initialize NVML: Unknown Error\n' },
  garbage: { kind: 'fault', exitCode: 0, text: '<html><body>\u0000\u0001 <gpu id="&&">]]> NaN MiB\n' },
  hang: { kind: 'hang' },
  '1x24': { ...NEW_DRIVER, gpus: [FIRST_4090] },
  '1x8': { ...DRIVER, gpus: [RTX_3070] },
  '2x24': TWICE_24,
  '24+8': { ...DRIVER, gpus: [FIRST_4090, RTX_3070] },
  '1x80': { ...NEW_DRIVER, driver: '580.159.04', gpus: [RECORDED_H100] },
  '8x80': { ...NEW_DRIVER, gpus: H100_BUSES.map(h100) },
  mig: { ...DRIVER, gpus: [A100_MIG] },
  unified: { ...NEW_DRIVER, gpus: [GB10] },
  'lost-gpu': { ...TWICE_24, gpus: [FIRST_4090, { ...SECOND_4090, lost: 'fatal' }] },
  'lost-gpu-told': { ...TWICE_24, gpus: [{ ...FIRST_4090, lost: 'told' }, SECOND_4090] },
  'old-driver': {
    kind: 'gpus',
    schema: 'v11',
    driver: '470.256.02',
    cuda: '11.4',
    unknownFields: ['compute_cap', 'memory.reserved'],
    gpus: [RTX_3070],
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;
