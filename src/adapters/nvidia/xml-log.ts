import * as z from 'zod/mini';
import type { Schema } from '../../core/schema/parse.ts';
import { listOfValid, orNull } from '../../core/schema/rules.ts';

const text = orNull(z.string());

const memory = z.object({ total: text, reserved: text, used: text, free: text });

const migDevice = z.object({
  index: text,
  gpu_instance_id: text,
  compute_instance_id: text,
  fb_memory_usage: orNull(memory),
});

const processInfo = z.object({
  pid: text,
  process_name: text,
  type: text,
  used_memory: text,
  gpu_instance_id: text,
  compute_instance_id: text,
});

// `power_draw` to driver 535, two values since; `power_readings` in schema v11
const powerReadings = z.object({ power_draw: text, average_power_draw: text, instant_power_draw: text });

const gpu = z.object({
  '@id': text,
  uuid: text,
  product_name: text,
  gpu_recovery_action: text,
  pci: orNull(z.object({ pci_bus_id: text })),
  fb_memory_usage: orNull(memory),
  utilization: orNull(z.object({ gpu_util: text })),
  temperature: orNull(z.object({ gpu_temp: text })),
  gpu_power_readings: orNull(powerReadings),
  power_readings: orNull(powerReadings),
  mig_mode: orNull(z.object({ current_mig: text })),
  mig_devices: orNull(z.object({ mig_device: elements(migDevice) })),
  // an empty element is an empty text
  processes: orNull(z.union([z.string(), z.object({ process_info: elements(processInfo) })])),
  gpu_reset_status: orNull(z.object({ reset_required: text })),
});

export type MemoryElement = z.output<typeof memory>;
export type MigElement = z.output<typeof migDevice>;
export type ProcessElement = z.output<typeof processInfo>;
export type GpuElement = z.output<typeof gpu>;

/**
 * A log of `nvidia-smi -q -x`, schema v11 to v13, as far as rma reads it. Its manual page does not promise a stable
 * output, so that every element may be missing or of another type, and is null then.
 */
export const xmlLog = z.object({
  nvidia_smi_log: z.object({ driver_version: text, cuda_version: text, gpu: elements(gpu) }),
});

/** Returns a schema for elements of one name: none if they are missing. */
function elements<T>(element: Schema<T>): Schema<readonly T[]> {
  return z.catch(listOfValid(element), []);
}
