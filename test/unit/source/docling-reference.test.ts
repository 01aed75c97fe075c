import { describe, expect, it } from 'vitest';
import { bundleOf, type DoclingRef, parseDoclingRef } from '../../../src/core/source/docling/reference.ts';
import { DOCLING_RELEASES } from '../../../src/core/source/docling/releases.ts';
import { formatModelRef, parseModelRef } from '../../../src/core/source/parse-ref.ts';

/** Names of `docling-tools models download` of docling 2.143, without the speech models. */
const NAMES = [
  'layout',
  'tableformer',
  'tableformerv2',
  'code_formula',
  'picture_classifier',
  'smolvlm',
  'granitedocling',
  'granitedocling_mlx',
  'smoldocling',
  'smoldocling_mlx',
  'granite_vision',
  'granite_chart_extraction',
  'granite_chart_extraction_v3_3',
  'granite_chart_extraction_v4',
  'rapidocr',
  'easyocr',
  'nemotron_ocr_v2',
];

const refused = (text: string) => {
  try {
    return parseModelRef(text);
  } catch (error) {
    return error;
  }
};
const repositories = (ref: DoclingRef) =>
  bundleOf(ref).parts.map((part) => (part.kind === 'repository' ? part.repo : part.directory));

describe('a reference to models of docling', () => {
  it.each(NAMES)('[req D09] may name %s, which has parts', (name) => {
    const ref = parseDoclingRef(`docling:${name}`);
    expect(ref).toEqual({ source: 'docling', names: [name], release: null });
    expect(bundleOf(ref)).toMatchObject({ release: '2.143' });
    expect(bundleOf(ref).parts.length).toBeGreaterThan(0);
  });

  it('[req D11] by default means layout, tableformer, code_formula, picture_classifier and rapidocr', () => {
    const all = ['layout', 'tableformer', 'code_formula', 'picture_classifier', 'rapidocr'];
    expect(repositories(parseDoclingRef('docling:default'))).toEqual(
      repositories(parseDoclingRef(`docling:${all.join(',')}`)),
    );
  });

  it('[req D10] with all means every model, each part once', () => {
    const { parts } = bundleOf(parseDoclingRef('docling:all'));
    expect(new Set(parts)).toEqual(new Set(Object.values(DOCLING_RELEASES['2.143']!.models).flat()));
    expect(new Set(parts).size).toBe(parts.length);
  });

  it('[req T20] to layout means both of its repositories', () => {
    expect(repositories(parseDoclingRef('docling:layout'))).toEqual([
      'docling-project/docling-layout-heron',
      'docling-project/docling-layout-heron-onnx',
    ]);
  });

  it.each([
    ['docling:tableformer,layout,tableformer', 'docling:layout,tableformer'],
    ['docling:layout, all', 'docling:all'],
    ['docling:easyocr,default@2.143', 'docling:default,easyocr@2.143'],
    ['DOCLING:layout', 'docling:layout'],
  ])('%s has the canonical text %s', (text, canonical) => {
    expect(formatModelRef(parseModelRef(text))).toBe(canonical);
    expect(parseModelRef(canonical)).toEqual(parseModelRef(text));
  });

  it('[req D09] with an unknown name is refused with the nearest one, and lists the valid ones', () => {
    const error = refused('docling:layuot');
    expect(error).toMatchObject({
      code: 'RMA_MODEL_REF_INVALID',
      exitCode: 2,
      message:
        'invalid model reference "docling:layuot": docling has no model "layuot"; did you mean "layout"?',
      hint: `use docling:NAME with one of ${['default', 'all', ...NAMES].join(', ')}`,
    });
  });

  it.each([
    ['docling:', 'a name is missing'],
    ['docling:layout,,easyocr', 'a name is missing'],
    ['docling:layout@1.0', 'unknown docling release "1.0"; known: 2.143'],
    ['docling:layout@', 'unknown docling release ""; known: 2.143'],
    ['docling:constructor', 'docling has no model "constructor"'],
    ['docling:layout@constructor', 'unknown docling release "constructor"; known: 2.143'],
    [`docling:${NAMES.join(',')}`, 'it names too many models'],
  ])('%s is refused: %s', (text, reason) => {
    expect(refused(text)).toMatchObject({
      code: 'RMA_MODEL_REF_INVALID',
      exitCode: 2,
      message: `invalid model reference "${text}": ${reason}`,
    });
  });
});
