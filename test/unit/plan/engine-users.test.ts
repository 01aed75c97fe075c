import { describe, expect, it } from 'vitest';
import { endingWith, type UsingContainer, usersOf } from '../../../src/core/domain/engine-users.ts';

const worker = (profile: string, engines: readonly string[] | null): UsingContainer => ({
  service: `${profile}-worker`,
  profile,
  engines,
});
const engine = (service: string, profile: string): UsingContainer => ({ service, profile, engines: null });
const coordinator: UsingContainer = { service: 'coordinator', profile: null, engines: null };
const names = (containers: readonly UsingContainer[]) => containers.map(({ service }) => service);

/** `a` made the shared engine, `b` uses it too. */
const shared = [
  coordinator,
  worker('a', ['a-ollama', 'a-vllm']),
  worker('b', ['a-ollama']),
  engine('a-ollama', 'a'),
  engine('a-vllm', 'a'),
];

describe('usersOf', () => {
  it('names every worker that says it uses the engine', () => {
    expect(names(usersOf('a-ollama', shared))).toEqual(['a-worker', 'b-worker']);
  });

  it('takes the worker of the same profile where a worker does not say', () => {
    const containers = [worker('a', null), worker('b', ['b-llm']), engine('a-llm', 'a')];
    expect(names(usersOf('a-llm', containers))).toEqual(['a-worker']);
  });
});

describe('endingWith', () => {
  it('keeps an engine that another profile uses, and the coordinator', () => {
    expect(names(endingWith(['a'], shared))).toEqual(['a-worker', 'a-vllm']);
    expect(names(endingWith(['b'], shared))).toEqual(['b-worker']);
  });

  it('takes the shared engine with the last profile that uses it, whoever it was named after', () => {
    const left = shared.filter(({ service }) => service !== 'a-worker' && service !== 'a-vllm');
    expect(names(endingWith(['b'], [...left, worker('c', [])]))).toEqual(['b-worker', 'a-ollama']);
  });

  it('takes everything with the last profile', () => {
    expect(endingWith(['a', 'b'], shared)).toEqual(shared);
  });

  it('keeps the engine of another profile whose worker is missing, and the coordinator', () => {
    const left = [coordinator, worker('a', ['a-llm']), engine('a-llm', 'a'), engine('b-llm', 'b')];
    expect(names(endingWith(['a'], left))).toEqual(['a-worker', 'a-llm']);
    expect(names(endingWith(['b'], left))).toEqual(['b-llm']);
  });

  it('takes nothing for a profile that does not run', () => {
    expect(endingWith(['c'], shared)).toEqual([]);
    expect(endingWith(['c'], [coordinator])).toEqual([]);
  });
});
