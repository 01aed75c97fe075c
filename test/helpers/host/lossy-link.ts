import type { ExecutionHost } from '../../../src/app/execute/execution.ts';
import type { FakeHost } from './fake-host.ts';

/** The link to a fake host, which can be lost for good. */
export interface LossyLink {
  readonly host: ExecutionHost;
  /** every call from now on fails, and so does every call that waits */
  readonly lose: (error: Error) => void;
}

/** Returns a fake host as an executor reaches it. */
export function lossyLink(fake: FakeHost): LossyLink {
  const lost = new AbortController();
  const { docker, engine } = fake;
  const through = async <T>(call: () => Promise<T>): Promise<T> => {
    lost.signal.throwIfAborted();
    const result = await call();
    lost.signal.throwIfAborted();
    return result;
  };
  const both = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? lost.signal : AbortSignal.any([signal, lost.signal]);
  return {
    lose: (error) => lost.abort(error),
    host: {
      files: fake.files,
      caller: fake.caller,
      engine: wrap(engine, {
        containers: () => through(() => engine.containers()),
        container: (id) => through(() => engine.container(id)),
        changes: (project, signal) => through(() => engine.changes(project, both(signal))),
      }),
      docker: wrap(docker, {
        exec: (id, argv, options) =>
          through(() => docker.exec(id, argv, { ...options, signal: both(options.signal) })),
      }),
    },
  };
}

/** Returns the object with other methods in place of its own. */
function wrap<T extends object>(object: T, methods: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name) => {
      const method: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}
