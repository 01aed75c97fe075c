import { EXIT, RmaError } from '../../core/errors.ts';
import { parsePeerToken } from '../../core/network/peer-token.ts';
import { readPlainSync, readProblem } from '../files/read-plain.ts';

/** Returns the token for peers in a file. @throws RmaError RMA_PEER_TOKEN (2) if there is none */
export function readPeerToken(path: string): string {
  let text: string;
  try {
    text = readPlainSync(path).toString('utf8');
  } catch (error) {
    throw invalid(path, `cannot be read (${readProblem(error)})`);
  }
  const token = parsePeerToken(text);
  if (token === null) throw invalid(path, 'contains no token: one line of 16 to 512 letters and digits');
  return token;
}

function invalid(path: string, fault: string): RmaError {
  return new RmaError('RMA_PEER_TOKEN', `the token file ${path} ${fault}`, {
    exitCode: EXIT.usage,
    hint: 'copy the token file of the serving machine (`rma models serve` prints its path), then pass it: --peer-token-file FILE',
  });
}
