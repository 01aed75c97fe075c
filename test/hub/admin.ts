import { text as readText } from 'node:stream/consumers';
import { type Answer, json, text } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { FaultBoard, SwitchedFault } from './faults.ts';
import { parseFault } from './parse-fault.ts';
import type { Protocol } from './protocol.ts';
import type { RequestLog } from './request-log.ts';

/**
 * Controls a hub in another process, from loopback only: `GET|POST|DELETE /__hub/faults`, `DELETE /__hub/faults/{id}`,
 * `GET|DELETE /__hub/log`, `GET /__hub/log?content=true` for the requests of file bodies.
 */
export const admin: Protocol = async (exchange, { faults, log }) => {
  const [root, what] = exchange.segments;
  if (root !== '__hub') return undefined;
  if (!isLoopback(exchange.request.socket.remoteAddress)) return text(403, 'loopback only');
  if (what === 'faults') return controlFaults(exchange, faults);
  return what === 'log' ? controlLog(exchange, log) : undefined;
};

async function controlFaults(exchange: Exchange, faults: FaultBoard): Promise<Answer> {
  switch (exchange.method) {
    case 'GET':
      return json(200, faults.list().map(describe));
    case 'POST':
      return addFault(faults, await readText(exchange.request));
    case 'DELETE':
      return removeFaults(faults, exchange.segments[2]);
    default:
      return text(405, 'Method Not Allowed');
  }
}

function addFault(faults: FaultBoard, body: string): Answer {
  try {
    return json(201, describe(faults.add(parseFault(JSON.parse(body)))));
  } catch (error) {
    return text(400, error instanceof Error ? error.message : String(error));
  }
}

function removeFaults(faults: FaultBoard, id: string | undefined): Answer {
  const chosen = faults.list().filter((fault) => id === undefined || fault.id === id);
  if (id !== undefined && chosen.length === 0) return text(404, `no fault ${id}`);
  for (const fault of chosen) fault.remove();
  return json(200, chosen.map(describe));
}

function controlLog({ method, query }: Exchange, log: RequestLog): Answer {
  if (method === 'DELETE') log.clear();
  return json(200, query.get('content') === 'true' ? log.contentRequests() : log.entries());
}

function describe({ id, hits, fault }: SwitchedFault) {
  return { id, hits, fault };
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}
