import { executePlan } from '../../../src/app/execute/execute-plan.ts';
import {
  type ExecutionContext,
  type ExecutionHost,
  emptyPayload,
  type Payload,
} from '../../../src/app/execute/execution.ts';
import { connect } from '../../../src/core/plan/connect.ts';
import type { Step } from '../../../src/core/plan/operation.ts';
import { configOf } from './render-builders.ts';

/** Executes a plan of one step. */
export function executeStep(
  host: ExecutionHost,
  invocation: ExecutionContext,
  { step, payload = {} }: { readonly step: Step; readonly payload?: Partial<Payload> },
): Promise<void> {
  const operations = connect([step], 'box', () => false);
  return executePlan(host, invocation, {
    operations,
    payload: { ...emptyPayload(configOf({ project: 'rma' })), ...payload },
  });
}
