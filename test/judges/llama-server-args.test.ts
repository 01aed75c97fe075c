import { describe, expect, it } from 'vitest';
import { shippedCatalog } from '../helpers/builders/shipped-catalog.ts';
import { goldenServices } from '../helpers/golden/golden-services.ts';
import { runJudge } from '../helpers/judges/judges.ts';

const ENGINE = shippedCatalog().engines.get('llamacpp')!;
const ROUTER = shippedCatalog().engines.get('llamacpp-router')!;

/** An option of `llama-server --help`: its names, and its environment variable. */
interface Option {
  readonly names: readonly string[];
  readonly variable: string | null;
}

/** Starts the server, which ends because its model does not exist, if it accepts the arguments. Returns what it logs. */
async function started(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const port = args.indexOf('--port') + 1;
  const own = port === 0 ? [...args, '--port', '0'] : args.with(port, '0');
  const { code, stdout, stderr } = await runJudge('llama-server', ['llama-server', ...own], env);
  expect(code).toBe(1);
  return stdout + stderr;
}

async function options(): Promise<readonly Option[]> {
  const { stdout } = await runJudge('llama-server', ['llama-server', '--help']);
  return stdout.split(/\n(?=-)/).map((text) => {
    // names end where two spaces follow anything but a comma
    const names = (text.split('\n')[0] ?? '').replace(/(?<![,\s])\s{2,}.*$/, '').split(/,\s+/);
    return {
      names: names.map((name) => name.replace(/\s.*/, '')).filter((name) => /^--?[a-z]/i.test(name)),
      variable: /\(env: (\w+)\)/.exec(text)?.[1] ?? null,
    };
  });
}

describe('the real llama-server', () => {
  const all = goldenServices('ghcr.io/ggml-org/llama.cpp:').map(({ command }) => command);
  const commands = all.filter((command) => command.includes('--model'));
  const routers = all.filter((command) => command.includes('--models-preset'));

  it('[case E08] accepts every llama.cpp command of the golden files, also on a GPU, up to its absent model', async () => {
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands.flatMap((each) => [each, [...each, ...ENGINE.gpuCommand]])) {
      const model = command[command.indexOf('--model') + 1];
      expect(await started(command)).toContain(`failed to load model, '${model}'`);
    }
  });

  it.each([
    [['--no-such-flag'], 'error: invalid argument: --no-such-flag'],
    [['--ctx-si', '8'], 'error: invalid argument: --ctx-si'],
    [['--ctx-size=8'], 'error: invalid argument: --ctx-size=8'],
    [['--ctx-size', 'many'], 'usage:\n-c,    --ctx-size N'],
  ])('[case E08] rejects %j before it looks at the model: this check can fail', async (extra, message) => {
    const log = await started([...(commands[0] ?? []), ...extra]);
    expect(log).toContain(message);
    expect(log).not.toContain('failed to load model');
  });

  it('[req N13] accepts the commands of the router, also on a GPU, up to its absent list of models', async () => {
    expect(routers.length).toBeGreaterThan(0);
    for (const command of routers.flatMap((each) => [each, [...each, ...ROUTER.gpuCommand]])) {
      expect(await started(command)).toContain('preset file does not exist: /etc/llama-models.ini');
    }
    expect(await started([...(routers[0] ?? []), '--no-such-flag'])).toContain(
      'invalid argument: --no-such-flag',
    );
  });

  it('[case S09] has no further names for the flags that rma passes, has the flags that rma rejects, and takes _ for -', async () => {
    const own = [...ENGINE.command, ...ENGINE.gpuCommand].filter((item) => item.startsWith('--'));
    const named = (await options()).filter(({ names }) => own.some((flag) => names.includes(flag)));
    const others = named.flatMap(({ names }) => {
      const flag = own.find((each) => names.includes(each)) ?? '';
      return names.filter((name) => name !== flag).map((name) => [name, flag]);
    });
    expect(named.length).toBe(own.length);
    expect(ENGINE.flagAliases).toMatchObject(Object.fromEntries(others));
    // the rest of the rejected flags name another model
    expect((await options()).flatMap(({ names }) => names)).toEqual(
      expect.arrayContaining(Object.keys(ENGINE.flagAliases)),
    );
    expect(await started(['--model', '/absent.gguf', '--ctx_size', '8'])).toContain('failed to load model');
  });

  it('[case E04] reads the variables that rma passes to it through Ollama', async () => {
    const passed = goldenServices('ollama/ollama:').flatMap(({ environment }) => Object.keys(environment));
    const variables = new Set(passed.filter((name) => name.startsWith('LLAMA_ARG_')));
    expect([...variables]).toEqual(['LLAMA_ARG_FIT_TARGET']);
    expect((await options()).map(({ variable }) => variable)).toEqual(expect.arrayContaining([...variables]));
    const model = ['--model', '/absent.gguf'];
    expect(await started(model, { LLAMA_ARG_FIT_TARGET: '512' })).toContain('failed to load model');
    expect(await started(model, { LLAMA_ARG_FIT_TARGET: 'many' })).not.toContain('failed to load model');
  });
});
