import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { choosePorts } from '../../../src/core/fleet/choose-ports.ts';
import { parseEngine } from '../../../src/core/profile/parse-engine.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { engineModels } from '../../../src/core/worker/engine-models.ts';
import { readWorkerConfig } from '../../../src/core/worker/read-worker-config.ts';
import {
  catalogOf,
  engineOf,
  fleetInputOf,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { specOf, stackOf } from '../../helpers/builders/stack-of.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import { manifestFaults } from '../../helpers/kubernetes/manifest-faults.ts';
import { objectOf, objectsOf, podOf } from '../../helpers/kubernetes/objects-of.ts';

const FILE = `build: ./worker-containers/gpu-worker
command: [python, /app/worker.py, "{model}"]
environment: { WORKER_TYPE: ocr, MODEL_CACHE_DIR: /models }
health_test: [CMD, test, -e, /tmp/alive]
`;
const read = (text: string) => parseEngine({ file: 'e.yaml', text }, 'e');

/** A worker image that polls a queue: it has no port. */
const PROGRAM = {
  port: null,
  healthPath: null,
  modelsPath: null,
  metricsPath: null,
  inFlightMetric: null,
  chatPath: null,
  command: ['python', '/app/worker.py', '{model}'],
  healthTest: ['CMD', 'test', '-e', '/tmp/alive'],
};

function inputOf(over: Parameters<typeof engineOf>[1] = {}) {
  const catalog = catalogOf({ queue: [profileServiceOf({ engine: 'poller' })] }, [
    engineOf('poller', { ...PROGRAM, ...over }),
  ]);
  return fleetInputOf({ selection: selectServices(catalog, ['queue']) });
}

describe('an engine file without a port', () => {
  it('is a program, with a command as its health check or none', () => {
    expect(read(FILE)).toMatchObject({
      faults: [],
      engine: { port: null, healthPath: null, healthTest: ['CMD', 'test', '-e', '/tmp/alive'] },
    });
    expect(read(FILE.replace(/health_test.*\n/, ''))).toMatchObject({
      faults: [],
      engine: { healthTest: null },
    });
  });

  it.each([
    [`${FILE}models_path: /v1/models\n`, '"models_path" requires "port"'],
    [`${FILE}health_path: /health\n`, '"health_path" requires "port"'],
    [FILE.replace('"{model}"', '"{port}"'), '{port} in "command" requires "port"'],
    [`${FILE}port: 80\n`, '"health_path" is missing: an engine with "port" is probed'],
  ])('has no keys of a server: %j', (text, message) => {
    expect(read(text).faults.map((fault) => fault.message)).toEqual([message]);
  });
});

describe('a program without a port', () => {
  it('[req R01] starts after its models are verified, and publishes nothing', () => {
    const { text } = stackOf(inputOf());
    const service = parse(text).services['queue-poller'];
    expect(service).toMatchObject({
      command: ['python', '/app/worker.py', expect.stringMatching(/^\/models\//)],
      depends_on: { 'queue-worker': { condition: 'service_healthy' } },
      healthcheck: { test: ['CMD', 'test', '-e', '/tmp/alive'] },
    });
    expect(service).not.toHaveProperty('ports');
    expect(text).toContain('# poller uses small\n');
  });

  it('has no health check if its file has none', () => {
    const { text } = stackOf(inputOf({ healthTest: null }));
    expect(parse(text).services['queue-poller']).not.toHaveProperty('healthcheck');
  });

  it('is not probed by its worker, which knows its models', () => {
    const config = readWorkerConfig(specOf(inputOf(), 'queue-worker').configFile?.content ?? '', 'w');
    expect(config.engines).toEqual([]);
    expect(engineModels(config, 'queue-poller')).toEqual(config.models);
    expect(() => engineModels(config, 'queue-pollr')).toThrow('did you mean "queue-poller"');
  });

  it('gets no port, and a port set for it is an error', () => {
    const { selection } = inputOf();
    const request = { selection, taken: new Set<number>(), kept: new Map([['queue-poller', 9000]]) };
    const coordinator = { port: 7700, url: null, tokenFile: null };
    expect([...choosePorts({ ...request, config: { coordinator, ports: {} } })]).toEqual([
      ['coordinator', 7700],
    ]);
    expect(() =>
      choosePorts({ ...request, config: { coordinator, ports: { 'queue-poller': 9000 } } }),
    ).toThrow(expect.objectContaining({ code: 'RMA_PORT_UNKNOWN_SERVICE' }));
  });
});

describe('a program without a port on Kubernetes', () => {
  const each: ExportCase = {
    profiles: ['queue'],
    catalog: catalogOf({ queue: [profileServiceOf({ engine: 'poller' })] }, [engineOf('poller', PROGRAM)]),
  };

  it('waits for its models, is checked by its command and has no Service', async () => {
    const { containers, initContainers } = podOf(await objectOf(each, 'Deployment', 'queue-poller'));
    expect(initContainers[0].command).toEqual(['rma-worker', 'wait', '--service', 'queue-poller']);
    expect(containers[0]).toMatchObject({
      livenessProbe: { exec: { command: ['test', '-e', '/tmp/alive'] } },
    });
    expect(containers[0]).not.toHaveProperty('ports');
    const { manifests } = await exportOf(each);
    const services = manifests.filter(({ object }) => object.kind === 'Service');
    expect(services.map(({ object }) => object.metadata.name)).toEqual(['coordinator']);
  });

  it('may open connections, and accepts none', async () => {
    const { spec } = await objectOf(each, 'NetworkPolicy', 'program-queue-poller');
    expect(spec).toMatchObject({ policyTypes: ['Egress'], egress: [{}] });
    const { manifests } = await exportOf(each);
    const policies = manifests.filter(({ object }) => object.kind === 'NetworkPolicy');
    expect(policies.map(({ object }) => object.metadata.name)).not.toContain('engines');
  });

  it.each(['default-deny', 'model-downloader'])('has a policy of its own if it is named %s', async (name) => {
    const [profile = '', engine = ''] = name.split('-');
    const services = [profileServiceOf({ engine })];
    const catalog = catalogOf({ [profile]: services }, [engineOf(engine, PROGRAM)]);
    expect(manifestFaults(await objectsOf({ profiles: [profile], catalog }))).toEqual([]);
  });

  it('is probed by its command byte for byte: Kubernetes expands variables in it', async () => {
    const script = 'test -d $(echo /tmp) && test -n $$ && echo $HOME';
    const engine = engineOf('poller', { ...PROGRAM, healthTest: ['CMD-SHELL', script] });
    const catalog = catalogOf({ queue: [profileServiceOf({ engine: 'poller' })] }, [engine]);
    const { containers } = podOf(await objectOf({ ...each, catalog }, 'Deployment', 'queue-poller'));
    expect(containers[0].livenessProbe.exec.command).toEqual([
      'sh',
      '-c',
      'test -d $$(echo /tmp) && test -n $$$$ && echo $$HOME',
    ]);
  });
});
