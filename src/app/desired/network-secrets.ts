import { CA_SECRET, PROXY_SECRET } from '../../core/domain/secret-names.ts';
import { formatProxyFile } from '../../core/network/proxy-file.ts';
import type { Invocation } from '../../ports/invocation.ts';

/**
 * Returns what containers need to reach hubs, by the name of its secret: proxies with a login, and the certificates to
 * trust. It follows the caller's environment, as the other proxy variables do.
 * @throws RmaError RMA_PROXY_INVALID, RMA_CA_FILE_INVALID (2)
 */
export async function networkSecrets(
  invocation: Pick<Invocation, 'environment' | 'certificates'>,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  const proxies = formatProxyFile(invocation.environment);
  if (proxies !== null) secrets.set(PROXY_SECRET, proxies);
  const certificates = await invocation.certificates();
  if (certificates !== null) secrets.set(CA_SECRET, certificates);
  return secrets;
}
