import { badInput } from '../../shared/errors.js';

// Without a plus sign, which is kept for "1.16.3+draft".
const NAME = /^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$/;

/** Checks the spelling of a game version: "1.12.2", "1.14-pre1", "18w10d". @throws AppError BAD_USER_INPUT */
export function checkVersionName(name: string): string {
  if (!NAME.test(name)) {
    throw badInput(`${JSON.stringify(name)} is not the name of a game version; write it like 1.12.2 or 1.14-pre1.`);
  }
  return name;
}

/**
 * A key that orders versions by bytes as they came out: 1.9 < 1.12-pre1 < 1.12 < 1.12.2. Numbers are padded; a pre-release
 * sorts before its release because a blank sorts before the closing "!", and that before the dot of a further number.
 */
export const versionSortKey = (name: string): string =>
  `${name
    .toLowerCase()
    .replace(/[-_]/g, ' ')
    .replace(/\d+/g, (digits) => digits.padStart(5, '0'))}!`;
