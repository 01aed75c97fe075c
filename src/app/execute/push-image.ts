import { sharedLayers } from '../../core/docker/image-layers.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/hash.ts';
import type { PushImage } from '../../core/plan/operation.ts';
import { shell } from '../../core/shell-quote.ts';
import { formatBytes } from '../../core/units.ts';
import type { EngineImage, EngineImages } from '../../ports/engine-images.ts';
import type { ImageArchives, UnpackedImage } from '../../ports/image-archives.ts';
import { step } from '../desired/step.ts';
import type { Execution } from './execution.ts';

/**
 * Sends an image from another host, one layer after the other, without those that this host has. Layers that arrived stay
 * there if the push is interrupted, and the next one continues after them.
 * @throws RmaError RMA_IMAGE_PUSH_FAILED, RMA_IMAGE_LOAD_FAILED, RMA_IMAGE_ARCHIVE (1), RMA_IMAGE_PLATFORM (3), RMA_DOCKER_* (3)
 */
export async function pushImage(
  { payload, invocation, signal }: Execution,
  { image, from, host }: PushImage,
): Promise<void> {
  const { pushes } = payload;
  const [source, target] = [from, host].map((name) => pushes?.hosts.get(name)?.images);
  if (pushes === undefined || source === undefined || target === undefined)
    throw new Error(`the plan pushes ${image} from ${from} to ${host} without access to both`);
  const spool = `${pushes.spool}/${sha256Hex(`${host} ${image}`).slice(0, 16)}`;
  const push: Push = { ...pushes, image, from, host, source, target, spool };
  await send(push, { invocation, signal });
}

interface Push {
  readonly image: string;
  readonly from: string;
  readonly host: string;
  readonly source: EngineImages;
  readonly target: EngineImages;
  readonly archives: ImageArchives;
  readonly spool: string;
}

type Work = Pick<Execution, 'invocation' | 'signal'>;

async function send(push: Push, work: Work): Promise<void> {
  const { image, from, host, source, target, archives, spool } = push;
  const found = await source.inspect(image);
  if (found === null) throw failed(push, `${from} no longer has it`);
  const platform = await target.platform();
  if (found.platform !== platform) throw otherPlatform(push, found, platform);
  const present = sharedLayers(found.layers, await target.layers());
  const unpacked = await step(work.invocation, `reading ${image} on ${from}`, async () =>
    archives.unpack(await source.save(image, work.signal), {
      reference: image,
      skip: new Set(found.layers.slice(0, present)),
      spool,
      signal: work.signal,
    }),
  );
  try {
    await sendLayers(push, unpacked, { ...work, present });
  } finally {
    await unpacked.remove();
  }
  const arrived = await target.inspect(image);
  if (arrived?.layers.join() !== found.layers.join())
    throw failed(push, `${host} has other layers afterwards`);
}

async function sendLayers(
  { image, from, host, source, target }: Push,
  unpacked: UnpackedImage,
  { invocation, signal, present }: Work & { readonly present: number },
): Promise<void> {
  const { layers } = unpacked;
  const first = Math.min(present, layers - 1);
  const needed = Array.from({ length: layers - first }, (_, at) => unpacked.bytes(first + at));
  const total = formatBytes(needed.reduce((sum, bytes) => sum + bytes, 0));
  try {
    let sent = 0;
    for (let at = first; at < layers; at += 1) {
      const text = `pushing ${image} from ${from} to ${host}: layer ${at + 1} of ${layers}`;
      const sizes = `${formatBytes(unpacked.bytes(at))}; ${formatBytes(sent)} of ${total} sent`;
      await step(invocation, `${text} (${sizes})`, async () => target.load(unpacked.archive(at), signal));
      sent += unpacked.bytes(at);
    }
  } catch (error) {
    const isRefused = error instanceof RmaError && error.code === 'RMA_IMAGE_LOAD_FAILED';
    if (!isRefused || layers === 1) throw error;
    // the image store of containerd has layers as they were compressed: it may lack one that another image has
    const text = `pushing ${image} from ${from} to ${host}: all layers`;
    await step(invocation, text, async () => target.load(await source.save(image, signal), signal));
  }
  // the images of single layers, also those of an interrupted push; the layers belong to the whole image now
  for (let at = layers - 2; at >= 0; at -= 1) for (const id of unpacked.ids(at)) await target.remove(id);
}

function failed({ image, from, host }: Push, why: string): RmaError {
  return new RmaError(
    'RMA_IMAGE_PUSH_FAILED',
    `failed to push the image ${image} from ${from} to ${host}: ${why}`,
    {
      hint: 'run the command again: layers that arrived are not sent again',
      details: { image, from, host },
    },
  );
}

function otherPlatform({ image, from, host }: Push, { platform }: EngineImage, own: string): RmaError {
  return new RmaError(
    'RMA_IMAGE_PLATFORM',
    `the image ${image} of ${from} is for ${platform}, but the Docker Engine of ${host} runs on ${own}`,
    {
      exitCode: EXIT.notReady,
      hint: shell`on ${host}, pull it for its platform: docker pull --platform ${own} ${image}`,
      details: { image, from, host },
    },
  );
}
