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

const OPTIONS = {
  port: { type: 'string', default: '0' },
  'cdn-port': { type: 'string', default: '0' },
  host: { type: 'string', multiple: true },
  state: { type: 'string' },
  log: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

try {
  await main();
} catch (error) {
  process.stderr.write(`hub: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const { log, state: stateFile } = values;
  const options: HubOptions = {
    repos: quickstartRepos(),
    hosts: values.host ?? ['127.0.0.1'],
    port: Number(values.port),
    cdnPort: Number(values['cdn-port']),
    ...(log !== undefined && { onRequest: (request) => appendFileSync(log, `${JSON.stringify(request)}\n`) }),
  };
  const hub = await startOnKnownPorts(options, stateFile);
  const { endpoint, cdnEndpoint, port, cdnPort } = hub;
  const state = JSON.stringify({ pid: process.pid, endpoint, cdnEndpoint, port, cdnPort });
  if (stateFile !== undefined) writeFileSync(stateFile, `${state}\n`);
  process.stdout.write(`${state}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void hub.close());
}

/** Reuses the ports of the last run, so that saved URLs stay valid. */
async function startOnKnownPorts(options: HubOptions, stateFile: string | undefined): Promise<Hub> {
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
