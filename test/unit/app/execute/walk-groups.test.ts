import { describe, expect, it } from 'vitest';
import { walkGroups } from '../../../../src/app/execute/walk-groups.ts';

interface Node {
  readonly id: string;
  readonly after: readonly string[];
}

const node = (id: string, ...after: readonly string[]): Node => ({ id, after });
/** `b1` is in group b. */
const groupOf = ({ id }: Node): string => id.replace('undo ', '').charAt(0);

/** Runs the nodes; each ends when the test ends it. */
function walkOf(nodes: readonly Node[], maxGroups = 9) {
  const stop = new AbortController();
  const running = new Map<string, { end: () => void; fail: (error: Error) => void; signal: AbortSignal }>();
  const started: string[] = [];
  const walk = walkGroups(nodes, {
    groupOf,
    maxGroups,
    batchOf: ({ id }) => id,
    undoes: ({ id }) => (id.startsWith('undo ') ? id.slice('undo '.length) : null),
    signal: stop.signal,
    run: ([operation], signal) =>
      new Promise<void>((end, fail) => {
        const name = operation?.id ?? '';
        started.push(name);
        running.set(name, { end, fail, signal });
      }),
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    walk,
    stop,
    started,
    end: async (name: string) => {
      running.get(name)?.end();
      await settle();
    },
    fail: async (name: string, error = new Error(name)) => {
      running.get(name)?.fail(error);
      await settle();
    },
    isAborted: (name: string) => running.get(name)?.signal.aborted,
  };
}

const ids = (nodes: readonly Node[]) => nodes.map(({ id }) => id);

describe('walkGroups', () => {
  it('stops the group of a failure and what follows it, and runs the rest to its end', async () => {
    const nodes = [node('a1'), node('a2', 'a1'), node('b1'), node('b2', 'b1', 'a2'), node('b3', 'b1')];
    const { walk, started, end, fail, isAborted } = walkOf(nodes);
    const error = new Error('lost');
    await fail('a1', error);
    expect(isAborted('b1')).toBe(false);
    await end('b1');
    await end('b3');
    const { failures, notRun } = await walk;
    expect(started).toEqual(['a1', 'b1', 'b3']);
    expect([...failures]).toEqual([['a', error]]);
    expect(ids(notRun)).toEqual(['a2', 'b2']);
  });

  it('aborts what runs in the group of a failure, and reports its first one', async () => {
    const { walk, fail, end, isAborted } = walkOf([node('a1'), node('a2'), node('b1')]);
    await fail('a1');
    expect(isAborted('a2')).toBe(true);
    await fail('a2');
    await end('b1');
    expect((await walk).failures.get('a')).toEqual(new Error('a1'));
  });

  it('undoes in a stopped group at once, while other groups run', async () => {
    const nodes = [node('a1'), node('a2', 'a1'), node('undo a1', 'a2'), node('b1'), node('b2', 'b1')];
    const { walk, started, end, fail } = walkOf(nodes);
    await end('a1');
    await fail('a2');
    expect(started).toEqual(['a1', 'b1', 'a2', 'undo a1']);
    await end('undo a1');
    await end('b1');
    await end('b2');
    expect(ids((await walk).notRun)).toEqual([]);
  });

  it('undoes in a group that waits for a failed one', async () => {
    const nodes = [node('a1'), node('b1'), node('b2', 'b1', 'a1'), node('undo b1', 'b2')];
    const { walk, started, end, fail } = walkOf(nodes);
    await end('b1');
    await fail('a1');
    await end('undo b1');
    await walk;
    expect(started).toEqual(['a1', 'b1', 'undo b1']);
  });

  it('runs at most so many groups at the same time, and all of them in the end', async () => {
    const nodes = [node('a1', 'c1'), node('b1'), node('b2', 'b1'), node('c1'), node('d1')];
    const { walk, started, end } = walkOf(nodes, 1);
    expect(started).toEqual(['b1']);
    await end('b1');
    expect(started).toEqual(['b1', 'b2']);
    await end('b2');
    await end('c1');
    await end('a1');
    await end('d1');
    await walk;
    expect(started).toEqual(['b1', 'b2', 'c1', 'a1', 'd1']);
  });

  it('undoes what has run after an abort, and rejects with its reason', async () => {
    const nodes = [node('a1'), node('a2', 'a1'), node('undo a1', 'a2'), node('b1')];
    const { walk, stop, started, end } = walkOf(nodes);
    const ended = expect(walk).rejects.toThrow('stopped');
    await end('a1');
    stop.abort(new Error('stopped'));
    await end('a2');
    await end('undo a1');
    await end('b1');
    await ended;
    expect(started).toEqual(['a1', 'b1', 'a2', 'undo a1']);
  });

  it('rejects operations that follow each other in a circle', async () => {
    await expect(walkOf([node('a1', 'a2'), node('a2', 'a1')]).walk).rejects.toThrow('circle');
  });
});
