import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import type { Logger } from 'pino';
import { startBridge, type Bridge } from '../irc/bridge.js';
import type { ClientCertificate } from '../irc/network/connection.js';
import { AppError } from '../shared/errors.js';
import type { Settings } from './env.js';

/**
 * Starts the IRC bridge that the settings describe.
 * @param serviceUrl where it reaches the service
 * @throws AppError that names a file which can't be used, or FORBIDDEN where the service does not take the key
 */
export async function openBridge(settings: Settings, serviceUrl: string, log: Logger): Promise<Bridge> {
  const { IRC_SERVERS = [], IRC_CLIENT_ID = '', IRC_KEY_FILE, IRC_CERT_FILE, DATA_DIR } = settings;
  return startBridge({
    networks: IRC_SERVERS,
    client: { clientId: IRC_CLIENT_ID, key: await readKey(IRC_KEY_FILE) },
    certificate: IRC_CERT_FILE === undefined ? null : await readCertificate(IRC_CERT_FILE),
    serviceUrl,
    channelsFile: join(DATA_DIR, 'irc-channels.json'),
    log,
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError('BAD_USER_INPUT', `${file} can not be read: ${(error as Error).message}.`);
  }
}

async function readKey(file: string): Promise<JWK> {
  const text = await readText(file);
  const fault = () =>
    new AppError(
      'BAD_USER_INPUT',
      `${file} holds no private JWK (ES256) with a kid: npm run mcp -- irc setup makes one.`,
    );
  let key: JWK;
  try {
    key = JSON.parse(text) as JWK;
  } catch {
    throw fault();
  }
  if (typeof key !== 'object' || key === null || typeof key.d !== 'string' || typeof key.kid !== 'string')
    throw fault();
  return key;
}

async function readCertificate(file: string): Promise<ClientCertificate> {
  const text = await readText(file);
  const part = (label: string) =>
    new RegExp(`-----BEGIN [A-Z ]*${label}-----[^-]+-----END [A-Z ]*${label}-----`).exec(text)?.[0];
  const certificate = part('CERTIFICATE');
  const privateKey = part('PRIVATE KEY');
  if (certificate !== undefined && privateKey !== undefined) return { certificate, private_key: privateKey };
  throw new AppError('BAD_USER_INPUT', `${file} does not hold a certificate and its private key as PEM.`);
}
