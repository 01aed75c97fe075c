import { imageDigest, imageKey } from '../docker/image-reference.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import type { PlanCheck } from './plan-types.ts';

interface Images {
  readonly stack: Pick<DesiredState['stack'], 'engineImages'>;
  readonly workerImage: Pick<DesiredState['workerImage'], 'tag' | 'base'>;
}

/**
 * Returns an error for each image whose digest is not that of rma.lock, and a warning for each that it does not have: an
 * image has no digest before it was pulled from a registry.
 */
export function planFrozen(
  { stack, workerImage }: Images,
  { images }: Pick<Observed, 'images'>,
  locked: ReadonlyMap<string, string>,
): readonly PlanCheck[] {
  const base = images.has(imageKey(workerImage.tag)) ? [] : [workerImage.base];
  const used = [...new Set([...base, ...stack.engineImages])].filter((image) => image !== workerImage.tag);
  return used.flatMap((image): PlanCheck[] => {
    const [digest, current] = [locked.get(image), imageDigest(images, image)];
    if (digest === undefined) return [unlocked(image)];
    return current === null || current === digest ? [] : [differs(image, digest, current)];
  });
}

function differs(image: string, digest: string, current: string): PlanCheck {
  const exact = `${image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')}@${digest}`;
  return {
    level: 'error',
    code: 'RMA_LOCKFILE_IMAGE',
    message: `the image ${image} is not that of rma.lock: locked ${digest}, current ${current}`,
    hint: shell`to use the locked one: docker pull ${exact} && docker tag ${exact} ${image}; to lock the current one: rma models lock`,
    exitCode: EXIT.usage,
    details: { image },
  };
}

function unlocked(image: string): PlanCheck {
  return {
    level: 'warning',
    code: 'RMA_LOCKFILE_NO_IMAGE',
    message: `rma.lock has no digest of the image ${image}`,
    hint: 'once the image is pulled, add it: rma models lock',
    exitCode: EXIT.ok,
    details: { image },
  };
}
