import type { GpuShape } from './shapes.ts';
import type { Element } from './xml.ts';

/** The elements that differ between schemas, and those that are not parsed. */
export function recovery({ schema }: GpuShape): readonly Element[] {
  if (schema === 'v11') return [];
  if (schema === 'v13') return [['gpu_recovery_action', 'None']];
  return [
    [
      'gpu_reset_status',
      [
        ['reset_required', 'No'],
        ['drain_and_reset_recommended', 'No'],
      ],
    ],
  ];
}

export function clockReasons({ schema }: GpuShape): readonly Element[] {
  const kind = schema === 'v11' ? 'throttle' : 'event';
  const names = ['gpu_idle', 'sw_power_cap', 'hw_slowdown', 'sync_boost', 'sw_thermal_slowdown'];
  return [
    [`clocks_${kind}_reasons`, names.map((name): Element => [`clocks_${kind}_reason_${name}`, 'Not Active'])],
  ];
}

export function power({ schema }: GpuShape): readonly Element[] {
  const limits: readonly Element[] = [
    [schema === 'v11' ? 'power_limit' : 'current_power_limit', '450.00 W'],
    ['max_power_limit', '600.00 W'],
  ];
  if (schema === 'v13') {
    return [
      [
        'gpu_power_readings',
        [
          ['power_state', 'Requested functionality has been deprecated'],
          ['average_power_draw', '22.41 W'],
          ['instant_power_draw', '22.52 W'],
          ...limits,
        ],
      ],
    ];
  }
  const name = schema === 'v11' ? 'power_readings' : 'gpu_power_readings';
  return [[name, [['power_state', 'P8'], ['power_draw', '22.41 W'], ...limits]]];
}

/** Supported clocks: 90 percent of the text, as on real GPUs. */
export function bulk({ schema }: GpuShape): readonly Element[] {
  const deprecated = schema === 'v13' ? 'Requested functionality has been deprecated' : '1275 MHz';
  const supported = [8001, 7601, 5001, 810, 405].map(
    (memory): Element => [
      'supported_mem_clock',
      [
        ['value', `${memory} MHz`],
        ...Array.from(
          { length: 126 },
          (_, step): Element => ['supported_graphics_clock', `${2100 - 15 * step} MHz`],
        ),
      ],
    ],
  );
  return [
    [
      'clocks',
      [
        ['graphics_clock', '210 MHz'],
        ['mem_clock', '405 MHz'],
      ],
    ],
    ['applications_clocks', [['graphics_clock', deprecated]]],
    ['fabric', [['state', 'N/A']]],
    ['supported_clocks', supported],
  ];
}
