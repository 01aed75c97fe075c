import type { RmaConfig } from '../../core/domain/config.ts';
import { readStoredAnswer, type StoredAnswer } from '../../core/source/stored-answer.ts';
import type { RecallRequest } from '../../core/worker/read-recall-request.ts';
import type { StoredModels } from '../../ports/stored-models.ts';
import { askVolume, type VolumeHost, type VolumeInvocation } from './ask-volume.ts';

/**
 * Returns what the store of a project returns instead of the hubs, through the worker image, which is built if it is
 * missing. A missing store has no models.
 */
export function volumeModels(
  host: VolumeHost,
  invocation: VolumeInvocation,
  config: RmaConfig,
): StoredModels {
  const ask = async (request: RecallRequest): Promise<StoredAnswer> => {
    const answer = await askVolume(host, invocation, { config, verb: 'recall', input: request });
    return answer === null ? NOTHING : readStoredAnswer(answer.stdout, answer.image);
  };
  return {
    recall: async (refs) => (await ask({ refs, models: [] })).models,
    geometry: async (models) => (await ask({ refs: [], models })).geometry,
  };
}

const NOTHING: StoredAnswer = { models: new Map(), geometry: new Map() };
