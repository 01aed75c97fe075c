import type { DesiredState } from '../domain/desired-state.ts';
import type { HistoryEntry, UsedImage } from '../domain/history.ts';
import type { Observed } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import type { Step } from '../plan/operation.ts';
import { planImages } from '../plan/plan-images.ts';
import type { PlanCheck } from '../plan/plan-types.ts';

export interface RollbackImages {
  readonly entry: Pick<HistoryEntry, 'number' | 'stack' | 'images'>;
  /** that the services will run */
  readonly workerImage: DesiredState['workerImage'];
  readonly images: Observed['images'];
  /** reference → id of the image that has it now; missing: none */
  readonly current: ReadonlyMap<string, string>;
}

/**
 * Returns what gives each reference the image that it had: a tag if that image still exists, else a pull by its digest; and an
 * error for each image that is gone and in no registry.
 */
export function rollbackImages(request: RollbackImages): {
  readonly steps: readonly Step[];
  readonly checks: readonly PlanCheck[];
} {
  const { entry, workerImage, images, current } = request;
  const engines = entry.stack.services.filter(({ role }) => role === 'engine').map(({ image }) => image);
  const found = [...new Set(engines)].sort().map((reference) => provide(reference, request));
  const isBuilt = current.has(workerImage.tag);
  const own = isBuilt ? [] : planImages({ workerImage, stack: { engineImages: [] } }, { images });
  return {
    steps: [...own, ...found.flatMap(({ step }) => step ?? [])],
    checks: found.flatMap(({ check }) => check ?? []),
  };
}

interface Provided {
  readonly step?: Step;
  readonly check?: PlanCheck;
}

function provide(reference: string, { entry, images, current }: RollbackImages): Provided {
  const used = entry.images[reference];
  const now = current.get(reference);
  if (used === undefined ? now !== undefined : now === used.id) return {};
  const cause = now === undefined ? 'not present' : `it is another image than that of entry ${entry.number}`;
  if (used !== undefined && images.has(used.id))
    return { step: { kind: 'tag-image', image: used.id, tag: reference, cause, destructive: false } };
  const isPulled = entry.stack.engineImages.includes(reference);
  if (isPulled && (used === undefined || used.digest !== null))
    return {
      step: { kind: 'pull-image', image: reference, ...digestOf(reference, used), cause, destructive: false },
    };
  return { check: gone(reference, entry.number, used) };
}

/** A reference with a digest needs no other one. */
function digestOf(reference: string, used: UsedImage | undefined): { readonly digest?: string } {
  const digest = used?.digest ?? null;
  return digest === null || reference.includes('@') ? {} : { digest };
}

function gone(reference: string, number: number, used: UsedImage | undefined): PlanCheck {
  const id = used === undefined ? '' : ` (${used.id.slice(0, 19)})`;
  return {
    level: 'error',
    code: 'RMA_ROLLBACK_IMAGE',
    message: `the image ${reference}${id} of entry ${number} no longer exists, and it is in no registry`,
    hint: 'load it again with docker load, or build it again; or choose another entry: rma history',
    exitCode: EXIT.notReady,
    details: { image: reference },
  };
}
