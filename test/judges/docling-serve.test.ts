import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { apiKeys } from '../../src/app/desired/api-keys.ts';
import { withServiceSettings } from '../../src/core/config/apply-service-settings.ts';
import { selectServices } from '../../src/core/profile/select-services.ts';
import { shippedCatalog } from '../helpers/builders/shipped-catalog.ts';
import { filesOf, hostOf } from '../helpers/host/port-builders.ts';
import { judgeHome, judgeProgram, runJudge } from '../helpers/judges/judges.ts';

const SERVICE = 'docling-docling-serve';
const KEY = 'a$b%s&c~0123456789';

/** Prints settings as docling-serve reads them from its environment. */
const SETTINGS = `
import json, sys
sys.path.insert(0, sys.argv[1])
from docling_serve.settings import docling_serve_settings as serve, uvicorn_settings as server
print(json.dumps([serve.api_key, str(serve.artifacts_path), serve.load_models_at_boot, server.port]))
`;

const read = (env: Readonly<Record<string, string>>) => {
  const wheel = join(judgeProgram('docling-serve', 'python'), '../../wheel');
  return runJudge('docling-serve', ['python', '-c', SETTINGS, wheel], { HOME: judgeHome(), ...env });
};

it('[req D14] [req D19] docling-serve reads the key of its clients, the directory of its models and its port as rma sets them', async () => {
  const settings = { [SERVICE]: { where: '', apiKeyFile: '/key' } };
  const selection = selectServices(withServiceSettings(shippedCatalog(), settings), ['docling']);
  const files = await apiKeys(hostOf({ files: filesOf({ '/key': `${KEY}\n` }) }), selection);
  const [[name = '', content = ''] = []] = [...files];
  const home = judgeHome();
  mkdirSync(join(home, 'models'));
  writeFileSync(join(home, name), content);
  const { environment = {} } = shippedCatalog().engines.get('docling-serve') ?? {};
  const filled = Object.entries(environment).map(([variable, value]) => [
    variable,
    value.replace('{models_dir}', join(home, 'models')).replace('{port}', '5001'),
  ]);
  const env = { ...Object.fromEntries(filled), DOCLING_SERVE_CONFIG_FILE: join(home, name) };
  expect(JSON.parse((await read(env)).stdout)).toEqual([KEY, join(home, 'models'), true, 5001]);
  // without the file it would accept every client
  const { code, stderr } = await read({ ...env, DOCLING_SERVE_CONFIG_FILE: join(home, 'none.json') });
  expect([code, stderr]).toEqual([1, expect.stringContaining('Config file not found')]);
});
