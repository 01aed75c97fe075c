import { afterEach, describe, expect, it } from 'vitest';
import { ContainerWatch } from '../../../../src/app/execute/container-watch.ts';
import type { ContainerFacts } from '../../../../src/core/domain/container.ts';
import { RmaError } from '../../../../src/core/errors.ts';
import { JumpingClock } from '../../../helpers/clock/jumping-clock.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { FakeEngine } from '../../../helpers/host/fake-engine.ts';
import { Recorder } from '../../../helpers/host/recorder.ts';

const never = new AbortController().signal;
const stateOf = (service: string) => (containers: readonly ContainerFacts[]) =>
  containers.find((each) => each.service === service)?.state ?? null;
const isIn = (service: string, state: ContainerFacts['state']) => (containers: readonly ContainerFacts[]) =>
  stateOf(service)(containers) === state || null;

let watch: ContainerWatch;
afterEach(() => watch.close());

function watched() {
  const engine = new FakeEngine(new Recorder());
  const container = engine.put(containerOf({ service: 'a-llm' }));
  engine.put(containerOf({ service: 'b-llm' }));
  engine.put(containerOf({ service: 'other', project: 'other' }));
  const clock = new JumpingClock();
  watch = new ContainerWatch({ engine }, { clock }, 'rma');
  return { engine, container, clock };
}

describe('a container watch', () => {
  it('lists the containers of the project once, then inspects only changed ones', async () => {
    const { engine, container } = watched();
    expect(await watch.waitFor(stateOf('a-llm'), never)).toBe('running');
    expect(engine.reads).toEqual(['changes', 'containers', 'container a-llm', 'container b-llm']);
    const exited = watch.waitFor(isIn('a-llm', 'exited'), never);
    engine.exit(container.id, 1);
    expect(await exited).toBe(true);
    expect(engine.reads.slice(4)).toEqual(['container a-llm']);
  });

  it('subscribes and reads only when something waits', async () => {
    const { engine } = watched();
    await watch.refresh();
    expect(engine.reads).toEqual([]);
  });

  it('no longer shows a removed container', async () => {
    const { engine, container } = watched();
    expect(await watch.waitFor(stateOf('a-llm'), never)).toBe('running');
    const gone = watch.waitFor((all) => all.every(({ service }) => service !== 'a-llm') || null, never);
    engine.destroy(container.id);
    expect(await gone).toBe(true);
  });

  it('shows changes made before a refresh, even without an event', async () => {
    const { engine } = watched();
    await watch.waitFor(stateOf('a-llm'), never);
    const silent = { ...engine.all[0]!, id: 'c', service: 'c-llm' };
    const containers = engine.containers.bind(engine);
    const container = engine.container.bind(engine);
    engine.containers = async () => [...(await containers()), silent];
    engine.container = async (id) => (id === 'c' ? silent : container(id));
    await watch.refresh();
    expect(await watch.waitFor(stateOf('c-llm'), never)).toBe('running');
  });

  it('reconnects after an engine restart and reads missed changes', async () => {
    const { engine, container, clock } = watched();
    await watch.waitFor(stateOf('a-llm'), never);
    const exited = watch.waitFor(isIn('a-llm', 'exited'), never);
    const changes = engine.changes.bind(engine);
    let attempts = 0;
    engine.changes = async (...args) => {
      attempts += 1;
      if (attempts < 3) throw unreachable();
      return changes(...args);
    };
    engine.changed.fail(unreachable());
    engine.exit(container.id, 0);
    expect(await exited).toBe(true);
    expect(clock.sleeps).toEqual([250, 500, 1000]);
  });

  it('fails every wait if the engine does not come back', async () => {
    const { engine } = watched();
    await watch.waitFor(stateOf('a-llm'), never);
    const exited = watch.waitFor(isIn('a-llm', 'exited'), never);
    engine.changes = async () => {
      throw unreachable();
    };
    engine.changed.fail(unreachable());
    await expect(exited).rejects.toMatchObject({ code: 'RMA_DOCKER_UNREACHABLE' });
  });

  it('aborts a wait with the reason of its signal', async () => {
    watched();
    const stop = new AbortController();
    const waiting = watch.waitFor(stateOf('missing'), stop.signal);
    await watch.waitFor(stateOf('a-llm'), never);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });
});

function unreachable(): RmaError {
  return new RmaError('RMA_DOCKER_UNREACHABLE', 'the engine is restarting', { exitCode: 3 });
}
