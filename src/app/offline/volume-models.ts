import type { RmaConfig } from '../../core/domain/config.ts';
import { readStoredAnswer, type StoredAnswer } from '../../core/source/stored-answer.ts';
import type { RecallRequest } from '../../core/worker/read-recall-request.ts';
import type { StoredModels } from '../../ports/stored-models.ts';
import { runInVolume, type VolumeHost, type VolumeInvocation } from './run-in-volume.ts';

/**
 * Returns what the store of a project returns instead of the hubs, through the worker image, which is built if it is
 * missing. A missing store has no models.
 */
export function volumeModels(
  host: VolumeHost,
  invocation: VolumeInvocation,
  config: RmaConfig,
): StoredModels {
  const recall = async (request: RecallRequest): Promise<StoredAnswer> => {
    const output = await runInVolume(host, invocation, { config, verb: 'recall', input: request });
    return output === null ? NOTHING : readStoredAnswer(output.stdout, output.image);
  };
  return {
    recall: async (refs) => (await recall({ refs, models: [] })).models,
    geometry: async (models) => (await recall({ refs: [], models })).geometry,
  };
}

const NOTHING: StoredAnswer = { models: new Map(), geometry: new Map() };
