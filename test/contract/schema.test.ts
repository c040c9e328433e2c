import { describe, expect, it } from 'vitest';
import { createOfflineSchema } from '../../src/app/schema.js';
import { formatMatrix, permissionMatrix } from '../../src/graphql/directives/index.js';
import { missingDescriptions, undatedDeprecations } from '../support/contract.js';

describe('the schema of the service', () => {
  const schema = createOfflineSchema();

  it('describes everything', () => expect(missingDescriptions(schema)).toEqual([]));

  it('dates what is deprecated', () => expect(undatedDeprecations(schema)).toEqual([]));

  it('RB1 lets callers read what the matrix says', () => {
    expect(formatMatrix(permissionMatrix(schema))).toMatchSnapshot();
  });
});
