/** Calls handlers by event name. A handler that throws does not keep the others, or the document, from going on: its error is rethrown apart. */
export class Emitter<Events> {
  readonly #handlers = new Map<keyof Events, Set<(value: never) => void>>();

  on<E extends keyof Events>(event: E, handler: (value: Events[E]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    // Wrapped, so that one function may be registered twice and each registration stopped by itself.
    const registered = (value: Events[E]): void => handler(value);
    handlers.add(registered);
    return () => void handlers.delete(registered);
  }

  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      try {
        (handler as (value: Events[E]) => void)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
