import { expect, it } from 'vitest';
import { createEngineProbe } from '../../../src/adapters/engine/engine-probe.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { startEngine } from '../../helpers/worker/stub-engine.ts';

const { signal } = new AbortController();

it('an engine that lists no models is ready when its health endpoint responds', async () => {
  await using engine = await startEngine();
  const probe = createEngineProbe(new FakeClock(), 3_000);
  engine.names = [];
  const unlisted = { ...engine.target, modelsPath: null };
  expect(await probe.noResponse(engine.target, signal)).toBe('/v1/models does not list tiny');
  expect(await probe.noResponse(unlisted, signal)).toBeNull();
  engine.healthy = false;
  expect(await probe.noResponse(unlisted, signal)).toBe('/health returned 503');
});
