import '../styles/editor.css';
import { CollabClient, RefusedError, type CollabDocument } from '@collab/client';
import { ApiError, readDocument, type DocumentDescription } from '../api';
import type { EditorBinding } from '../bindings/binding';
import { h } from '../dom';
import { self } from '../shell/person';
import { signInPage } from '../shell/sign-in';
import { tokenSource } from '../shell/token';
import { bar } from './bar';
import { connection } from './connection';
import { Conflicts } from './conflicts';
import { missingPage, troublePage } from './missing';
import { ownPresence } from './own-presence';
import { people } from './people';
import { refusals } from './refusals';

/** How long opening may take before the page says that it is still at it, milliseconds. */
const patience = 5000;

const bindings = {
  text: () => import('../bindings/codemirror'),
  richtext: () => import('../bindings/quill'),
} as const;

const isBound = (kind: string): kind is keyof typeof bindings => kind in bindings;

/** Fetches the code of a kind's editor ahead of its use. */
export function prefetch(kind: string): void {
  if (isBound(kind)) void bindings[kind]();
}

/** The page of one document: opens it, binds the editor of its kind, and shows who is here and how things stand. */
export async function editorPage(app: HTMLElement, id: string): Promise<void> {
  const person = self();
  const token = tokenSource();
  const client = new CollabClient('/collab', { name: person.name, color: person.color, ...(token !== undefined && { token }) });
  const waiting = h('p', { class: 'waiting', role: 'status' }, h('span', { class: 'visually-hidden' }, 'Opening the document'));
  const slow = setTimeout(() => waiting.replaceChildren('Still connecting. The server does not answer yet.'), patience);
  app.replaceChildren(h('main', { id: 'main', class: 'opening', tabindex: -1 }, h('i'), h('i'), h('i'), waiting));

  // Both at once: the description says which editor to fetch while the document is still on its way.
  const described = readDocument(id).then((description) => {
    prefetch(description.kind);
    document.title = `${description.title || 'Untitled'} · Collab`;
    return description;
  });
  described.catch(() => undefined);
  try {
    const opened = await client.open(id);
    const description = await described.catch(() => null);
    await show(app, client, opened, description, person);
  } catch (error) {
    const reason = error instanceof RefusedError ? error.reason : null;
    const gone = reason === 'document_not_found' || (await described.then(() => false, (problem: unknown) => problem instanceof ApiError && problem.status === 404));
    void client.close();
    if (reason === 'unauthenticated') signInPage(app);
    else if (gone) missingPage(app, id);
    else troublePage(app, error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(slow);
  }
}

async function show(app: HTMLElement, client: CollabClient, opened: CollabDocument, description: DocumentDescription | null, person: ReturnType<typeof self>): Promise<void> {
  const title = opened.title || description?.title || 'Untitled';
  document.title = `${title} · Collab`;
  let editor: EditorBinding | null = null;
  if (opened.subject !== null) person.name = client.identity?.name ?? person.name;

  const presence = ownPresence(opened, person);
  const here = people(opened, person, { renamed: () => presence.renamed(), goTo: (session) => editor?.goTo(session) });
  const conflicts = new Conflicts(opened, () => editor);
  const state = connection(client, opened);
  const surface = h('div', { class: `surface ${opened.kind}` });
  app.replaceChildren(
    bar({ title, policy: description?.policy ?? 'merge', state: state.words, people: here, conflicts: conflicts.button }),
    state.strip,
    h('div', { class: 'desk' },
      h('main', { id: 'main', class: 'page', tabindex: -1, 'aria-label': title }, surface),
      conflicts.panel));
  refusals(opened, conflicts);

  const listener = presence;
  if (opened.kind === 'text') {
    editor = (await bindings.text()).bindCodeMirror(surface, opened as CollabDocument<'text'>, listener, title);
  } else {
    editor = (await bindings.richtext()).bindQuill(surface, opened as CollabDocument<'richtext'>, listener, title);
  }
  opened.on('presence', () => editor?.presenceChanged());
  const access = () => editor?.allowEditing(opened.canEdit);
  opened.on('role', access);
  access();
  // On a phone the keyboard would cover half of the page before anything has been read.
  if (matchMedia('(hover: hover)').matches && opened.canEdit) editor.focus();
}
