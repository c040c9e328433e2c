import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How much a version has, after the real ones. */
const SIZES: Record<string, { classes: number; fields: number; ownMethods: number; overrides: number }> = {
  '1.12.2': { classes: 3_344, fields: 11_900, ownMethods: 9_700, overrides: 11_100 },
  '1.16.5': { classes: 5_447, fields: 21_500, ownMethods: 23_200, overrides: 15_100 },
};

const WORDS =
  'block item entity world chunk tile render state player stack inventory biome potion recipe sound light fluid tick path goal ' +
  'model texture packet server client nbt tag list map key value count index size height width depth speed health damage food';
const VERBS = 'get set is has can on update add remove create find read write handle apply draw load save check copy';
const TYPES = ['I', 'J', 'Z', 'F', 'D', 'Ljava/lang/String;', '[I'];

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** 0 -> a, 25 -> z, 26 -> aa */
function obfuscated(index: number): string {
  const rest = Math.floor(index / 26) - 1;
  return (rest < 0 ? '' : obfuscated(rest)) + String.fromCharCode(97 + (index % 26));
}

interface Member {
  obf: string;
  srg: string;
  descriptor: string;
}

/** Writes invented files in MCP's formats: a joined.tsrg and constructors.txt, and the three tables of names. */
export async function writeSynthetic(folder: string, version: string): Promise<{ mappings: string; names: string }> {
  const size = SIZES[version]!;
  const random = randomNumbers(20_11);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const words = WORDS.split(' ');
  const verbs = VERBS.split(' ');
  const title = (word: string) => word[0]!.toUpperCase() + word.slice(1);
  const camel = (first: string, more: number) =>
    first + Array.from({ length: more }, () => title(pick(words))).join('');
  const several = () => 1 + Math.floor(random() * 3);

  const classes = Array.from({ length: size.classes }, (_, i) => ({
    obf: obfuscated(i),
    srg: `net/minecraft/${pick(words)}/${title(camel(pick(words), several()))}${i}`,
    fields: [] as Member[],
    methods: [] as Member[],
  }));
  // Few classes are large: the cube puts most members into the first of them.
  const someClass = () => classes[Math.floor(random() ** 3 * classes.length)]!;
  const type = () => (random() < 0.6 ? pick(TYPES) : `L${pick(classes).obf};`);

  const names: Record<'methods' | 'fields' | 'params', string[]> = { methods: [], fields: [], params: [] };
  for (let i = 0; i < size.fields; i++) {
    const { fields } = someClass();
    const srg = `field_${70_000 + i}_${obfuscated(i % 26)}`;
    fields.push({ obf: obfuscated(fields.length), srg, descriptor: '' });
    if (random() < 0.93) names.fields.push(`${srg},${camel(pick(words), several())},2,`);
  }
  const ownMethods: Member[] = [];
  for (let i = 0; i < size.ownMethods; i++) {
    const { methods } = someClass();
    const srg = `func_${70_000 + i}_${obfuscated(i % 26)}`;
    const parameters = Array.from({ length: Math.floor(random() * 4) }, type);
    const method = { obf: obfuscated(methods.length), srg, descriptor: `(${parameters.join('')})${type()}` };
    methods.push(method);
    ownMethods.push(method);
    const documentation = random() < 0.4 ? `Says what ${camel(pick(words), 1)} does with the ${pick(words)}.` : '';
    names.methods.push(`${srg},${camel(pick(verbs), several())},2,${documentation}`);
    let slot = 1;
    for (const parameter of parameters) {
      if (random() < 0.73) names.params.push(`p_${70_000 + i}_${slot}_,${camel(pick(words), 1)},2`);
      slot += parameter === 'J' || parameter === 'D' ? 2 : 1;
    }
  }
  for (let i = 0; i < size.overrides; i++) {
    const { methods } = someClass();
    const method = pick(ownMethods);
    if (!methods.some(({ srg }) => srg === method.srg)) methods.push({ ...method, obf: obfuscated(methods.length) });
  }

  const tsrg = classes.map(({ obf, srg, fields, methods }) =>
    [
      `${obf} ${srg}`,
      ...fields.map((field) => `\t${field.obf} ${field.srg}`),
      ...methods.map((method) => `\t${method.obf} ${method.descriptor} ${method.srg}`),
    ].join('\n'),
  );
  const constructors = classes.slice(0, 2_400).map(({ srg }, i) => `${1_000 + i} ${srg} (IL${classes[i]!.srg};)V`);

  const folders = { mappings: join(folder, 'mappings'), names: join(folder, 'names') };
  for (const path of Object.values(folders)) await mkdir(path);
  const write = (path: string, lines: string[]) => writeFile(path, `${lines.join('\n')}\n`);
  await write(join(folders.mappings, 'joined.tsrg'), tsrg);
  await write(join(folders.mappings, 'constructors.txt'), constructors);
  await write(join(folders.names, 'methods.csv'), ['searge,name,side,desc', ...names.methods]);
  await write(join(folders.names, 'fields.csv'), ['searge,name,side,desc', ...names.fields]);
  await write(join(folders.names, 'params.csv'), ['param,name,side', ...names.params]);
  return folders;
}
