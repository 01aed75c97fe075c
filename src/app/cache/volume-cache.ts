import type { CacheReport } from '../../core/cache/cache-report.ts';
import type { PrunePreview } from '../../core/cache/plan-sweep.ts';
import {
  forgottenSchema,
  pinChangesSchema,
  previewSchema,
  pruneResultSchema,
  readCacheOutput,
  reportSchema,
  undoResultSchema,
} from '../../core/cache/worker-messages.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { Schema } from '../../core/schema/parse.ts';
import type { StoreVerb } from '../../core/worker/store-verbs.ts';
import type { CacheStore } from '../../ports/cache-store.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from '../offline/run-in-volume.ts';

/**
 * Returns the cache operations on the store of a project, through the worker image, which is built if it is missing. A missing store is
 * empty. Its methods throw as runInVolume, too.
 */
export function volumeCache(host: VolumeHost, invocation: VolumeInvocation, config: RmaConfig): CacheStore {
  /** Returns the output of a worker command, or the result for a missing store. */
  const run = async <T>(verb: StoreVerb, input: unknown, { schema, missing }: Output<T>): Promise<T> => {
    const output = await runInVolume(host, invocation, { config, verb, input });
    return output === null ? missing : readCacheOutput(schema, output.stdout, output.image);
  };
  return {
    report: () => run('cache', { preview: null }, { schema: reportSchema, missing: NO_REPORT }),
    preview: (policy) => run('cache', { preview: policy }, { schema: previewSchema, missing: NO_PREVIEW }),
    prune: (policy) =>
      run('prune', policy, {
        schema: pruneResultSchema,
        missing: { marked: [], deleted: [], restored: [], failed: [], unmet: [] },
      }),
    pin: (models, pinned) => run('pin', { models, pinned }, { schema: pinChangesSchema, missing: [] }),
    forget: (workers) => run('forget', workers, { schema: forgottenSchema, missing: [] }),
    undo: (names) =>
      run('undo', { names }, { schema: undoResultSchema, missing: { restored: [], failed: [] } }),
  };
}

interface Output<T> {
  readonly schema: Schema<T>;
  readonly missing: T;
}

const NO_REPORT: CacheReport = {
  entries: [],
  marked: [],
  usage: [],
  denied: [],
  diskBytes: 0,
  freeBytes: 0,
  capacityBytes: 0,
};

const NO_PREVIEW: PrunePreview = {
  plan: { entries: [], diskBytes: 0, unmet: [] },
  restored: [],
  due: [],
  reused: 0,
};
