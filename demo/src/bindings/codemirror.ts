import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState, Transaction, type Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, keymap, placeholder, type ViewUpdate } from '@codemirror/view';
import type { CollabDocument } from '@collab/client';
import type { EditorBinding, EditorListener, MarkedRange } from './binding';
import { conflictMarks, markConflict, markedAt, revealMark } from './codemirror-marks';
import { presenceChanged, remoteCarets } from './codemirror-carets';
import { RemoteCarets } from './remote-carets';
import { toChangeSpecs, toTextDelta, wellFormed } from './text-delta';

/** Marks a transaction that came from the document: it is not sent back to it. */
const fromDocument = Annotation.define<boolean>();

/** Read only, the text can be walked through, selected and copied like any other. */
const readOnly: Extension = [EditorState.readOnly.of(true), EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: '0', 'aria-readonly': 'true' })];

/** Binds a CodeMirror editor in `parent` to a text document, both ways. */
export function bindCodeMirror(parent: HTMLElement, document: CollabDocument<'text'>, listener: EditorListener, label: string): EditorBinding {
  const carets = new RemoteCarets(document);
  const access = new Compartment();
  let marks = 0;

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: document.content,
      extensions: [
        // Positions must be the document's own: a line ends with a newline, and a carriage return counts.
        EditorState.lineSeparator.of('\n'),
        // What another program's clipboard has at the ends of lines is not meant as characters.
        EditorView.clipboardInputFilter.of((text) => wellFormed(text.replace(/\r\n?/g, '\n'))),
        history(),
        search({ top: true }),
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
        EditorView.lineWrapping,
        highlightSpecialChars(),
        placeholder('Start writing…'),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'true', autocorrect: 'on', autocapitalize: 'sentences' }),
        access.of([]),
        conflictMarks,
        remoteCarets(carets),
        EditorView.updateListener.of(send),
      ],
    }),
  });

  document.onChange(({ delta }) => {
    const changes = view.state.changes(toChangeSpecs(delta));
    // Remote changes are not this person's to undo; the history maps its own over them.
    view.dispatch({ changes, annotations: [fromDocument.of(true), Transaction.addToHistory.of(false), Transaction.remote.of(true)] });
  });

  function send(update: ViewUpdate): void {
    let typed = false;
    for (const transaction of update.transactions) {
      if (!transaction.docChanged || transaction.annotation(fromDocument)) continue;
      document.edit(toTextDelta(transaction.changes, transaction.startState.doc));
      typed = true;
      mend(transaction);
    }
    if (typed || update.selectionSet || update.focusChanged) {
      const { anchor, head } = update.state.selection.main;
      listener.selected({ anchor, head }, typed);
    }
  }

  /** Where the document took U+FFFD for half a character, the editor shows it as well. */
  function mend(transaction: Transaction): void {
    const lone = new Set<number>();
    transaction.changes.iterChanges((_fromA, _toA, fromB, toB) => {
      // The characters changed and those beside them, seen with their neighbours: a slice that cuts a pair in half must not look like a lone half.
      const start = Math.max(0, fromB - 2);
      const text = transaction.newDoc.sliceString(start, toB + 2);
      const whole = wellFormed(text);
      for (let at = Math.max(0, fromB - 1); at < Math.min(toB + 1, transaction.newDoc.length); at++) {
        if (text[at - start] !== whole[at - start]) lone.add(at);
      }
    });
    const changes = [...lone].map((at) => ({ from: at, to: at + 1, insert: '\ufffd' }));
    if (changes.length > 0) view.dispatch({ changes, annotations: [fromDocument.of(true), Transaction.addToHistory.of(false)] });
  }

  return {
    focus: () => view.focus(),

    mark(start, length): MarkedRange {
      const id = ++marks;
      view.dispatch({ effects: markConflict.of({ id, from: Math.min(start, view.state.doc.length), to: Math.min(start + length, view.state.doc.length), since: performance.now() }) });
      return {
        reveal() {
          const range = markedAt(view.state, id);
          if (!range) return;
          view.dispatch({
            selection: { anchor: range.from, head: range.to },
            effects: [revealMark.of({ id, since: performance.now() }), EditorView.scrollIntoView(range.from, { y: 'center' })],
          });
          view.focus();
        },
        place: () => `line ${view.state.doc.lineAt(markedAt(view.state, id)?.from ?? 0).number.toLocaleString('en')}`,
      };
    },

    goTo(session) {
      carets.freshen(session);
      const caret = carets.current().find((one) => one.session === session);
      if (caret) view.dispatch({ effects: [presenceChanged.of(null), EditorView.scrollIntoView(caret.head, { y: 'center' })] });
    },

    allowEditing: (allowed) => view.dispatch({ effects: access.reconfigure(allowed ? [] : readOnly) }),

    presenceChanged: () => view.dispatch({ effects: presenceChanged.of(null) }),
  };
}

