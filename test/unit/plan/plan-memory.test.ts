import { describe, expect, it } from 'vitest';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import type { ServicePlacement } from '../../../src/core/domain/placement.ts';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import { planMemory } from '../../../src/core/plan/plan-memory.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import {
  catalogOf,
  fleetInputOf,
  pinnedFile,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';

const GIB = 2 ** 30;
/** The limits of the coordinator and of one worker. */
const OTHERS = 0.75 * GIB;

interface Parts {
  /** of the engine, bytes */
  readonly limit: number | null;
  /** bytes */
  readonly weights: number;
  readonly placement?: ReadonlyMap<string, ServicePlacement>;
}

const ON_ONE_GPU: ServicePlacement = {
  service: 'chat-llm',
  devices: [
    {
      uuid: 'GPU-1',
      index: 0,
      name: 'NVIDIA H100',
      kind: 'gpu',
      totalBytes: 80 * GIB,
      computeCapability: '9.0',
    },
  ],
  bytesPerGpu: 70 * GIB,
  kvBytesPerGpu: GIB,
  exclusive: false,
  need: null,
};

/** Returns the memory request of a project with the profile `chat`, whose only engine serves one model. */
function requestOf(parts: Parts, totalBytes: number | null) {
  const services = [profileServiceOf({ memoryBytes: parts.limit })];
  const input = fleetInputOf({
    selection: selectServices(catalogOf({ chat: services }), ['chat']),
    ...(parts.placement && { placement: parts.placement }),
  });
  const models = [...input.pinned.values()].map(({ ref }): PinnedModel => {
    const model: PinnedModel = pinnedFile(ref);
    return { ...model, files: model.files.map((file) => ({ ...file, bytes: parts.weights })) };
  });
  const pinned = new Map([...input.pinned.keys()].map((ref, at) => [ref, models[at] ?? pinnedFile(ref)]));
  const { services: running } = buildFleet({ ...input, pinned });
  return {
    services: running,
    starting: new Set(running.map(({ name }) => name)),
    totalBytes,
    othersBytes: 0,
  };
}

describe('planMemory', () => {
  it('accepts limits that are exactly the RAM of the host', () => {
    expect(planMemory(requestOf({ limit: 4 * GIB, weights: GIB }, 4 * GIB + OTHERS))).toEqual([]);
  });

  it('warns if the limits exceed the RAM', () => {
    expect(planMemory(requestOf({ limit: 4 * GIB, weights: GIB }, 4 * GIB))).toEqual([
      {
        level: 'warning',
        code: 'RMA_PLAN_RAM',
        message:
          'the memory limits of 3 services add up to 4.8 GiB (chat-llm: 4.0 GiB); the host has 4.0 GiB of RAM',
        hint: 'the kernel may kill an engine when all are busy: choose a smaller variant or fewer profiles, or lower `memory` in the profile',
        exitCode: 0,
        details: { limitBytes: 4 * GIB + OTHERS, totalBytes: 4 * GIB },
      },
    ]);
  });

  it('ignores services without a limit', () => {
    expect(planMemory(requestOf({ limit: null, weights: GIB }, GIB))).toEqual([]);
  });

  it('leaves a service alone that runs already', () => {
    const request = requestOf({ limit: null, weights: 8 * GIB }, 4 * GIB);
    expect(planMemory({ ...request, starting: new Set(['chat-worker']) })).toEqual([]);
  });

  it('fails only for a model on the CPU whose weights exceed the RAM', () => {
    expect(planMemory(requestOf({ limit: 16 * GIB, weights: 8 * GIB }, 8 * GIB - 1))).toEqual([
      {
        level: 'error',
        code: 'RMA_PLAN_NO_RAM',
        message: 'chat-llm needs at least 8.0 GiB of RAM; the host has 8.0 GiB',
        hint: 'choose a smaller variant: rma profiles show chat; or another profile: rma profiles ls',
        exitCode: 5,
        details: { service: 'chat-llm', neededBytes: 8 * GIB, totalBytes: 8 * GIB - 1 },
      },
    ]);
  });

  it('accepts weights that are exactly the RAM', () => {
    expect(planMemory(requestOf({ limit: null, weights: 8 * GIB }, 8 * GIB))).toEqual([]);
  });

  it('ignores weights in GPU memory', () => {
    const placement = new Map([['chat-llm', ON_ONE_GPU]]);
    expect(planMemory(requestOf({ limit: null, weights: 80 * GIB, placement }, 8 * GIB))).toEqual([]);
  });

  it('skips the check if the RAM is unknown', () => {
    expect(planMemory(requestOf({ limit: 64 * GIB, weights: 80 * GIB }, null))).toEqual([]);
  });
});
