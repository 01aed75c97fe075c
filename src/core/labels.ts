/** Labels by which rma finds its containers, networks and volumes from any directory. */
export const LABEL = {
  project: 'rma.project',
  profile: 'rma.profile',
  service: 'rma.service',
  models: 'rma.models',
  configHash: 'rma.config-hash',
} as const;
