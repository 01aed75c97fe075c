import { previewSchema, readCacheAnswer, reportSchema } from '../../core/cache/answers.ts';
import type { CacheReport } from '../../core/cache/cache-report.ts';
import type { PrunePreview } from '../../core/cache/plan-sweep.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { CacheStore } from '../../ports/cache-store.ts';
import { askVolume, type VolumeHost, type VolumeInvocation } from '../offline/ask-volume.ts';

/**
 * Returns the care of the store of a project, through the worker image, which is built if it is missing. A missing store is
 * empty. Its methods throw as askVolume, too.
 */
export function volumeCache(host: VolumeHost, invocation: VolumeInvocation, config: RmaConfig): CacheStore {
  return {
    report: async () => {
      const answer = await askVolume(host, invocation, { config, verb: 'cache', input: { preview: null } });
      return answer === null ? EMPTY_REPORT : readCacheAnswer(reportSchema, answer.stdout, answer.image);
    },
    preview: async (policy) => {
      const answer = await askVolume(host, invocation, { config, verb: 'cache', input: { preview: policy } });
      return answer === null ? EMPTY_PREVIEW : readCacheAnswer(previewSchema, answer.stdout, answer.image);
    },
  };
}

const EMPTY_REPORT: CacheReport = {
  entries: [],
  marked: [],
  usage: [],
  diskBytes: 0,
  freeBytes: 0,
  capacityBytes: 0,
};

const EMPTY_PREVIEW: PrunePreview = {
  plan: { entries: [], diskBytes: 0, unmet: [] },
  restored: [],
  due: [],
};
