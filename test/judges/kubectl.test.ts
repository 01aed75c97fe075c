import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { LocalRunner } from '../../src/adapters/exec/local-runner.ts';
import { SpawnedKubectl } from '../../src/adapters/kubectl/spawned-kubectl.ts';
import { judgeHome, judgeProgram } from '../helpers/judges/judges.ts';

/** Returns the real kubectl with a kubeconfig of one context, `demo`, whose cluster is at this address. */
function kubectlFor(server: string, context: string | null = null): SpawnedKubectl {
  const home = judgeHome();
  const kubeconfig = join(home, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'demo',
    clusters: [{ name: 'demo', cluster: { server } }],
    users: [{ name: 'demo', user: { token: 'x' } }],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'demo' } }],
  };
  writeFileSync(kubeconfig, stringify(config));
  const PATH = `${dirname(judgeProgram('kubectl', 'kubectl'))}:${process.env['PATH']}`;
  return new SpawnedKubectl(new LocalRunner({ PATH, HOME: home }), { kubeconfig, context });
}

/** Returns an address on loopback that refuses connections. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

describe('the real kubectl', () => {
  it('has a version that rma can use', async () => {
    expect(await kubectlFor('https://127.0.0.1:1').version()).toMatch(/^v1\.\d+\.\d+/);
  });

  it('reports a cluster that does not respond, with the address', async () => {
    const server = await closedAddress();
    await expect(kubectlFor(server).nodes()).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_UNREACHABLE',
      exitCode: 3,
      message: expect.stringContaining(server.replace('https://', '')),
      hint: expect.stringContaining('kubectl cluster-info'),
    });
  });

  it('reports a context that does not exist', async () => {
    await expect(kubectlFor('https://127.0.0.1:1', 'other').nodes()).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_CONTEXT',
      exitCode: 2,
      message: expect.stringContaining('other'),
      hint: expect.stringContaining('kubectl config get-contexts'),
    });
  });

  it('reports a kubeconfig that does not exist', async () => {
    const PATH = `${dirname(judgeProgram('kubectl', 'kubectl'))}:${process.env['PATH']}`;
    const address = { kubeconfig: '/nonexistent/config', context: null };
    await expect(new SpawnedKubectl(new LocalRunner({ PATH }), address).nodes()).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_CONTEXT',
      message: expect.stringContaining('/nonexistent/config'),
    });
  });

  it('reports that kubectl is not installed', async () => {
    const runner = new LocalRunner({ PATH: '/nonexistent' });
    await expect(
      new SpawnedKubectl(runner, { kubeconfig: null, context: null }).version(),
    ).rejects.toMatchObject({
      code: 'RMA_COMMAND_MISSING',
      exitCode: 3,
    });
  });
});
