import { chooseImages, variantImages } from '../../core/bundle/service-images.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { BundleFiles } from '../../ports/bundle-files.ts';
import type { ExtraSources, ImageSource } from '../../ports/bundles.ts';
import type { EngineImage } from '../../ports/engine-images.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectSet } from '../desired/choose-services.ts';
import { readProjectState } from '../desired/project-state.ts';
import { step } from '../desired/step.ts';
import { buildWorkerImage } from '../execute/build-images.ts';
import { bundledProject } from './project-files.ts';

export interface ExtrasRequest {
  readonly config: RmaConfig;
  /** the profiles of this command; null: those of the project */
  readonly profiles: readonly string[] | null;
  /** path of rma.yaml; null without one */
  readonly file: string | null;
}

type ExtrasHost = Pick<Host, 'images' | 'docker' | 'files'>;
type ExtrasInvocation = Pick<
  Invocation,
  'catalog' | 'workerImage' | 'hubToken' | 'peerToken' | 'reporter' | 'signal'
>;

/**
 * Finds what a machine without internet needs besides models: rma itself, the files of the project, and the images of its
 * profiles that the engine has. The worker image is built if it is missing. Missing images are reported as warnings. Returns
 * what reads them, which takes long.
 * @throws RmaError RMA_BUNDLE_NO_IMAGE (3) if a profile cannot run with them, RMA_PROFILE_NONE, RMA_BUNDLE_DIGEST (2),
 *   RMA_DOCKER_* (3), RMA_IMAGE_BUILD_FAILED (1)
 */
export async function findExtras(
  host: ExtrasHost,
  invocation: ExtrasInvocation,
  request: ExtrasRequest & { readonly bundleFiles: BundleFiles },
): Promise<() => Promise<ExtraSources>> {
  const found = await presentImages(host, invocation, request);
  return () => readExtras(host, invocation, { ...request, found });
}

async function readExtras(
  host: ExtrasHost,
  invocation: ExtrasInvocation,
  {
    bundleFiles,
    found,
    ...request
  }: ExtrasRequest & {
    readonly bundleFiles: BundleFiles;
    readonly found: ReadonlyMap<string, EngineImage>;
  },
): Promise<ExtraSources> {
  const images: ImageSource[] = [];
  for (const [reference, { id, platform }] of found) {
    const { archive, contents } = await step(invocation, `reading the image ${reference}`, async () => {
      const stream = await host.images.save(reference, invocation.signal);
      return bundleFiles.describe(reference, stream, invocation.signal);
    });
    images.push({
      image: { reference, id, platform, archive },
      contents,
      open: () => host.images.save(reference, invocation.signal),
    });
  }
  const project = await bundledProject(host, invocation, request);
  return { files: [await bundleFiles.ownPackage(), ...project], images };
}

/** Returns the images to export by reference: those of the services, and the worker image. */
async function presentImages(
  host: ExtrasHost,
  invocation: ExtrasInvocation,
  { config, profiles }: ExtrasRequest,
): Promise<ReadonlyMap<string, EngineImage>> {
  const names = profiles ?? projectSet(config, await readProjectState(host, config), []);
  if (names.length === 0) throw noProfile();
  const catalog = await invocation.catalog(config);
  const variants = variantImages(catalog, names, {
    images: config.images.engines,
    variants: config.variants,
  });
  const found = new Map<string, EngineImage>();
  for (const reference of new Set(variants.flatMap(({ services }) => services.flat()))) {
    refuseDigest(reference);
    const image = await host.images.inspect(reference);
    if (image !== null) found.set(reference, image);
  }
  const { present, missing, unrunnable, required } = chooseImages(variants, new Set(found.keys()));
  if (unrunnable.length > 0) throw imagesMissing(unrunnable, required);
  for (const image of missing)
    invocation.reporter.emit({
      type: 'warning',
      code: 'RMA_BUNDLE_LEFT_OUT',
      text: `the Docker Engine does not have the image ${image}; it is left out of the bundle`,
      hint: shell`if the other machine needs it: docker pull ${image}, then export again`,
    });
  const worker = await workerImage(host, invocation, config);
  return new Map([worker, ...present.map((each) => [each, found.get(each) as EngineImage] as const)]);
}

async function workerImage(
  host: ExtrasHost,
  invocation: ExtrasInvocation,
  config: RmaConfig,
): Promise<readonly [string, EngineImage]> {
  const base = config.images.workerBase;
  const tag = await invocation.workerImage.tag(base);
  if ((await host.images.inspect(tag)) === null) await buildWorkerImage(host, invocation, { tag, base });
  const image = await host.images.inspect(tag);
  if (image === null) throw new Error(`the Docker Engine does not have the image ${tag} after its build`);
  return [tag, image];
}

function noProfile(): RmaError {
  return new RmaError(
    'RMA_PROFILE_NONE',
    'the project has no worker profile whose images could be exported',
    {
      exitCode: EXIT.usage,
      hint: 'name one with --profile NAME, or run the command in the directory of rma.yaml; to list them: rma profiles ls',
    },
  );
}

function imagesMissing(profiles: readonly string[], images: readonly string[]): RmaError {
  const who = `${profiles.length === 1 ? 'profile' : 'profiles'} ${profiles.join(', ')}`;
  return new RmaError(
    'RMA_BUNDLE_NO_IMAGE',
    `the Docker Engine does not have the images of ${who}: ${images.join(', ')}`,
    {
      exitCode: EXIT.notReady,
      hint: `pull them for the platform of the other machine: ${images.map((each) => shell`docker pull ${each}`).join(' && ')}`,
    },
  );
}

/** `docker load` restores names and tags, but no digests. @throws RmaError RMA_BUNDLE_DIGEST (2) */
function refuseDigest(reference: string): void {
  if (!reference.includes('@')) return;
  throw new RmaError(
    'RMA_BUNDLE_DIGEST',
    `the image ${reference} is named by its digest, which docker load does not restore`,
    { exitCode: EXIT.usage, hint: 'name it by a tag in images.engines or --image, and export again' },
  );
}
