import type { RmaConfig } from '../../core/domain/config.ts';
import type { Operation } from '../../core/plan/operation.ts';
import type { Wanted } from '../desired/make-desired.ts';

export interface ApplyRequest<O extends Operation = Operation> {
  readonly config: RmaConfig;
  readonly wanted: Wanted;
  readonly operations: readonly O[];
  readonly waitSeconds: number;
}
