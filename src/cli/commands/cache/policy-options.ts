import { type AgeLimit, parseAge, parseAgeLimit } from '../../../core/cache/age.ts';
import { filterFault } from '../../../core/cache/filter.ts';
import {
  DEFAULT_POLICY,
  type FreeTarget,
  type PrunePolicy,
  parseFreeTarget,
  parseSize,
} from '../../../core/cache/policy.ts';
import { parsedOption, repeatedOption } from '../../option.ts';

const AGE = 'an age such as 12h, 30d or 6mo';
const LIMIT = `${AGE}, or never`;

/** The options of a policy, for every command that prunes or schedules it. */
export const POLICY_OPTIONS = {
  keep: parsedOption('--keep <AGE>', 'remove models that were not used for AGE, such as 30d', {
    parse: parseAge,
    expected: AGE,
    fallback: null,
  }),
  maxSize: parsedOption(
    '--max-size <SIZE>',
    'remove least recently used models until the store has at most SIZE, such as 200GB',
    {
      parse: parseSize,
      expected: 'a size such as 200GB',
      fallback: null,
    },
  ),
  minFree: parsedOption(
    '--min-free <SIZE>',
    'if less than SIZE is free, remove least recently used models until 10% more is free; with SIZE:HIGH, until HIGH is free',
    { parse: parseFreeTarget, expected: 'a size such as 50GB, or 50GB:80GB', fallback: null },
  ),
  keepRevisions: parsedOption(
    '--keep-revisions <N>',
    'remove all but the last N commits of each repository',
    {
      parse: parseCount,
      expected: 'a number from 1',
      fallback: null,
    },
  ),
  filter: repeatedOption(
    '--filter <EXPR>',
    'limit to models that match, such as size>1GB, accessed>30d, source=hf (repeatable)',
    filterFault,
  ),
  partials: parsedOption('--partials <AGE>', 'remove partial downloads after AGE, or never (default 7d)', {
    parse: parseAgeLimit,
    expected: LIMIT,
    fallback: null,
  }),
  orphans: parsedOption(
    '--orphans <AGE>',
    'remove content without a model after AGE, or never (default 1d)',
    {
      parse: parseAgeLimit,
      expected: LIMIT,
      fallback: null,
    },
  ),
  quarantine: parsedOption(
    '--quarantine <AGE>',
    'remove quarantined files after AGE, or never (default 7d)',
    {
      parse: parseAgeLimit,
      expected: LIMIT,
      fallback: null,
    },
  ),
  grace: parsedOption(
    '--grace <AGE>',
    'keep what was used within AGE, and delete AGE after marking (default 24h)',
    {
      parse: parseAge,
      expected: AGE,
      fallback: DEFAULT_POLICY.graceSeconds,
    },
  ),
} as const;

/** The values of `POLICY_OPTIONS`. */
export interface PolicyInput {
  readonly keep: number | null;
  readonly maxSize: number | null;
  readonly minFree: FreeTarget | null;
  readonly keepRevisions: number | null;
  readonly filter: readonly string[];
  readonly partials: AgeLimit | null;
  readonly orphans: AgeLimit | null;
  readonly quarantine: AgeLimit | null;
  readonly grace: number;
}

/** Returns the policy of a command line. */
export function policyOf(input: PolicyInput): PrunePolicy {
  const limit = (option: AgeLimit | null, fallback: number | null) =>
    option === null ? fallback : option.seconds;
  return {
    keepSeconds: input.keep,
    maxBytes: input.maxSize,
    minFree: input.minFree,
    keepRevisions: input.keepRevisions,
    filters: input.filter,
    partialsSeconds: limit(input.partials, DEFAULT_POLICY.partialsSeconds),
    orphansSeconds: limit(input.orphans, DEFAULT_POLICY.orphansSeconds),
    quarantineSeconds: limit(input.quarantine, DEFAULT_POLICY.quarantineSeconds),
    graceSeconds: input.grace,
  };
}

function parseCount(text: string): number | null {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : null;
}
