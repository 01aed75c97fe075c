import { roleOf } from '../../../src/core/domain/container.ts';
import type { FakeHost } from './fake-host.ts';

/** Collects each stop of an engine that a running worker still uses, one line each. */
export function undrainedStops({ engine }: FakeHost): readonly string[] {
  const faults: string[] = [];
  const exit = engine.exit.bind(engine);
  const destroy = engine.destroy.bind(engine);
  engine.exit = (id, exitCode) => {
    check(id);
    exit(id, exitCode);
  };
  engine.destroy = (id) => {
    check(id);
    destroy(id);
  };
  return faults;

  function check(id: string): void {
    const stopped = engine.all.find((each) => each.id === id);
    if (stopped === undefined || roleOf(stopped) !== 'engine' || stopped.state !== 'running') return;
    for (const { service, project, state, engines } of engine.all) {
      const uses = project === stopped.project && engines?.includes(stopped.service) === true;
      if (uses && state === 'running') faults.push(`${stopped.service} stopped while ${service} was running`);
    }
  }
}
