import type { ClientMessage, ServerMessages } from './messages.js';

/**
 * The joins of one connection that are not answered yet. There are as many answers as joins, and of several in one document only the last counts: what comes
 * before is about a stay that is being replaced, maybe one of the document's life before, which was closed while it joined.
 */
export class UnansweredJoins {
  readonly #joins = new Map<string, number>();

  sent(message: ClientMessage): void {
    if (message.target !== 'join') return;
    const { document } = message.body;
    this.#joins.set(document, (this.#joins.get(document) ?? 0) + 1);
  }

  /** Whether a message that has come is to be taken: anything but an answer to a join after which another is to come. */
  received<T extends keyof ServerMessages>(target: T, message: ServerMessages[T]): boolean {
    const { document, verb } = message as { readonly document?: string | null; readonly verb?: string };
    if (document == null || (target !== 'joined' && (target !== 'refused' || verb !== 'join'))) return true;
    const others = (this.#joins.get(document) ?? 1) - 1;
    if (others === 0) this.#joins.delete(document);
    else this.#joins.set(document, others);
    return others === 0;
  }
}
