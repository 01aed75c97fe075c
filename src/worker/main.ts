import { setMaxListeners } from 'node:events';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { limitYoungGeneration } from '../adapters/store/transfer/young-generation.ts';
import { EXIT, type ExitCode, RmaError, toErrorDocument } from '../core/errors.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { Invocation } from './commands/invocation.ts';

type Command = (invocation: Invocation) => Promise<ExitCode>;

// Loaded on demand: a health check runs every few seconds and does not need the downloader.
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).run,
  status: async () => (await import('./commands/status.ts')).status,
  health: async () => (await import('./commands/status.ts')).health,
  fetch: async () => (await import('./commands/fetch.ts')).fetch,
  pull: async () => (await import('./commands/pull.ts')).pull,
  wait: async () => (await import('./commands/wait.ts')).wait,
  check: async () => (await import('./commands/check.ts')).check,
  recall: async () => (await import('./commands/recall.ts')).recall,
  inventory: async () => (await import('./commands/inventory.ts')).inventory,
  cache: async () => (await import('./commands/cache.ts')).cache,
  describe: async () => (await import('./commands/describe.ts')).describe,
  serve: async () => (await import('./commands/serve.ts')).serve,
  prune: async () => (await import('./commands/prune.ts')).prune,
  pin: async () => (await import('./commands/prune.ts')).pin,
  forget: async () => (await import('./commands/prune.ts')).forget,
  undo: async () => (await import('./commands/prune.ts')).undo,
  remove: async () => (await import('./commands/remove.ts')).remove,
  'export-bundle': async () => (await import('./commands/bundle.ts')).exportBundle,
  'import-bundle': async () => (await import('./commands/bundle.ts')).importBundle,
  import: async () => (await import('./commands/import.ts')).importFound,
  scheduled: async () => (await import('./commands/scheduled.ts')).scheduled,
  'last-run': async () => (await import('./commands/last-run.ts')).lastRun,
  schedule: async () => (await import('./commands/schedule.ts')).schedule,
  verify: async () => (await import('./commands/verify.ts')).verify,
  'verify-deep': async () => (await import('./commands/verify.ts')).verify,
  repair: async () => (await import('./commands/repair.ts')).repair,
  volume: async () => (await import('./commands/volume.ts')).volume,
  'probe-volume': async () => (await import('./commands/volume.ts')).probe,
  facts: async () => (await import('./commands/facts.ts')).facts,
  download: async () => (await import('./commands/download.ts')).download,
  'fetch-then': async () => (await import('./commands/download.ts')).fetchThen,
  '--version': async () => async (invocation) => {
    invocation.print(`rma-worker ${RMA_VERSION}\n`);
    return EXIT.ok;
  },
};

limitYoungGeneration();
const stop = new AbortController();
// every transfer listens to it; Node warns of a leak above ten listeners
setMaxListeners(0, stop.signal);
let signalExit: ExitCode | null = null;
const onSignal = (exit: ExitCode) => () => {
  // The second signal exits immediately.
  if (signalExit !== null) process.exit(exit);
  signalExit = exit;
  stop.abort(new Error('interrupted by a signal'));
};
process.on('SIGTERM', onSignal(EXIT.terminated));
process.on('SIGINT', onSignal(EXIT.interrupted));
// Exit when the reader closes the output.
process.stdout.on('error', () => process.exit(EXIT.failed));

const [name = 'run', ...args] = process.argv.slice(2);
const invocation: Invocation = {
  args,
  env: process.env,
  clock: systemClock,
  stop: stop.signal,
  print: (text) => process.stdout.write(text),
  note: (text) => process.stderr.write(text),
  readStdin,
};
try {
  process.exitCode = await (await find(name))(invocation);
} catch (error) {
  process.exitCode = signalExit ?? fail(error);
}

async function find(command: string): Promise<Command> {
  const load = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (load !== undefined) return load();
  throw new RmaError('RMA_WORKER_COMMAND', `unknown rma-worker command "${command}"`, {
    exitCode: EXIT.usage,
    hint: `usage: rma-worker [${Object.keys(COMMANDS).join('|')}]`,
  });
}

function fail(error: unknown): ExitCode {
  const document = toErrorDocument(error);
  if (args.includes('--json')) process.stderr.write(`${JSON.stringify(document)}\n`);
  else {
    process.stderr.write(`error: ${document.message} (${document.code})\n`);
    if (document.hint !== undefined) process.stderr.write(`${document.hint}\n`);
  }
  return document.exitCode;
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
