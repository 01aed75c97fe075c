import { createServer } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { GroupState } from '../../../src/core/domain/group.ts';
import type { EngineTarget } from '../../../src/core/domain/worker-config.ts';
import { createGroupMember } from '../../../src/worker/group/group-member.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { listening } from '../../helpers/network/listening.ts';
import { MODEL_REF, workerConfig } from '../../helpers/worker/worker-config.ts';

const signal = new AbortController().signal;

test('a head whose engine does not answer in time stops it', async () => {
  const { exchange, files } = await silentHead();
  await exchange({ generation: 1, running: [0, 1] });
  expect(files.generation).toBe(0);
});

test('a head starts its engine in the generation after the one that did not answer', async () => {
  const { exchange, files } = await silentHead();
  // a member ended at the same time: this generation has just begun
  await exchange({ generation: 2, running: [] });
  files.ended = 1;
  await exchange({ generation: 2, running: [1] });
  expect(files.generation).toBe(2);
});

test('a head whose engine was stopped starts it again in the next generation', async () => {
  const { exchange, files } = await silentHead();
  await exchange({ generation: 1, running: [0, 1] });
  await exchange({ generation: 2, running: [] });
  files.ended = 1;
  await exchange({ generation: 2, running: [1] });
  expect(files.generation).toBe(2);
});

/** Returns the head of a group that runs generation 1, whose engine has answered with errors until the deadline. */
async function silentHead() {
  const server = createServer((_, response) => response.writeHead(500).end());
  const engine = engineAt(await listening(server));
  const clock = new FakeClock();
  const files = { seen: 1, generation: 1, running: 1, ended: 0 };
  const group = {
    name: 'demo-large',
    rank: 0,
    nodes: 2,
    service: 'large-engine',
    hosts: ['h0', 'h1'],
    listens: null,
  };
  let state: GroupState = { generation: 1, present: [0, 1], running: [0, 1], stale: [] };
  const member = createGroupMember({
    config: workerConfig({ group }),
    group,
    directory: {
      read: async () => ({ ...files }),
      write: async (name, value) => {
        files[name] = value;
      },
    },
    client: { reportToGroup: async () => ({ kind: 'state', state }) },
    clock,
    random: () => 0,
    deadlineMs: 5_000,
    log: { info: () => undefined, warn: () => undefined },
  });
  const exchange = async (next: Pick<GroupState, 'generation' | 'running'>) => {
    state = { ...state, ...next };
    await member.exchange(signal);
  };
  await exchange(state);
  member.unanswered(engine, signal);
  // the pause after the first error
  await clock.sleeping(2_000);
  clock.advance(6 * 60_000);
  await setImmediate();
  return { exchange, files };
}

function engineAt(port: number): EngineTarget {
  return {
    service: 'large-engine',
    engine: 'llamacpp',
    url: `http://127.0.0.1:${port}`,
    endpoint: `http://127.0.0.1:${port}`,
    healthPath: '/health',
    modelsPath: '/v1/models',
    inFlight: null,
    loaded: null,
    models: [{ ref: MODEL_REF, name: 'large', kind: 'chat' }],
  };
}
