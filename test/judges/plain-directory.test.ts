import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { patternContent } from '../hub/content.ts';
import { startHub } from '../hub/hub.ts';

it.each(['hf1', 'hf2'] as const)(
  '[req K03] the real hub client %s accepts a plain directory of rma as its local directory, without a download of weights',
  async (judge) => {
    const files = {
      'config.json': '{}',
      'model.safetensors': { content: patternContent(300_000), lfs: true },
    };
    const hub = await startHub({ repos: { 'org/model': { files } } });
    onTestFinished(() => hub.close());
    const root = judgeHome();
    const fetcher = testFetcher(root, hub.endpoint);
    const model = await fetcher.resolve('hf:org/model#layout=plain');
    expect(await fetcher.fetch([model])).toMatchObject([{ state: 'present' }]);
    const folder = join(root, 'local/org/model');
    const hf = (...args: string[]) =>
      runJudge(judge, ['hf', ...args, '--local-dir', folder], {
        HOME: judgeHome(),
        HF_ENDPOINT: hub.endpoint,
      });
    const verify = ['cache', 'verify', 'org/model', '--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await hf(...verify)).toMatchObject({ code: 0 });
    hub.log.clear();
    expect(await hf('download', 'org/model')).toMatchObject({ code: 0 });
    expect(hub.log.contentRequests().filter(({ bytesSent }) => bytesSent > 1000)).toEqual([]);
    // what hf writes into the directory belongs to it
    expect(await fetcher.store.inventory()).toMatchObject({
      models: [{ path: 'local/org/model', missing: [], files: [{}, {}] }],
      unknown: [],
    });
  },
);
