type Child = Node | string | number | null | undefined | false;
type Handler<E extends keyof HTMLElementEventMap> = (event: HTMLElementEventMap[E]) => void;
type Properties = {
  readonly class?: string;
  readonly on?: { readonly [E in keyof HTMLElementEventMap]?: Handler<E> };
} & { readonly [attribute: string]: unknown };

/**
 * Makes an element: `h('a', { href: '/', class: 'back' }, 'Back')`. Attributes that are `false`, null or undefined are left out, `true` is written
 * as the empty string; `on` holds event handlers. Children become text, never markup.
 */
export function h<T extends keyof HTMLElementTagNameMap>(tag: T, properties?: Properties | null, ...children: Child[]): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === 'on') {
      for (const [event, handler] of Object.entries(value as object)) element.addEventListener(event, handler as EventListener);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A 20 × 20 line icon out of the `d` of its paths. Hidden from assistive technology: the control that holds it has the label. */
export function icon(...paths: string[]): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  for (const d of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** A button with an icon and no text; `label` is its name and its tooltip. */
export function iconButton(label: string, glyph: SVGSVGElement, onClick: (event: MouseEvent) => void, attributes: Properties = {}): HTMLButtonElement {
  return h('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, ...attributes, on: { click: onClick } }, glyph);
}

/** Whether keys typed now are text: shortcuts of one letter must then be left alone. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=radio], [type=checkbox]), textarea, select'));
}

/** Runs `action` at most once per frame, however often the returned function is called. */
export function perFrame(action: () => void): () => void {
  let requested = false;
  return () => {
    if (requested) return;
    requested = true;
    requestAnimationFrame(() => {
      requested = false;
      action();
    });
  };
}
