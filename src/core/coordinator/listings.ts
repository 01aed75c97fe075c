import type { Registration } from '../domain/registration.ts';
import type { Registry } from './registry.ts';

/** Response to `GET /v1/workers`, sorted by ID. */
export interface WorkerListing {
  readonly workers: readonly (Registration & { readonly leaseSecondsLeft: number })[];
}

/** Response to `GET /v1/models`: an OpenAI model list with the workers that serve each model. */
export interface ModelListing {
  readonly object: 'list';
  readonly data: readonly ListedModel[];
}

export interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  /** Unix seconds: start of the longest-running worker that serves it */
  readonly created: number;
  readonly owned_by: 'rma';
  readonly workers: readonly ModelPlace[];
}

export interface ModelPlace {
  readonly worker: string;
  readonly host: string;
  readonly endpoint: string;
  readonly engine: string;
  readonly state: Registration['state'];
}

/** Returns all workers with the remaining seconds of their leases. */
export function listWorkers(registry: Registry, nowMs: number): WorkerListing {
  const workers = [...registry.values()]
    .map(({ registration, expiresAtMs }) => ({
      ...registration,
      leaseSecondsLeft: Math.max(0, Math.ceil((expiresAtMs - nowMs) / 1000)),
    }))
    .sort((a, b) => compare(a.id, b.id));
  return { workers };
}

/** Returns the models of workers that accept requests; a draining worker serves none. */
export function listModels(registry: Registry): ModelListing {
  const offers = [...registry.values()]
    .map((entry) => entry.registration)
    .filter((worker) => worker.state !== 'draining')
    .sort((a, b) => compare(a.id, b.id))
    .flatMap((worker) => worker.models.map((model) => ({ worker, model })));
  const names = [...new Set(offers.map((offer) => offer.model.name))].sort(compare);
  const data = names.map((id) => {
    const of = offers.filter((offer) => offer.model.name === id);
    return {
      id,
      object: 'model' as const,
      created: Math.min(...of.map(({ worker }) => Math.floor(Date.parse(worker.startedAt) / 1000))),
      owned_by: 'rma' as const,
      workers: of.map(({ worker, model }) => ({
        worker: worker.id,
        host: worker.host,
        endpoint: model.endpoint,
        engine: model.engine,
        state: worker.state,
      })),
    };
  });
  return { object: 'list', data };
}

// Compare code units, so that the order does not depend on the locale.
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
