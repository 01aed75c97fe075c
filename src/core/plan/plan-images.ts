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

export interface ImageOrigins {
  /** of rma.lock, by image; absent: not frozen */
  readonly digests?: ReadonlyMap<string, string> | undefined;
  /** image, in the form of `imageKey` → name of another host that has it; absent: images are not pushed */
  readonly pushable?: ReadonlyMap<string, string> | undefined;
}

/**
 * Returns the images to push from other hosts, those to pull, rma's own to build from its base, and those of engines to build
 * from directories of the user.
 */
export function planImages(
  { workerImage, stack }: Images,
  { images }: Pick<Observed, 'images'>,
  { digests = new Map(), pushable = new Map() }: ImageOrigins = {},
): readonly Step[] {
  const { tag, base } = workerImage;
  const has = (image: string): boolean => images.has(imageKey(image));
  const push = (image: string): Step | null => {
    const digest = digests.get(image);
    const from = pushable.get(digest === undefined ? imageKey(image) : `${imageKey(image)}@${digest}`);
    if (from === undefined) return null;
    return { kind: 'push-image', image, from, cause: 'not present', destructive: false };
  };
  const pull = (image: string, cause: string): Step => {
    const digest = digests.get(image);
    const exact = digest === undefined ? {} : { digest };
    return { kind: 'pull-image', image, ...exact, cause, destructive: false };
  };
  const provide = (image: string, cause: string): Step[] =>
    has(image) ? [] : [push(image) ?? pull(image, cause)];
  const pushedOwn = has(tag) ? null : push(tag);
  const own: Step[] =
    has(tag) || pushedOwn !== null
      ? [...(pushedOwn === null ? [] : [pushedOwn]), ...missingTags(tag, images)]
      : [
          ...provide(base, 'base of the worker image'),
          { kind: 'build-image', tag, base, cause: 'not present', destructive: false },
        ];
  const isBuilt = own.some(({ kind }) => kind === 'build-image');
  const engines = stack.engineImages.filter((image) => image !== base || !isBuilt);
  const builds = [...(stack.builds ?? [])]
    .filter(([image]) => !has(image))
    .map(([image, context]): Step => push(image) ?? build(image, context));
  return [...own, ...builds, ...engines.flatMap((image) => provide(image, 'not present'))];
}

function build(tag: string, context: string): Step {
  return { kind: 'build-image', tag, base: null, context, cause: 'not present', destructive: false };
}

/** A build gives the worker image its stable tags; an image that was loaded, or whose tags were removed, lacks them. */
function missingTags(image: string, images: Observed['images']): Step[] {
  return stableImageTags(RMA_VERSION)
    .filter((tag) => !images.has(imageKey(tag)))
    .map((tag) => ({ kind: 'tag-image', image, tag, cause: 'not present', destructive: false }));
}
