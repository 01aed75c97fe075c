import type { FleetInput } from '../../src/core/fleet/fleet-input.ts';
import { selectServices } from '../../src/core/profile/select-services.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  fleetInputOf,
  HUB,
  profileServiceOf,
} from '../helpers/builders/render-builders.ts';
import { shippedCatalog } from '../helpers/builders/shipped-catalog.ts';
import { GUIDE_CASES } from './guide-cases.ts';

export interface RenderCase {
  readonly name: string;
  input(): FleetInput;
}

/** Inputs whose Compose files are in this directory; the oracle tests use them too. */
export const RENDER_CASES: readonly RenderCase[] = [
  {
    name: 'cpu-worker',
    input: () => fleetInputOf({ selection: selectServices(shippedCatalog(), ['cpu-worker']) }),
  },
  { name: 'host-folder', input: hostFolder },
  { name: 'two-profiles', input: twoProfiles },
  { name: 'odd-texts', input: oddTexts },
  { name: 'published', input: published },
  ...GUIDE_CASES,
];

/** Everything on the host: directory, hub, proxy and an external coordinator on its loopback. */
function hostFolder(): FleetInput {
  const config = configOf({
    volumes: {
      store: { type: 'host', path: '/data/ai models' },
      cache: { type: 'named', name: 'rma-cache' },
    },
    bind: '0.0.0.0',
    coordinator: { port: 7700, url: 'http://localhost:9000/', tokenFile: '/home/me/token' },
    hub: { endpoints: { ...HUB.endpoints, hf: 'http://127.0.0.1:8899' }, tokenFile: '/home/me/hf' },
    images: { workerBase: 'node:24-slim', engines: { llm: 'example/other:2' } },
    ports: { 'chat-llm': 9999 },
    stateDir: "/home/me/it's mine/.rma",
  });
  return fleetInputOf({
    config,
    owner: { uid: 1234, gid: 100 },
    secrets: new Set(['hf_token', 'worker_token_chat']),
    environment: {
      https_proxy: 'http://127.0.0.1:3128',
      NO_PROXY: 'intra.example',
      LOG_LEVEL: 'DEBUG',
      OTHER: 'x',
    },
  });
}

/** Published on an address of the host: the coordinator has a certificate. */
function published(): FleetInput {
  return fleetInputOf({
    config: configOf({ bind: '10.0.0.5' }),
    secrets: new Set([
      'coordinator_ca',
      'coordinator_ca_key',
      'coordinator_certificate',
      'coordinator_certificate_key',
      'coordinator_key',
      'worker_token_chat',
    ]),
  });
}

/** Two profiles that share an engine, one of them with an engine that uses a cache. */
function twoProfiles(): FleetInput {
  const cached = engineOf('cached', { cachePath: '/cache', environment: { HOME: '/cache' }, port: 8000 });
  const small = profileServiceOf();
  const catalog = catalogOf(
    {
      b: [
        { ...small, memoryBytes: 512 * 2 ** 20 },
        { ...small, models: ['big'], flags: ['--threads', '2'] },
      ],
      a: [
        { ...small, memoryBytes: 2 ** 30 },
        { ...small, engine: 'cached', models: ['big'] },
      ],
    },
    [engineOf('llm'), cached],
  );
  return fleetInputOf({ selection: selectServices(catalog, ['a', 'b']) });
}

/** Strings that YAML 1.1 or Compose would parse as something else. */
function oddTexts(): FleetInput {
  const engine = engineOf('llm', {
    environment: {
      A: 'no',
      B: '22:22',
      C: '0x1F',
      D: '1e3',
      E: '~',
      F: ['$HOME $', '{PATH:-x} $$'].join(''),
      G: '',
      H: 'a: #b',
      I: '=',
    },
    healthTest: ['CMD-SHELL', 'curl -fsS "http://127.0.0.1:{port}/health" || test "$?" = 22'],
  });
  const service = profileServiceOf({ flags: ['--template', '{"a": "$x\\n"}', 'off', '07'] });
  return fleetInputOf({ selection: selectServices(catalogOf({ chat: [service] }, [engine]), ['chat']) });
}
