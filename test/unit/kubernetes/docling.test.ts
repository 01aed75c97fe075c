import { describe, expect, it } from 'vitest';
import { withServiceSettings } from '../../../src/core/config/apply-service-settings.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { manifestStream } from '../../../src/core/kubernetes/write-manifests.ts';
import { KUBERNETES_CASES } from '../../golden/kubernetes/cases.ts';
import { withFile } from '../../helpers/builders/config-sources.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import { manifestFaults, type Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { objectOf, objectsOf, podOf, withSettings } from '../../helpers/kubernetes/objects-of.ts';

const SERVER = 'docling-docling-serve';
const { docling: CASE = { profiles: [] } } = KUBERNETES_CASES;

/** The shipped catalog, whose profile has this model. */
const catalogWith = (ref: string) =>
  shippedCatalog({
    docling: `description: Own\nservices: [{ engine: docling-serve, models: ["${ref}"], gpus: 0 }]\n`,
  });

/** The pod of docling-serve: its container, and its variables by name. */
async function server(each: ExportCase) {
  const pod = podOf(await objectOf(each, 'Deployment', SERVER));
  const [container] = pod.containers;
  const variables = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  return { pod, container, variables };
}

/** Directories of the models that the Job downloads. */
async function downloaded(each: ExportCase): Promise<readonly string[]> {
  const { data } = await objectOf(each, 'ConfigMap', 'docling-worker');
  const { models } = JSON.parse(data['worker.json']);
  const paths = models.flatMap(({ files }: { files: readonly { path: string }[] }) => files);
  return [...new Set(paths.map(({ path }: { path: string }) => path.split('/')[0]))] as readonly string[];
}

const DEFAULT = [
  'docling-project--docling-layout-heron',
  'docling-project--docling-layout-heron-onnx',
  'docling-project--docling-models',
  'docling-project--CodeFormulaV2',
  'docling-project--DocumentFigureClassifier-v2.5',
  'RapidOcr',
];

describe('the export of docling-serve', () => {
  it('[req D07 K8s] [req D08 K8s] downloads the models with the worker image, which can be another one, and not with that of docling-serve', async () => {
    const { containers } = podOf(await objectOf(CASE, 'Job'));
    expect(containers).toMatchObject([
      { image: 'rma-worker:1.2.3-0123456789ab', command: ['rma-worker', 'pull', expect.any(String)] },
    ]);
    const workerImage = 'registry.example/rma-worker@sha256:abc';
    const other = podOf(await objectOf(withSettings(CASE, { workerImage }), 'Job'));
    expect(other.containers[0].image).toBe(workerImage);
    const images = {
      workerBase: 'node:24',
      engines: { 'docling-serve': 'registry.example/docling@sha256:def' },
    };
    const { container } = await server({ ...CASE, config: { ...CASE.config, images } });
    expect(container.image).toBe('registry.example/docling@sha256:def');
  });

  it('[req D11 K8s] downloads the models that docling downloads by default, RapidOCR and both layout repositories included', async () => {
    expect(await downloaded(CASE)).toEqual(DEFAULT);
  });

  it('[req D09 K8s] downloads the models that are named', async () => {
    const names = 'layout,tableformer,code_formula,picture_classifier,smolvlm,granite_vision,easyocr';
    const catalog = catalogWith(`docling:${names}`);
    expect(await downloaded({ ...CASE, catalog })).toEqual([
      ...DEFAULT.slice(0, -1),
      'HuggingFaceTB--SmolVLM-256M-Instruct',
      'ibm-granite--granite-vision-3.3-2b',
      'EasyOcr',
    ]);
  });

  it('[req D10 K8s] downloads all models with one reference', async () => {
    const directories = await downloaded({ ...CASE, catalog: catalogWith('docling:all') });
    expect(directories).toEqual(expect.arrayContaining([...DEFAULT, 'EasyOcr', 'nvidia--nemotron-ocr-v2']));
    expect(directories).toHaveLength(17);
  });

  it('[req D14 K8s] [req D15 K8s] [req D18 K8s] finds the models by a variable, below the read-only mount, where the Job writes them', async () => {
    const { pod, container, variables } = await server(CASE);
    const job = podOf(await objectOf(CASE, 'Job'));
    const [written] = job.containers[0].volumeMounts;
    const mount = container.volumeMounts.find(({ name }: { name: string }) => name === 'model-storage');
    expect(mount).toEqual({ ...written, readOnly: true });
    expect(pod.volumes[0]).toEqual(job.volumes[0]);
    expect(variables['DOCLING_SERVE_ARTIFACTS_PATH']).toBe(`${mount.mountPath}/docling`);
    expect(container.args).toEqual(['docling-serve', 'run']);
  });

  it('[req D17 K8s] runs the image as released, with its own command and nothing mounted over its directories', async () => {
    const { container } = await server(CASE);
    expect(container).not.toHaveProperty('command');
    expect(container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual([
      '/models',
      '/tmp',
    ]);
  });

  it('[req D15] [req D15 K8s] has no other artifacts path: a setting for it is an error', () => {
    const file = `services: { ${SERVER}: { environment: { DOCLING_SERVE_ARTIFACTS_PATH: /modelcache } } }\n`;
    const { services = {} } = resolveConfig(withFile(file)).config;
    expect(() => withServiceSettings(shippedCatalog(), services)).toThrow(
      /rma sets DOCLING_SERVE_ARTIFACTS_PATH of engine "docling-serve" itself/,
    );
  });

  it('[req D19 K8s] serves on port 5001, loads its models before it is ready, and uses the CPU or a GPU', async () => {
    const { container, variables } = await server(CASE);
    expect(container).toMatchObject({
      image: 'ghcr.io/docling-project/docling-serve-cpu:v1.38.2',
      ports: [{ containerPort: 5001 }],
      readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
    });
    expect(variables).toMatchObject({ DOCLING_DEVICE: 'cpu', DOCLING_SERVE_LOAD_MODELS_AT_BOOT: 'true' });
    expect((await objectOf(CASE, 'Service', SERVER)).spec.ports).toMatchObject([{ port: 5001 }]);
    const gpu = await server(withSettings(CASE, { gpuMemoryBytes: 24e9 }));
    expect(gpu.container.image).toBe('ghcr.io/docling-project/docling-serve-cu130:v1.38.2');
    expect(gpu.container.resources.limits['nvidia.com/gpu']).toBe(1);
    expect(gpu.variables['DOCLING_DEVICE']).toBe('cuda');
  });

  it('[req D19 K8s] has the secrets of its download and the key of its clients in separate volumes', async () => {
    const file = `services: { ${SERVER}: { api_key_file: /home/me/docling-key } }\n`;
    const { services = {} } = resolveConfig(withFile(file)).config;
    const objects = await objectsOf({
      ...withSettings(CASE, { strategy: 'init' }),
      catalog: withServiceSettings(shippedCatalog(), services),
      config: { ...CASE.config, network: { ...configOf().network, caFile: '/home/me/ca.pem' } },
    });
    const deployment = objects.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === SERVER,
    );
    const { initContainers, containers, volumes } = podOf(deployment);
    const secretsOf = ([{ volumeMounts }]: Plain) => {
      const { name } = volumeMounts.find(({ mountPath }: Plain) => mountPath === '/run/secrets');
      const own = volumes.filter((volume: Plain) => volume.name === name);
      return own.flatMap(({ projected }: Plain) =>
        projected.sources.flatMap(({ secret }: Plain) => secret.items.map(({ path }: Plain) => path)),
      );
    };
    expect(secretsOf(initContainers)).toEqual(expect.arrayContaining(['ca_certificates']));
    expect(secretsOf(initContainers)).not.toContain(`${SERVER}-api-key.json`);
    expect(secretsOf(containers)).toEqual([`${SERVER}-api-key.json`]);
    expect(manifestFaults(objects)).toEqual([]);
  });

  it('[req D19 K8s] reads the key of its clients from the Secret, which a command creates from a file', async () => {
    const secret = `${SERVER}-api-key.json`;
    const file = `services: { ${SERVER}: { api_key_file: /home/me/docling-key } }\n`;
    const { services = {} } = resolveConfig(withFile(file)).config;
    const keyed = { ...CASE, catalog: withServiceSettings(shippedCatalog(), services) };
    const { pod, container, variables } = await server(keyed);
    expect(variables['DOCLING_SERVE_CONFIG_FILE']).toBe(`/run/secrets/${secret}`);
    expect(container.volumeMounts).toContainEqual({
      name: 'api-key',
      mountPath: '/run/secrets',
      readOnly: true,
    });
    const items = [{ key: secret, path: secret }];
    expect(pod.volumes).toContainEqual({
      name: 'api-key',
      projected: { sources: [{ secret: { name: 'rma-secrets', items } }] },
    });
    const { manifests, origin } = await exportOf(keyed);
    const text = manifestStream(manifests, origin);
    expect(text).toContain(`--from-literal=${secret}='{"api_key": "'"$(cat API_KEY_FILE)"'"}'`);
    expect(text).not.toContain('/home/me');
    expect((await server(CASE)).variables).not.toHaveProperty('DOCLING_SERVE_CONFIG_FILE');
  });
});
