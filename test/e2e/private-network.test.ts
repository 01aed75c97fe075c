import { readdir, readFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listening } from '../helpers/network/listening.ts';
import { hubHosts } from '../helpers/stack/hub-hosts.ts';
import { startStack } from '../helpers/stack/stack.ts';
import { startHub } from '../hub/hub.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';

const SECRET = 'geheim0123';

test('[case F05] [case F07] rma up reaches a hub that exists only behind a proxy, whose login nothing exposes', async () => {
  const hub = await startHub({ repos: quickstartRepos(), hosts: await hubHosts() });
  onTestFinished(() => hub.close());
  const seen: string[] = [];
  const expected = `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`;
  const port = await listening(
    createServer((incoming, response) => {
      if (incoming.headers['proxy-authorization'] !== expected) return void response.writeHead(407).end();
      seen.push(incoming.url ?? '');
      const { pathname, search, port: to } = new URL(incoming.url ?? '');
      const { 'proxy-authorization': _, ...headers } = incoming.headers;
      const target = to === '' ? new URL(hub.endpoint).port : to;
      const path = pathname + search;
      httpRequest({ host: '127.0.0.1', port: target, path, method: incoming.method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }).end();
    }),
  );
  const stack = await startStack({
    sharedHub: hub,
    env: { HF_ENDPOINT: 'http://hub.test', http_proxy: `http://me:${SECRET}@127.0.0.1:${port}` },
  });
  expect((await stack.up()).changed).toBe(true);
  expect((await stack.chat()).status).toBe(200);
  expect(seen.some((url) => url.includes('/resolve/'))).toBe(true);
  await stack.rma('plan', '--json');
  await stack.rma('config', 'show');
  expect(stack.said.join('')).not.toContain(SECRET);
  expect(await stack.docker('inspect', ...Object.values(await stack.containers()))).not.toContain(SECRET);
  expect(await readFile(join(stack.dir, '.rma/compose.yaml'), 'utf8')).not.toContain(SECRET);
  expect(await readdir(join(stack.dir, '.rma/secrets'))).toContain('proxies');
  expect((await stack.up()).changed).toBe(false);
});
