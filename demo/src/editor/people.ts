import type { CollabDocument } from '@collab/client';
import { displayName } from '../bindings/remote-carets';
import { h } from '../dom';
import { announce } from '../shell/announce';
import { initials, paletteIndex, rename, type Person } from '../shell/person';

/** Avatars in the bar, the own one included; who is beyond is counted, and listed with everybody in the own avatar's popover. */
const avatarsLimit = 5;

/** Comings and goings are said while so many are here at most. */
const announcedLimit = 20;

const many = (count: number) => count.toLocaleString('en');

/** What fits into an avatar. */
const short = (count: number) => (count < 1000 ? String(count) : `${Math.floor(count / 1000)}k`);

/** Who is here. An avatar leads to its owner's caret; the own one to a field for one's name. */
export function people(opened: CollabDocument, person: Person, on: { renamed(): void; goTo(session: string): void }): HTMLElement {
  const own = h('button', { type: 'button', class: `avatar own person-${paletteIndex(person.color, '')}`, 'aria-expanded': 'false', 'aria-controls': 'me' });
  const name = h('input', { id: 'own-name', type: 'text', maxlength: 40, autocomplete: 'nickname', value: person.name });
  const everybody = h('ul', { class: 'everybody' });
  const popover = h('div', { id: 'me', popover: 'auto', role: 'dialog', 'aria-label': 'People here' },
    h('label', { for: 'own-name' }, 'Your name, as others see it'), name, everybody);
  const others = h('ul', { class: 'others', 'aria-label': 'Others in this document' });
  const known = new Map<string, string>();

  own.addEventListener('click', () => popover.togglePopover());
  popover.addEventListener('toggle', (event) => {
    const open = event.newState === 'open';
    own.setAttribute('aria-expanded', String(open));
    if (open && !name.readOnly) name.select();
  });
  name.addEventListener('input', () => {
    const text = name.value.trim();
    if (text === '') return;
    person.name = text;
    rename(text);
    showSelf();
    on.renamed();
  });
  name.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing) {
      popover.hidePopover();
      own.focus();
    }
  });

  let signature = '';
  opened.on('presence', show);
  showSelf();
  show();
  return h('div', { class: 'people' }, others, own, popover);

  function showSelf(): void {
    // Whom the server knows, it names.
    const isKnown = opened.subject !== null;
    name.readOnly = isKnown;
    own.replaceChildren(h('span', { 'aria-hidden': 'true' }, initials(person.name)));
    own.setAttribute('aria-label', isKnown ? `You are ${person.name}. See who is here` : `You are ${person.name}. Change your name, see who is here`);
    own.dataset['tip'] = `${person.name} (you)`;
  }

  function show(): void {
    const all = [...opened.presence].map(([session, presence]) => ({
      session,
      name: displayName(presence),
      index: paletteIndex(presence.color, session),
      typing: presence.state?.typing === true,
    }));
    // Of a crowd the server names some and counts the rest.
    const total = opened.presenceCount - 1;
    tellComings(all, total);
    // Carets move many times a second; the avatars are made anew only when something about them changed, so that focus and tooltips stay.
    const now = JSON.stringify([total, all]);
    if (now === signature) return;
    signature = now;
    const focused = document.activeElement?.getAttribute('data-session');
    const places = avatarsLimit - 1;
    const shown = all.length > places ? all.slice(0, places - 1) : all;
    others.replaceChildren(
      ...shown.map(({ session, name: their, index, typing }) =>
        h('li', null, h('button', {
          type: 'button', class: `avatar person-${index}${typing ? ' typing' : ''}`, 'data-session': session, 'data-tip': typing ? `${their} is typing` : their,
          'aria-label': `${their}. Go to their place`, on: { click: () => on.goTo(session) },
        }, h('span', { 'aria-hidden': 'true' }, initials(their))))),
      ...(total > shown.length
        ? [h('li', null, h('button', { type: 'button', class: 'avatar beyond', 'aria-label': `${many(total - shown.length)} more people`, on: { click: () => popover.showPopover() } }, `+${short(total - shown.length)}`))]
        : []));
    everybody.replaceChildren(
      h('li', null, total === 0 ? 'Nobody else is here. Copy the link and send it to somebody.' : `${many(total + 1)} people are here, you included${total > all.length ? ', among them' : ''}:`),
      ...all.map(({ session, name: their, index }) =>
        h('li', null, h('button', { type: 'button', on: { click: () => { popover.hidePopover(); on.goTo(session); } } },
          h('i', { class: `avatar small person-${index}`, 'aria-hidden': 'true' }, initials(their)), their))));
    if (focused) others.querySelector<HTMLElement>(`[data-session="${CSS.escape(focused)}"]`)?.focus();
  }

  function tellComings(all: readonly { session: string; name: string }[], total: number): void {
    const now = new Map(all.map(({ session, name: their }) => [session, their]));
    // In a crowd somebody comes and goes all the time.
    if (total <= announcedLimit) for (const [session, their] of now) if (!known.has(session)) announce(`${their} is here`);
    if (total <= announcedLimit) for (const [session, their] of known) if (!now.has(session)) announce(`${their} has left`);
    known.clear();
    for (const [session, their] of now) known.set(session, their);
  }
}
