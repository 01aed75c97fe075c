import { describe, expect, test } from 'vitest';
import { isBelow } from '../../../src/core/gpu/version-order.ts';
import { gpuOf, inventoryOf, placeOn } from '../../helpers/builders/place-box.ts';

const machine = (computeCapability: string, driverVersion: string) => ({
  ...inventoryOf({ ...gpuOf(0, 24_576), computeCapability }),
  driverVersion,
});

describe('[case G04] the minimums of an engine', () => {
  test.each([
    ['6.0', '535.183.01', 'vllm', '7.0'],
    ['3.7', '470.256.02', 'ocr', '5.0'],
  ])(
    'a GPU of compute capability %s with driver %s is refused for %s',
    async (...[compute, driver, profile, least]) => {
      await expect(
        placeOn({ inventory: machine(compute, driver), profiles: [profile] }),
      ).rejects.toMatchObject({
        code: 'RMA_GPU_NO_FIT',
        exitCode: 5,
        message: expect.stringContaining(
          `has compute capability ${compute}, but the engine requires ${least}`,
        ),
      });
    },
  );

  test('an older driver is a warning with both versions', async () => {
    const { checks } = await placeOn({ inventory: machine('8.9', '535.183.01'), profiles: ['vllm'] });
    expect(checks).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        code: 'RMA_PLAN_DRIVER',
        message: 'engine "vllm" requires NVIDIA driver 575 or later, but this machine has 535.183.01',
      }),
    );
  });

  test('are those that the pinned releases document', async () => {
    const { checks } = await placeOn({ inventory: machine('8.9', '549.99'), profiles: ['ocr'] });
    expect(checks).toContainEqual(
      expect.objectContaining({
        code: 'RMA_PLAN_DRIVER',
        message: 'engine "ollama" requires NVIDIA driver 550 or later, but this machine has 549.99',
      }),
    );
  });

  test('a GPU and driver that are new enough, or unknown, are used', async () => {
    const { checks } = await placeOn({ inventory: machine('8.9', '575.57.08'), profiles: ['vllm'] });
    expect(checks.map(({ code }) => code)).not.toContain('RMA_PLAN_DRIVER');
  });

  test.each([
    ['535.183.01', '535', false],
    ['525.60.12', '525.60.13', true],
    ['10.0', '7.5', false],
    ['7.0', '7.5', true],
  ])('%s is below %s: %s', (version, minimum, expected) => {
    expect(isBelow(version, minimum)).toBe(expected);
  });
});
