import type { CollabDocument, Selection } from '@collab/client';
import type { EditorListener } from '../bindings/binding';
import type { Person } from '../shell/person';

/** Between two moves shown to others, milliseconds: smooth to look at, and below the 20 a second that the server forwards. */
const interval = 80;

/** How long after a keystroke somebody counts as typing, milliseconds. */
const typingLasts = 2000;

/** What others see of this person: name and selection, told at a bearable pace. */
export function ownPresence(opened: CollabDocument, person: Person): EditorListener & { renamed(): void } {
  let selection: Selection | null = null;
  let typingUntil = 0;
  let told = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;

  return {
    selected(now, typed) {
      selection = now;
      if (typed) {
        typingUntil = performance.now() + typingLasts;
        clearTimeout(rest);
        rest = setTimeout(tell, typingLasts);
      }
      soon();
    },
    renamed: soon,
  };

  function soon(): void {
    timer ??= setTimeout(tell, Math.max(0, told + interval - performance.now()));
  }

  function tell(): void {
    clearTimeout(timer);
    timer = undefined;
    told = performance.now();
    const limit = opened.length;
    opened.setPresence({
      name: person.name,
      typing: told < typingUntil,
      // The text may have become shorter since; the next move tells where the caret went.
      selection: selection && { anchor: Math.min(selection.anchor, limit), head: Math.min(selection.head, limit) },
    });
  }
}
