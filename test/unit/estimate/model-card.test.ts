import { expect, it } from 'vitest';
import { licenseOfCard } from '../../../src/core/estimate/model-card.ts';

const card = (...lines: readonly string[]) => ['---', ...lines, '---', '# Model', ''].join('\n');

it.each([
  ['its name', card('language: en', 'license: apache-2.0'), 'apache-2.0'],
  ['a quoted name', card('license: "mit"'), 'mit'],
  ['several names', card('license:', '- mit', '- cc-by-4.0'), 'mit, cc-by-4.0'],
  ['the name of another license', card('license: other', 'license_name: qwen-research'), 'qwen-research'],
  ['another license without a name', card('license: other'), 'other'],
  ['Windows line ends', card('license: mit').replaceAll('\n', '\r\n'), 'mit'],
  ['no license', card('language: en'), null],
  ['an empty license', card('license:'), null],
  ['invalid YAML', card('license: [mit'), null],
  ['a list', card('- mit'), null],
  ['no front matter', '# Model\nlicense: mit\n', null],
  ['no end', '---\nlicense: mit\n', null],
  ['nothing', '', null],
])('the license of a model card with %s', (_, text, license) => {
  expect(licenseOfCard(text)).toBe(license);
});
