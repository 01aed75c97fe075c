/** Labels by which rma finds its containers, networks and volumes from any directory. */
export const LABEL = {
  project: 'rma.project',
  profile: 'rma.profile',
  service: 'rma.service',
  models: 'rma.models',
  /** of a worker: the engine services it uses, separated by spaces */
  engines: 'rma.engines',
  /** UUIDs of GPUs and MIG devices, separated by spaces */
  gpus: 'rma.gpus',
  /** bytes reserved on each of them */
  memory: 'rma.memory',
  variant: 'rma.variant',
  configHash: 'rma.config-hash',
} as const;
