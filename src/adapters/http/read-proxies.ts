import { EXIT, RmaError } from '../../core/errors.ts';
import { parseProxyFile } from '../../core/network/proxy-file.ts';
import { readPlainSync } from '../files/read-plain.ts';
import type { ProxyEnvironment } from './proxy.ts';

/**
 * Returns the environment with the proxies of the file that RMA_PROXY_FILE names: `rma up` mounts it for proxies with a
 * login.
 * @throws RmaError RMA_PROXY_INVALID (2)
 */
export function readProxies(env: ProxyEnvironment): ProxyEnvironment {
  const path = env['RMA_PROXY_FILE'] ?? '';
  if (path === '') return env;
  try {
    return { ...env, ...parseProxyFile(readPlainSync(path).toString('utf8')) };
  } catch {
    throw new RmaError('RMA_PROXY_INVALID', `cannot read the proxies in ${path} (RMA_PROXY_FILE)`, {
      exitCode: EXIT.usage,
      hint: 'rma up writes and mounts it; run it again in a shell with the proxy variables',
    });
  }
}
