import { CA_SECRET, PEER_TOKEN_SECRET, PROXY_SECRET } from '../../core/domain/secret-names.ts';
import { formatProxyFile } from '../../core/network/proxy-file.ts';
import type { Invocation } from '../../ports/invocation.ts';

/**
 * Returns what containers need to reach hubs, by the name of its secret: proxies with a login, the certificates to
 * trust, and the token for peers. It follows the caller's environment, as the other proxy variables do.
 * @throws RmaError RMA_PROXY_INVALID, RMA_CA_FILE_INVALID, RMA_PEER_TOKEN (2)
 */
export async function networkSecrets(
  invocation: Pick<Invocation, 'environment' | 'certificates' | 'peerToken'>,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  const proxies = formatProxyFile(invocation.environment);
  if (proxies !== null) secrets.set(PROXY_SECRET, proxies);
  const certificates = await invocation.certificates();
  if (certificates !== null) secrets.set(CA_SECRET, certificates);
  const peerToken = await invocation.peerToken();
  if (peerToken !== null) secrets.set(PEER_TOKEN_SECRET, peerToken);
  return secrets;
}
