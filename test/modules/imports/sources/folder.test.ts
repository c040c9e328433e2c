import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSource } from '../../../../src/modules/imports/sources/index.js';
import { refusal, temporaryFolders } from './support.js';

const folderOf = temporaryFolders();

describe('folders', () => {
  test('list files with their paths, hidden folders left out, and read them', async () => {
    const folder = await folderOf({ 'b.txt': 'b', 'config/joined.tsrg': 'a A\n', '.git/config': 'x', '.keep': '' });
    const source = await openSource(folder);
    expect(source.description).toBe(folder);
    expect(source.files()).toEqual(['.keep', 'b.txt', 'config/joined.tsrg']);
    expect(source.has('b.txt')).toBe(true);
    expect((await source.read('config/joined.tsrg')).toString()).toBe('a A\n');
    expect(await refusal(source.read('../x'))).toBe(`${folder} has no file "../x".`);
    await source.close();
  });

  test('links inside are followed, links that leave are refused', async () => {
    const folder = await folderOf({ 'in/a.txt': 'inside' });
    await symlink('in/a.txt', join(folder, 'link.txt'));
    await symlink('.', join(folder, 'loop'));
    await symlink('nowhere', join(folder, 'dangling'));
    const source = await openSource(folder);
    expect(source.files()).toEqual(['in/a.txt', 'link.txt']);
    expect((await source.read('link.txt')).toString()).toBe('inside');

    const outside = await folderOf({ 'secret.txt': 's' });
    await symlink(join(outside, 'secret.txt'), join(folder, 'out.txt'));
    expect(await refusal(openSource(folder))).toBe(`${folder}: the link "out.txt" leads out of the folder.`);
    await rm(join(folder, 'out.txt'));
    await symlink(outside, join(folder, 'out'));
    expect(await refusal(openSource(folder))).toBe(`${folder}: the link "out" leads out of the folder.`);
  });

  test('a link that leaves only after the listing is refused at reading', async () => {
    const outside = await folderOf({ 'secret.txt': 's' });
    const folder = await folderOf({ 'a.txt': 'a' });
    const source = await openSource(folder);
    await rm(join(folder, 'a.txt'));
    await symlink(join(outside, 'secret.txt'), join(folder, 'a.txt'));
    expect(await refusal(source.read('a.txt'))).toBe(`${folder}: the link "a.txt" leads out of the folder.`);
    await rm(join(folder, 'a.txt'));
    expect(await refusal(source.read('a.txt'))).toBe(
      `${folder}: "a.txt" can't be read: there is no such file or folder.`,
    );
  });

  test('bounds of entries, depth and size', async () => {
    const folder = await folderOf({ a: '1234', b: '1234', 'c/d': '' });
    expect(await refusal(openSource(folder, { maxEntries: 3 }))).toBe(`${folder}: more than 3 files and folders.`);
    const source = await openSource(folder, { maxEntries: 4, maxFileBytes: 4, maxTotalBytes: 7 });
    await source.read('a');
    await source.read('a');
    expect(await refusal(source.read('b'))).toBe(`${folder}: the files are larger than 7 bytes together.`);
    await writeFile(join(folder, 'a'), '12345');
    expect(await refusal(source.read('a'))).toBe(`${folder}: "a" is larger than 4 bytes.`);
    const deep = await folderOf();
    await mkdir(join(deep, ...Array<string>(20).fill('d')), { recursive: true });
    expect(await refusal(openSource(deep))).toBe(`${deep}: folders are nested deeper than 16.`);
  });
});

describe('single files', () => {
  test('a file whatever its name', async () => {
    const folder = await folderOf({ 'mappings.txt': 'a A\n' });
    const source = await openSource(join(folder, 'mappings.txt'));
    expect(source.files()).toEqual(['mappings.txt']);
    expect(source.has('x')).toBe(false);
    expect((await source.read('mappings.txt')).toString()).toBe('a A\n');
    expect(await refusal(source.read('x'))).toContain('has no file "x"');
  });

  test('what is not there, too large or no file', async () => {
    const folder = await folderOf({ big: '' });
    const missing = join(folder, 'missing');
    expect(await refusal(openSource(missing))).toBe(`${missing} can't be read: there is no such file or folder.`);
    await truncate(join(folder, 'big'), 200 * 1024 * 1024);
    const big = await openSource(join(folder, 'big'));
    expect(await refusal(big.read('big'))).toBe(`${join(folder, 'big')} is larger than 67108864 bytes.`);
    expect(await refusal(openSource('/dev/null'))).toBe('/dev/null is neither a folder nor a file.');
    expect(await refusal(openSource('file:///etc/passwd'))).toBe('Only http and https are fetched, not file:');
  });
});
