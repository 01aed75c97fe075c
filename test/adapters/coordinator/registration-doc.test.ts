import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workerToken } from '../../../src/core/registration-token.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { COORDINATOR_KEY, startCoordinator } from '../../helpers/worker/coordinator.ts';

const DOC = readFileSync(new URL('../../../docs/registration.md', import.meta.url), 'utf8');

function example(name: string): { id: string; host: string } {
  const block = new RegExp(`\`\`\`json ${name}\\n([^]*?)\`\`\``).exec(DOC)?.[1];
  if (block === undefined) throw new Error(`docs/registration.md has no example "${name}"`);
  return JSON.parse(block);
}

describe('docs/registration.md', () => {
  it('shows a registration that the coordinator accepts, and its responses', async () => {
    await using coordinator = await startCoordinator(new FakeClock());
    const registration = example('registration');
    const { id, host } = registration;
    const headers = { authorization: `Bearer ${workerToken(COORDINATOR_KEY, host, id)}` };
    const body = JSON.stringify(registration);
    const posted = await fetch(`${coordinator.url}/v1/workers`, { method: 'POST', headers, body });
    expect([posted.status, await posted.json()]).toEqual([201, example('lease')]);
    const beat = await fetch(`${coordinator.url}/v1/workers/${id}`, { method: 'PUT', headers, body });
    expect([beat.status, await beat.json()]).toEqual([200, example('lease')]);
    const models = await fetch(`${coordinator.url}/v1/models`);
    expect(await models.json()).toEqual(example('models'));
    const workers = await fetch(`${coordinator.url}/v1/workers`);
    expect(await workers.json()).toEqual({ workers: [{ ...registration, leaseSecondsLeft: 15 }] });
    const left = await fetch(`${coordinator.url}/v1/workers/${id}`, { method: 'DELETE', headers });
    expect(left.status).toBe(200);
  });

  it('shows the report of a group, and its state', async () => {
    await using coordinator = await startCoordinator(new FakeClock());
    const report = example('group-report');
    const put = (rank: number, sent: { readonly id: string; readonly host: string }, owner = sent) =>
      fetch(`${coordinator.url}/v1/groups/demo-large/${rank}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${workerToken(COORDINATOR_KEY, owner.host, owner.id)}` },
        body: JSON.stringify(sent),
      });
    const member = { ...report, id: 'box2-demo-large', host: 'box2' };
    expect((await put(0, report, member)).status).toBe(403);
    expect((await put(2, report)).status).toBe(422);
    expect((await put(0, { ...report, id: 'box1-demo-other' })).status).toBe(422);
    expect((await put(0, report)).status).toBe(503);
    expect((await put(0, member)).status).toBe(409);
    expect((await put(1, member)).status).toBe(200);
    const answer = await put(0, report);
    expect([answer.status, await answer.json()]).toEqual([200, example('group-state')]);
  });

  it('shows the error for an unknown worker', async () => {
    await using coordinator = await startCoordinator(new FakeClock());
    const headers = { authorization: 'Bearer anything' };
    const answer = await fetch(`${coordinator.url}/v1/workers/x`, { method: 'DELETE', headers });
    expect([answer.status, await answer.json()]).toEqual([404, example('error')]);
  });

  it('lists the routes of the coordinator', async () => {
    await using coordinator = await startCoordinator(new FakeClock());
    const named = [...DOC.matchAll(/^\| `(GET|POST|PUT|DELETE) (\/\S+)` \|/gm)];
    expect(named).toHaveLength(7);
    for (const [, method, path] of named) {
      const url = coordinator.url + path!.replace('{id}', 'x').replace('{name}/{rank}', 'x/0');
      const status = (await fetch(url, { method: method! })).status;
      expect([200, 401]).toContain(status);
    }
  });
});
