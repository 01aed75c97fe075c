import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Hub, type HubOptions, startHub } from './hub.ts';
import { quickstartRepos } from './quickstart-repos.ts';

const HELP = `A local hub with one small model, for trying rma without internet.

  node build/hub.mjs [--port N] [--cdn-port N] [--host ADDRESS]... [--state FILE] [--log FILE]

--port N     port of the hub; 0 (the default) takes the one in the state file, else a free one
--host ADDR  address to listen on; may be given several times (default 127.0.0.1)
--state FILE where the addresses and the process id are written
--log FILE   one JSON line per request is appended here

Prints one JSON line with its addresses and serves until SIGTERM or SIGINT.
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'cdn-port': { type: 'string', default: '0' },
    host: { type: 'string', multiple: true, default: ['127.0.0.1'] },
    state: { type: 'string' },
    log: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  const hub = await startOnKnownPorts(values.state);
  const { endpoint, cdnEndpoint, port, cdnPort } = hub;
  const state = JSON.stringify({ pid: process.pid, endpoint, cdnEndpoint, port, cdnPort });
  if (values.state !== undefined) writeFileSync(values.state, `${state}\n`);
  process.stdout.write(`${state}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void hub.close());
}

/** A hub that comes back on its old ports keeps every address that was written down meanwhile. */
async function startOnKnownPorts(stateFile: string | undefined): Promise<Hub> {
  const { log, host: hosts } = values;
  const options: HubOptions = {
    repos: quickstartRepos(),
    hosts,
    port: Number(values.port),
    cdnPort: Number(values['cdn-port']),
    ...(log === undefined
      ? {}
      : { onRequest: (request) => appendFileSync(log, `${JSON.stringify(request)}\n`) }),
  };
  const known = options.port === 0 ? knownPorts(stateFile) : undefined;
  if (known === undefined) return startHub(options);
  return startHub({ ...options, ...known }).catch(() => startHub(options));
}

function knownPorts(stateFile: string | undefined): { port: number; cdnPort: number } | undefined {
  if (stateFile === undefined) return undefined;
  try {
    const { port, cdnPort } = JSON.parse(readFileSync(stateFile, 'utf8'));
    return { port: Number(port), cdnPort: Number(cdnPort) };
  } catch {
    return undefined;
  }
}
