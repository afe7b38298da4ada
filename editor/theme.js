// How the editor looks: through the page's CSS variables, so that it follows the page's theme.

import { HighlightStyle, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin } from '@codemirror/view';
import { tags } from '@lezer/highlight';

// Mixed with the text's colour, so that they can be read on a marked line too.
const readable = (colour) => `color-mix(in srgb, ${colour} 78%, var(--text))`;
const KEY = readable('var(--accent)');
const STRING = readable('var(--ok)');
const NUMBER = readable('var(--rev1)');

export const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: tags.definition(tags.propertyName), color: KEY },
  { tag: [tags.string, tags.content], color: STRING },
  { tag: [tags.comment, tags.meta, tags.separator, tags.punctuation], color: 'var(--muted)' },
  { tag: [tags.labelName, tags.typeName, tags.keyword], color: NUMBER },
]));

// To YAML's grammar every unquoted value is alike; to a reader `8080` and `true` are not strings.
const NO_STRING = /^([-+]?(\d[\d_]*)?\.?\d+([eE][-+]?\d+)?|0x[\da-fA-F]+|0o?[0-7]+|true|false|null|~)$/i;
const noString = Decoration.mark({ class: 'cm-no-string' });

export const plainScalars = ViewPlugin.fromClass(class {
  constructor(view) {
    this.decorations = findPlainScalars(view);
  }

  update({ docChanged, viewportChanged, startState, state, view }) {
    if (docChanged || viewportChanged || syntaxTree(startState) !== syntaxTree(state)) this.decorations = findPlainScalars(view);
  }
}, { decorations: (plugin) => plugin.decorations });

function findPlainScalars(view) {
  const found = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from, to,
      enter({ name, node }) {
        if (name === 'Literal' && node.parent?.name !== 'Key' && NO_STRING.test(view.state.sliceDoc(node.from, node.to))) found.add(node.from, node.to, noString);
      },
    });
  }
  return found.finish();
}

/** The deepest that the rest of a wrapped line hangs, in characters: in a narrow editor there must be room beside it. */
const DEEPEST = 24;

/** The rest of a wrapped line begins below its text, a step further in. */
export const hangingIndent = ViewPlugin.fromClass(class {
  constructor(view) {
    this.decorations = hang(view);
  }

  update({ docChanged, viewportChanged, view }) {
    if (docChanged || viewportChanged) this.decorations = hang(view);
  }
}, { decorations: (plugin) => plugin.decorations });

// No line ends after its indentation, however long the first word is.
const indentation = Decoration.mark({ class: 'cm-indentation' });

function hang(view) {
  const found = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      const indent = /^ */.exec(line.text)[0].length;
      found.add(line.from, line.from, Decoration.line({ attributes: { style: `--hang: ${Math.min(indent + 2, DEEPEST)}ch` } }));
      if (indent > 0 && indent < DEEPEST) found.add(line.from, line.from + indent, indentation);
      at = line.to + 1;
    }
  }
  return found.finish();
}

const FIELD = { font: 'inherit', color: 'var(--text)', background: 'var(--surface)', border: '1px solid var(--line)', borderRadius: '6px', padding: '2px 8px' };

const FOCUS = { outline: '2px solid var(--accent)', outlineOffset: '1px' };

export const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  // Above everything in the editor: an outline would be covered by the gutters.
  '&.cm-focused::after': { content: '""', position: 'absolute', inset: 0, zIndex: 300, border: '2px solid var(--accent)', pointerEvents: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.62' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '2px' },
  '.cm-line': { padding: '0 14px 0 calc(6px + var(--hang, 0ch))', textIndent: 'calc(0px - var(--hang, 0ch))' },
  '.cm-indentation': { whiteSpace: 'pre' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '34px', padding: '0 6px 0 0' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--sunken) 55%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-no-string, .cm-no-string *': { color: NUMBER },
  // A wavy line in the theme's colours instead of lint's drawn one.
  '.cm-lintRange': { backgroundImage: 'none', textDecoration: 'underline wavy 1.5px', textUnderlineOffset: '3px', textDecorationSkipInk: 'none' },
  '.cm-lintRange-error': { textDecorationColor: 'var(--bad)' },
  '.cm-lintRange-warning': { textDecorationColor: 'var(--warn)' },
  '.cm-lintRange-info': { textDecorationColor: 'var(--accent)' },
  '.cm-lintRange-active': { backgroundColor: 'var(--sunken)' },
  // Severities differ in shape as well as in colour.
  '.cm-lint-marker': { width: '9px', height: '9px', margin: '6px 2px 0' },
  '.cm-lint-marker-error': { content: 'normal', borderRadius: '50%', background: 'var(--bad)' },
  '.cm-lint-marker-warning': { content: 'normal', clipPath: 'polygon(50% 0, 100% 100%, 0 100%)', background: 'var(--warn)' },
  '.cm-lint-marker-info': { content: 'normal', borderRadius: '2px', background: 'var(--accent)' },
  '.cm-tooltip': {
    color: 'var(--text)', backgroundColor: 'var(--surface)', border: '1px solid var(--line)', borderRadius: '8px', boxShadow: 'var(--shadow)',
    overflow: 'hidden', maxWidth: 'min(46ch, 90vw)',
  },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--sans)', borderLeft: '3px solid var(--line)', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--accent)' },
  '.cm-panels': { color: 'var(--text)', backgroundColor: 'var(--sunken)', fontFamily: 'var(--sans)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-panel.cm-panel-lint ul [aria-selected]': { color: 'var(--text)', backgroundColor: 'var(--accent-weak)' },
  '.cm-panel.cm-panel-lint ul:focus [aria-selected]': { color: 'var(--text)', backgroundColor: 'var(--accent-weak)' },
  '.cm-panel button[name=close]': { color: 'var(--text)', minWidth: '24px', minHeight: '24px' },
  '.cm-panel.cm-search': { fontSize: '13px', padding: '6px 34px 6px 8px' },
  '.cm-panel.cm-search label': { display: 'inline-flex', gap: '4px', alignItems: 'center', minHeight: '26px', fontSize: 'inherit', color: 'var(--muted)' },
  '.cm-panel.cm-search input[type=checkbox]': { accentColor: 'var(--accent)' },
  '.cm-textfield': { ...FIELD, minHeight: '26px', fontFamily: 'var(--mono)', '&::placeholder': { color: 'var(--muted)' }, '&:focus-visible': FOCUS },
  '.cm-button': { ...FIELD, minHeight: '26px', '&:focus-visible': FOCUS, backgroundImage: 'none', '&:active': { backgroundImage: 'none', backgroundColor: 'var(--accent-weak)' } },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-weak)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-weak)', outline: '1px solid var(--accent)' },
});
