/** Commands of the worker image for a store, and whether they may change it; `read` mounts the store read-only. */
export const STORE_VERBS = {
  check: 'read',
  recall: 'read',
  inventory: 'read',
  cache: 'read',
  describe: 'read',
  remove: 'write',
  import: 'write',
  'export-bundle': 'read',
  'import-bundle': 'write',
  prune: 'write',
  undo: 'write',
  pin: 'write',
  forget: 'write',
  'last-run': 'read',
  scheduled: 'write',
  verify: 'read',
  'verify-deep': 'write',
  volume: 'read',
  'probe-volume': 'write',
} as const satisfies Readonly<Record<string, 'read' | 'write'>>;

export type StoreVerb = keyof typeof STORE_VERBS;
