/** Labels by which rma finds its containers, networks and volumes from any directory. */
export const LABEL = {
  project: 'rma.project',
  profile: 'rma.profile',
  service: 'rma.service',
  models: 'rma.models',
  /** of a worker: the engine services it uses, blanks between them */
  engines: 'rma.engines',
  /** UUIDs of GPUs and MIG devices, blanks between them */
  gpus: 'rma.gpus',
  /** bytes promised on each of them */
  memory: 'rma.memory',
  variant: 'rma.variant',
  configHash: 'rma.config-hash',
} as const;
