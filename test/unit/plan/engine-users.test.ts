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

/** `a` created the shared engine, `b` uses it too. */
const shared = [
  coordinator,
  worker('a', ['a-ollama', 'a-vllm']),
  worker('b', ['a-ollama']),
  engine('a-ollama', 'a'),
  engine('a-vllm', 'a'),
];

describe('usersOf', () => {
  it('returns every worker that lists the engine', () => {
    expect(names(usersOf('a-ollama', shared))).toEqual(['a-worker', 'b-worker']);
  });

  it('falls back to the worker of the same profile', () => {
    const containers = [worker('a', null), worker('b', ['b-llm']), engine('a-llm', 'a')];
    expect(names(usersOf('a-llm', containers))).toEqual(['a-worker']);
  });
});

describe('endingWith', () => {
  it('excludes an engine that another profile uses, and the coordinator', () => {
    expect(names(endingWith(['a'], shared))).toEqual(['a-worker', 'a-vllm']);
    expect(names(endingWith(['b'], shared))).toEqual(['b-worker']);
  });

  it('includes the shared engine with its last profile, whatever its name', () => {
    const left = shared.filter(({ service }) => service !== 'a-worker' && service !== 'a-vllm');
    expect(names(endingWith(['b'], [...left, worker('c', [])]))).toEqual(['b-worker', 'a-ollama']);
  });

  it('includes everything with the last profile', () => {
    expect(endingWith(['a', 'b'], shared)).toEqual(shared);
  });

  it('keeps the engine of another profile whose worker is missing, and the coordinator', () => {
    const left = [coordinator, worker('a', ['a-llm']), engine('a-llm', 'a'), engine('b-llm', 'b')];
    expect(names(endingWith(['a'], left))).toEqual(['a-worker', 'a-llm']);
    expect(names(endingWith(['b'], left))).toEqual(['b-llm']);
  });

  it('includes nothing for a profile that is not running', () => {
    expect(endingWith(['c'], shared)).toEqual([]);
    expect(endingWith(['c'], [coordinator])).toEqual([]);
  });
});
