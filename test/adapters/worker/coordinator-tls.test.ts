import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAuthority } from '../../../src/adapters/certificate/authority.ts';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import type { Registration } from '../../../src/core/domain/registration.ts';
import { workerToken } from '../../../src/core/registration-token.ts';
import { createCoordinatorClient } from '../../../src/worker/coordinator-client.ts';
import { coordinatorSilence } from '../../../src/worker/status/coordinator-response.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { COORDINATOR_KEY, startCoordinator } from '../../helpers/worker/coordinator.ts';

const BODY: Registration = {
  schema: 'rma.worker/v1',
  id: 'gpu2-demo-chat',
  host: 'gpu2',
  project: 'demo',
  profile: 'chat',
  state: 'ready',
  models: [],
  startedAt: '2026-01-02T03:04:05.000Z',
};

const authority = createAuthority(systemClock);
const { signal } = new AbortController();

it('a worker registers over TLS with the CA of its project, and sends nothing to a coordinator of another', async () => {
  const folder = tempFolder();
  const [own, other] = ['own', 'other'].map((name) => {
    const ca = authority.create('demo');
    writeFileSync(join(folder, `${name}.pem`), ca.certificate);
    return ca;
  });
  const tls = authority.issue(own!, { subject: 'rma coordinator', names: ['127.0.0.1'] });
  await using coordinator = await startCoordinator(new FakeClock(), { tls });
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, workerToken(COORDINATOR_KEY, BODY.host, BODY.id));
  const target = (caFile: string | null) => ({ url: coordinator.url, tokenFile, caFile });
  const client = (caFile: string | null) => createCoordinatorClient(target(caFile), systemClock, 3_000);
  const silence = (caFile: string | null) =>
    coordinatorSilence(target(caFile), { clock: systemClock, ms: 3_000, signal });

  const [trusted, untrusted] = [join(folder, 'own.pem'), join(folder, 'other.pem')];
  for (const caFile of [untrusted, null]) {
    expect(await client(caFile).register(BODY, signal)).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringMatching(/UNABLE_TO_|SELF_SIGNED|CERT_/),
    });
    expect(await silence(caFile)).toMatch(/UNABLE_TO_|SELF_SIGNED|CERT_/);
  }
  expect(coordinator.lines).toEqual([]);
  expect(await client(trusted).register(BODY, signal)).toEqual({ kind: 'accepted', leaseSeconds: 15 });
  expect(await silence(trusted)).toBeNull();
  // both in one file, while one replaces the other
  writeFileSync(untrusted, `${other!.certificate}${own!.certificate}`);
  expect(await client(untrusted).heartbeat(BODY, signal)).toEqual({ kind: 'accepted', leaseSeconds: 15 });
});

it('a worker whose CA file cannot be read does not register, and reports the file', async () => {
  const target = { url: 'https://127.0.0.1:1', tokenFile: null, caFile: '/nowhere/ca.pem' };
  const answer = await createCoordinatorClient(target, systemClock, 3_000).register(BODY, signal);
  expect(answer).toMatchObject({ kind: 'refused', error: { code: 'RMA_COORDINATOR_CA', exitCode: 3 } });
});
