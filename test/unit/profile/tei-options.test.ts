import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';
import { goldenServices } from '../../helpers/golden/golden-services.ts';

const { release } = shippedCatalog().engines.get('tei')!;
const RELEASE = join(import.meta.dirname, `../../standins/engines/releases/tei-${release}.txt`);
const VALUES: Readonly<Record<string, RegExp>> = { text: /./, int: /^\d+$/, 'maybe-bool': /^(true|false)$/ };

/** The options of the pinned release, each with the values it accepts. */
function options(): ReadonlyMap<string, RegExp> {
  const lines = readFileSync(RELEASE, 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => line.startsWith('-'))
      .map((line) => line.split(' '))
      .map(([name = '', kind = '', ...choices]) => [
        name,
        VALUES[kind] ?? new RegExp(`^(${choices.join('|')})$`),
      ]),
  );
}

it('[case E08] every text-embeddings-inference command of the golden files has recorded options and values of their kind', () => {
  const services = goldenServices('ghcr.io/huggingface/text-embeddings-inference:');
  expect(services.length).toBeGreaterThan(0);
  const known = options();
  for (const { command } of services) {
    const flags = command.filter((_, index) => index % 2 === 0);
    const values = command.filter((_, index) => index % 2 === 1);
    const wrong = flags.filter((flag, index) => !known.get(flag)?.test(values[index] ?? ''));
    expect(wrong).toEqual([]);
  }
});

it('[case S09] its short options stand for options that rma passes', () => {
  const { flagAliases } = shippedCatalog().engines.get('tei')!;
  const short = [...options().keys()].filter((name) => !name.startsWith('--'));
  expect(Object.keys(flagAliases)).toEqual(short);
});
