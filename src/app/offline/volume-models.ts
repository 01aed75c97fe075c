import { imageKey } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { RmaError } from '../../core/errors.ts';
import { readStoredAnswer, type StoredAnswer } from '../../core/source/stored-answer.ts';
import type { RecallRequest } from '../../core/worker/read-recall-request.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { StoredModels } from '../../ports/stored-models.ts';
import { buildWorkerImage } from '../execute/build-worker-image.ts';
import { observeStore } from '../observe/observe-engine.ts';
import { storeAccess } from '../observe/store-access.ts';
import { runOnStore, type StoreAccess, storeExists } from '../observe/store-container.ts';

export type VolumeHost = Pick<Host, 'engine' | 'docker' | 'files' | 'caller'>;
export type VolumeInvocation = Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>;

/**
 * Returns what the store of a project answers in place of the hubs, through the worker image, which is built if it is
 * missing: only it reaches a volume. A missing store knows nothing.
 */
export function volumeModels(
  host: VolumeHost,
  invocation: VolumeInvocation,
  config: RmaConfig,
): StoredModels {
  const ask = (request: RecallRequest) => askVolume(host, invocation, { config, request });
  return {
    recall: async (refs) => (await ask({ refs, models: [] })).models,
    geometry: async (models) => (await ask({ refs: [], models })).geometry,
  };
}

const NOTHING: StoredAnswer = { models: new Map(), geometry: new Map() };

async function askVolume(
  host: VolumeHost,
  invocation: VolumeInvocation,
  { config, request }: { readonly config: RmaConfig; readonly request: RecallRequest },
): Promise<StoredAnswer> {
  const [snapshot, access] = await Promise.all([observeStore(host), storeAccess(host, invocation, config)]);
  if (!(await storeExists(host, access, snapshot))) return NOTHING;
  if (!snapshot.images.has(imageKey(access.image))) {
    await buildWorkerImage(host, invocation, { tag: access.image, base: config.images.workerBase });
  }
  const outcome = await runOnStore(host, invocation, { access, verb: 'recall', input: request });
  if (outcome.exitCode !== 0) throw unreadable(access, outcome.stderr);
  return readStoredAnswer(outcome.stdout, access.image);
}

function unreadable({ image }: StoreAccess, stderr: string): RmaError {
  return new RmaError(
    'RMA_STORE_UNREADABLE',
    `cannot read the store with ${image}: ${stderr.trim() || 'no output'}`,
    {
      hint: 'check the volume of the store: docker volume inspect, and rma models ls',
    },
  );
}
