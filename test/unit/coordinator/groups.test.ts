import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addReport, type Groups, NO_GROUPS } from '../../../src/core/coordinator/groups.ts';
import type { GroupReport } from '../../../src/core/domain/group.ts';
import { type Fault, SimulatedGroup } from './group-simulation.ts';

const LEASE_MS = 15_000;

/** Reports of hosts to one coordinator at a time in milliseconds. */
function coordinator() {
  let groups: Groups = NO_GROUPS;
  return (rank: number, part: Partial<GroupReport> = {}, nowMs = 0) => {
    const host = `h${rank}`;
    const idle = { nodes: 2, seen: 0, running: 0, ended: 0 };
    const report: GroupReport = { schema: 'rma.group/v1', id: `${host}-demo-large`, host, ...idle, ...part };
    const result = addReport(groups, { name: 'demo-large', rank, report }, nowMs);
    if (result.kind !== 'taken') groups = result.groups;
    return result.kind === 'state' ? result.state : result.kind;
  };
}

const runs = (generation: number) => ({ seen: generation, running: generation, ended: generation - 1 });

describe('a group', () => {
  it('starts nothing before all its hosts are present', () => {
    const report = coordinator();
    expect(report(0)).toEqual({ generation: 0, present: [0], running: [], stale: [] });
    expect(report(1)).toEqual({ generation: 1, present: [0, 1], running: [], stale: [0, 1] });
    expect(report(0)).toMatchObject({ generation: 1 });
  });

  it('starts nothing if its hosts are present one after the other, never together', () => {
    const report = coordinator();
    report(0);
    expect(report(1, {}, LEASE_MS)).toEqual({ generation: 0, present: [1], running: [], stale: [] });
  });

  it('restarts as a whole when one of its programs ends', () => {
    const report = coordinator();
    for (const rank of [0, 1, 0, 1]) report(rank, rank === 0 ? {} : runs(1));
    report(0, runs(1));
    expect(report(1, { seen: 1, ended: 1 })).toEqual({
      generation: 2,
      present: [0, 1],
      running: [],
      stale: [0, 1],
    });
    expect(report(0, { ...runs(1), seen: 2 })).toMatchObject({ stale: [0, 1] });
    report(1, { seen: 2, ended: 1 });
    expect(report(0, { seen: 2, ended: 1 })).toMatchObject({ generation: 2, running: [], stale: [] });
  });

  it('restarts when a host has lost what it received, but not for a response that was lost', () => {
    const report = coordinator();
    report(0);
    expect(report(1)).toMatchObject({ generation: 1 });
    expect(report(1)).toMatchObject({ generation: 1 });
    report(1, runs(1));
    expect(report(1)).toMatchObject({ generation: 2 });
    expect(report(1)).toMatchObject({ generation: 2 });
  });

  it('has a missing host after its lease, and continues without a restart when it is back', () => {
    const report = coordinator();
    report(0);
    report(1);
    report(1, runs(1));
    report(0, runs(1));
    report(0, runs(1), 1_000);
    expect(report(0, runs(1), LEASE_MS)).toEqual({ generation: 1, present: [0], running: [0], stale: [] });
    expect(report(1, runs(1), LEASE_MS)).toEqual({
      generation: 1,
      present: [0, 1],
      running: [0, 1],
      stale: [],
    });
  });

  it('continues its count after a restart of the coordinator, which reports no missing host at once', () => {
    const report = coordinator();
    expect(report(0, runs(7))).toBe('not-ready');
    expect(report(1, runs(7), 2_000)).toEqual({ generation: 7, present: [0, 1], running: [0, 1], stale: [] });
    const alone = coordinator();
    alone(0, runs(7));
    alone(0, runs(7), 1_000);
    expect(alone(0, runs(7), LEASE_MS)).toEqual({ generation: 7, present: [0], running: [0], stale: [] });
  });

  it('restarts when a member was restarted together with the coordinator', () => {
    const report = coordinator();
    report(1);
    expect(report(0, runs(7))).toMatchObject({ generation: 8 });
  });

  it('has one worker per rank until its lease ends', () => {
    const report = coordinator();
    report(1);
    expect(report(1, { id: 'h9-demo-large', host: 'h9' })).toBe('taken');
    expect(report(1, { id: 'h9-demo-large', host: 'h9' }, LEASE_MS)).toMatchObject({ present: [1] });
  });
});

const faults = fc.record({
  fault: fc.constantFrom<Fault>(
    'program ends',
    'engine container restarts',
    'worker restarts',
    'host restarts',
    'report lost',
    'response lost',
    'coordinator restarts',
  ),
  rank: fc.nat({ max: 3 }),
});
const rounds = fc.array(fc.array(faults, { maxLength: 3 }), { maxLength: 40 });

/** Twice the longest pause before an end is reported, in rounds. */
const QUIET = 60;

describe('a group with random faults', () => {
  it('runs one generation on all hosts at the end, and starts none beside an earlier one, and the head last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), rounds, (nodes, history) => {
        const group = new SimulatedGroup(nodes);
        for (const each of history) group.round(each);
        for (let round = 0; round < QUIET; round += 1) group.round();
        const [generation = 0] = group.running;
        expect(group.running).toEqual(Array(nodes).fill(generation));
        expect(group.problem).toBeNull();
        expect(group.early).toEqual([]);
        // each fault begins one generation at most
        expect(generation).toBeGreaterThan(0);
        expect(generation).toBeLessThanOrEqual(1 + history.flat().length);
        for (let round = 0; round < QUIET; round += 1) group.round();
        expect(group.running[0]).toBe(generation);
      }),
      { numRuns: 300 },
    );
  });

  it('slows down restarts of a group whose program never lasts', () => {
    const group = new SimulatedGroup(2);
    for (let round = 0; round < 300; round += 1) group.round([{ fault: 'program ends', rank: 1 }]);
    // ten minutes with a pause of up to a minute
    expect(group.running[0]).toBeLessThan(30);
  });
});
