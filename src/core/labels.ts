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
  /** bytes of RAM that it needs at least */
  ram: 'rma.ram',
  /** `true`: its GPUs are for no other service */
  exclusive: 'rma.exclusive',
  variant: 'rma.variant',
  configHash: 'rma.config-hash',
} as const;

/** Labels of the volumes that are locks and reservations. */
export const LOCK_LABEL = {
  /** `project` or `planning` */
  lock: 'rma.lock',
  /** services with their GPUs and bytes, as JSON */
  reservation: 'rma.reservation',
  nonce: 'rma.nonce',
  command: 'rma.command',
  user: 'rma.user',
  host: 'rma.host',
  pid: 'rma.pid',
  /** ISO 8601, UTC */
  since: 'rma.since',
  machine: 'rma.machine',
  boot: 'rma.boot',
  pidNamespace: 'rma.pid-namespace',
  startTime: 'rma.start-time',
} as const;

/** Label of a container that prunes a store on a schedule: the command that created it. */
export const SCHEDULE_LABEL = 'rma.cache-schedule';

/** Label of a one-off container: the project whose store it mounts. */
export const ONE_OFF_LABEL = 'rma.one-off';
