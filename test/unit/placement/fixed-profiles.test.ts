import { expect, it } from 'vitest';
import { place } from '../../../src/core/placement/place.ts';
import { device, GIB, ok, profile, refused, service } from '../../helpers/builders/placement-builders.ts';

const running = profile('a', [[service('a-1', 20, { current: ['GPU-0'] })]], {
  current: 'best',
  fixed: true,
});
const crowded = device(0, 24, { availableBytes: 10 * GIB });

it('keeps running services outside the command in place, even if others use their memory', () => {
  const { services } = ok(place([crowded, device(1, 24)], [running, profile('b', [[service('b-1', 5)]])]));
  const where = services.map((each) => [each.service, each.devices.map(({ uuid }) => uuid)]);
  expect(Object.fromEntries(where)).toEqual({ 'a-1': ['GPU-0'], 'b-1': ['GPU-1'] });
});

it('places nothing on an overcommitted GPU', () => {
  expect(refused(place([crowded], [running, profile('b', [[service('b-1', 5)]])]))).toMatchObject({
    profile: 'b',
    code: 'RMA_GPU_NO_FIT',
  });
});
