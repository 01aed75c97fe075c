import { networkInterfaces } from 'node:os';
import { engineEnv } from './engine-env.ts';
import { runProgram } from './engine-script.ts';

/** On Linux, containers reach services of this machine at the bridge address, not on loopback. */
export async function hubHosts(): Promise<readonly string[]> {
  const format = '{{(index .IPAM.Config 0).Gateway}}';
  const { stdout } = await runProgram(
    'docker',
    ['network', 'inspect', 'bridge', '--format', format],
    engineEnv(),
  );
  const gateway = stdout.trim();
  const isHere = Object.values(networkInterfaces()).some((ends) =>
    ends?.some(({ address }) => address === gateway),
  );
  return isHere ? ['127.0.0.1', gateway] : ['127.0.0.1'];
}
