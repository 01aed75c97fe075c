import { expect, it } from 'vitest';
import { convertCompose } from '../../../src/core/init/convert-compose.ts';
import { readCompose } from '../../../src/core/init/read-compose.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const FILE = `services:
  converter:
    image: ghcr.io/docling-project/docling-serve-cu124:main
    environment:
      DOCLING_SERVE_ENABLE_UI: "true"
      DOCLING_SERVE_ARTIFACTS_PATH: /modelcache
      DOCLING_SERVE_API_KEY: SECRET
    volumes: ["docling:/modelcache"]
    deploy: { resources: { reservations: { devices: [{ count: 1, capabilities: [gpu] }] } } }
`;

it('[req D13] [req D15] a service of docling-serve becomes the profile docling, without its path and its key', () => {
  const files = readCompose([{ text: FILE, file: 'c.yml' }], { shell: {}, envFile: null });
  const names = ['c.yml'];
  const converted = convertCompose({ files, catalog: shippedCatalog(), names, store: null, base: null });
  expect([...converted.files.keys()]).toEqual(['rma.yaml']);
  const text = converted.files.get('rma.yaml') ?? '';
  expect(text).toContain('profiles:\n  - docling\n');
  expect(text).toContain('DOCLING_SERVE_ENABLE_UI: "true"');
  expect(text).not.toMatch(/SECRET|modelcache/);
  const messages = converted.notices.map(({ message }) => message);
  expect(messages).toContainEqual(expect.stringMatching(/^docling:default has the models/));
  expect(messages).toContainEqual(expect.stringMatching(/^DOCLING_SERVE_API_KEY .*api_key_file/));
});
