const WORKER_SOCKET_PATH = '/tmp/rma-worker.sock';

/** Returns the path of the status socket of the running worker in its container: RMA_WORKER_SOCKET, if set. */
export function socketPath(env: NodeJS.ProcessEnv): string {
  return env['RMA_WORKER_SOCKET'] || WORKER_SOCKET_PATH;
}
