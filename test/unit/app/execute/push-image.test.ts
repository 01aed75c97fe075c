import { describe, expect, it } from 'vitest';
import { RmaError } from '../../../../src/core/errors.ts';
import type { EngineImage, EngineImages } from '../../../../src/ports/engine-images.ts';
import type { ImageArchives } from '../../../../src/ports/image-archives.ts';
import { executeStep } from '../../../helpers/builders/execute-step.ts';
import { catalogOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { imagesOf } from '../../../helpers/host/port-builders.ts';

const IMAGE = 'example/llm:1';
const found = (over: Partial<EngineImage> = {}): EngineImage => ({
  id: 'sha256:1',
  platform: 'linux/amd64',
  digests: [],
  layers: ['a', 'b', 'c'],
  ...over,
});

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

async function read(archive: AsyncIterable<Uint8Array>): Promise<string> {
  let content = '';
  for await (const chunk of archive) content += Buffer.from(chunk).toString();
  return content;
}

/** Pushes the image to an engine with these images; `load` gets each archive. */
async function push(options: {
  readonly present?: readonly (readonly string[])[];
  readonly source?: EngineImage | null;
  readonly arrived?: EngineImage | null;
  readonly load?: (archive: string) => void;
}) {
  const { present = [], source = found(), arrived = found(), load = () => undefined } = options;
  const done: string[] = [];
  const skipped: string[] = [];
  const archives: ImageArchives = {
    unpack: async (_, { skip }) => {
      skipped.push(...skip);
      return {
        layers: 3,
        bytes: (at) => (at + 1) * 1024,
        ids: (at) => [`id ${at}`],
        archive: (at) => text(`layer ${at}`),
        remove: async () => void done.push('remove spool'),
      };
    },
  };
  const from = imagesOf({ inspect: async () => source, save: async () => text('all layers') });
  const to: EngineImages = imagesOf({
    inspect: async () => arrived,
    platform: async () => 'linux/amd64',
    layers: async () => present,
    remove: async (id) => void done.push(`remove ${id}`),
    load: async (archive) => {
      const content = await read(archive);
      done.push(`load ${content}`);
      load(content);
    },
  });
  const hosts = new Map([
    ['a', { images: from }],
    ['box', { images: to }],
  ]);
  const invocation = fakeInvocation(catalogOf({}));
  const ended = executeStep(new FakeHost(), invocation, {
    step: { kind: 'push-image', image: IMAGE, from: 'a', cause: 'not present', destructive: false },
    payload: { pushes: { hosts, archives, spool: '/srv/demo/.rma/images' } },
  });
  return { ended, done, skipped, events: invocation.events };
}

describe('a push of an image', () => {
  it('sends one layer after the other, and removes the images that held them', async () => {
    const { ended, done, skipped } = await push({});
    await ended;
    expect(skipped).toEqual([]);
    expect(done).toEqual([
      'load layer 0',
      'load layer 1',
      'load layer 2',
      'remove id 1',
      'remove id 0',
      'remove spool',
    ]);
  });

  it('shows the size of each layer, and how much of those that are needed was sent', async () => {
    const { ended, events } = await push({ present: [['a']] });
    await ended;
    const texts = events.flatMap((event) =>
      event.type === 'step' && event.state === 'start' ? event.text : [],
    );
    expect(texts.filter((text) => text.startsWith('pushing'))).toEqual([
      `pushing ${IMAGE} from a to box: layer 2 of 3 (2.0 KiB; 0 B of 5.0 KiB sent)`,
      `pushing ${IMAGE} from a to box: layer 3 of 3 (3.0 KiB; 2.0 KiB of 5.0 KiB sent)`,
    ]);
  });

  it('does not send the layers that the host has', async () => {
    const { ended, done, skipped } = await push({ present: [['a', 'b', 'x'], ['a']] });
    await ended;
    expect(skipped).toEqual(['a', 'b']);
    expect(done.filter((each) => each.startsWith('load'))).toEqual(['load layer 2']);
  });

  it('of which the host has all layers sends its name', async () => {
    const { ended, done } = await push({ present: [['a', 'b', 'c', 'd']] });
    await ended;
    expect(done[0]).toBe('load layer 2');
  });

  it('sends all layers at once to an engine that refuses an archive without some', async () => {
    const { ended, done } = await push({
      load: (archive) => {
        if (archive !== 'all layers') throw new RmaError('RMA_IMAGE_LOAD_FAILED', 'layer not found');
      },
    });
    await ended;
    expect(done.filter((each) => each.startsWith('load'))).toEqual(['load layer 0', 'load all layers']);
  });

  it('keeps what has arrived if the connection is lost', async () => {
    const { ended, done } = await push({
      load: (archive) => {
        if (archive === 'layer 1') throw new Error('connection lost');
      },
    });
    await expect(ended).rejects.toThrow('connection lost');
    expect(done).toEqual(['load layer 0', 'load layer 1', 'remove spool']);
  });

  it.each([
    ['that its host no longer has', { source: null }, { code: 'RMA_IMAGE_PUSH_FAILED' }],
    [
      'for another platform',
      { source: found({ platform: 'linux/arm64' }) },
      { code: 'RMA_IMAGE_PLATFORM', exitCode: 3 },
    ],
    [
      'that has other layers afterwards',
      { arrived: found({ layers: ['a'] }) },
      { code: 'RMA_IMAGE_PUSH_FAILED' },
    ],
  ])('%s fails', async (_, options, error) => {
    const { ended } = await push(options);
    await expect(ended).rejects.toMatchObject(error);
  });
});
