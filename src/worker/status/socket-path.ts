/** Where the living worker answers for its state, inside its container; RMA_WORKER_SOCKET moves it. */
const WORKER_SOCKET_PATH = '/tmp/rma-worker.sock';

export function socketPath(env: NodeJS.ProcessEnv): string {
  return env['RMA_WORKER_SOCKET'] || WORKER_SOCKET_PATH;
}
