import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCompose } from '../../../src/core/compose-file/render-compose.ts';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import type { FleetInput } from '../../../src/core/fleet/fleet-input.ts';
import type { Fleet } from '../../../src/core/fleet/service-spec.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { toYaml } from '../../../src/core/yaml/yaml-text.ts';
import { RENDER_CASES } from '../../golden/render-cases.ts';
import {
  catalogOf,
  engineOf,
  fleetInputOf,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { specOf } from '../../helpers/builders/stack-of.ts';

const folder = join(import.meta.dirname, '../../golden');
const ORIGIN = { version: '1.2.3', path: '/srv/demo/.rma/compose.yaml' };

describe('the fleet of a project', () => {
  it.each(RENDER_CASES)('of $name has the specs of its golden file', async ({ name, input }) => {
    const { services, ...fleet } = buildFleet(input());
    const named = services.map(({ name: service, role, ...spec }) => ({ name: service, role, ...spec }));
    const text = toYaml({ ...fleet, services: named });
    await expect(text).toMatchFileSnapshot(join(folder, `${name}.fleet.yaml`));
  });

  it('has a case for each golden file', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.fleet.yaml'));
    expect(files.sort()).toEqual(RENDER_CASES.map(({ name }) => `${name}.fleet.yaml`).sort());
  });

  it.each(RENDER_CASES)('of $name uses no key, unit or label of Compose', ({ input }) => {
    const fleet = buildFleet(input());
    expect(keysOf(fleet).filter((key) => !/^[a-z][A-Za-z]*$/.test(key))).toEqual([]);
    expect(keysOf(fleet)).toEqual(expect.not.arrayContaining(COMPOSE_KEYS));
    const texts = textsOf(fleet);
    expect(texts.filter((text) => /^\d+(s|m|h|g|b)$/.test(text))).toEqual([]);
    expect(texts.filter((text) => /host-gateway|^rma\.|service_healthy|unless-stopped/.test(text))).toEqual(
      [],
    );
  });

  it.each(RENDER_CASES)(
    'of $name can be serialized as JSON without changing the rendered file',
    ({ input }) => {
      const fleet = buildFleet(input());
      const copy = JSON.parse(JSON.stringify(fleet)) as Fleet;
      expect(copy).toEqual(fleet);
      expect(renderCompose(copy, ORIGIN)).toEqual(renderCompose(fleet, ORIGIN));
    },
  );

  it('does not depend on the order of the input', () => {
    const models = fc.array(fc.constantFrom('small', 'big'), { minLength: 1, maxLength: 2 });
    const profiles = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), models, { minKeys: 1, maxKeys: 4 });
    const environment = fc.dictionary(
      fc.constantFrom('HTTP_PROXY', 'NO_PROXY', 'LOG_LEVEL'),
      fc.webAuthority(),
    );
    fc.assert(
      fc.property(profiles, environment, (chosen, given) => {
        const services = Object.entries(chosen).map(([name, names]) => {
          return [name, names.map((model) => profileServiceOf({ models: [model] }))] as const;
        });
        const catalog = catalogOf(Object.fromEntries(services), [engineOf('llm', { cachePath: '/cache' })]);
        const input = fleetInputOf({
          selection: selectServices(catalog, Object.keys(chosen)),
          environment: given,
        });
        expect(buildFleet(reversed(input))).toEqual(buildFleet(input));
      }),
    );
  });

  it('starts each engine after the worker of its profile, and lists the engines of every worker', () => {
    const shared = profileServiceOf({ models: ['small'] });
    const input = fleetInputOf({
      selection: selectServices(catalogOf({ a: [shared], b: [shared] }), ['a', 'b']),
    });
    const { services } = buildFleet(input);
    expect(services.map(({ name, startsAfter, engines }) => [name, startsAfter, engines])).toEqual([
      ['coordinator', [], []],
      ['a-worker', [], ['a-llm']],
      ['a-llm', ['a-worker'], []],
      ['b-worker', [], ['a-llm']],
    ]);
  });

  it('probes an engine over HTTP and by the command in its file', () => {
    const test = ['CMD-SHELL', 'curl -f http://127.0.0.1:{port}/health || exit 1'];
    const catalog = catalogOf({ chat: [profileServiceOf()] }, [engineOf('llm', { healthTest: test })]);
    const input = fleetInputOf({ selection: selectServices(catalog, ['chat']) });
    expect(specOf(input, 'chat-llm').probe).toMatchObject({
      exec: { script: 'curl -f http://127.0.0.1:8080/health || exit 1' },
      http: { path: '/health', port: 8080 },
    });
    expect(specOf(fleetInputOf(), 'chat-llm').probe?.exec).toEqual({
      command: ['curl', '-fsS', 'http://127.0.0.1:8080/health'],
    });
  });
});

/** Keys that are specific to Compose, without general ones such as `image`, `ports` or `secrets`. */
const COMPOSE_KEYS = [
  'cap_drop',
  'command',
  'configs',
  'depends_on',
  'deploy',
  'extra_hosts',
  'healthcheck',
  'labels',
  'logging',
  'pull_policy',
  'read_only',
  'security_opt',
  'shm_size',
  'stop_grace_period',
  'target',
];

/** Returns the names of all fields, except names of variables and limits. */
function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(keysOf);
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'environment' || key === 'ulimits' || key === 'exec' ? [key] : [key, ...keysOf(item)],
  );
}

/** Returns all strings except arguments, variables and comments, which engines and users define. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    ['arguments', 'environment', 'comment', 'content'].includes(key) ? [] : textsOf(item),
  );
}

function reversed(input: FleetInput): FleetInput {
  return {
    ...input,
    placement: new Map([...input.placement].reverse()),
    pinned: new Map([...input.pinned].reverse()),
    ports: new Map([...input.ports].reverse()),
    secrets: new Set([...input.secrets].reverse()),
    environment: Object.fromEntries(Object.entries(input.environment).reverse()),
  };
}
