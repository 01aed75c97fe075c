import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { type RunningCoordinator, startCoordinator } from '../../helpers/worker/coordinator.ts';
import { sendRaw } from '../../helpers/worker/raw-request.ts';
import { get, HOST, READER } from './attack-calls.ts';

/** `Host` values that name another machine, and spellings that try to look like this one. */
const FOREIGN_HOSTS = [
  'evil.example',
  'evil.example:7700',
  'localhost.evil.example',
  '127.0.0.1.nip.io',
  'coordinator.evil.example',
  '10.1.2.3:7700',
  '169.254.169.254',
  '0.0.0.0',
  '2130706433',
  '[::ffff:808:808]',
  '[fe80::1]',
  'user@localhost',
  'localhost, evil.example',
  'localhost:99999999',
  'localhost/evil',
  '',
];

let coordinator: RunningCoordinator;

beforeAll(async () => {
  coordinator = await startCoordinator(new FakeClock());
});

afterAll(() => coordinator[Symbol.asyncDispose]());

describe('open readers of the coordinator', () => {
  it.each(FOREIGN_HOSTS)('[case A05] does not list workers or models for the host %j', async (host) => {
    for (const path of ['/v1/models', '/v1/workers']) {
      const answer = await sendRaw(coordinator.port, get(path, [`Host: ${host}`]));
      expect([answer.status, answer.code]).toEqual([403, 'RMA_COORDINATOR_HOST']);
    }
  });

  it('[case A05] does not list workers for two Host headers', async () => {
    const answer = await sendRaw(coordinator.port, get('/v1/workers', [HOST, 'Host: evil.example']));
    expect([answer.status, answer.code]).toEqual([403, 'RMA_COORDINATOR_HOST']);
  });

  it.each([
    'localhost',
    'LOCALHOST:7700',
    'localhost.',
    '127.0.0.1:7700',
    '127.1.2.3',
    '[::1]:7700',
    'coordinator:7700',
  ])('[case A05] lists workers for the host %j', async (host) => {
    expect((await sendRaw(coordinator.port, get('/v1/workers', [`Host: ${host}`]))).status).toBe(200);
  });

  it('[case A05] checks no Host where a token is required', async () => {
    await using strict = await startCoordinator(new FakeClock(), { readers: 'token' });
    const sent = get('/v1/workers', ['Host: models.example', READER]);
    expect((await sendRaw(strict.port, sent)).status).toBe(200);
  });
});
