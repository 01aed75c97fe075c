// Runs commands for the tests: POST /run {id, argv, env} answers {code, signal, stdout, stderr} at the end of the command,
// POST /kill {id, signal} sends it a signal, POST /off ends the VM.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const running = new Map();

function run({ id, argv: [program, ...args], env }) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.set(id, child);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (output[name] += chunk));
    child.on('error', (error) => done({ code: null, signal: null, stdout: '', stderr: error.message }));
    child.on('close', (code, signal) => {
      running.delete(id);
      done({ code, signal, ...output });
    });
  });
}

createServer(async (request, response) => {
  if (request.url === '/off') process.exit();
  const body = await json(request);
  if (request.url === '/kill') running.get(body.id)?.kill(body.signal);
  const answer = request.url === '/run' ? await run(body) : {};
  response.end(JSON.stringify(answer));
}).listen(7000, '0.0.0.0', () => process.stdout.write('AGENT READY\n'));
