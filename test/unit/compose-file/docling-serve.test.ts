import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withServiceSettings } from '../../../src/core/config/apply-service-settings.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import type { PinnedModel } from '../../../src/core/domain/pinned-model.ts';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { withFile } from '../../helpers/builders/config-sources.ts';
import { configOf, fleetInputOf } from '../../helpers/builders/render-builders.ts';
import { stackOf, workerConfigOf } from '../../helpers/builders/stack-of.ts';

const FILE = join(import.meta.dirname, '../../../compose/engines/docling-serve.yaml');
const PROFILE = `description: Converts documents
services:
  - { engine: docling-serve, models: ["docling:default,easyocr"], gpus: 0 }
`;
const MODEL = {
  source: 'docling',
  ref: 'docling:default,easyocr',
  release: '2.143',
  complete: true,
  repositories: {},
  urls: {},
  archives: {},
  files: [{ path: 'EasyOcr/latin_g2.pth', bytes: 1, digest: null }],
} satisfies PinnedModel;

describe('docling-serve', () => {
  const catalog = buildCatalog([
    {
      kind: 'engine',
      name: 'docling-serve',
      file: 'docling-serve.yaml',
      text: readFileSync(FILE, 'utf8'),
      own: false,
    },
    { kind: 'models', name: 'models', file: 'profiles/models.yaml', text: '{}\n', own: true },
    { kind: 'profile', name: 'documents', file: 'profiles/documents.yaml', text: PROFILE, own: true },
  ]);
  const input = {
    ...fleetInputOf({ selection: selectServices(catalog, ['documents']) }),
    pinned: new Map([[MODEL.ref, MODEL]]),
  };
  const service = parse(stackOf(input).text).services['documents-docling-serve'];

  it('[req D13] [req D14] [req D18] finds its models in the directory of the mounted store where rma writes them, by a variable', () => {
    expect(service.volumes).toEqual([
      expect.objectContaining({ source: 'store', target: '/models', read_only: true }),
    ]);
    expect(service.environment).toMatchObject({
      DOCLING_SERVE_ARTIFACTS_PATH: '/models/docling',
      DOCLING_SERVE_LOAD_MODELS_AT_BOOT: 'true',
      HF_HUB_OFFLINE: '1',
    });
  });

  it('[req D07] [req D17] runs the image as released or as set, with its own command, and gets its models from the store only', () => {
    expect(service).not.toHaveProperty('build');
    expect(service).not.toHaveProperty('entrypoint');
    expect(service.volumes).toHaveLength(1);
    const own = 'registry.example/docling-serve@sha256:abc';
    const config = configOf({
      profiles: ['documents'],
      images: { workerBase: 'node:24', engines: { 'docling-serve': own } },
    });
    expect(parse(stackOf({ ...input, config }).text).services['documents-docling-serve'].image).toBe(own);
  });

  it('[req D19] uses port 5001, the device of its service, and its health endpoint', () => {
    expect(service).toMatchObject({
      image: 'ghcr.io/docling-project/docling-serve-cpu:v1.38.2',
      command: ['docling-serve', 'run'],
      ports: ['127.0.0.1:5001:5001'],
      environment: expect.objectContaining({ DOCLING_DEVICE: 'cpu', UVICORN_PORT: '5001' }),
    });
    expect(service.healthcheck.test[1]).toContain('http://127.0.0.1:5001/health');
  });

  it('[req D19] is ready for the worker when it has loaded its models, which it does not list', () => {
    expect(workerConfigOf(input, 'documents-worker').engines).toMatchObject([
      { healthPath: '/ready', modelsPath: null, models: [{ ref: MODEL.ref }] },
    ]);
  });

  it('[req D19] reads the key of its clients from a file, and no other service does', () => {
    const file = 'services: { documents-docling-serve: { api_key_file: ./key } }\n';
    const { services: settings = {} } = resolveConfig(withFile(file)).config;
    const changed = withServiceSettings(catalog, settings);
    const stack = parse(stackOf({ ...input, selection: selectServices(changed, ['documents']) }).text);
    const secret = 'documents-docling-serve-api-key.json';
    expect(stack.secrets[secret]).toEqual({ file: `./secrets/${secret}` });
    const using = Object.entries(stack.services).filter(([, each]) => JSON.stringify(each).includes(secret));
    expect(using.map(([name]) => name)).toEqual(['documents-docling-serve']);
    expect(stack.services['documents-docling-serve']).toMatchObject({
      secrets: [secret],
      environment: expect.objectContaining({ DOCLING_SERVE_CONFIG_FILE: `/run/secrets/${secret}` }),
    });
  });
});
