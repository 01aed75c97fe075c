import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Operation } from './operation.ts';

/** Engines' images are pulled; ours is built, after its base is there. */
export function planImages({ workerImage, stack }: Desired, { images }: Observed): Operation[] {
  const { tag, base } = workerImage;
  const pull = (image: string, cause: string): Operation[] =>
    images.has(image) ? [] : [{ kind: 'pull-image', image, cause, destructive: false }];
  const own: Operation[] = images.has(tag)
    ? []
    : [
        ...pull(base, 'base of the worker image'),
        { kind: 'build-image', tag, base, cause: 'not there', destructive: false },
      ];
  return [...own, ...stack.engineImages.flatMap((image) => pull(image, 'not there'))];
}
