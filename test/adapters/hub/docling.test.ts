import { expect, onTestFinished, test, vi } from 'vitest';
import { hubSources } from '../../../src/adapters/hub/hub-source.ts';
import { DOCLING_RELEASES } from '../../../src/core/source/docling/releases.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { doclingContents } from '../../helpers/store/docling-fixture.ts';
import { quick, testHttp } from '../../helpers/store/test-http.ts';
import { startHub } from '../../hub/hub.ts';

vi.mock('../../../src/core/source/docling/releases.ts', async (original) => {
  const { withTestHashes } = await import('../../helpers/store/docling-hashes.ts');
  return withTestHashes(await original());
});

async function serve(tokens: Record<string, string> = {}) {
  const hub = await startHub({ ...doclingContents(DOCLING_RELEASES['2.143']!), tokens });
  onTestFinished(() => hub.close());
  return hub;
}

test('[req D08] repositories are requested from the Hugging Face hub with its token, other files from their own servers without one', async () => {
  const [hf, ms, github] = [await serve({ hf_secret: 'me' }), await serve(), await serve()];
  const sources = hubSources({
    ...quick,
    http: testHttp(),
    environment: {
      HF_ENDPOINT: hf.endpoint,
      MODELSCOPE_ENDPOINT: ms.endpoint,
      MODELSCOPE_API_TOKEN: 'ms_secret',
      RMA_GITHUB_ENDPOINT: github.endpoint,
    },
    hubToken: () => 'hf_secret',
  });
  const source = sources.find((each) => each.source === 'docling')!;
  const model = await source.resolve(parseModelRef('docling:layout,rapidocr,easyocr'));
  const located = model.files.map((file) => [file.path, source.locate(model, file)] as const);
  for (const [path, { url, authorization }] of located) {
    const isRepository = path.startsWith('docling-project--');
    const server = isRepository ? hf : path.startsWith('RapidOcr/') ? ms : github;
    expect(url.startsWith(`${server.endpoint}/`)).toBe(true);
    expect(authorization).toBe(isRepository ? 'Bearer hf_secret' : null);
  }
  const authorizations = (hub: typeof hf) => new Set(hub.log.entries().map(({ authorized }) => authorized));
  expect([hf, ms, github].map((hub) => [...authorizations(hub)])).toEqual([[true], [false], [false]]);
});
