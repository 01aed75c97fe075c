import { expect, it } from 'vitest';
import { withHosts, withProject, withSettings } from '../../../src/cli/render/command-line.ts';

it('adds the settings of a command to the next one, quoted for a shell', () => {
  const settings = new Map([
    ['volumes.store', ["host:/data/it's mine"]],
    ['profiles', ['gpu-worker', 'ocr']],
    ['gpu.visible', ['1']],
    ['project', ['demo']],
  ]);
  expect(withSettings('rma up', settings)).toBe(
    `rma up --project demo --profile gpu-worker --profile ocr --volume 'host:/data/it'\\''s mine' --gpus 1`,
  );
  expect(withSettings('rma up', new Map())).toBe('rma up');
  const twice = new Map([['network.offline', ['true', 'true']]]);
  expect(withSettings('rma up', twice)).toBe('rma up --offline');
});

it.each([
  [{}, 'rma up', 'rma up'],
  [{ project: 'demo' }, 'rma up --profile ocr', 'rma up --profile ocr --project demo'],
  [{ project: 'demo' }, 'rma up --project demo', 'rma up --project demo'],
  [{ dir: '/my box', file: 'x.yaml' }, 'rma up', "rma up --dir '/my box' --file x.yaml"],
  [{ project: 'demo' }, 'curl http://127.0.0.1:8080', 'curl http://127.0.0.1:8080'],
])('keeps the options that selected the project: %j, %s', (options, command, expected) => {
  expect(withProject(command, { dir: null, file: null, project: null, ...options })).toBe(expected);
});

it.each([
  ['rma rollback 3', 'rma rollback 3 --host h2 --host rack=r1'],
  ['rma hosts test --host h1', 'rma hosts test --host h1'],
  ['curl http://127.0.0.1:8080', 'curl http://127.0.0.1:8080'],
])('keeps the hosts that were selected: %s', (command, expected) => {
  expect(withHosts(command, ['h2', 'rack=r1'])).toBe(expected);
});
