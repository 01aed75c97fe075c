import { expect, test } from 'vitest';
import { checkWorkerImage, loadImages, missingImages } from '../../../src/app/models/load-images.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import { imagesOf } from '../../helpers/host/port-builders.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const image = (reference: string, hex = A) => ({
  reference,
  id: `sha256:${hex}`,
  platform: 'linux/amd64',
  archive: [{ path: 'config.json', sha256: hex }],
});

/** Returns an engine with images by name. Loading adds those that `after` gives. */
function engineOf(has: Record<string, string>, after: Readonly<Record<string, string>> = {}) {
  const inspect = async (reference: string) => {
    const id = has[reference];
    return id === undefined ? null : { id: `sha256:${id}`, platform: 'linux/amd64', digests: [], layers: [] };
  };
  const load = async () => void Object.assign(has, after);
  return { images: imagesOf({ inspect, load, platform: async () => 'linux/amd64' }) };
}

test('images that the engine has with another id are loaded, those with the same id are not', async () => {
  const engine = engineOf({ 'same:1': A, 'other:1': B });
  const missing = await missingImages(engine, [image('same:1'), image('other:1'), image('none:1')]);
  expect(missing.map(({ reference }) => reference)).toEqual(['other:1', 'none:1']);
});

test('an image for another platform is refused with the command that fixes it', async () => {
  const arm = { ...image('arm:1'), platform: 'linux/arm64' };
  await expect(missingImages(engineOf({}), [arm])).rejects.toMatchObject({
    code: 'RMA_BUNDLE_PLATFORM',
    exitCode: 3,
    hint: expect.stringContaining('docker pull --platform linux/amd64 arm:1'),
  });
});

test('an engine that has another image after loading is an error', async () => {
  const invocation = { reporter: { emit: () => undefined }, signal: new AbortController().signal };
  const archive = () => (async function* () {})();
  const needed = [image('x:1')];
  await loadImages(engineOf({}, { 'x:1': A }), invocation, { archive, needed });
  await expect(loadImages(engineOf({}, { 'x:1': B }), invocation, { archive, needed })).rejects.toMatchObject(
    { code: 'RMA_BUNDLE_CORRUPT', exitCode: 6 },
  );
});

test('the worker image of another version of rma causes a warning, unless the right one exists', async () => {
  const events: RmaEvent[] = [];
  const invocation = { reporter: { emit: (event: RmaEvent) => void events.push(event) } };
  const images = [image('rma-worker:0.1.0-1111')];
  await checkWorkerImage(engineOf({}), invocation, { images, tag: 'rma-worker:0.1.0-1111' });
  await checkWorkerImage(engineOf({ 'rma-worker:0.2.0-2222': B }), invocation, {
    images,
    tag: 'rma-worker:0.2.0-2222',
  });
  await checkWorkerImage(engineOf({}), invocation, { images: [], tag: 'rma-worker:0.2.0-2222' });
  expect(events).toEqual([]);
  await checkWorkerImage(engineOf({}), invocation, { images, tag: 'rma-worker:0.2.0-2222' });
  expect(events).toMatchObject([{ type: 'warning', code: 'RMA_BUNDLE_WORKER' }]);
});
