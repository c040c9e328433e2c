import { fromScope, PERMISSION_SENTENCES } from '../../auth/permissions.js';
import { markup, type Html } from '../html.js';

const IDENTITY: Readonly<Record<string, string>> = {
  openid: 'Recognise you when you come back. It learns no id that another application knows.',
  profile: 'Read your handle.',
  roles: 'Read which roles you hold.',
  offline_access: 'Go on while you are away, until you withdraw it or for half a year.',
};

/** What scopes allow, in sentences for people, one a list item. */
export function scopeList(scopes: Iterable<string>): Html {
  const sentences = [...new Set(scopes)].flatMap((scope) => {
    const permission = fromScope(scope);
    return (permission === undefined ? IDENTITY[scope] : PERMISSION_SENTENCES[permission]) ?? [];
  });
  return markup`<ul class="rows">${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
}
