import type { Problem } from '../domain/verification.ts';
import { layoutOf } from '../source/sources.ts';
import { named } from './expected.ts';
import { blobPlace, fetchFix, hasContent, type ModelFacts, sizeAt, sizeText } from './model-facts.ts';
import { isWeightIndex, missingParts } from './weight-map.ts';

/** Returns a problem for each file that a model lacks. */
export function checkMissing(facts: ModelFacts): readonly Problem[] {
  const { model, expected, seen } = facts;
  const recorded = new Set(expected.recorded(model).map(({ path }) => path));
  const indexes = new Map(
    model.files.flatMap(({ path }) => {
      const text = isWeightIndex(path) ? seen.texts.get(`${model.path}/${path}`) : undefined;
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
  const parts = missingParts(
    model.files.map(({ path }) => path),
    indexes,
  ).filter((path) => recorded.size === 0 || recorded.has(path));
  // records of an Ollama model may be older than its manifest
  const lacking =
    layoutOf(model) === 'ollama' ? model.missing.filter((name) => facts.blobs.has(name)) : model.missing;
  return [...new Set([...lacking, ...parts])].map((name) => missingProblem(facts, name));
}

function missingProblem(facts: ModelFacts, name: string): Problem {
  const { model, expected, seen } = facts;
  const [reference] = model.references;
  if (layoutOf(model) === 'ollama') return missingBlob(facts, name);
  const path = pathOf(facts, name);
  const target = seen.links.get(path);
  const published = expected.published(model, name);
  const may = published.length > 0 || target === undefined ? published : named({ content: target });
  const [wanted] = may;
  const place = model.commit === null || wanted === undefined ? path : blobPlace(model, wanted.digest.hex);
  const inPlace = model.commit !== null && wanted !== undefined && hasContent(seen, place, wanted.bytes);
  const link = model.commit === null ? null : name;
  return {
    path,
    kind: target === undefined ? 'missing' : 'link',
    text: target === undefined ? 'is missing' : `is a broken link to ${target}`,
    reference,
    fix: fetchFix(facts, name, { expected: may, place, seenBytes: null, link, inPlace }),
  };
}

/** A blob that the manifest has, and the store has not, or in another size. */
function missingBlob(facts: ModelFacts, name: string): Problem {
  const { model, seen } = facts;
  const place = `ollama/blobs/${name}`;
  const bytes = sizeAt(seen, place);
  const wanted = facts.blobs.get(name) ?? null;
  const expected = named({ content: place }).map((each) => ({ ...each, bytes: wanted }));
  return {
    path: place,
    kind: bytes === null ? 'missing' : 'size',
    text: bytes === null ? 'is missing' : sizeText(bytes, wanted ?? 0),
    reference: model.references[0],
    fix: fetchFix(facts, name, { expected, place, seenBytes: null }),
  };
}

/** Returns the path of a file of a model: models that are one file have their files next to it. */
function pathOf({ model }: ModelFacts, name: string): string {
  const folder = layoutOf(model) === 'flat' ? model.path.slice(0, model.path.lastIndexOf('/')) : model.path;
  return `${folder}/${name}`;
}
