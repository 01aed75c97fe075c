import { imageKey } from '../docker/image-reference.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import { stableImageTags } from '../image-tag.ts';
import { RMA_VERSION } from '../version.ts';
import type { Step } from './operation.ts';

interface Images {
  readonly workerImage: DesiredState['workerImage'];
  readonly stack: Pick<DesiredState['stack'], 'engineImages' | 'builds'>;
}

/** Returns the images to pull, rma's own to build from its base, and those of engines to build from directories of the user. @param digests of rma.lock, by image */
export function planImages(
  { workerImage, stack }: Images,
  { images }: Pick<Observed, 'images'>,
  digests: ReadonlyMap<string, string> = new Map(),
): readonly Step[] {
  const { tag, base } = workerImage;
  const pull = (image: string, cause: string): Step[] =>
    images.has(imageKey(image))
      ? []
      : [{ kind: 'pull-image', image, ...digestOf(image), cause, destructive: false }];
  const digestOf = (image: string) => {
    const digest = digests.get(image);
    return digest === undefined ? {} : { digest };
  };
  const own: Step[] = images.has(imageKey(tag))
    ? missingTags(tag, images)
    : [
        ...pull(base, 'base of the worker image'),
        { kind: 'build-image', tag, base, cause: 'not present', destructive: false },
      ];
  const engines = stack.engineImages.filter((image) => image !== base || images.has(imageKey(tag)));
  const builds = [...(stack.builds ?? [])]
    .filter(([image]) => !images.has(imageKey(image)))
    .map(([image, context]): Step => {
      return {
        kind: 'build-image',
        tag: image,
        base: null,
        context,
        cause: 'not present',
        destructive: false,
      };
    });
  return [...own, ...builds, ...engines.flatMap((image) => pull(image, 'not present'))];
}

/** A build gives the worker image its stable tags; an image that was loaded, or whose tags were removed, lacks them. */
function missingTags(image: string, images: Observed['images']): Step[] {
  return stableImageTags(RMA_VERSION)
    .filter((tag) => !images.has(imageKey(tag)))
    .map((tag) => ({ kind: 'tag-image', image, tag, cause: 'not present', destructive: false }));
}
