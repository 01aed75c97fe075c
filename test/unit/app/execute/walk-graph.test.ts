import { describe, expect, it } from 'vitest';
import { walkGraph } from '../../../../src/app/execute/walk-graph.ts';

interface Node {
  readonly id: string;
  readonly after: readonly string[];
}

const node = (id: string, ...after: readonly string[]): Node => ({ id, after });

/** Runs the nodes; each ends when the test ends it. */
function walkOf(nodes: readonly Node[], batchOf: (node: Node) => string = ({ id }) => id) {
  const stop = new AbortController();
  const running = new Map<string, { end: () => void; fail: (error: Error) => void; signal: AbortSignal }>();
  const batches: string[] = [];
  const walk = walkGraph(nodes, {
    batchOf,
    undoes: ({ id }) => (id.startsWith('undo ') ? id.slice('undo '.length) : null),
    signal: stop.signal,
    run: (batch, signal) =>
      new Promise<void>((end, fail) => {
        const name = batch.map(({ id }) => id).join('+');
        batches.push(name);
        running.set(name, { end, fail, signal });
      }),
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    walk,
    stop,
    batches,
    end: async (name: string) => {
      running.get(name)?.end();
      await settle();
    },
    fail: async (name: string, error: Error) => {
      running.get(name)?.fail(error);
      await settle();
    },
    signalOf: (name: string) => running.get(name)?.signal,
  };
}

describe('walkGraph', () => {
  it('runs independent operations in parallel, each after its dependencies', async () => {
    const { walk, batches, end } = walkOf([node('a'), node('b'), node('c', 'a', 'b'), node('d', 'a')]);
    expect(batches).toEqual(['a', 'b']);
    await end('a');
    expect(batches).toEqual(['a', 'b', 'd']);
    await end('b');
    expect(batches).toEqual(['a', 'b', 'd', 'c']);
    await end('c');
    await end('d');
    await expect(walk).resolves.toBeUndefined();
  });

  it('batches operations with the same key that are ready at the same time', async () => {
    const { walk, batches, end } = walkOf([node('a'), node('b'), node('c', 'a')], () => 'up');
    expect(batches).toEqual(['a+b']);
    await end('a+b');
    expect(batches).toEqual(['a+b', 'c']);
    await end('c');
    await walk;
  });

  it('starts nothing after a failure, aborts running operations and rejects once they have ended', async () => {
    const { walk, batches, end, fail, signalOf } = walkOf([node('a'), node('b'), node('c', 'b')]);
    const ended = expect(walk).rejects.toThrow('first');
    await fail('a', new Error('first'));
    expect(signalOf('b')?.aborted).toBe(true);
    await end('b');
    await ended;
    expect(batches).toEqual(['a', 'b']);
  });

  it('after a failure, undoes only what has run', async () => {
    const nodes = [node('a'), node('b', 'a'), node('undo a', 'b'), node('c', 'b'), node('undo c', 'c')];
    const { walk, batches, end, fail } = walkOf(nodes);
    const ended = expect(walk).rejects.toThrow('first');
    await end('a');
    await fail('b', new Error('first'));
    await end('undo a');
    await ended;
    expect(batches).toEqual(['a', 'b', 'undo a']);
  });

  it('rejects with the first of several failures', async () => {
    const { walk, fail } = walkOf([node('a'), node('b')]);
    const ended = expect(walk).rejects.toThrow('first');
    await fail('a', new Error('first'));
    await fail('b', new Error('second'));
    await ended;
  });

  it('starts nothing after an abort, and rejects with its reason', async () => {
    const { walk, stop, batches, end } = walkOf([node('a'), node('b', 'a')]);
    const ended = expect(walk).rejects.toThrow('stopped');
    stop.abort(new Error('stopped'));
    await end('a');
    await ended;
    expect(batches).toEqual(['a']);
  });

  it('rejects operations with missing dependencies', async () => {
    await expect(walkOf([node('a', 'missing')]).walk).rejects.toThrow('do not exist');
  });

  it('resolves without operations', async () => {
    await expect(walkOf([]).walk).resolves.toBeUndefined();
  });
});
