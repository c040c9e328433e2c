import { badInput } from '../../shared/errors.js';
import { NAMESPACES, type Namespace } from '../formats/index.js';
import type { ExportChoice } from './export-text.js';
import type { ExportedFile } from './exported-file.js';

/** What of a file is wanted, as somebody wrote it: names of namespaces in any case. */
export interface WantedExport {
  from?: string;
  to?: string;
  /** Separated by commas. */
  namespaces?: string;
  documentation: boolean;
}

const LISTED = NAMESPACES.map((name) => name.toLowerCase()).join(', ');

function namespace(argument: string, text: string): Namespace {
  const wanted = text.trim().toUpperCase();
  const found = NAMESPACES.find((name) => name === wanted);
  if (found !== undefined) return found;
  throw badInput(`${argument}: ${JSON.stringify(text.slice(0, 50))} is no namespace. There is ${LISTED}.`);
}

/** The namespaces that are asked for, and the argument that asks; null where none does. */
function asked({ from, to, namespaces }: WantedExport): { argument: string; texts: string[] } | null {
  if (namespaces !== undefined) {
    if (from !== undefined || to !== undefined) throw badInput('Give from and to, or namespaces; not both.');
    return { argument: 'namespaces', texts: namespaces.split(',') };
  }
  if (from === undefined && to === undefined) return null;
  if (from === undefined) throw badInput('from: give it as well as to.');
  if (to === undefined) throw badInput('to: give it as well as from.');
  return { argument: 'from and to', texts: [from, to] };
}

/** What is written of a file where this is wanted. @throws AppError BAD_USER_INPUT naming what the file has no room for */
export function exportChoice(file: ExportedFile, wanted: WantedExport): ExportChoice {
  const { documentation } = wanted;
  const given = asked(wanted);
  if (file.shape === 'CANONICAL' && !documentation) {
    throw badInput(`nodoc: ${file.fileName} is the whole of the names, documentation included.`);
  }
  if (file.shape !== 'MAPPINGS') {
    if (given === null) return { namespaces: [], documentation };
    throw badInput(`${given.argument}: ${file.fileName} has names by SRG id, and takes no namespaces.`);
  }
  if (given === null) return { namespaces: file.namespaces, documentation };
  const { argument, texts } = given;
  const { minNamespaces, maxNamespaces } = file;
  if (texts.length < minNamespaces || texts.length > maxNamespaces) {
    const counts = [...new Set([minNamespaces, maxNamespaces])].map((count) => (count === 2 ? 'two' : 'three'));
    throw badInput(`${argument}: ${file.fileName} holds ${counts.join(' or ')} namespaces, not ${texts.length}.`);
  }
  const found =
    argument === 'namespaces'
      ? texts.map((text) => namespace(argument, text))
      : [namespace('from', texts[0]!), namespace('to', texts[1]!)];
  if (new Set(found).size < found.length) throw badInput(`${argument}: each namespace once, not ${texts.join(', ')}.`);
  return { namespaces: found, documentation };
}
