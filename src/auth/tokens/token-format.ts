import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `mcp_pat_` for a person's API tokens, `mcp_bot_` for those of bots: scanners for leaked secrets know them by it. */
export type TokenPrefix = 'mcp_pat_' | 'mcp_bot_';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORMAT = new RegExp(`^(mcp_(?:pat|bot)_[0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`);

/** A random text of 43 characters out of 62: 256 bits. */
function randomText(): string {
  let text = '';
  while (text.length < SECRET_LENGTH) {
    // 248 is the largest multiple of 62 that a byte holds: above it some characters would come more often.
    for (const byte of randomBytes(64)) if (byte < 248 && text.length < SECRET_LENGTH) text += ALPHABET[byte % 62]!;
  }
  return text;
}

/** CRC-32 (ISO 3309, as in zlib) in base 62, six characters. */
function checksum(text: string): string {
  let digits = '';
  for (let rest = crc32(text); digits.length < CHECKSUM_LENGTH; rest = Math.floor(rest / 62)) {
    digits = ALPHABET[rest % 62]! + digits;
  }
  return digits;
}

/** A fresh token: prefix, 43 random characters, checksum of both. */
export function newToken(prefix: TokenPrefix): string {
  const body = `${prefix}${randomText()}`;
  return body + checksum(body);
}

/** Whether a text is spelled like a token of ours and its checksum fits. A typing error is found without asking anyone. */
export function isToken(text: string): boolean {
  const match = FORMAT.exec(text);
  return match !== null && checksum(match[1]!) === match[2];
}

/** What of a token is kept to tell it by: its first 12 characters. */
export const tokenPrefix = (token: string): string => token.slice(0, 12);
