import { bulk, clockReasons, power, recovery } from './gpu-parts.ts';
import type { Reading } from './readings.ts';
import type { GpuShape } from './shapes.ts';
import type { Element } from './xml.ts';

/** Returns `<gpu>` with the elements of that schema and the current values. */
export function gpuElement(shape: GpuShape, reading: Reading): Element {
  const { gpu } = reading;
  const whole: readonly Element[] = [
    ...identity(shape, reading),
    ...recovery(shape),
    ...pci(reading),
    ['fan_speed', gpu.mig === undefined ? '30 %' : 'N/A'],
    ['performance_state', reading.busy ? 'P0' : 'P8'],
    ...clockReasons(shape),
    memoryElement('fb_memory_usage', reading.memory, shape),
    [
      'bar1_memory_usage',
      [
        ['total', '256 MiB'],
        ['used', '5 MiB'],
        ['free', '251 MiB'],
      ],
    ],
    ['compute_mode', 'Default'],
    utilization(reading),
    ['ecc_mode', named('ecc', 'N/A')],
    ['retired_pages', [['pending_retirement', 'N/A']]],
    [
      'temperature',
      [
        ['gpu_temp', '41 C'],
        ['gpu_temp_tlimit', 'N/A'],
        ['gpu_temp_max_threshold', '98 C'],
        ['memory_temp', 'N/A'],
      ],
    ],
    ...power(shape),
    ...bulk(shape),
    processes(shape, reading),
    ['accounted_processes', []],
  ];
  const attributes = ` id="${gpu.busId}"`;
  return gpu.lost === undefined ? ['gpu', whole, attributes] : ['gpu', whole.map(lost), attributes];
}

/** A GPU that fell off the bus has the same error in every value, except those of the system. */
function lost([name, content, attributes]: Element): Element {
  if (name === 'pci') return [name, content];
  return [name, typeof content === 'string' ? 'GPU is lost' : content.map(lost), attributes ?? ''];
}

function identity({ schema, driver }: GpuShape, { gpu, index, mig }: Reading): readonly Element[] {
  return [
    ['product_name', gpu.name],
    ['product_brand', gpu.brand],
    ['product_architecture', gpu.architecture],
    ['display_mode', schema === 'v13' ? 'Requested functionality has been deprecated' : 'Disabled'],
    ['display_active', 'Disabled'],
    ['persistence_mode', 'Enabled'],
    ['mig_mode', named('mig', gpu.mig === undefined ? (gpu.migDisabled ? 'Disabled' : 'N/A') : 'Enabled')],
    mig.length === 0 ? ['mig_devices', '\nNone'] : ['mig_devices', mig.map(migDevice)],
    ['accounting_mode', 'Disabled'],
    ['driver_model', named('dm', 'N/A')],
    ['serial', schema === 'v11' ? '' : 'N/A'],
    ['uuid', gpu.uuid],
    ['minor_number', String(index)],
    ['vbios_version', '94.02.6D.00.0D'],
    ['multigpu_board', 'No'],
    ['gsp_firmware_version', driver],
  ];
}

function migDevice({ shape, index, memory }: Reading['mig'][number]): Element {
  return [
    'mig_device',
    [
      ['index', String(index)],
      ['gpu_instance_id', String(shape.gpuInstance)],
      ['compute_instance_id', '0'],
      ['device_attributes', [['shared', [['multiprocessor_count', '42']]]]],
      memoryElement('fb_memory_usage', memory, { schema: 'v12' }),
      [
        'bar1_memory_usage',
        [
          ['total', '32767 MiB'],
          ['used', '0 MiB'],
          ['free', '32767 MiB'],
        ],
      ],
    ],
  ];
}

function pci({ gpu }: Reading): readonly Element[] {
  const [domain = '', bus = ''] = gpu.busId.split(':');
  return [
    [
      'pci',
      [
        ['pci_bus', bus],
        ['pci_device', '00'],
        ['pci_domain', domain.slice(4)],
        ['pci_bus_id', gpu.busId],
        ['tx_util', '488 KB/s'],
        ['rx_util', '439 KB/s'],
      ],
    ],
  ];
}

function memoryElement(
  name: string,
  memory: Reading['memory'],
  { schema }: Pick<GpuShape, 'schema'>,
): Element {
  const size = (mib: number | null): string => (mib === null ? 'N/A' : `${mib} MiB`);
  const reserved: readonly Element[] = schema === 'v11' ? [] : [['reserved', size(memory.reserved)]];
  return [
    name,
    [['total', size(memory.total)], ...reserved, ['used', size(memory.used)], ['free', size(memory.free)]],
  ];
}

function utilization({ gpu, busy }: Reading): Element {
  const load = gpu.mig === undefined ? (busy ? '37 %' : '0 %') : 'N/A';
  return [
    'utilization',
    [
      ['gpu_util', load],
      ['memory_util', load],
      ['encoder_util', '0 %'],
      ['decoder_util', '0 %'],
    ],
  ];
}

function processes({ schema }: GpuShape, { processes: own, gpu }: Reading): Element {
  return [
    'processes',
    own.map((process): Element => {
      const slice = gpu.mig?.find(({ uuid }) => uuid === process.gpu);
      return [
        'process_info',
        [
          ['gpu_instance_id', slice === undefined ? 'N/A' : String(slice.gpuInstance)],
          ['compute_instance_id', slice === undefined ? 'N/A' : '0'],
          ['pid', String(process.pid)],
          ['type', schema === 'v13' && process.name.includes('Xorg') ? 'G' : 'C'],
          ['process_name', process.name],
          ['used_memory', `${process.mib} MiB`],
        ],
      ];
    }),
  ];
}

function named(what: string, value: string): readonly Element[] {
  return [
    [`current_${what}`, value],
    [`pending_${what}`, value],
  ];
}
