import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import yazl from 'yazl';
import { openSource, type SourceOptions } from '../../../../src/modules/imports/sources/index.js';
import { AppError } from '../../../../src/shared/errors.js';
import { refusal, temporaryFolders, zipOf } from './support.js';

const folderOf = temporaryFolders();

async function open(zip: Buffer, options: SourceOptions = {}) {
  const folder = await folderOf({ 'a.zip': zip });
  const location = join(folder, 'a.zip');
  return { location, source: openSource(location, options) };
}

/** Replaces an entry's name by one of the same length, in both of its headers. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  expect(to).toHaveLength(from.length);
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}

const CENTRAL = Buffer.from('PK\u0001\u0002');

/** Writes into the central directory's record of the first entry. */
function patched(zip: Buffer, write: (zip: Buffer, record: number) => void): Buffer {
  const copy = Buffer.from(zip);
  write(copy, copy.indexOf(CENTRAL));
  return copy;
}

/** A zip with `size` zero bytes in one entry, streamed so that the test never holds them. */
async function bomb(size: number): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const zeros = new PassThrough();
  zip.addReadStream(zeros, 'joined.tsrg');
  zip.end();
  const chunk = Buffer.alloc(1024 * 1024);
  const write = async () => {
    for (let left = size; left > 0; left -= chunk.length) {
      if (!zeros.write(chunk)) await new Promise((resolve) => zeros.once('drain', resolve));
    }
    zeros.end();
  };
  const [bytes] = await Promise.all([buffer(zip.outputStream), write()]);
  return bytes;
}

describe('zips', () => {
  test('entries, stored or deflated, sorted; folders are no files', async () => {
    for (const compress of [true, false]) {
      const zip = await zipOf({ 'config/joined.tsrg': 'a A\n', 'a.txt': 'x'.repeat(1000), empty: '' }, compress);
      const { location, source: opening } = await open(zip);
      const source = await opening;
      expect(source.files()).toEqual(['a.txt', 'config/joined.tsrg', 'empty']);
      expect((await source.read('config/joined.tsrg')).toString()).toBe('a A\n');
      expect(await source.read('a.txt')).toHaveLength(1000);
      expect(await source.read('empty')).toHaveLength(0);
      expect(source.has('config/')).toBe(false);
      expect(await refusal(source.read('b'))).toBe(`${location} has no file "b".`);
      await source.close();
    }
  });

  test('told by content, whatever the name; an empty zip has no files', async () => {
    const folder = await folderOf({ mappings: await zipOf({ a: 'b' }), 'empty.zip': await zipOf({}) });
    expect((await openSource(join(folder, 'mappings'))).files()).toEqual(['a']);
    expect((await openSource(join(folder, 'empty.zip'))).files()).toEqual([]);
  });

  test.each([
    ['../../evil.txt', 'the path leads out with ".."'],
    ['a/../evil.txt_', 'the path leads out with ".."'],
    ['..\\\\evil.txt_', 'the path leads out with ".."'],
    ['/etc/passwd.xx', 'the path is absolute'],
    ['C:/evil.txt__x', 'the path is absolute'],
    ['\\evil.txt____', 'the path is absolute'],
    ['evil\u0000.txt_____', 'the name holds a control character'],
  ])('refuses the entry name %j', async (name, reason) => {
    const from = 'x'.repeat(name.length);
    const { location, source } = await open(renamed(await zipOf({ [from]: 'a' }), from, name));
    expect(await refusal(source)).toBe(`${location}: entry ${JSON.stringify(name.replaceAll('\\', '/'))}: ${reason}.`);
  });

  test('refuses encrypted entries, links, double names and unknown compression', async () => {
    const zip = await zipOf({ aa: 'some text', bb: 'other text' });
    const encrypted = await open(
      patched(zip, (bytes, at) => bytes.writeUInt16LE(bytes.readUInt16LE(at + 8) | 1, at + 8)),
    );
    expect(await refusal(encrypted.source)).toBe(`${encrypted.location}: entry "aa": the entry is encrypted.`);
    const link = await open(patched(zip, (bytes, at) => bytes.writeUInt32LE((0o120777 << 16) >>> 0, at + 38)));
    expect(await refusal(link.source)).toBe(`${link.location}: entry "aa": the entry is a link.`);
    const twice = await open(renamed(zip, 'bb', 'aa'));
    expect(await refusal(twice.source)).toBe(`${twice.location}: entry "aa": the name is there twice.`);
    const bzip = await open(patched(zip, (bytes, at) => bytes.writeUInt16LE(12, at + 10)));
    const source = await bzip.source;
    expect(await refusal(source.read('aa'))).toBe(
      `${bzip.location}: entry "aa" is compressed in a way that is not supported (method 12).`,
    );
  });

  test('refuses too many entries, by the count it declares and by counting', async () => {
    const zip = await zipOf({ a: '', b: '', c: '' });
    const declared = await open(zip, { maxEntries: 2 });
    expect(await refusal(declared.source)).toBe(`${declared.location} has more than 2 entries.`);
    expect((await (await open(zip, { maxEntries: 3 })).source).files()).toHaveLength(3);
  });

  test('refuses what declares too much, alone or together', async () => {
    const zip = await zipOf({ a: 'x'.repeat(100), b: 'x'.repeat(100) });
    const single = await open(zip, { maxFileBytes: 99 });
    expect(await refusal(single.source)).toBe(`${single.location}: entry "a": 100 bytes where 99 are the most.`);
    const together = await open(zip, { maxTotalBytes: 199 });
    expect(await refusal(together.source)).toMatch(/larger than 199 bytes/);
  });

  test('refuses an archive larger than all that may come out of it', async () => {
    const { location, source } = await open(await zipOf({ a: 'x'.repeat(100) }, false), { maxTotalBytes: 120 });
    expect(await refusal(source)).toBe(`${location} is larger than 120 bytes.`);
  });

  test('a bomb of a gigabyte is refused without memory, whatever size it declares', async () => {
    const zip = await bomb(1024 * 1024 * 1024);
    expect(zip.length).toBeLessThan(2 * 1024 * 1024);
    const honest = await open(zip);
    expect(await refusal(honest.source)).toBe(
      `${honest.location}: entry "joined.tsrg": 1073741824 bytes where 67108864 are the most.`,
    );
    for (const claimed of [10, 60 * 1024 * 1024]) {
      const { location, source: opening } = await open(
        patched(zip, (bytes, at) => bytes.writeUInt32LE(claimed, at + 24)),
      );
      const source = await opening;
      const before = process.memoryUsage().rss;
      const message = await refusal(source.read('joined.tsrg'));
      expect(message).toContain(`${location}: entry "joined.tsrg" can't be read as a zip archive: too many bytes`);
      expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
      await source.close();
    }
  });

  test('damage: what is no zip, cut, or changed', async () => {
    const text = await open(Buffer.from('<html>Not found</html>'));
    expect(await refusal(text.source)).toBe(
      `${text.location} can't be read as a zip archive: End of central directory record signature not found. ` +
        'Either not a zip file, or file is truncated.',
    );
    const zip = await zipOf({ 'joined.tsrg': 'some text '.repeat(50) }, false);
    const cut = await open(zip.subarray(0, zip.length - 10));
    expect(await refusal(cut.source)).toContain("can't be read as a zip archive");
    const changed = Buffer.from(zip);
    changed[100] = (changed[100] ?? 0) ^ 1;
    const { location, source } = await open(changed);
    expect(await refusal((await source).read('joined.tsrg'))).toBe(
      `${location}: entry "joined.tsrg" is damaged: its checksum does not match.`,
    );
  });

  test('any byte changed and any cut is refused in words or harmless', async () => {
    const zip = await zipOf({ 'config/joined.tsrg': 'a A\n\ta b\n'.repeat(5), 'a.txt': 'text' });
    const folder = await folderOf();
    const location = join(folder, 'a.zip');
    for (let index = 0; index < zip.length; index++) {
      for (const bytes of [zip.subarray(0, index), patchedAt(zip, index)]) {
        await writeFile(location, bytes);
        try {
          const source = await openSource(location);
          try {
            for (const path of source.files()) await source.read(path);
          } finally {
            await source.close();
          }
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }
    }
  });
});

function patchedAt(zip: Buffer, index: number): Buffer {
  const copy = Buffer.from(zip);
  copy[index] = (copy[index] ?? 0) ^ 0xff;
  return copy;
}
