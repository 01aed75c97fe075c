import { expect, it } from 'vitest';
import { gpuOf, inventoryOf, placeOn } from '../../../helpers/builders/place-box.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';

const CARD_24 = 24_564;

it('[req R24] keeps the GPU of a running engine reserved, even if its profile no longer uses it', async () => {
  const inventory = inventoryOf(gpuOf(0, CARD_24), gpuOf(1, CARD_24));
  const left = containerOf({
    service: 'ocr-vllm',
    profile: 'ocr',
    gpus: ['GPU-0'],
    gpuBytes: 23 * 2 ** 30,
  });
  const placed = await placeOn({
    inventory,
    containers: [left],
    profiles: ['ocr', 'embedding'],
    acted: ['embedding'],
  });
  const where = [...placed.placement].map(([name, { devices }]) => [name, devices.map(({ uuid }) => uuid)]);
  expect(Object.fromEntries(where)).toEqual({ 'ocr-ollama': ['GPU-1'], 'embedding-tei': ['GPU-1'] });
});
