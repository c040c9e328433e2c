import { describe, expect, test } from 'vitest';
import * as names from '../../../src/modules/releases/release-names.js';

const SNAPSHOT = { channel: 'SNAPSHOT', number: 20_201_028, version: '1.16.3' } as const;
const STABLE = { channel: 'STABLE', number: 39, version: '1.12' } as const;

describe('the names of releases', () => {
  test.each([
    [SNAPSHOT, 'snapshot_20201028-1.16.3'],
    [STABLE, 'stable_39-1.12'],
    [{ channel: 'STABLE', number: 1, version: '1.14-pre1' } as const, 'stable_1-1.14-pre1'],
  ])('%o', (key, name) => {
    expect(names.releaseName(key)).toBe(name);
    expect(names.parseReleaseName(name)).toEqual(key);
  });

  test.each([
    '',
    '1.16.3',
    'snapshot_-1.16.3',
    'snapshot_0-1',
    'stable_039-1.12',
    'Stable_39-1.12',
    'stable_39-',
    'stable_39',
  ])('no release is called %j', (name) => expect(names.parseReleaseName(name)).toBeNull());

  test('a snapshot is numbered by its day in UTC', () => {
    expect(names.snapshotNumber(new Date('2020-10-28T23:59:59.999Z'))).toBe(20_201_028);
    expect(names.snapshotNumber(new Date('2020-10-28T23:30:00-02:00'))).toBe(20_201_029);
  });

  test('in the layout that build tools read', () => {
    expect(names.mavenCoordinate(SNAPSHOT, true)).toBe('de.oceanlabs.mcp:mcp_snapshot:20201028-1.16.3@zip');
    expect(names.mavenCoordinate(STABLE, false)).toBe('de.oceanlabs.mcp:mcp_stable_nodoc:39-1.12@zip');
    expect(names.mavenPath(SNAPSHOT, true)).toBe(
      'de/oceanlabs/mcp/mcp_snapshot/20201028-1.16.3/mcp_snapshot-20201028-1.16.3.zip',
    );
    expect(names.zipName(STABLE, false)).toBe('mcp_stable_nodoc-39-1.12.zip');
  });
});
