import Quill from 'quill';
import Delta from 'quill-delta';
import 'quill/dist/quill.core.css';
import type { CollabDocument } from '@collab/client';
import { perFrame } from '../dom';
import type { EditorBinding, EditorListener, MarkedRange } from './binding';
import { asShown, asTyped, registerForeignEmbed } from './quill-foreign';
import { QuillOverlay } from './quill-overlay';
import { RemoteCarets } from './remote-carets';
import { toolbar } from './toolbar';

/** Formats of pasted text that the toolbar does not offer: kept, they could never be taken away again. */
const foreignFormats = ['color', 'background', 'font', 'size', 'align', 'direction'] as const;

registerForeignEmbed();

/** Binds a Quill editor in `parent` to a rich text document, both ways. */
export function bindQuill(parent: HTMLElement, document: CollabDocument<'richtext'>, listener: EditorListener, label: string): EditorBinding {
  const sheet = parent.ownerDocument.createElement('div');
  sheet.className = 'quill-sheet';
  parent.append(sheet);
  const quill = new Quill(sheet, {
    placeholder: 'Start writing…',
    modules: {
      history: { userOnly: true, delay: 600, maxStack: 500 },
      // Pictures belong into storage of their own, not as megabytes of base64 into every operation.
      uploader: { mimetypes: [] },
      toolbar: false,
    },
  });
  quill.root.setAttribute('aria-label', label);
  quill.root.setAttribute('role', 'textbox');
  quill.root.setAttribute('aria-multiline', 'true');
  quill.root.spellcheck = true;
  quill.clipboard.addMatcher(Node.ELEMENT_NODE, (_node, delta) => withoutForeignFormats(delta));
  quill.setContents(asShown(new Delta([...document.content] as ConstructorParameters<typeof Delta>[0] & object)), 'silent');
  quill.history.clear();

  const tools = toolbar(quill);
  parent.before(tools);
  const carets = new RemoteCarets(document);
  const overlay = new QuillOverlay(quill, sheet, carets);

  /** What others did since the editor's content was last brought up to date; there while a word is composed with an input method. */
  let held: Delta | null = null;
  let composing = false;

  document.onChange(({ delta }) => {
    const change = asShown(new Delta([...delta] as ConstructorParameters<typeof Delta>[0] & object));
    held = held ? held.compose(change) : change;
    applyHeld();
  });

  // Quill rewrites the line that it changes, which would end a composition in the middle of a word: what others do waits for its end.
  quill.root.addEventListener('compositionstart', () => (composing = true));
  quill.on('composition-end', () => {
    composing = false;
    applyHeld();
  });

  quill.on('text-change', (delta: Delta, _before: Delta, source: string) => {
    overlay.moved(delta);
    if (source === 'user') send(delta);
  });

  const tellSelection = perFrame(() => {
    const range = quill.hasFocus() ? quill.getSelection() : null;
    if (range && !held) listener.selected({ anchor: range.index, head: range.index + range.length }, typed);
    typed = false;
  });
  let typed = false;
  quill.on('editor-change', tellSelection);

  /** A typed change was made on the editor's content, which lacks `held`; the document already has it. Both are moved over each other; `held` came first. */
  function send(delta: Delta): void {
    typed = true;
    if (!held) {
      document.edit(asTyped(delta));
      return;
    }
    const moved = held.transform(delta, true);
    held = delta.transform(held, false);
    document.edit(asTyped(moved));
  }

  function applyHeld(): void {
    if (!held || composing) return;
    // Typing that Quill has not noticed yet is sent first, by `send`, which moves `held`.
    quill.update('user');
    const change = held;
    held = null;
    quill.updateContents(change, 'api');
    overlay.draw();
  }

  return {
    focus: () => quill.focus({ preventScroll: true }),

    mark(start, length): MarkedRange {
      const mark = overlay.mark(start, length);
      return {
        reveal() {
          quill.setSelection(mark.start, mark.length, 'user');
          quill.scrollSelectionIntoView();
          overlay.show(mark);
        },
        place: () => {
          const text = quill.getText(0, mark.start);
          return `paragraph ${(text.split('\n').length).toLocaleString('en')}`;
        },
      };
    },

    goTo(session) {
      carets.freshen(session);
      const caret = carets.current().find((one) => one.session === session);
      if (caret) overlay.scrollTo(caret.head);
    },

    allowEditing(allowed) {
      if (!allowed) quill.update('user');
      quill.enable(allowed);
      quill.root.tabIndex = 0;
      quill.root.ariaReadOnly = String(!allowed);
      tools.inert = !allowed;
    },

    presenceChanged: () => overlay.draw(),
  };
}

function withoutForeignFormats(delta: Delta): Delta {
  for (const op of delta.ops) {
    if (!op.attributes) continue;
    for (const name of foreignFormats) delete op.attributes[name];
    if (Object.keys(op.attributes).length === 0) delete op.attributes;
  }
  return delta;
}
