import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sealChange, sealDecision } from '../../../src/modules/history/seal.js';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

const NOTHING = '0'.repeat(64);
const CHANGE = {
  sequence: 1,
  version: '1.12.2',
  kind: 'METHOD',
  srg: 'func_70001_a',
  oldName: null,
  newName: 'getDrops',
  oldDocumentation: null,
  newDocumentation: 'Says "what" falls:\n\u00e9\u{1f331}',
  reason: 'as asked in /12',
  forced: false,
  authorId: 7,
  via: null,
  batch: 1,
  supersedes: null,
  createdAt: new Date(Date.UTC(2026, 10, 24, 9, 8, 7, 60)),
} as const;

// Written out, so that whoever checks the history with another program finds the form here.
const CHANGE_TEXT = `["${NOTHING}",1,"1.12.2","METHOD","func_70001_a",null,"getDrops",null,"Says \\"what\\" falls:\\n\u00e9\u{1f331}","as asked in /12",false,7,null,1,null,"2026-11-24T09:08:07.060Z"]`;

test('the seal of a change is SHA-256 over a documented text', () => {
  expect(sealChange(new Uint8Array(32), CHANGE).toString('hex')).toBe(sha256(CHANGE_TEXT));
});

test('the next change is sealed over the hash before it', () => {
  const first = sealChange(new Uint8Array(32), CHANGE);
  const second = { ...CHANGE, sequence: 2, supersedes: 1, forced: true, authorId: null, via: 'import', batch: 2 };
  const text = CHANGE_TEXT.replace(`"${NOTHING}",1,`, `"${first.toString('hex')}",2,`).replace(
    'false,7,null,1,null,',
    'true,null,"import",2,1,',
  );
  expect(sealChange(first, second).toString('hex')).toBe(sha256(text));
});

test('the seal of a decision is SHA-256 over a documented text', () => {
  const decision = {
    sequence: 1,
    state: 'COMMITTED',
    changes: [1, 2],
    byId: 7,
    via: 'irc',
    reason: null,
    decidedAt: new Date(Date.UTC(2026, 10, 24)),
  } as const;
  expect(sealDecision(new Uint8Array(32), decision).toString('hex')).toBe(
    sha256(`["${NOTHING}",1,"COMMITTED",[1,2],7,"irc",null,"2026-11-24T00:00:00.000Z"]`),
  );
});

test.each(Object.keys(CHANGE) as (keyof typeof CHANGE)[])('%s is sealed', (field) => {
  const { [field]: value } = CHANGE;
  const other =
    typeof value === 'number'
      ? value + 1
      : typeof value === 'boolean'
        ? !value
        : value instanceof Date
          ? new Date(0)
          : 'x';
  const altered = { ...CHANGE, [field]: other };
  expect(sealChange(new Uint8Array(32), altered)).not.toEqual(sealChange(new Uint8Array(32), CHANGE));
});
