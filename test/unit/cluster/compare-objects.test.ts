import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareObjects } from '../../../src/core/cluster/compare-objects.ts';
import { deployment, job } from '../../helpers/cluster/objects.ts';

describe('compareObjects', () => {
  it('finds created, changed and unchanged objects, with the fields that change', () => {
    const before = [deployment('a'), deployment('b')];
    const after = [deployment('a', {}, { replicas: 2 }), deployment('b', { replicas: 1 }), job('c')];
    expect(compareObjects(before, after)).toMatchObject([
      { change: 'change', fields: ['spec.replicas'] },
      { change: 'none', fields: [] },
      { change: 'create', fields: [] },
    ]);
  });

  it('ignores the status and what the server counts', () => {
    const stored = deployment('a', { replicas: 1 });
    const metadata = {
      ...stored.metadata,
      generation: 7,
      resourceVersion: '12',
      uid: 'x',
      managedFields: [{}],
    };
    expect(compareObjects([{ ...stored, metadata }], [deployment('a')])).toMatchObject([{ change: 'none' }]);
  });

  it('names changes in lists and annotations', () => {
    const before = deployment('a');
    const after = {
      ...deployment('a', {}, { template: { spec: { containers: [{ name: 'engine', image: 'engine:2' }] } } }),
      metadata: {
        ...before.metadata,
        annotations: { ...before.metadata.annotations, 'rma.dev/models': 'x' },
      },
    };
    expect(compareObjects([before], [after])[0]?.fields).toEqual([
      'metadata.annotations["rma.dev/models"]',
      'spec.template.spec.containers[0].image',
    ]);
  });

  it('finds no change in equal objects, whatever they have', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const object = { ...deployment('a'), data: value };
        const copy = structuredClone(object);
        expect(compareObjects([object], [copy])).toMatchObject([{ change: 'none' }]);
      }),
    );
  });

  it('takes objects of the same name in another API version for the same, in another group not', () => {
    const old = { ...deployment('a'), apiVersion: 'apps/v1beta1' };
    const other = { ...deployment('a'), apiVersion: 'other.example/v1' };
    expect(compareObjects([old], [deployment('a')])).toMatchObject([
      { change: 'change', fields: ['apiVersion'] },
    ]);
    expect(compareObjects([other], [deployment('a')])).toMatchObject([{ change: 'create' }]);
  });
});
