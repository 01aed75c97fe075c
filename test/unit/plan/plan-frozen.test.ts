import { describe, expect, it } from 'vitest';
import { planFrozen } from '../../../src/core/plan/plan-frozen.ts';

const ONE = `sha256:${'1'.repeat(64)}`;
const TWO = `sha256:${'2'.repeat(64)}`;
const IMAGE = 'registry.example:5000/llama:1';
const desired = {
  stack: { engineImages: [IMAGE] },
  workerImage: { tag: 'rma-worker:1', base: 'node:24' },
};
const built = 'rma-worker:1';
const pulled = (digest: string) => new Set([built, IMAGE, `${IMAGE}@${digest}`]);

describe('a frozen plan', () => {
  it('accepts images with their locked digest, and those that are pulled by it', () => {
    expect(planFrozen(desired, { images: pulled(ONE) }, new Map([[IMAGE, ONE]]))).toEqual([]);
    expect(planFrozen(desired, { images: new Set([built]) }, new Map([[IMAGE, ONE]]))).toEqual([]);
  });

  it('refuses an image with another digest, and names both', () => {
    expect(planFrozen(desired, { images: pulled(TWO) }, new Map([[IMAGE, ONE]]))).toMatchObject([
      {
        level: 'error',
        code: 'RMA_LOCKFILE_IMAGE',
        message: `the image ${IMAGE} is not that of rma.lock: locked ${ONE}, current ${TWO}`,
        hint: expect.stringContaining(`docker pull registry.example:5000/llama@${ONE}`),
      },
    ]);
  });

  it('warns of images that the lock does not have, and counts the base only if it is needed', () => {
    const codes = (images: ReadonlySet<string>) =>
      planFrozen(desired, { images }, new Map()).map(({ code, details }) => [code, details['image']]);
    expect(codes(pulled(ONE))).toEqual([['RMA_LOCKFILE_NO_IMAGE', IMAGE]]);
    expect(codes(new Set())).toEqual([
      ['RMA_LOCKFILE_NO_IMAGE', 'node:24'],
      ['RMA_LOCKFILE_NO_IMAGE', IMAGE],
    ]);
  });
});
