import { h } from '../dom';
import type { RemoteCaret } from './remote-carets';

/** A caret with its name, at a place in pixels. The name fades by an animation that began when its owner last moved. */
export function caretElement(caret: RemoteCaret, at: { left: number; top: number; height: number }, flipped: boolean): HTMLElement {
  const name = h('span', { class: 'remote-name' }, caret.name);
  name.style.animationDelay = `${-Math.round(caret.rested)}ms`;
  const element = h('div', { class: `remote-caret person-${caret.person}${flipped ? ' flipped' : ''}`, 'aria-hidden': 'true' }, name);
  element.style.left = `${at.left}px`;
  element.style.top = `${at.top}px`;
  element.style.height = `${at.height}px`;
  return element;
}
