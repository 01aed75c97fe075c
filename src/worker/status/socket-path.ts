/** Status socket of the running worker in its container, unless RMA_WORKER_SOCKET is set. */
const WORKER_SOCKET_PATH = '/tmp/rma-worker.sock';

export function socketPath(env: NodeJS.ProcessEnv): string {
  return env['RMA_WORKER_SOCKET'] || WORKER_SOCKET_PATH;
}
