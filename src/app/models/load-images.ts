import { isSameImage } from '../../core/bundle/bundle-extras.ts';
import type { BundleImage } from '../../core/domain/bundle.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { isWorkerImage } from '../../core/image-tag.ts';
import { shell } from '../../core/shell-quote.ts';
import type { OpenImages } from '../../ports/bundle-files.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { step } from '../desired/step.ts';

type ImagesHost = Pick<Host, 'images'>;

/**
 * Returns the images of a bundle that an engine does not have.
 * @throws RmaError RMA_BUNDLE_PLATFORM (3) if one is for another platform
 */
export async function missingImages(
  { images: engine }: ImagesHost,
  images: readonly BundleImage[],
): Promise<readonly BundleImage[]> {
  if (images.length === 0) return [];
  const platform = await engine.platform();
  const other = images.find((image) => image.platform !== platform);
  if (other !== undefined) throw otherPlatform(other, platform);
  const missing: BundleImage[] = [];
  for (const image of images) if (!(await isPresent(engine, image))) missing.push(image);
  return missing;
}

/**
 * Loads needed images of a bundle into the engine.
 * @throws RmaError RMA_IMAGE_LOAD_FAILED (1), RMA_BUNDLE_CORRUPT (6) if the engine has another image afterwards
 */
export async function loadImages(
  { images: engine }: ImagesHost,
  invocation: Pick<Invocation, 'reporter' | 'signal'>,
  { archive, needed }: { readonly archive: OpenImages['archive']; readonly needed: readonly BundleImage[] },
): Promise<void> {
  const { signal } = invocation;
  for (const image of needed) {
    await step(invocation, `loading the image ${image.reference}`, async () => {
      await engine.load(archive(image), signal);
      if (!(await isPresent(engine, image))) throw notLoaded(image);
    });
  }
}

async function isPresent(engine: ImagesHost['images'], image: BundleImage): Promise<boolean> {
  const found = await engine.inspect(image.reference);
  return found !== null && isSameImage(image, found.id);
}

/** Warns if the worker image of a bundle is not the one that this rma runs, and the engine does not have that one. */
export async function checkWorkerImage(
  { images: engine }: ImagesHost,
  { reporter }: Pick<Invocation, 'reporter'>,
  { images, tag }: { readonly images: readonly BundleImage[]; readonly tag: string },
): Promise<void> {
  const other = images.find(({ reference }) => isWorkerImage(reference));
  if (other === undefined || images.some(({ reference }) => reference === tag)) return;
  if ((await engine.inspect(tag)) !== null) return;
  reporter.emit({
    type: 'warning',
    code: 'RMA_BUNDLE_WORKER',
    text: `the bundle has the worker image ${other.reference}, but this version of rma uses ${tag}, which must be built`,
    hint: 'install the version of rma in the bundle (rma-*.tgz), with the same --worker-base, and import again',
  });
}

function otherPlatform({ reference, platform }: BundleImage, own: string): RmaError {
  return new RmaError(
    'RMA_BUNDLE_PLATFORM',
    `the image ${reference} in the bundle is for ${platform}, but this Docker Engine runs on ${own}`,
    {
      exitCode: EXIT.notReady,
      hint: shell`on the machine with internet, pull it for this platform and export again: docker pull --platform ${own} ${reference}`,
    },
  );
}

function notLoaded({ reference, id }: BundleImage): RmaError {
  return new RmaError(
    'RMA_BUNDLE_CORRUPT',
    `the Docker Engine does not have the image ${reference} with the id ${id} after loading it`,
    { exitCode: EXIT.badContent, hint: 'export the bundle again' },
  );
}
