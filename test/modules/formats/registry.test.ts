import { expect, test } from 'vitest';
import { EXPORT_FORMATS, formatOfFile, formatSpec, formatSpecs } from '../../../src/modules/formats/index.js';

test('each format has one spec, in the order of the list', () => {
  expect(formatSpecs.map(({ format }) => format)).toEqual(EXPORT_FORMATS);
  for (const format of EXPORT_FORMATS) expect(formatSpec(format).format).toBe(format);
});

test('each has a file name of its own, a content type, and a sentence', () => {
  expect(new Set(formatSpecs.map(({ fileName }) => fileName)).size).toBe(formatSpecs.length);
  for (const spec of formatSpecs) {
    expect(spec.fileName).toMatch(/^[a-z0-9-]+\.[a-z0-9]+$/);
    expect(spec.contentType).toMatch(/^[a-z]+\/[a-z]+(?:; charset=utf-8)?$/);
    expect(spec.description).toMatch(/^[A-Za-z].*[a-z0-9]\.$/);
    expect(formatOfFile(spec.fileName)).toBe(spec);
  }
  expect(formatOfFile('other.csv')).toBeUndefined();
});

test('the namespaces of each fit into it', () => {
  for (const spec of formatSpecs) {
    if (spec.shape !== 'MAPPINGS') continue;
    const { namespaces, minNamespaces, maxNamespaces } = spec;
    expect(new Set(namespaces).size).toBe(namespaces.length);
    expect(namespaces.length).toBeGreaterThanOrEqual(minNamespaces);
    expect(namespaces.length).toBeLessThanOrEqual(maxNamespaces);
  }
});
