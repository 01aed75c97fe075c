import { describe, expect, it } from 'vitest';
import { planImages } from '../../../src/core/plan/plan-images.ts';
import { pushableImages } from '../../../src/core/plan/pushable-images.ts';

const WORKER = 'rma-worker:1.2.3-0123456789ab';
const ENGINE = 'example/llm:1';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const own = { tag: WORKER, base: 'node:24' };
const wanted = { workerImage: own, stack: { engineImages: [ENGINE] } };
const none = { images: new Set<string>() };
const brief = (steps: ReturnType<typeof planImages>) =>
  steps.map((step) => `${step.kind} ${'tag' in step ? step.tag : 'image' in step ? step.image : ''}`);

describe('the images of a host, with images on other hosts', () => {
  it('are pushed from there instead of being pulled and built', () => {
    const pushable = new Map([WORKER, ENGINE].map((image) => [image, 'a']));
    const steps = planImages(wanted, none, { pushable });
    expect(brief(steps)).toEqual([
      `push-image ${WORKER}`,
      expect.stringMatching(/^tag-image rma-worker:/),
      'tag-image rma-worker:latest',
      `push-image ${ENGINE}`,
    ]);
    expect(steps[0]).toMatchObject({ from: 'a' });
  });

  it('are pulled and built if no other host has them', () => {
    expect(brief(planImages(wanted, none, { pushable: new Map() }))).toEqual([
      'pull-image node:24',
      `build-image ${WORKER}`,
      `pull-image ${ENGINE}`,
    ]);
  });

  it('are pushed before they are built from a base that only another host has', () => {
    const steps = planImages(wanted, none, { pushable: new Map([['node:24', 'b']]) });
    expect(brief(steps).slice(0, 2)).toEqual(['push-image node:24', `build-image ${WORKER}`]);
  });

  it('are not pushed if they are present', () => {
    const images = new Set([WORKER, ENGINE, 'rma-worker:latest']);
    const pushable = new Map([ENGINE, WORKER].map((image) => [image, 'a']));
    expect(brief(planImages(wanted, { images }, { pushable }))).not.toContain(`push-image ${ENGINE}`);
  });

  it('frozen, are pushed only with the digest of the lock', () => {
    const digests = new Map([[ENGINE, DIGEST]]);
    const engineOnly = { ...wanted, workerImage: own };
    const images = { images: new Set([WORKER, 'rma-worker:latest']) };
    const other = planImages(engineOnly, images, { digests, pushable: new Map([[ENGINE, 'a']]) });
    expect(other).toContainEqual(expect.objectContaining({ kind: 'pull-image', digest: DIGEST }));
    const same = planImages(engineOnly, images, {
      digests,
      pushable: new Map([[`${ENGINE}@${DIGEST}`, 'a']]),
    });
    expect(brief(same)).toContain(`push-image ${ENGINE}`);
  });
});

it('a host gets an image from the first other host that has it', () => {
  const images = new Map([
    ['a', new Set(['x:1'])],
    ['b', new Set(['x:1', 'y:1'])],
    ['c', new Set(['y:1'])],
  ]);
  expect([...pushableImages('a', images)]).toEqual([
    ['x:1', 'b'],
    ['y:1', 'b'],
  ]);
  expect(pushableImages('c', images).get('x:1')).toBe('a');
});
