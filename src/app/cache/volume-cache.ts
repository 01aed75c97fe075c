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
import { askVolume, type VolumeHost, type VolumeInvocation } from '../offline/ask-volume.ts';

/**
 * Returns the cache operations on the store of a project, through the worker image, which is built if it is missing. A missing store is
 * empty. Its methods throw as askVolume, too.
 */
export function volumeCache(host: VolumeHost, invocation: VolumeInvocation, config: RmaConfig): CacheStore {
  /** Returns the output of a worker command, or the result for a missing store. */
  const ask = async <T>(verb: StoreVerb, input: unknown, { schema, missing }: Answer<T>): Promise<T> => {
    const answer = await askVolume(host, invocation, { config, verb, input });
    return answer === null ? missing : readCacheOutput(schema, answer.stdout, answer.image);
  };
  return {
    report: () => ask('cache', { preview: null }, { schema: reportSchema, missing: NO_REPORT }),
    preview: (policy) => ask('cache', { preview: policy }, { schema: previewSchema, missing: NO_PREVIEW }),
    prune: (policy) =>
      ask('prune', policy, {
        schema: pruneResultSchema,
        missing: { marked: [], deleted: [], restored: [], failed: [], unmet: [] },
      }),
    pin: (models, pinned) => ask('pin', { models, pinned }, { schema: pinChangesSchema, missing: [] }),
    forget: (workers) => ask('forget', workers, { schema: forgottenSchema, missing: [] }),
    undo: (names) =>
      ask('undo', { names }, { schema: undoResultSchema, missing: { restored: [], failed: [] } }),
  };
}

interface Answer<T> {
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
