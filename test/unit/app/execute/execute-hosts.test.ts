import { describe, expect, it } from 'vitest';
import { executeHosts, type HostsExecution } from '../../../../src/app/execute/execute-hosts.ts';
import { planUp } from '../../../../src/app/plan-up.ts';
import { payloadOf } from '../../../../src/app/up.ts';
import type { RmaConfig } from '../../../../src/core/domain/config.ts';
import { mergePlans } from '../../../../src/core/plan/merge-plans.ts';
import { catalogOf, configOf, profileServiceOf } from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const catalog = catalogOf({ chat: [profileServiceOf({ engine: 'one', gpus: 0 })] }, ['one']);
const config = configOf({ profiles: ['chat'] });
/** Its workers register with the coordinator of another host. */
const follower = configOf({
  profiles: ['chat'],
  coordinator: { ...config.coordinator, url: 'https://10.0.0.1:8470' },
});

interface Part {
  readonly host: FakeHost;
  readonly config?: RmaConfig;
  readonly signal?: AbortSignal;
}

/** Plans `up` on each host, and returns what executes all of it. */
async function executionOf(parts: readonly Part[], signal = new AbortController().signal) {
  const planned = await Promise.all(
    parts.map(async (part) => {
      const request = upRequest({ config: part.config ?? config });
      const invocation = fakeInvocation(catalog, { signal: part.signal ?? new AbortController().signal });
      const planned = await planUp(part.host, invocation, request);
      const payload = payloadOf(planned, { config: request.config, waitSeconds: 60 });
      return { name: part.host.name, plan: planned.plan, target: { host: part.host, invocation, payload } };
    }),
  );
  const { operations } = mergePlans(planned.map(({ name, plan }) => ({ host: name, plan })));
  const targets = new Map(planned.map(({ name, target }) => [name, target]));
  return { operations, targets, signal } satisfies HostsExecution;
}

const running = ({ engine }: FakeHost) =>
  engine.all.flatMap(({ service, state }) => (state === 'running' ? [service] : [])).sort();
const hostsOf = () => ['a', 'b', 'c'].map((name) => new FakeHost(name));

describe('executeHosts', () => {
  it('executes the operations of each host on that host', async () => {
    const hosts = hostsOf();
    const outcomes = await executeHosts(await executionOf(hosts.map((host) => ({ host }))));
    expect(outcomes).toEqual(['a', 'b', 'c'].map((host) => ({ host, outcome: 'done' })));
    for (const host of hosts) expect(running(host)).toEqual(['chat-one', 'chat-worker', 'coordinator']);
    const again = await executionOf(hosts.map((host) => ({ host })));
    expect(again.operations).toEqual([]);
  });

  it('stops only the host of a failed operation, and a second run finishes it', async () => {
    const hosts = hostsOf();
    const [, broken] = hosts;
    const error = new Error('connection lost');
    if (broken !== undefined) broken.recorder.fault = (line) => (line.startsWith('up ') ? error : null);
    const outcomes = await executeHosts(await executionOf(hosts.map((host) => ({ host }))));
    expect(outcomes).toMatchObject([
      { outcome: 'done' },
      { host: 'b', outcome: 'failed', error },
      { outcome: 'done' },
    ]);
    expect(outcomes[1]).toHaveProperty('notRun', expect.arrayContaining(['b: wait-until-ready chat-worker']));
    if (broken !== undefined) broken.recorder.fault = () => null;
    const again = await executionOf(hosts.map((host) => ({ host })));
    expect(new Set(again.operations.map(({ host }) => host))).toEqual(new Set(['b']));
    expect(await executeHosts(again)).toEqual(['a', 'b', 'c'].map((host) => ({ host, outcome: 'done' })));
  });

  it('reports what does not run because the host of the coordinator failed', async () => {
    const [a, b] = [new FakeHost('a'), new FakeHost('b')];
    a.recorder.fault = (line) => (line.startsWith('write ') ? new Error('disk full') : null);
    const outcomes = await executeHosts(await executionOf([{ host: a }, { host: b, config: follower }]));
    expect(outcomes).toMatchObject([
      { host: 'a', outcome: 'failed' },
      {
        host: 'b',
        outcome: 'not-run',
        reason:
          '"b: wait-until-ready chat-worker" did not run: it follows "a: start-service coordinator", which did not complete',
        notRun: ['b: wait-until-ready chat-worker'],
      },
    ]);
    expect(running(b)).toEqual(['chat-one', 'chat-worker']);
  });

  it('stops one host by the signal of its invocation', async () => {
    const lost = new AbortController();
    lost.abort(new Error('the lock is lost'));
    const hosts = hostsOf();
    const parts = hosts.map((host) => (host.name === 'c' ? { host, signal: lost.signal } : { host }));
    const outcomes = await executeHosts(await executionOf(parts));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'failed']);
    expect(outcomes[2]).toMatchObject({ error: new Error('the lock is lost') });
    expect(hosts[2]?.engine.all).toEqual([]);
  });

  it('stops all hosts by its signal', async () => {
    const hosts = hostsOf();
    const stop = new AbortController();
    const request = await executionOf(
      hosts.map((host) => ({ host })),
      stop.signal,
    );
    stop.abort(new Error('interrupted'));
    await expect(executeHosts(request)).rejects.toThrow('interrupted');
    for (const host of hosts) expect(host.takeChanges()).toEqual([]);
  });

  it('never works on more hosts at once than allowed', async () => {
    const hosts = hostsOf();
    const request = await executionOf(hosts.map((host) => ({ host })));
    const order: string[] = [];
    for (const { name, recorder } of hosts) {
      recorder.fault = () => {
        if (order.at(-1) !== name) order.push(name);
        return null;
      };
    }
    await executeHosts({ ...request, maxHosts: 1 });
    expect(order).toEqual(['a', 'b', 'c']);
  });
});
