// The editor, in a chunk of its own that is loaded when the first editor is shown.

import { autocompletion, type CompletionContext, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension, type Range, StateEffect, StateField, Text, Transaction } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { highlighting, language, type LanguageName } from './languages';

export interface Mark {
  from: number;
  to: number;
  kind: 'error' | 'note' | 'active';
}

export interface EditorOptions {
  host: HTMLElement;
  label: string;
  value: string;
  language: LanguageName;
  readOnly: boolean;
  /** What a user changed; the text is read where it is needed, since putting a long one together takes time. */
  onChange: () => void;
  onCursor: (at: number) => void;
  /** What is shown over a place. */
  hover: (at: number) => { from: number; to: number; lines: string[]; copy?: string } | null;
  onCopy: (text: string) => void;
  /** Words to complete, by what stands before the cursor. */
  complete: (before: string) => string[];
  /** What the text is compared with. */
  original?: string | undefined;
}

export interface Editor {
  set(text: string): void;
  text(): string;
  setLanguage(name: LanguageName): void;
  mark(marks: Mark[]): void;
  /** Moves the cursor and shows the place. */
  reveal(from: number, to: number, focus: boolean): void;
  destroy(): void;
}

const setMarks = StateEffect.define<Mark[]>();

const marksField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let updated = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) updated = decorations(effect.value, transaction.state.doc.length);
    }
    return updated;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorations(marks: Mark[], length: number): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const { from, to, kind } of marks) {
    const end = Math.min(Math.max(to, from + 1), length);
    if (from < end) ranges.push(Decoration.mark({ class: `cm-mark-${kind}` }).range(from, end));
  }
  return Decoration.set(ranges, true);
}

/** The least change that makes one text another. */
export function difference(from: string, to: string): { from: number; to: number; insert: string } {
  const most = Math.min(from.length, to.length);
  const begin = sharedLength(most, (at, end) => from.slice(at, end) === to.slice(at, end));
  const [last, lastTo] = [from.length, to.length];
  const end = sharedLength(most - begin, (at, until) => from.slice(last - until, last - at) === to.slice(lastTo - until, lastTo - at));
  return { from: begin, to: last - end, insert: to.slice(begin, lastTo - end) };
}

/** How far two texts agree, by steps that become smaller; comparing long pieces is fast. */
function sharedLength(most: number, agree: (at: number, end: number) => boolean): number {
  let at = 0;
  for (let step = 1 << 16; step > 0; ) {
    const end = Math.min(at + step, most);
    if (end > at && agree(at, end)) at = end;
    else step >>= 1;
  }
  return at;
}

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused::after': { content: '""', position: 'absolute', inset: '0', border: '2px solid var(--accent)', pointerEvents: 'none', zIndex: '300' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--faint)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'var(--line-tint)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--selection) !important' },
  '::selection': { backgroundColor: 'var(--selection) !important' },
  '.cm-mark-error': { textDecoration: 'underline wavy var(--bad) 1.5px', textUnderlineOffset: '3px', backgroundColor: 'var(--bad-tint)' },
  '.cm-mark-note': { textDecoration: 'underline dotted var(--warn) 2px', textUnderlineOffset: '3px' },
  '.cm-mark-active': { backgroundColor: 'var(--active)', borderRadius: '2px' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--text)', border: '1px solid var(--edge)', borderRadius: '6px', boxShadow: 'var(--shadow)' },
  '.cm-tooltip.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-facts': { padding: '6px 10px', maxWidth: '30rem', fontFamily: 'var(--sans)' },
  '.cm-facts button': { font: 'inherit', color: 'var(--accent-text)', background: 'none', border: 'none', padding: '2px 0', cursor: 'pointer', textAlign: 'left', textDecoration: 'underline' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--text)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--edge)' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--edge)' },
  '.cm-changedLine': { backgroundColor: 'var(--good-tint) !important' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-tint) !important' },
});

function facts(options: EditorOptions): Extension {
  return hoverTooltip((_, at) => {
    const found = options.hover(at);
    if (!found) return null;
    return {
      pos: found.from,
      end: found.to,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'cm-facts';
        for (const line of found.lines) dom.appendChild(document.createElement('div')).textContent = line;
        const { copy } = found;
        if (copy) {
          const button = dom.appendChild(document.createElement('button'));
          button.textContent = `Copy ${copy}`;
          button.onclick = () => options.onCopy(copy);
        }
        return { dom };
      },
    };
  });
}

function completion(options: EditorOptions): Extension {
  const source = (context: CompletionContext) => {
    const word = context.matchBefore(/[\w$`-]*/);
    if (!word || (word.from === word.to && !context.explicit && context.state.sliceDoc(word.from - 1, word.from) !== '.')) return null;
    const before = context.state.sliceDoc(Math.max(0, word.from - 400), word.from);
    return { from: word.from, options: options.complete(before).map((label) => ({ label, type: 'property' })) };
  };
  return autocompletion({ override: [source] });
}

/** Shows an editor in an element. Its styles stay in a shadow root, which a strict policy allows. */
export function createEditor(options: EditorOptions): Editor {
  const root = options.host.shadowRoot ?? options.host.attachShadow({ mode: 'open' });
  const frame = document.createElement('div');
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(':host{display:block;height:100%}.frame{height:100%;min-height:0}');
  root.adoptedStyleSheets = [sheet];
  frame.className = 'frame';
  root.replaceChildren(frame);
  const languageSlot = new Compartment();
  let isQuiet = false;
  /** The text as it was last given or read; none after a change. */
  let last: string | undefined = options.value;
  const extensions: Extension[] = [
    lineNumbers(),
    history(),
    search({ top: true }),
    highlightSelectionMatches(),
    bracketMatching(),
    highlightActiveLine(),
    EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', autocorrect: 'off' }),
    keymap.of([...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap, ...(options.readOnly ? [] : [indentWithTab])]),
    // A carriage return stays a character, so that places are those of the file.
    EditorState.lineSeparator.of('\n'),
    languageSlot.of(language(options.language)),
    highlighting,
    marksField,
    theme,
    facts(options),
    completion(options),
    EditorState.readOnly.of(options.readOnly),
    EditorView.updateListener.of((update) => {
      if (isQuiet) return;
      if (update.docChanged) {
        last = undefined;
        options.onChange();
      }
      if (update.selectionSet || update.docChanged) options.onCursor(update.state.selection.main.head);
    }),
  ];
  if (options.original !== undefined) {
    extensions.push(unifiedMergeView({ original: Text.of(options.original.split('\n')), mergeControls: false }));
  }
  const view = new EditorView({ root, parent: frame, state: EditorState.create({ doc: options.value, extensions }) });
  view.scrollDOM.tabIndex = 0;
  const read = () => (last ??= view.state.doc.toString());
  return {
    set(text) {
      const present = read();
      if (text === present) return;
      last = text;
      isQuiet = true;
      view.dispatch({ changes: difference(present, text), annotations: Transaction.addToHistory.of(!options.readOnly) });
      isQuiet = false;
    },
    text: read,
    setLanguage: (name) => view.dispatch({ effects: languageSlot.reconfigure(language(name)) }),
    mark: (marks) => view.dispatch({ effects: setMarks.of(marks) }),
    reveal(from, to, focus) {
      const length = view.state.doc.length;
      const range = { anchor: Math.min(from, length), head: Math.min(to, length) };
      isQuiet = !focus;
      view.dispatch({
        ...(focus ? { selection: { anchor: range.anchor } } : {}),
        effects: EditorView.scrollIntoView(range.anchor, { y: 'center' }),
      });
      isQuiet = false;
      if (focus) view.focus();
    },
    destroy: () => view.destroy(),
  };
}
