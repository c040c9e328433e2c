/**
 * Names as mapping files may hold them: what the JVM allows (specification 4.2.2), less what the text formats can't carry
 * (blanks, control characters). Looser than Java: `package-info` and `lambda$new$0` are names.
 */
const SEGMENT = '[^\\s.;\\[/()<>,:#\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}]+';
const CLASS_NAME = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`, 'u');
const MEMBER_NAME = new RegExp(`^${SEGMENT}$`, 'u');

/** Longer than any name of the game; what an index of the database takes has its bounds. */
export const MAX_NAME_LENGTH = 500;

const isShort = (text: string): boolean => text.length <= MAX_NAME_LENGTH;

/** Whether a text is an internal class name (`a`, `net/minecraft/block/Block$1`) or, by the same rules, a package. */
export const isClassName = (text: string): boolean => isShort(text) && CLASS_NAME.test(text);

export const isFieldName = (text: string): boolean => isShort(text) && MEMBER_NAME.test(text);

/** As of fields, and the two special methods. */
export const isMethodName = (text: string): boolean => isFieldName(text) || text === '<init>' || text === '<clinit>';

/** Whether a text holds what no name, id or descriptor may: blanks and invisible characters. */
export const hasInvisible = (text: string): boolean => /[\s\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u.test(text);
