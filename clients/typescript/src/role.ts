import type { Delta, KindName } from './kinds.js';

/** What a person may do in a document; each includes the ones before it. */
export type Role = 'none' | 'viewer' | 'commenter' | 'editor' | 'owner';

/** Whether `role` may change the content. Null is a server that names no roles: it lets everybody. */
export function mayEdit(role: Role | null): boolean {
  return role === null || role === 'editor' || role === 'owner';
}

/** Whether `role` may submit `delta`: a commenter's changes nothing but comments. */
export function maySubmit(role: Role | null, delta: Delta<KindName>): boolean {
  return mayEdit(role) || (role === 'commenter' && delta.every(isRetainOrComment));
}

function isRetainOrComment(component: Delta<KindName>[number]): boolean {
  if (typeof component === 'number') return component > 0;
  if (typeof component === 'string' || !('retain' in component)) return false;
  return Object.keys(component.attributes ?? {}).every((name) => name === 'comment' || name.startsWith('comment-'));
}
