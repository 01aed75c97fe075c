import { describe, expect, it } from 'vitest';
import { choosePorts } from '../../../src/core/fleet/choose-ports.ts';
import type { PortHolder } from '../../../src/core/fleet/port-taken.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { catalogOf, configOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const service = (model: string) =>
  profileServiceOf({ engine: 'llm', models: [model], flags: [], memoryBytes: null });
const selection = selectServices(catalogOf({ a: [service('small')], b: [service('big')] }), ['a', 'b']);

interface Case {
  readonly ports?: Readonly<Record<string, number>>;
  readonly taken?: readonly number[];
  readonly holder?: PortHolder;
  readonly kept?: Readonly<Record<string, number>>;
  readonly coordinatorPort?: number;
}

function choose({ ports = {}, taken = [], kept = {}, holder, coordinatorPort = 7700 }: Case) {
  const config = configOf({ ports, coordinator: { port: coordinatorPort, url: null, tokenFile: null } });
  const holders = new Map(holder === undefined ? [] : taken.map((port) => [port, holder] as const));
  const question = { selection, config, taken: new Set(taken), holders, kept: new Map(Object.entries(kept)) };
  return Object.fromEntries(choosePorts(question));
}

describe('choosePorts', () => {
  it.each<[name: string, given: Case, ports: readonly [number, number]]>([
    ['the first free ports from the default', {}, [8080, 8081]],
    ['ports that are not in use', { taken: [8080, 8082] }, [8081, 8083]],
    ['the previous port even if a lower one is free', { kept: { 'a-llm': 8085 } }, [8085, 8080]],
    ['another port if the previous one is in use', { kept: { 'a-llm': 8085 }, taken: [8085] }, [8080, 8081]],
    [
      'the port of the settings before the previous one',
      { ports: { 'a-llm': 9000 }, kept: { 'a-llm': 8085 } },
      [9000, 8080],
    ],
    ['no port that is set for another service', { ports: { 'b-llm': 8080 } }, [8081, 8080]],
    ['no port that another service keeps', { kept: { 'b-llm': 8080 } }, [8081, 8080]],
    ['no port of the coordinator', { coordinatorPort: 8080 }, [8081, 8082]],
  ])('chooses %s', (_name, given, [a, b]) => {
    const { coordinatorPort = 7700 } = given;
    expect(choose(given)).toEqual({ coordinator: coordinatorPort, 'a-llm': a, 'b-llm': b });
  });

  it('chooses no port for an external coordinator', () => {
    const config = configOf({ coordinator: { port: 7700, url: 'http://c:1', tokenFile: null } });
    const ports = choosePorts({ selection, config, taken: new Set([7700]), kept: new Map() });
    expect([...ports.keys()]).toEqual(['a-llm', 'b-llm']);
  });

  it('[case S07] names the rma project that uses a port', () => {
    const holder = { project: 'other', service: 'coordinator' };
    expect(() => choose({ taken: [7700], holder })).toThrow(
      expect.objectContaining({
        code: 'RMA_PORT_TAKEN',
        message: 'port 7700 for coordinator is already in use by coordinator of the rma project "other"',
        hint: 'choose another port: --coordinator-port PORT; or stop that project: rma down -p other',
      }),
    );
  });

  it.each<[name: string, given: Case, code: string, exitCode: number, hint: string]>([
    [
      'a configured port in use',
      { ports: { 'a-llm': 9000 }, taken: [9000] },
      'RMA_PORT_TAKEN',
      3,
      '--port a-llm=PORT',
    ],
    [
      "the coordinator's port that is taken",
      { taken: [7700] },
      'RMA_PORT_TAKEN',
      3,
      '--coordinator-port PORT',
    ],
    [
      'a duplicate port',
      { ports: { 'a-llm': 9000, 'b-llm': 9000 } },
      'RMA_PORT_TWICE',
      2,
      '--port b-llm=PORT',
    ],
    [
      'a port for an unknown service',
      { ports: { 'a-lm': 9000 } },
      'RMA_PORT_UNKNOWN_SERVICE',
      2,
      'chosen profiles',
    ],
    [
      'a port for the coordinator in ports',
      { ports: { coordinator: 1 } },
      'RMA_PORT_UNKNOWN_SERVICE',
      2,
      '--coordinator-port',
    ],
  ])('rejects %s', (...[, given, code, exitCode, hint]) => {
    expect(() => choose(given)).toThrow(
      expect.objectContaining({ code, exitCode, hint: expect.stringContaining(hint) as string }),
    );
  });

  it('fails if no port is free', () => {
    const all = Array.from({ length: 65_535 - 8080 + 1 }, (_, index) => 8080 + index);
    expect(() => choose({ taken: all })).toThrow(
      expect.objectContaining({ code: 'RMA_PORT_NONE_FREE', exitCode: 3 }),
    );
  });
});
