import { describe, expect, it } from 'vitest';
import { removalQuestion, renderPlan, reportPlan, summaryLine } from '../../../src/cli/render/plan.ts';
import type { Observed } from '../../../src/core/domain/observed.ts';
import type { RmaEvent } from '../../../src/core/events.ts';
import { planUp } from '../../../src/core/plan/plan-up.ts';
import { emptyBox, withContainer } from '../../helpers/builders/plan-builders.ts';
import { desiredProfiles, runningProfiles } from '../../helpers/builders/three-profiles.ts';
import { theme } from '../../helpers/cli/theme.ts';

const desired = desiredProfiles('a');
const plan = (observed: Observed, removeOrphans = false) =>
  planUp(desired, observed, { host: 'box1', profiles: [], removeOrphans });

describe('a plan as text', () => {
  it('lists every operation by kind, with drains, waits and totals', () => {
    const running = runningProfiles(desired, 'a');
    const changed = withContainer(running, 'a-one', { configHash: 'old' });
    expect(renderPlan(plan(changed), theme()).split('\n')).toEqual([
      'Services',
      '  > drain a-worker                its engine a-one will be recreated',
      '  ~ a-one (recreate)              its definition changed',
      '  > resume a-worker               it was drained',
      '  > wait until a-worker is ready  its engine a-one will be recreated',
      '0 to create, 1 to change, 0 to remove; 0 B to download, 95.4 MiB free',
    ]);
  });

  it('moves a cause to the next line where a terminal has no room beside a long name', () => {
    const running = runningProfiles(desired, 'a');
    const changed = withContainer(running, 'a-one', { configHash: 'old' });
    const lines = renderPlan(plan(changed), { ...theme(), columns: 66 }).split('\n');
    expect(lines.slice(0, -1)).toEqual([
      'Services',
      '  > drain a-worker              its engine a-one will be recreated',
      '  ~ a-one (recreate)            its definition changed',
      '  > resume a-worker             it was drained',
      '  > wait until a-worker is ready',
      '                                its engine a-one will be recreated',
    ]);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(66);
  });

  it('groups images, volumes, models and files under headings', () => {
    const lines = renderPlan(plan(emptyBox()), theme()).split('\n');
    expect(lines.filter((line) => !line.startsWith(' '))).toEqual([
      'Services',
      'Models',
      'Images',
      'Volumes',
      'Files',
      '12 to create, 0 to change, 0 to remove; 1000 B to download, free disk space unknown',
    ]);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}> wait for the models of a-worker /));
  });

  it('leaves out the free space in the totals of several hosts, which have stores of their own', () => {
    expect(summaryLine(plan(emptyBox()), 'hosts')).toBe(
      '12 to create, 0 to change, 0 to remove; 1000 B to download',
    );
  });

  it('summarizes a plan without changes, and one that only waits', () => {
    const running = runningProfiles(desired, 'a');
    expect(summaryLine(plan(running))).toBe('No changes. The project matches its configuration.');
    const waiting = withContainer(running, 'a-worker', { worker: { state: 'registering', failure: null } });
    expect(summaryLine(plan(waiting))).toBe('No changes; waiting for the workers to become ready.');
  });

  it('is reported in the log before it is executed', () => {
    const events: RmaEvent[] = [];
    const reporter = { emit: (event: RmaEvent) => events.push(event) };
    reportPlan({ reporter }, plan(withContainer(runningProfiles(desired, 'a'), 'a-one', null)));
    expect(events).toEqual([
      {
        type: 'step',
        id: 'plan',
        state: 'done',
        text: 'plan: 1 to create, 0 to change, 0 to remove; 0 B to download, 95.4 MiB free',
      },
      { type: 'log', level: 'info', text: '+ a-one: has no container' },
      {
        type: 'log',
        level: 'info',
        text: '> wait until a-worker is ready: its engine a-one will be started',
      },
    ]);
  });

  it('lists everything it removes in the prompt', () => {
    const orphans = runningProfiles(desiredProfiles('a', 'b'), 'a', 'b');
    expect(removalQuestion(plan(orphans, true))).toBe('This will remove: b-worker, b-two. Continue?');
  });
});
