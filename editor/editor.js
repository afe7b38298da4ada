// The code editor: CodeMirror 6 behind the narrow interface that `src/ui/code_editor.rs` calls.
//
// Keys: Ctrl/Cmd+Enter applies. Tab indents; Escape and then Tab leaves the editor. F8 goes to the next problem,
// Ctrl/Cmd+Shift+M lists the problems, Ctrl/Cmd+F searches.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { indentOnInput, indentService, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';

import { indentAfterKey, offset, smallestChange } from './text.js';
import { colours, hangingIndent, plainScalars, theme } from './theme.js';

const SEVERITIES = ['error', 'warning', 'info'];

/** Marks a change that came from the program, which needs not be told of it. */
const fromProgram = Annotation.define();

/** Puts an editor showing the file `name` with `text` into the element `parent`. */
export function mount(parent, name, text, onChange, onApply) {
  return new Editor(parent, name, text, onChange, onApply);
}

class Editor {
  #view;
  #name;
  /** Files that were shown before: name to `{ state, scroll }`. */
  #others = new Map();
  #settings = { label: new Compartment(), dark: new Compartment(), phrases: new Compartment() };
  #values = { label: [], dark: [], phrases: [] };
  #extensions;

  constructor(parent, name, text, onChange, onApply) {
    const apply = () => (onApply(), true);
    const report = EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((change) => change.annotation(fromProgram))) onChange(update.state.doc.toString());
    });
    this.#extensions = [
      Prec.highest(keymap.of([{ key: 'Mod-Enter', run: apply }])),
      lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), lintGutter(), drawSelection(), EditorView.lineWrapping, hangingIndent,
      history(), search({ top: true }), indentUnit.of('  '), indentService.of(indentAfterKey), indentOnInput(), EditorState.tabSize.of(2),
      yaml(), colours, plainScalars, theme, report,
      EditorView.contentAttributes.of({ tabindex: '0', spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off' }),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, indentWithTab]),
    ];
    // Those who come by keyboard are told how to get out again.
    parent.addEventListener('pointerdown', () => parent.toggleAttribute('data-pointer', true));
    parent.addEventListener('focusout', () => parent.toggleAttribute('data-pointer', false));
    this.#name = name;
    this.#view = new EditorView({ parent, state: this.#fresh(text) });
  }

  /** Shows a file; one that was shown before keeps its history, selection and scroll position. */
  show(name, text) {
    if (name !== this.#name) {
      this.#others.set(this.#name, { state: this.#view.state, scroll: this.#view.scrollSnapshot() });
      const known = this.#others.get(name);
      this.#name = name;
      this.#view.setState(known?.state ?? this.#fresh(text));
      const settings = Object.entries(this.#settings).map(([key, place]) => place.reconfigure(this.#values[key]));
      // Where the file before was scrolled to says nothing about a new one.
      const scroll = known?.scroll ?? EditorView.scrollIntoView(0, { y: 'start', x: 'start', yMargin: 40, xMargin: 80 });
      this.#view.dispatch({ effects: [...settings, scroll] });
    }
    const changes = smallestChange(this.#view.state.doc.toString(), text);
    if (changes) this.#view.dispatch({ changes, annotations: fromProgram.of(true) });
  }

  /** Forgets a file that is no more, its history with it. */
  forget(name) {
    this.#others.delete(name);
  }

  /**
   * Marks the problems of the file shown.
   * @param {Uint32Array} places five numbers each: line and column of its start, of its end (columns count characters, all from 1), severity
   * @param {string[]} messages one for each problem
   */
  setProblems(places, messages) {
    const { doc } = this.#view.state;
    const problems = messages.map((message, i) => {
      const [line, column, endLine, endColumn, severity] = places.subarray(5 * i, 5 * i + 5);
      const from = offset(doc, line, column);
      return { from, to: Math.max(from, offset(doc, endLine, endColumn)), severity: SEVERITIES[severity], message };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, problems));
  }

  /** Puts the cursor to a line and column, both from 1, in view, and the focus to the editor. */
  goTo(line, column) {
    this.#view.dispatch({ selection: { anchor: offset(this.#view.state.doc, line, column) }, scrollIntoView: true });
    this.#view.focus();
  }

  setLabel(label, descriptionId) {
    this.#set('label', EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': descriptionId }));
  }

  setDark(dark) {
    this.#set('dark', EditorView.darkTheme.of(dark));
  }

  /** CodeMirror's own words, translated: English, translation, English, translation, and so on. */
  setPhrases(pairs) {
    const phrases = {};
    for (let i = 0; i < pairs.length; i += 2) phrases[pairs[i]] = pairs[i + 1];
    this.#set('phrases', EditorState.phrases.of(phrases));
  }

  /** Takes over from the plain text area: the selection (in UTF-16 units) and the focus. */
  takeOver(from, to) {
    const end = this.#view.state.doc.length;
    this.#view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
    this.#view.focus();
  }

  destroy() {
    this.#view.destroy();
  }

  #set(key, extension) {
    this.#values[key] = extension;
    this.#view.dispatch({ effects: this.#settings[key].reconfigure(extension) });
  }

  #fresh(text) {
    const settings = Object.entries(this.#settings).map(([key, place]) => place.of(this.#values[key]));
    return EditorState.create({ doc: text, extensions: [settings, this.#extensions] });
  }
}
