import { serialize } from 'cookie';

/** The cookies that the service sets. */
type CookieName = 'session' | 'device' | 'oauth';

/**
 * Cookies of this service: HttpOnly, for the whole site, never sent along with another site's requests but for plain links.
 * Over HTTPS they are Secure and carry the prefix `__Host-`, so that no other host of the domain can set them (RFC 6265bis).
 */
export class Cookies {
  private readonly secure: boolean;

  constructor(publicUrl: string) {
    this.secure = publicUrl.startsWith('https:');
  }

  /** @param suffix tells several of one kind apart */
  name(name: CookieName, suffix = ''): string {
    return `${this.secure ? '__Host-' : ''}mcp_${name}${suffix === '' ? '' : `_${suffix}`}`;
  }

  /** Every value that a request's Cookie header has for a name: more than one is for the caller to refuse. */
  read(header: string | undefined, name: string): string[] {
    if (header === undefined) return [];
    return header.split(';').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
    });
  }

  /** A Set-Cookie header. */
  set(name: string, value: string, expires: Date): string {
    return serialize(name, value, { ...this.attributes(), expires });
  }

  /** A Set-Cookie header that removes the cookie. */
  clear(name: string): string {
    return serialize(name, '', { ...this.attributes(), expires: new Date(0) });
  }

  private attributes() {
    return { httpOnly: true, secure: this.secure, sameSite: 'lax', path: '/' } as const;
  }
}
