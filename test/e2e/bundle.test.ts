import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { hubHosts } from '../helpers/stack/hub-hosts.ts';
import { MODEL, startStack } from '../helpers/stack/stack.ts';
import { startHub } from '../hub/hub.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';

test('models move in a bundle to a machine without internet, where up --offline gets ready', async () => {
  const hub = await startHub({ repos: quickstartRepos(), hosts: await hubHosts() });
  onTestFinished(() => hub.close());
  const laptop = await startStack({ sharedHub: hub });
  expect(await laptop.rma('models', 'pull', MODEL)).toMatchObject({ code: 0 });
  const stick = tempFolder();
  const exported = await laptop.rma('models', 'bundle', 'export', join(stick, 'bundle'), MODEL, '--json');
  expect(JSON.parse(exported.stdout)).toMatchObject({ models: [{ files: 1 }], contents: 1 });
  expect(
    await laptop.rma('models', 'bundle', 'export', join(stick, 'm.tar'), '--split', '1MB'),
  ).toMatchObject({ code: 0 });
  expect(readdirSync(stick).sort()).toEqual(['bundle', 'm.tar.001', 'm.tar.002']);
  hub.log.clear();

  const box = await startStack({ sharedHub: hub });
  const first = await box.rma('models', 'bundle', 'import', join(stick, 'bundle'), '--json');
  expect(JSON.parse(first.stdout)).toMatchObject({ models: [{ state: 'imported' }] });
  expect((await box.up('--offline')).changed).toBe(true);
  expect((await box.chat()).status).toBe(200);
  expect(hub.log.entries()).toEqual([]);
  const again = await box.rma('models', 'bundle', 'import', join(stick, 'm.tar'), '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ models: [{ state: 'present' }] });

  const third = await startStack({ sharedHub: hub });
  const [content = ''] = readdirSync(join(stick, 'bundle/contents'));
  writeFileSync(join(stick, 'bundle/contents', content), 'x'.repeat(1_580_768));
  const refused = await third.rma('models', 'bundle', 'import', join(stick, 'bundle'));
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining(`contents/${content}`) });
});
