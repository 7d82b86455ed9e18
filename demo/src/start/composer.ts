import { ApiError, createDocument, editorPath, type Kind, type Policy } from '../api';
import { h } from '../dom';

const kinds: readonly Choice<Kind>[] = [
  { value: 'text', label: 'Text', hint: 'Plain text, for notes and code.' },
  { value: 'richtext', label: 'Rich text', hint: 'Headings, lists and emphasis.' },
];

const policies: readonly Choice<Policy>[] = [
  { value: 'merge', label: 'Merge', hint: 'Everybody’s edits stay; conflicts are shown.' },
  { value: 'strict', label: 'Strict', hint: 'An edit that meets another one is undone, and its author is told.' },
];

interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint: string;
}

/** The form that makes a document and opens it. `N` puts the caret into its title. */
export function composer(): HTMLFormElement {
  const title = h('input', { id: 'new-title', name: 'title', type: 'text', maxlength: 200, autocomplete: 'off', placeholder: 'Name a new document', 'aria-label': 'Title of the new document', enterkeyhint: 'go' });
  const create = h('button', { class: 'button', type: 'submit' }, 'Create');
  const problem = h('p', { class: 'problem', role: 'alert' });
  const form = h('form', { class: 'composer', 'aria-label': 'New document' },
    title,
    h('div', { class: 'composer-choices' }, choice('Kind', 'kind', kinds), choice('When edits conflict', 'policy', policies), create),
    problem);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  return form;

  async function submit(): Promise<void> {
    if (create.getAttribute('aria-disabled') === 'true') return;
    // Not `disabled`, which would take the focus away from who pressed it.
    create.setAttribute('aria-disabled', 'true');
    problem.textContent = '';
    const answers = new FormData(form);
    try {
      const made = await createDocument({
        title: String(answers.get('title')).trim() || 'Untitled',
        kind: answers.get('kind') as Kind,
        policy: answers.get('policy') as Policy,
      });
      location.assign(editorPath(made.id));
    } catch (error) {
      problem.textContent = error instanceof ApiError ? `The document was not created: ${error.message}` : 'The server can’t be reached. Your title is still here; try again in a moment.';
    } finally {
      create.removeAttribute('aria-disabled');
    }
  }
}

function choice<T extends string>(legend: string, name: string, choices: readonly Choice<T>[]): HTMLFieldSetElement {
  const hint = h('p', { class: 'hint', id: `${name}-hint`, 'aria-live': 'polite' }, choices[0]!.hint);
  return h('fieldset', { 'aria-describedby': hint.id },
    h('legend', null, legend),
    h('div', { class: 'segments' },
      ...choices.map(({ value, label, hint: words }, index) =>
        h('label', null,
          h('input', { type: 'radio', name, value, checked: index === 0, on: { change: () => (hint.textContent = words) } }),
          h('span', null, label)))),
    hint);
}
